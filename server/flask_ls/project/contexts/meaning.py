"""What operations do to contexts, in the light of the whole project: pushes, with blocks, guards, helpers that push."""

from __future__ import annotations

from collections.abc import Callable

from flask_ls.project.bodies import Op, Symbol, last_name, leaves
from flask_ls.project.contexts.flow import Change, Entering, Flow
from flask_ls.project.contexts.sites import Sites
from flask_ls.project.contexts.states import (
    APP,
    IDENTITY,
    NOWHERE,
    REQUEST,
    TO_APP,
    TO_REQUEST,
    TO_UNKNOWN,
    Vector,
    join,
    then,
)
from flask_ls.project.contexts.values import BodyKey, Value, Values
from flask_ls.project.tracking import Memo, Tracker

CLIENT_METHODS = frozenset("get post put delete patch head options trace open".split())
CLIENT = "flask.testing.FlaskClient"
_CONTEXTS: dict[str, Vector] = {"flask.ctx.AppContext": TO_APP, "flask.ctx.RequestContext": TO_REQUEST}
# `enterContext` and the others: unittest.TestCase, from Python 3.11.
_ENTERING = frozenset("enter_context enter_async_context enterContext enterClassContext enterAsyncContext".split())
_PUSHING = _ENTERING | {"push", "__enter__"}
_CATCHING = ("RuntimeError", "Exception", "BaseException")
_SUPPRESSING = frozenset({"contextlib.suppress", "pytest.raises"})
_STACKS = frozenset({"contextlib.ExitStack", "contextlib.AsyncExitStack"})
# Truth of a name or of a call's result -> what it proves; 16: nothing is proven when it is false.
_PROVES = {
    "flask.has_app_context()": APP,
    "flask.has_request_context()": REQUEST,
    "flask.current_app": APP,
    "flask.g": APP,
    "flask.request": REQUEST,
    "flask.session": REQUEST | 16,
    "flask_login.current_user": REQUEST | 16,
    "flask.app_ctx": APP,
    "flask.request_ctx": REQUEST,
    "flask._app_ctx_stack.top": APP,
    "flask._request_ctx_stack.top": REQUEST,
    "flask._cv_app.get()": APP,
    "flask._cv_request.get()": REQUEST,
}


class ProjectMeaning:
    """The `Meaning` of a project's operations. ``flow`` gives the flow of a body."""

    def __init__(self, values: Values, sites: Sites, flow: Callable[[BodyKey], Flow | None], tracker: Tracker) -> None:
        self._values = values
        self._sites = sites
        self._flow = flow
        self._levels: Memo[tuple[str, Symbol], int] = Memo(tracker, self._level, 0)
        self._left: Memo[BodyKey, Vector | None] = Memo(tracker, self._find_left, None)
        self._yielding: Memo[BodyKey, Entering] = Memo(tracker, self._entering_generator, Entering())
        self._pushing: Memo[None, frozenset[str]] = Memo(tracker, self._names_that_push, frozenset())
        self._clients: Memo[None, bool] = Memo(tracker, lambda _: bool(sites.files_with("test_client")), False)

    @property
    def pushing(self) -> frozenset[str]:
        """Names of functions that may leave a context pushed, and of those that call them; ``""`` for modules."""
        return self._pushing(None)

    def left(self, key: BodyKey) -> Vector | None:
        """What a body has done to the contexts when it is left; ``NOWHERE`` when it never is, None without a body."""
        return self._left(key)

    def _find_left(self, key: BodyKey) -> Vector | None:
        flow = self._flow(key)
        return flow.leave if flow is not None else None

    # Calls

    def change(self, path: str, op: Op) -> Change | None:
        """What a call or import leaves behind; None when nothing."""
        if op[0] == "m":
            return self._imported(path, op) if "" in self.pushing else None
        symbol = op[1]
        name = last_name(symbol)
        if name in CLIENT_METHODS and self._clients(None) and self.is_client_call(path, symbol):
            return Change(is_client=True)
        if name in ("push", "__enter__"):
            return self._pushed(path, op, name)
        if name in ("pop", "__exit__"):
            return self._popped(path, symbol)
        if name == "getfixturevalue" or _replaces(symbol):
            return Change(TO_UNKNOWN)
        if name in _ENTERING and op[2]:
            entering = self.entering(path, op[2][0])
            return Change(entering.vector) if entering.vector != IDENTITY else None
        if name in self.pushing and op[4] not in ("iter", "with"):
            return self._called(path, symbol)
        return None

    def may_request(self, path: str, op: Op) -> bool:
        """Whether a call may lead to a request of a test client: code of the project, and what is not known."""
        value = self._values.of(path, op[1])
        return value is None or value.kind in ("function", "class", "parameter", "generator", "coroutine")

    def is_client_call(self, path: str, symbol: Symbol) -> bool:
        """Whether a function symbol is a request method of Flask's test client."""
        value = self._values.of(path, symbol)
        if value is None or value.kind != "member" or value.extra not in CLIENT_METHODS:
            return False
        return CLIENT in self._values.mro(value.name)

    def _pushed(self, path: str, op: Op, name: str) -> Change | None:
        receiver = receiver_of(op[1])
        value = self._values.of(path, receiver)
        vector = self._context(value)
        if vector is not None:
            return Change(vector, key=receiver)
        if value is None and not op[2] and not op[3]:
            return Change(TO_UNKNOWN, key=receiver)
        return self._called(path, op[1]) if name in self.pushing else None

    def _popped(self, path: str, symbol: Symbol) -> Change | None:
        receiver = receiver_of(symbol)
        value = self._values.of(path, receiver)
        if self._context(value) is not None:
            return Change(key=receiver, pops=True)
        return Change(key=receiver, pops=True, soft=True) if value is None else None

    def _called(self, path: str, symbol: Symbol) -> Change | None:
        value = self._values.of(path, symbol)
        if value is not None and value.kind == "class":
            value = self._values.attribute(value._replace(kind="instance"), "__init__")
        if value is None or value.kind != "function" or value.key is None:
            return None
        body = self._values.signature(value.key)
        if body is None or body.is_generator or body.id == "":
            return None
        left = self.left(value.key)
        return Change(left) if left not in (None, IDENTITY, NOWHERE) else None

    def _imported(self, path: str, op: Op) -> Change | None:
        vector: Vector | None = None
        for module in self.imported_modules(path, op):
            left = self.left(BodyKey(self._values.model.modules[module].path, ""))
            if left not in (None, IDENTITY, NOWHERE):
                vector = left
        return Change(vector) if vector is not None else None

    def imported_modules(self, path: str, op: Op) -> list[str]:
        """The modules of the project that an import statement runs, packages before their modules."""
        names = self._values.model.names
        modules = self._values.model.modules
        importer = self._values.model.files[path].module
        found: dict[str, None] = {}
        for written in op[1]:
            source, colon, name = written.partition(":")
            if names.imported(importer, source) not in modules and not colon:
                continue
            parts = source.split(".")
            for end in range(1, len(parts) + 1):
                found[names.imported(importer, ".".join(parts[:end]))] = None
            if colon:
                found[names.imported_from(importer, source, name).replace(":", ".")] = None
        return [name for name in found if name in modules]

    # With blocks

    def entering(self, path: str, symbol: Symbol | None) -> Entering:
        """What ``with symbol:`` does to the contexts of its block."""
        if symbol is None:
            return Entering(TO_UNKNOWN)
        if symbol == "'":
            return Entering()
        if isinstance(symbol, tuple) and symbol[0] == "()":
            special = self._entering_call(path, symbol)
            if special is not None:
                return special
        value = self._values.of(path, symbol)
        if value is None:
            return Entering(TO_UNKNOWN)
        vector = self._context(value)
        if vector is not None:
            return Entering(vector)
        if value.kind == "instance":
            return self._entering_instance(value)
        if value.kind == "generator" and value.key is not None:
            return self._yielding(value.key)
        if value.kind in ("called", "name", "member"):
            is_open = _may_push(value.name) or self._values.model.names.is_project(value.name)
            is_open = is_open or value.name.startswith(("unittest.mock.", "mock."))
            return Entering(TO_UNKNOWN if is_open else IDENTITY)
        return Entering(TO_UNKNOWN)

    def _entering_call(self, path: str, symbol: Symbol) -> Entering | None:
        name = last_name(symbol[1])
        if name == "session_transaction":
            return Entering()
        if name in ("assertRaises", "assertRaisesRegex", "raises", "suppress"):
            function = self._values.of(path, symbol[1])
            known = function is not None and (
                (function.kind == "name" and function.name in _SUPPRESSING) or function.kind == "member"
            )
            if known:
                return Entering(catches=any(self.is_runtime_error(path, a) for a in symbol[2]))
        return None

    def _entering_instance(self, value: Value) -> Entering:
        order = self._values.mro(value.name)
        if CLIENT in order:
            return Entering(keeps_client=True)
        if any(cls in _STACKS for cls in order):
            return Entering()
        enter = self._values.attribute(value, "__enter__")
        if enter is not None and enter.kind == "function" and enter.key is not None:
            left = self.left(enter.key)
            return Entering(left) if left is not None else Entering()
        if enter is not None and enter.kind == "member":
            external = [c for c in order if self._values.model.names.class_(c) is None]
            return Entering(TO_UNKNOWN if any(_may_push(c) for c in external) else IDENTITY)
        return Entering(TO_UNKNOWN)

    def _entering_generator(self, key: BodyKey, left: int = 4) -> Entering:
        """What a generator has done when it yields."""
        flow, body = self._flow(key), self._values.body(key)
        if flow is None or body is None:
            return Entering()
        vector: Vector | None = None
        keeps = flow.keeps_client_at_yield
        for number, op in enumerate(leaves(body.block)):
            if op[0] != "y":
                continue
            at = flow.at[number]
            if len(op) > 2 and left:
                inner = self._values.of(key.path, op[1])
                if inner is None or inner.kind != "generator" or inner.key is None:
                    return Entering(TO_UNKNOWN)
                delegated = self._entering_generator(inner.key, left - 1)
                at, keeps = then(at, delegated.vector), keeps or delegated.keeps_client
            vector = at if vector is None else join(vector, at)
        if vector is None:
            return Entering(TO_UNKNOWN)
        return Entering(vector, any(n in flow.caught for n in flow.yields), keeps)

    def after_fixture(self, key: BodyKey) -> Entering:
        """What a fixture has done when the test runs: at its yield, or after it returned."""
        body = self._values.signature(key)
        if body is not None and body.is_generator:
            return self._yielding(key)
        left = self.left(key)
        return Entering(left if left not in (None, NOWHERE) else IDENTITY)

    def _context(self, value: Value | None) -> Vector | None:
        if value is None or value.kind != "instance":
            return None
        for cls in self._values.mro(value.name):
            if cls in _CONTEXTS:
                return _CONTEXTS[cls]
        return None

    # Conditions

    def level(self, path: str, symbol: Symbol) -> int:
        """What the truth of an expression proves about contexts; 0 for nothing."""
        return self._levels((path, symbol))

    def _level(self, key: tuple[str, Symbol]) -> int:
        path, symbol = key
        if isinstance(symbol, tuple):
            if symbol[0] != "()":
                return 0
            function = self._values.of(path, symbol[1])
            if function is None:
                return 0
            if function.kind == "name":
                return _PROVES.get(f"{function.name}()", 0)
            return self._level_of_result(function)
        value = self._values.of(path, symbol)
        if value is None or value.kind != "name":
            return 0
        return _PROVES.get(value.name, 0) or self._level_of_variable(value.name)

    def _level_of_variable(self, name: str) -> int:
        """``active = has_app_context()`` at module level."""
        facts, rest = self._values.model.names.split(name)
        exports = [e for e in facts.exports.get(rest, ()) if not e.is_none] if facts is not None else []
        if facts is None or len(exports) != 1 or exports[0].kind != "value":
            return 0
        return self.level(facts.path, ("()", exports[0].target, (), ()))

    def _level_of_result(self, function: Value) -> int:
        """A function of the project that answers ``has_request_context()``."""
        body = self._values.body(function.key) if function.kind == "function" else None
        if body is None or function.key is None or body.is_async or body.is_generator:
            return 0
        returned = [op[1] for op in leaves(body.block) if op[0] == "R"]
        if len(returned) != 1 or any(op[0] == "if" for op in body.block):
            return 0
        answer = returned[0]
        if isinstance(answer, tuple) and answer[0] == "g":
            return self._level_of_guard(function.key.path, answer[1])
        return self.level(function.key.path, answer)

    def _level_of_guard(self, path: str, guard: Symbol | None) -> int:
        if not isinstance(guard, tuple):
            return 0
        if guard[0] == "?":
            return self.level(path, guard[1])
        if guard[0] != "and":
            return 0
        # When it is false, any part of it may be.
        found = max((self._level_of_guard(path, part) & ~16 for part in guard[1:]), default=0)
        return found | 16 if found else 0

    def is_runtime_error(self, path: str, symbol: Symbol | None) -> bool:
        """Whether ``except symbol:`` catches RuntimeError."""
        if isinstance(symbol, tuple) and symbol[0] == "[]":
            return any(self.is_runtime_error(path, s) for s in symbol[1])
        return symbol in _CATCHING or (isinstance(symbol, str) and symbol.removeprefix("builtins.") in _CATCHING)

    # Functions that push

    def _names_that_push(self, _: None) -> frozenset[str]:
        found: set[str] = set()
        todo: list[str] = []

        def note(key: BodyKey) -> None:
            body = self._values.signature(key)
            name = "" if key.id == "" else body.name if body is not None else ""
            names = {name, body.cls.rpartition(".")[2]} if body is not None and name == "__init__" else {name}
            if body is not None and body.owner:
                names.add(body.owner.rpartition(".")[2])  # it may return the function, as fixtures do
            for each in names - found:
                found.add(each)
                if each:
                    todo.append(each)

        for word in _PUSHING:
            for site in self._sites.mentions(word):
                if site.op[0] == "c" and last_name(site.op[1]) == word:
                    note(site.body)
        while todo:
            name = todo.pop()
            for site in self._sites.mentions(name):
                if site.op[0] == "c" and self._calls(site.op, name):
                    note(site.body)
        written = self._sites.names_of(*(n for n in found if n))
        return frozenset(written | ({""} if "" in found else set()))

    def _calls(self, op: Op, name: str) -> bool:
        return op[4] != "decorator" and last_name(op[1]) in self._sites.names_of(name)


def receiver_of(symbol: Symbol) -> Symbol | None:
    """``a.b`` of ``a.b.push``."""
    if isinstance(symbol, tuple):
        return symbol[1] if symbol[0] == "." else None
    head, bar, rest = symbol.partition("|")
    if bar:
        base, dot, _ = rest.rpartition(".")
        return f"{head}|{base}" if dot else head
    return symbol.rpartition(".")[0] or None


def _replaces(symbol: Symbol) -> bool:
    """Whether the call is one of pytest's ways to replace anything: `monkeypatch.setattr`, `mocker.patch`."""
    head, _, rest = symbol.partition("|") if isinstance(symbol, str) else ("", "", "")
    fixture, method = head.rpartition(":")[2], rest.partition(".")[0]
    return head[:1] == "%" and (fixture, method) in (("monkeypatch", "setattr"), ("mocker", "patch"))


def _may_push(name: str) -> bool:
    """Whether something of this name, outside the project, may push a context; extensions only use the current one."""
    return name.partition(".")[0] in ("flask", "flask_testing", "pytest_flask", "connexion") and not name.startswith(
        CLIENT
    )
