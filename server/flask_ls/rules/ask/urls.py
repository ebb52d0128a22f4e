"""URLs in code against the route table: which route a path belongs to, and how ``url_for`` writes it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from flask_ls.project.routes import Route, RouteTable
from flask_ls.rules.ask.values import constant, definition
from flask_ls.rules.context import Context

_VARIABLE = re.compile(r"<(?:(?P<converter>[a-zA-Z_]\w*)(?:\([^)]*\))?:)?(?P<name>[a-zA-Z_]\w*)>")
# What each converter of werkzeug.routing.converters takes; a converter of the project's own takes one segment.
_PATTERNS = {"path": r"[^/].*?", "int": r"-?\d+", "float": r"-?\d+\.\d+", "uuid": r"[0-9A-Fa-f-]{36}"}
# A part of a path that is computed stands in the text as one character of the private use area.
_HOLE = 0xE000


@dataclass(frozen=True)
class Path:
    """A path as written: its text with one private character for each computed part, and these parts."""

    text: str
    holes: tuple[ast.expr, ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    fragment: str = ""


@dataclass(frozen=True)
class Match:
    """The route of a path. ``values`` maps the rule's variables to a literal text or to a computed part."""

    route: Route
    values: tuple[tuple[str, str, str | ast.expr], ...] = ()

    @property
    def is_static(self) -> bool:
        """Whether the rule has no variables."""
        return not self.values


def path_of(ctx: Context, node: ast.expr) -> Path | None:
    """The path of this site that an expression is: a literal, an f-string, ``+``, ``%`` or ``format``."""
    holes: list[ast.expr] = []
    text = "".join(_pieces(ctx, node, holes))
    if not text.startswith("/") or text.startswith("//"):
        return None
    text, _, fragment = text.partition("#")
    text, _, query = text.partition("?")
    if any(ord(c) >= _HOLE and ord(c) < _HOLE + len(holes) for c in query + fragment):
        return None
    return Path(unquote(text), tuple(holes), tuple(parse_qsl(query, keep_blank_values=True)), fragment)


def matches(table: RouteTable, path: Path, apps: frozenset[str] | None = None) -> list[Match]:
    """The routes that Flask would choose among for a GET of this path; one app's best per app.

    ``apps``: only these. Routes of other hosts do not count. A rule without variables wins over one with, as in
    Werkzeug; several that are equally good all come out.
    """
    found: dict[tuple[str, tuple[tuple[str, str], ...]], Match] = {}
    for route in table.routes:
        if (apps is not None and route.app not in apps) or route.host or route.subdomain or "GET" not in route.methods:
            continue
        values = _values(route, path)
        if values is not None:
            names = tuple((name, converter) for name, converter, _ in values)
            found.setdefault((route.endpoint, names), Match(route, values))
    static = [m for m in found.values() if m.is_static]
    return static or list(found.values())


def url_for_arguments(ctx: Context, path: Path, match: Match, like: ast.AST) -> str:
    """The arguments of ``url_for`` for a path; ``like`` shows the quotes to use."""
    edit = ctx.edit()
    written = [edit.quoted(match.route.endpoint, like=like)]
    for name, converter, value in match.values:
        if isinstance(value, ast.expr):
            written.append(f"{name}={ctx.text(value)}")
        else:
            written.append(f"{name}={value if converter in ('int', 'float') else edit.quoted(value, like=like)}")
    written += [f"{key}={edit.quoted(value, like=like)}" for key, value in path.query]
    if path.fragment:
        written.append(f"_anchor={edit.quoted(path.fragment, like=like)}")
    return ", ".join(written)


def apps_of_file(table: RouteTable, path: str) -> frozenset[str] | None:
    """The apps that the views of a file belong to; None when that is not known."""
    found = frozenset(r.app for r in table.routes if r.view is not None and r.view.path == path)
    return found or None


def _pieces(ctx: Context, node: ast.expr, holes: list[ast.expr]) -> Iterator[str]:
    known = constant(ctx, node) if isinstance(node, (ast.Constant, ast.Name)) else None
    if isinstance(known, str):
        yield known
    elif isinstance(node, ast.JoinedStr):
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                plain = value.conversion == -1 and value.format_spec is None
                yield _hole(value.value if plain else value, holes)
            else:
                yield from _pieces(ctx, value, holes)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _pieces(ctx, node.left, holes)
        yield from _pieces(ctx, node.right, holes)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(constant(ctx, node.left), str):
        values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        yield from _filled(re.split(r"%[sd]", constant(ctx, node.left)), values, node, holes)
    elif _is_format(ctx, node) and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield from _filled(constant(ctx, node.func.value).split("{}"), node.args, node, holes)
    elif isinstance(node, ast.Name) and definition(ctx, node) is not node:
        followed = definition(ctx, node)
        is_text = isinstance(followed, (ast.JoinedStr, ast.BinOp))
        yield from _pieces(ctx, followed, holes) if is_text else [_hole(node, holes)]
    else:
        yield _hole(node, holes)


def _is_format(ctx: Context, node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "format"
        and not node.keywords
        and isinstance(constant(ctx, node.func.value), str)
    )


def _filled(texts: list[str], values: list[ast.expr], whole: ast.expr, holes: list[ast.expr]) -> Iterator[str]:
    if len(texts) != len(values) + 1:
        yield _hole(whole, holes)
        return
    for text, value in zip(texts, values, strict=False):
        yield text
        yield _hole(value, holes)
    yield texts[-1]


def _hole(node: ast.expr, holes: list[ast.expr]) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str" and len(node.args) == 1:
        node = node.args[0]
    holes.append(node)
    return chr(_HOLE + len(holes) - 1)


def _values(route: Route, path: Path) -> tuple[tuple[str, str, str | ast.expr], ...] | None:
    """The values of the rule's variables for which it gives the path; None when it does not."""
    pattern, position = "", 0
    variables = list(_VARIABLE.finditer(route.rule))
    for variable in variables:
        pattern += re.escape(route.rule[position : variable.start()])
        taken = _PATTERNS.get(variable["converter"] or "", "[^/]+")
        pattern += f"({taken}|[{chr(_HOLE)}-{chr(_HOLE + 999)}])"
        position = variable.end()
    rest = re.escape(route.rule[position:])
    # `/about` is redirected to the rule `/about/`.
    pattern += f"{rest.removesuffix('/')}/?" if rest.endswith("/") and len(route.rule) > 1 else rest
    matched = re.fullmatch(pattern, path.text)
    if matched is None:
        return None
    values: list[tuple[str, str, str | ast.expr]] = []
    used = 0
    for variable, text in zip(variables, matched.groups(), strict=True):
        converter = variable["converter"] or "string"
        computed = [c for c in text if _HOLE <= ord(c) < _HOLE + len(path.holes)]
        used += len(computed)
        if computed and len(text) > 1:
            return None
        values.append((variable["name"], converter, path.holes[ord(text) - _HOLE] if computed else text))
    return tuple(values) if used == len(path.holes) else None
