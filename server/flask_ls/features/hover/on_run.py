"""On ``app.run`` and its arguments: what the development server does with each."""

from __future__ import annotations

import ast

from flask_ls.features.hover.asking import keyword_here
from flask_ls.features.hover.provider import Place, Section, paragraphs

_URL = "https://flask.palletsprojects.com/en/stable/api/#flask.Flask.run"
_APPS = ("flask.Flask",)

_RUN = (
    "**app.run** → starts the development server",
    "It is not made for production: use a WSGI server such as gunicorn, waitress or uWSGI there. Started by the "
    "`flask` command, the call does nothing.",
    "An explicit `debug=` decides over the environment variable `FLASK_DEBUG`, and that over the configuration. The "
    "server has been threaded since Flask 1.0.",
)
_ARGUMENTS: dict[str, tuple[str, str]] = {
    "debug": (
        "the interactive debugger and the reloader",
        "Given explicitly it decides over `FLASK_DEBUG`: with `debug=True` the debugger is on even under "
        "`FLASK_DEBUG=0`. Left out, `FLASK_DEBUG` decides, and the configuration only where that is not set. "
        "The debugger runs any Python code for whoever passes its PIN.",
    ),
    "threaded": (
        "whether each request is handled in a thread of its own",
        "True is the default since Flask 1.0, so `threaded=True` changes nothing. With False one request is handled "
        "at a time. It says nothing about production, where the WSGI server decides.",
    ),
    "processes": (
        "how many processes handle requests, 1 by default",
        "More than one needs `threaded=False`; as the server is threaded by default it raises `ValueError` otherwise.",
    ),
    "host": (
        "the address to listen on, `127.0.0.1` by default",
        "A `SERVER_NAME` with a host replaces that default. `0.0.0.0` listens on all interfaces, so that others on the "
        "network can reach the server, and with the debugger on its console too.",
    ),
    "port": ("the port to listen on", "The default is the port of `SERVER_NAME`, else 5000."),
    "use_reloader": (
        "whether the server restarts when code changes",
        "The default is that of debug mode. The reloader runs the program twice: a parent that watches and a child "
        "that serves.",
    ),
    "use_debugger": (
        "whether an error shows the interactive debugger",
        "The default is that of debug mode. Without it `debug=True` still reloads and lets exceptions propagate.",
    ),
    "load_dotenv": (
        "whether `.env` and `.flaskenv` are read first",
        "True by default; it takes the package python-dotenv.",
    ),
}


def section(place: Place) -> Section | None:
    """``run`` of an application under the cursor, or one of its keyword arguments."""
    unit, node = place.unit, place.node
    if node is None:
        return None
    if _is_run(place, node):
        return Section(paragraphs(*_RUN, f"[Flask documentation]({_URL})"), unit.source.span(node))
    found = keyword_here(place)
    if found is None or found[0] not in _ARGUMENTS or not _is_run(place, found[1].func):
        return None
    name, (meaning, truth) = found[0], _ARGUMENTS[found[0]]
    text = paragraphs(f"**app.run({name}=…)** → {meaning}", truth, f"[Flask documentation]({_URL})")
    return Section(text, unit.source.span(node))


def _is_run(place: Place, node: ast.AST) -> bool:
    is_method = isinstance(node, ast.Attribute) and node.attr == "run"
    return is_method and place.unit.infer.is_instance(node.value, *_APPS)  # type: ignore[attr-defined]
