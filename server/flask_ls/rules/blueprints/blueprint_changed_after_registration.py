"""A route, hook or nested blueprint is added to a blueprint after it was registered.

Why: A blueprint is recorded when it is registered. Later ``@bp.route``, hooks and nested registrations raise
AssertionError since Flask 2.3; Flask 2.2 only warns, and the route answers 404.

Instead: import the modules that define the routes before ``register_blueprint``.

Quiet: When the registration stands first in the file but runs later (in a factory), and where it may not run at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from packaging.version import Version

from flask_ls.project.model import ProjectModel
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Related, Severity
from flask_ls.rules.rule import Note, Rule


def _paths(model: ProjectModel) -> set[str]:
    return {s.path for b in model.routes.blueprints for r in b.registrations for s in r.after}


rule = Rule(
    __name__,
    code="FLK604",
    severity=Severity.ERROR,
    guide=("Circular imports / blueprints register at factory time",),
    triggers=frozenset(),
    paths=_paths,
    error_text="AssertionError: The setup method 'route' can no longer be called on the blueprint 'api'. It has "
    "already been registered at least once, any changes will not be applied consistently.",
    notes=(Note("<2.3", "Flask 2.2 only warns here; the route answers 404."),),
    examples=(
        Bad(
            """
            from flask import Blueprint, Flask

            bp = Blueprint("api", __name__)
            app = Flask(__name__)
            app.register_blueprint(bp)


            @bp.get("/users")
            #^^^^^^^^^^^^^^^^ "api" has been registered already
            def users():
                return "x"
            """,
            fails="AssertionError: The setup method",
            flask=">=2.3",
        ),
        Good(
            """
            from flask import Blueprint, Flask

            bp = Blueprint("api", __name__)


            def create_app():
                app = Flask(__name__)
                app.register_blueprint(bp)
                return app


            @bp.get("/users")
            def users():
                return "x"
            """,
            drive="app_module.create_app()",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Additions in this file to blueprints that are registered by then."""
    severity = Severity.ERROR if ctx.flask >= Version("2.3") else Severity.WARNING
    raises = "this raises AssertionError." if severity is Severity.ERROR else "it is not applied."
    for blueprint in ctx.model.routes.blueprints:
        for registration in blueprint.registrations:
            for site in registration.after:
                if site.path == ctx.path and not registration.conditional:
                    yield ctx.finding(
                        site.span,
                        f'"{blueprint.name}" has been registered already when this is added: {raises}',
                        severity=severity,
                        related=[Related(registration.site, "registered here")],
                    )
