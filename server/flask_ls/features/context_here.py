"""Which Flask context is active at a place, as far as that is known."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Literal

from flask_ls.features.documentation import code
from flask_ls.features.route_text import label, routes_of
from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.project.site import Site
from flask_ls.rules.context import Unit

Needs = Literal["application", "request"]
State = Literal["active", "inactive", "depends"]

_PUSHES_REQUEST = frozenset({"test_request_context", "request_context"})
_RUNS_IN_REQUEST = {
    "before_request": "runs before each request",
    "before_app_request": "runs before each request",
    "after_request": "runs after each request",
    "after_app_request": "runs after each request",
    "errorhandler": "handles errors of requests",
    "app_errorhandler": "handles errors of requests",
}


@dataclass(frozen=True, slots=True)
class ContextHere:
    """``depends``: on who calls this code. ``reason`` is a clause that follows a dash."""

    state: State
    reason: str


def context_here(unit: Unit, node: ast.AST, needs: Needs) -> ContextHere:
    """Whether the context that ``needs`` names is active when the code at ``node`` runs.

    Looks at the code around the node only; what is not certain from there depends on the caller.
    """
    pushed = _pushed_around(unit, node)
    if "request" in pushed or (needs == "application" and "application" in pushed):
        return ContextHere("active", "pushed by the `with` statement around it")
    function = unit.index.function_of(node)
    if function is None:
        if pushed or _pushes_by_hand(unit):
            return ContextHere("depends", "on what was pushed before this line runs")
        return ContextHere("inactive", "this code runs while the module is imported")
    if isinstance(function, FUNCTIONS):
        reason = _called_in_request(unit, function)
        if reason is not None:
            return ContextHere("active", reason)
    return ContextHere("depends", "on the caller")


def _pushed_around(unit: Unit, node: ast.AST) -> set[Needs]:
    """The contexts that ``with`` statements of the same function push around the node."""
    pushed: set[Needs] = set()
    child: ast.AST = node
    for ancestor in unit.index.ancestors(node):
        if isinstance(ancestor, (*FUNCTIONS, ast.Lambda)) and child not in getattr(ancestor, "decorator_list", ()):
            break
        if isinstance(ancestor, (ast.With, ast.AsyncWith)) and child in ancestor.body:
            for item in ancestor.items:
                call = item.context_expr
                name = call.func.attr if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else ""
                if name in _PUSHES_REQUEST:
                    pushed.add("request")
                elif name == "app_context":
                    pushed.add("application")
        child = ancestor
    return pushed


def _pushes_by_hand(unit: Unit) -> bool:
    return any(isinstance(c.func, ast.Attribute) and c.func.attr == "push" for c in unit.index.nodes(ast.Call))


def _called_in_request(unit: Unit, function: FunctionNode) -> str | None:
    for route in routes_of(unit).routes:
        if route.view is not None and _is_function(route.view, unit, function):
            return f"the view of {code(label(route))}"
    for decorator in function.decorator_list:
        hook = decorator.func if isinstance(decorator, ast.Call) else decorator
        if not isinstance(hook, ast.Attribute) or hook.attr not in _RUNS_IN_REQUEST:
            continue
        if unit.infer.is_instance(hook.value, "flask.Flask", "flask.Blueprint"):
            return _RUNS_IN_REQUEST[hook.attr]
    return None


def _is_function(view: Site, unit: Unit, function: FunctionNode) -> bool:
    """Whether a view's place, its ``def`` or its name, is the head of this function."""
    if view.path != unit.path:
        return False
    start = unit.source.span(function).start
    body = unit.source.span(function.body[0]).start
    return start <= view.span.start < body
