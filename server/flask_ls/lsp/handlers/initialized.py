"""``initialized``: the client may be asked now, and the scan begins."""

from __future__ import annotations

from lsprotocol import types

from flask_ls.lsp import parent, scanning, watching
from flask_ls.lsp.language_server import FlaskLanguageServer


async def handle(ls: FlaskLanguageServer, params: types.InitializedParams) -> None:
    """Settings come first, as they say what is scanned."""
    session = ls.session
    if ls.process_id is not None:
        session.spawn(parent.watch(ls.process_id, ls.protocol.stop))
    session.spawn(watching.register(session))
    try:
        await session.read_settings()
    finally:
        for folder in tuple(session.folders):
            session.spawn(scanning.scan(session, folder))
        if not session.folders:
            session.status.show(await session.status.current())
