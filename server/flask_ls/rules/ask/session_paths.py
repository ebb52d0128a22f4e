"""Changes inside a session value that are lost: followed along every path of a function.

Flask saves the session when it noticed a change: item assignment, deletion, ``pop``, ``update``, ``clear``,
``modified = True``. The order does not matter, because the whole session is written when the response is finished. So a
change of a list or dict inside it is lost on a path that has no such change anywhere, before or after.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeGuard

from flask_ls.project.index import FUNCTIONS
from flask_ls.rules.ask.flow import LEAVING, is_try
from flask_ls.rules.ask.sessions import is_session
from flask_ls.rules.ask.views import function_named
from flask_ls.rules.context import Context
from flask_ls.syntax.parse import parse_expression

_MUTATING = frozenset(
    {
        "append",
        "extend",
        "insert",
        "remove",
        "pop",
        "clear",
        "sort",
        "reverse",
        "update",
        "setdefault",
        "popitem",
        "add",
    }
    | {"discard"}
)
_SAVING = frozenset({"pop", "popitem", "update", "clear", "__setitem__", "__delitem__"})
# Functions of others that put something into the session in any case.
_SAVING_CALLS = frozenset(
    {"flask.flash", "flask_login.login_user", "flask_login.logout_user", "flask_login.confirm_login"}
)
_MOST_STATES = 200


@dataclass(frozen=True, slots=True)
class _State:
    """One path so far. ``aliases`` are the names that hold a value of the session or a part of one."""

    mutations: frozenset[ast.AST] = frozenset()
    saved: bool = False
    aliases: frozenset[str] = frozenset()
    known: tuple[tuple[str, bool], ...] = ()


class _TooMany(Exception):
    """More paths than are worth following."""


@dataclass(slots=True)
class _Exits:
    """The states that leave a block other than at its end."""

    returns: list[_State] = field(default_factory=list)
    breaks: list[_State] = field(default_factory=list)


class SessionPaths:
    """The paths of one function. ``saves``: whether a call may make Flask notice a change."""

    def __init__(self, ctx: Context, function: ast.AST, saves: Callable[[ast.Call], bool]) -> None:
        self._ctx = ctx
        self._function = function
        self._saves = saves

    def lost(self) -> list[ast.AST]:
        """The changes that some path loses, in source order; empty when there are too many paths."""
        body = getattr(self._function, "body", [])
        exits = _Exits()
        try:
            ends = self._block(body, [_State()], exits)
        except _TooMany:
            return []
        found = {m for s in (*ends, *exits.returns) if not s.saved for m in s.mutations}
        return sorted(found, key=self._ctx.span)

    # Statements

    def _block(self, block: Sequence[ast.stmt], states: list[_State], exits: _Exits) -> list[_State]:
        for statement in block:
            if not states:
                break
            states = _distinct(self._statement(statement, states, exits))
        return states

    def _statement(self, node: ast.stmt, states: list[_State], exits: _Exits) -> list[_State]:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            return states
        if isinstance(node, ast.If):
            return self._if(node, states, exits)
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            return self._loop(node, states, exits)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                states = self._expression(item.context_expr, states)
            return self._block(node.body, states, exits)
        if is_try(node):
            return self._try(node, states, exits)
        if isinstance(node, ast.Match):
            states = self._expression(node.subject, states)
            ends = list(states)
            for case in node.cases:
                ends += self._block(case.body, states, exits)
            return ends
        states = self._simple(node, states)
        if isinstance(node, ast.Return):
            exits.returns += states
            return []
        if isinstance(node, ast.Raise) or self._never_returns(node):
            return []
        if isinstance(node, (ast.Break, ast.Continue)):
            exits.breaks += states
            return []
        return states

    def _if(self, node: ast.If, states: list[_State], exits: _Exits) -> list[_State]:
        states = self._expression(node.test, states)
        test = ast.unparse(node.test)
        then, otherwise = [], []
        for state in states:
            before = dict(state.known).get(test)
            # The same condition again has the same answer, unless one of its names was assigned in between.
            if before is not False:
                then.append(replace(state, known=(*state.known, (test, True))))
            if before is not True:
                otherwise.append(replace(state, known=(*state.known, (test, False))))
        return [*self._block(node.body, then, exits), *self._block(node.orelse, otherwise, exits)]

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, states: list[_State], exits: _Exits) -> list[_State]:
        inner = _Exits(exits.returns)
        if isinstance(node, ast.While):
            states = self._expression(node.test, states)
            entered = states
        else:
            states = self._expression(node.iter, states)
            entered = [self._bound(s, node.target, self._is_part(node.iter, s)) for s in states]
        once = self._block(node.body, entered, inner)
        after = [*states, *once, *inner.breaks]
        if isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value:
            after = list(inner.breaks)
        return [*self._block(node.orelse, [*states, *once], exits), *inner.breaks] if node.orelse else after

    def _try(self, node: ast.Try, states: list[_State], exits: _Exits) -> list[_State]:
        inside = _Exits()
        ends = self._block(node.body, states, inside)
        # An exception may come before or after what the body does.
        interrupted = _distinct([*states, *ends, *inside.returns])
        ends = self._block(node.orelse, ends, inside)
        for handler in node.handlers:
            ends = [*ends, *self._block(handler.body, interrupted, inside)]
        exits.returns += self._block(node.finalbody, inside.returns, exits)
        exits.breaks += self._block(node.finalbody, inside.breaks, exits)
        return self._block(node.finalbody, ends, exits)

    def _never_returns(self, node: ast.stmt) -> bool:
        return isinstance(node, ast.Expr) and self._ctx.called(node.value) in LEAVING

    def _simple(self, node: ast.stmt, states: list[_State]) -> list[_State]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr) and isinstance(getattr(child, "ctx", None), (ast.Store, ast.Del)):
                for part in ast.iter_child_nodes(child):
                    if isinstance(part, ast.expr):
                        states = self._expression(part, states)
            elif isinstance(child, ast.expr):
                states = self._expression(child, states)
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                states = [self._stored(s, target, node.value) for s in states]
        elif isinstance(node, ast.AugAssign):
            states = [self._augmented(s, node) for s in states]
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                states = [self._stored(s, target, None) for s in states]
        return states

    # Targets

    def _stored(self, state: _State, target: ast.expr, value: ast.expr | None) -> _State:
        if isinstance(target, ast.Subscript):
            if is_session(self._ctx, target.value):
                return replace(state, saved=True)
            return self._mutated(state, target) if self._is_part(target.value, state) else state
        if isinstance(target, ast.Attribute):
            return replace(state, saved=True) if is_session(self._ctx, target.value) else state
        if isinstance(target, (ast.Tuple, ast.List)):
            return self._unpacked(state, target.elts, value)
        return self._bound(state, target, value is not None and self._is_part(value, state))

    def _unpacked(self, state: _State, targets: list[ast.expr], value: ast.expr | None) -> _State:
        """``cart, total = session["cart"], 0``: each target with its own value, or all with a part of the one."""
        values: list[ast.expr | None] = [value] * len(targets)
        if isinstance(value, (ast.Tuple, ast.List)):
            is_even = len(value.elts) == len(targets)
            is_starred = any(isinstance(e, ast.Starred) for e in (*targets, *value.elts))
            values = [*value.elts] if is_even and not is_starred else [None] * len(targets)
        # All values are evaluated before the first name is bound.
        parts = [v is not None and self._is_part(v, state) for v in values]
        for target, part, given in zip(targets, parts, values, strict=True):
            inner = target.value if isinstance(target, ast.Starred) else target
            state = (
                self._bound(state, inner, part) if isinstance(inner, ast.Name) else self._stored(state, inner, given)
            )
        return state

    def _augmented(self, state: _State, node: ast.AugAssign) -> _State:
        target = node.target
        if isinstance(target, ast.Name):
            # `cart += [1]` changes the list that the session holds; numbers and strings are not aliases' values here.
            is_collection = isinstance(node.value, (ast.List, ast.Dict, ast.Set, ast.ListComp))
            return self._mutated(state, node) if target.id in state.aliases and is_collection else state
        return self._stored(state, target, None)

    def _bound(self, state: _State, target: ast.expr, is_part: bool) -> _State:
        names = frozenset(n.id for n in ast.walk(target) if isinstance(n, ast.Name))
        known = tuple((t, v) for t, v in state.known if names.isdisjoint(_names(t)))
        aliases = state.aliases | names if is_part else state.aliases - names
        return replace(state, aliases=aliases, known=known)

    def _mutated(self, state: _State, node: ast.AST) -> _State:
        return replace(state, mutations=state.mutations | {node})

    # Expressions

    def _expression(self, node: ast.expr, states: list[_State]) -> list[_State]:
        for call in _calls(node):
            states = [self._called(s, call) for s in states]
        for named in ast.walk(node):
            if isinstance(named, ast.NamedExpr):
                states = [self._bound(s, named.target, self._is_part(named.value, s)) for s in states]
        return states

    def _called(self, state: _State, call: ast.Call) -> _State:
        func = call.func
        if isinstance(func, ast.Attribute):
            if is_session(self._ctx, func.value):
                return replace(state, saved=True) if func.attr in _SAVING else state
            if func.attr in _MUTATING and self._is_part(func.value, state):
                return self._mutated(state, call)
        if self._ctx.called(call) in _SAVING_CALLS or self._saves(call):
            return replace(state, saved=True)
        given = (*call.args, *(k.value for k in call.keywords))
        if any(is_session(self._ctx, a) for a in given):
            return replace(state, saved=True)
        return self._mutated(state, call) if self._hands_part_over(call, state) else state

    def _hands_part_over(self, call: ast.Call, state: _State) -> bool:
        """Whether a function of this file is given a part of the session and changes it in place."""
        function = function_named(self._ctx, call.func)
        if not isinstance(function, FUNCTIONS) or function.decorator_list:
            return False
        parameters = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        given = [*zip(parameters, call.args, strict=False), *((k.arg, k.value) for k in call.keywords)]
        return any(self._is_part(value, state) and _changes(function, name) for name, value in given)

    def _is_part(self, node: ast.AST, state: _State) -> bool:
        """Whether the expression is a value that the session holds, or lies inside one, and is not a copy."""
        if isinstance(node, ast.Name):
            return node.id in state.aliases
        if isinstance(node, ast.Subscript):
            if isinstance(node.slice, ast.Slice):
                return False
            return is_session(self._ctx, node.value) or self._is_part(node.value, state)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner, method = node.func.value, node.func.attr
            if is_session(self._ctx, owner):
                return method in ("get", "setdefault")
            return method in ("get", "setdefault", "values", "items") and self._is_part(owner, state)
        if isinstance(node, (ast.BoolOp, ast.IfExp)):
            parts = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
            return any(self._is_part(p, state) for p in parts)
        if isinstance(node, ast.NamedExpr):
            return self._is_part(node.value, state)
        if isinstance(node, ast.Call) and self._ctx.called(node) in ("builtins.enumerate", "builtins.reversed"):
            return bool(node.args) and self._is_part(node.args[0], state)
        return False


def _changes(function: ast.AST, name: str | None) -> bool:
    """Whether a function changes the list or dict in a parameter that it never binds anew."""
    nodes = list(ast.walk(function))
    if any(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store) for n in nodes):
        return False
    holders = [n.func.value for n in nodes if isinstance(n, ast.Call) and _is_change(n.func)]
    holders += [n.value for n in nodes if isinstance(n, ast.Subscript) and not isinstance(n.ctx, ast.Load)]
    return any(isinstance(holder, ast.Name) and holder.id == name for holder in holders)


def _is_change(func: ast.expr) -> TypeGuard[ast.Attribute]:
    return isinstance(func, ast.Attribute) and func.attr in _MUTATING


def _calls(node: ast.expr) -> Iterator[ast.Call]:
    """The calls of an expression, those that run later left out."""
    stack: list[ast.AST] = [node]
    found: list[ast.Call] = []
    while stack:
        current = stack.pop()
        if isinstance(current, ast.Lambda):
            continue
        if isinstance(current, ast.Call):
            found.append(current)
        stack.extend(ast.iter_child_nodes(current))
    return reversed(found)


def _names(expression: str) -> set[str]:
    return {n.id for n in ast.walk(parse_expression(expression)) if isinstance(n, ast.Name)}


def _distinct(states: list[_State]) -> list[_State]:
    unique = list(dict.fromkeys(states))
    if len(unique) > _MOST_STATES:
        raise _TooMany
    return unique
