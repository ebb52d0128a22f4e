"""What an operation enters, and what an operation says of the functions given to it."""

from __future__ import annotations

from typing import NamedTuple, cast

from flask_ls.project.bodies import Body, Op, Symbol
from flask_ls.project.contexts import roles
from flask_ls.project.contexts.flow import Condition
from flask_ls.project.contexts.sites import Site
from flask_ls.project.contexts.states import IDENTITY, Mask, Vector, then
from flask_ls.project.contexts.values import BodyKey


class Target(NamedTuple):
    """A body that a site enters: with the context there changed by ``vector``, or with ``mask`` from ``source``.

    ``condition``: only when the caller's parameter is what this says. ``method``: only where the method of this name,
    of the class of the ``self`` that calls it, is this body. ``at``: what starts it, when that is another operation.
    """

    key: BodyKey
    vector: Vector = IDENTITY
    source: str = ""
    mask: Mask = 0
    method: str = ""
    condition: Condition | None = None
    at: Site | None = None


# In the place of a body: what a parameter is given.
PARAMETER = BodyKey("", "<parameter>")


def after(vector: Vector, target: Target) -> Target:
    """The target when the context has changed by ``vector`` on the way to it; what starts anew is not changed."""
    return target if target.source else target._replace(vector=then(vector, target.vector))


def given(op: Op, places: tuple[roles.Place, ...]) -> list[Symbol]:
    """What a call is given at these positions and keywords."""
    found = []
    for place in places:
        if isinstance(place, int):
            if place < len(op[2]) and op[2][place] is not None:
                found.append(op[2][place])
        else:
            found += [value for name, value in op[3] if name == place]
    return found


def after_symbol(op: Op, symbol: Symbol) -> list[Symbol]:
    """The function handed over next to ``ctx.run``: the next argument, or the first of ``args=``."""
    if symbol in op[2]:
        rest = op[2][op[2].index(symbol) + 1 :]
        return [s for s in rest[:1] if s is not None]
    for name, value in op[3]:
        if name == "args" and isinstance(value, tuple) and value[0] == "[]" and value[1] and value[1][0] is not None:
            return [value[1][0]]
    return []


def arguments_after(op: Op, symbol: Symbol) -> list[Symbol | None]:
    """What a function that is handed over is given with it: the arguments after it, or those of ``args=``."""
    for name, value in op[3]:
        if name == "args" and isinstance(value, tuple) and value[0] == "[]":
            return list(value[1])
    return list(op[2][op[2].index(symbol) + 1 :]) if symbol in op[2] else []


def argument_of(body: Body, name: str, op: Op) -> Symbol | None:
    """What a call gives for a parameter of a body; None when it gives nothing that can be followed."""
    if op[0] != "c" or op[4] == "decorator":
        return None
    for keyword, symbol in op[3]:
        if keyword == name:
            return cast("Symbol | None", symbol)
    names = [p.name for p in body.parameters]
    if body.cls and not is_static(body):
        names = names[1:]
    position = names.index(name) if name in names else -1
    return cast("Symbol | None", op[2][position]) if 0 <= position < len(op[2]) else None


def first_parameter(body: Body) -> str | None:
    """The parameter that a decorator gets its function in."""
    skip = 1 if body.cls and not is_static(body) else 0
    names = [p.name for p in body.parameters][skip:]
    return names[0] if names else None


def is_static(body: Body) -> bool:
    """Whether the first parameter of a method is not its instance."""
    return "staticmethod" in body.decorators
