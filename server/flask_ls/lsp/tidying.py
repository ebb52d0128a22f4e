"""Frees what edits left behind: a little at a time while typing goes on, the rest when it rests.

Trees and models have cycles, so the collector has to look for them. By itself it would do so in the middle of a
keystroke, and for as long as several of them take.
"""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING

from flask_ls.lsp.engine import Priority, Token

if TYPE_CHECKING:
    from flask_ls.lsp.session import Session

PAUSE_SECONDS = 0.6
"""How long typing must rest before everything is looked through."""
EDITS = 8
"""After how many edits what is new is looked through."""
THRESHOLDS = (200_000, 5, 5)
"""For work without edits, such as a check of all files."""


class Tidying:
    """Looks for garbage after edits."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._task: asyncio.Task[None] | None = None
        self._edits = 0
        gc.set_threshold(*THRESHOLDS)

    def edited(self) -> None:
        """A text changed."""
        self._edits += 1
        if self._edits % EDITS == 0:
            self._session.spawn(self._collect(0))
        self.made()

    def made(self) -> None:
        """Something large was made, or replaced, of which parts are to be freed."""
        if self._task is not None:
            self._task.cancel()
        self._task = self._session.spawn(self._tidy())

    async def _tidy(self) -> None:
        await asyncio.sleep(PAUSE_SECONDS)
        await self._collect(2)

    async def _collect(self, generation: int) -> None:
        def collect(token: Token) -> None:
            gc.collect(generation)

        await self._session.engine.run(Priority.BACKGROUND, collect)


def keep_for_long() -> None:
    """What was made until now stays for long; the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
