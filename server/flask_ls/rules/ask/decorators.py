"""Decorators of views: which hand the view's result on as it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.index import FunctionNode
from flask_ls.rules.ask.views import handlers
from flask_ls.rules.context import Context

# Decorators, and decorator methods by class, that check, count or cache and otherwise return what the view returned.
_TRANSPARENT = frozenset(
    {
        "flask_login.login_required",
        "flask_login.fresh_login_required",
        "flask_cors.cross_origin",
        "flask_jwt_extended.jwt_required",
        "flask_jwt_extended.fresh_jwt_required",
        "flask_security.login_required",
        "flask_security.auth_required",
        "flask_security.roles_required",
        "flask_security.roles_accepted",
        "flask_principal.Permission.require",
        "functools.wraps",
        "flask.stream_with_context",
        "flask.copy_current_request_context",
    }
)
# What such a decorator returns when it does not call the view.
_OTHER = frozenset({"flask.redirect", "werkzeug.utils.redirect", "flask.abort", "flask.render_template"})
_TRANSPARENT_METHODS = {
    "flask_caching.Cache": frozenset({"cached", "memoize"}),
    "flask_limiter.Limiter": frozenset({"limit", "exempt", "shared_limit"}),
    "flask_wtf.CSRFProtect": frozenset({"exempt"}),
    "flask_wtf.csrf.CSRFProtect": frozenset({"exempt"}),
    "flask_httpauth.HTTPBasicAuth": frozenset({"login_required"}),
    "flask_httpauth.HTTPTokenAuth": frozenset({"login_required"}),
    "flask_httpauth.HTTPDigestAuth": frozenset({"login_required"}),
    "flask_httpauth.MultiAuth": frozenset({"login_required"}),
}


def returns_as_is(ctx: Context, function: FunctionNode) -> bool:
    """Whether Flask gets what the function returns: no decorator of it may make something else of the result."""
    registering = {id(role.site) for role in handlers(ctx).roles(function)}
    around = [*function.decorator_list, *_of_class_view(ctx, function)]
    return all(id(d) in registering or hands_on(ctx, d) for d in around)


def _of_class_view(ctx: Context, function: FunctionNode) -> Iterator[ast.expr]:
    """What ``View.decorators`` of the class around puts over its methods (``flask.views.View.as_view``)."""
    owner = ctx.index.class_of(function)
    for statement in owner.body if owner is not None else ():
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if any(isinstance(t, ast.Name) and t.id == "decorators" for t in targets):
            value = getattr(statement, "value", None)
            if isinstance(value, (ast.List, ast.Tuple)):
                yield from value.elts
            elif value is not None:
                yield value


def hands_on(ctx: Context, decorator: ast.expr) -> bool:
    """Whether a decorator is known to return the decorated function's result unchanged, in the case it calls it."""
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = ctx.name(target)
    if name in _TRANSPARENT:
        return True
    if isinstance(target, ast.Attribute):
        for cls, methods in _TRANSPARENT_METHODS.items():
            if target.attr in methods and ctx.is_instance(target.value, cls):
                return True
        if target.attr in ("route", "get", "post", "put", "patch", "delete", "errorhandler", "app_errorhandler"):
            return ctx.is_instance(target.value, "flask.Flask", "flask.Blueprint")
    return name is not None and _wrapper_hands_on(ctx, name)


def _wrapper_hands_on(ctx: Context, name: str) -> bool:
    """Whether the functions inside a project decorator return what one of the parameters around them returns."""
    known = ctx.model.names.function(name)
    if known is None:
        return False
    facts, outer = known
    inside = [f for q, f in facts.functions.items() if q.startswith(f"{outer.qualname}.")]
    parameters = {p.name for f in (outer, *inside) for p in f.parameters}
    returned = [r for f in inside for r in f.returns if r.called]
    if any(f.opaque_return for f in inside) or not any(r.dotted in parameters for r in returned):
        return False
    return all(r.dotted in parameters or ctx.model.names.in_module(facts.module, r.dotted) in _OTHER for r in returned)
