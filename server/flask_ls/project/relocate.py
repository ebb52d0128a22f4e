"""Places in an edited file: where what stood there stands now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

from flask_ls.project.site import Site
from flask_ls.syntax.span import Span

Move = Callable[[Span], Span]


def move_between(before: str, after: str) -> Move:
    """Maps spans of a text to those of a later one, as if one stretch between common ends had been replaced.

    What lies outside that stretch, or holds the whole of it, is mapped exactly; what was cut into is kept next to it.
    """
    shorter = min(len(before), len(after))
    start = _longest(shorter, lambda n: before[:n] == after[:n])
    end = _longest(shorter - start, lambda n: before[len(before) - n :] == after[len(after) - n :])
    old_end, delta = len(before) - end, len(after) - len(before)

    def offset(place: int, *, is_end: bool) -> int:
        if place < start or (place == start and (is_end or start != old_end)):
            return place
        if place >= old_end:
            return place + delta
        return min(place, old_end + delta)

    def move(span: Span) -> Span:
        first = offset(span.start, is_end=False)
        return Span(first, max(first, offset(span.end, is_end=True)))

    return move


class Paths:
    """The files that parts of frozen data have places in. Remembered by identity: the data is moved again and again."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, frozenset[str]]] = {}

    def of(self, value: object) -> frozenset[str]:
        """The paths of all ``Site`` objects in a value."""
        if isinstance(value, Site):
            return frozenset((value.path,))
        known = self._known.get(id(value))
        if known is not None and known[0] is value:
            return known[1]
        paths = frozenset[str]().union(*map(self.of, _parts(value)))
        if is_dataclass(value):
            self._known[id(value)] = (value, paths)
        return paths


def relocated(value: Any, moves: Mapping[str, Move], paths: Paths) -> Any:
    """Frozen data with every ``Site`` in one of the edited files moved; the same object when there is none."""
    if isinstance(value, Site):
        move = moves.get(value.path)
        return value if move is None else Site(value.path, move(value.span))
    if value.__class__ is tuple:
        moved = tuple([relocated(v, moves, paths) for v in value])
        return value if all(a is b for a, b in zip(moved, value, strict=True)) else moved
    if value.__class__ is dict:
        changed = {key: new for key, old in value.items() if (new := relocated(old, moves, paths)) is not old}
        return {**value, **changed} if changed else value
    if is_dataclass(value) and not isinstance(value, type) and not paths.of(value).isdisjoint(moves):
        changed = {
            name: new
            for name in _names(value.__class__)
            if (new := relocated(old := getattr(value, name), moves, paths)) is not old
        }
        return replace(value, **changed) if changed else value
    return value


def _parts(value: object) -> list[Any]:
    if isinstance(value, (tuple, frozenset)):
        return list(value)
    if isinstance(value, dict):
        return list(value.values())
    if is_dataclass(value):
        return [getattr(value, name) for name in _names(value.__class__)]
    return []


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    """The fields that may hold a place."""
    plain = ("str", "bool", "int", "str | None", "bool | None", "frozenset[str]", "tuple[str, ...]", "int | None")
    return tuple(f.name for f in fields(kind) if f.type not in plain)


def _longest(limit: int, holds: Callable[[int], bool]) -> int:
    """The largest number up to ``limit`` for which something holds that holds for all smaller ones."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low
