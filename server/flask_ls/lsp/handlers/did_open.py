"""``textDocument/didOpen``."""

from __future__ import annotations

from lsprotocol import types

from flask_ls.lsp.language_server import FlaskLanguageServer


def handle(ls: FlaskLanguageServer, params: types.DidOpenTextDocumentParams) -> None:
    """The client's text counts from now on, not the saved file's."""
    document = ls.session.documents.open(params.text_document)
    ls.session.put(document)
    ls.session.publisher.opened(document)
