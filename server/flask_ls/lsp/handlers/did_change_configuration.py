"""``workspace/didChangeConfiguration``."""

from __future__ import annotations

from lsprotocol import types

from flask_ls.lsp.language_server import FlaskLanguageServer


async def handle(ls: FlaskLanguageServer, params: types.DidChangeConfigurationParams) -> None:
    """Settings are asked for where the client can be asked, else taken from what it sends."""
    await ls.session.read_settings(params.settings)
    for folder in tuple(ls.session.folders):
        ls.session.model_changed(folder, None)
