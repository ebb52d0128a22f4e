"""Iterables that do not end: ``itertools.count`` and the like, of which only the first elements are kept."""

from __future__ import annotations

from flask_ls.project.interp.values import Unknown, Value

# Of an iterable without an end, so many elements are kept.
KEPT = 300


class Endless(Unknown):
    """Why there are more elements: it goes on as it began."""


def cut(columns: list[tuple[list[Value], Unknown | None]]) -> list[tuple[list[Value], Unknown | None]]:
    """Iterables that are read side by side: one without an end counts as long as the shortest of the others."""
    lengths = [len(items) for items, rest in columns if rest is None]
    if not lengths:
        return columns
    return [
        (items, None if isinstance(rest, Endless) and len(items) >= min(lengths) else rest) for items, rest in columns
    ]
