"""Takes apart what an evaluation built, so that it is freed at once.

It is full of cycles: modules know their functions and functions their modules. The collector would find that some
time later, look through everything else as well, and stop whatever runs meanwhile.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import Any

from flask_ls.project.interp import records, values
from flask_ls.project.interp.frames import Frame
from flask_ls.project.interp.machine import Machine

_NAMESPACES = (values.Namespace, values.Items)
_STATES = (records.AppState, records.BlueprintState)
# What may lead to another of them.
_HOLDERS = frozenset(
    {
        *_NAMESPACES,
        *_STATES,
        *(Frame, records.Deferred, records.Recorder, records.Registered, records.Rule),
        *(values.Args, values.Bound, values.Choice, values.ClassV, values.Descriptor, values.DictV, values.External),
        *(values.Function, values.Instance, values.ListV, values.Maybe, values.ModuleV, values.Native, values.Partial),
        *(values.SetV, values.Super, values.Wrapped, dict, list, tuple),
    }
)


def dissolve(machines: Sequence[Machine]) -> None:
    """Empty what these evaluations made. Neither they nor their values can be used afterwards."""
    todo: list[Any] = list(machines)
    seen: set[int] = set()
    found: list[Any] = []
    while todo:
        for inner in gc.get_referents(todo.pop()):
            kind = type(inner)
            if kind in _HOLDERS and id(inner) not in seen:
                seen.add(id(inner))
                todo.append(inner)
                found.append(inner)
    for each in found:
        if isinstance(each, _NAMESPACES):
            each.clear()
        elif isinstance(each, values.ClassV):
            each.mro, each.subclasses = (), []
        elif isinstance(each, _STATES):
            each.instance, each.registered = None, []
            if isinstance(each, records.BlueprintState):
                each.after = []
    for machine in machines:
        vars(machine).clear()
