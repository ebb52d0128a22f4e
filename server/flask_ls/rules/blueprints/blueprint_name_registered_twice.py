"""Two blueprints are registered under one name.

Why: Blueprint names are unique for each app. The second registration raises ``ValueError: The name 'api' is already
registered``, since Flask 2.1 also for the same blueprint object.

Instead: another name, or ``name="..."`` for the second registration of the same blueprint.

Fix: Gives the second registration a name of its own; unsafe, as its endpoints get that name.

Quiet: For different apps, for nested blueprints, whose names begin with the parent's, and where only one of them may
run.
"""

from __future__ import annotations

from collections.abc import Iterator

from packaging.version import Version

from flask_ls.project.model import ProjectModel
from flask_ls.rules.ask.routing import call_at
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Related, Severity
from flask_ls.rules.rule import Note, Rule
from flask_ls.syntax.span import Span


def _paths(model: ProjectModel) -> set[str]:
    return {d.second.path for d in model.routes.duplicate_names}


rule = Rule(
    __name__,
    code="FLK603",
    severity=Severity.ERROR,
    guide=("Circular imports / blueprints register at factory time",),
    triggers=frozenset(),
    paths=_paths,
    error_text="ValueError: The name 'api' is already registered for a different blueprint. Use 'name=' to provide a "
    "unique name.",
    notes=(
        Note("<2.1", "Before Flask 2.1 the same blueprint object may be registered again; 2.0.1 and newer warn."),
        Note("<2.0.1", "Up to Flask 2.0.0 two blueprints of one name raise AssertionError: a name collision."),
    ),
    examples=(
        Bad(
            """
            from flask import Blueprint, Flask

            first = Blueprint("api", __name__)
            second = Blueprint("api", __name__, url_prefix="/v2")

            app = Flask(__name__)
            app.register_blueprint(first)
            app.register_blueprint(second)
            #^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the name "api" is registered already
            """,
            fixed="""
            from flask import Blueprint, Flask

            first = Blueprint("api", __name__)
            second = Blueprint("api", __name__, url_prefix="/v2")

            app = Flask(__name__)
            app.register_blueprint(first)
            app.register_blueprint(second, name="api_2")
            """,
            fails="ValueError: The name 'api' is already registered",
        ),
        Good(
            """
            from flask import Blueprint, Flask

            bp = Blueprint("api", __name__)

            app = Flask(__name__)
            app.register_blueprint(bp)
            app.register_blueprint(bp, url_prefix="/v2", name="api_v2")
            """,
            drive="pass",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Second registrations in this file."""
    if ctx.flask < Version("2.0.1"):
        return
    for duplicate in ctx.model.routes.duplicate_names:
        if duplicate.second.path != ctx.path or duplicate.conditional:
            continue
        yield ctx.finding(
            duplicate.second.span,
            f'the name "{duplicate.name}" is registered already: this raises ValueError.',
            related=[Related(duplicate.first, "registered here first")],
            # What one call registers again and again gets one name again and again.
            fixes=[_named(duplicate.second.span, duplicate.name, ctx)] if duplicate.first != duplicate.second else [],
        )


def _named(span: Span, name: str, ctx: Context) -> Fix | None:
    call = call_at(ctx, span)
    if call is None or any(k.arg in ("name", None) for k in call.keywords):
        return None
    text = f'name="{name.rpartition(".")[2]}_2"'
    return ctx.fix(f"Register it with {text}", ctx.edit().add_argument(call, text), safe=False)
