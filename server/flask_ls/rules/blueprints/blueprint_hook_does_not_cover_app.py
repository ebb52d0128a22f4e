"""A hook of a blueprint that has no routes of its own, so it never runs.

Why: ``@bp.before_request`` and the other hooks of a blueprint run for its own views (and those of blueprints nested in
it) only. A blueprint without routes makes a guard that guards nothing.

Instead: ``@bp.before_app_request`` or ``@app.before_request`` to cover all requests.

Fix: Uses the form for the whole app; unsafe, as the function then runs for every request.

Quiet: When the blueprint or one nested in it has a route, or when its routes cannot all be known.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.routes import Blueprint
from flask_ls.rules.ask.routing import blueprint_named, is_certain, reachable
from flask_ls.rules.ask.views import is_blueprint
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

_APP_WIDE = {
    "before_request": "before_app_request",
    "after_request": "after_app_request",
    "teardown_request": "teardown_app_request",
    "context_processor": "app_context_processor",
    "url_value_preprocessor": "app_url_value_preprocessor",
    "url_defaults": "app_url_defaults",
}

rule = Rule(
    __name__,
    code="FLK608",
    severity=Severity.WARNING,
    guide=("Blueprints / blueprint.before_request only for that blueprint",),
    triggers=frozenset(_APP_WIDE),
    examples=(
        Bad(
            """
            from flask import Blueprint, Flask, abort

            app = Flask(__name__)
            security = Blueprint("security", __name__)


            @security.before_request
            #^^^^^^^^^^^^^^^^^^^^^^^ never runs
            def require_login():
                abort(401)


            @app.get("/admin")
            def admin():
                return "secret"


            app.register_blueprint(security)
            """,
            fixed="""
            from flask import Blueprint, Flask, abort

            app = Flask(__name__)
            security = Blueprint("security", __name__)


            @security.before_app_request
            def require_login():
                abort(401)


            @app.get("/admin")
            def admin():
                return "secret"


            app.register_blueprint(security)
            """,
            drive="assert client.get('/admin').status_code == 401",
            fails="AssertionError",
        ),
        Good(
            """
            from flask import Blueprint, Flask, abort

            app = Flask(__name__)
            admin = Blueprint("admin", __name__, url_prefix="/admin")
            users = Blueprint("users", __name__, url_prefix="/users")


            @admin.before_request
            def require_login():
                abort(401)


            @users.get("/")
            def index():
                return "secret"


            admin.register_blueprint(users)
            app.register_blueprint(admin)
            """,
            drive="assert client.get('/admin/users/').status_code == 401",
        ),
    ),
)


@rule.on(ast.Attribute)
def check(node: ast.Attribute, ctx: Context) -> Iterator[Finding]:
    """``bp.before_request`` and alike, as decorator or called."""
    if node.attr not in _APP_WIDE or not is_blueprint(ctx, node.value) or not is_certain(ctx.model):
        return
    blueprint = blueprint_named(ctx, node.value)
    if blueprint is None or blueprint.escapes or not reachable(blueprint) or _covers_something(blueprint, ctx):
        return
    text = f"{ctx.text(node.value)}.{_APP_WIDE[node.attr]}"
    yield ctx.finding(
        node,
        f'this never runs: "{blueprint.name}" has no routes, and the hook is for its own routes only.',
        fixes=[ctx.fix(f"Run it for all requests: {text}", ctx.edit().replace(node, text), safe=False)],
    )


def _covers_something(blueprint: Blueprint, ctx: Context) -> bool:
    if blueprint.has_routes:
        return True
    names = tuple(f"{r.name}." for r in blueprint.registrations)
    return any(f"{route.blueprint}.".startswith(names) for route in ctx.model.routes.routes if route.blueprint)
