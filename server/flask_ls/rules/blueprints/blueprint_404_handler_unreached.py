"""A blueprint's handler for 404 or 405 that unknown URLs never reach.

Why: An unknown URL and a wrong method are found out before any blueprint is chosen, so the app's handler answers. The
blueprint's handler sees only a 404 that its own views raise.

Instead: ``@bp.app_errorhandler(404)``, or a handler of the app that looks at ``request.path``.

Fix: Handles the error for the whole app; unsafe, as other parts of it get this page too.

Quiet: When a view of the blueprint may raise the error itself: ``abort(404)``, ``get_or_404``, ``first_or_404``,
``send_from_directory`` or ``raise NotFound`` in its files or in what they import, or in a hook that runs before it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.facts import FileFacts
from flask_ls.project.model import ProjectModel
from flask_ls.rules.ask.values import constant
from flask_ls.rules.ask.views import is_blueprint
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

_CLASSES = {"werkzeug.exceptions.NotFound": 404, "werkzeug.exceptions.MethodNotAllowed": 405}
# Names that raise a 404 or 405 inside a view: where one is merely mentioned beside the views the rule is silent.
_RAISING = frozenset(
    {"abort", "NotFound", "MethodNotAllowed", "get_or_404", "first_or_404", "one_or_404", "send_from_directory"}
    | {"send_file", "get_object_or_404", "paginate", "HTTPException"}
)
_HOOKS = frozenset({"before_request", "before_app_request", "url_value_preprocessor", "app_url_value_preprocessor"})
_WITH_ERROR = _RAISING - {"abort", *(name.rpartition(".")[2] for name in _CLASSES)}

rule = Rule(
    __name__,
    code="FLK609",
    severity=Severity.WARNING,
    guide=("Blueprints / blueprint.before_request only for that blueprint",),
    triggers=frozenset({"errorhandler", "register_error_handler"}) | _RAISING | _HOOKS,
    examples=(
        Bad(
            """
            from flask import Blueprint, Flask

            app = Flask(__name__)
            bp = Blueprint("api", __name__, url_prefix="/api")


            @bp.errorhandler(404)
            #^^^^^^^^^^^^^^^^^^^^ unknown URLs never reach
            def not_found(error):
                return "custom", 404


            @bp.get("/")
            def index():
                return "x"


            app.register_blueprint(bp)
            """,
            fixed="""
            from flask import Blueprint, Flask

            app = Flask(__name__)
            bp = Blueprint("api", __name__, url_prefix="/api")


            @bp.app_errorhandler(404)
            def not_found(error):
                return "custom", 404


            @bp.get("/")
            def index():
                return "x"


            app.register_blueprint(bp)
            """,
            drive="assert client.get('/api/nope').text == 'custom'",
            fails="AssertionError",
        ),
        Good(
            """
            from flask import Blueprint, Flask, abort

            app = Flask(__name__)
            bp = Blueprint("api", __name__, url_prefix="/api")


            @bp.errorhandler(404)
            def not_found(error):
                return "custom", 404


            @bp.get("/item")
            def item():
                abort(404)


            app.register_blueprint(bp)
            """,
            drive="assert client.get('/api/item').text == 'custom'",
        ),
    ),
)


@rule.on(ast.Call)
def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``@bp.errorhandler(404)`` and ``bp.register_error_handler(404, f)``."""
    method = node.func
    if not isinstance(method, ast.Attribute) or method.attr not in ("errorhandler", "register_error_handler"):
        return
    if not node.args or not is_blueprint(ctx, method.value):
        return
    code = _code(node.args[0], ctx)
    if code is None or _may_be_raised(code, method.value, ctx):
        return
    fixes = []
    if method.attr == "errorhandler":
        text = f"{ctx.text(method.value)}.app_errorhandler"
        fixes = [ctx.fix(f"Handle it for the whole app: {text}", ctx.edit().replace(method, text), safe=False)]
    what = "unknown URLs" if code == 404 else "wrong methods"
    yield ctx.finding(
        node, f"{what} never reach a blueprint's {code} handler: the blueprint is not chosen yet.", fixes=fixes
    )


def _code(node: ast.expr, ctx: Context) -> int | None:
    if isinstance(node, ast.Constant):
        return node.value if node.value in (404, 405) and isinstance(node.value, int) else None
    return _CLASSES.get(ctx.name(node) or "")


def _may_be_raised(code: int, blueprint: ast.expr, ctx: Context) -> bool:
    """Whether the views of the blueprint may raise the error: here, in what this file imports, in other views of it."""
    facts = ctx.model.files.get(ctx.path)
    if facts is None or _WITH_ERROR & facts.words or _aborts(code, ctx):
        return True
    wanted = f"{facts.module}.{ctx.text(blueprint)}"
    others = _imported(facts, ctx.model)
    others.update(path for path, names in ctx.model.each_named(_decorating).items() if wanted in names)
    if any(_RAISING & ctx.model.files[path].words for path in others - {ctx.path}) or ctx.model.each(_hooks_may_raise):
        return True
    return any(
        isinstance(node.exc, (ast.Name, ast.Call))
        and _CLASSES.get(ctx.name(node.exc.func if isinstance(node.exc, ast.Call) else node.exc) or "") == code
        for node in ctx.index.nodes(ast.Raise)
    )


def _hooks_may_raise(facts: FileFacts) -> bool:
    """Whether the file has hooks that run before the views of every blueprint, and a way to raise the error."""
    return bool(_HOOKS & facts.words and _RAISING & facts.words)


def _aborts(code: int, ctx: Context) -> bool:
    """Whether ``abort`` is called here with this code or one that is not known, or used otherwise."""
    for node in (*ctx.index.nodes(ast.Name), *ctx.index.nodes(ast.Attribute)):
        if (ctx.name(node) or "").rpartition(".")[2] == "abort":
            call = ctx.parent(node)
            given = (
                constant(ctx, call.args[0]) if isinstance(call, ast.Call) and call.func is node and call.args else None
            )
            if not isinstance(given, int) or given == code:
                return True
    return False


def _imported(facts: FileFacts, model: ProjectModel) -> set[str]:
    """The files of the project that a file imports, and those that these import."""
    found: set[str] = set()
    todo = [facts]
    while todo:
        current = todo.pop()
        for imported in current.imports:
            module = model.names.imported(current.module, imported.module)
            for name in (module, *(f"{module}.{n}" for n, _ in imported.names)):
                other = model.modules.get(name)
                if other is not None and other.path not in found:
                    found.add(other.path)
                    todo.append(other)
    return found


def _decorating(facts: FileFacts, model: ProjectModel) -> frozenset[str]:
    """The names of other modules whose methods decorate functions of the file, such as a blueprint's ``route``."""
    heads = {d.dotted.partition(".")[0] for f in facts.functions.values() for d in f.decorators if "." in d.dotted}
    return frozenset(
        f"{model.names.imported(facts.module, imported.module)}.{name}"
        for imported in facts.imports
        for name, local in imported.names
        if local in heads
    )
