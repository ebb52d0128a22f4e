"""``re``: known patterns in known texts, as long as the search surely ends soon."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from flask_ls.project.interp import reasons
from flask_ls.project.interp.functions import make_class
from flask_ls.project.interp.library.table import at
from flask_ls.project.interp.values import (
    Args,
    ClassV,
    External,
    Instance,
    ListV,
    Native,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

# Steps that a search may take at most: see ``_Pattern.steps``.
MAX_STEPS = 5_000_000
MAX_PATTERN = 500
_FUNCTIONS = ("match", "fullmatch", "search", "findall", "finditer", "split", "sub", "subn")
_WHY = "what this pattern finds is only known at run time"
_FLAGS = {name: int(getattr(re, name)) for name in ("A", "I", "M", "S", "X", "ASCII", "IGNORECASE", "MULTILINE")}


class _Pattern(NamedTuple):
    """A compiled pattern, how many of its parts repeat, and between how many ways it chooses elsewhere."""

    compiled: re.Pattern[str]
    repeats: int
    choices: int

    def ends_soon(self, text: str) -> bool:
        """Whether a search surely takes few steps: from each place, each repetition may end anywhere."""
        return bool(max(len(text), 2) ** (self.repeats + 1) << self.choices <= MAX_STEPS)


@lru_cache(maxsize=256)
def _compiled(pattern: str, flags: int) -> _Pattern | None:
    """The pattern; None when it is wrong, verbose, or repeats what may match one text in several ways."""
    if len(pattern) > MAX_PATTERN:
        return None
    try:
        compiled = re.compile(pattern, flags)
    except (re.error, OverflowError, RecursionError, ValueError):
        return None
    if compiled.flags & re.VERBOSE:
        return None
    repeats, choices, ambiguous = 0, 0, [False]
    # Judged by the text, without what is escaped, classes of characters, and the marks of lazy repetitions and groups.
    text = re.sub(r"\\.|\[\^?\]?[^\]]*\]", "x", pattern)
    text = re.sub(r"(?<=[*+?}])[?+]|(?<=\()\?", "", text)
    for index, char in enumerate(text):
        if char == "(":
            ambiguous.append(False)
        elif char == ")":
            inner = ambiguous.pop() if len(ambiguous) > 1 else False
            if inner and text[index + 1 : index + 2] in ("*", "+", "{"):
                return None
            ambiguous[-1] = ambiguous[-1] or inner
        elif char in "*+{?|":
            repeats += char in "*+{"
            choices += char in "?|"
            ambiguous[-1] = True
    return _Pattern(compiled, repeats, choices)


def _found(m: Machine, name: str, pattern: Value, flags: Value, args: list[Value]) -> Value:
    """``re.name(pattern, *args)`` where ``args`` end with the text and what comes after it."""
    text = m.settle(args[0]) if args else None
    more = [m.settle(a) for a in args[1:]]
    if not isinstance(text, str) or not isinstance(pattern, str) or not isinstance(flags, int):
        return reasons.unknown_from(text, reasons.why(pattern, _WHY))
    known = _compiled(pattern, flags)
    if known is None or not known.ends_soon(text) or not all(isinstance(a, int) for a in more):
        return Unknown(_WHY)
    try:
        result = getattr(known.compiled, name)(text, *more)
    except (TypeError, ValueError, IndexError):
        return Unknown(_WHY)
    return _value(m, result)


def _value(m: Machine, result: Any) -> Value:
    if isinstance(result, re.Match):
        return _match(m, result)
    if isinstance(result, list):
        return m.new_list([_value(m, r) for r in result])
    if isinstance(result, Iterator):
        return ListV([_value(m, r) for r in result], m.serial, None, "generator")
    return result


def _match(m: Machine, found: re.Match[str]) -> Instance:
    made = m.new_instance(_class(m, "re.Match"))

    def ask(name: str, wrap: Callable[[Any], Value] = lambda v: v) -> None:
        def run(m_: Machine, args: Args) -> Value:
            given = [m_.settle(a) for a in args.pos]
            if not all(isinstance(g, (int, str, type(None))) for g in given):
                return Unknown(_WHY)
            try:
                return wrap(getattr(found, name)(*given))
            except (IndexError, TypeError):
                return Unknown("there is no such group")

        made.attrs[name] = Native(name, run)

    for name in ("group", "groups", "start", "end", "span"):
        ask(name)
    ask("groupdict", lambda v: m.new_dict(v))
    made.attrs.update({"string": found.string, "lastgroup": found.lastgroup, "pos": found.pos})
    return made


def _class(m: Machine, path: str) -> ClassV:
    known = m.classes.get(path)
    if known is None:
        known = m.classes[path] = make_class(m, path)
        group = Native("__getitem__", lambda m_, a: m_.call(a.pos[0].attrs["group"], Args(a.pos[1:])))
        known.names["__getitem__"] = group
    return known


def _substituted(m: Machine, name: str, pattern: Value, flags: Value, args: list[Value]) -> Value:
    """``sub`` and ``subn``: by a template or a function."""
    repl, text, *more = (m.settle(a) for a in args) if len(args) > 1 else (None, None)
    if not isinstance(text, str) or not isinstance(pattern, str) or not isinstance(flags, int):
        return reasons.unknown_from(text, reasons.why(pattern, _WHY))
    known = _compiled(pattern, flags)
    count = more[0] if more else 0
    if known is None or not known.ends_soon(text) or not isinstance(count, int):
        return Unknown(_WHY)
    if isinstance(repl, Unknown):
        return reasons.unknown_from(repl, _WHY)

    def replaced(found: re.Match[str]) -> str:
        given = repl if isinstance(repl, str) else m.settle(m.call(repl, Args([_match(m, found)])))
        if isinstance(repl, str):
            return found.expand(repl)
        if not isinstance(given, str):
            raise _NotKnown
        return given

    try:
        return getattr(known.compiled, name)(replaced, text, count=count)
    except (_NotKnown, re.error, IndexError, TypeError):
        return Unknown(_WHY)


class _NotKnown(Exception):
    """What a match is replaced by is not known."""


def _run(m: Machine, name: str, pattern: Value, flags: Value, args: Args) -> Value:
    given = list(args.pos)
    if args.star is not None or args.starstar is not None:
        return Unknown(_WHY)
    order = (
        ["repl", "string", "count"] if name.startswith("sub") else ["string", "maxsplit" if name == "split" else "pos"]
    )
    for key in order[len(given) :]:
        if key in args.kw:
            given.append(args.kw[key])
    if isinstance(pattern, Instance) and isinstance(pattern.native, tuple):
        pattern, flags = pattern.native
    return (_substituted if name.startswith("sub") else _found)(m, name, pattern, flags, given)


def _function(name: str) -> None:
    @at(f"re.{name}")
    def run(m: Machine, args: Args) -> Value:
        limit = 4 if name.startswith("sub") else 3 if name == "split" else 2
        flags = m.settle(args.get(limit, "flags", 0))
        kw = {k: v for k, v in args.kw.items() if k not in ("pattern", "flags")}
        rest = Args(args.pos[1:limit] if args.pos else [], kw, args.star, args.starstar)
        return m.lift(m.settle(args.get(0, "pattern")), lambda pattern: _run(m, name, pattern, _number(flags), rest))


for _name in _FUNCTIONS:
    _function(_name)


def _number(flags: Value) -> Value:
    """The number of flags: ``re.I`` is read from outside the workspace."""
    if isinstance(flags, External) and flags.path.startswith("re."):
        return _FLAGS.get(flags.path[3:], flags)
    return flags


@at("re.compile")
def _compile(m: Machine, args: Args) -> Value:
    pattern, flags = m.settle(args.get(0, "pattern")), _number(m.settle(args.get(1, "flags", 0)))
    if isinstance(pattern, Instance) and isinstance(pattern.native, tuple):
        return pattern
    if not isinstance(pattern, str) or not isinstance(flags, int):
        return External("re.compile()", m.serial)
    made = m.new_instance(_class(m, "re.Pattern"))
    made.native = (pattern, flags)
    for name in _FUNCTIONS:
        made.attrs[name] = Native(name, lambda m_, a, n=name: _run(m_, n, pattern, flags, a))  # type: ignore[misc]
    made.attrs.update({"pattern": pattern, "flags": flags | int(re.UNICODE)})
    return made


@at("re.escape")
def _escape(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "pattern"))
    return re.escape(value) if isinstance(value, str) else Unknown("this pattern is only known at run time")
