"""Whether an edit changes what happens when the program starts: the part of a file that the evaluation depends on.

That is the code at module level, the headers of functions and the bodies of those functions that ran. In the bodies of
other functions, only what could make them a start of their own, or lead to one, counts: calls of classes, imports,
calls of what leads to routes.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakKeyDictionary

from flask_ls.project.interp.reach import traces
from flask_ls.project.interp.sources import inner_statements
from flask_ls.project.walk import FUNCTIONS
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span

if TYPE_CHECKING:
    from typing import TypeGuard

Traces: TypeAlias = "tuple[object, object] | None"
# What Flask looks for in a module that nothing else is said of.
_APPS = frozenset({"app", "application", "create_app", "make_app"})


class Around:
    """What the rest of the project has to do with a file. As it stands, everything."""

    def is_mentioned(self, name: str) -> bool:
        """Whether a name is used anywhere in the project."""
        return True

    def is_taken(self, name: str) -> bool:
        """Whether other files may take a name from this one."""
        return True

    def is_outside(self, module: str) -> bool:
        """Whether an absolute import in this file leads to no module of the project."""
        return False


def same_start(
    before: SourceFile,
    after: SourceFile,
    entered: frozenset[str],
    around: Around | None = None,
    sought: frozenset[str] = frozenset(),
) -> bool:
    """Whether two texts of one file do the same at the start. ``entered``: qualified names of functions that ran.

    ``sought``: the names of functions whose callers count, also where these did not run.
    What nobody names may come and go: a function, or something imported from outside of the project.
    A text that is broken is one that is being typed; what counts until it is whole again is the text before it.
    """
    if after.is_broken or before.text == after.text:
        return True
    around = around or Around()
    try:
        remembered = _Remembered.of(before, sought)
        one, other = (_Starting(text, entered, remembered, around) for text in (before, after))
        # Functions that came or went, which nothing at the start can have looked for.
        idle = {name for name in one.plain ^ other.plain if not around.is_mentioned(name)}
        unused = {
            name
            for name in one.imports ^ other.imports
            if not (_may_be_sought(name) or name in sought or one.uses(name) or other.uses(name))
            and not around.is_taken(name)
        }
        return _Comparison(one, other).equal(one.without(idle, unused), other.without(idle, unused), "")
    except RecursionError:
        return False


def _may_be_sought(name: str) -> bool:
    """Whether a module is asked for such a name: classes and constants by what looks through it, apps by their name."""
    return name == "*" or name[:1].isupper() or name.startswith("__") or name in _APPS


def _is_bare(statement: object) -> bool:
    """A name or constant that stands for itself: a docstring, or a word that is being typed."""
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    while isinstance(value, ast.Attribute):
        value = value.value
    return isinstance(value, (ast.Name, ast.Constant))


def _without_words(statements: list[Any]) -> list[Any]:
    """Statements without those of one word, which is one that is being typed."""
    return [s for s in statements if not (_is_bare(s) and not isinstance(s.value, ast.Constant))]


class _Remembered:
    """What was read in functions for the last comparison with a text, and for this one: most of a file stays."""

    def __init__(self, sought: frozenset[str], before: dict[str, Traces]) -> None:
        self._sought = sought
        self._before = before
        self._now: dict[str, Traces] = {}

    @classmethod
    def of(cls, source: SourceFile, sought: frozenset[str]) -> _Remembered:
        """For another comparison with this text."""
        last = _LAST.get(source)
        known = last._now if last is not None and last._sought == sought else {}
        found = _LAST[source] = cls(sought, known)
        return found

    def traces(self, text: str, function: ast.AST) -> Traces:
        """What is read in a function with this text; None when all of it counts."""
        if text not in self._now:
            self._now[text] = self._before[text] if text in self._before else self._read(text, function)
        return self._now[text]

    def _read(self, text: str, function: ast.AST) -> Traces:
        found = traces(text, self._sought)
        return (found, _classes_called(function)) if found is not None else None


_LAST: WeakKeyDictionary[SourceFile, _Remembered] = WeakKeyDictionary()


class _Starting:
    """One of the two texts."""

    def __init__(self, source: SourceFile, entered: frozenset[str], remembered: _Remembered, around: Around) -> None:
        self.entered = entered
        self._source = source
        self._remembered = remembered
        self._statements = [statement for statement in source.tree.body if not _is_bare(statement)]
        self._plain = [s for s in self._statements if self._is_plain(s)]
        self.plain = {function.name for function in self._plain}
        self._from_outside = [s for s in self._statements if _is_from_outside(s, around)]
        self.imports = {_bound(alias) for statement in self._from_outside for alias in statement.names}

    def without(self, functions: set[str], imports: set[str]) -> list[ast.stmt]:
        """The statements that count, but not the plain functions and the imports from outside of these names."""
        gone = {id(function) for function in self._plain if function.name in functions}
        kept = [statement for statement in self._statements if id(statement) not in gone]
        if not imports:
            return kept
        left = {id(statement): _without_names(statement, imports) for statement in self._from_outside}
        return [part for statement in kept if (part := left.get(id(statement), statement)) is not None]

    def uses(self, name: str) -> bool:
        """Whether a name stands, in whatever meaning, in code that runs at the start, beside imports from outside."""
        return re.search(rf"\b{re.escape(name)}\b", self._running_text) is not None

    @cached_property
    def _running_text(self) -> str:
        left_out = [self._source.span(statement) for statement in self._from_outside]
        left_out += [
            Span(self._source.span(body[0]).start, self._source.span(body[-1]).end)
            for body in _idle_bodies(self._statements, "", self.entered)
        ]
        text, end, parts = self._source.text, 0, []
        for span in sorted(left_out):
            parts.append(text[end : span.start])
            end = span.end
        return " ".join((*parts, text[end:]))

    def text(self, node: ast.AST) -> str:
        """The text of a node."""
        return self._source.segment(node)

    def traces(self, function: ast.AST) -> Traces:
        """What is read in a function that did not run; None when all of it counts."""
        return self._remembered.traces(self.text(function), function)

    def _is_plain(self, statement: ast.stmt) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
        """A function that was not entered, that nothing decorates and that makes nothing."""
        if not isinstance(statement, FUNCTIONS) or statement.decorator_list or statement.name in self.entered:
            return False
        return self.traces(statement) == (Counter(), Counter())


def _idle_bodies(statements: list[ast.stmt], qualname: str, entered: frozenset[str]) -> Iterator[list[ast.stmt]]:
    """The bodies of the functions that did not run, but not those within functions that ran."""
    for statement in statements:
        if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
            inner = f"{qualname}.{statement.name}" if qualname else statement.name
        if isinstance(statement, FUNCTIONS):
            if inner not in entered:
                yield statement.body
        elif isinstance(statement, ast.ClassDef):
            yield from _idle_bodies(statement.body, inner, entered)
        else:
            yield from _idle_bodies(inner_statements(statement), qualname, entered)


def _is_from_outside(statement: ast.stmt, around: Around) -> TypeGuard[ast.Import | ast.ImportFrom]:
    if isinstance(statement, ast.ImportFrom):
        return not statement.level and bool(statement.module) and around.is_outside(statement.module or "")
    return isinstance(statement, ast.Import) and all(around.is_outside(alias.name) for alias in statement.names)


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _without_names(statement: ast.Import | ast.ImportFrom, names: set[str]) -> ast.stmt | None:
    """An import without what it binds to these names; None when nothing is left of it."""
    left = [alias for alias in statement.names if _bound(alias) not in names]
    if isinstance(statement, ast.Import):
        return ast.Import(left) if left else None
    return ast.ImportFrom(statement.module, left, statement.level) if left else None


class _Comparison:
    def __init__(self, before: _Starting, after: _Starting) -> None:
        self._before = before
        self._after = after
        self._entered = before.entered

    def equal(self, one: Any, other: Any, qualname: str) -> bool:
        kind = one.__class__
        if kind is not other.__class__:
            return False
        if kind is list:
            one, other = _without_words(one), _without_words(other)
            return len(one) == len(other) and all(self.equal(a, b, qualname) for a, b in zip(one, other, strict=True))
        if not isinstance(one, ast.AST):
            return bool(one == other)
        if isinstance(one, (*FUNCTIONS, ast.ClassDef)):
            qualname = f"{qualname}.{one.name}" if qualname else one.name
        fields: Iterator[str] = iter(one._fields)
        if isinstance(one, FUNCTIONS) and qualname not in self._entered:
            if not self._stays_idle(one, other):
                return False
            fields = (name for name in one._fields if name != "body")
        return all(self.equal(getattr(one, name, None), getattr(other, name, None), qualname) for name in fields)

    def _stays_idle(self, one: ast.AST, other: ast.AST) -> bool:
        if self._before.text(one) == self._after.text(other):
            return True
        found = self._before.traces(one)
        return found is not None and found == self._after.traces(other)


def _classes_called(node: ast.AST) -> Counter[str]:
    """The names of what is called and looks like a class: an application or a blueprint may be made there."""
    names: Counter[str] = Counter()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            function = inner.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if isinstance(name, str) and name[:1].isupper():
                names[name] += 1
    return names
