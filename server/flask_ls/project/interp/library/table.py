"""The table of modelled functions of the standard library, and what its parts have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask_ls.project.interp.values import MISSING, Args, Bound, Instance, Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

Run = Callable[["Machine", Args], Value]
FUNCTIONS: dict[str, Run] = {}


def at(*paths: str) -> Callable[[Run], Run]:
    """Register a function under dotted names."""

    def register(run: Run) -> Run:
        for path in paths:
            FUNCTIONS[path] = run
        return run

    return register


def called_name(m: Machine) -> str:
    """The name by which the function that runs now was called."""
    func = getattr(m.frame.node, "func", None) if m.frame is not None else None
    return str(getattr(func, "attr", None) or getattr(func, "id", ""))


def text_of(m: Machine, value: Value) -> Value:
    """A path as the text behind an object that is one."""
    value = m.settle(value)
    if isinstance(value, Instance):
        made = m.get(value, "__fspath__", MISSING)
        if isinstance(made, Bound):
            return m.call(made, Args([]))
    return value
