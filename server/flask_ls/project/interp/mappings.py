"""Dicts: what is written to them, with known and with unknown keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.config.evaluated import ConfigV
from flask_ls.project.interp import conditions, iteration
from flask_ls.project.interp.paths import Step
from flask_ls.project.interp.values import MISSING, SCALARS, Choice, DictV, Instance, ListV, Maybe, Unknown, Value
from flask_ls.project.interp.world import known_key

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


def mapping_of(value: Value) -> Value:
    """The dict inside an instance of a dict subclass, else the value."""
    if isinstance(value, Instance) and isinstance(value.native, (DictV, ListV)):
        return value.native
    return value


def update_dict(m: Machine, target: DictV, other: Value) -> None:
    """``target.update(other)``."""
    other = mapping_of(m.settle(other))
    if isinstance(other, DictV):
        if other.rest is not None:
            open_dict(m, target, other.rest)
        for key, value in list(other.items.items()):
            if isinstance(value, Maybe):
                old = target.items.get(key, MISSING)
                value = (
                    value
                    if old is MISSING
                    else m.join([(conditions.negate(m, value.path), old), (value.path, value.value)])
                )
            m.write(target.items, key, value)
        return
    items, rest = iteration.iterate(m, other)
    for pair in items:
        parts, _ = iteration.iterate(m, pair)
        if len(parts) == 2 and known_key(parts[0]):
            m.write(target.items, parts[0], parts[1])
        else:
            rest = rest or Unknown("a key of this dict is only known at run time")
    if rest is not None:
        open_dict(m, target, rest)


def unless_overridden(m: Machine, owner: DictV, value: Value) -> Value:
    """A value that a key has under a condition: where that does not hold, other settings may have been read instead."""
    if owner.rest is None or not isinstance(owner, ConfigV):
        return value
    return unless_written(m, owner.rest, value)


def unless_written(m: Machine, rest: Unknown, value: Value) -> Value:
    """The value of a key, unless it is among the unknown keys that were written."""
    fork = m.fork(m.place(), rest.reason, default=0, followed=False)
    return m.join([((Step(fork, 0),), value), ((Step(fork, 1),), Unknown(rest.reason))])


def open_dict(m: Machine, target: DictV, rest: Unknown) -> None:
    """Unknown keys were written: each known key may have been overridden."""
    fork = m.fork(m.place(), rest.reason, default=0, followed=False)
    is_plain = not isinstance(target, ConfigV)
    for key, value in list(target.items.items()):
        inner = value.value if isinstance(value, Maybe) else value
        if is_plain and isinstance(inner, Choice) and any(isinstance(option, Unknown) for _, option in inner.options):
            continue  # it may be anything as it is; in a configuration, where that was read from counts
        if isinstance(inner, (*SCALARS, Choice)):
            m.write(target.items, key, m.join([((Step(fork, 0),), inner), ((Step(fork, 1),), Unknown(rest.reason))]))
    m.write(target.rest_cell, 0, rest)
