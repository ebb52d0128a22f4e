"""Something that only the app has is used on a blueprint.

Why: ``Blueprint`` has no ``config``, ``logger``, ``teardown_appcontext``, ``template_filter`` and the like: this raises
AttributeError, for most of them when the module is imported.

Instead: the blueprint's ``app_`` form (``app_template_filter``, ``teardown_app_request``), ``current_app`` inside
functions, or ``bp.record(lambda state: state.app...)``.

Fix: Uses the blueprint's own form, or ``current_app`` inside functions; unsafe: the form for the whole app also counts
for others.

Quiet: When the blueprint's class is one of the project's own that may define it, or the project sets the attribute.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.rules.ask.flow import is_caught, tests_before
from flask_ls.rules.ask.project import stored_attributes
from flask_ls.rules.ask.views import function_named
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Note, Rule

# Public attributes of flask.Flask (2.2 to 3.2) that flask.Blueprint lacks -> the blueprint's own form, if it has one.
_ONLY_APP: dict[str, str | None] = {
    "teardown_appcontext": "teardown_app_request",
    "template_filter": "app_template_filter",
    "template_test": "app_template_test",
    "template_global": "app_template_global",
    "add_template_filter": "add_app_template_filter",
    "add_template_test": "add_app_template_test",
    "add_template_global": "add_app_template_global",
    "shell_context_processor": None,
    "app_context": None,
    "before_first_request": None,
    "async_to_sync": None,
    "config": None,
    "create_jinja_environment": None,
    "create_url_adapter": None,
    "debug": None,
    "dispatch_request": None,
    "extensions": None,
    "full_dispatch_request": None,
    "handle_exception": None,
    "handle_user_exception": None,
    "instance_path": None,
    "iter_blueprints": None,
    "jinja_env": None,
    "jinja_options": None,
    "logger": None,
    "make_response": None,
    "permanent_session_lifetime": None,
    "process_response": None,
    "run": None,
    "secret_key": None,
    "session_interface": None,
    "shell_context_processors": None,
    "test_client": None,
    "test_cli_runner": None,
    "test_request_context": None,
    "testing": None,
    "url_for": None,
    "url_map": None,
    "wsgi_app": None,
}
_USES_OF_CURRENT_APP = frozenset({"config", "logger", "debug", "extensions", "jinja_env", "instance_path", "testing"})

rule = Rule(
    __name__,
    code="FLK610",
    severity=Severity.ERROR,
    guide=("Blueprints / blueprint.before_request only for that blueprint",),
    triggers=frozenset(_ONLY_APP),
    error_text="AttributeError: 'Blueprint' object has no attribute 'config'",
    notes=(Note(">=2.2", "app.url_for exists since Flask 2.2; a blueprint never had it."),),
    examples=(
        Bad(
            """
            from flask import Blueprint

            bp = Blueprint("shop", __name__)


            @bp.template_filter("price")
            #^^^^^^^^^^^^^^^^^^ a blueprint has no template_filter
            def price(value):
                return f"{value:.2f}"
            """,
            fixed="""
            from flask import Blueprint

            bp = Blueprint("shop", __name__)


            @bp.app_template_filter("price")
            def price(value):
                return f"{value:.2f}"
            """,
            fails="AttributeError: 'Blueprint' object has no attribute 'template_filter'",
        ),
        Bad(
            """
            from flask import Blueprint, Flask

            app = Flask(__name__)
            bp = Blueprint("shop", __name__)


            @bp.get("/")
            def index():
                bp.logger.info("called")
            #   ^^^^^^^^^ a blueprint has no logger
                return "x"


            app.register_blueprint(bp)
            """,
            fixed="""
            from flask import Blueprint, Flask, current_app

            app = Flask(__name__)
            bp = Blueprint("shop", __name__)


            @bp.get("/")
            def index():
                current_app.logger.info("called")
                return "x"


            app.register_blueprint(bp)
            """,
            drive="client.get('/')",
            fails="AttributeError: 'Blueprint' object has no attribute 'logger'",
        ),
        Bad(
            """
            from flask import Blueprint

            bp = Blueprint("shop", __name__)
            bp.logger.info("loaded")
            #^^^^^^^^ a blueprint has no logger
            """,
            fixed="""
            import logging

            from flask import Blueprint

            bp = Blueprint("shop", __name__)
            logging.getLogger(__name__).info("loaded")
            """,
            fails="AttributeError: 'Blueprint' object has no attribute 'logger'",
        ),
        Bad(
            """
            from flask import Blueprint


            class Pages(Blueprint):
                title = "Pages"


            pages = Pages("pages", __name__)


            @pages.template_filter("shout")
            #^^^^^^^^^^^^^^^^^^^^^ a blueprint has no template_filter
            def shout(text):
                return text.upper()
            """,
            fixed="""
            from flask import Blueprint


            class Pages(Blueprint):
                title = "Pages"


            pages = Pages("pages", __name__)


            @pages.app_template_filter("shout")
            def shout(text):
                return text.upper()
            """,
            drive="pass",
            fails="AttributeError: 'Pages' object has no attribute 'template_filter'",
        ),
        Good(
            """
            from flask import Blueprint


            class Pages(Blueprint):
                config = {"title": "Pages"}


            pages = Pages("pages", __name__)
            title = pages.config["title"]
            """,
            drive="pass",
        ),
        Good(
            """
            from flask import Blueprint

            bp = Blueprint("shop", __name__)


            @bp.app_template_filter("price")
            def price(value):
                return f"{value:.2f}"


            @bp.record
            def on_register(state):
                state.app.config.setdefault("CURRENCY", "EUR")
            """,
            drive="pass",
        ),
    ),
)


@rule.on(ast.Attribute)
def check(node: ast.Attribute, ctx: Context) -> Iterator[Finding]:
    """Reading an attribute of the app from a blueprint."""
    if node.attr not in _ONLY_APP or not isinstance(node.ctx, ast.Load):
        return
    cls = ctx.infer.class_of(node.value)
    if cls is None or not _is_plain_blueprint(cls, node.attr, ctx) or is_caught(ctx, node, "AttributeError"):
        return
    if any(ctx.called(test) == "builtins.hasattr" for test, _ in tests_before(ctx, node)):
        return
    if node.attr in stored_attributes(ctx.model):
        return
    instead = _ONLY_APP[node.attr]
    hint = f"; its form is {instead}" if instead else ""
    yield ctx.finding(
        node,
        f"a blueprint has no {node.attr}, only the app has: this raises AttributeError{hint}.",
        fixes=[_own_form(node, instead, ctx) if instead else _current_app(node, ctx)],
    )


def _is_plain_blueprint(cls: str, attribute: str, ctx: Context) -> bool:
    """Whether this is the class of blueprints, or one of the project's that adds no such attribute to it."""
    bases = ctx.model.mro(cls)
    if "flask.Blueprint" not in bases:
        return False
    for base in bases:
        known = ctx.model.names.class_(base)
        if known is None:
            if base not in ("flask.Blueprint", "builtins.object"):
                return False
        elif known[1].opaque_bases or {attribute, "__getattr__"} & {*known[1].attributes, *known[1].methods}:
            return False
    return True


def _own_form(node: ast.Attribute, instead: str, ctx: Context) -> Fix | None:
    text = f"{ctx.text(node.value)}.{instead}"
    return ctx.fix(f"Use {text}", ctx.edit().replace(node, text), safe=False)


def _module_logger(node: ast.Attribute, ctx: Context) -> Fix | None:
    """A logger of the module's own, for code that runs when no application is there."""
    edit = ctx.edit()
    text = f"{edit.import_module('logging', at=node)}.getLogger(__name__)"
    return ctx.fix(f"Use {text}", edit.replace(node, text), safe=False)


def _runs_at_import(function: FunctionNode, ctx: Context) -> bool:
    """Whether module-level code of this file calls the function: no application is there then."""
    return any(
        ctx.index.function_of(call) is None and function_named(ctx, call.func) is function
        for call in ctx.index.nodes(ast.Call)
    )


def _current_app(node: ast.Attribute, ctx: Context) -> Fix | None:
    function = ctx.index.function_of(node)
    if not isinstance(function, FUNCTIONS) or _runs_at_import(function, ctx):
        return _module_logger(node, ctx) if node.attr == "logger" else None
    if node.attr not in _USES_OF_CURRENT_APP:
        return None
    edit = ctx.edit()
    text = f"{edit.import_name('flask', 'current_app', at=node)}.{node.attr}"
    return ctx.fix(f"Use {text}", edit.replace(node, text), safe=False)
