"""``textDocument/didChange``."""

from __future__ import annotations

import logging

from lsprotocol import types

from flask_ls.lsp.language_server import FlaskLanguageServer

log = logging.getLogger(__name__)


def handle(ls: FlaskLanguageServer, params: types.DidChangeTextDocumentParams) -> None:
    """Apply the changes and look at the text again."""
    uri, version = params.text_document.uri, params.text_document.version
    document = ls.session.documents.change(uri, version, params.content_changes)
    if document is None:
        log.warning("a document changed that is not open: %s", uri)
        return
    ls.session.put(document)
    ls.session.publisher.edited(document)
