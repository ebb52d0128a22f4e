"""A literal ``/static/...`` URL in a template or in HTML that a view returns.

Why: It ignores where the app is mounted (SCRIPT_NAME), ``static_url_path`` and the static folders of blueprints: behind
a mount point the file is not found.

Instead: ``url_for("static", filename="site.css")``.

Fix: In a template ``{{ url_for('static', filename='site.css') }}`` with the other quotes than the attribute's, which is
safe. In Python the call is formatted into the string; unsafe, as other code may look at that string.

Quiet: For URLs of other hosts, for text that is no HTML, outside of views, and for templates in folders that no app is
known to look in, and in what a bundler wrote (lines of more than 500 characters).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_ls.project.model import ProjectModel
from flask_ls.project.templates import apps_rendering
from flask_ls.rules.ask.views import handlers, registers_routes
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.fixing import EditBuilder
from flask_ls.rules.rule import Rule
from flask_ls.rules.text_file import TextContext
from flask_ls.syntax.span import Span

rule = Rule(
    __name__,
    code="FLK207",
    severity=Severity.HINT,
    guide=("Production / static files through nginx",),
    triggers=frozenset({"add_url_rule", "MethodView"}),
    when=registers_routes,
    examples=(
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)


            @app.get("/")
            def index():
                return '<img src="/static/logo.png">'
                #                 ^^^^^^^^^^^^^^^^ ignores where the app is mounted
            """,
            fixed="""
            from flask import Flask, url_for

            app = Flask(__name__)


            @app.get("/")
            def index():
                return '<img src="%s">' % url_for("static", filename="logo.png")
            """,
            drive="assert '/mnt/static/' in client.get('/', environ_overrides={'SCRIPT_NAME': '/mnt'}).text",
            fails="AssertionError",
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)


            @app.get("/<name>")
            def index(name):
                return f'<img alt="{name}" src="/static/logo.png?v=2">'
                #                               ^^^^^^^^^^^^^^^^^^^^ ignores where the app is mounted
            """,
            fixed="""
            from flask import Flask, url_for

            app = Flask(__name__)


            @app.get("/<name>")
            def index(name):
                return f'<img alt="{name}" src="{url_for("static", filename="logo.png")}?v=2">'
            """,
            drive="assert '/mnt/static/' in client.get('/a', environ_overrides={'SCRIPT_NAME': '/mnt'}).text",
            fails="AssertionError",
        ),
        Bad(
            """
            from flask import Flask, render_template

            app = Flask(__name__)


            @app.get("/")
            def index():
                return render_template("home.html")
            === templates/home.html
            <!-- <link rel="stylesheet" href="/static/old.css"> -->
            <link rel="stylesheet" href="/static/site.css?v=3">
            #                            ^^^^^^^^^^^^^^^^^^^^ ignores where the app is mounted
            <link rel="icon" href="{{ url_for('static', filename='icon.png') }}">
            """,
            fixed="""
            from flask import Flask, render_template

            app = Flask(__name__)


            @app.get("/")
            def index():
                return render_template("home.html")
            === templates/home.html
            <!-- <link rel="stylesheet" href="/static/old.css"> -->
            <link rel="stylesheet" href="{{ url_for('static', filename='site.css') }}?v=3">
            <link rel="icon" href="{{ url_for('static', filename='icon.png') }}">
            """,
            drive="assert 'href=\"/mnt/static/site.css?v=3' in "
            "client.get('/', environ_overrides={'SCRIPT_NAME': '/mnt'}).text",
            fails="AssertionError",
        ),
        Good(
            """
            from flask import Flask, url_for

            app = Flask(__name__)


            @app.get("/")
            def index():
                return '<img src="https://cdn.example.com/static/logo.png">' + url_for("static", filename="logo.png")
            """,
            drive="client.get('/')",
        ),
    ),
)

# An attribute of HTML that holds a URL; what follows is the path, which {{ ... }} ends.
_ATTRIBUTE = r"""(?:src|href|poster|data-src)\s*=\s*\\?(?P<quote>["'])(?P<url>{path}/[^"'\\\s<>{{}}]+)"""
# What a template does not give to the page as it stands.
_SILENT = re.compile(
    r"\{#.*?#\}|<!--.*?-->|\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}|\{%-?\s*comment\b.*?endcomment", re.DOTALL
)
_LONGEST_LINE = 500
_FILE = re.compile(r"[\w./@~,+-]+")
_MESSAGE = 'this URL ignores where the app is mounted: url_for("static", filename=...) follows it.'


def _words(model: ProjectModel) -> frozenset[str]:
    return frozenset(f"{a.static_url_path}/" for a in model.routes.apps if a.static_url_path)


def _attribute(path: str) -> re.Pattern[str]:
    return re.compile(_ATTRIBUTE.format(path=re.escape(path)), re.IGNORECASE)


@rule.on_template(_words)
def check_template(ctx: TextContext) -> Iterator[Finding]:
    """URLs in the attributes of a template."""
    paths = {app.static_url_path for app in apps_rendering(ctx.model, ctx.path)}
    path = paths.pop() if len(paths) == 1 else None
    if not path:
        return
    text = ctx.source.text
    silent = [Span(*match.span()) for match in _SILENT.finditer(text)]
    for match in _attribute(path).finditer(text):
        url = Span(*match.span("url"))
        if any(span.overlaps(url) for span in silent) or _is_generated(text, url):
            continue
        if match["url"] in ctx.model.once(_rules_of_views):
            continue  # a page below the same path
        file, rest = _split(match["url"].removeprefix(f"{path}/"))
        fixes = []
        if file is not None and text.startswith(match["quote"], url.end):
            quote = "'" if match["quote"] == '"' else '"'
            written = f"{{{{ url_for({quote}static{quote}, filename={quote}{file}{quote}) }}}}{rest}"
            fixes = [ctx.fix("Build the URL with url_for()", ctx.edit().replace(url, written), safe=True)]
        yield ctx.finding(url, _MESSAGE, fixes=fixes)


def _rules_of_views(model: ProjectModel) -> frozenset[str]:
    return frozenset(route.rule for route in model.routes.routes if not route.is_static)


def _is_generated(text: str, at: Span) -> bool:
    """Whether the line is longer than anybody writes: a bundler's output, which is not edited by hand."""
    end = text.find("\n", at.end)
    return (end if end >= 0 else len(text)) - text.rfind("\n", 0, at.start) > _LONGEST_LINE


def _split(url: str) -> tuple[str | None, str]:
    """The file that a URL below the static folder names, and the query and fragment; None for what is escaped."""
    end = re.search("[?#]|$", url)
    file, rest = (url[: end.start()], url[end.start() :]) if end is not None else (url, "")
    return (file if _FILE.fullmatch(file) else None), rest


@rule.on(ast.Constant)
def check(node: ast.Constant, ctx: Context) -> Iterator[Finding]:
    """String literals of views."""
    paths = {app.static_url_path for app in ctx.model.routes.apps}
    path = paths.pop() if len(paths) == 1 else None
    if not path or not isinstance(node.value, str) or f"{path}/" not in node.value:
        return
    if isinstance(ctx.parent(node), ast.Expr) or not handlers(ctx).answers(ctx.index.function_of(node)):
        return
    parent = ctx.parent(node)
    # Python 3.11 and older give the parts of an f-string the place of the whole.
    whole = parent if isinstance(parent, ast.JoinedStr) else node
    span = ctx.span(whole)
    found = list(_attribute(path).finditer(ctx.source.text, span.start, span.end))
    fix = _formatted(whole, path, found, ctx) if whole is node else _interpolated(whole, path, found, ctx)
    for match in found:
        yield ctx.finding(Span(*match.span("url")), _MESSAGE, fixes=[fix])


def _formatted(node: ast.expr, path: str, found: list[re.Match[str]], ctx: Context) -> Fix | None:
    """``"...%s..." % url_for(...)`` for a literal that stands alone."""
    if "%" in ctx.text(node) or isinstance(ctx.parent(node), (ast.Attribute, ast.Subscript)):
        return None
    if isinstance(parent := ctx.parent(node), ast.BinOp) and not isinstance(parent.op, ast.Add):
        return None
    edit = ctx.edit()
    calls = []
    for match in found:
        call = _url_for(match, path, '"', edit, node)
        if call is None:
            return None
        calls.append(call[0])
        edit.replace(Span(*match.span("url")), f"%s{call[1]}")
    values = calls[0] if len(calls) == 1 else f"({', '.join(calls)})"
    return ctx.fix("Build the URL with url_for()", edit.after(node, f" % {values}"), safe=False) if calls else None


def _interpolated(node: ast.expr, path: str, found: list[re.Match[str]], ctx: Context) -> Fix | None:
    """``{url_for(...)}`` in an f-string."""
    quote = re.match(r"[a-zA-Z]+(\"\"\"|'''|[\"'])", ctx.text(node))
    if quote is None:
        return None
    edit = ctx.edit()
    for match in found:
        call = _url_for(match, path, "'" if quote[1][0] == '"' else '"', edit, node)
        if call is None:
            return None
        edit.replace(Span(*match.span("url")), f"{{{call[0]}}}{call[1]}")
    return ctx.fix("Build the URL with url_for()", edit, safe=False) if found else None


def _url_for(match: re.Match[str], path: str, quote: str, edit: EditBuilder, at: ast.AST) -> tuple[str, str] | None:
    """The call for a URL, and what follows it."""
    file, rest = _split(match["url"].removeprefix(f"{path}/"))
    ended = match.string[match.end()] in (match["quote"], "\\")
    if file is None or not ended:
        return None
    function = edit.import_name("flask", "url_for", at=at)
    return f"{function}({quote}static{quote}, filename={quote}{file}{quote})", rest
