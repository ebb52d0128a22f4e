"""Finds the operations that may mention something by its name, over all files, without reading any of them again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from flask_ls.project.bodies import Op, collect_names, leaves
from flask_ls.project.contexts.code import Latest
from flask_ls.project.contexts.conventions import is_test_path
from flask_ls.project.contexts.values import BodyKey
from flask_ls.project.facts import FileFacts
from flask_ls.project.tracking import Input, Memo, Part, Tracker

Index = dict[str, tuple["Site", ...]]


class Site(NamedTuple):
    """Leaf number ``leaf`` of a body."""

    body: BodyKey
    leaf: int
    op: Op


class Sites:
    """Names -> operations, kept up to date file by file."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._paths = _by_name(tracker.files.values())
        self._order = {path: number for number, path in enumerate(tracker.files)}
        self._index = Latest(_index)
        self._renames = _renames(tracker.files)
        self._holders = _holders(tracker.files)
        self._in_file = Part(tracker, self._find_in_file)
        self._of_any = Part(tracker, self._find_of_any)
        self._written = Input(tracker, self._find_written)
        self._files: Input[str, tuple[str, ...]] = Input(tracker, lambda name: tuple(self._paths_of(name)))
        self._mentions: Memo[tuple[str, bool], list[Site]] = Memo(tracker, self._find_mentions, [])
        self._calls: Memo[str, list[Site]] = Memo(tracker, self._find_calls, [])

    def edited(self, before: FileFacts, facts: FileFacts) -> None:
        """One file has other operations now."""
        old, new = self._index(before), self._index(facts)
        for name in old.keys() - new.keys():
            self._paths[name].discard(facts.path)
        for name in new.keys() - old.keys():
            self._paths.setdefault(name, set()).add(facts.path)
        self._files.changed(old.keys() ^ new.keys())
        self._written.changed(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))

    def mentions(self, name: str, *, tests: bool = True) -> list[Site]:
        """The operations that mention something that may be called ``name`` where it is defined.

        ``tests``: also those in the files of tests.
        """
        return self._mentions((name, tests))

    def calls(self, name: str) -> list[Site]:
        """The calls, outside of tests, of something that may be called ``name`` where it is defined."""
        return self._calls(name)

    def in_file(self, path: str, name: str) -> tuple[Site, ...]:
        """The operations of one file that mention what is written so."""
        return self._in_file(path, name)

    def of_any(self, path: str, names: frozenset[str]) -> tuple[Site, ...]:
        """The operations of one file that mention something written as one of these, in order of body and number."""
        return self._of_any(path, names)

    def files_with(self, name: str) -> list[str]:
        """The files that mention something that may be called ``name`` where it is defined."""
        return list(dict.fromkeys(path for written in self._names_of(name) for path in self._files(written)))

    def is_mentioned(self, name: str) -> bool:
        """Whether some operation mentions what is written so."""
        return bool(self._paths.get(name))

    def holders(self, cls: str) -> set[str]:
        """The variables and attributes that are bound to calls of what may be called ``cls`` where it is defined."""
        return set().union(*(self._holders.get(n, ()) for n in self._names_of(cls)))

    def names_of(self, *names: str) -> set[str]:
        """Every name under which things of these names may be mentioned."""
        return set().union(*(self._names_of(n) for n in names))

    def _names_of(self, name: str) -> list[str]:
        """The name and every name it is imported or assigned under."""
        found = {name: None}
        todo = [name]
        while todo:
            for other in sorted(self._renames.get(todo.pop(), ())):
                if other not in found:
                    found[other] = None
                    todo.append(other)
        return list(found)

    def _find_in_file(self, facts: FileFacts, name: str) -> tuple[Site, ...]:
        return self._index(facts).get(name, ())

    def _find_of_any(self, facts: FileFacts, names: frozenset[str]) -> tuple[Site, ...]:
        if names.isdisjoint(facts.mentioned):
            return ()
        index = self._index(facts)
        found = {(site.body.id, site.leaf): site for name in names & index.keys() for site in index[name]}
        return tuple(site for _, site in sorted(found.items()))

    def _find_written(self, name: str) -> list[Site]:
        files = self._tracker.files
        return [site for path in self._paths_of(name) for site in self._index(files[path]).get(name, ())]

    def _paths_of(self, name: str) -> list[str]:
        return sorted(self._paths.get(name, ()), key=self._order.__getitem__)

    def _find_mentions(self, key: tuple[str, bool]) -> list[Site]:
        name, tests = key
        written = self._names_of(name)
        found = self._written(name) if len(written) == 1 else [site for each in written for site in self._written(each)]
        return found if tests else [site for site in found if not is_test_path(site.body.path)]

    def _find_calls(self, name: str) -> list[Site]:
        return [s for s in self.mentions(name, tests=False) if s.op[0] == "c" and s.op[4] != "decorator"]


def _by_name(files: Iterable[FileFacts]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for facts in files:
        path = facts.path
        for name in facts.mentioned:
            found.setdefault(name, set()).add(path)
    return found


def _renames(files: Mapping[str, FileFacts]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for facts in files.values():
        for name, exports in facts.exports.items():
            for export in exports:
                if export.kind in ("alias", "name"):
                    target = export.target.rpartition(":")[2].rpartition(".")[2]
                    if target and target != name:
                        found.setdefault(target, set()).add(name)
        for cls in facts.classes.values():
            for name, value in cls.attributes.items():
                if value is not None and not value.called:
                    target = value.dotted.rpartition(".")[2]
                    if target != name:
                        found.setdefault(target, set()).add(name)
    return found


def _holders(files: Mapping[str, FileFacts]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for facts in files.values():
        for name, exports in facts.exports.items():
            for export in exports:
                if export.kind == "value":
                    found.setdefault(export.target.rpartition(".")[2], set()).add(name)
        for cls in facts.classes.values():
            for name, value in cls.attributes.items():
                if value is not None and value.called:
                    found.setdefault(value.dotted.rpartition(".")[2], set()).add(name)
    return found


def _index(facts: FileFacts) -> Index:
    found: dict[str, list[Site]] = {}
    for body in facts.bodies.values():
        key = BodyKey(facts.path, body.id)
        for number, op in enumerate(leaves(body.block)):
            names: set[str] = set()
            collect_names(op, names)
            site = Site(key, number, op)
            for name in names:
                found.setdefault(name, []).append(site)
    return {name: tuple(sites) for name, sites in found.items()}
