"""Which functions Flask calls, and as what: views, hooks, error handlers, commands.

Found by decorators (``@app.route``), registering calls (``app.add_url_rule``), class-based views
and the project's route table; the receiver must be known to be an app or a blueprint.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from flask_ls.project.facts import FileFacts
from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.project.model import ProjectModel
from flask_ls.rules.ask.values import definition
from flask_ls.rules.context import Context

Kind = Literal[
    "view",  # its return value is the response
    "error_handler",  # the same
    "before_request",
    "after_request",
    "teardown_request",
    "teardown_appcontext",
    "context_processor",
    "url_hook",
    "template_helper",
    "cli",
    "setup",  # before_first_request, record: runs once, outside of requests or in the first
    "loader",  # called by an extension during requests
    "resource",  # method of a Flask-RESTful or RESTX resource: its return value is serialised
]

APPS = ("flask.Flask",)
BLUEPRINTS = ("flask.Blueprint",)
SCAFFOLDS = (*APPS, *BLUEPRINTS)

_ROUTES = frozenset({"route", "get", "post", "put", "patch", "delete"})
_HOOKS: dict[str, Kind] = {
    "before_request": "before_request",
    "before_app_request": "before_request",
    "after_request": "after_request",
    "after_app_request": "after_request",
    "teardown_request": "teardown_request",
    "teardown_app_request": "teardown_request",
    "teardown_appcontext": "teardown_appcontext",
    "context_processor": "context_processor",
    "app_context_processor": "context_processor",
    "url_value_preprocessor": "url_hook",
    "app_url_value_preprocessor": "url_hook",
    "url_defaults": "url_hook",
    "app_url_defaults": "url_hook",
    "before_first_request": "setup",
    "before_app_first_request": "setup",
    "record": "setup",
    "record_once": "setup",
    "shell_context_processor": "cli",
}
_WITH_ARGUMENT: dict[str, Kind] = {
    "errorhandler": "error_handler",
    "app_errorhandler": "error_handler",
    "endpoint": "view",
    "template_filter": "template_helper",
    "app_template_filter": "template_helper",
    "template_global": "template_helper",
    "app_template_global": "template_helper",
    "template_test": "template_helper",
    "app_template_test": "template_helper",
}
# Method that takes the function as an argument: position and keyword of it.
_REGISTERING: dict[str, tuple[int, str, Kind]] = {
    "add_url_rule": (2, "view_func", "view"),
    "register_error_handler": (1, "f", "error_handler"),
    "add_template_filter": (0, "f", "template_helper"),
    "add_template_global": (0, "f", "template_helper"),
    "add_template_test": (0, "f", "template_helper"),
    "add_app_template_filter": (0, "f", "template_helper"),
    "add_app_template_global": (0, "f", "template_helper"),
    "add_app_template_test": (0, "f", "template_helper"),
    **{name: (0, "f", kind) for name, kind in _HOOKS.items()},
}
# Decorator methods of extension objects whose function answers the request.
_ANSWERING = {
    "flask_login.LoginManager": frozenset({"unauthorized_handler", "needs_refresh_handler"}),
    "flask_jwt_extended.JWTManager": frozenset(
        {"expired_token_loader", "invalid_token_loader", "unauthorized_loader", "revoked_token_loader"}
    ),
}
_LOADERS = {
    "flask_login.LoginManager": frozenset({"user_loader", "request_loader", "header_loader"}),
    "flask_httpauth.HTTPBasicAuth": frozenset({"verify_password", "get_password", "error_handler"}),
    "flask_httpauth.HTTPTokenAuth": frozenset({"verify_token", "error_handler"}),
}
_VIEW_CLASSES = ("flask.views.View", "flask.views.MethodView")
_RESOURCE_CLASSES = ("flask_restful.Resource", "flask_restx.Resource")
_HTTP_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace"})


@dataclass(frozen=True)
class Role:
    """One way in which Flask calls a function.

    ``site`` is the decorator or call that says so (the class for class-based views), ``receiver`` the app, blueprint or
    extension object, ``call`` the call with the rule and options (None for ``@app.before_request``). ``method`` is the
    registering method: ``route``, ``add_url_rule``, ``before_app_request``.
    """

    kind: Kind
    site: ast.AST
    receiver: ast.expr | None = None
    call: ast.Call | None = None
    method: str = ""


class Handlers:
    """The functions of one file that Flask calls."""

    def __init__(self, ctx: Context) -> None:
        self._roles: defaultdict[ast.AST, list[Role]] = defaultdict(list)
        for function in ctx.index.functions():
            for decorator in function.decorator_list:
                role = _decorator_role(ctx, decorator)
                if role is not None:
                    self._roles[function].append(role)
            self._add_methods(ctx, function)
        for call in ctx.index.nodes(ast.Call):
            for target, role in _registered(ctx, call):
                self._roles[target].append(role)
        self._add_from_model(ctx)

    def roles(self, function: ast.AST | None) -> list[Role]:
        """Every way in which Flask calls this function; empty when none is known."""
        return self._roles.get(function, []) if function is not None else []

    def has(self, function: ast.AST | None, *kinds: Kind) -> bool:
        """Whether Flask calls the function as one of these."""
        return any(r.kind in kinds for r in self.roles(function))

    def answers(self, function: ast.AST | None) -> bool:
        """Whether what the function returns becomes the response: a view or an error handler."""
        return self.has(function, "view", "error_handler")

    def of_kind(self, *kinds: Kind) -> Iterator[tuple[ast.AST, Role]]:
        """Functions and lambdas with these roles."""
        for function, roles in self._roles.items():
            for role in roles:
                if role.kind in kinds:
                    yield function, role

    def _add_methods(self, ctx: Context, function: FunctionNode) -> None:
        owner = ctx.index.class_of(function)
        if owner is None:
            return
        bases = ctx.model.mro(ctx.index.dotted(owner))
        if any(b in _RESOURCE_CLASSES for b in bases):
            if function.name in _HTTP_METHODS:
                self._roles[function].append(Role("resource", owner))
        elif any(b in _VIEW_CLASSES for b in bases) and (
            function.name in _HTTP_METHODS or function.name == "dispatch_request"
        ):
            self._roles[function].append(Role("view", owner))

    def _add_from_model(self, ctx: Context) -> None:
        table = getattr(ctx.model, "routes", None)
        if table is None:
            return
        known = {r.function: r for r in table.routes if r.function and r.view and r.view.path == ctx.path}
        for function in ctx.index.functions() if known else ():
            if ctx.index.dotted(function) in known and not self.has(function, "view", "resource"):
                self._roles[function].append(Role("view", function))


def registers_routes(facts: FileFacts, model: ProjectModel) -> bool:
    """``Rule.when`` of rules on views: a function of the file has a decorator that looks like a route's."""
    return any(d.dotted.rpartition(".")[2] in _ROUTES for f in facts.functions.values() for d in f.decorators)


def handlers(ctx: Context) -> Handlers:
    """The functions of this file that Flask calls."""
    return ctx.once(Handlers)


def handler_around(ctx: Context, node: ast.AST) -> FunctionNode | None:
    """The innermost function around ``node`` that Flask calls, when the node runs as part of that very call."""
    function = ctx.index.function_of(node)
    return function if isinstance(function, FUNCTIONS) and handlers(ctx).roles(function) else None


def is_app(ctx: Context, node: ast.AST | None) -> bool:
    """Whether the expression is a Flask application (``current_app`` counts)."""
    if ctx.is_instance(node, *APPS):
        return True
    # A name that is given something else later on, or was before.
    value = definition(ctx, node) if isinstance(node, ast.Name) else node
    return value is not node and ctx.is_instance(value, *APPS)


def is_blueprint(ctx: Context, node: ast.AST | None) -> bool:
    """Whether the expression is a blueprint."""
    return ctx.is_instance(node, *BLUEPRINTS)


def function_named(ctx: Context, node: ast.AST | None) -> ast.AST | None:
    """The ``def`` or lambda of this file that an expression means; wrappers in a call are looked through."""
    if isinstance(node, ast.Lambda):
        return node
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        return function_named(ctx, node.args[0])
    if isinstance(node, ast.Name):
        bindings = ctx.index.lookup(node.id, node)
        if len(bindings) == 1 and bindings[0].kind == "def":
            return bindings[0].node
        if len(bindings) == 1 and isinstance(bindings[0].value, ast.Lambda):
            return bindings[0].value
    return None


def _decorator_role(ctx: Context, decorator: ast.expr) -> Role | None:
    call = decorator if isinstance(decorator, ast.Call) else None
    target = call.func if call is not None else decorator
    if ctx.name(target) == "flask.after_this_request":
        return Role("after_request", decorator, method="after_this_request")
    if ctx.name(target) == "flask.cli.with_appcontext":
        return Role("cli", decorator, method="with_appcontext")
    if not isinstance(target, ast.Attribute):
        return None
    method, receiver = target.attr, target.value
    kind: Kind | None = None
    if method in _ROUTES and call is not None:
        kind = "view"
    elif method in _HOOKS and call is None:
        kind = _HOOKS[method]
    elif method in _WITH_ARGUMENT and (call is not None or _WITH_ARGUMENT[method] == "template_helper"):
        kind = _WITH_ARGUMENT[method]
    if kind is not None:
        return Role(kind, decorator, receiver, call, method) if ctx.is_instance(receiver, *SCAFFOLDS) else None
    if method == "command" and isinstance(receiver, ast.Attribute) and receiver.attr == "cli":
        return Role("cli", decorator, receiver.value, call, method) if is_scaffold(ctx, receiver.value) else None
    if method == "command" and ctx.is_instance(receiver, "flask.cli.AppGroup"):
        return Role("cli", decorator, receiver, call, method)
    for known, kind_of in ((_ANSWERING, "error_handler"), (_LOADERS, "loader")):
        for cls, methods in known.items():
            if method in methods and ctx.is_instance(receiver, cls):
                return Role(kind_of, decorator, receiver, call, method)  # type: ignore[arg-type]
    return None


def is_scaffold(ctx: Context, node: ast.AST | None) -> bool:
    """Whether the expression is an application or a blueprint."""
    return ctx.is_instance(node, *SCAFFOLDS)


def _registered(ctx: Context, call: ast.Call) -> Iterator[tuple[ast.AST, Role]]:
    if not isinstance(call.func, ast.Attribute):
        return
    entry = _REGISTERING.get(call.func.attr)
    if entry is None:
        return
    position, keyword, kind = entry
    given = next((k.value for k in call.keywords if k.arg == keyword), None)
    if given is None and len(call.args) > position:
        given = call.args[position]
    target = function_named(ctx, given)
    if target is not None and is_scaffold(ctx, call.func.value):
        yield target, Role(kind, call, call.func.value, call, call.func.attr)
