"""A query or form value is used as a number without a check.

Why: Query values, form values, cookies and headers are text or absent. ``int(None)`` raises TypeError and
``int("abc")`` ValueError, so a missing or mistyped parameter becomes a 500 page. Without ``type=`` the value stays
text: ``request.args.get("page", 1) - 1`` works until somebody gives the parameter.

Instead: ``request.args.get("page", default=1, type=int)`` gives the default for a missing and for an invalid value (the
default itself is not converted).

Fix: ``.get()`` converts. Safe where a default is given: it now also stands for invalid text. Unsafe where a default
must be made up.

Quiet: Where the exception is caught, also by a decorator or an error handler of its own, after the text was looked at
(``isdigit()``, a function of your own), for values of ``request.json``, which have types of their own, and in tests.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.rules.ask.error_handlers import is_handled
from flask_ls.rules.ask.flow import is_caught
from flask_ls.rules.ask.request_text import (
    TextValue,
    comprehension_around,
    elements_converted,
    is_checked,
    may_be_none,
    text_of,
    uses_as_number,
)
from flask_ls.rules.ask.values import UNKNOWN, constant, text
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.fixing import EditBuilder
from flask_ls.rules.rule import Note, Rule

rule = Rule(
    __name__,
    code="FLK905",
    severity=Severity.WARNING,
    guide=("Common mistakes / request.args.get('page', default=1, type=int)",),
    triggers=frozenset({"args", "form", "values", "cookies", "headers"}),
    error_text="ValueError: invalid literal for int() with base 10: 'abc'",
    notes=(Note("<3.0", "Before Werkzeug 3.0 ``type=`` catches only ValueError; a converter's TypeError is a 500."),),
    examples=(
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                return str(int(request.args.get("page", 1)))
                #          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ int() of a query value answers 500 when it is no number
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                return str(request.args.get("page", default=1, type=int))
            """,
            drive="client.get('/?page=abc')",
            fails=r"ValueError: invalid literal for int\(\)",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                return str(int(request.args.get("page")))
                #          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ answers 500 when it is missing or no number
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                return str(request.args.get("page", default=1, type=int))
            """,
            drive="client.get('/')",
            fails=r"TypeError: int\(\) argument must be a string",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                page = request.args.get("page", 1)
                return str((page - 1) * 20)
                #           ^^^^^^^^ A query value is text
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                page = request.args.get("page", default=1, type=int)
                return str((page - 1) * 20)
            """,
            drive="client.get('/?page=2')",
            fails="TypeError: unsupported operand",
        ),
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)
            NAMES = ["ada", "bob"]


            @app.get("/")
            def index():
                limit = request.args.get("limit", 10)
                return NAMES[:limit]
                #            ^^^^^^ A query value is text
            """,
            fixed="""
            from flask import Flask, request

            app = Flask(__name__)
            NAMES = ["ada", "bob"]


            @app.get("/")
            def index():
                limit = request.args.get("limit", default=10, type=int)
                return NAMES[:limit]
            """,
            drive="client.get('/?limit=1')",
            fails="TypeError: slice indices must be integers",
        ),
        Good(
            """
            from flask import Flask, request

            app = Flask(__name__)


            @app.get("/")
            def index():
                try:
                    page = int(request.args["page"])
                except (KeyError, ValueError):
                    page = 1
                size = request.args.get("size", default=20, type=int)
                return str(page * size)
            """,
            drive="client.get('/?page=abc&size=x')",
        ),
    ),
)

# Converter -> what it raises for text that is no number.
_CONVERTERS = {
    "builtins.int": "ValueError",
    "builtins.float": "ValueError",
    "decimal.Decimal": "ArithmeticError",
}


@rule.on(ast.Call)
def check_conversion(node: ast.Call, ctx: Context) -> Iterator[Finding]:
    """``int(request.args.get(...))`` and ``map(int, request.args.getlist(...))``."""
    if ctx.is_test:
        return
    name = ctx.called(node)
    listed = elements_converted(ctx, node)
    if listed is not None:
        name = ctx.name(node.args[0])
    if name not in _CONVERTERS or (listed is None and (not node.args or node.keywords)):
        return
    value = node.args[1] if listed is not None else node.args[0]
    source = listed or text_of(ctx, value)
    if source is None or is_checked(ctx, source, value) or is_handled(ctx, node, _CONVERTERS[name]):
        return
    may_be_missing = listed is None and may_be_none(ctx, value) and not is_caught(ctx, node, "TypeError")
    states = ["missing"] if may_be_missing else []
    states += ["no number"] if not is_caught(ctx, node, _CONVERTERS[name]) else []
    if not states:
        return
    kind = name.rpartition(".")[2]
    message = f"{kind}() of a {source.kind} answers 500 when it is {' or '.join(states)}."
    yield ctx.finding(node, message, fixes=[_converted(ctx, node, source, kind)])


@rule.on_file
def check_arithmetic(ctx: Context) -> Iterator[Finding]:
    """``request.args.get("page", 1) - 1``: the first such use of each reading."""
    if ctx.is_test:
        return
    seen: set[ast.expr] = set()
    for operation, operand in sorted(uses_as_number(ctx), key=lambda pair: ctx.span(pair[0])):
        source = text_of(ctx, operand)
        if source is None or source.node in seen or source.how in ("list", "part"):
            continue
        if is_checked(ctx, source, operand) or is_caught(ctx, operation, "TypeError"):
            continue
        if is_handled(ctx, operation, "TypeError"):
            continue
        seen.add(source.node)
        message = f"A {source.kind} is text: together with a number it raises TypeError once it is given."
        yield ctx.finding(operation, message, fixes=[_typed_source(ctx, source)])


def _converted(ctx: Context, node: ast.Call, source: TextValue, kind: str) -> Fix | None:
    if kind not in ("int", "float") or source.how == "part":
        return None
    edit = ctx.edit()
    if source.how == "list":
        whole = comprehension_around(ctx, node)
        if not isinstance(whole, ast.ListComp) or len(whole.generators) != 1 or whole.generators[0].ifs:
            return None
        typed = f"{ctx.text(source.receiver)}.getlist({ctx.text(source.key)}, type={kind})"
        listed = whole.generators[0].iter
        if isinstance(listed, ast.Name) and _is_only_use(ctx, edit, listed):
            edit.replace(source.node, typed).replace(whole, listed.id)
        else:
            edit.replace(whole, typed)
        return ctx.fix(f"Let .getlist() convert with type={kind}", edit, safe=False)
    if len(node.args) != 1:
        return None
    value = node.args[0]
    default, is_safe = _default(ctx, source, kind)
    if isinstance(value, ast.BoolOp) and len(value.values) == 2 and value.values[0] is source.node:
        fallback = constant(ctx, value.values[1])
        if not isinstance(fallback, (int, float)) or source.default is not None:
            return None
        edit.replace(node, _typed_get(ctx, source, ctx.text(value.values[1]), kind))
        return ctx.fix(f"Let .get() convert with type={kind}", edit, safe=True)
    if value is source.node:
        edit.replace(node, _typed_get(ctx, source, default, kind))
    elif isinstance(value, ast.Name) and _is_only_use(ctx, edit, value):
        if isinstance(ctx.parent(source.node), ast.NamedExpr) and source.default is None:
            default = "None"  # what is missing has to stay so where its place asks for it
        edit.replace(source.node, _typed_get(ctx, source, default, kind)).replace(node, value.id)
    else:
        return None
    return ctx.fix(f"Let .get() convert with type={kind}", edit, safe=is_safe)


def _typed_source(ctx: Context, source: TextValue) -> Fix | None:
    default = constant(ctx, source.default) if source.default is not None else UNKNOWN
    kind = "float" if isinstance(default, float) else "int"
    written, is_safe = _default(ctx, source, kind)
    edit = ctx.edit().replace(source.node, _typed_get(ctx, source, written, kind))
    return ctx.fix(f"Let .get() convert with type={kind}", edit, safe=is_safe)


def _default(ctx: Context, source: TextValue, kind: str) -> tuple[str, bool]:
    """The default as source, and whether it was given; a made-up one is 1 for a page number, else 0."""
    known = constant(ctx, source.default) if source.default is not None else UNKNOWN
    if isinstance(known, (int, float)) and source.default is not None:
        return ctx.text(source.default), True
    if isinstance(known, str):
        try:
            return repr(int(known) if kind == "int" else float(known)), True
        except ValueError:
            pass
    return ("1" if (text(ctx, source.key) or "").lower() in ("page", "p") else "0"), False


def _typed_get(ctx: Context, source: TextValue, default: str, kind: str) -> str:
    given = f", default={default}" if default != "None" else ""
    return f"{ctx.text(source.receiver)}.get({ctx.text(source.key)}{given}, type={kind})"


def _is_only_use(ctx: Context, edit: EditBuilder, name: ast.Name) -> bool:
    owner = ctx.index.scope(name).owner(name.id)
    if owner is None or len(owner.bindings[name.id]) != 1:
        return False
    return [n for n in edit.uses(name.id, owner) if isinstance(n.ctx, ast.Load)] == [name]
