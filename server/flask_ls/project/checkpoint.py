"""Long work that lets more urgent work go first, and that can be given up."""

from __future__ import annotations

from collections.abc import Callable

Checkpoint = Callable[[], None]
"""Called again and again by long work. It may wait; it raises ``Abandoned`` when nobody wants the result any more."""


def no_checkpoint() -> None:
    """For what runs at once and to its end."""


class Abandoned(BaseException):
    """The work is given up. Nothing on the way handles it."""
