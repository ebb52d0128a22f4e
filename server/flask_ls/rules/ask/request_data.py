"""Which values a client chooses: request data and variables of the URL, followed through names and short functions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.project.scopes import Binding
from flask_ls.rules.ask import values
from flask_ls.rules.ask.flow import targets_of
from flask_ls.rules.ask.path_checks import asks_for_value
from flask_ls.rules.ask.views import function_named, handlers
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
# Attributes of a path that hold no slash.
_LAST_PARTS = frozenset({"name", "stem", "suffix"})
_VARIABLE = re.compile(r"<(?:(?P<converter>[a-zA-Z_]\w*)(?:\([^)]*\))?:)?(?P<name>[a-zA-Z_]\w*)>")
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


def path_sources(ctx: Context, node: ast.expr, *, converters: frozenset[str]) -> Iterator[ast.expr]:
    """The parts of an expression, which is opened as a path, that a client chooses freely.

    ``converters``: the converters whose URL variables count; ``string`` is that of ``<name>``. What a call may make of
    the value (the content, a path of its own) and what a table holds for it is unknown.
    """
    yield from _Search(ctx, converters, {}).of(node, _LIMIT)


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


@dataclass(frozen=True)
class _Search:
    """``given``: the parameters of a function that is looked into, and what the call gives them."""

    ctx: Context
    converters: frozenset[str]
    given: Mapping[ast.arg, ast.expr]

    def of(self, node: ast.expr, left: int) -> Iterator[ast.expr]:
        ctx = self.ctx
        if left <= 0 or isinstance(node, (ast.Constant, ast.Lambda, ast.Compare)):
            return
        if isinstance(node, ast.Call) and ctx.called(node) in _CLEANING:
            return
        if isinstance(node, ast.Attribute) and node.attr in _LAST_PARTS:
            return
        if isinstance(node, ast.IfExp):
            yield from self.of(node.body, left - 1)
            yield from self.of(node.orelse, left - 1)
            return
        read = node.func if isinstance(node, ast.Call) else node.value if isinstance(node, ast.Subscript) else node
        name = ctx.name(read)
        if name is not None and any(name == s or name.startswith(f"{s}.") for s in _SOURCES):
            yield node
        elif name is not None and read is node:
            return
        elif isinstance(node, ast.Call) and not _hands_text_on(ctx, node):
            yield from self._of_own_function(node, left)
        elif isinstance(node, ast.Subscript):
            yield from self.of(node.value, left - 1)
        elif isinstance(node, ast.Name):
            yield from self._of_name(node, left)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield from self.of(node.left, left - 1)
            if not _is_glued(node.left):
                yield from self.of(node.right, left - 1)
        elif isinstance(node, ast.JoinedStr):
            for before, part in zip((None, *node.values), node.values, strict=False):
                if before is None or not _is_glued(before):
                    yield from self.of(part, left - 1)
        else:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    yield from self.of(child, left - 1)
                elif isinstance(child, ast.keyword):
                    yield from self.of(child.value, left - 1)

    def _of_name(self, node: ast.Name, left: int) -> Iterator[ast.expr]:
        bindings = self.ctx.index.lookup(node.id, node)
        parameter = bindings[0].node if len(bindings) == 1 else None
        if isinstance(parameter, ast.arg) and parameter in self.given:
            # What the call gives stands outside of the function: its own parameters are not given here.
            yield from _Search(self.ctx, self.converters, {}).of(self.given[parameter], left - 1)
        elif _is_url_variable(self.ctx, node, self.converters):
            yield node
        else:
            followed = values.definition(self.ctx, node)
            if followed is node:
                followed = self._given_or_default(bindings) or node
            if followed is not node:
                yield from self.of(followed, left - 1)

    def _given_or_default(self, bindings: Sequence[Binding]) -> ast.expr | None:
        """The value of a name that gets a constant in its place where there is none: ``if not name: name = "a"``."""
        ctx = self.ctx
        given = [b.value for b in bindings if not isinstance(values.constant(ctx, b.value), str)]
        for binding in bindings:
            statement = ctx.index.statement(binding.node)
            around = ctx.parent(statement) if statement is not None else None
            if binding.value not in given and not (isinstance(around, ast.If) and asks_for_value(ctx, around.test)):
                return None
        return given[0] if len(given) == 1 else None

    def _of_own_function(self, call: ast.Call, left: int) -> Iterator[ast.expr]:
        """Of what a function of this file returns that puts it together and does nothing else."""
        function = function_named(self.ctx, call.func)
        if not isinstance(function, ast.FunctionDef) or function.decorator_list or values.has_unpacking(call):
            return
        last = function.body[-1]
        if not isinstance(last, ast.Return) or last.value is None or not all(map(_is_plain, function.body[:-1])):
            return
        parameters = [*function.args.posonlyargs, *function.args.args]
        given = dict(zip(parameters, call.args, strict=False))
        given |= {p: k.value for k in call.keywords for p in parameters if p.arg == k.arg}
        yield from _Search(self.ctx, self.converters, given).of(last.value, left - 1)


def _is_glued(before: ast.expr) -> bool:
    """Whether a name begins with literal text, so that no part of the path is ``..``: ``f"copy_{name}"``."""
    if isinstance(before, ast.BinOp):
        return _is_glued(before.right)
    if isinstance(before, ast.JoinedStr):
        return bool(before.values) and _is_glued(before.values[-1])
    text = before.value if isinstance(before, ast.Constant) else None
    return isinstance(text, str) and text != "" and not text.endswith(("/", "\\"))


def _is_plain(statement: ast.stmt) -> bool:
    """A docstring or an assignment to a name."""
    targets = targets_of(statement)
    if targets:
        return all(isinstance(target, ast.Name) for target in targets)
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_url_variable(ctx: Context, node: ast.Name, converters: frozenset[str]) -> bool:
    bindings = ctx.index.lookup(node.id, node)
    if len(bindings) != 1 or bindings[0].kind != "param":
        return False
    function: FunctionNode | None = next(
        (a for a in ctx.index.ancestors(bindings[0].node) if isinstance(a, FUNCTIONS)), None
    )
    return function is not None and url_variables(ctx, function).get(node.id) in converters
