"""Whether two facts say the same, wherever it stands in the text."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from flask_ls.syntax.span import Span

_PLAIN = frozenset({str, int, float, bool, bytes, type(None), frozenset})
# Names the very text, not what it says.
_OF_THE_TEXT = frozenset({"digest"})


def same_shape(one: Any, other: Any) -> bool:
    """Equality that takes any two spans, and any two digests of a text, for equal.

    Most edits only move what stands below them. What depends on facts but on no position stays true then.
    """
    kind = one.__class__
    if kind is not other.__class__:
        return False
    if kind is Span or one is other:
        return True
    if kind in _PLAIN:
        return bool(one == other)
    if isinstance(one, (tuple, list)):
        return len(one) == len(other) and all(map(same_shape, one, other))
    if isinstance(one, dict):
        # The order of bindings is the order of execution.
        return list(one) == list(other) and all(same_shape(value, other[key]) for key, value in one.items())
    if is_dataclass(one):
        return all(same_shape(getattr(one, name), getattr(other, name)) for name in _names(kind))
    return bool(one == other)


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(entry.name for entry in fields(kind) if entry.name not in _OF_THE_TEXT)
