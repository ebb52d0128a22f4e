"""A blueprint is registered on one app object at import time, although a factory makes the apps.

Why: ``create_app()`` returns a new application each time. A blueprint registered outside of it is on one app object
only: tests and servers that call the factory answer 404.

Instead: ``app.register_blueprint(bp)`` inside the factory, before ``return``.

Fix: Moves the call to the end of the factory; unsafe, as every app then has the routes.

Quiet: Without a factory in the same module and for apps that no factory of the project made; where the factory is in
another file and only the file that registers the blueprint ever uses it. Each app is told of once.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.site import Site
from flask_ls.rules.ask.project import Factory, factories
from flask_ls.rules.ask.values import argument, definition
from flask_ls.rules.ask.views import is_app
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Related, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK306",
    severity=Severity.WARNING,
    guide=("Circular imports / blueprints register at factory time",),
    triggers=frozenset({"register_blueprint"}),
    examples=(
        Bad(
            """
            from flask import Blueprint, Flask

            bp = Blueprint("shop", __name__)


            @bp.get("/shop")
            def index():
                return "x"


            def create_app():
                app = Flask(__name__)
                return app


            app = create_app()
            app.register_blueprint(bp)
            #^^^^^^^^^^^^^^^^^^^^^^^^^ other apps that create_app() makes do not get it
            """,
            fixed="""
            from flask import Blueprint, Flask

            bp = Blueprint("shop", __name__)


            @bp.get("/shop")
            def index():
                return "x"


            def create_app():
                app = Flask(__name__)
                app.register_blueprint(bp)
                return app


            app = create_app()
            """,
            drive="assert app_module.create_app().test_client().get('/shop').status_code == 200",
            fails="AssertionError",
        ),
        Bad(
            """
            from flask import Blueprint, Flask

            bp = Blueprint("shop", __name__)


            @bp.get("/shop")
            def index():
                return "x"


            def create_app():
                return Flask(__name__)


            app = create_app()
            app.register_blueprint(bp, url_prefix="/a")
            #^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ other apps that create_app() makes do not get it
            """,
            fixed="""
            from flask import Blueprint, Flask

            bp = Blueprint("shop", __name__)


            @bp.get("/shop")
            def index():
                return "x"


            def create_app():
                app = Flask(__name__)
                app.register_blueprint(bp, url_prefix="/a")
                return app


            app = create_app()
            """,
            drive="assert app_module.create_app().test_client().get('/a/shop').status_code == 200",
            fails="AssertionError",
        ),
        Good(
            """
            from flask import Blueprint, Flask

            bp = Blueprint("shop", __name__)


            @bp.get("/shop")
            def index():
                return "x"


            def register(app):
                app.register_blueprint(bp)


            def create_app():
                app = Flask(__name__)
                register(app)
                return app
            """,
            drive="assert app_module.create_app().test_client().get('/shop').status_code == 200",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """The first ``app.register_blueprint(bp)`` at module level for each app: the others share its fate."""
    told: set[str] = set()
    for node in sorted(ctx.index.nodes(ast.Call), key=ctx.span):
        method = node.func
        if not isinstance(method, ast.Attribute) or method.attr != "register_blueprint" or ctx.is_test:
            continue
        app = ctx.text(method.value)
        if app not in told and ctx.index.function_of(node) is None and is_app(ctx, method.value):
            for finding in _registered(node, method.value, ctx):
                told.add(app)
                yield finding


def _registered(node: ast.Call, app: ast.expr, ctx: Context) -> Iterator[Finding]:
    made = definition(ctx, app)
    called = ctx.called(made)
    for factory in factories(ctx.model):
        if _is_only_used_here(factory, ctx):
            continue
        if factory.dotted == called or (factory.file.path == ctx.path and "." not in factory.function.qualname):
            yield ctx.finding(
                node,
                f"other apps that {factory.function.qualname}() makes do not get it: this is one app object only.",
                related=[Related(Site(factory.file.path, factory.function.name_span), "the factory")],
                fixes=[_moved(node, factory.dotted, ctx)],
            )
            return


def _is_only_used_here(factory: Factory, ctx: Context) -> bool:
    """Whether the factory is in another file and makes the app of this one alone, as far as files tell."""
    name = factory.function.qualname.rpartition(".")[2]
    if factory.file.path == ctx.path:
        return False
    commands = (c for document in ctx.model.deployment.values() for c in document.commands)
    if any(name in word.text for command in commands for word in command.words):
        return False
    return not any(
        name in facts.mentioned for facts in ctx.model.files.values() if facts.path not in (ctx.path, factory.file.path)
    )


def _moved(node: ast.Call, factory: str, ctx: Context) -> Fix | None:
    function = next((f for f in ctx.index.functions() if ctx.index.dotted(f) == factory), None)
    statement = ctx.parent(node)
    blueprint = argument(node, 0, "blueprint")
    if function is None or not isinstance(statement, ast.Expr) or blueprint is None or ctx.name(blueprint) is None:
        return None
    last = function.body[-1]
    if not isinstance(last, ast.Return) or last.value is None:
        return None
    app = last.value.id if isinstance(last.value, ast.Name) else "app"
    edit = ctx.edit().delete_statement(statement)
    call = edit.from_margin(statement).replace(ctx.text(node.func), f"{app}.register_blueprint", 1)
    if isinstance(last.value, ast.Name):
        edit.insert_line_before(last, call)
    elif isinstance(last.value, ast.Call) and "app" not in ctx.index.scope(last).bindings:
        edit.insert_line_before(last, f"{app} = {ctx.text(last.value)}\n{call}").replace(last.value, app)
    else:
        return None
    return ctx.fix("Register it in the factory", edit, safe=False)
