"""A URL rule or prefix that does not begin with a slash.

Why: A rule must begin with ``/``, otherwise ``ValueError: URL rule 'users' must start with a slash``. In a blueprint
with a ``url_prefix`` the slash is added; without one the error comes when the blueprint is registered.

Instead: ``"/users"``.

Fix: Writes the slash; safe, as without it the program does not start.

Quiet: In blueprints that are registered with a prefix, and where the prefix is not known.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.routes import Registration
from flask_ls.rules.ask import values
from flask_ls.rules.ask.loops import values_in_turns
from flask_ls.rules.ask.routing import blueprint_named, blueprints, prefix_of, reachable
from flask_ls.rules.ask.views import is_app, is_blueprint, registers_routes
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Related, Severity
from flask_ls.rules.rule import Note, Rule

_ROUTES = frozenset({"route", "get", "post", "put", "patch", "delete", "add_url_rule"})

rule = Rule(
    __name__,
    code="FLK605",
    severity=Severity.ERROR,
    guide=("Blueprints / routes of a blueprint are relative to its prefix",),
    triggers=frozenset({"add_url_rule", "url_prefix"}),
    when=registers_routes,
    error_text="ValueError: URL rule 'users' must start with a slash.",
    notes=(Note("<2.3", "Before Werkzeug 2.3 the error reads ``urls must start with a leading slash``."),),
    examples=(
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)


            @app.get("users")
            #        ^^^^^^^ This URL rule has no leading slash
            def users():
                return "x"
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)


            @app.get("/users")
            def users():
                return "x"
            """,
            fails="ValueError: (URL rule .* must start with a slash|urls must start with a leading slash)",
        ),
        Bad(
            """
            from flask import Blueprint, Flask

            bp = Blueprint("shop", __name__)


            @bp.get("users")
            #       ^^^^^^^ This URL rule has no leading slash
            def users():
                return "x"


            app = Flask(__name__)
            app.register_blueprint(bp)
            """,
            fixed="""
            from flask import Blueprint, Flask

            bp = Blueprint("shop", __name__)


            @bp.get("/users")
            def users():
                return "x"


            app = Flask(__name__)
            app.register_blueprint(bp)
            """,
            fails="ValueError: (URL rule .* must start with a slash|urls must start with a leading slash)",
        ),
        Bad(
            """
            from flask import Blueprint, Flask

            bp = Blueprint("shop", __name__, url_prefix="shop")
            #                                           ^^^^^^ This url_prefix has no leading slash


            @bp.get("/users")
            def users():
                return "x"


            app = Flask(__name__)
            app.register_blueprint(bp)
            """,
            fixed="""
            from flask import Blueprint, Flask

            bp = Blueprint("shop", __name__, url_prefix="/shop")


            @bp.get("/users")
            def users():
                return "x"


            app = Flask(__name__)
            app.register_blueprint(bp)
            """,
            fails="ValueError: URL rule 'shop/users' must start with a slash",
        ),
        Good(
            """
            from flask import Blueprint, Flask

            bp = Blueprint("shop", __name__)


            @bp.get("users")
            def users():
                return "x"


            app = Flask(__name__)
            app.register_blueprint(bp, url_prefix="/api")
            """,
            drive="assert client.get('/api/users').status_code == 200",
        ),
    ),
)


@rule.on(ast.Call)
def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """Registering calls with a constant rule."""
    method = node.func
    if not isinstance(method, ast.Attribute) or method.attr not in _ROUTES:
        return
    given = values.argument(node, 0, "rule")
    text = _first_without_slash(given, ctx)
    if given is None or text is None:
        return
    if is_app(ctx, method.value):
        # A class of the project may join the rule with something of its own.
        if ctx.member(method) not in (f"flask.Flask.{method.attr}", "flask.Flask.route"):
            return
        yield _finding(given, [], ctx)
    elif is_blueprint(ctx, method.value):
        blueprint = blueprint_named(ctx, method.value)
        if blueprint is None or blueprint.escapes:
            return
        for registration in reachable(blueprint):
            if registration.conditional or not registration.is_prefix_known:
                continue
            if not _joined(registration, text).startswith("/"):
                related = [Related(registration.site, "registered here, without a prefix")]
                yield _finding(given, related, ctx)
                return


@rule.on(ast.Call)
def check_prefix(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``Blueprint(..., url_prefix="api")`` and ``register_blueprint(bp, url_prefix="api")``."""
    given = prefix_of(node)
    text = values.text(ctx, given)
    if given is None or not text or text.startswith("/"):
        return
    here = ctx.span(node)
    for blueprint in blueprints(ctx.model):
        if blueprint.escapes or not blueprint.has_routes:
            continue
        is_made_here = blueprint.site.path == ctx.path and blueprint.site.span == here
        for registration in reachable(blueprint):
            if registration.conditional or registration.parent is not None or registration.url_prefix != text:
                continue
            is_registered_here = registration.site.path == ctx.path and registration.site.span == here
            if is_registered_here or (is_made_here and registration.given_prefix is None):
                yield ctx.finding(
                    given,
                    "This url_prefix has no leading slash: registering the blueprint raises ValueError.",
                    related=[] if is_registered_here else [ctx.related(registration.site, "registered here")],
                    fixes=[_slashed(given, ctx)],
                )
                return


def _first_without_slash(given: ast.expr | None, ctx: Context) -> str | None:
    """The rule, or the first one that a loop adds, that begins with no slash."""
    if given is None:
        return None
    texts = [values.text(ctx, value) for value in (given, *values_in_turns(ctx, given))]
    return next((text for text in texts if text is not None and not text.startswith("/")), None)


def _joined(registration: Registration, rule: str) -> str:
    """How ``BlueprintSetupState.add_url_rule`` joins prefix and rule."""
    prefix = registration.url_prefix
    if prefix is None:
        return rule
    return "/".join((prefix.rstrip("/"), rule.lstrip("/"))) if rule else prefix


def _finding(given: ast.expr, related: list[Related], ctx: Context) -> Finding:
    return ctx.finding(
        given,
        "This URL rule has no leading slash: adding it raises ValueError.",
        related=related,
        fixes=[_slashed(given, ctx)],
    )


def _slashed(given: ast.expr, ctx: Context) -> Fix | None:
    if not isinstance(given, ast.Constant):
        return None
    text = ctx.text(given)
    quote = next((q for q in ('"""', "'''", '"', "'") if text.endswith(q)), "")
    start = text.find(quote)
    if not quote or start < 0:
        return None
    begin = ctx.span(given).start + start + len(quote)
    return ctx.fix("Add the slash", ctx.edit().insert(begin, "/"), safe=True)
