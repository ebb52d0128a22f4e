"""Results that are kept while files are edited, with the places in them moved along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar, cast

from flask_ls.project.facts import FileFacts
from flask_ls.project.relocate import Move, Paths, move_between, relocated
from flask_ls.project.shape import same_shape
from flask_ls.syntax.source import SourceFile

if TYPE_CHECKING:
    from flask_ls.project.interp.evaluation import Evaluation
    from flask_ls.project.start_code import Around

T = TypeVar("T")
T2 = TypeVar("T2")
Read = Callable[[str], "SourceFile | None"]


class NotYet(Exception):
    """What is asked takes long to find out and is known when typing rests."""


class Edited(NamedTuple):
    """What happened to a file since a result was found: its text then, its latest text, and the way between them."""

    first: SourceFile
    latest: SourceFile
    move: Move

    def moved(self, now: SourceFile) -> Edited:
        """The same after one more edit."""
        if now is self.latest or now.text == self.latest.text:
            return self
        if now.text == self.first.text:
            return _unedited(self.first)
        return Edited(self.first, now, self.move.then(self.latest.text, now.text))


def _unedited(text: SourceFile) -> Edited:
    return Edited(text, text, move_between(text.text, text.text))


@dataclass(frozen=True)
class Kept(Generic[T]):
    """A result, and what happened since to the files that were edited."""

    value: T
    files: Mapping[str, Edited] = field(default_factory=dict)
    paths: Paths = field(default_factory=Paths)

    def edited(self, path: str, text: SourceFile | None) -> Kept[T] | None:
        """The same, one file being edited now; ``text`` is that before the edit. None when that is not known."""
        if text is None:
            return None
        known = self.files.get(path)
        return Kept(self.value, {**self.files, path: known.moved(text) if known else _unedited(text)}, self.paths)

    def now(self, read: Read) -> dict[str, Edited] | None:
        """The edited files as they are now; None when one cannot be read any more."""
        found: dict[str, Edited] = {}
        for path, known in self.files.items():
            text = read(path)
            if text is None:
                return None
            found[path] = known.moved(text)
        return found

    def moved(self, read: Read) -> T | None:
        """The result with its places as they are now."""
        files = self.now(read)
        return self.relocated(self.value, files) if files is not None else None

    def relocated(self, value: T2, files: Mapping[str, Edited]) -> T2:
        """A part of the result with its places as they are in these texts."""
        moves = {path: file.move for path, file in files.items() if file.latest.text != file.first.text}
        return cast("T2", relocated(value, moves, self.paths)) if moves else value


def evaluation_after(kept: Kept[Evaluation], read: Read, around: Callable[[str], Around]) -> Evaluation | None:
    """An evaluation of the start for the present texts; None when something changed that it depends on.

    ``around``: path -> what the rest of the project has to do with that file.
    """
    # The interpreter is loaded by who evaluates or edits; most processes do neither.
    from flask_ls.project.interp.evaluation import mark_of
    from flask_ls.project.start_code import same_start

    files = kept.now(read)
    if files is None or any(mark_of(_text(read, path)) != mark for path, mark in kept.value.opened.items()):
        return None
    for path, file in files.items():
        entered = kept.value.entered.get(path, frozenset())
        if file.first.is_broken and not file.latest.is_broken:
            return None
        if not same_start(file.first, file.latest, entered, around(path), kept.value.sought):
            return None
    if all(file.latest is file.first for file in files.values()):
        return kept.value
    table, configs = kept.relocated((kept.value.table, kept.value.configs), files)
    return replace(kept.value, table=table, configs=configs)


def _text(read: Read, path: str) -> str | None:
    source = read(path)
    return source.text if source is not None else None


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
