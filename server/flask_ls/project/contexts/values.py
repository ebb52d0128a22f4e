"""What a symbol of a body stands for: a function of the project, a class, an instance, something external."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project import catalog
from flask_ls.project.bodies import MARKS, Body, Symbol
from flask_ls.project.contexts.attributes import DUCK_RESULTS, Attributes, duck
from flask_ls.project.contexts.code import Code
from flask_ls.project.contexts.value import BodyKey, Value
from flask_ls.project.facts import FileFacts
from flask_ls.project.tracking import Memo, Tracker

if TYPE_CHECKING:
    from flask_ls.project.model import ProjectModel

_LIMIT = 14
_RESULTS = {
    "contextvars.copy_context": "contextvars.Context",
    "asyncio.get_event_loop": "asyncio.AbstractEventLoop",
    "asyncio.get_running_loop": "asyncio.AbstractEventLoop",
    "asyncio.new_event_loop": "asyncio.AbstractEventLoop",
    "multiprocessing.get_context": "multiprocessing.context.BaseContext",
}


class Values:
    """Evaluates symbols; every answer is remembered."""

    def __init__(self, model: ProjectModel, tracker: Tracker, code: Code | None = None) -> None:
        """``code`` is given to those that know nothing of parameters."""
        self.model = model
        self.code = code or Code(tracker)
        self._symbols: Memo[tuple[str, Symbol], Value | None] = Memo(tracker, self._evaluate, None)
        self._names: Memo[str, Value | None] = Memo(tracker, self._named_value, None)
        self.attributes = Attributes(self)
        self._mro: dict[str, list[str]] = {}
        self._by_base: dict[str, list[str]] | None = None
        self.parameter_value = _no_parameter
        # While the arguments of a parameter are looked at, other parameters stay unknown, so that an answer does not
        # depend on what was asked before it.
        self.without_parameters = Values(model, tracker, self.code) if code is None else self

    def of(self, path: str, symbol: Symbol | None, left: int = _LIMIT) -> Value | None:
        """The value of a symbol of a body of this file; None when unknown."""
        if symbol is None or left <= 0:
            return None
        return self._symbols((path, symbol), left - 1)

    def of_model(self, model: ProjectModel) -> None:
        """Ask this model from now on."""
        self.model = self.without_parameters.model = model

    def mro(self, cls: str) -> list[str]:
        """A class and its bases, nearest first."""
        known = self._mro.get(cls)
        if known is None:
            known = self._mro[cls] = self.model.mro(cls)
        return known

    def subclasses(self, cls: str) -> list[str]:
        """The classes of the project below a class, in any order."""
        if self._by_base is None:
            self._by_base = {}
            for facts in self.model.files.values():
                for definition in facts.classes.values():
                    for base in definition.bases:
                        name = base.dotted.rpartition(".")[2]
                        self._by_base.setdefault(name, []).append(f"{facts.module}.{definition.qualname}")
        found: dict[str, None] = {}
        todo = [cls]
        while todo:
            current = todo.pop()
            for name in self._by_base.get(current.rpartition(".")[2], ()):
                if name not in found and current in self.mro(name):
                    found[name] = None
                    todo.append(name)
        return list(found)

    def identity(self, path: str, symbol: Symbol | None) -> str | None:
        """The canonical name of the variable that a symbol names, in whatever file; None when it is no name."""
        if not isinstance(symbol, str):
            return None
        names, module = self.model.names, self.model.files[path].module
        if symbol[0] == "!":
            head, _, rest = symbol[1:].partition("|")
            source, colon, name = head.partition(":")
            found = names.imported_from(module, source, name) if colon else names.imported(module, source)
            return names.canonical(f"{found}.{rest}" if rest else found)
        return names.in_module(module, symbol) if symbol[0] not in MARKS and symbol[0] != "'" else None

    def body(self, key: BodyKey | None) -> Body | None:
        """A body by its key; None when it does nothing."""
        return self.code.body(key)

    def signature(self, key: BodyKey | None) -> Body | None:
        """The same without its operations."""
        return self.code.signature(key)

    def dotted(self, key: BodyKey) -> str:
        """The project-wide name of a body."""
        facts = self.model.files[key.path]
        return f"{facts.module}.{key.id}" if key.id else facts.module

    def variable(self, facts: FileFacts, name: str) -> Symbol | None:
        """What a variable of a module that keeps functions is bound to, when it is bound once."""
        return self.code.variable(facts.path, name) if name.isidentifier() and self._is_single(facts, name) else None

    # Evaluation

    def _evaluate(self, key: tuple[str, Symbol], left: int = _LIMIT) -> Value | None:
        path, symbol = key
        if isinstance(symbol, tuple):
            kind = symbol[0]
            if kind == "()":
                return self._call(path, symbol, left)
            if kind == ".":
                base = self.of(path, symbol[1], left)
                return self.attribute(base, symbol[2], left) if base is not None else duck(symbol[2])
            if kind == "e":
                return self._entered(path, symbol[1], left)
            if kind == "|":
                return self.attributes.one(path, set(symbol[1:]), left)
            return None
        if symbol[0] == "'":
            return Value("literal", symbol[1:])
        head, _, rest = self._split_head(symbol)
        found = self._head(path, head, left)
        for name in rest.split(".") if rest else ():
            found = self.attribute(found, name, left) if found is not None else duck(name)
        return found

    @staticmethod
    def _split_head(symbol: str) -> tuple[str, str, str]:
        """Head and attributes; ids and modules contain dots of their own, so they end at ``|``."""
        first = symbol[0]
        if first in MARKS:
            head, bar, rest = symbol.partition("|")
            return head, bar, rest
        return symbol.partition(".")

    def _head(self, path: str, head: str, left: int) -> Value | None:
        facts = self.model.files[path]
        mark, rest = head[0], head[1:]
        if mark == "@":
            return self._definition(facts, rest)
        if mark == "$":
            return Value("instance", f"{facts.module}.{rest}")
        if mark == "&":
            return Value("class", f"{facts.module}.{rest}")
        if mark == "^":
            return Value("instance", f"{facts.module}.{rest}", "super")
        if mark == "*":
            return Value("generator", key=BodyKey(path, rest))
        if mark == "!":
            module, colon, attribute = rest.partition(":")
            names = self.model.names
            imported = names.imported_from(facts.module, module, attribute) if colon else None
            return self.named(names.canonical(imported or names.imported(facts.module, module)), left)
        if mark == "%":
            owner, _, name = rest.rpartition(":")
            return self._parameter(BodyKey(path, owner), name, left)
        if mark == "?":
            return None
        dotted = self.model.names.in_module(facts.module, head)
        return self.named(dotted, left) if dotted is not None else Value("name", f"builtins.{head}")

    def _definition(self, facts: FileFacts, name: str) -> Value | None:
        if name in facts.classes:
            return Value("class", f"{facts.module}.{name}")
        return Value("function", key=BodyKey(facts.path, name))

    def named(self, dotted: str, left: int = _LIMIT) -> Value | None:
        """The value of a canonical dotted name."""
        return self._names(dotted, left - 1)

    def _named_value(self, dotted: str, left: int = _LIMIT) -> Value | None:
        if left <= 0:
            return None
        names = self.model.names
        facts, rest = names.split(dotted)
        if facts is None:
            owner, _, last = dotted.rpartition(".")
            if owner in _PROXY_INSTANCES:
                return self.attribute(Value("instance", catalog.INSTANCES[owner]), last, left) or Value("name", dotted)
            return Value("name", dotted)
        if not rest or f"{dotted}" in self.model.modules:
            return Value("name", dotted)
        if rest in facts.classes:
            return Value("class", dotted)
        if rest in facts.functions:
            return Value("function", key=BodyKey(facts.path, rest)) if self._is_single(facts, rest) else None
        owner, _, last = rest.rpartition(".")
        if owner:
            base = self.named(f"{facts.module}.{owner}", left)
            return self.attribute(base, last, left) if base is not None else None
        body = self.signature(BodyKey(facts.path, rest))
        if body is not None and body.kind == "lambda":
            return Value("function", key=BodyKey(facts.path, rest))
        cls = self.model.class_of_name(dotted)
        if cls is not None:
            return Value("instance", cls)
        return self._variable(facts, rest, left) or Value("name", dotted)

    def _is_single(self, facts: FileFacts, rest: str) -> bool:
        return len([e for e in facts.exports.get(rest, ()) if not e.is_none]) <= 1

    def _variable(self, facts: FileFacts, name: str, left: int) -> Value | None:
        """A module-level variable bound to the call of something: what that call gives."""
        exports = [e for e in facts.exports.get(name, ()) if not e.is_none]
        if len(exports) != 1 or exports[0].kind != "value":
            return None
        target = exports[0].target
        kept = self.variable(facts, name)
        if kept is not None and kept[0] == "()":
            found = self.of(facts.path, kept, left)
            if found is not None and found.kind in ("function", "class"):
                return found
        found = self.of(facts.path, ("()", target, (), ()), left)
        return found if found is not None and found.kind in ("function", "class", "instance", "generator") else None

    # Attributes

    def attribute(self, base: Value | None, name: str, left: int = _LIMIT) -> Value | None:
        """The value of an attribute."""
        return self.attributes.attribute(base, name, left)

    # Calls

    def _call(self, path: str, symbol: Symbol, left: int) -> Value | None:
        function = self.of(path, symbol[1], left)
        if function is None:
            return None
        if function.kind == "class":
            return Value("instance", function.name)
        if function.kind == "function" and function.key is not None:
            body = self.signature(function.key)
            if body is not None and body.is_generator:
                return Value("generator", key=function.key)
            if body is not None and body.is_async:
                return Value("coroutine", key=function.key)
            return self.result(function.key, left)
        if function.kind == "name":
            return self._external_result(path, symbol, function, left)
        if function.kind == "member":
            cls = self.model.class_of_method_result(function.name, function.extra)
            if function.extra == "_get_current_object":
                cls = function.name
            if cls is None:
                cls = DUCK_RESULTS.get(function.extra.rpartition(".")[2])
            if cls is not None:
                return Value("instance", cls)
            return Value("called", f"{function.name}.{function.extra}()")
        if function.kind == "called":
            cls = DUCK_RESULTS.get(function.name.rpartition(".")[2])
            return Value("instance", cls) if cls is not None else Value("called", f"{function.name}()")
        return None

    def _external_result(self, path: str, symbol: Symbol, function: Value, left: int) -> Value | None:
        name = function.name
        if name == "functools.partial" and symbol[2]:
            return self.of(path, symbol[2][0], left)
        cls = _RESULTS.get(name) or self.model.class_of_result(name)
        if cls is not None:
            return Value("instance", cls)
        owner, _, last = name.rpartition(".")
        if last in DUCK_RESULTS and owner:
            return Value("instance", DUCK_RESULTS[last])
        return Value("called", f"{name}()")

    def result(self, key: BodyKey, left: int = _LIMIT) -> Value | None:
        """What calling a project function gives, when it returns one kind of thing."""
        if left > 0:
            returned = set(self.code.returned(key))
            if returned:
                found = {self.of(key.path, s, left - 1) for s in returned}
                if len(found) == 1:
                    value = found.pop()
                    if value is not None and value.kind != "parameter":
                        return value
        cls = self.model.class_of_result(self.dotted(key))
        return Value("instance", cls) if cls is not None else None

    def _entered(self, path: str, symbol: Symbol, left: int) -> Value | None:
        """What ``with symbol as name`` binds."""
        if isinstance(symbol, tuple) and symbol[0] == "()":
            function = self.of(path, symbol[1], left)
            if function is not None and function.kind == "function" and function.key is not None:
                body = self.signature(function.key)
                if body is not None and body.is_generator:
                    return self.attributes.one(function.key.path, set(self.code.yielded(function.key)), left)
        value = self.of(path, symbol, left)
        if value is not None and value.kind == "instance":
            enter = self.attributes.member(value, "__enter__", left)
            if enter is not None and enter.kind == "function" and enter.key is not None:
                return self.result(enter.key, left) or value
        return value

    # Parameters

    def _parameter(self, key: BodyKey, name: str, left: int) -> Value | None:
        body = self.signature(key)
        parameter = body.parameter(name) if body is not None else None
        if parameter is not None and parameter.annotation:
            facts = self.model.files[key.path]
            cls = self.model.names.in_module(facts.module, parameter.annotation)
            if cls is not None:
                return Value("instance", cls)
        return self.parameter_value(key, name) or Value("parameter", extra=name, key=key)


_PROXY_INSTANCES = frozenset({"flask.current_app", "flask.request"})


def _no_parameter(key: BodyKey, name: str) -> Value | None:
    return None


__all__ = ["BodyKey", "Value", "Values"]
