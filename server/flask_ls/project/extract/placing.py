"""Finds the calls and uses of a file and the statement, lambda or generator expression that evaluates each of them."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from typing import Any, NamedTuple

from flask_ls.project.bodies import Op, Symbol
from flask_ls.project.extract.symbols import Symbols
from flask_ls.project.extract.touching import BUILTINS, TOUCHED, instance_names, is_construction, subscript, touch
from flask_ls.project.index import COMPREHENSIONS, FileIndex

# Builtins that run through an iterable before they return.
_CONSUMERS = frozenset("all any dict frozenset list max min next set sorted sum tuple".split())
_TOUCHING_ALL = frozenset("print zip max min".split())
_LOOKING_METHODS = frozenset("join format dumps copy deepcopy".split())
_TOUCHING_FUNCTIONS = frozenset({"json.dumps", "copy.copy", "copy.deepcopy"})
_ITERATING: tuple[tuple[type[ast.AST], str], ...] = (
    (ast.For, "iter"),
    (ast.AsyncFor, "iter"),
    (ast.comprehension, "iter"),
    (ast.YieldFrom, "value"),
    (ast.Starred, "value"),
)
_HOW: dict[type[ast.AST], tuple[str, str]] = {
    ast.Await: ("value", "await"),
    ast.Return: ("value", "return"),
    ast.withitem: ("context_expr", "with"),
    **{kind: (field, "iter") for kind, field in _ITERATING},
}


class Placed(NamedTuple):
    """An operation, its node, and the conditions inside its expression: (test, whether it must be true)."""

    op: Op
    node: ast.AST
    guards: tuple[tuple[ast.expr, bool], ...]


class Placing:
    """``at``: owner -> operations in the order in which they are evaluated.

    An owner is a statement, an item of a ``with``, a lambda or a generator expression.
    """

    def __init__(self, index: FileIndex, symbols: Symbols) -> None:
        self.index = index
        self.symbols = symbols
        self.at: defaultdict[ast.AST, list[Placed]] = defaultdict(list)
        self._properties = _property_names(index)
        self._instances = instance_names(index)
        self._calls()
        self._attributes()
        self._names()
        self._consumed()
        for placed in self.at.values():
            if len(placed) > 1:
                placed.sort(key=_end)

    # Operations

    def _calls(self) -> None:
        for node in self.index.nodes(ast.Call):
            function = node.func
            if isinstance(function, ast.Name):
                if function.id in BUILTINS:
                    self._builtin(node, function)
            elif isinstance(function, ast.Attribute) and function.attr in _LOOKING_METHODS:
                self._method(node, function)
            call = self.symbols.of(node)
            if isinstance(call, tuple) and call[0] == "()":
                self._place(node, ("c", call[1], call[2], call[3], self._how(node)))

    def _how(self, node: ast.Call) -> str:
        parent: Any = self.index.parent(node)
        known = _HOW.get(parent.__class__)
        if known is not None:
            return known[1] if getattr(parent, known[0]) is node else ""
        if parent.__class__ is ast.Call and node in parent.args:
            function = parent.func
            if function.__class__ is ast.Name and function.id in _CONSUMERS:
                return "iter" if self.index.scope(function).owner(function.id) is None else ""
            return "iter" if function.__class__ is ast.Attribute and function.attr == "join" else ""
        return ""

    def _builtin(self, node: ast.Call, function: ast.Name) -> None:
        name = function.id
        if self.index.scope(function).owner(name) is not None:
            return
        for argument in node.args if name in _TOUCHING_ALL else node.args[:1]:
            if name in _CONSUMERS:
                self._consume(argument)
            self._touch(argument, BUILTINS[name])
        for keyword in node.keywords if name == "dict" else ():
            if keyword.arg is None:
                self._touch(keyword.value)

    def _method(self, node: ast.Call, function: ast.Attribute) -> None:
        if function.attr == "join":
            for argument in node.args:
                self._consume(argument)
                self._touch(argument, "__iter__")
        elif function.attr == "format":
            if isinstance(function.value, ast.Constant) and re.search("![ra]", str(function.value.value)):
                return
            for argument in (*node.args, *(k.value for k in node.keywords)):
                self._touch(argument, "__str__")
        elif isinstance(function.value, ast.Name) and f"{function.value.id}.{function.attr}" in _TOUCHING_FUNCTIONS:
            for argument in node.args[:1]:
                self._touch(argument)

    def _touch(self, node: ast.expr, method: str = TOUCHED) -> None:
        if isinstance(node, (ast.Name, ast.Attribute)):
            symbol = self.symbols.of(node)
            if symbol is not None and symbol[0] != "%":
                self._place(node, ("a", symbol, method))
        elif is_construction(node):
            self._place_touched(node, method)

    def _consume(self, node: ast.AST) -> None:
        if isinstance(node, (ast.Name, ast.GeneratorExp)):
            symbol = self.symbols.of(node)
            if isinstance(symbol, tuple) and symbol[0] == "()":
                self._place(node, ("c", *symbol[1:], "iter"))
            elif isinstance(symbol, str) and symbol[0] == "%":
                self._place(node, ("a", symbol, "__iter__"))
            elif isinstance(symbol, str) and (symbol[0] == "*" or self._is_made_by_call(node)):
                self._place(node, ("c", symbol, (), (), "iter"))

    def _is_made_by_call(self, node: ast.AST) -> bool:
        """Whether a name of the module is bound once, to the result of a call: it may be a generator."""
        bindings = self.index.root.bindings.get(node.id, ()) if isinstance(node, ast.Name) else ()
        return len(bindings) == 1 and isinstance(bindings[0].value, ast.Call)

    def _attributes(self) -> None:
        parent_of = self.index.parent
        for node in self.index.nodes(ast.Attribute):
            parent: Any = parent_of(node)
            kind = parent.__class__
            if kind is ast.Attribute or (kind is ast.Call and parent.func is node):
                continue
            symbol = self.symbols.of(node)
            if symbol is None or symbol[0] == "?":
                continue
            context = node.ctx.__class__
            if context is ast.Store:
                value = parent.value if kind is ast.Assign or kind is ast.AnnAssign else None
                self._place(node, ("a", symbol, "=", self.symbols.held(value)))
                continue
            touched = "x" if context is ast.Del else subscript(touch(self.index, node, parent), parent)
            if symbol[0] not in "%$&^" or self._may_matter(symbol) or (touched and node.attr in self._instances):
                self._place(node, ("a", symbol, touched))

    def _may_matter(self, symbol: Symbol) -> bool:
        """Whether reading an attribute of ``self`` or a parameter can do anything: a property, a proxy kept there."""
        if not isinstance(symbol, str):
            return True
        first, _, rest = symbol.partition("|")[2].partition(".")
        return first in self._properties or (bool(rest) and symbol[0] != "%")

    def _names(self) -> None:
        """What is touched: names in ``"x" in g``, ``session["x"]``, ``f"{current_app}"``; new objects in ``K()[1]``."""
        parent_of = self.index.parent
        aliases = _imported_names(self.index) | self._instances
        for node in self.index.nodes(ast.Name):
            if node.id in aliases:
                self._touched_by(node, parent_of(node))
        for call in self.index.nodes(ast.Call):
            if is_construction(call):
                self._touched_by(call, parent_of(call))

    def _touched_by(self, node: ast.expr, parent: Any) -> None:
        method = touch(self.index, node, parent)
        if method:
            self._place_touched(node, subscript(method, parent))

    def _place_touched(self, node: ast.expr, method: str) -> None:
        symbol = self.symbols.of(node)
        if symbol is not None:
            self._place(node, ("a", symbol, method))

    def _consumed(self) -> None:
        """``for x in rows`` where ``rows`` stands for the call of a generator function; ``await job``."""
        for kind, field in _ITERATING:
            for node in self.index.nodes(kind):
                self._consume(getattr(node, field))
        for awaited in self.index.nodes(ast.Await):
            if isinstance(awaited.value, ast.Name):
                symbol = self.symbols.of(awaited.value)
                if isinstance(symbol, tuple) and symbol[0] == "()":
                    self._place(awaited, ("c", *symbol[1:], "await"))

    # Places

    def _place(self, node: ast.AST, op: Op) -> None:
        parent_of = self.index.parent
        guards: list[tuple[ast.expr, bool]] = []
        child: Any = node
        from_iter = False
        while True:
            parent: Any = parent_of(child)
            kind = parent.__class__
            if kind in _PLAIN:
                child = parent
                continue
            if kind in _OWNERS:
                # Annotations do not count as evaluated.
                if child is not getattr(parent, "annotation", None) and child is not getattr(parent, "returns", None):
                    self.at[parent].append(Placed(op, node, tuple(guards)))
                return
            if kind is ast.Lambda:
                if child is parent.body:
                    self.at[parent].append(Placed(op, node, tuple(guards)))
                    return
            elif kind is ast.comprehension:
                from_iter = child is parent.iter
            elif kind in COMPREHENSIONS:
                if not (from_iter and child is parent.generators[0]):
                    if child not in parent.generators:
                        guards += [(test, True) for g in parent.generators for test in g.ifs]
                    if kind is ast.GeneratorExp:
                        self.at[parent].append(Placed(op, node, tuple(guards)))
                        return
            elif kind is ast.IfExp:
                if child is not parent.test:
                    guards.append((parent.test, child is parent.body))
            elif kind is ast.BoolOp:
                before = parent.values[: parent.values.index(child)]
                guards += [(value, isinstance(parent.op, ast.And)) for value in reversed(before)]
            else:
                return  # an annotation of a parameter, the class in an `except`
            child = parent


_NODES = [kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.AST)]
_OWNERS = frozenset(kind for kind in _NODES if issubclass(kind, (ast.stmt, ast.withitem)))
_SPECIAL = (ast.arg, ast.ExceptHandler, ast.Lambda, ast.comprehension, *COMPREHENSIONS, ast.IfExp, ast.BoolOp, ast.mod)
_PLAIN = frozenset(kind for kind in _NODES if kind not in _OWNERS and not issubclass(kind, _SPECIAL))


def _end(placed: Placed) -> tuple[int, int]:
    node: Any = placed.node
    return node.end_lineno, node.end_col_offset


def _imported_names(index: FileIndex) -> set[str]:
    """Names that may stand for something of another module: imported, or another name for something."""
    found: set[str] = set()
    statements: list[ast.ImportFrom | ast.Import] = [*index.nodes(ast.ImportFrom), *index.nodes(ast.Import)]
    for node in statements:
        for alias in node.names:
            found.add(alias.asname or alias.name.partition(".")[0])
            if alias.name == "*":
                found |= {"current_app", "g", "request", "session"}
    for assign in index.nodes(ast.Assign):
        if isinstance(assign.value, (ast.Name, ast.Attribute)):
            found.update(t.id for t in assign.targets if isinstance(t, ast.Name))
    return found


def _property_names(index: FileIndex) -> set[str]:
    found = set()
    for function in index.functions():
        for decorator in function.decorator_list:
            if isinstance(decorator, (ast.Name, ast.Attribute)):
                name = decorator.id if isinstance(decorator, ast.Name) else decorator.attr
                if name.endswith("property"):
                    found.add(function.name)
    return found
