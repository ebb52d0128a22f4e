"""A progress bar on standard error, for scans that take long enough and a terminal that shows it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

_QUIET_SECONDS = 0.6
_WIDTH = 30


class Bar:
    """Call it with done and total; ``clear`` at the end."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._shown = -1

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self._started < _QUIET_SECONDS or total <= 0:
            return
        filled = min(done, total) * _WIDTH // total
        if filled != self._shown:
            self._shown = filled
            sys.stderr.write(f"\r[{'=' * filled}{' ' * (_WIDTH - filled)}] reading the project")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the bar away."""
        if self._shown >= 0:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def bar(quiet: bool) -> Bar | None:
    """A bar where one is of use."""
    return Bar() if not quiet and sys.stderr.isatty() else None


Progress = Callable[[int, int], None]
