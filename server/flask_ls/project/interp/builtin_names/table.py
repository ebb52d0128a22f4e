"""The tables of built-in functions and of what calling a built-in type makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask_ls.project.interp.values import Args, Choice, Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

Run = Callable[["Machine", Args], Value]
FUNCTIONS: dict[str, Run] = {}
CONSTRUCTORS: dict[str, Run] = {}


def function(run: Run) -> Run:
    """Register a built-in function under its name without underscores around it."""
    FUNCTIONS[run.__name__.strip("_")] = run
    return run


def constructor(run: Run) -> Run:
    """Register what calling the built-in type of this name makes."""
    CONSTRUCTORS[run.__name__.strip("_")] = run
    return run


def lifted(run: Run) -> Run:
    """A function applied to each option of its first argument."""

    def lift(m: Machine, args: Args) -> Value:
        if args.pos and isinstance(args.pos[0], Choice):
            return m.lift(args.pos[0], lambda v: run(m, Args([v, *args.pos[1:]], args.kw, args.star, args.starstar)))
        return run(m, args)

    return lift
