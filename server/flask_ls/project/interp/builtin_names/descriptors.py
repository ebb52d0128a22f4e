"""Descriptors, ``property``, ``classmethod`` and ``staticmethod``, and ``super``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp.builtin_names.table import FUNCTIONS, Run, function
from flask_ls.project.interp.values import Args, ClassV, Descriptor, Instance, Super, Unknown, Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


def _descriptor(kind: str) -> Run:
    def run(m: Machine, args: Args) -> Value:
        func = args.get(0, "fget", None)
        if kind == "property" and func is not None and not args.get(1, "fset", None):
            return Descriptor(kind, func)
        return Descriptor(kind, func, args.get(1, "fset", None) if kind == "property" else None)

    return run


FUNCTIONS["property"] = _descriptor("property")
FUNCTIONS["staticmethod"] = _descriptor("staticmethod")
FUNCTIONS["classmethod"] = _descriptor("classmethod")


@function
def super_(m: Machine, args: Args) -> Value:
    cls = m.settle(args.get(0, "type"))
    self_ = m.settle(args.get(1, "object", None))
    if isinstance(cls, ClassV) and isinstance(self_, (Instance, ClassV)):
        return Super(cls, self_)
    return Unknown("what super() stands for is not known")
