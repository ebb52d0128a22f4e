"""``textDocument/didClose``."""

from __future__ import annotations

from lsprotocol import types

from flask_ls.lsp.language_server import FlaskLanguageServer


def handle(ls: FlaskLanguageServer, params: types.DidCloseTextDocumentParams) -> None:
    """The saved file counts again."""
    document = ls.session.documents.close(params.text_document.uri)
    if document is not None:
        ls.session.drop(document)
        ls.session.publisher.closed(document)
