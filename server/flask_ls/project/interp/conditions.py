"""Conditions: whether a value is true, and the paths of the arms where that is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp import reasons
from flask_ls.project.interp.paths import AnyOf, Path, Step
from flask_ls.project.interp.values import (
    MISSING,
    SCALARS,
    Args,
    Bound,
    Choice,
    ClassV,
    Descriptor,
    DictV,
    External,
    Function,
    Instance,
    ListV,
    Maybe,
    ModuleV,
    Native,
    Partial,
    Unknown,
    Value,
    Wrapped,
)

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


def truth(m: Machine, value: Value) -> bool | None:
    """Whether a value is true; None when not known."""
    if isinstance(value, SCALARS):
        return bool(value)
    if isinstance(value, tuple):
        return bool(value)
    if isinstance(value, DictV):
        if any(not isinstance(v, Maybe) for v in value.items.values()):
            return True
        return None if value.items or value.rest else False
    if isinstance(value, ListV):
        if any(not isinstance(v, Maybe) for v in value.items):
            return True
        return None if value.items or value.rest else False
    if isinstance(value, Instance):
        if value.native is not None and isinstance(value.native, (DictV, ListV)):
            return truth(m, value.native)
        said = _said_truth(m, value)
        return True if said is MISSING else truth(m, said)
    if isinstance(value, (ClassV, Function, ModuleV, Native, Bound, Partial, Wrapped, Descriptor)):
        return True
    if isinstance(value, External):
        last = value.path.rpartition(".")[2]
        return True if last[:1].isupper() and not last.endswith("()") and not last.isupper() else None
    if isinstance(value, Choice):
        known = {truth(m, v) for _, v in m.alternatives(value)}
        return known.pop() if len(known) == 1 else None
    return None


def _said_truth(m: Machine, value: Instance) -> Value:
    """What the class of an object says of its truth; MISSING when it says nothing."""
    for name in ("__bool__", "__len__"):
        method = value.cls.lookup(name)
        if method is not MISSING:
            said = m.call(Bound(method, value), Args([])) if isinstance(method, Function) else value
            return Unknown("whether this object is true is only known at run time") if said is value else said
    return MISSING


def condition(m: Machine, test: Value) -> Value:
    """What decides whether a value is true: what the class of an object says of it, or the value itself."""
    if isinstance(test, Instance) and not isinstance(test.native, (DictV, ListV)):
        said = _said_truth(m, test)
        return test if said is MISSING else m.settle(said)
    return test


def split(m: Machine, test: Value) -> bool | tuple[Path, Path]:
    """Whether a condition holds, or the paths of its two arms."""
    test = m.settle(test)
    m.split_assumed = False
    test = condition(m, test)
    if not isinstance(test, Choice):
        known = truth(m, test)
        if known is not None:
            return known
        fork = m.fork(m.place(), reasons.why(test, "this condition is only known at run time"))
        return (Step(fork, 0),), (Step(fork, 1),)
    sides: dict[bool | None, list[Path]] = {True: [], False: [], None: []}
    options = m.decide(test)
    assumed = len(options) < len(m.alternatives(test))
    if len(options) == 1:
        result = split(m, options[0][1])
        m.split_assumed = assumed
        return result
    for path, option in options:
        sides[truth(m, option)].append(path)
    if not sides[None]:
        m.split_assumed = assumed
        if not sides[False]:
            return True
        if not sides[True]:
            return False
        if len(sides[True]) == len(sides[False]) == 1:
            return sides[True][0], sides[False][0]
    fork = m.fork(m.place(), reasons.why(test, "this condition is only known at run time"))
    arms: list[Path] = []
    for arm, side in enumerate((True, False)):
        ways = sides[side] + sides[None]
        own: Path = (Step(fork, arm),)
        if () in ways:
            arms.append(own)
        else:
            # A single way is kept as it is: what goes with another way is then known to be out of question.
            arms.append((*ways[0], *own) if len(ways) == 1 else (AnyOf(*ways), *own))
    return arms[0], arms[1]


def negate(m: Machine, path: Path) -> Path:
    """A path that excludes ``path`` where that can be said."""
    if len(path) == 1 and isinstance(path[0], Step) and path[0].fork.arms == 2:
        return (Step(path[0].fork, 1 - path[0].arm),)
    return (Step(m.fork(m.place(), "whether this is there is only known at run time"), 1),)
