"""Formatting: values as text, and the ``%`` operator of texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import reasons
from flask_ls.project.interp.values import MISSING, SCALARS, Args, Bound, Choice, DictV, Instance, Unknown, Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

MAX_TEXT = 20_000


def plain(value: Value) -> Value:
    """The text or number behind a member of an enumeration of texts or numbers, else the value."""
    return value.native if isinstance(value, Instance) and isinstance(value.native, (str, int, float)) else value


def to_str(m: Machine, value: Value) -> Value:
    """``str(value)``."""
    if isinstance(value, str):
        return value
    if isinstance(value, SCALARS):
        return str(value)
    if isinstance(value, Choice):
        return m.lift(value, lambda v: to_str(m, v))
    if isinstance(value, Instance):
        for name in ("__str__", "__repr__"):
            method = m.get(value, name, MISSING)
            if isinstance(method, Bound):
                return m.call(method, Args([]))
        if any(cls.path in _SHOWN_AS_VALUES for cls in value.cls.mro):
            return str(value.native)
        if value.cls.derives("enum.Enum"):
            name = m.get(value, "name")
            return f"{value.cls.name}.{name}" if isinstance(name, str) else reasons.unknown_from(name, "a name")
        if isinstance(value.native, (str, int, float)):
            return str(value.native)
        arguments = value.attrs.get("args") if value.cls.derives("Exception") else None
        if isinstance(arguments, tuple) and len(arguments) == 1 and value.cls.path != "KeyError":
            return to_str(m, arguments[0])
    return reasons.unknown_from(value, "this text is only known at run time")


# Enumerations whose members are shown as what they stand for.
_SHOWN_AS_VALUES = frozenset({"enum.StrEnum", "enum.IntEnum", "enum.IntFlag", "http.HTTPMethod"})


def formatted(m: Machine, value: Value) -> Value:
    """``format(value)``, the text in f-strings.

    Until Python 3.11, members of ``(str, Enum)`` were shown as values, unless their class has a ``__str__``.
    """
    if isinstance(value, Choice):
        return m.lift(value, lambda v: formatted(m, v))
    if isinstance(value, Instance) and value.cls.derives("enum.Enum"):
        is_mixed = isinstance(value.native, (str, int, float)) and value.cls.lookup("__str__") is MISSING
        is_shown = any(cls.path in _SHOWN_AS_VALUES for cls in value.cls.mro)
        if value.cls.lookup("__format__") is not MISSING or (is_mixed and not is_shown):
            return Unknown("how a member of this enumeration is formatted depends on the version of Python")
    return to_str(m, value)


def percent(m: Machine, template: str, right: Value) -> Value:
    """``template % right``."""
    arguments: Any = right
    if isinstance(right, DictV):
        if right.rest is not None:
            return right.rest
        arguments = {k: to_str(m, v) if not isinstance(v, SCALARS) else v for k, v in right.items.items()}
        values = list(arguments.values())
    elif isinstance(right, tuple):
        values = [v if isinstance(v, SCALARS) else to_str(m, v) for v in right]
        arguments = tuple(values)
    else:
        arguments = right if isinstance(right, SCALARS) else to_str(m, right)
        values = [arguments]
    for index, value in enumerate(values):
        if isinstance(value, Unknown):
            return value
        if isinstance(value, Choice) and isinstance(right, tuple):
            before, after = right[:index], right[index + 1 :]
            return m.lift(value, lambda v: percent(m, template, (*before, v, *after)))  # noqa: B023 - called at once
        if not isinstance(value, SCALARS):
            return Unknown("this text is only known at run time")
    if is_huge(template):
        return Unknown("this text is too long")
    try:
        text = template % arguments
    except (TypeError, ValueError, KeyError, OverflowError, MemoryError):
        return Unknown("this text cannot be formatted")
    return text if len(text) <= MAX_TEXT else Unknown("this text is too long")


def is_huge(template: str) -> bool:
    """Whether a format template may ask for a very wide field."""
    return re.search(r"\d{4,}", template) is not None and re.search(r"[%{:]", template) is not None
