"""How long functions may take in all their calls together.

A function that adds no route may still be called a thousand times, each time through conditions that nobody knows:
what reads settings from five places, what merges one unknown mapping into another.
"""

from __future__ import annotations

from dataclasses import dataclass

# Steps that a function may take as long as they have no effect: they write to nothing older than the call.
MAX_IDLE = 30_000
# The same where each call is short: a decorator that looks at what it is given.
MAX_OFTEN = 300_000
# Steps that a function may take as long as no route, blueprint or module comes of them. Only where each call is long:
# what collects views for later does little each time.
MAX_WORK = 100_000
_LONG = 500


@dataclass(slots=True)
class Effort:
    """The finished calls of one function."""

    calls: int = 0
    steps: int = 0
    is_idle: bool = True
    is_barren: bool = True  # nothing of a route table came of it

    def add(self, steps: int, *, idle: bool, barren: bool) -> None:
        """Another call ended."""
        self.calls += 1
        self.steps += steps
        self.is_idle = self.is_idle and idle
        self.is_barren = self.is_barren and barren

    @property
    def is_exhausted(self) -> bool:
        """Whether it is no longer followed, as nothing but its result is needed. A short one may be called often."""
        return self.is_idle and self.steps > (MAX_IDLE if self.steps > _LONG * self.calls else MAX_OFTEN)

    @property
    def is_excessive(self) -> bool:
        """Whether it is no longer followed although it has effects, which are then not known."""
        return self.is_barren and self.steps > MAX_WORK and self.steps > _LONG * self.calls
