"""Whether an edit changes what happens when the program starts: the part of a file that the evaluation depends on.

That is the code at module level, the headers of functions and the bodies of those functions that ran. In the bodies of
other functions, only what could make them a start of their own, or lead to one, counts: calls of classes, imports,
calls of what leads to routes.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakKeyDictionary

from flask_ls.project.interp.reach import traces
from flask_ls.project.walk import FUNCTIONS
from flask_ls.syntax.source import SourceFile

if TYPE_CHECKING:
    from typing import TypeGuard

Traces: TypeAlias = "tuple[object, object] | None"


def same_start(
    before: SourceFile,
    after: SourceFile,
    entered: frozenset[str],
    is_mentioned: Callable[[str], bool] = lambda name: True,
    sought: frozenset[str] = frozenset(),
) -> bool:
    """Whether two texts of one file do the same at the start. ``entered``: qualified names of functions that ran.

    ``sought``: the names of functions whose callers count, also where these did not run.
    ``is_mentioned``: whether a name is used anywhere in the project; a function that nobody names may come and go.
    A text that is broken is one that is being typed; what counts until it is whole again is the text before it.
    """
    if after.is_broken or before.text == after.text:
        return True
    try:
        remembered = _Remembered.of(before, sought)
        one, other = (_Starting(text, entered, remembered) for text in (before, after))
        # Functions that came or went, which nothing at the start can have looked for.
        idle = {name for name in one.plain ^ other.plain if not is_mentioned(name)}
        return _Comparison(one, other).equal(one.without(idle), other.without(idle), "")
    except RecursionError:
        return False


def _is_bare(statement: ast.stmt) -> bool:
    """A name or constant that stands for itself: a docstring, or a word that is being typed."""
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    while isinstance(value, ast.Attribute):
        value = value.value
    return isinstance(value, (ast.Name, ast.Constant))


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

    def __init__(self, source: SourceFile, entered: frozenset[str], remembered: _Remembered) -> None:
        self.entered = entered
        self._source = source
        self._remembered = remembered
        self._statements = [statement for statement in source.tree.body if not _is_bare(statement)]
        self._plain = [s for s in self._statements if self._is_plain(s)]
        self.plain = {function.name for function in self._plain}

    def without(self, names: set[str]) -> list[ast.stmt]:
        """The statements that count, but not the plain functions of these names."""
        gone = {id(function) for function in self._plain if function.name in names}
        return [statement for statement in self._statements if id(statement) not in gone]

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
