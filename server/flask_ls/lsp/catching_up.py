"""Finds out what takes long when typing rests: what the program does at its start, who calls what in which context.

On the way from a keystroke to its findings nobody waits for that. Meanwhile, what needs it is withheld, or stays as it
was where the code is untouched.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from flask_ls.features.workspace import CaughtUp
from flask_ls.lsp.engine import Priority, Token
from flask_ls.lsp.folder import Folder

if TYPE_CHECKING:
    from flask_ls.lsp.session import Session

PAUSE_SECONDS = 0.3
"""How long typing must rest before it begins: longer than from key to key. The next keystroke ends it."""


class CatchingUp:
    """Knows which folders are behind, and brings them up to date."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tasks: dict[Folder, asyncio.Task[None]] = {}
        self._tokens: dict[Folder, Token] = {}
        self._edited = 0.0

    def edited(self, folder: Folder) -> None:
        """A text of the folder changed: what is being found out is no longer wanted."""
        self._edited = time.monotonic()
        token = self._tokens.pop(folder, None)
        if token is not None:
            token.cancel()

    def look(self, folder: Folder) -> None:
        """Begin when it is needed and not under way."""
        task = self._tasks.get(folder)
        if folder.is_behind and (task is None or task.done()):
            self._tasks[folder] = self._session.spawn(self._catch_up(folder))

    async def settled(self, folder: Folder) -> None:
        """Sleep until the folder is not behind."""
        self.look(folder)
        task = self._tasks.get(folder)
        if task is not None and not task.done():
            await asyncio.wait([task])

    async def _catch_up(self, folder: Folder) -> None:
        while folder.is_behind:
            rest = self._edited + PAUSE_SECONDS - time.monotonic()
            if rest > 0:
                await asyncio.sleep(rest)
                continue
            token = self._tokens[folder] = Token()
            found = await self._session.engine.run_beside(folder.catch_up, token)
            if found is None:
                continue

            def settle(_: Token, found: CaughtUp = found) -> bool:
                return folder.settle(found)

            if await self._session.engine.run(Priority.REQUEST, settle):
                self._session.model_changed(folder, None, pause=0)
                self._session.tidying.made()
