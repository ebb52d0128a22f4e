"""The built-in functions, types and exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp.builtin_names import (
    constructors,
    descriptors,
    effects,
    exceptions,
    iterables,
    namespaces,
    scalars,
    type_tests,
)
from flask_ls.project.interp.builtin_names.table import CONSTRUCTORS, FUNCTIONS, lifted
from flask_ls.project.interp.functions import make_class
from flask_ls.project.interp.values import DictV, External, ListV, Native, SetV

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

# Importing these modules fills the tables.
PARTS = (descriptors, constructors, effects, iterables, namespaces, scalars, type_tests)

# Functions of one thing that write nothing: applied to each option of a choice.
_LIFTED = frozenset({"dir", "len", "vars", "callable", "repr", "abs"})


def install(m: Machine) -> None:
    """Fill ``m.builtins`` and ``m.constructors``."""
    for name, run in FUNCTIONS.items():
        m.builtins[name] = Native(name, lifted(run) if name in _LIFTED else run)
    for name in ("object", "str", "int", "float", "bool", "bytes", "list", "tuple", "set", "frozenset", "dict", "type"):
        m.builtins[name] = m.classes[name] = make_class(m, name)
        if name in CONSTRUCTORS:
            m.constructors[name] = CONSTRUCTORS[name]
    m.classes["bool"].bases = (m.classes["int"],)
    m.classes["dict"].native = lambda: DictV(m.serial)
    m.classes["list"].native = lambda: ListV([], m.serial)
    m.classes["set"].native = lambda: SetV([], m.serial)
    m.classes["dict"].names["__init__"] = Native("__init__", constructors.init_dict)
    m.classes["list"].names["__init__"] = Native("__init__", constructors.init_list)
    m.classes["set"].names["__init__"] = Native("__init__", constructors.init_list)
    m.classes["object"].names["__init__"] = Native("__init__", lambda m_, a: None)
    exceptions.install(m)
    m.builtins.update({"__debug__": True, "NotImplemented": External("NotImplemented"), "Ellipsis": ...})
