"""Functions that reach outside or run code: files and the terminal, ``exec``, ``eval``, imports, ``exit``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp import reasons
from flask_ls.project.interp.builtin_names.table import FUNCTIONS, function
from flask_ls.project.interp.expressions import lookup
from flask_ls.project.interp.library import data_files
from flask_ls.project.interp.values import MISSING, Args, Choice, Unknown, Value
from flask_ls.project.interp.world import Raised

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


@function
def print_(m: Machine, args: Args) -> Value:
    return None


@function
def open_(m: Machine, args: Args) -> Value:
    return data_files.opened(m, args)


@function
def input_(m: Machine, args: Args) -> Value:
    return Unknown("input is only known at run time")


@function
def exec_(m: Machine, args: Args) -> Value:
    m.blind("code that is made at run time is executed here")
    return Unknown("code that is made at run time cannot be read")


FUNCTIONS["compile"] = lambda m, a: Unknown("code that is made at run time cannot be read")


@function
def eval_(m: Machine, args: Args) -> Value:
    text = m.settle(args.get(0, "source"))
    if isinstance(text, str) and text.isidentifier() and m.frame is not None:
        value = lookup(m, text, m.frame)
        if value is not MISSING:
            return value
    return exec_(m, args)


@function
def exit_(m: Machine, args: Args) -> Value:
    raise Raised("SystemExit", ("BaseException",))


FUNCTIONS["quit"] = exit_


def import_module(m: Machine, args: Args) -> Value:
    """``importlib.import_module``: a module of the workspace by a known name; else anything may happen."""
    name = m.settle(args.get(0, "name"))
    package = m.settle(args.get(1, "package", None))
    if isinstance(name, Choice):
        return m.each(name, lambda n: import_module(m, Args([n, *args.pos[1:]], args.kw)))
    if isinstance(name, str):
        importer = m.frame.module if m.frame is not None else None
        if name.startswith("."):
            if not isinstance(package, str):
                m.blind("the package of a relative import is only known at run time")
                return Unknown("the package of a relative import is only known at run time")
            level = len(name) - len(name.lstrip("."))
            base = package.split(".")
            base = base[: len(base) - level + 1]
            name = ".".join([*base, name.lstrip(".")]).rstrip(".")
        return m.import_module(name, importer)
    reason = f"a module is imported by a name that is only known at run time: {reasons.why(name, 'unknown')}"
    m.blind(reason)
    return Unknown(reason)


FUNCTIONS["__import__"] = import_module
