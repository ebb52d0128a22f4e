"""The built-in exceptions."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from flask_ls.project.interp.functions import make_class
from flask_ls.project.interp.values import Args, ClassV, Native, Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


def install(m: Machine) -> None:
    """Fill ``m.builtins`` and ``m.classes``."""
    for name in dir(builtins):
        cls = getattr(builtins, name)
        if isinstance(cls, type) and issubclass(cls, BaseException):
            _make(m, cls)


def _make(m: Machine, cls: type) -> ClassV:
    known = m.classes.get(cls.__name__)
    if known is not None:
        return known
    bases = tuple(_make(m, b) for b in cls.__bases__ if issubclass(b, BaseException))
    made = make_class(m, cls.__name__, bases)
    made.names["__init__"] = Native("__init__", _init)
    m.classes[cls.__name__] = m.builtins[cls.__name__] = made
    return made


def _init(m: Machine, args: Args) -> Value:
    m.write(args.pos[0].attrs, "args", tuple(args.pos[1:]))
    return None
