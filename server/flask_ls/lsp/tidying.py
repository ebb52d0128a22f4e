"""Frees what edits left behind, when typing rests.

Trees and models have cycles, so the collector has to look for them, which takes as long as several keystrokes. By
itself it would do so in the middle of one.
"""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING

from flask_ls.lsp.engine import Priority, Token

if TYPE_CHECKING:
    from flask_ls.lsp.session import Session

PAUSE_SECONDS = 0.6
"""How long typing must rest before it begins."""
# Only who types on and on without a rest has everything looked through meanwhile.
THRESHOLDS = (1000, 10, 25)


class Tidying:
    """Looks for garbage after edits."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._task: asyncio.Task[None] | None = None
        gc.set_threshold(*THRESHOLDS)

    def edited(self) -> None:
        """A text changed."""
        if self._task is not None:
            self._task.cancel()
        self._task = self._session.spawn(self._tidy())

    async def _tidy(self) -> None:
        await asyncio.sleep(PAUSE_SECONDS)
        await self._session.engine.run(Priority.BACKGROUND, _collect)


def _collect(token: Token) -> None:
    gc.collect()


def keep_for_long() -> None:
    """What was made until now stays for long; the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
