"""Which values Flask's JSON refuses.

Observed on Flask 3.1 with every type named here (``flask.json.provider._default`` and ``flask.json.tag``).
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask_ls.project.catalog import EXTENSION_PROXIES
from flask_ls.rules.ask.displays import appended, may_change
from flask_ls.rules.ask.flow import returns, tests_before
from flask_ls.rules.ask.queries import is_of_rows, is_query, model_of_element, model_of_query, model_of_rows
from flask_ls.rules.ask.values import definition
from flask_ls.rules.ask.views import function_named
from flask_ls.rules.context import Context
from flask_ls.rules.fixing import EditBuilder

# Methods of queries and sessions that give None for no row.
_OR_NONE = frozenset({"first", "fetchone", "get", "one_or_none", "scalar", "scalar_one_or_none"})
# Class or function -> what its result is called; iterables that `list()` turns into something that can be saved.
_ITERABLES = {
    "builtins.set": "set",
    "builtins.frozenset": "frozenset",
    "builtins.range": "range",
    "builtins.map": "map object",
    "builtins.filter": "filter object",
    "builtins.zip": "zip object",
    "builtins.enumerate": "enumerate object",
    "builtins.reversed": "reverse iterator",
    "builtins.bytearray": "bytearray",
    "collections.deque": "deque",
    "types.GeneratorType": "generator",
}
_OTHERS = {
    "builtins.complex": "complex number",
    "builtins.memoryview": "memoryview",
    "builtins.object": "object",
    "builtins.slice": "slice",
    "builtins.open": "file",
    "types.FunctionType": "function",
    "datetime.timedelta": "timedelta",
    "datetime.time": "time",
    "fractions.Fraction": "Fraction",
    "pathlib.Path": "Path",
    "pathlib.PurePath": "Path",
    "re.compile": "pattern",
    "threading.Lock": "lock",
    "threading.Thread": "thread",
    "werkzeug.datastructures.FileStorage": "FileStorage",
    "werkzeug.datastructures.Headers": "Headers",
    "flask.Request": "request",
    "flask.Response": "response",
    "flask.Flask": "app",
    **{
        f"builtins.{name}": name
        for name, value in vars(builtins).items()
        if isinstance(value, type) and issubclass(value, BaseException)
    },
}
# Bases whose instances can be saved.
_SAVED = frozenset(
    {
        "builtins.dict",
        "builtins.list",
        "builtins.tuple",
        "builtins.str",
        "builtins.bytes",
        "builtins.int",
        "builtins.float",
        "builtins.bool",
        "datetime.datetime",
        "datetime.date",
        "decimal.Decimal",
        "uuid.UUID",
        "markupsafe.Markup",
        "typing.NamedTuple",
        "typing.TypedDict",
        "typing_extensions.TypedDict",
        "collections.OrderedDict",
        "collections.UserDict",
        "collections.defaultdict",
        "collections.Counter",
        "enum.IntEnum",
        "enum.IntFlag",
        "enum.StrEnum",
    }
)
# Bases outside the project that are known not to be of that kind.
_PLAIN = frozenset(
    {
        "builtins.object",
        "builtins.Exception",
        "builtins.ValueError",
        "enum.Enum",
        "abc.ABC",
        "typing.Generic",
        "typing.Protocol",
        "pydantic.BaseModel",
        "flask_login.UserMixin",
        "flask_login.AnonymousUserMixin",
        "flask_sqlalchemy.SQLAlchemy.Model",
        "sqlalchemy.orm.DeclarativeBase",
        "wtforms.Form",
        "flask_wtf.FlaskForm",
    }
)


_DISPLAYS = (ast.Dict, ast.DictComp, ast.List, ast.ListComp)


@dataclass(frozen=True)
class Refused:
    """An expression whose value JSON refuses. ``what`` is ``A set``; ``cls`` the project class when it is one.

    ``may_be_empty``: nothing is refused when a query finds no row. ``is_rows``: it is a list of instances of ``cls``.
    ``inside``: the name of the dict or list that holds it, where that is given for it.
    """

    node: ast.expr
    what: str
    is_iterable: bool = False
    cls: str | None = None
    may_be_empty: bool = False
    is_rows: bool = False
    inside: ast.expr | None = None

    @property
    def given(self) -> ast.expr:
        """What is given to be turned into JSON: the value itself, or what holds it."""
        return self.inside or self.node


def with_member(ctx: Context, refused: Refused, member: str) -> EditBuilder:
    """A builder that takes a member (``id``, ``to_dict()``) of the object, or of each object of a list."""
    edit = ctx.edit()
    if not isinstance(refused.node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript)):
        return edit.refuse()
    if not refused.is_rows:
        return edit.after(refused.node, f".{member}")
    name = (refused.cls or "row").rpartition(".")[2].lower()
    return edit.before(refused.node, f"[{name}.{member} for {name} in ").after(refused.node, "]")


def unserialisable(ctx: Context, node: ast.expr, left: int = 5) -> Iterator[Refused]:
    """The parts of a value that JSON refuses for certain; nothing where the type is not known."""
    inner = definition(ctx, node)
    if not isinstance(inner, (*_DISPLAYS, ast.Tuple)) or left <= 0:
        found = _refused(ctx, node, inner)
        if found is not None:
            yield found
    elif inner is node:
        yield from _parts(ctx, inner, left)
    elif not isinstance(node, ast.Name) or not may_change(ctx, node):
        for part in _parts(ctx, inner, left):
            yield replace(part, inside=node)
    elif isinstance(inner, ast.List):
        for element in appended(ctx, node):
            for part in unserialisable(ctx, element, left - 1):
                yield replace(part, inside=node, may_be_empty=True)


def _parts(ctx: Context, display: ast.expr, left: int) -> Iterator[Refused]:
    if isinstance(display, (ast.List, ast.Tuple)):
        for element in display.elts:
            yield from unserialisable(ctx, element, left - 1)
    elif isinstance(display, ast.Dict):
        for key, value in zip(display.keys, display.values, strict=True):
            if isinstance(key, ast.Tuple) or (isinstance(key, ast.Constant) and isinstance(key.value, bytes)):
                yield Refused(key, f"A dict with a {'tuple' if isinstance(key, ast.Tuple) else 'bytes'} as key")
            if key is not None:
                yield from unserialisable(ctx, value, left - 1)
    elif isinstance(display, ast.ListComp):
        yield from unserialisable(ctx, display.elt, left - 1)
    elif isinstance(display, ast.DictComp):
        yield from unserialisable(ctx, display.value, left - 1)


def _refused(ctx: Context, node: ast.expr, inner: ast.expr) -> Refused | None:
    called = ctx.called(inner) or ""
    if isinstance(inner, (ast.Set, ast.SetComp)) or _is_set_operation(ctx, inner):
        return Refused(node, "A set", is_iterable=True)
    for name in (called, ctx.infer.class_of(node) or ""):
        if name in _ITERABLES and not ctx.model.names.is_project(name):
            return Refused(node, _article(_ITERABLES[name]), is_iterable=True)
        if name in _OTHERS:
            return Refused(node, _article(_OTHERS[name]))
    if _is_dict_view(ctx, inner):
        return Refused(node, "A view of a dict", is_iterable=True)
    if ctx.name(node) == "flask.request.headers":
        return Refused(node, "A Headers object")
    if ctx.name(node) in EXTENSION_PROXIES:
        return Refused(node, "The logged-in user")
    if isinstance(inner, ast.Subscript) and ctx.name(inner.value) == "flask.request.files":
        return Refused(node, "An uploaded file")
    if isinstance(node, ast.Name) and _is_exception(ctx, node):
        return Refused(node, "An exception")
    if is_query(ctx, inner):
        return Refused(node, "A query")
    if _is_state(ctx, inner) and not (isinstance(node, ast.Name) and may_change(ctx, node)):
        return Refused(node, "The state of a model")
    return _instance(ctx, node, inner)


def _instance(ctx: Context, node: ast.expr, inner: ast.expr) -> Refused | None:
    named = ctx.name(inner)
    if named is not None and ctx.model.names.class_(named) is not None:
        return Refused(node, "A class")
    owner = ctx.name(inner.value) if isinstance(inner, ast.Attribute) else None
    if owner is not None and "enum.Enum" in ctx.model.mro(owner) and _is_plain_class(ctx, owner):
        return Refused(node, _article(f"{owner.rpartition('.')[2]} member"))
    are_rows = None if ctx.is_older("sqlalchemy", "1.4") else is_of_rows(ctx, inner)  # before, a row was a tuple
    if are_rows is not None:
        may_be_empty = are_rows or not isinstance(inner, ast.Call) or _may_be_none(ctx, node, inner)
        return Refused(node, "A list of rows" if are_rows else "A row of a query", may_be_empty=may_be_empty)
    inner = _returned(ctx, inner)
    rows = model_of_rows(ctx, inner)
    if rows is not None and _is_plain_class(ctx, rows):
        return Refused(node, f"A list of {rows.rpartition('.')[2]}", cls=rows, may_be_empty=True, is_rows=True)
    element = model_of_element(ctx, node)
    cls = model_of_query(ctx, inner) or element or ctx.infer.class_of(node)
    if cls is None or not _is_plain_class(ctx, cls):
        return None
    may_be_empty = element is not None or _may_be_none(ctx, node, inner)
    return Refused(node, _article(cls.rpartition(".")[2]), cls=cls, may_be_empty=may_be_empty)


def _is_state(ctx: Context, node: ast.expr) -> bool:
    """``user.__dict__`` and ``vars(user)`` of a model: SQLAlchemy keeps its own state in there."""
    owner = node.value if isinstance(node, ast.Attribute) and node.attr == "__dict__" else None
    if isinstance(node, ast.Call) and ctx.called(node) == "builtins.vars" and len(node.args) == 1:
        owner = node.args[0]
    if owner is None:
        return False
    cls = model_of_query(ctx, definition(ctx, owner)) or model_of_element(ctx, owner) or ctx.infer.class_of(owner)
    return cls is not None and "flask_sqlalchemy.SQLAlchemy.Model" in ctx.model.mro(cls)


def _returned(ctx: Context, node: ast.expr) -> ast.expr:
    """What a function of this file with one ``return`` gives, for a call of it; any other expression itself."""
    function = function_named(ctx, node.func) if isinstance(node, ast.Call) else None
    if not isinstance(function, ast.FunctionDef) or function.decorator_list:
        return node
    values = [statement.value for statement in returns(ctx, function)]
    return definition(ctx, values[0]) if len(values) == 1 and values[0] is not None else node


def _may_be_none(ctx: Context, node: ast.expr, inner: ast.expr) -> bool:
    """Whether the value is a query's row, if there is one, and no condition before asked for it."""
    if not isinstance(inner, ast.Call) or not isinstance(inner.func, ast.Attribute) or inner.func.attr not in _OR_NONE:
        return False
    names = {n.id for test, _ in tests_before(ctx, node) for n in ast.walk(test) if isinstance(n, ast.Name)}
    return not isinstance(node, ast.Name) or node.id not in names


def _is_plain_class(ctx: Context, cls: str) -> bool:
    """Whether instances of a project class are surely none of the types that can be saved."""
    if ctx.model.names.class_(cls) is None:
        return False
    for base in ctx.model.mro(cls):
        known = ctx.model.names.class_(base)
        if known is None:
            if base in _SAVED or base not in _PLAIN:
                return False
            continue
        facts = known[1]
        if facts.opaque_bases or facts.decorators or "__html__" in facts.methods:
            return False
        if not all(_is_known_base(ctx, known[0].module, b.dotted) for b in facts.bases):
            return False
    return True


def _is_known_base(ctx: Context, module: str, written: str) -> bool:
    """Whether a base leads somewhere, or is a builtin class that is known to be refused."""
    if ctx.model.names.in_module(module, written) is not None:
        return True
    name = f"builtins.{written}"
    return name in _PLAIN and name not in _SAVED


def _is_set_operation(ctx: Context, node: ast.expr) -> bool:
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, (ast.BitOr, ast.BitAnd, ast.Sub, ast.BitXor)):
        return False
    left = definition(ctx, node.left)
    return isinstance(left, (ast.Set, ast.SetComp)) or ctx.called(left) in ("builtins.set", "builtins.frozenset")


def _is_dict_view(ctx: Context, node: ast.expr) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.args:
        return False
    return node.func.attr in ("keys", "values", "items") and ctx.is_instance(node.func.value, "builtins.dict")


def _is_exception(ctx: Context, node: ast.Name) -> bool:
    bindings = ctx.index.lookup(node.id, node)
    return bool(bindings) and all(isinstance(b.node, ast.ExceptHandler) for b in bindings)


def _article(name: str) -> str:
    return f"{'An' if name[:1].lower() in 'aeio' else 'A'} {name}"
