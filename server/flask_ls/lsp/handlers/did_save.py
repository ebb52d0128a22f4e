"""``textDocument/didSave``, for clients that do not watch files."""

from __future__ import annotations

from lsprotocol import types

from flask_ls.lsp import uris
from flask_ls.lsp.handlers import did_change_watched_files
from flask_ls.lsp.language_server import FlaskLanguageServer


async def handle(ls: FlaskLanguageServer, params: types.DidSaveTextDocumentParams) -> None:
    """A saved configuration or deployment file is read again."""
    path = uris.to_path(params.text_document.uri)
    if path is not None and not ls.session.client.registers_watchers:
        await did_change_watched_files.changed(ls.session, [path])
