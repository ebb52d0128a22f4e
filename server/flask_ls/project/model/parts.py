"""What each file contributes to an answer about the whole project, kept up to date file by file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask_ls.project.facts import FileFacts

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
        self._named: dict[NamedPart[Any], Mapping[str, Any]] = {}
        self._reduced: dict[Callable[[Any], Any], tuple[object, Any]] = {}
        self._lost: frozenset[NamedPart[Any]] = frozenset()

    def is_lost(self, part: NamedPart[Any]) -> bool:
        """Whether an edit changed what names stand for, so that every file has to be asked again."""
        return part in self._lost and part not in self._named

    def plain(self, part: Part[T]) -> Mapping[str, T]:
        """Path -> the part of each file that has one (a true value), in the order of the files."""
        if part not in self._plain:
            self._plain[part] = {p: value for p, facts in self._model.files.items() if (value := part(facts))}
        return self._plain[part]

    def named(self, part: NamedPart[T]) -> Mapping[str, T]:
        """The same for parts that also depend on what names of the project stand for."""
        if part not in self._named:
            model = self._model
            self._named[part] = {p: value for p, facts in model.files.items() if (value := part(facts, model))}
        return self._named[part]

    def reduced(self, part: Part[T], combine: Callable[[Mapping[str, T]], V]) -> V:
        """``combine`` of the parts, computed again only when they differ."""
        parts = self.plain(part)
        known = self._reduced.get(combine)
        if known is None or known[0] is not parts:
            known = self._reduced[combine] = (parts, combine(parts))
        return cast("V", known[1])

    def after_edit(self, model: ProjectModel, facts: FileFacts, *, names_alike: bool) -> Parts:
        """The parts of the model after one file changed. ``names_alike``: every name stands for what it stood for."""
        parts = Parts(model)
        # A part that fails does so again where it is asked for.
        for plain, known in self._plain.items():
            with suppress(Exception):
                parts._plain[plain] = _with(known, facts.path, plain(facts), model.files)
        if names_alike:
            parts._lost = self._lost
            for named, known in self._named.items():
                with suppress(Exception):
                    parts._named[named] = _with(known, facts.path, named(facts, model), model.files)
        else:
            parts._lost = self._lost | self._named.keys()
        parts._reduced = dict(self._reduced)
        return parts


def _with(known: Mapping[str, T], path: str, value: T, files: Mapping[str, FileFacts]) -> Mapping[str, T]:
    """The parts with another one for a file; the same object when they are equal."""
    if (known[path] == value) if path in known else not value:
        return known
    changed = {**known, path: value}
    if path in known and value:
        return changed
    return {p: changed[p] for p in files if p in changed and (p != path or value)}
