"""What models of extensions cannot say in Python that the interpreter runs: ``flask_ls_primitives``."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from flask_ls.project.interp import external, reasons
from flask_ls.project.interp.flask_core import config
from flask_ls.project.interp.library import data_files, modules
from flask_ls.project.interp.records import innermost
from flask_ls.project.interp.values import (
    MISSING,
    Args,
    Bound,
    DictV,
    Function,
    ListV,
    Maybe,
    Native,
    Partial,
    Unknown,
    Value,
    Wrapped,
)

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

_CONVERTERS = {"str": "string", "int": "int", "float": "float", "UUID": "uuid"}


def install(m: Machine) -> None:
    """Register the primitives."""
    for name, run in _PRIMITIVES.items():
        m.externals[f"flask_ls_primitives.{name}"] = lambda m_, n=name, r=run: Native(n, r)  # type: ignore[misc]


def _text(change: Callable[[str], str]) -> Callable[[Machine, Args], Value]:
    def run(m: Machine, args: Args) -> Value:
        def one(value: Value) -> Value:
            return change(value) if isinstance(value, str) else reasons.unknown_from(value, "a text")

        return m.lift(m.settle(args.get(0, "text")), one)

    return run


def _words(text: str, separator: str) -> str:
    parts = re.sub(r"(.)([A-Z][a-z]+)", rf"\1{separator}\2", text)
    return re.sub(r"([a-z0-9])([A-Z])", rf"\1{separator}\2", parts).lower()


def _unreadable(m: Machine, args: Args) -> Value:
    """``unreadable(target, reason)``: the table of what is reachable from ``target`` is no longer complete."""
    reason = m.settle(args.get(1, "reason"))
    external.escape(m, Args([args.get(0, "target")]), str(reason))
    return None


def _installed(m: Machine, args: Args) -> Value:
    name = m.settle(args.get(0, "name"))
    known = m.sources.is_installed(name) if isinstance(name, str) else None
    return Unknown("whether a package is installed is not known") if known is None else known


def _used(m: Machine, args: Args) -> Value:
    name = m.settle(args.get(0, "name"))
    return isinstance(name, str) and m.sources.may_be_used(name)


def _is_older(m: Machine, args: Args) -> Value:
    """Whether a distribution is known to be of an earlier major version than this."""
    name, major = m.settle(args.get(0, "name")), m.settle(args.get(1, "major"))
    version = (m.sources.version(name) if isinstance(name, str) else None) or ""
    first = version.partition(".")[0]
    return first.isdecimal() and int(first) < major


def _major_version(m: Machine, args: Args) -> Value:
    """The major version of a distribution; None where it is not known."""
    name = m.settle(args.get(0, "name"))
    first = ((m.sources.version(name) if isinstance(name, str) else None) or "").partition(".")[0]
    return int(first) if first.isdecimal() else None


def _named_object(m: Machine, args: Args) -> Value:
    """What a dotted name with any number of attributes stands for: ``package.module.Class.method``."""
    name = m.settle(args.get(0, "name"))
    if not isinstance(name, str):
        return reasons.unknown_from(name, "the name of a function is only known at run time")
    parts = name.split(".")
    importer = modules.workspace_importer(m)
    for length in range(len(parts), 0, -1):
        head = ".".join(parts[:length])
        if m.sources.index.find(head, importer.module if importer is not None else None) is not None:
            value = m.import_module(head, importer)
            for part in parts[length:]:
                value = m.settle(m.get(value, part))
            return value
    return Unknown(f"{name} is not part of the workspace")


def _parameters_of(m: Machine, args: Args) -> Value:
    """The positional parameters without defaults of a function, each with the converter its annotation means."""
    func = innermost(m.settle(args.get(0, "function")))
    if not isinstance(func, Function):
        return Unknown("the parameters of this function are not known")
    spec = func.node.args
    parameters = [*spec.posonlyargs, *spec.args]
    if func.defaults:
        parameters = parameters[: -len(func.defaults)]
    rows: list[Value] = []
    for parameter in parameters:
        note = parameter.annotation
        name = note.id if isinstance(note, ast.Name) else note.attr if isinstance(note, ast.Attribute) else ""
        rows.append((parameter.arg, _CONVERTERS.get(name)))
    return m.new_list(rows)


def _rule_arguments(m: Machine, args: Args) -> Value:
    rule = m.settle(args.get(0, "rule"))
    names = re.findall(r"<(?:[^<>:]*:)?([^<>:]+)>", rule) if isinstance(rule, str) else []
    return m.new_list([*names])


def _members_with(m: Machine, args: Args) -> Value:
    """The functions among an object's attributes that carry an attribute: ``(name, function, attribute)``."""
    owner, wanted = m.settle(args.get(0, "owner")), m.settle(args.get(1, "name"))
    names, rest = m.iterate(m.call(m.builtins["dir"], Args([owner])))
    rows: list[Value] = []
    for name in names:
        options = m.decide(m.get(owner, name, MISSING))
        for path, value in options:
            callable_ = isinstance(value, (Function, Bound, Wrapped, Partial))
            mark = m.get(value, wanted, MISSING) if callable_ else MISSING
            if mark is not MISSING:
                row = (name, value, mark)
                rows.append(row if len(options) == 1 else Maybe(path, row))
    return ListV(rows, m.serial, rest)


def _accepted_arguments(m: Machine, args: Args) -> Value:
    """The keyword arguments that a function has parameters for."""
    func, given = m.settle(args.get(0, "function")), m.settle(args.get(1, "kwargs"))
    inner = innermost(func)
    if not isinstance(inner, Function) or not isinstance(given, DictV):
        return given
    spec = inner.node.args
    names = {a.arg for a in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)}
    if isinstance(func, Bound):
        names.discard((spec.posonlyargs + spec.args)[0].arg if spec.posonlyargs + spec.args else "")
    if spec.kwarg is not None:
        return given
    return m.new_dict({k: v for k, v in given.items.items() if k in names}, given.rest)


def _unknown(m: Machine, args: Args) -> Value:
    return Unknown(str(m.settle(args.get(0, "reason"))))


def _usually_not(m: Machine, args: Args) -> Value:
    """False unless something special is set up outside the project."""
    return config.usually_not(m, str(m.settle(args.get(0, "reason"))))


_PRIMITIVES: dict[str, Callable[[Machine, Args], Value]] = {
    "snake_case": _text(lambda t: _words(t, "_")),
    "dash_case": _text(lambda t: _words(t, "-")),
    "single_slashes": _text(lambda t: re.sub(r"/+", "/", t)),
    "unreadable": _unreadable,
    "unknown": _unknown,
    "usually_not": _usually_not,
    "ini_sections": data_files.ini_sections,
    "import_name": modules.import_string,
    "installed": _installed,
    "used": _used,
    "is_older": _is_older,
    "major_version": _major_version,
    "named_object": _named_object,
    "parameters_of": _parameters_of,
    "rule_arguments": _rule_arguments,
    "members_with": _members_with,
    "accepted_arguments": _accepted_arguments,
}
