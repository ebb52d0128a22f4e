"""Two different view functions get the same endpoint.

Why: The endpoint is the function's ``__name__`` unless one is given. A second function under the same endpoint raises
``AssertionError: View function mapping is overwriting an existing endpoint function`` when the app starts. A decorator
without ``functools.wraps`` gives all its functions the name of its inner function.

Instead: another function name, ``endpoint="..."``, or ``@functools.wraps(function)`` in the decorator.

Fix: ``@wraps`` on the inner function of a decorator, which is safe. Else the second function or endpoint gets a number;
unsafe, as ``url_for`` calls it by its name.

Quiet: For several routes of one function, for the same view object used twice, and where only one of both may run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.project.model import ProjectModel
from flask_ls.rules.ask.routing import node_at
from flask_ls.rules.ask.values import argument
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Related, Severity
from flask_ls.rules.rule import Rule
from flask_ls.syntax.span import Span


def _paths(model: ProjectModel) -> set[str]:
    return {d.second.path for d in model.routes.duplicate_endpoints}


rule = Rule(
    __name__,
    code="FLK923",
    severity=Severity.ERROR,
    guide=(),
    triggers=frozenset(),
    paths=_paths,
    error_text="AssertionError: View function mapping is overwriting an existing endpoint function: index",
    overlaps=("semgrep python.flask.correctness.same-handler-name",),
    examples=(
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)


            @app.get("/a")
            def index():
                return "a"


            @app.get("/b")
            #^^^^^^^^^^^^^ the endpoint "index" is taken
            def index():
                return "b"
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)


            @app.get("/a")
            def index():
                return "a"


            @app.get("/b")
            def index_2():
                return "b"
            """,
            fails="AssertionError: View function mapping is overwriting an existing endpoint function: index",
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)


            @app.get("/a", endpoint="page")
            def a():
                return "a"


            @app.get("/b", endpoint="page")
            #^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the endpoint "page" is taken
            def b():
                return "b"
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)


            @app.get("/a", endpoint="page")
            def a():
                return "a"


            @app.get("/b", endpoint="page_2")
            def b():
                return "b"
            """,
            fails="AssertionError: View function mapping is overwriting an existing endpoint function: page",
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)


            def login_required(function):
                def wrapper(*args, **kwargs):
                    return function(*args, **kwargs)

                return wrapper


            @app.get("/a")
            @login_required
            def a():
                return "a"


            @app.get("/b")
            #^^^^^^^^^^^^^ the endpoint "wrapper" is taken
            @login_required
            def b():
                return "b"
            """,
            fixed="""
            from functools import wraps

            from flask import Flask

            app = Flask(__name__)


            def login_required(function):
                @wraps(function)
                def wrapper(*args, **kwargs):
                    return function(*args, **kwargs)

                return wrapper


            @app.get("/a")
            @login_required
            def a():
                return "a"


            @app.get("/b")
            @login_required
            def b():
                return "b"
            """,
            fails="AssertionError: View function mapping is overwriting an existing endpoint function: wrapper",
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)


            @app.get("/a")
            def index():
                return "a"


            def index():
                return "b"


            app.add_url_rule("/b", view_func=index)
            #^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the endpoint "index" is taken
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)


            @app.get("/a")
            def index():
                return "a"


            def index():
                return "b"


            app.add_url_rule("/b", view_func=index, endpoint="index_2")
            """,
            drive="assert client.get('/b').text == 'b'",
            fails="AssertionError: View function mapping is overwriting an existing endpoint function: index",
        ),
        Good(
            """
            from flask import Flask
            from flask.views import MethodView

            app = Flask(__name__)


            class Item(MethodView):
                def get(self, key=None):
                    return "x"


            view = Item.as_view("item")
            app.add_url_rule("/a", view_func=view)
            app.add_url_rule("/a/<key>", view_func=view)
            """,
            drive="client.get('/a')",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Second functions under an endpoint, registered in this file."""
    for duplicate in ctx.model.routes.duplicate_endpoints:
        if duplicate.second.path != ctx.path or duplicate.conditional:
            continue
        endpoint = duplicate.name.rpartition(".")[2]
        is_static = endpoint == "static" and duplicate.first.path != ctx.path
        yield ctx.finding(
            duplicate.second.span,
            f'the endpoint "{duplicate.name}" is taken by another function: this raises AssertionError.',
            related=[Related(duplicate.first, "Flask's own static route" if is_static else "the first function")],
            fixes=[
                _wrapped(duplicate.second.span, endpoint, ctx) or _numbered(duplicate.second.span, endpoint, ctx),
            ],
        )


def _numbered(span: Span, endpoint: str, ctx: Context) -> Fix | None:
    """The name that is taken with the first free number, in the ``endpoint`` argument or as the function's name."""
    taken = {r.endpoint.rpartition(".")[2] for r in ctx.model.routes.routes} | set(ctx.index.root.bindings)
    free = next(name for n in range(2, 1000) if (name := f"{endpoint}_{n}") not in taken)
    decorator = node_at(ctx, span)
    view = ctx.parent(decorator) if decorator is not None else None
    edit = ctx.edit()
    given = argument(decorator, -1, "endpoint") if isinstance(decorator, ast.Call) else None
    if isinstance(given, ast.Constant):
        edit.replace(given, edit.quoted(free, like=given))
    elif isinstance(view, FUNCTIONS) and view.name == endpoint and not _is_mentioned(view, ctx):
        definition = re.compile(r"def\s+").search(ctx.source.text, ctx.span(view).start)
        if definition is None:
            return None
        edit.replace(Span(definition.end(), definition.end() + len(endpoint)), free)
    elif given is None and isinstance(decorator, ast.Call) and _names_view(decorator):
        edit.add_argument(decorator, f"endpoint={edit.quoted(free)}")
    else:
        return None
    return ctx.fix(f"Change to {free}", edit, safe=False)


def _names_view(call: ast.Call) -> bool:
    """Whether the call is ``add_url_rule`` with the view as a keyword, so that the endpoint is not given."""
    is_adding = isinstance(call.func, ast.Attribute) and call.func.attr == "add_url_rule"
    return is_adding and len(call.args) == 1 and not any(k.arg in (None, "endpoint") for k in call.keywords)


def _is_mentioned(view: FunctionNode, ctx: Context) -> bool:
    """Whether the function may be used by its name, in this file or in others."""
    in_file = any(n.id == view.name and isinstance(n.ctx, ast.Load) for n in ctx.index.nodes(ast.Name))
    return in_file or any(
        name == view.name
        for facts in ctx.model.files.values()
        for fact in facts.imports
        if ctx.model.names.imported(facts.module, fact.module) == ctx.index.module
        for name, _ in fact.names
    )


def _wrapped(span: Span, endpoint: str, ctx: Context) -> Fix | None:
    """``@wraps(function)`` on the inner function that gave its name, in a decorator of this file."""
    decorator = node_at(ctx, span)
    view = ctx.parent(decorator) if decorator is not None else None
    if not isinstance(view, FUNCTIONS) or view.name == endpoint:
        return None
    for used in view.decorator_list:
        name = ctx.name(used.func if isinstance(used, ast.Call) else used)
        for function in ctx.index.functions():
            if ctx.index.dotted(function) != name or len(function.args.args) != 1:
                continue
            inner = [n for n in function.body if isinstance(n, FUNCTIONS) and n.name == endpoint]
            if len(inner) == 1 and not inner[0].decorator_list:
                edit = ctx.edit()
                wraps = edit.import_name("functools", "wraps", at=inner[0])
                edit.add_decorator(inner[0], f"{wraps}({function.args.args[0].arg})")
                return ctx.fix(f"Keep the name: @{wraps}", edit, safe=True)
    return None
