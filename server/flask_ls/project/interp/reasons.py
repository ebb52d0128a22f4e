"""Why a value is not known, and the unknown values that follow from it."""

from __future__ import annotations

from flask_ls.project.interp.values import Choice, External, Unknown, Value


def why(value: Value, default: str) -> str:
    """The reason a value is unknown, or a default."""
    if isinstance(value, Choice):
        return next((v.reason for _, v in value.options if isinstance(v, Unknown)), default)
    return value.reason if isinstance(value, Unknown) else default


def unknown_from(value: Value, default: str) -> Unknown:
    """An unknown with the reason of ``value``."""
    return Unknown(why(value, default))


def element_of(rest: Unknown) -> Unknown:
    """An element of an iterable that cannot be read."""
    if isinstance(rest, External):
        made = External(f"{rest.path}[]")
        made.held = rest.held
        return made
    return Unknown(rest.reason)
