"""What a check may ask: the file, its names and classes, the project, and help with findings and fixes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import Any, TypeVar, cast

from packaging.version import Version

from flask_ls.project.facts import FileFacts
from flask_ls.project.index import FileIndex
from flask_ls.project.inference import Inference
from flask_ls.project.model import ProjectModel
from flask_ls.project.site import Site
from flask_ls.rules.fixing import EditBuilder
from flask_ls.rules.rule import Rule
from flask_ls.rules.saying import Saying
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span

LATEST_FLASK = Version("3.1.3")

T = TypeVar("T")


@dataclass(frozen=True)
class Unit:
    """One file with everything computed from it once for all rules.

    ``flask`` is the installed Flask version of the project (the latest known one when none is found). ``read`` gives
    another file of the workspace, as the editor has it. ``installed`` maps normalised distribution names
    (``flask-sqlalchemy``) to versions, as far as known.
    """

    path: str
    source: SourceFile
    index: FileIndex
    model: ProjectModel
    infer: Inference
    flask: Version = LATEST_FLASK
    read: Callable[[str], SourceFile | None] = field(default=lambda path: None)
    memo: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)
    installed: Mapping[str, Version] = field(default_factory=dict)

    @cached_property
    def is_test(self) -> bool:
        """Whether the file belongs to tests, by the naming conventions of pytest and unittest."""
        return is_test_path(self.path)


class Context(Saying[ast.AST]):
    """A unit seen by one rule."""

    def __init__(self, unit: Unit, rule: Rule) -> None:
        self.unit = unit
        self.rule = rule
        self.path = unit.path
        self.source = unit.source
        self.index = unit.index
        self.tree = unit.index.tree
        self.model = unit.model
        self.infer = unit.infer
        self.flask = unit.flask

    # Asking

    @property
    def is_test(self) -> bool:
        """Whether the file belongs to tests."""
        return self.unit.is_test

    def is_older(self, distribution: str, version: str) -> bool:
        """Whether this distribution is known to be installed in a version below ``version``."""
        installed = self.unit.installed.get(distribution)
        return installed is not None and installed < Version(version)

    def name(self, node: ast.AST | None) -> str | None:
        """The canonical name of a name or attribute chain: ``flask.current_app``, ``shop.models.db``."""
        return self.infer.qualified(node)

    def called(self, node: ast.AST | None) -> str | None:
        """The canonical name of what a call calls; None when the node is no call or the name is unknown."""
        return self.infer.called(node)

    def member(self, node: ast.AST | None) -> str | None:
        """``Class.attribute`` of an attribute access on a known instance: ``flask.Flask.run`` for ``app.run``."""
        return self.infer.member(node)

    def is_instance(self, node: ast.AST | None, *classes: str) -> bool:
        """Whether the expression is known to be an instance of one of these classes."""
        return self.infer.is_instance(node, *classes)

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node around this one."""
        return self.index.parent(node)

    def span(self, node: ast.AST) -> Span:
        """Where a node stands."""
        return self.source.span(node)

    def text(self, node: ast.AST) -> str:
        """The source of a node."""
        return self.source.segment(node)

    def site(self, node: ast.AST) -> Site:
        """Where a node stands, with the file."""
        return Site(self.path, self.source.span(node))

    def read(self, path: str) -> SourceFile | None:
        """Another file of the workspace as the editor has it; None when it cannot be read."""
        return self.source if path == self.path else self.unit.read(path)

    def once(self, compute: Callable[[Context], T]) -> T:
        """``compute(self)``, computed once for this file whatever number of rules ask."""
        memo = self.unit.memo
        if compute not in memo:
            memo[compute] = compute(self)
        return cast("T", memo[compute])

    # Fixing

    def edit(self, path: str | None = None) -> EditBuilder:
        """A builder of edits in this file, or in another one of the workspace."""
        source = self.source if path is None else self.read(path)
        index = self.index if path is None or path == self.path else None
        path = path or self.path
        return EditBuilder(path, source or SourceFile(""), index, partial(self._is_imported, path))

    def _is_imported(self, path: str, name: str) -> bool:
        """Whether another file imports this name from the file."""
        facts = self.model.files.get(path)
        if facts is None:
            return False
        last = facts.module.rpartition(".")[2]
        wanted = {(last, name), (last, "*")}
        takers = (p for p, names in self.model.each(_imported_names).items() if not wanted.isdisjoint(names))
        return any(_imports_from(self.model, self.model.files[taker], facts.module, name) for taker in takers)


def _imported_names(facts: FileFacts) -> frozenset[tuple[str, str]]:
    """The last part of the module, and the name, of each ``from module import name``."""
    return frozenset((fact.module.rpartition(".")[2], name) for fact in facts.imports for name, _ in fact.names)


def _imports_from(model: ProjectModel, facts: FileFacts, module: str, name: str) -> bool:
    return any(
        imported in (name, "*") and model.names.imported(facts.module, fact.module) == module
        for fact in facts.imports
        for imported, _ in fact.names
    )


@lru_cache(4096)
def is_test_path(path: str) -> bool:
    """Whether a path is that of a test file, by the naming conventions of pytest and unittest."""
    parts = path.replace("\\", "/").split("/")
    name = parts[-1]
    return (
        name.startswith("test_")
        or name.endswith("_test.py")
        or name in ("conftest.py", "tests.py")
        or any(p in ("tests", "test", "testing", "testsuite") for p in parts[-4:-1])
    )
