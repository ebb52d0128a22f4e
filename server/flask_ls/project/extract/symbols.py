"""Expressions as symbols (see ``project.bodies``): local names are replaced by what they stand for."""

from __future__ import annotations

import ast
import builtins
import sys
from typing import Any

from flask_ls.project.bodies import FALSY, MARKS, MORE, TRUTHY, Symbol, literal_text
from flask_ls.project.index import FUNCTIONS, FileIndex
from flask_ls.project.scopes import Binding, Scope
from flask_ls.project.walk import names_in

# How deep calls may nest in a symbol, and how many local names may be followed one after the other.
_DEPTH = 5
_STEPS = 6
# A display of more parts is a table of data.
_MOST_PARTS = 40
# Standard modules that start, stop, wrap or carry code. Nothing in the others runs project code behind a call.
_LIVE_MODULES = frozenset(
    "asyncio atexit builtins concurrent contextlib contextvars dataclasses functools importlib multiprocessing os "
    "pytest runpy sched signal sys threading types typing unittest weakref _thread".split()
)
# Libraries whose calls never run a project function in a context of its own; to keep facts small.
_INERT_LIBRARIES = frozenset(
    "alembic attr attrs bs4 boto3 botocore dateutil faker jose lxml markdown numpy pandas passlib PIL psycopg2 "
    "pydantic pytz redis requests sqlalchemy ujson yaml".split()
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
    "set_start_method fixture".split()
)


class Symbols:
    """The symbols of one file. ``ids`` names every function, class, lambda and generator expression of it."""

    def __init__(self, index: FileIndex, ids: dict[ast.AST, str]) -> None:
        self.index = index
        self.ids = ids
        self._of_name: dict[tuple[Scope, str], Symbol | None] = {}
        self._of_node: dict[ast.AST, Symbol | None] = {}
        self._depths: dict[int, int] = {}
        self._has_star = "*" in index.root.bindings
        self._steps = 0
        self._looked_into: set[ast.expr] = set()
        self._holding: frozenset[str] | None = None

    def of(self, node: ast.AST | None) -> Symbol | None:
        """The symbol of an expression; None when it says nothing that could be followed."""
        kind = node.__class__
        if kind is ast.Name:
            return self._name(node)
        if kind is ast.Attribute or kind is ast.Call:
            expression: Any = node
            known = self._of_node
            if expression not in known:
                try:
                    found = self._attribute(expression) if kind is ast.Attribute else self._called(expression)
                except RecursionError:
                    found = None  # generated code: chains deeper than Python's own limit say nothing
                known[expression] = found
            return known[expression]
        if kind is ast.Lambda or kind is ast.GeneratorExp:
            assert node is not None
            return f"{'@' if kind is ast.Lambda else '*'}{self.ids[node]}"
        if isinstance(node, (ast.Await, ast.NamedExpr)):
            return self.of(node.value)
        return self._element_at(node) if isinstance(node, ast.Subscript) else None

    def held(self, node: ast.expr | None) -> Symbol | None:
        """The symbol of a value that is kept under a name: also of a display of functions, and of a call given some."""
        if isinstance(node, ast.Dict):
            return self._display([(self._key(k), v) for k, v in zip(node.keys, node.values, strict=True)])
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return self._display([(None, e) for e in node.elts])
        return self.of(node)

    def of_all(self, node: ast.expr) -> Symbol | None:
        """The symbol of an expression, or of the elements of a list or tuple."""
        return self._argument(node, literal=False)

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

    def condition(self, node: ast.Name) -> ast.expr | None:
        """The condition that a local name stands for: ``ready = a and b``; None for other values."""
        owner = self.index.scope(node).owner(node.id)
        if owner is None or owner is self.index.root:
            return None
        bindings = owner.bindings[node.id]
        value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        if not isinstance(value, (ast.BoolOp, ast.UnaryOp, ast.Compare)) or bindings[0].is_with:
            return None
        names_itself = any(name.id == node.id for name in names_in(value))
        return None if names_itself else value

    def is_inert(self, node: ast.expr, left: int = _STEPS) -> bool:
        """Whether the expression is built from builtins and libraries that never touch a Flask context."""
        while isinstance(node, (ast.Call, ast.Attribute, ast.Subscript, ast.Await)):
            node = node.func if isinstance(node, ast.Call) else node.value
        if not isinstance(node, ast.Name) or not left:
            return isinstance(node, ast.Constant)
        owner = self.index.scope(node).owner(node.id)
        if owner is None:
            return not self._has_star
        return all(
            _is_inert_module(b.module)
            if b.kind in ("import", "from")
            else b.value is not None and self.is_inert(b.value, left - 1)
            for b in owner.bindings[node.id]
        )

    # Expressions

    def _attribute(self, node: Any) -> Symbol | None:
        name: str = node.attr
        base = self.of(node.value)
        if base is None:
            return f"?|{name}" if name in DUCK_METHODS else None
        if base.__class__ is str:
            return f"{base}{'|' if base[0] in MARKS and '|' not in base else '.'}{name}"
        found = (".", base, name)
        self._depths[id(found)] = self._depth(base)
        return found

    def _called(self, node: Any) -> Symbol | None:
        function = node.func
        if function.__class__ is ast.Name and function.id == "super" and self._is_builtin(function):
            cls = self._class_around(node)
            return f"^{cls}" if cls else None
        if function.__class__ is ast.Name and function.id == "getattr" and self._is_builtin(function):
            return self._attribute_named(node)
        symbol = self.of(function)
        if symbol is None or self._depth(symbol) >= _DEPTH:
            return None
        literal = _last(function) in _READS_LITERALS
        depth = self._depth(symbol)
        given: list[Symbol | None] = []
        for argument in node.args:
            if argument.__class__ is ast.Starred:
                given.append(MORE)
                break
            value = self._argument(argument, literal)
            if value.__class__ is tuple:
                depth = max(depth, self._depth(value))
            given.append(value)
        keywords: list[tuple[str, Symbol | None]] = []
        for keyword in node.keywords:
            value = self._argument(keyword.value, literal) if keyword.arg is not None else None
            if value.__class__ is tuple:
                depth = max(depth, self._depth(value))
            keywords.append((keyword.arg or MORE, value))
        found = ("()", symbol, tuple(given), tuple(keywords))
        self._depths[id(found)] = depth + 1
        return found

    def _attribute_named(self, node: Any) -> Symbol | None:
        """``getattr(owner, "name")`` is ``owner.name``."""
        if len(node.args) != 2 or not isinstance(node.args[1], ast.Constant) or not isinstance(node.args[1].value, str):
            return None
        base, name = self.of(node.args[0]), node.args[1].value
        if base.__class__ is str:
            return f"{base}{'|' if base[0] in MARKS and '|' not in base else '.'}{name}" if base else None
        return (".", base, name) if base is not None else None

    def _argument(self, node: Any, literal: bool) -> Symbol | None:
        kind = node.__class__
        if kind is ast.Constant:
            value = node.value
            if value is None or value is True or value is False or (literal and isinstance(value, str)):
                return f"'{value}"
            word = literal_text(value)
            if word is not None:
                return f"'{word}"
            return TRUTHY if value else FALSY
        if kind is ast.Tuple or kind is ast.List:
            # `args=(f, x)` of a thread: the functions in it are passed on.
            parts = tuple(self._argument(e, literal) for e in node.elts)
            return ("[]", parts) if any(p is not None for p in parts) else None
        symbol = self.of(node)
        return symbol if symbol.__class__ is not tuple or self._depth(symbol) < _DEPTH else None

    def _depth(self, symbol: Symbol | None) -> int:
        """How deep calls nest in a symbol; symbols live as long as this object, so their identity is theirs alone."""
        return self._depths.get(id(symbol), 0) if symbol.__class__ is tuple else 0

    # Containers of functions

    def _display(self, parts: list[tuple[Symbol | None, ast.expr]]) -> Symbol | None:
        if not parts or len(parts) > _MOST_PARTS:
            return None
        found = tuple((key, symbol) for key, e in parts if (symbol := self.of(e)) is not None)
        return ("{}", found) if found else None

    def _key(self, node: ast.expr | None) -> Symbol | None:
        """The key of an element, where it is a word or a parameter."""
        if isinstance(node, ast.Constant):
            word = literal_text(node.value)
            return f"'{word}" if word is not None else None
        found = self.tested_parameter(node) if isinstance(node, ast.Name) else None
        return found[0] if found is not None and found[1] else None

    def _element_at(self, node: ast.Subscript) -> Symbol | None:
        """``HANDLERS[name]`` of something that may hold functions."""
        parent = self.index.parent(node)
        is_called = isinstance(parent, ast.Call) and parent.func is node
        base = self.container(node.value) if is_called or self.may_hold(node.value) else None
        return ("[", base, self._key(node.slice)) if base is not None else None

    def container(self, node: ast.expr) -> Symbol | None:
        """The symbol of what may hold functions: a name, an attribute, a display."""
        if isinstance(node, (ast.Name, ast.Attribute)):
            found = self.of(node)
            return found if isinstance(found, str) or (found is not None and found[0] == "{}") else None
        return self.held(node) if isinstance(node, (ast.Dict, ast.List, ast.Tuple)) else None

    def may_hold(self, node: ast.expr) -> bool:
        """Whether a name stands for a container that may hold functions, as far as this file says."""
        if isinstance(node, ast.Attribute):
            return node.attr.isupper() or node.attr in self._holding_attributes
        if not isinstance(node, ast.Name):
            return isinstance(node, (ast.Dict, ast.List, ast.Tuple))
        owner = self.index.scope(node).owner(node.id)
        bindings = owner.bindings[node.id] if owner is not None else []
        return any(
            self._is_holding(b.value) if b.value is not None else b.kind == "from" and node.id.isupper()
            for b in bindings
        )

    def _is_holding(self, value: ast.expr | None) -> bool:
        if isinstance(value, (ast.Dict, ast.List, ast.Tuple, ast.Set)):
            parts = value.values if isinstance(value, ast.Dict) else value.elts
            if not parts or value in self._looked_into:
                return not parts  # `x = {"a": x["b"]}`
            self._looked_into.add(value)
            holds = self.held(value) is not None
            self._looked_into.discard(value)
            return holds
        is_new = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and not value.args
        return is_new and isinstance(value, ast.Call) and _last(value.func) in ("dict", "list", "set", "OrderedDict")

    @property
    def _holding_attributes(self) -> frozenset[str]:
        """The attributes that methods of this file assign containers of functions to, and those of its classes."""
        if self._holding is None:
            # What is asked on the way does not know of them, and is asked again: `self.x = {"a": self.y["b"]}`.
            self._holding = frozenset()
            known, self._of_name, self._of_node = (self._of_name, self._of_node), {}, {}
            assigned = [(t, a.value) for a in self.index.nodes(ast.Assign) for t in a.targets]
            assigned += [(a.target, a.value) for a in self.index.nodes(ast.AnnAssign) if a.value is not None]
            self._holding = frozenset(
                t.attr if isinstance(t, ast.Attribute) else t.id
                for t, value in assigned
                if isinstance(t, (ast.Attribute, ast.Name)) and self._is_holding(value)
            )
            # What was found on the way lives on with its identities, which `_depths` knows.
            self._meanwhile = self._of_name, self._of_node
            self._of_name, self._of_node = known
        return self._holding

    def _looped(self, binding: Binding) -> Symbol | None:
        """What a loop binds: the elements of a container of functions."""
        node: Any = binding.node
        source, target = node.iter, node.target
        if isinstance(source, ast.Call) and isinstance(source.func, ast.Attribute) and not source.args:
            if source.func.attr not in ("values", "items"):
                return None
            pair = target.elts if isinstance(target, ast.Tuple) and len(target.elts) == 2 else []
            value = pair[1] if source.func.attr == "items" and pair else target
            source = source.func.value
        else:
            value = target
        if not isinstance(value, ast.Name) or value.id != binding.name or not self.may_hold(source):
            return None
        base = self.container(source)
        return ("[", base, None) if base is not None else None

    # Names

    def _name(self, node: Any) -> Symbol | None:
        key = (self.index.scope(node), node.id)
        try:
            return self._of_name[key]
        except KeyError:
            if self._steps >= _STEPS:
                return None
            self._of_name[key] = None  # ends cycles such as `x = x`
            self._steps += 1
            found = self._of_name[key] = self._look_up(*key)
            self._steps -= 1
            return found

    def _look_up(self, scope: Scope, name: str) -> Symbol | None:
        owner = scope.owner(name)
        if owner is None:
            return name if name in _LIVE_BUILTINS or (self._has_star and not hasattr(builtins, name)) else None
        bindings = owner.bindings[name]
        if owner.is_module:
            if not all(self._says_nothing(b) for b in bindings):
                return name
            loop = bindings[0].node if len(bindings) == 1 else None
            return self._looped(bindings[0]) if isinstance(loop, ast.For) else None
        chosen = [b for b in bindings if b.kind != "delete" and not _is_none(b)]
        if len(chosen) == 1:
            return self._binding(chosen[0])
        return self._one_of(chosen)

    def _one_of(self, bindings: list[Binding]) -> Symbol | None:
        """A name that is bound several times, each time to something that can be followed."""
        if not bindings or len(bindings) > 6:
            return None
        found = dict.fromkeys(self._binding(b) for b in bindings)
        if None in found:
            return None
        if len(found) == 1:
            return next(iter(found))
        either = ("|", *found)
        self._depths[id(either)] = max(self._depth(s) for s in found)
        return either

    def _binding(self, binding: Binding) -> Symbol | None:
        kind = binding.kind
        if kind == "def" or kind == "class":
            return f"@{self.ids[binding.node]}"
        if kind == "import" or kind == "from":
            if _is_inert_module(binding.module):
                return None
            return f"!{binding.module}:{binding.attribute}" if kind == "from" else f"!{binding.module}"
        if kind == "param":
            return self._parameter(binding)
        if kind == "target" and isinstance(binding.node, (ast.For, ast.comprehension)):
            return self._looped(binding)
        if binding.value is None:
            return None
        value = self.held(binding.value)
        if not binding.is_with or value is None:
            return value
        entered = ("e", value)
        self._depths[id(entered)] = self._depth(value)
        return entered

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

    def _says_nothing(self, binding: Binding) -> bool:
        kind = binding.kind
        if kind == "import" or kind == "from":
            return _is_inert_module(binding.module)
        if kind != "assign" and not binding.is_with:
            return kind == "target" or kind == "delete"
        value = binding.value
        if isinstance(value, (ast.Name, ast.Attribute, ast.Call)) and self.of(value) is not None:
            return False
        return not isinstance(value, (ast.Lambda, ast.Await, ast.NamedExpr)) and not self._is_holding(value)

    def _is_builtin(self, node: ast.Name) -> bool:
        return self.index.scope(node).owner(node.id) is None

    def _class_around(self, node: ast.AST) -> str:
        for ancestor in self.index.ancestors(node):
            if isinstance(ancestor, ast.ClassDef):
                return self.ids[ancestor]
        return ""


def _is_inert_module(name: str) -> bool:
    top = name.partition(".")[0]
    if top in _LIVE_MODULES:
        return False
    return top in _INERT_LIBRARIES or top in sys.stdlib_module_names


def _is_none(binding: Binding) -> bool:
    return isinstance(binding.value, ast.Constant) and binding.value.value is None


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
