"""Functions of iterables: their length, what is made of their elements, and what they come to."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import arithmetic, conditions, endless, external, iteration, list_methods, reasons
from flask_ls.project.interp.builtin_names.table import FUNCTIONS, Run, function
from flask_ls.project.interp.paths import Step
from flask_ls.project.interp.values import (
    MISSING,
    Args,
    Bound,
    ClassV,
    DictV,
    Function,
    Instance,
    ListV,
    Maybe,
    SetV,
    Unknown,
    Value,
)
from flask_ls.project.interp.world import Raised

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


@function
def len_(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "obj"))
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Instance):
        method = m.get(value, "__len__", MISSING)
        if isinstance(method, Bound):
            return m.call(method, Args([]))
    if isinstance(value, ClassV) and value.metaclass is not None:
        counted = value.metaclass.lookup("__len__")
        if isinstance(counted, Function):
            return m.call(Bound(counted, value), Args([]))
    if isinstance(value, (tuple, ListV, DictV, Instance)):
        items, rest = m.iterate(value)
        if rest is None and not any(isinstance(i, Maybe) for i in items):
            return len(items)
    return reasons.unknown_from(value, "this length is only known at run time")


@function
def range_(m: Machine, args: Args) -> Value:
    numbers = [m.settle(a) for a in args.pos]
    if all(isinstance(n, int) for n in numbers) and 1 <= len(numbers) <= 3:
        try:
            made = range(*numbers)
        except ValueError:
            return Unknown("this range is not possible")
        if len(made) <= iteration.MAX_ITEMS:
            return ListV(list(made), m.serial)
    return ListV([], m.serial, Unknown("this range is only known at run time"))


@function
def enumerate_(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "iterable"))
    start = m.settle(args.get(1, "start", 0))
    sure = isinstance(start, int) and not any(isinstance(i, Maybe) for i in items)
    sure = sure and not iteration.is_unordered(m.settle(args.get(0, "iterable")))
    pairs: list[Value] = []
    for index, item in enumerate(items):
        number = start + index if sure else Unknown("this index is only known at run time")
        pairs.append(Maybe(item.path, (number, item.value)) if isinstance(item, Maybe) else (number, item))
    return ListV(pairs, m.serial, rest, "generator")


@function
def zip_(m: Machine, args: Args) -> Value:
    given = [m.settle(a) for a in args.pos]
    if any(
        isinstance(g, ListV) and g.kind == "generator" and any(g is o for o in given[:i]) for i, g in enumerate(given)
    ):
        return ListV([], m.serial, Unknown("an iterator is read in turns"), "generator")
    columns = endless.cut([m.iterate(a) for a in args.pos])
    rest = next((r for _, r in columns if r is not None), args.star)
    mixed = sum(not iteration.is_unordered(m.settle(a)) for a in args.pos) != len(args.pos) > 1
    if mixed or any(isinstance(i, Maybe) for items, _ in columns for i in items):
        return ListV([], m.serial, rest or Unknown("which elements these lists have is only known at run time"))
    rows = [tuple(row) for row in zip(*(items for items, _ in columns))]  # noqa: B905 - as the built-in does
    return ListV(rows, m.serial, rest, "generator")


@function
def map_(m: Machine, args: Args) -> Value:
    func = args.get(0, "func")
    if len(args.pos) == 2:
        items, rest = m.iterate(args.pos[1])
        out: list[Value] = []
        for item in items:
            if isinstance(item, Maybe):
                value = item.value
                arm = m.run_arm(item.path, lambda v=value: m.call(func, Args([v])))  # type: ignore[misc]
                if arm.raised is None:
                    m.merge([(item.path, arm.diff), (conditions.negate(m, item.path), {})])
                    out.append(Maybe(item.path, arm.value))
            else:
                out.append(m.call(func, Args([item])))
        if rest is not None:
            external.escape(m, Args([func]), f"how often this runs is not known: {rest.reason}")
        return ListV(out, m.serial, rest, "generator")
    rows = zip_(m, Args(args.pos[1:]))
    return ListV([m.call(func, Args(list(row))) for row in rows.items], m.serial, rows.rest, "generator")


@function
def filter_(m: Machine, args: Args) -> Value:
    func, iterable = args.get(0, "func"), args.get(1, "iterable")
    items, rest = m.iterate(iterable)
    out: list[Value] = []
    for item in items:
        value = item.value if isinstance(item, Maybe) else item
        path = item.path if isinstance(item, Maybe) else ()
        verdict = value if func is None else m.call(func, Args([value]))
        known = m.truth(verdict)
        if known is None:
            fork = m.fork(m.place(), reasons.why(verdict, "whether this element stays is only known at run time"))
            out.append(Maybe((*path, Step(fork, 0)), value))
        elif known:
            out.append(item)
    return ListV(out, m.serial, rest, "generator")


@function
def sorted_(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "iterable"))
    ordered = list_methods.sort_values(m, items, args)
    if "key" in args.kw and iteration.is_unordered(m.settle(args.get(0, "iterable"))):
        ordered = None  # those with equal keys come in any order
    return SetV(items, m.serial, rest) if ordered is None else ListV(ordered, m.serial, rest)


@function
def reversed_(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "sequence"))
    return ListV(items[::-1], m.serial, rest, "generator")


@function
def iter_(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "iterable"))
    if iteration.is_unordered(m.settle(args.get(0, "iterable"))):
        return SetV(items, m.serial, rest)
    return ListV(items, m.serial, rest, "generator")


@function
def next_(m: Machine, args: Args) -> Value:
    source = m.settle(args.get(0, "iterator"))
    default = args.get(1, "default")
    if isinstance(source, ListV) and not iteration.is_unordered(source):
        if source.items and not isinstance(source.items[0], Maybe):
            m.touch(source)
            return source.items.pop(0)
        if not source.items and source.rest is None:
            if default is not MISSING:
                return default
            if m.expects("StopIteration"):
                raise Raised("StopIteration", ("Exception",))
        if len(source.items) == 1 and source.rest is None and default is not MISSING:
            item = source.items[0]
            return m.join([(item.path, item.value), (conditions.negate(m, item.path), default)])
    return reasons.unknown_from(source, "which element comes next is only known at run time")


def _quantifier(goal: bool) -> Run:
    def run(m: Machine, args: Args) -> Value:
        items, rest = m.iterate(args.get(0, "iterable"))
        unknown = rest
        for item in items:
            known = m.truth(item.value if isinstance(item, Maybe) else item)
            if known is goal and not isinstance(item, Maybe):
                return goal
            if known is not (not goal):
                unknown = unknown or Unknown("this condition is only known at run time")
        return Unknown(unknown.reason) if unknown is not None else not goal

    return run


FUNCTIONS["any"] = _quantifier(True)
FUNCTIONS["all"] = _quantifier(False)


def _fold(kind: Callable[[list[Any]], Any]) -> Run:
    def run(m: Machine, args: Args) -> Value:
        items = args.pos
        rest: Unknown | None = args.star
        if len(args.pos) == 1 or kind is sum:
            items, rest = m.iterate(args.pos[0] if args.pos else ())
        values = [m.settle(i) for i in items]
        if "key" in args.kw and args.pos and iteration.is_unordered(m.settle(args.pos[0])):
            return Unknown("which of several equal elements is taken is only known at run time")
        if kind is not sum and rest is None and (args.kw.keys() <= {"key", "default"}):
            # Sorting is stable in both directions: of several that are equal, the first is taken.
            order = {"key": args.kw["key"]} if "key" in args.kw else {}
            ordered = list_methods.sort_values(m, values, Args([], {**order, "reverse": kind is max}))
            if ordered:
                return ordered[0]
            if not values and len(args.pos) == 1 and "default" in args.kw:
                return args.kw["default"]
        if rest is None and not args.kw and all(isinstance(v, (int, float, str)) for v in values):
            try:
                return kind(values)
            except (ValueError, TypeError):
                pass
        if kind is sum and len(args.pos) == 2:
            result: Value = args.pos[1]
            for value in values:
                result = arithmetic.binary(m, ast.Add, result, value)
            return result
        return Unknown("this value is only known at run time")

    return run


FUNCTIONS["sum"] = _fold(sum)
FUNCTIONS["min"] = _fold(min)
FUNCTIONS["max"] = _fold(max)
