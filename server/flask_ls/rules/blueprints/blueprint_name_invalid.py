"""A blueprint's name, or an endpoint given to a blueprint, contains a dot, or the name is empty.

Why: Dots separate blueprint names in endpoints (``admin.users.show``), so Flask raises ValueError when the blueprint is
made or the route is added. ``Blueprint(__name__, __name__)`` in a module of a package has dots in it, too.

Instead: ``Blueprint("api_v1", __name__)``.

Fix: Puts underscores in the place of the dots; an empty name becomes the name of the variable. Unsafe, as ``url_for``
and templates call the endpoints by this name.

Quiet: For names that are not constants, for endpoints of the app itself, where dots are allowed, and for dots in names
where Flask is older than 2.0.1.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from packaging.version import Version

from flask_ls.rules.ask.flow import targets_of
from flask_ls.rules.ask.project import literal_elsewhere
from flask_ls.rules.ask.values import text
from flask_ls.rules.ask.views import is_blueprint
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Note, Rule

rule = Rule(
    __name__,
    code="FLK606",
    severity=Severity.ERROR,
    guide=("Blueprints / url_prefix set at registration",),
    triggers=frozenset({"Blueprint", "endpoint", "add_url_rule", "APIBlueprint"}),
    error_text="ValueError: 'name' may not contain a dot '.' character.",
    notes=(Note("<2.3", "Before Flask 2.3 an empty name is accepted; a dot is refused since 2.0.1."),),
    examples=(
        Bad(
            """
            from flask import Blueprint

            bp = Blueprint("api.v1", __name__)
            #              ^^^^^^^^ a blueprint's name may not contain a dot
            """,
            fixed="""
            from flask import Blueprint

            bp = Blueprint("api_v1", __name__)
            """,
            fails="ValueError: 'name' may not contain a dot",
        ),
        Bad(
            """
            from flask import Blueprint

            bp = Blueprint("", __name__)
            #              ^^ a blueprint's name may not be empty
            """,
            fixed="""
            from flask import Blueprint

            bp = Blueprint("bp", __name__)
            """,
            fails="ValueError: 'name' may not be empty",
            flask=">=2.3",
        ),
        Bad(
            """
            from shop import views
            === shop/__init__.py
            === shop/views.py
            from flask import Blueprint

            bp = Blueprint(__name__, __name__)
            #              ^^^^^^^^ __name__ is "shop.views" here
            """,
            fixed="""
            from shop import views
            === shop/__init__.py
            === shop/views.py
            from flask import Blueprint

            bp = Blueprint("shop_views", __name__)
            """,
            fails="ValueError: 'name' may not contain a dot",
        ),
        Bad(
            """
            from flask import Blueprint

            bp = Blueprint("api", __name__)


            @bp.get("/", endpoint="v1.index")
            #                     ^^^^^^^^^^ endpoint of a blueprint may not contain a dot
            def index():
                return "x"
            """,
            fixed="""
            from flask import Blueprint

            bp = Blueprint("api", __name__)


            @bp.get("/", endpoint="v1_index")
            def index():
                return "x"
            """,
            fails="ValueError: 'endpoint' may not contain a dot",
        ),
        Good(
            """
            from flask import Blueprint, Flask

            app = Flask(__name__)
            bp = Blueprint("api_v1", "api.v1")


            @app.get("/", endpoint="a.b")
            def index():
                return "x"
            """,
            drive="client.get('/')",
        ),
    ),
)

_ROUTES = frozenset({"route", "get", "post", "put", "patch", "delete", "add_url_rule"})


@rule.on(ast.Call)
def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """Constructors of blueprints, and endpoints given to them."""
    if isinstance(node.func, ast.Attribute) and node.func.attr in _ROUTES:
        endpoint = _argument(node, 1 if node.func.attr == "add_url_rule" else None, "endpoint")
        dotted = _text(endpoint, ctx) if endpoint is not None else None
        if endpoint is not None and dotted and "." in dotted and is_blueprint(ctx, node.func.value):
            yield ctx.finding(
                endpoint,
                "An endpoint of a blueprint may not contain a dot: this raises ValueError.",
                fixes=[_renamed(endpoint, _underscored(endpoint, dotted, ctx), ctx)],
            )
        return
    name = _argument(node, 0, "name")
    if name is None or not _makes_blueprint(node, ctx):
        return
    written = _text(name, ctx)
    if written is None:
        return
    if "." in written and ctx.flask >= Version("2.0.1"):
        what = f"__name__ is {written!r} here: " if isinstance(name, ast.Name) and name.id == "__name__" else ""
        yield ctx.finding(
            name,
            f"{what.replace(chr(39), chr(34))}a blueprint's name may not contain a dot, this raises ValueError.",
            fixes=[_renamed(name, _underscored(name, written, ctx), ctx)],
        )
    elif not written and ctx.flask >= Version("2.3"):
        yield ctx.finding(
            name,
            "a blueprint's name may not be empty: this raises ValueError.",
            fixes=[_renamed(name, _variable(node, name, ctx), ctx)],
        )


def _makes_blueprint(node: ast.Call, ctx: Context) -> bool:
    called = ctx.name(node.func)
    if called is None or not is_blueprint(ctx, node):
        return False
    # A subclass of the project may give its own arguments another meaning.
    cls = ctx.model.names.class_(called)
    return cls is None or "__init__" not in cls[1].methods


def _argument(node: ast.Call, position: int | None, keyword: str) -> ast.expr | None:
    for given in node.keywords:
        if given.arg == keyword:
            return given.value
    if position is not None and len(node.args) > position:
        before = node.args[: position + 1]
        return None if any(isinstance(a, ast.Starred) for a in before) else node.args[position]
    return None


def _text(node: ast.expr, ctx: Context) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name) and node.id == "__name__" and ctx.model.index is not None:
        module = ctx.model.index.by_path(ctx.path)
        return module.import_name if module is not None else None
    known = text(ctx, node)
    elsewhere = literal_elsewhere(ctx, node) if known is None else None
    return elsewhere if isinstance(elsewhere, str) else known


def _underscored(node: ast.expr, name: str, ctx: Context) -> str:
    if isinstance(node, ast.Constant):
        return ctx.text(node).replace(".", "_")
    return ctx.edit().quoted(name.replace(".", "_"))


def _variable(call: ast.Call, name: ast.expr, ctx: Context) -> str | None:
    """The name of the variable that gets the blueprint, where no other blueprint has it."""
    statement = ctx.parent(call)
    target = next(iter(targets_of(statement)), None)
    if not isinstance(target, ast.Name):
        return None
    variable = target.id
    if any(b.name == variable for b in ctx.model.routes.blueprints):
        return None
    return ctx.edit().quoted(variable, like=name if isinstance(name, ast.Constant) else None)


def _renamed(node: ast.expr, text: str | None, ctx: Context) -> Fix | None:
    if text is None:
        return None
    return ctx.fix(f"Change to {text}", ctx.edit().replace(node, text), safe=False)
