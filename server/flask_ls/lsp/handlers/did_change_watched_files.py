"""``workspace/didChangeWatchedFiles``."""

from __future__ import annotations

import posixpath
from functools import partial

from lsprotocol import types

from flask_ls.lsp import uris
from flask_ls.lsp.engine import Priority, Token
from flask_ls.lsp.folder import Folder
from flask_ls.lsp.language_server import FlaskLanguageServer
from flask_ls.lsp.session import Session
from flask_ls.project.settings import CONFIG_FILES


async def handle(ls: FlaskLanguageServer, params: types.DidChangeWatchedFilesParams) -> None:
    """Read what was created, changed or deleted outside of the editor."""
    paths = [path for change in params.changes if (path := uris.to_path(change.uri)) is not None]
    await changed(ls.session, paths)


async def changed(session: Session, paths: list[str]) -> None:
    """These saved files changed."""
    problems: list[str] = []
    reconfigured = False
    for folder in tuple(session.folders):
        own = [p for p in paths if folder.contains(p)]
        # A configuration file above the folder counts for it too.
        is_configuration = any(posixpath.basename(p) in CONFIG_FILES for p in paths)
        if not own and not is_configuration:
            continue
        await folder.ready.wait()
        if own:
            await session.engine.run(Priority.SCAN, partial(_read, folder, own))
        if is_configuration:
            reconfigured = True
            problems += map(str, await session.configure(folder))
        session.model_changed(folder, None)
    if reconfigured:
        session.show_problems(problems)


def _read(folder: Folder, paths: list[str], token: Token) -> bool:
    return folder.files_changed(paths)
