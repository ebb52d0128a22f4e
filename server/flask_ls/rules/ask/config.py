"""Writes of Flask configuration in one file, in every form Flask reads."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from flask_ls.project.config.keys import FLASK_KEYS
from flask_ls.project.facts import ConfigSource
from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.rules.ask.flow import own_nodes
from flask_ls.rules.ask.values import definition, text
from flask_ls.rules.ask.views import is_app
from flask_ls.rules.context import Context

Form = Literal["item", "attribute", "update", "setdefault", "class", "module"]

# Attributes of the app that are configuration keys (`ConfigAttribute` in flask/sansio/app.py).
ATTRIBUTES = {
    "secret_key": "SECRET_KEY",
    "debug": "DEBUG",
    "testing": "TESTING",
    "permanent_session_lifetime": "PERMANENT_SESSION_LIFETIME",
}
_UPDATING = frozenset({"update", "from_mapping"})


@dataclass(frozen=True)
class Write:
    """One configuration key that gets a value.

    ``node`` is what says so (an assignment, a keyword, a call), ``statement`` the statement around it. ``owner`` is the
    class of a ``class`` write. ``value`` is the expression; ``target`` the expression of the key.
    """

    key: str
    value: ast.expr
    node: ast.AST
    form: Form
    target: ast.AST
    owner: ast.ClassDef | None = None

    @property
    def is_sole_statement(self) -> bool:
        """Whether deleting ``node`` (a statement) removes this write and nothing else."""
        return isinstance(self.node, ast.AnnAssign) or (
            isinstance(self.node, ast.Assign) and len(self.node.targets) == 1
        )


def writes(ctx: Context) -> list[Write]:
    """Every write of a Flask configuration key in this file, in source order."""
    return ctx.once(_all_writes)


def writes_of(ctx: Context, *keys: str) -> Iterator[Write]:
    """The writes of these keys."""
    return (w for w in writes(ctx) if w.key in keys)


def is_config(ctx: Context, node: ast.AST | None) -> bool:
    """Whether the expression is the configuration of an app: ``app.config``, a name for it."""
    if ctx.is_instance(node, "flask.Config"):
        return True
    return isinstance(node, ast.Attribute) and node.attr == "config" and is_given_app(ctx, node.value)


def is_given_app(ctx: Context, node: ast.expr) -> bool:
    """Whether the expression is a parameter that the project was seen to give its apps to: ``def configure(app)``."""
    if not isinstance(node, ast.Name):
        return False
    bindings = ctx.index.lookup(node.id, node)
    if len(bindings) != 1 or bindings[0].kind != "param":
        return False
    function = ctx.index.function_of(node)
    while function is not None:
        if isinstance(function, FUNCTIONS) and bindings[0].node in ast.walk(function.args):
            return (ctx.index.dotted(function), node.id) in ctx.model.evaluation.app_parameters
        function = ctx.index.function_of(function)
    return False


def _all_writes(ctx: Context) -> list[Write]:
    found = [*_assigned(ctx), *_called(ctx), *_bodies(ctx)]
    return sorted(found, key=lambda w: ctx.span(w.target))


def _assigned(ctx: Context) -> Iterator[Write]:
    for node in ctx.index.nodes(ast.Assign):
        for target in node.targets:
            yield from _assigned_target(ctx, node, target, node.value)
    for annotated in ctx.index.nodes(ast.AnnAssign):
        if annotated.value is not None:
            yield from _assigned_target(ctx, annotated, annotated.target, annotated.value)
    for augmented in ctx.index.nodes(ast.AugAssign):
        if isinstance(augmented.op, ast.BitOr) and is_config(ctx, augmented.target):
            yield from _mapping(ctx, augmented.value)


def _assigned_target(ctx: Context, node: ast.stmt, target: ast.expr, value: ast.expr) -> Iterator[Write]:
    if isinstance(target, (ast.Tuple, ast.List)):
        if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
            for element, part in zip(target.elts, value.elts, strict=True):
                yield from _assigned_target(ctx, element, element, part)  # type: ignore[arg-type]
    elif isinstance(target, ast.Subscript):
        key = text(ctx, target.slice)
        if key is not None and is_config(ctx, target.value):
            yield Write(key, value, node, "item", target)
    elif isinstance(target, ast.Attribute):
        key = ATTRIBUTES.get(target.attr)
        if key is not None and (is_app(ctx, target.value) or is_given_app(ctx, target.value)):
            yield Write(key, value, node, "attribute", target)


def _called(ctx: Context) -> Iterator[Write]:
    for call in ctx.index.nodes(ast.Call):
        if isinstance(call.func, ast.Attribute):
            method, receiver = call.func.attr, call.func.value
            if method in _UPDATING and is_config(ctx, receiver):
                for given in call.args:
                    yield from _mapping(ctx, given)
                yield from _keywords(ctx, call.keywords)
            elif method in ("setdefault", "__setitem__") and len(call.args) == 2 and is_config(ctx, receiver):
                key = text(ctx, call.args[0])
                if key is not None:
                    yield Write(key, call.args[1], call, "setdefault", call.args[0])
        elif ctx.called(call) == "builtins.setattr" and len(call.args) == 3 and is_app(ctx, call.args[0]):
            key = ATTRIBUTES.get(text(ctx, call.args[1]) or "")
            if key is not None:
                yield Write(key, call.args[2], call, "attribute", call.args[1])


def _keywords(ctx: Context, keywords: Iterable[ast.keyword]) -> Iterator[Write]:
    for keyword in keywords:
        if keyword.arg is None:
            yield from _mapping(ctx, keyword.value)
        else:
            yield Write(keyword.arg, keyword.value, keyword, "update", keyword)


def _mapping(ctx: Context, node: ast.expr) -> Iterator[Write]:
    """The keys of a dict display, ``dict(...)`` or a list of pairs, also behind a name."""
    node = definition(ctx, node)
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                yield from _mapping(ctx, value)
            else:
                name = text(ctx, key)
                if name is not None:
                    yield Write(name, value, value, "update", key)
    elif isinstance(node, ast.Call) and ctx.called(node) == "builtins.dict":
        for given in node.args:
            yield from _mapping(ctx, given)
        yield from _keywords(ctx, node.keywords)
    elif isinstance(node, (ast.List, ast.Tuple)):
        for pair in node.elts:
            if isinstance(pair, (ast.Tuple, ast.List)) and len(pair.elts) == 2:
                name = text(ctx, pair.elts[0])
                if name is not None:
                    yield Write(name, pair.elts[1], pair, "update", pair.elts[0])


def _bodies(ctx: Context) -> Iterator[Write]:
    """Upper-case names of the classes and modules that become configuration."""
    for cls in ctx.index.nodes(ast.ClassDef):
        if is_config_class(ctx, cls):
            yield from _body(ctx, cls.body, "class", cls)
        elif "flask.Flask" in ctx.model.mro(ctx.index.dotted(cls)):
            yield from _attributes_of_app_class(cls)
    if is_config_module(ctx):
        yield from _body(ctx, ctx.tree.body, "module", None)
    for name in _mappings_handed_over(ctx):
        for binding in ctx.index.root.bindings.get(name, ()):
            if binding.kind == "assign" and binding.value is not None:
                yield from _mapping(ctx, binding.value)


def _mappings_handed_over(ctx: Context) -> Iterator[str]:
    """The variables of this module whose dicts other files make configuration."""
    for dotted in ctx.model.config_objects.mappings:
        module, _, name = dotted.rpartition(".")
        is_own = any(s.kind == "mapping" and s.text == name for s in _own_sources(ctx))
        if module == ctx.index.module and not is_own:
            yield name


def _own_sources(ctx: Context) -> tuple[ConfigSource, ...]:
    facts = ctx.model.files.get(ctx.path)
    return facts.config_sources if facts is not None else ()


def _attributes_of_app_class(cls: ast.ClassDef) -> Iterator[Write]:
    """``class Shop(Flask): secret_key = ...``: it stands in the way of the attribute that reads the configuration."""
    for statement in cls.body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name) and target.id in ATTRIBUTES:
                    yield Write(ATTRIBUTES[target.id], statement.value, statement, "attribute", target)


def _body(ctx: Context, body: list[ast.stmt], form: Form, owner: ast.ClassDef | None) -> Iterator[Write]:
    for statement in body:
        if isinstance(statement, (ast.If, ast.Try, ast.With)):
            for field in ("body", "orelse", "finalbody"):
                yield from _body(ctx, getattr(statement, field, []), form, owner)
            for handler in getattr(statement, "handlers", []):
                yield from _body(ctx, handler.body, form, owner)
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name) and target.id.isupper():
                    yield Write(target.id, statement.value, statement, form, target, owner)
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            if isinstance(statement.target, ast.Name) and statement.target.id.isupper():
                yield Write(statement.target.id, statement.value, statement, form, statement.target, owner)
        elif owner is not None and isinstance(statement, FUNCTIONS) and statement.name.isupper():
            yield from _property(ctx, statement, form, owner)
        elif owner is not None and isinstance(statement, FUNCTIONS) and statement.name == "__init__":
            yield from _set_on_self(ctx, statement, form, owner)


def _set_on_self(ctx: Context, function: FunctionNode, form: Form, owner: ast.ClassDef) -> Iterator[Write]:
    """``self.SECRET_KEY = ...`` in the ``__init__`` of a configuration object."""
    for node in own_nodes(ctx, function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                is_own = isinstance(target, ast.Attribute) and ctx.text(target.value) == "self"
                if isinstance(target, ast.Attribute) and is_own and target.attr.isupper():
                    yield Write(target.attr, node.value, node, form, target, owner)


def _property(ctx: Context, function: ast.AST, form: Form, owner: ast.ClassDef) -> Iterator[Write]:
    """``@property def SECRET_KEY(self): return ...`` of a configuration object."""
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield Write(function.name, node.value, node, form, function, owner)  # type: ignore[attr-defined]


def is_config_class(ctx: Context, cls: ast.ClassDef) -> bool:
    """Whether the class becomes configuration: it, or a class derived from it, is handed to ``from_object``.

    When the project hands over something that cannot be read, a class at module level counts that defines a key of
    Flask's own and nothing but keys.
    """
    objects = ctx.model.config_objects
    if ctx.index.dotted(cls) in objects.names:
        return True
    if objects.complete or not isinstance(ctx.parent(cls), ast.Module):
        return False
    names = [t.id for s in cls.body if isinstance(s, ast.Assign) for t in s.targets if isinstance(t, ast.Name)]
    names += [s.target.id for s in cls.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]
    return bool(FLASK_KEYS & set(names)) and all(n.isupper() for n in names) and not _is_table_of_names(cls)


def _is_table_of_names(cls: ast.ClassDef) -> bool:
    """Whether its values are the names of keys: ``SECRET_KEY = "SECRET_KEY"``, ``BASE_URL = "SHOP_BASE_URL"``."""
    pairs = [(s.targets[0], s.value) for s in cls.body if isinstance(s, ast.Assign)]
    named = [
        isinstance(target, ast.Name)
        and isinstance(value, ast.Constant)
        and isinstance(value.value, str)
        and f"_{value.value}".endswith(f"_{target.id}")
        for target, value in pairs
    ]
    return len(named) > 1 and sum(named) * 2 > len(named)


def is_config_module(ctx: Context) -> bool:
    """Whether the module itself becomes configuration: ``from_object("settings")``, ``from_pyfile("settings.py")``."""
    objects = ctx.model.config_objects
    return ctx.index.module in objects.names or ctx.path in objects.paths


def beside(ctx: Context, write: Write) -> Iterator[Write]:
    """The other writes of the same call, dict or class body."""
    if write.owner is not None:
        yield from (w for w in writes(ctx) if w.owner is write.owner and w is not write)
    elif write.form == "update":
        call = _call_of(ctx, write)
        yield from (w for w in writes(ctx) if w is not write and w.form == "update" and _call_of(ctx, w) is call)


def app_text(ctx: Context, write: Write) -> str | None:
    """The app of a direct write as written (``app``, ``self.app``); None for classes, modules and unknown forms."""
    if write.form in ("class", "module"):
        return None
    node: ast.AST | None = write.target
    if isinstance(write.target, ast.Subscript):
        node = write.target.value
    elif write.form in ("update", "setdefault"):
        call = _call_of(ctx, write)
        node = call.func.value if call is not None and isinstance(call.func, ast.Attribute) else None
    if isinstance(node, ast.Attribute):
        return ctx.text(node.value)
    return ctx.text(node).removesuffix(".config") if isinstance(node, ast.Name) else None


def _call_of(ctx: Context, write: Write) -> ast.Call | None:
    if isinstance(write.node, ast.Call) and write.form == "setdefault":
        return write.node
    for ancestor in ctx.index.ancestors(write.node):
        if isinstance(ancestor, ast.Call) and isinstance(ancestor.func, ast.Attribute):
            return ancestor
    return None


def is_overridden(ctx: Context, write: Write) -> bool:
    """Whether a later statement of this file gives the key another value in any case."""
    return any(True for _ in overriding(ctx, write))


def overriding(ctx: Context, write: Write) -> Iterator[Write]:
    """The later writes of this file that replace the value in any case, in source order."""
    here = ctx.index.statement(write.node)
    if write.form in ("class", "module"):
        yield from _later_in_body(ctx, write)
        here = _last_handing(ctx)
    if here is None:
        return
    around = [here, *(a for a in ctx.index.ancestors(here) if isinstance(a, ast.stmt))]
    function = ctx.index.function_of(here)
    for other in writes_of(ctx, write.key):
        there = ctx.index.statement(other.node)
        if other is write or there is None or other.form in ("class", "module", "setdefault"):
            continue
        if ctx.index.function_of(there) is not function or ctx.span(there).start <= ctx.span(here).start:
            continue
        same_app = write.form in ("class", "module") or app_text(ctx, write) == app_text(ctx, other)
        block = ctx.index.block_of(there)
        if same_app and any(s in block for s in around):
            yield other


def _later_in_body(ctx: Context, write: Write) -> Iterator[Write]:
    """The later assignments of the same class or module body that run whenever that of ``write`` runs."""
    here = ctx.index.statement(write.node)
    if here is None:
        return
    around = [here, *(a for a in ctx.index.ancestors(here) if isinstance(a, ast.stmt))]
    for other in writes_of(ctx, write.key):
        there = ctx.index.statement(other.node)
        if there is None or other.form != write.form or other.owner is not write.owner:
            continue
        if ctx.span(there).start > ctx.span(here).start and any(s in ctx.index.block_of(there) for s in around):
            yield other


def _last_handing(ctx: Context) -> ast.stmt | None:
    """The last statement of this file that hands configuration objects over."""
    calls = [
        c
        for c in ctx.index.nodes(ast.Call)
        if isinstance(c.func, ast.Attribute) and c.func.attr in ("from_object", "from_pyfile")
    ]
    return ctx.index.statement(calls[-1]) if calls else None
