"""What each file contributes to an answer about the whole project, kept up to date file by file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask_ls.project.facts import FileFacts
from flask_ls.project.tracking import Input, Memo
from flask_ls.syntax.source import SourceFile

if TYPE_CHECKING:
    from flask_ls.project.model.project import ProjectModel

T = TypeVar("T")
V = TypeVar("V")
Part = Callable[[FileFacts], T]
NamedPart = Callable[[FileFacts, "ProjectModel"], T]


class Parts:
    """The parts of all files of a model, each computed once while its file stays the same."""

    def __init__(self, model: ProjectModel) -> None:
        self._model = model
        self._plain: dict[Part[Any], Mapping[str, Any]] = {}
        self._reduced: dict[tuple[Part[Any], Callable[[Any], Any]], tuple[object, Any]] = {}

    def plain(self, part: Part[T]) -> Mapping[str, T]:
        """Path -> the part of each file that has one (a true value), in the order of the files."""
        if part not in self._plain:
            self._plain[part] = {p: value for p, facts in self._model.files.items() if (value := part(facts))}
        return self._plain[part]

    def reduced(self, part: Part[T], combine: Callable[[Mapping[str, T]], V]) -> V:
        """``combine`` of the parts, computed again only when they differ."""
        parts = self.plain(part)
        known = self._reduced.get((part, combine))
        if known is None or known[0] is not parts:
            known = self._reduced[part, combine] = (parts, combine(parts))
        return cast("V", known[1])

    def after_edit(self, model: ProjectModel, facts: FileFacts) -> Parts:
        """The parts of the model after one file changed."""
        parts = Parts(model)
        # A part that fails does so again where it is asked for.
        for plain, known in self._plain.items():
            with suppress(Exception):
                parts._plain[plain] = _with(known, facts.path, plain(facts), model.files)
        parts._reduced = dict(self._reduced)
        return parts


class NamedParts:
    """Parts that also depend on what names of the project stand for: those are asked again where that changed."""

    def __init__(self, model: ProjectModel) -> None:
        self._model = model
        tracker = model.tracker
        self._facts: Input[str, FileFacts] = Input(tracker, lambda path: self._model.files[path])
        self._of_file: Memo[tuple[NamedPart[Any], str], Any] = Memo(tracker, self._find, None)
        self._all: Memo[NamedPart[Any], dict[str, Any]] = Memo(tracker, self._find_all, {})

    def __call__(self, part: NamedPart[T]) -> Mapping[str, T]:
        """Path -> the part of each file that has one (a true value), in the order of the files."""
        return self._all(part)

    def of_model(self, model: ProjectModel) -> None:
        """Ask this model from now on, in which files stand where they stood."""
        self._model = model

    def edited(self, path: str) -> None:
        """A file of the model says something else now."""
        self._facts.changed([path])

    def _find(self, question: tuple[NamedPart[T], str]) -> T:
        part, path = question
        return part(self._facts(path), self._model)

    def _find_all(self, part: NamedPart[T]) -> dict[str, T]:
        return {path: value for path in self._model.files if (value := self._of_file((part, path)))}


class TemplateParts:
    """The parts of the texts of all templates, each computed once while its template stays the same."""

    def __init__(self) -> None:
        self._known: dict[Callable[[str], Any], dict[str, Any]] = {}
        self._reduced: dict[tuple[Callable[[str], Any], Callable[[Any], Any]], tuple[frozenset[str], Any]] = {}

    def reduced(
        self,
        templates: frozenset[str],
        read: Callable[[str], SourceFile | None],
        part: Callable[[str], T],
        combine: Callable[[Mapping[str, T]], V],
    ) -> V:
        """``combine`` of path -> ``part(text)`` of these templates."""
        answer = self._reduced.get((part, combine))
        if answer is None or answer[0] != templates:
            known = self._known.setdefault(part, {})
            for path in templates - known.keys():
                source = read(path)
                known[path] = part(source.text if source is not None else "")
            answer = self._reduced[part, combine] = (templates, combine({p: known[p] for p in templates}))
        return cast("V", answer[1])

    def changed(self, path: str) -> None:
        """A template has another text now."""
        self._reduced.clear()
        for known in self._known.values():
            known.pop(path, None)


def _with(known: Mapping[str, T], path: str, value: T, files: Mapping[str, FileFacts]) -> Mapping[str, T]:
    """The parts with another one for a file; the same object when they are equal."""
    if (known[path] == value) if path in known else not value:
        return known
    changed = {**known, path: value}
    if path in known and value:
        return changed
    return {p: changed[p] for p in files if p in changed and (p != path or value)}


def union(parts: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """What any file has: a ``combine`` for parts that are sets."""
    return frozenset[str]().union(*parts.values())
