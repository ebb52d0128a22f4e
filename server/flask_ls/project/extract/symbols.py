"""Expressions as symbols (see ``project.bodies``): local names are replaced by what they stand for."""

from __future__ import annotations

import ast
import builtins
import sys

from flask_ls.project.bodies import MARKS, MORE, Symbol
from flask_ls.project.index import COMPREHENSIONS, FUNCTIONS, FileIndex
from flask_ls.project.scopes import Binding, Scope

_DEPTH = 5
# Standard modules that start, stop, wrap or carry code. Nothing in the others runs project code behind a call.
_LIVE_MODULES = frozenset(
    "asyncio atexit builtins concurrent contextlib contextvars functools importlib multiprocessing os pytest runpy "
    "sched signal sys threading types typing unittest weakref _thread".split()
)
# Libraries whose calls never run a project function in a context of its own; to keep facts small.
_INERT_LIBRARIES = frozenset(
    "alembic attr attrs bs4 boto3 botocore dateutil faker jose lxml markdown numpy pandas passlib PIL psycopg2 pydantic "
    "pytz redis requests sqlalchemy ujson yaml".split()
)
_LIVE_BUILTINS = frozenset(
    "__import__ BaseException Exception RuntimeError classmethod exit filter map max min property quit sorted "
    "staticmethod super type".split()
)
# Methods that matter on a receiver of which nothing else is known.
DUCK_METHODS = frozenset(
    "app_context test_request_context request_context test_client session_transaction push pop enter_context "
    "enter_async_context submit run_in_executor copy".split()
)
# Calls whose literal arguments say which code they reach.
_READS_LITERALS = frozenset(
    "import_module __import__ import_string usefixtures getfixturevalue parametrize get pop setdefault get_context "
    "set_start_method".split()
)


class Symbols:
    """The symbols of one file. ``ids`` names every function, class, lambda and generator expression of it."""

    def __init__(self, index: FileIndex, ids: dict[ast.AST, str]) -> None:
        self.index = index
        self.ids = ids
        self._known: dict[tuple[Scope, str], Symbol | None] = {}
        self._has_star = "*" in index.root.bindings

    def of(self, node: ast.AST | None, left: int = _DEPTH) -> Symbol | None:
        """The symbol of an expression; None when it says nothing that could be followed."""
        kind = node.__class__
        if kind is ast.Name:
            assert isinstance(node, ast.Name)
            return self._name(node.id, self.index.scope(node), left)
        if kind is ast.Attribute:
            assert isinstance(node, ast.Attribute)
            base = self.of(node.value, left)
            if base is None:
                return f"?|{node.attr}" if node.attr in DUCK_METHODS else None
            if base.__class__ is not str:
                return (".", base, node.attr)
            assert isinstance(base, str)
            return f"{base}{'|' if base[0] in MARKS and '|' not in base else '.'}{node.attr}"
        if kind is ast.Call:
            assert isinstance(node, ast.Call)
            return self._super(node) or self.call(node, left)
        if kind is ast.Lambda and node is not None:
            return f"@{self.ids[node]}"
        if kind is ast.GeneratorExp and node is not None:
            return f"*{self.ids[node]}"
        if isinstance(node, (ast.Await, ast.NamedExpr)):
            return self.of(node.value, left)
        return None

    def call(self, node: ast.Call, left: int = _DEPTH) -> tuple[Symbol, ...] | None:
        """The symbol of a call with those of its arguments; None when what is called is unknown."""
        if left <= 0:
            return None
        function = node.func
        symbol = self.of(function, left - 1)
        if symbol is None:
            return None
        literal = _last(function) in _READS_LITERALS
        given: list[Symbol | None] = []
        for argument in node.args:
            if argument.__class__ is ast.Starred:
                given.append(MORE)
                break
            given.append(self._argument(argument, left - 1, literal))
        keywords = tuple(
            (k.arg, self._argument(k.value, left - 1, literal)) if k.arg is not None else (MORE, None)
            for k in node.keywords
        )
        return ("()", symbol, tuple(given), keywords)

    def of_all(self, node: ast.expr) -> Symbol | None:
        """The symbol of an expression, or of the elements of a list or tuple."""
        return self._argument(node, _DEPTH, literal=False)

    def _super(self, node: ast.Call) -> Symbol | None:
        function = node.func
        if isinstance(function, ast.Name) and function.id == "super" and self._is_builtin(function):
            cls = self._class_around(node)
            return f"^{cls}" if cls else None
        return None

    def _argument(self, node: ast.expr, left: int, literal: bool) -> Symbol | None:
        if node.__class__ is ast.Constant:
            value = node.value  # type: ignore[attr-defined]
            is_singleton = value is None or value is True or value is False
            return f"'{value}" if is_singleton or (literal and isinstance(value, str)) else None
        if node.__class__ in (ast.Tuple, ast.List) and left > 0:
            # `args=(f, x)` of a thread: the functions in it are passed on.
            parts = tuple(self._argument(e, left - 1, literal) for e in node.elts)  # type: ignore[attr-defined]
            return ("[]", parts) if any(p is not None for p in parts) else None
        return self.of(node, left)

    def tested_parameter(self, node: ast.Name) -> tuple[str, bool] | None:
        """The parameter that a name is, and whether it still has the value it was given; None for other names."""
        owner = self.index.scope(node).owner(node.id)
        if owner is None or owner.is_module:
            return None
        bindings = owner.bindings[node.id]
        parameter = next((b for b in bindings if b.kind == "param"), None)
        symbol = self._parameter(parameter) if parameter is not None else None
        if not isinstance(symbol, str) or symbol[0] != "%":
            return None
        others = (b.node for b in bindings if b is not parameter)
        return symbol, all(getattr(n, "lineno", 0) >= node.lineno for n in others)

    def is_inert(self, node: ast.expr) -> bool:
        """Whether the expression is built from builtins and libraries that never touch a Flask context."""
        while True:
            if isinstance(node, ast.Call):
                node = node.func
            elif isinstance(node, (ast.Attribute, ast.Subscript, ast.Await)):
                node = node.value
            else:
                break
        if not isinstance(node, ast.Name):
            return isinstance(node, ast.Constant)
        owner = self.index.scope(node).owner(node.id)
        if owner is None:
            return not self._has_star
        return all(
            (b.kind in ("import", "from") and _is_inert_module(b.module.partition(".")[0]))
            or (
                b.value is not None
                and b.value is not node
                and not _mentions(b.value, node.id)
                and self.is_inert(b.value)
            )
            for b in owner.bindings[node.id]
        )

    # Names

    def _name(self, name: str, scope: Scope, left: int) -> Symbol | None:
        key = (scope, name)
        try:
            return self._known[key]
        except KeyError:
            if left <= 0:
                return None
            self._known[key] = None  # ends cycles such as `x = x`
            found = self._known[key] = self._look_up(name, scope, left)
            return found

    def _look_up(self, name: str, scope: Scope, left: int) -> Symbol | None:
        owner = scope.owner(name)
        if owner is None:
            return name if name in _LIVE_BUILTINS or (self._has_star and not hasattr(builtins, name)) else None
        bindings = owner.bindings[name]
        if owner.is_module:
            return None if all(self._is_inert(b, left) for b in bindings) else name
        if isinstance(owner.node, COMPREHENSIONS):
            return None
        chosen = [b for b in bindings if b.kind != "delete" and not _is_none(b)]
        if len(chosen) != 1:
            return self._one_of(chosen, left)
        return self._binding(chosen[0], left)

    def _one_of(self, bindings: list[Binding], left: int) -> Symbol | None:
        """A name that is bound several times, each time to something that can be followed."""
        if not bindings or len(bindings) > 6 or left < 2:
            return None
        found = dict.fromkeys(self._binding(b, left - 1) for b in bindings)
        if None in found:
            return None
        return next(iter(found)) if len(found) == 1 else ("|", *found)

    def _binding(self, binding: Binding, left: int) -> Symbol | None:
        kind = binding.kind
        if kind in ("def", "class"):
            return f"@{self.ids[binding.node]}"
        if kind in ("import", "from"):
            return self._import(binding)
        if kind == "param":
            return self._parameter(binding)
        if binding.value is None:
            return None
        value = self.of(binding.value, left - 1)
        if binding.is_with:
            return ("e", value) if value is not None else None
        return value

    def _import(self, binding: Binding) -> Symbol | None:
        top = binding.module.partition(".")[0]
        if _is_inert_module(top):
            return None
        return f"!{binding.module}:{binding.attribute}" if binding.kind == "from" else f"!{binding.module}"

    def _parameter(self, binding: Binding) -> Symbol | None:
        arguments = self.index.parent(binding.node)
        function = self.index.parent(arguments) if arguments is not None else None
        if isinstance(function, FUNCTIONS):
            cls = self.index.class_of(function)
            positional = [*function.args.posonlyargs, *function.args.args]
            if cls is not None and positional and positional[0] is binding.node:
                decorators = {d.id for d in function.decorator_list if isinstance(d, ast.Name)}
                if "staticmethod" not in decorators:
                    is_class = "classmethod" in decorators or function.name in ("__new__", "__init_subclass__")
                    return f"{'&' if is_class else '$'}{self.ids[cls]}"
        if function is None or function not in self.ids:
            return None
        return f"%{self.ids[function]}:{binding.name}"

    # What cannot matter

    def _is_inert(self, binding: Binding, left: int) -> bool:
        kind = binding.kind
        if kind in ("import", "from"):
            return _is_inert_module(binding.module.partition(".")[0])
        if kind != "assign" and not binding.is_with:
            return kind in ("target", "delete")
        value = binding.value
        if isinstance(value, (ast.Name, ast.Attribute, ast.Call)):
            return self.of(value, left - 1) is None
        return not isinstance(value, (ast.Lambda, ast.Await, ast.NamedExpr))

    def _is_builtin(self, node: ast.Name) -> bool:
        return self.index.scope(node).owner(node.id) is None

    def _class_around(self, node: ast.AST) -> str:
        for ancestor in self.index.ancestors(node):
            if isinstance(ancestor, ast.ClassDef):
                return self.ids[ancestor]
        return ""


def _is_inert_module(top: str) -> bool:
    if top in _LIVE_MODULES:
        return False
    return top in _INERT_LIBRARIES or top in sys.stdlib_module_names


def _mentions(node: ast.expr, name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node))


def _is_none(binding: Binding) -> bool:
    return isinstance(binding.value, ast.Constant) and binding.value.value is None


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
