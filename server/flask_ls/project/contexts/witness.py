"""A way to a use as steps, in the order in which they happen, and the places of operations in their files."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from flask_ls.project.contexts.entries import Entry
from flask_ls.project.contexts.roles import SOURCES
from flask_ls.project.extract.calls import Extracted, extract_bodies
from flask_ls.project.index import FileIndex
from flask_ls.project.site import Site
from flask_ls.syntax.source import SourceFile

if TYPE_CHECKING:
    from flask_ls.project.contexts.analysis import Contexts

Read = Callable[[str], "SourceFile | None"]


class Step(NamedTuple):
    """One step of a witness."""

    site: Site
    message: str


class Places:
    """The nodes and places behind the operations of a project's bodies."""

    def __init__(self, contexts: Contexts, read: Read) -> None:
        self._contexts = contexts
        self._read = read

    def extracted(self, path: str) -> Extracted | None:
        """The bodies of a file with their nodes."""
        source = self._read(path)
        facts = self._contexts.model.files.get(path)
        if source is None or facts is None:
            return None
        return extracted_of(source, facts.module, facts.is_package)

    def node(self, path: str, body: str, leaf: int) -> ast.AST | None:
        """The node of an operation."""
        found = self.extracted(path)
        nodes = found.nodes.get(body, []) if found is not None else []
        return nodes[leaf] if leaf < len(nodes) else None

    def site(self, path: str, body: str, leaf: int) -> Site | None:
        """The place of an operation; of a call the function's name, of a decorated definition the decorator."""
        node = self.node(path, body, leaf)
        source = self._read(path)
        return Site(path, source.span(node)) if node is not None and source is not None else None

    def name(self, path: str, body: str) -> Site | None:
        """The place of a function's name."""
        facts = self._contexts.model.files.get(path)
        known = facts.functions.get(body) if facts is not None else None
        if known is not None:
            return Site(path, known.name_span)
        found = self.extracted(path)
        root = found.roots.get(body) if found is not None else None
        source = self._read(path)
        return Site(path, source.span(root)) if root is not None and source is not None else None


def steps(contexts: Contexts, places: Places, entry: Entry) -> list[Step]:
    """The steps from where a witness starts to the body of the use."""
    chain: list[Entry] = []
    current: Entry | None = entry
    while current is not None:
        chain.append(current)
        current = current.caller
    chain.reverse()
    found: list[Step] = []
    first = chain[0]
    if first.at is not None:
        _add(found, places.site(first.at.body.path, first.at.body.id, first.at.leaf), _start(contexts, first))
    elif first.key.id:
        _add(found, places.name(first.key.path, first.key.id), _start(contexts, first))
    for number, step in enumerate(chain[1:]):
        if step.at is None:
            continue
        site = places.site(step.at.body.path, step.at.body.id, step.at.leaf)
        message = f"{called(contexts, step)} is called here"
        if number == 0 and not first.key.id:
            message += ", while the module is imported" if kind_of(contexts, entry) != "script" else ""
        _add(found, site, message)
    return found


def _add(found: list[Step], site: Site | None, message: str) -> None:
    if site is not None:
        found.append(Step(site, message))


def _start(contexts: Contexts, entry: Entry) -> str:
    return f"{called(contexts, entry)} {SOURCES[entry.source].says}"


def called(contexts: Contexts, entry: Entry) -> str:
    """What is entered, for a reader: `send()`, `Mailer.send()`, "this lambda"."""
    body = contexts.values.signature(entry.key)
    if body is None or body.kind == "module":
        return "the module"
    if body.kind == "lambda":
        return "this lambda"
    if body.kind == "generator":
        return "this generator"
    name = f"{body.cls.rpartition('.')[2]}.{body.name}" if body.cls else body.name
    return f"`{name}()`"


def kind_of(contexts: Contexts, entry: Entry, leaf: int | None = None) -> str:
    """The kind of a way: the source of its start; ``script`` for what runs under ``if __name__ == "__main__"``.

    ``leaf`` is the use's own number, for a use that stands in the module itself.
    """
    source = entry.source
    if source != "import":
        return source
    while entry.caller is not None:
        leaf = entry.at.leaf if entry.at is not None else None
        entry = entry.caller
    flow = contexts.flow(entry.key)
    return "script" if flow is not None and leaf in flow.script else source


_EXTRACTED: WeakKeyDictionary[SourceFile, Extracted] = WeakKeyDictionary()


def extracted_of(source: SourceFile, module: str, is_package: bool, index: FileIndex | None = None) -> Extracted:
    """The bodies of a file with their nodes, remembered as long as the text lives."""
    known = _EXTRACTED.get(source)
    if known is None:
        index = index or FileIndex(source.tree, module, is_package=is_package)
        known = _EXTRACTED[source] = extract_bodies(index)
    return known
