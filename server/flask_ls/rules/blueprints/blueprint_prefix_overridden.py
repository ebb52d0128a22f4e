"""``register_blueprint`` gives a prefix to a blueprint that has one of its own.

Why: The ``url_prefix`` of ``register_blueprint`` replaces the one of ``Blueprint()``; the two are not joined. (The
prefix of a parent blueprint is joined with the child's.)

Instead: one of the two, or the whole prefix at registration.

Quiet: When both are the same but for a slash at the end, when one ends with the other (``/api/users`` for ``/users``),
which nobody means to be joined, when the blueprint is registered under its own prefix, too, and for ``url_prefix=""``
or ``"/"``, which is how a prefix is taken away.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask_ls.project.model import ProjectModel
from flask_ls.rules.ask.routing import call_at, prefix_of
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Related, Severity
from flask_ls.rules.rule import Rule


def _paths(model: ProjectModel) -> set[str]:
    return {r.site.path for b in model.routes.blueprints if b.url_prefix for r in b.registrations if r.given_prefix}


rule = Rule(
    __name__,
    code="FLK607",
    severity=Severity.INFORMATION,
    guide=("Blueprints / url_prefix set at registration",),
    triggers=frozenset(),
    paths=_paths,
    examples=(
        Bad(
            """
            from flask import Blueprint, Flask

            bp = Blueprint("users", __name__, url_prefix="/users")


            @bp.get("/list")
            def listing():
                return "x"


            app = Flask(__name__)
            app.register_blueprint(bp, url_prefix="/api")
            #                          ^^^^^^^^^^^^^^^^^ replaces the blueprint's own prefix
            """,
            drive="assert client.get('/users/list').status_code == 200",
            fails="AssertionError",
        ),
        Good(
            """
            from flask import Blueprint, Flask

            api = Blueprint("api", __name__, url_prefix="/api")
            users = Blueprint("users", __name__, url_prefix="/users")


            @users.get("/list")
            def listing():
                return "x"


            api.register_blueprint(users)
            app = Flask(__name__)
            app.register_blueprint(api)
            """,
            drive="assert client.get('/api/users/list').status_code == 200",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Registrations in this file with a prefix of their own."""
    for blueprint in ctx.model.routes.blueprints:
        # Flask strips the slash before it joins prefix and rule.
        own = (blueprint.url_prefix or "").rstrip("/")
        if any(_goes_with(r.given_prefix, own) for r in blueprint.registrations):
            continue  # mounted there as well, or one prefix is the end of the other: nobody means them to be joined
        for registration in blueprint.registrations:
            given = registration.given_prefix
            if registration.site.path != ctx.path or not given or not blueprint.url_prefix:
                continue
            call = call_at(ctx, registration.site.span)
            argument = next((k for k in call.keywords if k.arg == "url_prefix"), None) if call is not None else None
            if call is None or argument is None or prefix_of(call) is None:
                continue
            yield ctx.finding(
                argument,
                f'"{given}" replaces the blueprint\'s own prefix "{blueprint.url_prefix}"; the two are not joined.',
                related=[Related(blueprint.site, "the blueprint's own prefix")],
            )


def _goes_with(given: str | None, own: str) -> bool:
    prefix = (given or "").rstrip("/")
    return given is None or prefix.endswith(own) or (bool(given) and own.endswith(prefix))
