"""``workspace/didChangeWorkspaceFolders``."""

from __future__ import annotations

from lsprotocol import types

from flask_ls.lsp import scanning
from flask_ls.lsp.folder import Change
from flask_ls.lsp.language_server import FlaskLanguageServer


async def handle(ls: FlaskLanguageServer, params: types.DidChangeWorkspaceFoldersParams) -> None:
    """Open documents move to the folder that they belong to now."""
    session = ls.session
    homes = {document.uri: session.home(document) for document in session.documents}
    for removed in params.event.removed:
        session.remove_folder(removed.uri)
    added = [folder for new in params.event.added if (folder := session.add_folder(new.uri, new.name)) is not None]
    for document in session.documents:
        before, now = homes[document.uri], session.home(document)
        if now is not None and before is not now:
            if before is not None:
                before.put(Change(document.path or "", document.version, None))
            session.put(document)
            session.publisher.moved(document)
    if added:
        await session.read_settings()
    for folder in added:
        session.spawn(scanning.scan(session, folder))
    session.status.refresh()
    await session.publisher.ask_to_pull_again()
