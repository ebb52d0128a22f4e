"""Fixes for values that are computed too early: defaults, class attributes and constants of modules."""

from __future__ import annotations

import ast
import builtins
import keyword

from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.rules.ask.config import is_config_class
from flask_ls.rules.ask.contexts import Lacking
from flask_ls.rules.context import Context
from flask_ls.rules.finding import Fix
from flask_ls.rules.fixing import EditBuilder

_DATACLASSES = {"dataclasses.dataclass"}
_STAYS = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)


def late_default(ctx: Context, found: Lacking) -> Fix | None:
    """Evaluate a default later: in the function's body, or when a dataclass or form field is made."""
    return _default_in_body(ctx, found) or _field_factory(ctx, found)


def _default_in_body(ctx: Context, found: Lacking) -> Fix | None:
    child: ast.AST = found.node
    for ancestor in ctx.index.ancestors(found.node):
        if isinstance(ancestor, ast.arguments):
            function = ctx.parent(ancestor)
            if not isinstance(child, ast.expr):
                return None
            if isinstance(function, ast.Lambda):
                return _default_in_lambda(ctx, function, ancestor, child)
            return _moved_default(ctx, function, ancestor, child) if isinstance(function, FUNCTIONS) else None
        if isinstance(ancestor, ast.stmt):
            return None
        child = ancestor
    return None


def _parameter_of(arguments: ast.arguments, default: ast.expr) -> ast.arg | None:
    positional = [*arguments.posonlyargs, *arguments.args]
    named = dict(zip(reversed(arguments.defaults), reversed(positional), strict=False))
    named |= {d: a for d, a in zip(arguments.kw_defaults, arguments.kwonlyargs, strict=True) if d is not None}
    return named.get(default)


def _moved_default(ctx: Context, function: FunctionNode, arguments: ast.arguments, default: ast.expr) -> Fix | None:
    parameter = _parameter_of(arguments, default)
    body = function.body
    first = body[1] if len(body) > 1 and ast.get_docstring(function, clean=False) is not None else body[0]
    if parameter is None or first.lineno == function.lineno or (first is body[0] and _is_docstring(first)):
        return None
    text = f"if {parameter.arg} is None:\n    {parameter.arg} = {ctx.text(default)}"
    if "\n" in ctx.text(default):
        return None
    edit = ctx.edit().replace(default, "None").insert_line_before(first, text)
    return ctx.fix(f"Evaluate the default of {parameter.arg} when the function is called", edit, safe=True)


def _default_in_lambda(ctx: Context, function: ast.Lambda, arguments: ast.arguments, default: ast.expr) -> Fix | None:
    parameter = _parameter_of(arguments, default)
    edit = ctx.edit()
    uses = edit.uses(parameter.arg, ctx.index.scope_made_by(function)) if parameter is not None else []
    if parameter is None or len(uses) != 1:
        return None
    value = f"{ctx.text(default)} if {parameter.arg} is None else {parameter.arg}"
    edit.replace(default, "None").replace(uses[0], value if uses[0] is function.body else f"({value})")
    return ctx.fix(f"Evaluate the default of {parameter.arg} when the function is called", edit, safe=True)


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _field_factory(ctx: Context, found: Lacking) -> Fix | None:
    statement = ctx.index.statement(found.node)
    owner = ctx.parent(statement) if statement is not None else None
    if not isinstance(owner, ast.ClassDef):
        return None
    argument = next((a for a in ctx.index.ancestors(found.node) if isinstance(a, ast.keyword)), None)
    call = ctx.parent(argument) if argument is not None else None
    if argument is not None and isinstance(call, ast.Call) and argument.arg == "default":
        return _field_argument(ctx, argument, call)
    if isinstance(statement, ast.AnnAssign) and statement.value is not None and _is_dataclass(ctx, owner):
        edit = ctx.edit()
        field = edit.import_name("dataclasses", "field", at=statement)
        edit.replace(statement.value, f"{field}(default_factory=lambda: {ctx.text(statement.value)})")
        return ctx.fix("Evaluate the default for each instance", edit, safe=True)
    return None


def _field_argument(ctx: Context, argument: ast.keyword, call: ast.Call) -> Fix | None:
    name = ctx.called(call) or ""
    if name.startswith(("wtforms.", "flask_wtf.")):
        edit = ctx.edit().before(argument.value, "lambda: ")
        return ctx.fix("Evaluate the default for each form", edit, safe=True)
    if name == "dataclasses.field":
        edit = ctx.edit().replace(argument, f"default_factory=lambda: {ctx.text(argument.value)}")
        return ctx.fix("Evaluate the default for each instance", edit, safe=True)
    if name in ("sqlalchemy.Column", "sqlalchemy.orm.mapped_column", "flask_sqlalchemy.SQLAlchemy.Column"):
        edit = ctx.edit().before(argument.value, "lambda: ")
        return ctx.fix("Evaluate the default for each row", edit, safe=True)
    return None


def _is_dataclass(ctx: Context, cls: ast.ClassDef) -> bool:
    decorators = (d.func if isinstance(d, ast.Call) else d for d in cls.decorator_list)
    return any(ctx.name(d) in _DATACLASSES for d in decorators)


# Names that become functions


def reads_setting(ctx: Context, found: Lacking) -> bool:
    """Whether the use reads ``current_app.config["X"]``: a constant would hold what is set at import."""
    config = ctx.parent(found.mark)
    if not isinstance(config, ast.Attribute) or config.attr != "config":
        return False
    return isinstance(ctx.parent(config), ast.Subscript)


def late_value(ctx: Context, found: Lacking) -> Fix | None:
    """A class attribute as a property, a constant of the module as a function."""
    node = found.first_node if found.first_node is not None else found.node
    statement = ctx.index.statement(node)
    target = _target(statement)
    if target is None or not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
        return None
    value = statement.value
    if node is not value and value not in list(ctx.index.ancestors(node)):
        return None
    if isinstance(value, ast.Lambda) or any(isinstance(n, _STAYS) for n in ast.walk(value)):
        return None
    owner = ctx.parent(statement)
    if isinstance(owner, ast.ClassDef):
        return _property(ctx, owner, statement, target, value)
    return _function(ctx, statement, target, value)


def _target(statement: ast.stmt | None) -> ast.Name | None:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target: ast.expr = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign):
        target = statement.target
    else:
        return None
    return target if isinstance(target, ast.Name) else None


def _property(ctx: Context, cls: ast.ClassDef, statement: ast.stmt, target: ast.Name, value: ast.expr) -> Fix | None:
    scope = ctx.index.scope_made_by(cls)
    is_plain = not cls.decorator_list and not cls.keywords and not is_config_class(ctx, cls)
    bases = ctx.model.mro(ctx.index.dotted(cls))[1:]
    if not is_plain or any(b != "builtins.object" and ctx.model.names.class_(b) is None for b in bases):
        return None
    if any(ctx.index.scope(n).owner(n.id) is scope for n in ast.walk(value) if isinstance(n, ast.Name)):
        return None  # a method does not see the names of its class
    edit = ctx.edit()
    if len(edit.uses(target.id, scope)) > 1 or _is_read_of_class(ctx, cls, target.id):
        return None
    _define(ctx, edit, statement, f"@property{{nl}}def {target.id}(self):{{nl}}    return ", value, 1)
    return ctx.fix(f"Make {target.id} a property", edit, safe=False)


def _is_read_of_class(ctx: Context, cls: ast.ClassDef, name: str) -> bool:
    return any(
        n.attr == name and isinstance(n.value, ast.Name) and n.value.id in (cls.name, "cls")
        for n in ctx.index.nodes(ast.Attribute)
    )


def _function(ctx: Context, statement: ast.stmt, target: ast.Name, value: ast.expr) -> Fix | None:
    if not all(isinstance(a, (ast.Module, ast.If)) for a in ctx.index.ancestors(statement)):
        return None
    root = ctx.index.root
    name = _function_name(ctx, target.id)
    edit = ctx.edit()
    uses = [n for n in edit.uses(target.id, root) if n is not target]
    if name is None or len(root.bindings.get(target.id, ())) != 1:
        return None
    for use in uses:
        if not isinstance(use.ctx, ast.Load) or ctx.index.function_of(use) is None:
            return None
        edit.replace(use, f"{name}()")
    _define(ctx, edit, statement, f"def {name}():{{nl}}    return ", value, 2)
    others = _importers(ctx, target.id, name)
    if others is None:
        return None
    return ctx.fix(f"Make {target.id} a function, {name}()", edit, *others, safe=False)


def _function_name(ctx: Context, name: str) -> str | None:
    """``uploads`` for ``UPLOADS``, where that name is free."""
    lower = name.lower()
    for candidate in (lower, f"get_{lower}"):
        is_taken = candidate in ctx.index.root.bindings or any(
            n.id == candidate or (isinstance(n.ctx, ast.Store) and n.id == candidate) for n in ctx.index.nodes(ast.Name)
        )
        if candidate == name:
            return name
        if not is_taken and not keyword.iskeyword(candidate) and not hasattr(builtins, candidate):
            return candidate
    return None


def _importers(ctx: Context, old: str, new: str) -> list[EditBuilder] | None:
    """The same in the files that import the name; None when one of them needs it while it is imported."""
    names = ctx.model.names
    edits = []
    for facts in ctx.model.files.values():
        imports = (i for i in facts.imports if any(n == old for n, _ in i.names))
        if facts.path == ctx.path or all(names.imported(facts.module, i.module) != ctx.index.module for i in imports):
            continue
        edit = ctx.edit(facts.path)
        bound = [b for bindings in edit.index.root.bindings.values() for b in bindings]
        imported = [b for b in bound if b.kind == "from" and b.attribute == old]
        if not all(_renamed(edit, b.name, b.node, old, new) for b in imported):
            return None
        edits.append(edit)
    return edits


def _renamed(edit: EditBuilder, local: str, statement: ast.AST, old: str, new: str) -> bool:
    if local != old or not isinstance(statement, ast.ImportFrom) or len(edit.index.root.bindings[local]) != 1:
        return False
    alias = next(a for a in statement.names if a.name == old)
    edit.replace(alias, new)
    for use in edit.uses(old, edit.index.root):
        if not isinstance(use.ctx, ast.Load) or edit.index.function_of(use) is None:
            return False
        edit.replace(use, f"{new}()")
    return True


def _define(ctx: Context, edit: EditBuilder, statement: ast.stmt, head: str, value: ast.expr, gap: int) -> None:
    """Put a definition in the place of an assignment, with ``gap`` blank lines to its neighbours."""
    start = ctx.span(statement).start
    line = ctx.source.line_span(ctx.source.position(start)[0]).start
    indent = ctx.source.text[line:start]
    if indent.strip():
        edit.refuse()
        return
    head = head.replace("    ", edit.indent_unit).replace("{nl}", f"{edit.newline}{indent}")
    written = ctx.text(value)
    if "\n" in written and not _is_bracketed(value, written):
        written = f"({written})"
    edit.replace(statement, f"{head}{written}")
    if not isinstance(ctx.parent(statement), ast.If):
        edit.set_apart(statement, gap)


def _is_bracketed(value: ast.expr, text: str) -> bool:
    return isinstance(value, (ast.Call, ast.List, ast.Dict, ast.Set, ast.Subscript)) and text[-1] in ")]}"
