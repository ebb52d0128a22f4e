"""Whether an edit changes what happens when the program starts: the part of a file that the evaluation depends on.

That is the code at module level, the headers of functions and the bodies of those functions that ran. In the bodies of
other functions, only what could make them a start of their own counts: calls of classes.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from flask_ls.project.walk import FUNCTIONS
from flask_ls.syntax.source import SourceFile

if TYPE_CHECKING:
    from typing import TypeGuard


def same_start(
    before: SourceFile,
    after: SourceFile,
    entered: frozenset[str],
    is_mentioned: Callable[[str], bool] = lambda name: True,
) -> bool:
    """Whether two texts of one file do the same at the start. ``entered``: qualified names of functions that ran.

    ``is_mentioned``: whether a name is used anywhere in the project; a function that nobody names may come and go.
    A text that is broken is one that is being typed; what counts until it is whole again is the text before it.
    """
    if after.is_broken or before.text == after.text:
        return True
    try:
        one, other = (_starting(text.tree) for text in (before, after))
        plain, plain_now = ({f.name for f in part if _is_plain(f, entered)} for part in (one, other))
        # Functions that came or went, which nothing at the start can have looked for.
        idle = {name for name in plain ^ plain_now if not is_mentioned(name)}
        comparison = _Comparison(before, after, entered)
        return comparison.equal(_without(one, idle, entered), _without(other, idle, entered), "")
    except RecursionError:
        return False


def _starting(tree: ast.Module) -> list[ast.stmt]:
    return [statement for statement in tree.body if not _is_bare(statement)]


def _without(statements: list[ast.stmt], names: set[str], entered: frozenset[str]) -> list[ast.stmt]:
    return [s for s in statements if not (_is_plain(s, entered) and s.name in names)]


def _is_bare(statement: ast.stmt) -> bool:
    """A name or constant that stands for itself: a docstring, or a word that is being typed."""
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    while isinstance(value, ast.Attribute):
        value = value.value
    return isinstance(value, (ast.Name, ast.Constant))


def _is_plain(statement: ast.stmt, entered: frozenset[str]) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    """A function that was not entered, that nothing decorates and that makes nothing."""
    if not isinstance(statement, FUNCTIONS) or statement.decorator_list or statement.name in entered:
        return False
    return not _classes_called(statement)


class _Comparison:
    def __init__(self, before: SourceFile, after: SourceFile, entered: frozenset[str]) -> None:
        self._before = before
        self._after = after
        self._entered = entered

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
        if self._before.segment(one) == self._after.segment(other):
            return True
        return _classes_called(one) == _classes_called(other)


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
