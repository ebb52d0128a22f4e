"""What importing a module does, in order: imports, bindings, uses of imported names, calls of its own functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from flask_ls.project.extract.refs import dotted_name, is_type_checking
from flask_ls.project.facts import ImportEvent, ImportTime
from flask_ls.project.index import COMPREHENSIONS, FUNCTIONS, FileIndex
from flask_ls.project.modules import resolve_relative
from flask_ls.project.walk import CHILD_FIELDS
from flask_ls.syntax.source import SourceFile

_CONDITIONAL = frozenset({*COMPREHENSIONS, ast.IfExp, ast.BoolOp} - {ast.GeneratorExp})
# What holds no use, or none that happens now.
_EMPTY = frozenset({ast.Name, ast.Constant, ast.Lambda, ast.GeneratorExp})
# `except*` of Python 3.11 is a node type of its own with the fields of ast.Try.
_TRIES: tuple[type[ast.Try], ...] = (ast.Try, getattr(ast, "TryStar", ast.Try))


def import_time(source: SourceFile, index: FileIndex) -> ImportTime:
    """The order of events when the module is imported, and the imports that its functions make when called."""
    walk = _Walk(source, index)
    walk.block(index.tree.body, "")
    functions: dict[str, list[ImportEvent]] = {}
    statements: list[ast.Import | ast.ImportFrom] = [*index.nodes(ast.Import), *index.nodes(ast.ImportFrom)]
    for node in sorted(statements, key=lambda n: (n.lineno, n.col_offset)):
        function = index.function_of(node)
        if isinstance(function, FUNCTIONS):
            guard = "condition" if any(isinstance(a, (ast.If, ast.Try)) for a in index.ancestors(node)) else ""
            functions.setdefault(index.qualname(function), []).extend(walk.imports(node, guard))
    return ImportTime(tuple(walk.events), {q: tuple(e) for q, e in functions.items()}, frozenset(walk.main))


class _Walk:
    def __init__(self, source: SourceFile, index: FileIndex) -> None:
        self.source = source
        self.index = index
        self.events: list[ImportEvent] = []
        self.main: set[str] = set()
        self._seen: set[tuple[str, str]] = set()
        self._bound = index.root.bindings

    def block(self, statements: list[ast.stmt], guard: str) -> None:
        for statement in statements:
            self._statement(statement, guard)

    def imports(self, node: ast.Import | ast.ImportFrom, guard: str) -> Iterator[ImportEvent]:
        span = self.source.span(node)
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                yield ImportEvent("import", span, alias.name, bound=(bound,), guard=guard)
        else:
            module = resolve_relative(self.index.module, self.index.is_package, node.level, node.module)
            names = tuple(a.name for a in node.names)
            yield ImportEvent("from", span, module, names, tuple(a.asname or a.name for a in node.names), guard)

    def _statement(self, statement: ast.stmt, guard: str) -> None:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            self.events.extend(self.imports(statement, guard))
        elif isinstance(statement, ast.If):
            self._if(statement, guard)
        elif isinstance(statement, _TRIES):
            self.block(statement.body, "try" if statement.handlers else guard)
            for handler in statement.handlers:
                self.block(handler.body, "condition")
            self.block(statement.orelse, guard)
            self.block(statement.finalbody, guard)
        elif isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
            for decorator in statement.decorator_list:
                self._uses(decorator, guard)
            if isinstance(statement, ast.ClassDef):
                for base in [*statement.bases, *(k.value for k in statement.keywords)]:
                    self._uses(base, guard)
                before = len(self.events)
                self.block(statement.body, guard)
                # What a class body binds are attributes of the class, not names of the module.
                self.events[before:] = [e for e in self.events[before:] if e.kind != "bind"]
            else:
                for default in [*statement.args.defaults, *filter(None, statement.args.kw_defaults)]:
                    self._uses(default, guard)
            self._bind(statement.name, statement, guard)
        elif not isinstance(statement, ast.AnnAssign) or statement.value is not None:
            # `x: T` binds nothing.
            self._simple(statement, guard)

    def _if(self, statement: ast.If, guard: str) -> None:
        if is_type_checking(statement.test):
            self.block(statement.orelse, guard)
        elif _is_main_guard(statement.test):
            self.main.update(n.id for s in statement.body for n in ast.walk(s) if isinstance(n, ast.Name))
            self.block(statement.orelse, guard)
        elif isinstance(statement.test, ast.Constant):  # `if True:`
            self.block(statement.body if statement.test.value else statement.orelse, guard)
        else:
            self._uses(statement.test, guard)
            self.block(statement.body, "condition")
            self.block(statement.orelse, "condition")

    def _simple(self, statement: ast.stmt, guard: str) -> None:
        if isinstance(statement, ast.Expr):
            self._uses(statement.value, guard)
        elif isinstance(statement, ast.Assign) and all(isinstance(t, ast.Name) for t in statement.targets):
            self._uses(statement.value, guard)
            for target in statement.targets:
                self._bind(target.id, statement, guard)  # type: ignore[attr-defined]
        else:
            self._compound(statement, guard)

    def _compound(self, statement: ast.stmt, guard: str) -> None:
        inner = "condition" if isinstance(statement, (ast.For, ast.AsyncFor, ast.While, ast.Match)) else guard
        blocks: list[list[ast.stmt]] = []
        for name, value in ast.iter_fields(statement):
            if name == "annotation":
                # Evaluated later or never, where PEP 563 or PEP 649 is in force.
                continue
            if name in ("body", "orelse") and isinstance(value, list):
                blocks.append(value)
            elif name == "cases":
                blocks.extend(case.body for case in value)
            else:
                for node in value if isinstance(value, list) else [value]:
                    if isinstance(node, ast.AST):
                        self._uses(node, guard)
        targets = getattr(statement, "targets", [])
        for target in [*targets, *filter(None, [getattr(statement, "target", None)])]:
            for node in ast.walk(target):
                if isinstance(node, ast.Name):
                    self._bind(node.id, statement, guard)
        for item in getattr(statement, "items", []):
            for node in ast.walk(item.optional_vars) if item.optional_vars is not None else ():
                if isinstance(node, ast.Name):
                    self._bind(node.id, statement, guard)
        for block in blocks:
            self.block(block, inner)

    def _bind(self, name: str, node: ast.AST, guard: str) -> None:
        self.events.append(ImportEvent("bind", self.source.span(node), bound=(name,), guard=guard))

    def _uses(self, node: ast.AST, guard: str) -> None:
        stack: list[Any] = [node]
        pop, push = stack.pop, stack.append
        while stack:
            current = pop()
            kind = current.__class__
            if kind in _EMPTY:
                continue
            if kind is ast.Attribute:
                if current.ctx.__class__ is ast.Load:
                    self._use("use", dotted_name(current), current, guard)
                push(current.value)
                continue
            if kind is ast.Call:
                self._use("call", dotted_name(current.func), current, guard)
            if guard != "condition" and kind in _CONDITIONAL:
                for child in ast.iter_child_nodes(current):
                    self._uses(child, "condition")
                continue
            for name in CHILD_FIELDS[kind]:
                value = getattr(current, name, None)
                if value.__class__ is list:
                    stack += [child for child in reversed(value) if child is not None]
                elif value is not None:
                    push(value)

    def _use(self, kind: str, dotted: str | None, node: ast.AST, guard: str) -> None:
        if dotted is None or dotted.partition(".")[0] not in self._bound or (kind, dotted) in self._seen:
            return
        if not guard:
            self._seen.add((kind, dotted))
        self.events.append(ImportEvent(kind, self.source.span(node), dotted, guard=guard))  # type: ignore[arg-type]


def _is_main_guard(test: ast.expr) -> bool:
    if not isinstance(test, ast.Compare) or len(test.comparators) != 1 or not isinstance(test.ops[0], ast.Eq):
        return False
    sides = [test.left, test.comparators[0]]
    return any(isinstance(s, ast.Name) and s.id == "__name__" for s in sides) and any(
        isinstance(s, ast.Constant) and s.value == "__main__" for s in sides
    )
