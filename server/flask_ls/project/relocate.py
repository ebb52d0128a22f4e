"""Places in an edited file: where what stood there stands now."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from difflib import SequenceMatcher
from functools import cache
from typing import Any, NamedTuple

from flask_ls.project.site import Site
from flask_ls.syntax.span import Span

_LONG = 30
_MOST_LINES = 4000


class _Run(NamedTuple):
    """A stretch of the first text that is still there; ``now`` is where it begins in the last one."""

    start: int
    end: int
    now: int


class Move:
    """Maps spans of a text to those of a later one, over any number of edits.

    What an edit left alone, or what holds the whole of it, is mapped exactly; what was cut into is kept next to it.
    """

    def __init__(self, runs: tuple[_Run, ...], before: int, after: int) -> None:
        """``before`` and ``after``: the lengths of the two texts."""
        self._runs = runs
        self._starts = [run.start for run in runs]
        self._end = _Run(before, before, after)

    def __call__(self, span: Span) -> Span:
        first = self._offset(span.start, is_end=False)
        return Span(first, max(first, self._offset(span.end, is_end=True)))

    def then(self, before: str, after: str) -> Move:
        """This move and then the edit that made ``after`` of ``before``."""
        runs = list(self._runs)
        # From the last one on, so that the places of the others stay true.
        for start, end, length in reversed(_replaced(before, after)):
            runs = [part for run in runs for part in _cut(run, start, end, length - (end - start))]
        return Move(tuple(runs), self._end.start, len(after))

    def _offset(self, place: int, *, is_end: bool) -> int:
        index = (bisect_left if is_end else bisect_right)(self._starts, place) - 1
        before = self._runs[index] if index >= 0 else _Run(0, 0, 0)
        if place <= before.end if is_end else place < before.end:
            return before.now + place - before.start
        after = self._runs[index + 1] if index + 1 < len(self._runs) else self._end
        if place >= after.start:
            return after.now
        return min(before.now + place - before.start, after.now)


def move_between(before: str, after: str) -> Move:
    """The move of one edit."""
    whole = (_Run(0, len(before), 0),) if before else ()
    return Move(whole, len(before), len(before)).then(before, after)


def _cut(run: _Run, start: int, end: int, delta: int) -> Iterator[_Run]:
    """What is left of a run when a stretch of the last text was replaced by one that is longer by ``delta``."""
    length = run.end - run.start
    head = min(length, max(0, start - run.now))
    tail = min(length, max(head, end - run.now))
    if head:
        yield _Run(run.start, run.start + head, run.now)
    if tail < length:
        yield _Run(run.start + tail, run.end, run.now + tail + delta)


def _replaced(before: str, after: str) -> list[tuple[int, int, int]]:
    """The stretches that were replaced: start, end, and how long each is now.

    Between the common ends of the texts, lines that are still there tell several stretches apart.
    """
    head, tail = _common_ends(before, after)
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if old.count("\n") < 2 or new.count("\n") < 2 or old.count("\n") + new.count("\n") > _MOST_LINES:
        return [(head, head + len(old), len(new))]
    one, other = old.splitlines(keepends=True), new.splitlines(keepends=True)
    found: list[tuple[int, int, int]] = []
    start = first = second = 0
    for a, b, size in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks():
        gone, come = sum(map(len, one[first:a])), sum(map(len, other[second:b]))
        if gone or come:
            inner, rest = _common_ends("".join(one[first:a]), "".join(other[second:b]))
            found.append((head + start + inner, head + start + gone - rest, come - inner - rest))
        start += gone + sum(map(len, one[a : a + size]))
        first, second = a + size, b + size
    return found


def _common_ends(before: str, after: str) -> tuple[int, int]:
    """How many characters two texts have in common at their beginning, and then at their end."""
    shorter = min(len(before), len(after))
    start = _longest(shorter, lambda n: before[:n] == after[:n])
    return start, _longest(shorter - start, lambda n: before[len(before) - n :] == after[len(after) - n :])


class Paths:
    """The files that parts of frozen data have places in. Remembered by identity: the data is moved again and again."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, frozenset[str]]] = {}
        self._places: dict[int, tuple[object, dict[str, list[int]]]] = {}

    def within(self, values: tuple[Any, ...], moved: Collection[str]) -> list[int]:
        """The positions in a long tuple of what has places in one of these files."""
        known = self._places.get(id(values))
        if known is None or known[0] is not values:
            places: dict[str, list[int]] = {}
            for position, value in enumerate(values):
                for path in self.of(value):
                    places.setdefault(path, []).append(position)
            known = self._places[id(values)] = (values, places)
        return sorted({position for path in moved for position in known[1].get(path, ())})

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
    if value.__class__ is tuple and len(value) > _LONG:
        changes = {i: relocated(value[i], moves, paths) for i in paths.within(value, moves)}
        return tuple([changes.get(i, old) for i, old in enumerate(value)]) if changes else value
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
