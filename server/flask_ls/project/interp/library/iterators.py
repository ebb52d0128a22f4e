"""``itertools`` and ``operator``."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import arithmetic, comparison, external, iteration, reasons, subscripts
from flask_ls.project.interp.endless import KEPT, Endless
from flask_ls.project.interp.library.table import at
from flask_ls.project.interp.values import MISSING, Args, ListV, Maybe, Unknown, Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

_ENDLESS = Endless("it does not end")


def _exact(m: Machine, value: Value) -> list[Value] | None:
    """The elements of an iterable when all of them are known."""
    items, rest = m.iterate(value)
    return None if rest is not None or any(isinstance(i, Maybe) for i in items) else items


def _made(m: Machine, items: Iterable[Value] | None, rest: Unknown | None = None) -> Value:
    """An iterator over some of the products, as many as may be kept; ``items`` None: they are not known."""
    if items is None:
        return ListV([], m.serial, rest or Unknown("what these iterate over is only known at run time"), "generator")
    kept = list(itertools.islice(items, iteration.MAX_ITEMS + 1))
    if len(kept) > iteration.MAX_ITEMS:
        return ListV([], m.serial, Unknown("these are too many"), "generator")
    return ListV(kept, m.serial, rest, "generator")


@at("itertools.chain")
def _chain(m: Machine, args: Args) -> Value:
    items: list[Value] = []
    rest: Unknown | None = args.star
    for value in args.pos:
        more, unknown = m.iterate(value)
        items.extend(more)
        rest = rest or unknown
    return ListV(items, m.serial, rest, "generator")


@at("itertools.chain.from_iterable")
def _chain_from(m: Machine, args: Args) -> Value:
    values, rest = m.iterate(args.get(0, "iterable"))
    if any(isinstance(v, Maybe) for v in values):
        rest = rest or Unknown("which lists are chained is only known at run time")
    return _chain(m, Args([v.value if isinstance(v, Maybe) else v for v in values], {}, rest))


@at("itertools.product")
def _product(m: Machine, args: Args) -> Value:
    rows: list[tuple[Value, ...]] = [()]
    for value in args.pos:
        items, rest = m.iterate(value)
        if rest is not None or any(isinstance(i, Maybe) for i in items) or len(rows) * len(items) > iteration.MAX_ITEMS:
            return ListV([], m.serial, Unknown("this product is only known at run time"))
        rows = [(*row, item) for row in rows for item in items]
    return ListV([*rows], m.serial, None, "generator")


@at("itertools.starmap")
def _starmap(m: Machine, args: Args) -> Value:
    func = args.get(0, "function")
    rows, rest = m.iterate(args.get(1, "iterable"))
    if rest is not None or any(isinstance(r, Maybe) for r in rows):
        external.escape(m, Args([func]), "how often this runs is only known at run time")
    return ListV(
        [m.call(func, Args(m.iterate(r)[0])) for r in rows if not isinstance(r, Maybe)], m.serial, rest, "generator"
    )


@at("itertools.count")
def _count(m: Machine, args: Args) -> Value:
    start, step = m.settle(args.get(0, "start", 0)), m.settle(args.get(1, "step", 1))
    if not isinstance(start, int) or not isinstance(step, int):
        return _made(m, None, reasons.unknown_from(start, "where this count begins is only known at run time"))
    return ListV([start + i * step for i in range(KEPT)], m.serial, _ENDLESS, "generator")


@at("itertools.cycle")
def _cycle(m: Machine, args: Args) -> Value:
    items = _exact(m, args.get(0, "iterable"))
    if not items:
        return _made(m, items)
    return ListV(list(itertools.islice(itertools.cycle(items), KEPT)), m.serial, _ENDLESS, "generator")


@at("itertools.repeat")
def _repeat(m: Machine, args: Args) -> Value:
    value, times = args.get(0, "object"), m.settle(args.get(1, "times", MISSING))
    if times is MISSING:
        return ListV([value] * KEPT, m.serial, _ENDLESS, "generator")
    return _made(m, itertools.repeat(value, times) if isinstance(times, int) else None)


@at("itertools.islice")
def _islice(m: Machine, args: Args) -> Value:
    bounds = [m.settle(a) for a in args.pos[1:]]
    if not all(b is None or (isinstance(b, int) and b >= 0) for b in bounds) or not 1 <= len(bounds) <= 3:
        return _made(m, None)
    items, rest = m.iterate(args.get(0, "iterable"))
    end = bounds[0] if len(bounds) == 1 else bounds[1]
    if any(isinstance(i, Maybe) for i in items) or (rest is not None and (end is None or end > len(items))):
        return _made(m, None, rest)
    source = m.settle(args.get(0, "iterable"))
    if isinstance(source, ListV) and source.kind == "generator" and isinstance(end, int):
        m.touch(source)
        source.items = items[end:]
    return _made(m, itertools.islice(items, *bounds))


def _of_exact(path: str, make: Callable[..., Iterable[Any]]) -> None:
    """Register a function of iterables whose elements must be known; further arguments are plain."""

    @at(path)
    def run(m: Machine, args: Args) -> Value:
        columns = [_exact(m, args.pos[0])] if args.pos else [None]
        more = [m.settle(a) for a in args.pos[1:]]
        if columns[0] is None or args.kw or not all(isinstance(a, int) for a in more):
            return _made(m, None)
        return _made(m, make(columns[0], *more))


_of_exact("itertools.combinations", itertools.combinations)
_of_exact("itertools.combinations_with_replacement", itertools.combinations_with_replacement)
_of_exact("itertools.permutations", itertools.permutations)
_of_exact("itertools.pairwise", itertools.pairwise)
_of_exact("itertools.batched", lambda items, n: (tuple(items[i : i + n]) for i in range(0, len(items), n)))


@at("itertools.zip_longest")
def _zip_longest(m: Machine, args: Args) -> Value:
    columns = [_exact(m, a) for a in args.pos]
    if args.star is not None or any(c is None for c in columns):
        return _made(m, None)
    return _made(m, itertools.zip_longest(*(c or [] for c in columns), fillvalue=args.kw.get("fillvalue")))


def _verdicts(m: Machine, func: Value, items: list[Value]) -> list[bool] | None:
    found: list[bool] = []
    for item in items:
        known = m.truth(item if func is None else m.call(func, Args([item])))
        if known is None:
            return None
        found.append(known)
    return found


@at("itertools.takewhile")
def _takewhile(m: Machine, args: Args) -> Value:
    return _split(m, args, lambda items, verdicts, end: items[:end])


@at("itertools.dropwhile")
def _dropwhile(m: Machine, args: Args) -> Value:
    return _split(m, args, lambda items, verdicts, end: items[end:])


@at("itertools.filterfalse")
def _filterfalse(m: Machine, args: Args) -> Value:
    return _split(m, args, lambda items, verdicts, end: [i for i, v in zip(items, verdicts, strict=True) if not v])


def _split(m: Machine, args: Args, pick: Callable[[list[Value], list[bool], int], list[Value]]) -> Value:
    items = _exact(m, args.get(1, "iterable"))
    verdicts = _verdicts(m, m.settle(args.get(0, "predicate")), items) if items is not None else None
    if items is None or verdicts is None:
        return _made(m, None)
    end = verdicts.index(False) if False in verdicts else len(items)
    return _made(m, pick(items, verdicts, end))


@at("itertools.accumulate")
def _accumulate(m: Machine, args: Args) -> Value:
    items, func = _exact(m, args.get(0, "iterable")), m.settle(args.get(1, "func", None))
    if items is None:
        return _made(m, None)
    first = args.kw.get("initial")
    found = items[:1] if first is None else [first]
    for item in items[len(found) if first is None else 0 :]:
        found.append(_sum(m, found[-1], item) if func is None else m.call(func, Args([found[-1], item])))
    return _made(m, found)


def _sum(m: Machine, left: Value, right: Value) -> Value:
    import ast

    return arithmetic.binary(m, ast.Add, left, right)


@at("itertools.groupby")
def _groupby(m: Machine, args: Args) -> Value:
    items, key = _exact(m, args.get(0, "iterable")), m.settle(args.get(1, "key", None))
    if items is None:
        return _made(m, None)
    groups: list[tuple[Value, list[Value]]] = []
    for item in items:
        name = m.settle(item if key is None else m.call(key, Args([item])))
        same = comparison.equals(groups[-1][0], name) if groups else False
        if same is None:
            return _made(m, None)
        if same:
            groups[-1][1].append(item)
        else:
            groups.append((name, [item]))
    return _made(m, [(name, ListV(members, m.serial, None, "generator")) for name, members in groups])


@at("itertools.tee")
def _tee(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "iterable"))
    count = m.settle(args.get(1, "n", 2))
    if not isinstance(count, int) or not 0 <= count < KEPT:
        return Unknown("how many iterators these are is only known at run time")
    return tuple(ListV(list(items), m.serial, rest, "generator") for _ in range(count))


@at("operator.attrgetter")
def _attrgetter(m: Machine, args: Args) -> Value:
    names = [m.settle(a) for a in args.pos]

    def run(m_: Machine, a: Args) -> Value:
        found: list[Value] = []
        for name in names:
            value = a.get(0, "obj")
            for part in name.split(".") if isinstance(name, str) else ():
                value = m_.get(value, part)
            found.append(value)
        return found[0] if len(found) == 1 else tuple(found)

    return m.native("attrgetter", run)


@at("operator.itemgetter")
def _itemgetter(m: Machine, args: Args) -> Value:
    keys = list(args.pos)

    def run(m_: Machine, a: Args) -> Value:
        found = [subscripts.subscript(m_, a.get(0, "obj"), k) for k in keys]
        return found[0] if len(found) == 1 else tuple(found)

    return m.native("itemgetter", run)


@at("operator.methodcaller")
def _methodcaller(m: Machine, args: Args) -> Value:
    name, bound = m.settle(args.get(0, "name")), Args(args.pos[1:], args.kw, args.star, args.starstar)

    def run(m_: Machine, a: Args) -> Value:
        if not isinstance(name, str):
            return reasons.unknown_from(name, "which method this is is only known at run time")
        return m_.call(m_.get(a.get(0, "obj"), name), bound)

    return m.native("methodcaller", run)
