"""``g.name`` is read in a view, but nothing that runs before the view sets it.

Why: ``g`` is a new, empty object for each application context. What start-up code put there is gone, a hook of another
blueprint does not run for this view, and a misspelt name was never there: AttributeError, a 500 page.

Instead: set it in ``before_request`` (of the app, or of this blueprint), or read it with ``g.get("name")``.

Fix: Corrects the name, moves start-up code into ``before_request``, lets the hook of the other blueprint run for all
views, or reads with ``g.get``. Unsafe: which of them is meant cannot be seen.

Quiet: When anything that may run before sets an attribute of that name, when names are set dynamically, for names that
an extension sets, and where the attribute is tested or the error is caught.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator

from flask_ls.project.contexts.values import BodyKey
from flask_ls.project.facts import FileFacts
from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.rules.ask.flow import is_caught, tests_before
from flask_ls.rules.ask.g_values import time_of
from flask_ls.rules.ask.project import mentions_g
from flask_ls.rules.ask.views import Role, handlers, is_blueprint
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule
from flask_ls.syntax.span import Span

rule = Rule(
    __name__,
    code="FLK102",
    severity=Severity.WARNING,
    guide=("Application context / g is per-request storage",),
    triggers=frozenset({"g", "setattr"}),
    asks_contexts=True,
    error_text="AttributeError: usr",
    examples=(
        Bad(
            """
            from flask import Flask, g

            app = Flask(__name__)


            @app.before_request
            def load():
                g.user = "ann"


            @app.get("/")
            def index():
                return g.usr
                #      ^^^^^ nothing sets g.usr
            """,
            fixed="""
            from flask import Flask, g

            app = Flask(__name__)


            @app.before_request
            def load():
                g.user = "ann"


            @app.get("/")
            def index():
                return g.user
            """,
            drive="client.get('/')",
            fails="AttributeError: usr",
        ),
        Bad(
            """
            from flask import Flask, g

            app = Flask(__name__)

            with app.app_context():
                g.db = "connection"


            @app.get("/")
            def index():
                return g.db
                #      ^^^^ only code that runs at start-up sets g.db
            """,
            fixed="""
            from flask import Flask, g

            app = Flask(__name__)


            @app.before_request
            def set_db():
                g.db = "connection"


            @app.get("/")
            def index():
                return g.db
            """,
            drive="client.get('/')",
            fails="AttributeError: db",
        ),
        Bad(
            """
            from flask import Blueprint, Flask, g

            shop = Blueprint("shop", __name__, url_prefix="/shop")
            blog = Blueprint("blog", __name__, url_prefix="/blog")


            @shop.before_request
            def load():
                g.user = "ann"


            @blog.get("/")
            def index():
                return g.user
                #      ^^^^^^ only another blueprint's hook sets g.user


            app = Flask(__name__)
            app.register_blueprint(shop)
            app.register_blueprint(blog)
            """,
            fixed="""
            from flask import Blueprint, Flask, g

            shop = Blueprint("shop", __name__, url_prefix="/shop")
            blog = Blueprint("blog", __name__, url_prefix="/blog")


            @shop.before_app_request
            def load():
                g.user = "ann"


            @blog.get("/")
            def index():
                return g.user


            app = Flask(__name__)
            app.register_blueprint(shop)
            app.register_blueprint(blog)
            """,
            drive="client.get('/blog/')",
            fails="AttributeError: user",
        ),
        Bad(
            """
            from flask import Flask, g

            app = Flask(__name__)


            @app.get("/")
            def index():
                return f"Hello {g.user}"
                #               ^^^^^^ nothing sets g.user
            """,
            fixed="""
            from flask import Flask, g

            app = Flask(__name__)


            @app.get("/")
            def index():
                return f"Hello {g.get('user')}"
            """,
            drive="client.get('/')",
            fails="AttributeError: user",
        ),
        Good(
            """
            from flask import Flask, g

            app = Flask(__name__)


            @app.before_request
            def load():
                g.user = "ann"


            @app.get("/")
            def index():
                if "theme" in g:
                    return g.theme
                return g.user
            """,
            drive="client.get('/')",
        ),
    ),
)

# Attributes that extensions set on g (their own sources) -> the package that does.
_BY_EXTENSIONS = {
    "user": ("flask_appbuilder", "flask_openid", "flask_security"),
    "identity": ("flask_principal",),
    "oidc_id_token": ("flask_oidc",),
    "oidc_user": ("flask_oidc",),
    "csrf_token": ("flask_wtf",),
    "flask_httpauth_user": ("flask_httpauth",),
    "htmx": ("flask_htmx",),
    "sijax": ("flask_sijax",),
    "lang_code": ("flask_babel",),
}
# Packages whose decorators put nothing into `g` that views read.
_KNOWN = frozenset(
    """builtins click contextlib flasgger flask flask_apispec flask_babel flask_caching flask_cors flask_jwt_extended
    flask_limiter flask_login flask_restful flask_restx flask_smorest flask_sqlalchemy flask_wtf functools marshmallow
    typing werkzeug""".split()
)
_OWN = frozenset({"get", "pop", "setdefault"})


@rule.on(ast.Attribute)
def check(node: ast.Attribute, ctx: Context) -> Iterator[Finding]:
    """Reads of ``g.<attribute>`` in views."""
    if not isinstance(node.ctx, ast.Load) or ctx.name(node.value) != "flask.g" or node.attr in _OWN:
        return
    if node.attr.startswith("_") or ctx.is_test:
        return
    roles = handlers(ctx).roles(ctx.index.function_of(node))
    if any(r.kind not in ("view", "error_handler", "before_request", "cli") for r in roles):
        return
    if not roles and not _runs_in_requests(ctx.index.function_of(node), ctx):
        return
    missing = _missing(node, roles, ctx)
    if missing is None or _is_tested(node, ctx) or _may_be_set_around(ctx.index.function_of(node), ctx):
        return
    message, setting = missing
    fixes = [_corrected(node, ctx), setting, _with_get(node, ctx)]
    yield ctx.finding(node, f"{message} g.{node.attr}: reading it raises AttributeError.", fixes=fixes)


def _runs_in_requests(function: FunctionNode | ast.Lambda | None, ctx: Context) -> bool:
    """Whether every known way to a function starts with a request."""
    if not isinstance(function, FUNCTIONS):
        return False
    sources = {e.source for e in ctx.model.contexts.entries.of(BodyKey(ctx.path, ctx.index.qualname(function)))}
    return bool(sources) and sources <= {"view", "handler"}


def _missing(node: ast.Attribute, roles: list[Role], ctx: Context) -> tuple[str, Fix | None] | None:
    """What is wrong and how to set the value in time; None when it may be there."""
    others = [f for f in ctx.model.files.values() if f.path != ctx.path]
    if any(_sets(f, node.attr) for f in others) or _by_extension(node.attr, ctx):
        return None
    if any("setattr" in f.words for f in ctx.model.files.values() if mentions_g(f)):
        return None
    reader = ctx.index.function_of(node)
    stores = [
        n
        for n in ctx.index.nodes(ast.Attribute)
        if n.attr == node.attr and not isinstance(n.ctx, ast.Load) and ctx.name(n.value) == "flask.g"
    ]
    if not stores:
        facts = ctx.model.files.get(ctx.path)
        return ("nothing sets", None) if facts is None or not _sets(facts, node.attr) else None
    times = {time_of(ctx, ctx.index.function_of(s), reader) for s in stores}
    if times == {"start-up"}:
        return "only code that runs at start-up sets", _before_requests(stores, ctx)
    if any(r.kind == "cli" for r in roles):
        return ("only code that runs during requests sets", None) if times <= {"request", "view", "late"} else None
    # A helper may be called by the view that has set the value.
    if times <= ({"start-up", "view", "late"} if roles else {"start-up", "late"}):
        words = {"view": "only another view sets", "late": "only code that runs after the view sets"}
        return words.get("".join(times), "only code that does not run before sets"), None
    if not roles or any(r.kind != "view" for r in roles):
        return None
    hooks = [r for s in stores for r in handlers(ctx).roles(ctx.index.function_of(s))]
    known = all(handlers(ctx).roles(ctx.index.function_of(s)) for s in stores)
    if known and hooks and all(_is_of_another_blueprint(h, roles, ctx) for h in hooks):
        return "only another blueprint's hook sets", _for_all_blueprints(hooks, ctx)
    return None


def _before_requests(stores: list[ast.Attribute], ctx: Context) -> Fix | None:
    """``with app.app_context(): g.x = ...`` as a function that runs before each request."""
    statement = ctx.parent(stores[0])
    block = ctx.parent(statement) if isinstance(statement, ast.Assign) else None
    if len(stores) != 1 or not isinstance(block, ast.With) or len(block.body) != 1 or len(block.items) != 1:
        return None
    call = block.items[0].context_expr
    if not isinstance(call, ast.Call) or ctx.member(call.func) != "flask.Flask.app_context":
        return None
    assert isinstance(call.func, ast.Attribute)
    name = f"set_{stores[0].attr}"
    if name in ctx.index.root.bindings or not isinstance(ctx.parent(block), ast.Module):
        return None
    edit = ctx.edit()
    header = f"@{ctx.text(call.func.value)}.before_request{edit.newline}def {name}():"
    edit.replace(Span(ctx.span(block).start, ctx.span(call).end + 1), header)
    edit.set_apart(block, 2)
    if block.body[0].lineno == block.lineno:
        edit.refuse()
    return ctx.fix("Set it before each request", edit, safe=False)


def _for_all_blueprints(hooks: list[Role], ctx: Context) -> Fix | None:
    """``before_app_request`` for ``before_request``, which runs for the views of its own blueprint only."""
    site = hooks[0].site
    method = site.func if isinstance(site, ast.Call) else site
    if len(hooks) != 1 or not isinstance(method, ast.Attribute):
        return None
    edit = ctx.edit().replace(method, f"{ctx.text(method.value)}.before_app_request")
    return ctx.fix("Run the hook for all views", edit, safe=False)


def _with_get(node: ast.Attribute, ctx: Context) -> Fix | None:
    """``g.get("x")``, where None can be used in the place of the value."""
    if isinstance(ctx.parent(node), (ast.Attribute, ast.Call, ast.Subscript, ast.Return)):
        is_argument = isinstance(parent := ctx.parent(node), ast.Call) and node in parent.args
        if not is_argument:
            return None
    edit = ctx.edit()
    name = edit.quoted(node.attr)
    around = next((a for a in ctx.index.ancestors(node) if isinstance(a, ast.JoinedStr)), None)
    if around is not None and name[0] in ctx.text(around)[:3]:
        name = f"'{node.attr}'" if name[0] == '"' else f'"{node.attr}"'
    edit.replace(node, f"{ctx.text(node.value)}.get({name})")
    return ctx.fix("Read it with g.get(), which gives None", edit, safe=False)


def _is_of_another_blueprint(hook: Role, views: list[Role], ctx: Context) -> bool:
    if hook.method != "before_request" or hook.receiver is None or not is_blueprint(ctx, hook.receiver):
        return False
    name = ctx.name(hook.receiver)
    if name is None or any(_nests(call, name, ctx) for call in ctx.index.nodes(ast.Call)):
        return False
    receivers = [v.receiver for v in views]
    return all(r is not None and ctx.name(r) not in (None, name) for r in receivers)


def _nests(call: ast.Call, parent: str, ctx: Context) -> bool:
    method = call.func
    return (
        isinstance(method, ast.Attribute) and method.attr == "register_blueprint" and ctx.name(method.value) == parent
    )


def _sets(facts: FileFacts, attribute: str) -> bool:
    return any(s.endswith(f".{attribute}") for s in facts.stores)


def _by_extension(attribute: str, ctx: Context) -> bool:
    packages = _BY_EXTENSIONS.get(attribute)
    if packages is None:
        return False
    return any(
        imported.module.partition(".")[0] in packages for f in ctx.model.files.values() for imported in f.imports
    )


def _may_be_set_around(function: ast.AST | None, ctx: Context) -> bool:
    """Whether a decorator of a package that is not known is around the function: ``@jwt.requires_auth``."""
    for decorator in function.decorator_list if isinstance(function, FUNCTIONS) else ():
        used = decorator.func if isinstance(decorator, ast.Call) else decorator
        origin = ctx.name(used)
        if isinstance(used, ast.Attribute) and (origin is None or ctx.model.names.is_project(origin)):
            origin = ctx.infer.class_of(used.value) or origin
        package = (origin or "").partition(".")[0]
        if package and package not in _KNOWN and not ctx.model.names.is_project(origin or ""):
            return True
    return False


def _is_tested(node: ast.Attribute, ctx: Context) -> bool:
    if is_caught(ctx, node, "AttributeError"):
        return True
    for test, _ in tests_before(ctx, node):
        if any(isinstance(n, ast.Constant) and n.value == node.attr for n in ast.walk(test)):
            return True
    function = ctx.index.function_of(node)
    # `g.setdefault("x", ...)` or a helper that may set it runs first.
    return function is not None and any(
        isinstance(n, ast.Constant) and n.value == node.attr and n.lineno <= node.lineno for n in ast.walk(function)
    )


def _corrected(node: ast.Attribute, ctx: Context) -> Fix | None:
    """The only attribute of g that the project sets under a similar name."""
    names = {
        s.rpartition(".")[2]
        for f in ctx.model.files.values()
        for s in f.stores
        if s.split(".")[-2:-1] == ["g"] and s.rpartition(".")[2] != node.attr
    }
    close = difflib.get_close_matches(node.attr, sorted(names), n=2, cutoff=0.7)
    if len(close) != 1:
        return None
    text = f"{ctx.text(node.value)}.{close[0]}"
    return ctx.fix(f"Change to {text}", ctx.edit().replace(node, text), safe=False)
