"""Which values a client chooses: request data and text variables of the URL, followed through local names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.rules.ask import values
from flask_ls.rules.ask.views import handlers
from flask_ls.rules.context import Context

_LIMIT = 8
_SOURCES = frozenset(
    f"flask.request.{name}"
    for name in (
        *("args", "form", "values", "cookies", "headers", "files", "json", "get_json", "data", "get_data", "stream"),
        *("path", "full_path", "url", "base_url", "query_string", "referrer", "view_args", "host", "user_agent"),
    )
)
# Calls whose result is no longer the client's free choice.
_CLEANING = frozenset(
    {
        "werkzeug.utils.secure_filename",
        "werkzeug.utils.safe_join",
        "werkzeug.security.safe_join",
        "flask.safe_join",
        "builtins.int",
        "builtins.float",
        "builtins.bool",
        "builtins.len",
        "uuid.UUID",
        "hashlib.sha256",
        "hashlib.md5",
        "hashlib.sha1",
        "os.path.basename",
        "markupsafe.escape",
        "html.escape",
    }
)
_VARIABLE = re.compile(r"<(?:(?P<converter>[a-zA-Z_]\w*)(?:\([^)]*\))?:)?(?P<name>[a-zA-Z_]\w*)>")
# Converters that give numbers, identifiers or a fixed set (werkzeug.routing.converters).
_SAFE_CONVERTERS = frozenset({"int", "float", "uuid", "any"})


# Calls whose result is still the text or path they were given.
_PATH_CALLS = frozenset(
    f"{module}.{name}"
    for module in ("os.path", "posixpath", "ntpath")
    for name in ("join", "abspath", "realpath", "normpath", "expanduser", "expandvars")
) | frozenset({"builtins.str", "pathlib.Path", "pathlib.PurePath", "os.fspath", "urllib.parse.unquote"})
_TEXT_METHODS = frozenset(
    {"format", "format_map", "strip", "lstrip", "rstrip", "lower", "upper", "casefold", "title", "replace", "join"}
    | {"removeprefix", "removesuffix", "joinpath", "resolve", "absolute", "expanduser", "with_suffix"}
)


def path_sources(ctx: Context, node: ast.expr, *, converters: frozenset[str] | None = None) -> Iterator[ast.expr]:
    """Like ``sources``, for a value that is opened as a path.

    Any other call may make something else of the value (the content, a path of its own), and a looked up value is that
    of the table: both are unknown.
    """
    yield from _sources(ctx, node, converters, _LIMIT, only_text=True)


def sources(ctx: Context, node: ast.expr, *, converters: frozenset[str] | None = None) -> Iterator[ast.expr]:
    """The parts of an expression that a client chooses freely.

    ``converters``: count only URL variables with these converters (``string`` is the default one); None counts all that
    let text through.
    """
    yield from _sources(ctx, node, converters, _LIMIT)


def url_variables(ctx: Context, function: ast.AST) -> dict[str, str]:
    """Variable name -> converter of the rules of a view; ``string`` when none is written."""
    found: dict[str, str] = {}
    for role in handlers(ctx).roles(function):
        rule = values.text(ctx, values.argument(role.call, 0, "rule")) if role.call is not None else None
        found.update(_variables(rule or ""))
    for rule in _rules_in_table(ctx, function):
        found.update(_variables(rule))
    return found


def _variables(rule: str) -> dict[str, str]:
    return {match["name"]: match["converter"] or "string" for match in _VARIABLE.finditer(rule)}


def _rules_in_table(ctx: Context, function: ast.AST) -> list[str]:
    """The whole rules, prefixes included, of a function or of the view class that it is a method of."""
    if not isinstance(function, FUNCTIONS):
        return []
    owner = ctx.index.class_of(function)
    name = ctx.index.dotted(function if owner is None else owner)
    return [r.rule for r in ctx.model.routes.routes if r.function == name]


def _hands_text_on(ctx: Context, call: ast.Call) -> bool:
    if ctx.called(call) in _PATH_CALLS:
        return True
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _TEXT_METHODS:
        return False
    replaced = values.text(ctx, values.argument(call, 0)) if call.func.attr == "replace" else None
    return replaced is None or not {"/", "."} & set(replaced)  # replace("/", "_") makes a plain name of it


def _sources(
    ctx: Context, node: ast.expr, converters: frozenset[str] | None, left: int, *, only_text: bool = False
) -> Iterator[ast.expr]:
    if left <= 0 or isinstance(node, (ast.Constant, ast.Lambda, ast.Compare)):
        return
    if isinstance(node, ast.Call) and ctx.called(node) in _CLEANING:
        return
    if isinstance(node, ast.IfExp):
        for part in (node.body, node.orelse):
            yield from _sources(ctx, part, converters, left - 1, only_text=only_text)
        return
    read = node.func if isinstance(node, ast.Call) else node.value if isinstance(node, ast.Subscript) else node
    name = ctx.name(read)
    if name is not None and any(name == s or name.startswith(f"{s}.") for s in _SOURCES):
        yield node
        return
    if name is not None and read is node:
        return
    if only_text and isinstance(node, ast.Call) and not _hands_text_on(ctx, node):
        return
    if only_text and isinstance(node, ast.Subscript):
        yield from _sources(ctx, node.value, converters, left - 1, only_text=True)
        return
    if isinstance(node, ast.Name):
        if _is_url_variable(ctx, node, converters):
            yield node
            return
        followed = values.definition(ctx, node)
        if followed is not node:
            yield from _sources(ctx, followed, converters, left - 1, only_text=only_text)
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield from _sources(ctx, child, converters, left - 1, only_text=only_text)
        elif isinstance(child, ast.keyword):
            yield from _sources(ctx, child.value, converters, left - 1, only_text=only_text)


def _is_url_variable(ctx: Context, node: ast.Name, converters: frozenset[str] | None) -> bool:
    bindings = ctx.index.lookup(node.id, node)
    if len(bindings) != 1 or bindings[0].kind != "param":
        return False
    function: FunctionNode | None = next(
        (a for a in ctx.index.ancestors(bindings[0].node) if isinstance(a, FUNCTIONS)), None
    )
    converter = url_variables(ctx, function).get(node.id) if function is not None else None
    if converter is None:
        return False
    return converter in converters if converters is not None else converter not in _SAFE_CONVERTERS
