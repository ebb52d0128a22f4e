"""On ``current_app``, ``g``, ``request`` and ``session``: what it stands for and which context it needs."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from flask_ls.features.context_here import Needs, context_here
from flask_ls.features.documentation import code
from flask_ls.features.hover.provider import Place, Section, lines, paragraphs
from flask_ls.features.places import link
from flask_ls.features.route_text import routes_of
from flask_ls.project.routes import App
from flask_ls.rules.context import Unit

_DOCS = "https://flask.palletsprojects.com/en/stable"


@dataclass(frozen=True, slots=True)
class _Proxy:
    name: str
    stands_for: str
    needs: Needs
    url: str


_PROXIES = {
    "flask.current_app": _Proxy(
        "current_app", "the application that handles this request or command", "application", f"{_DOCS}/appcontext/"
    ),
    "flask.g": _Proxy(
        "g",
        "a namespace that lives as long as one application context: one request or one command, then it is gone",
        "application",
        f"{_DOCS}/appcontext/#storing-data",
    ),
    "flask.request": _Proxy("request", "the request that is being handled", "request", f"{_DOCS}/reqcontext/"),
    "flask.session": _Proxy(
        "session",
        "the data of this browser, by default in a cookie that is signed but can be read by the user",
        "request",
        f"{_DOCS}/quickstart/#sessions",
    ),
}
_ACTIVE_IN = {
    "application": "views and everything a request runs, `@app.cli.command` functions, `with app.app_context():`",
    "request": "views, request hooks, error handlers, templates they render, `with app.test_request_context():`",
}
_NOT_ACTIVE_IN = {
    "application": "module level, the body of a factory, new threads and executors, plain `click` commands",
    "request": "module level, commands, background jobs, new threads and executors, `with app.app_context():`",
}


def section(place: Place) -> Section | None:
    """The proxy under the cursor, in an expression or where it is imported."""
    node = place.node
    proxy = _PROXIES.get(_name(place.unit, node) or "")
    if proxy is None or node is None:
        return None
    return Section(
        paragraphs(
            f"**{proxy.name}** → {proxy.stands_for}{_application(place.unit, proxy)}",
            lines(
                f"Needs: **{proxy.needs} context**. {_here(place.unit, node, proxy)}".rstrip(),
                f"Active in: {_ACTIVE_IN[proxy.needs]}",
                f"Not active in: {_NOT_ACTIVE_IN[proxy.needs]}",
                f"Without it: `RuntimeError: Working outside of {proxy.needs} context.`",
            ),
            f"[Flask documentation]({proxy.url})",
        ),
        place.unit.source.span(node),
    )


def _name(unit: Unit, node: ast.AST | None) -> str | None:
    if isinstance(node, ast.alias):
        statement = unit.index.parent(node)
        if isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            names = unit.model.names
            return names.canonical(f"{names.imported(unit.index.module, statement.module)}:{node.name}")
        return None
    return unit.infer.qualified(node)


def _here(unit: Unit, node: ast.AST, proxy: _Proxy) -> str:
    return "" if isinstance(node, ast.alias) else f"Here: {context_here(unit, node, proxy.needs)}."


def _application(unit: Unit, proxy: _Proxy) -> str:
    """The app behind ``current_app``, when the project has one that is "the" app."""
    if proxy.name != "current_app":
        return ""
    table = routes_of(unit)
    app = next((a for a in table.apps if a.name == table.main), None) or (
        table.apps[0] if len(table.apps) == 1 else None
    )
    if app is None:
        return ""
    return f": {code(_class_name(unit, app))} made {_maker(app)} · {link(unit, app.site)}"


def _class_name(unit: Unit, app: App) -> str:
    names = (app.name, *app.variables)
    cls = next((c for n in names if (c := unit.model.class_of_name(n))), None)
    if cls is None and app.factory is not None:
        cls = unit.model.class_of_result(app.factory)
    return (cls or "flask.Flask").rpartition(".")[2]


def _maker(app: App) -> str:
    return f"by {code(app.factory.rpartition('.')[2] + '()')}" if app.factory else f"as {code(app.name)}"
