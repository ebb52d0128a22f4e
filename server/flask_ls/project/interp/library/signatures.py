"""``inspect.signature``: the parameters of a function."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING

from flask_ls.project.interp.functions import make_class
from flask_ls.project.interp.library.table import at
from flask_ls.project.interp.values import MISSING, Args, Bound, ClassV, Function, Instance, Unknown, Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

_KINDS = ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD", "VAR_POSITIONAL", "KEYWORD_ONLY", "VAR_KEYWORD")


def install(m: Machine) -> None:
    """Register the classes of signatures."""
    m.externals["inspect.Parameter"] = _parameter_class
    m.externals["inspect._empty"] = lambda m_: make_class(m_, "inspect._empty")
    m.externals["inspect.Signature.empty"] = lambda m_: m_.external("inspect._empty")


def _parameter_class(m: Machine) -> ClassV:
    names: dict[str, Value] = {"empty": m.external("inspect._empty")}
    names.update({name: int(getattr(inspect.Parameter, name)) for name in _KINDS})
    return make_class(m, "inspect.Parameter", names=names)


@at("inspect.signature")
def _signature(m: Machine, args: Args) -> Value:
    func = m.settle(args.get(0, "obj"))
    for _ in range(20):
        inner = m.get(func, "__wrapped__", MISSING) if isinstance(func, Function) else MISSING
        if inner is MISSING:
            break
        func = m.settle(inner)
    function = func.func if isinstance(func, Bound) else func
    if not isinstance(function, Function) or not isinstance(function.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return Unknown("the parameters of this function are not known")
    rows = _parameters(m, function)
    made = m.new_instance(make_class(m, "inspect.Signature"))
    made.attrs["parameters"] = m.new_dict(dict(rows[1:] if isinstance(func, Bound) else rows))
    made.attrs["return_annotation"] = _annotation(m, function, function.node.returns)
    made.open = Unknown("more of a signature is only known at run time")
    return made


def _parameters(m: Machine, function: Function) -> list[tuple[str, Instance]]:
    spec = function.node.args
    cls, empty = m.external("inspect.Parameter"), m.external("inspect._empty")
    positional = [*spec.posonlyargs, *spec.args]
    first = len(positional) - len(function.defaults)
    rows: list[tuple[str, Instance]] = []

    def add(argument: ast.arg | None, kind: str, default: Value) -> None:
        if argument is None:
            return
        row = m.new_instance(cls)
        note = _annotation(m, function, argument.annotation)
        row.attrs.update({"name": argument.arg, "default": default, "annotation": note, "kind": cls.names[kind]})
        rows.append((argument.arg, row))

    for index, argument in enumerate(positional):
        kind = _KINDS[0] if index < len(spec.posonlyargs) else _KINDS[1]
        add(argument, kind, function.defaults[index - first] if index >= first else empty)
    add(spec.vararg, "VAR_POSITIONAL", empty)
    for argument, default in zip(spec.kwonlyargs, function.kw_defaults, strict=True):
        add(argument, "KEYWORD_ONLY", empty if default is MISSING else default)
    add(spec.kwarg, "VAR_KEYWORD", empty)
    return rows


def _annotation(m: Machine, function: Function, note: ast.expr | None) -> Value:
    """What an annotation stands for: a name is looked up in the module, the rest is not known."""
    if note is None:
        return m.external("inspect._empty")
    if "from __future__ import annotations" in m.sources.text(function.module.module):
        return ast.unparse(note)
    if isinstance(note, ast.Constant):
        return note.value
    if isinstance(note, ast.Name):
        value = function.module.names.get(note.id, m.builtins.get(note.id, MISSING))
        if value is not MISSING:
            return value
    return Unknown("what this annotation stands for is only known at run time")
