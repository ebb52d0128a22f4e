"""Results that are kept while files are edited, with the places in them moved along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from flask_ls.project.facts import FileFacts
from flask_ls.project.relocate import Move, Paths, move_between, relocated
from flask_ls.project.shape import same_shape
from flask_ls.project.start_code import same_start
from flask_ls.syntax.source import SourceFile

if TYPE_CHECKING:
    from flask_ls.project.interp.build import Evaluation

T = TypeVar("T")
Read = Callable[[str], "SourceFile | None"]


class NotYet(Exception):
    """What is asked takes long to find out and is known when typing rests."""


@dataclass(frozen=True)
class Kept(Generic[T]):
    """A result. ``texts`` are, for each file edited since, the text that the result is about."""

    value: T
    texts: Mapping[str, SourceFile] = field(default_factory=dict)
    paths: Paths = field(default_factory=Paths)

    def edited(self, path: str, text: SourceFile | None) -> Kept[T] | None:
        """The same, one file being edited now; ``text`` is that before the edit. None when that is not known."""
        if path in self.texts:
            return self
        return Kept(self.value, {**self.texts, path: text}, self.paths) if text is not None else None

    def moves(self, read: Read) -> dict[str, Move] | None:
        """How places are moved by the edits; None when a file cannot be read any more."""
        found: dict[str, Move] = {}
        for path, before in self.texts.items():
            now = read(path)
            if now is None:
                return None
            if now.text != before.text:
                found[path] = move_between(before.text, now.text)
        return found

    def moved(self, read: Read) -> T | None:
        """The result with its places as they are now."""
        moves = self.moves(read)
        return cast("T", relocated(self.value, moves, self.paths)) if moves is not None else None


def evaluation_after(kept: Kept[Evaluation], read: Read, is_mentioned: Callable[[str], bool]) -> Evaluation | None:
    """An evaluation of the start for the present texts; None when something changed that it depends on.

    ``is_mentioned`` as for ``same_start``.
    """
    for path, before in kept.texts.items():
        now = read(path)
        entered = kept.value.entered.get(path, frozenset())
        if now is None or (before.is_broken and not now.is_broken):
            return None
        if not same_start(before, now, entered, is_mentioned):
            return None
    moves = kept.moves(read)
    if not moves:
        return kept.value
    table, configs = relocated((kept.value.table, kept.value.configs), moves, kept.paths)
    return replace(kept.value, table=table, configs=configs)


def imports_alike(before: FileFacts, after: FileFacts) -> bool:
    """Whether a file takes the same part in the order of imports as it did."""
    parts = [(f.import_time, f.exports, f.stars, f.dunder_all, f.is_package) for f in (before, after)]
    return same_shape(*parts)


def names_alike(before: FileFacts, after: FileFacts) -> bool:
    """Whether a file gives names and classes to the same things as it did; what its functions do may differ."""
    parts = [
        (f.module, f.exports, f.stars, f.dunder_all, f.is_package, f.functions, f.classes, f.containers)
        for f in (before, after)
    ]
    return same_shape(*parts)
