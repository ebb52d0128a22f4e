"""Whether what a way in gives for parameters lets a place of the body be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.bodies import FALSY, MORE, TRUTHY, Body, Op, Symbol
from flask_ls.project.contexts.flow import Condition
from flask_ls.project.contexts.values import Values

if TYPE_CHECKING:
    from flask_ls.project.contexts.entries import Entry

# Starts whose arguments come from outside the project.
_OUTSIDE = frozenset({"cli", "command", "task", "context task", "job", "stream"})


class Arguments:
    """Answers whether conditions on parameters hold."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def may_hold(self, entry: Entry, conditions: frozenset[Condition] | None) -> bool | None:
        """Whether the conditions on a body's parameters hold for this way in; None when that is not known."""
        answers = [self._holds(entry, c) for c in conditions or ()]
        if False in answers:
            return False
        return None if None in answers else True

    def _holds(self, entry: Entry, condition: Condition) -> bool | None:
        owner, _, name = condition.parameter[1:].rpartition(":")
        if _is_called_from_outside(entry):
            return True
        body = self._values.signature(entry.key)
        if body is None or owner != body.id or condition.test == "?":
            return None
        given = _given(body, name, entry)
        if given is None:
            return None
        if condition.test[0] == "=":
            return _is_one_of(given, condition.test[1:].split(","), holds=condition.holds)
        if given[0] not in "'@":
            value = self._values.of(entry.at.body.path, given) if entry.at is not None else None
            # An object of the project or an application; what its truth is, only its class could say.
            if value is None or value.kind not in ("instance", "class", "function"):
                return None
            if condition.test != "none" and "flask.Flask" not in self._values.mro(value.name):
                return None
        is_none, is_true = given == "'None", given not in ("'None", "'False", FALSY)
        return (is_none if condition.test == "none" else is_true) == condition.holds


def _is_called_from_outside(entry: Entry) -> bool:
    """Whether users and workers give the arguments, so that any value may come: of a command, of a task."""
    is_start = entry.caller is None and entry.at is not None and entry.at.op[4:] == ("decorator",)
    return is_start and entry.source in _OUTSIDE


def _is_one_of(given: str, words: list[str], *, holds: bool) -> bool | None:
    if given in (TRUTHY, MORE) or given[0] != "'":
        return None
    return (given[1:] in words) == holds


def _given(body: Body, name: str, entry: Entry) -> str | None:
    """What a way in gives for a parameter, as far as it says whether that is None or false; None when it does not."""
    op = entry.at.op if entry.at is not None else None
    parameter = body.parameter(name)
    if op is None or parameter is None or op[0] != "c" or op[4] == "decorator":
        return None
    if entry.caller is None:
        return _handed_over(body, name, parameter.default, op)
    if MORE in op[2] or any(key == MORE for key, _ in op[3]):
        return None
    names = [p.name for p in body.parameters]
    if body.cls and "staticmethod" not in body.decorators:
        names = names[1:]
    for key, symbol in op[3]:
        if key == name:
            return _plain(symbol)
    position = names.index(name) if name in names else -1
    if 0 <= position < len(op[2]):
        return _plain(op[2][position])
    return parameter.default if parameter.default != "?" else None


def _handed_over(body: Body, name: str, default: str | None, op: Op) -> str | None:
    """What a thread or the like is given for a parameter: ``args=("x",)``, or the default when it is given nothing."""
    for key, symbol in op[3]:
        if key == "args" and isinstance(symbol, tuple) and symbol[0] == "[]" and not body.cls:
            position = [p.name for p in body.parameters].index(name)
            return _plain(symbol[1][position]) if position < len(symbol[1]) and MORE not in symbol[1] else None
    passes = len(op[2]) > 1 or any(key in ("args", "kwargs") for key, _ in op[3])
    return None if passes or default == "?" else default


def _plain(symbol: Symbol | None) -> str | None:
    return symbol if isinstance(symbol, str) else None
