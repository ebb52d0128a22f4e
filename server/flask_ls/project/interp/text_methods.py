"""Methods of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import arithmetic, conditions, formatting, iteration, reasons
from flask_ls.project.interp.values import MISSING, SCALARS, Args, Choice, DictV, Maybe, Unknown, Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

MAX_MAYBE = 3  # of elements that may be absent, each doubles what the text may be
_TEXT_METHODS = frozenset(
    """capitalize casefold center count encode endswith expandtabs find index isalnum isalpha isascii isdecimal
    isdigit isidentifier islower isnumeric isprintable isspace istitle isupper ljust lower lstrip partition
    removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip
    swapcase title translate upper zfill decode hex""".split()
)


def of_text(m: Machine, owner: Any, name: str) -> Value:
    """A bound method of a text."""
    if name == "join":
        return m.native("join", lambda m_, a: _join(m_, owner, a))
    if name == "format" or name == "format_map":
        return m.native(name, lambda m_, a: _format(m_, owner, a))
    if name not in _TEXT_METHODS or not hasattr(owner, name):
        return MISSING

    def run(m_: Machine, args: Args) -> Value:
        return _text_call(m_, owner, name, [m_.settle(v) for v in args.pos], args)

    return m.native(name, run)


def _text_call(m: Machine, owner: Any, name: str, values: list[Value], args: Args) -> Value:
    plain: list[Any] = []
    for index, value in enumerate(values):
        if isinstance(value, Choice):
            before, after = values[:index], values[index + 1 :]
            return m.lift(value, lambda v: _text_call(m, owner, name, [*before, v, *after], args))  # noqa: B023
        if isinstance(value, Unknown):
            return Unknown(value.reason)
        if isinstance(value, tuple) and all(isinstance(v, str) for v in value):
            plain.append(value)
        elif isinstance(value, SCALARS):
            if name in ("center", "ljust", "rjust", "zfill", "expandtabs") and isinstance(value, int) and value > 1000:
                return Unknown("this text is too long")
            plain.append(value)
        else:
            return Unknown("this text is only known at run time")
    if args.star is not None or args.starstar is not None or not all(isinstance(v, SCALARS) for v in args.kw.values()):
        return Unknown("this text is only known at run time")
    try:
        result = getattr(owner, name)(*plain, **args.kw)
    except (TypeError, ValueError, LookupError, OverflowError, MemoryError):
        return Unknown("this text method fails")
    if isinstance(result, list):
        return m.new_list(list(result))
    if isinstance(result, str) and len(result) > formatting.MAX_TEXT:
        return Unknown("this text is too long")
    return result


def _join(m: Machine, separator: str, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "iterable"))
    if rest is not None:
        return Unknown(rest.reason)
    if sum(isinstance(item, Maybe) for item in items) > MAX_MAYBE or iteration.is_unordered(m.settle(args.pos[0])):
        return Unknown("which elements this list has is only known at run time")
    return _joined(m, separator, items)


def _joined(m: Machine, separator: str, items: list[Value]) -> Value:
    for index, item in enumerate(items):
        if isinstance(item, Maybe):
            before, after = items[:index], items[index + 1 :]
            there = _joined(m, separator, [*before, item.value, *after])
            absent = conditions.negate(m, item.path)
            return m.join([(item.path, there), (absent, _joined(m, separator, [*before, *after]))])
    parts: list[Value] = []
    for index, item in enumerate(items):
        if index:
            parts.append(separator)
        parts.append(item)
    return arithmetic.concatenate(m, parts)


def _format(m: Machine, template: str, args: Args) -> Value:
    named = dict(args.kw)
    if len(args.pos) == 1 and isinstance(args.pos[0], DictV) and not args.kw and "{}" not in template:
        named = {k: v for k, v in args.pos[0].items.items() if isinstance(k, str)}
    if args.star is not None or args.starstar is not None:
        return args.star or args.starstar
    if formatting.is_huge(template):
        return Unknown("this text is too long")
    values: list[tuple[Any, Value]] = [*enumerate(args.pos), *named.items()]
    for key, value in values:
        value = m.settle(value)
        if isinstance(value, Choice):

            def one(v: Value, key: Any = key) -> Value:
                pos = [v if key == i else p for i, p in enumerate(args.pos)]
                return _format(m, template, Args(pos, {k: v if k == key else p for k, p in named.items()}))

            return m.lift(value, one)
    try:
        safe_pos = [_formattable(m, v) for v in args.pos]
        safe = {k: _formattable(m, v) for k, v in named.items()}
        text = template.format(*safe_pos, **safe)
    except _Unformattable as error:
        return Unknown(error.reason)
    except (ValueError, IndexError, KeyError, AttributeError, TypeError, OverflowError, MemoryError):
        return Unknown("this text cannot be formatted")
    return text if len(text) <= formatting.MAX_TEXT else Unknown("this text is too long")


class _Unformattable(Exception):
    def __init__(self, reason: str) -> None:
        self.reason = reason


class _Lazy:
    """An argument whose text is only asked for where the template uses it."""

    def __init__(self, m: Machine, value: Value) -> None:
        self._m = m
        self._value = value

    def __format__(self, spec: str) -> str:
        text = formatting.formatted(self._m, self._value)
        if not isinstance(text, str):
            raise _Unformattable(reasons.why(text, "this text is only known at run time"))
        return format(text, spec)

    def __str__(self) -> str:
        return self.__format__("")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _formattable(self._m, self._m.get(self._value, name))


def _formattable(m: Machine, value: Value) -> Any:
    value = m.settle(value)
    return value if isinstance(value, (str, int, float)) else _Lazy(m, value)
