"""Finds the operations that may mention something by its name, over all files, without reading any of them again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from flask_ls.project.bodies import Op, collect_names, leaves
from flask_ls.project.contexts.conventions import is_test_path
from flask_ls.project.contexts.values import BodyKey
from flask_ls.project.facts import FileFacts
from flask_ls.project.shape import same_shape


class Site(NamedTuple):
    """Leaf number ``leaf`` of a body."""

    body: BodyKey
    leaf: int
    op: Op


class Sites:
    """Names -> operations. Cheap to derive for the next model when one file changed."""

    def __init__(self, files: Mapping[str, FileFacts], before: Sites | None = None) -> None:
        self._files = files
        if before is None:
            self._base = _by_name(files.values())
            self._base_files = dict(files)
            self._in_file: dict[str, dict[str, list[Site]]] = {}
        else:
            self._base, self._base_files = before._base, before._base_files
            self._in_file = {p: v for p, v in before._in_file.items() if files.get(p) is before._files.get(p)}
        self._changed = [p for p, f in files.items() if self._base_files.get(p) is not f]
        self._gone = {p for p in self._base_files if p not in files} | set(self._changed)
        self._renames: dict[str, set[str]] | None = None
        self._holders: dict[str, set[str]] | None = None
        if before is not None and _rename_alike(before._files, files):
            self._renames = before._renames
            self._holders = before._holders
        self._mentions: dict[tuple[str, bool], list[Site]] = {}
        self._calls: dict[str, list[Site]] = {}

    @property
    def is_worn(self) -> bool:
        """Whether so much changed since the names were collected that collecting them again is due."""
        return len(self._gone) > 50

    def mentions(self, name: str, *, tests: bool = True) -> list[Site]:
        """The operations that mention something that may be called ``name`` where it is defined.

        ``tests``: also those in the files of tests.
        """
        known = self._mentions.get((name, tests))
        if known is None:
            known = self._mentions[name, tests] = []
            for written in self._names_of(name):
                for path in self._paths(written):
                    if tests or not is_test_path(path):
                        known.extend(self.in_file(path).get(written, ()))
        return known

    def calls(self, name: str) -> list[Site]:
        """The calls, outside of tests, of something that may be called ``name`` where it is defined."""
        known = self._calls.get(name)
        if known is None:
            known = self._calls[name] = [s for s in self.mentions(name, tests=False) if _is_call(s.op)]
        return known

    def in_file(self, path: str) -> dict[str, list[Site]]:
        """Name -> the operations of one file that mention it."""
        known = self._in_file.get(path)
        if known is None:
            known = self._in_file[path] = _index(self._files[path])
        return known

    def files_with(self, name: str) -> Iterator[str]:
        """The files that mention something that may be called ``name`` where it is defined."""
        seen: set[str] = set()
        for written in self._names_of(name):
            for path in self._paths(written):
                if path not in seen:
                    seen.add(path)
                    yield path

    def _paths(self, name: str) -> Iterator[str]:
        for path in self._base.get(name, ()):
            if path not in self._gone:
                yield path
        for path in self._changed:
            if name in self._files[path].mentioned:
                yield path

    def is_mentioned_in(self, files: Mapping[str, FileFacts], name: str) -> bool:
        """Whether some operation of these files, of which most are the same, mentions a name."""
        base = self._base_files
        if any(files.get(path) is base[path] for path in self._base.get(name, ())):
            return True
        return any(name in facts.mentioned for path, facts in files.items() if base.get(path) is not facts)

    def holders(self, cls: str) -> set[str]:
        """The variables and attributes that are bound to calls of what may be called ``cls`` where it is defined."""
        if self._holders is None:
            self._holders = _holders(self._files)
        return set().union(*(self._holders.get(n, ()) for n in self._names_of(cls)))

    def _names_of(self, name: str) -> set[str]:
        """The name and every name it is imported or assigned under."""
        if self._renames is None:
            self._renames = _renames(self._files)
        found = {name}
        todo = [name]
        while todo:
            for other in self._renames.get(todo.pop(), ()):
                if other not in found:
                    found.add(other)
                    todo.append(other)
        return found

    def names_of(self, *names: str) -> set[str]:
        """Every name under which things of these names may be mentioned."""
        return set().union(*(self._names_of(n) for n in names))


def _is_call(op: Op) -> bool:
    return bool(op[0] == "c" and op[4] != "decorator")


def _by_name(files: object) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for facts in files:  # type: ignore[attr-defined]
        path = facts.path
        for name in facts.mentioned:
            found.setdefault(name, []).append(path)
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


def _rename_alike(before: Mapping[str, FileFacts], files: Mapping[str, FileFacts]) -> bool:
    """Whether what differs between two sets of files gives no other name to anything."""
    if before.keys() != files.keys():
        return False
    changed = [(old, new) for path, new in files.items() if (old := before[path]) is not new]
    return all(same_shape((o.exports, o.classes), (n.exports, n.classes)) for o, n in changed)


def _index(facts: FileFacts) -> dict[str, list[Site]]:
    found: dict[str, list[Site]] = {}
    for body in facts.bodies.values():
        key = BodyKey(facts.path, body.id)
        for number, op in enumerate(leaves(body.block)):
            names: set[str] = set()
            collect_names(op, names)
            site = Site(key, number, op)
            for name in names:
                found.setdefault(name, []).append(site)
    return found
