"""``functools`` and other decorators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp import external, reasons
from flask_ls.project.interp.functions import STAND_IN, make_class, under_metaclass
from flask_ls.project.interp.library.table import at, called_name
from flask_ls.project.interp.values import (
    MISSING,
    Args,
    Bound,
    ClassV,
    Descriptor,
    External,
    Function,
    Maybe,
    Native,
    Partial,
    Unknown,
    Value,
    Wrapped,
)

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


@at("functools.partial")
def _partial(m: Machine, args: Args) -> Value:
    if not args.pos:
        return Unknown("what this is partial of is not known")
    return Partial(args.pos[0], Args(args.pos[1:], args.kw, args.star, args.starstar), m.serial)


@at("functools.partialmethod")
def _partialmethod(m: Machine, args: Args) -> Value:
    func, bound = args.pos[0] if args.pos else None, Args(args.pos[1:], args.kw)

    def run(m_: Machine, a: Args) -> Value:
        return m_.call(func, Args([*a.pos[:1], *bound.pos, *a.pos[1:]], {**bound.kw, **a.kw}, a.star, a.starstar))

    return Native("partialmethod", run, m.serial)


@at("types.MethodType")
def _method_type(m: Machine, args: Args) -> Value:
    return Bound(args.get(0, "function"), args.get(1, "object"))


@at("functools.wraps")
def _wraps(m: Machine, args: Args) -> Value:
    wrapped = args.get(0, "wrapped")
    return m.native("wraps", lambda m_, a: _update_wrapper(m_, Args([a.get(0, "wrapper"), wrapped])))


@at("functools.update_wrapper")
def _update_wrapper(m: Machine, args: Args) -> Value:
    wrapper, wrapped = args.get(0, "wrapper"), args.get(1, "wrapped")
    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        value = m.get(wrapped, name, MISSING)
        if value is not MISSING:
            m.set(wrapper, name, value)
    options = [v for _, v in m.alternatives(wrapped)]
    names = {n for v in options if isinstance(v, (Function, Wrapped, Native)) for n in v.attrs if n != "__wrapped__"}
    for name in sorted(names):
        m.set(wrapper, name, m.get(wrapped, name))
    if isinstance(wrapped, Unknown):
        m.set(wrapper, "__name__", Unknown(reasons.why(wrapped, "the name of what is wrapped is not known")))
    m.set(wrapper, "__wrapped__", wrapped)
    return wrapper


@at("functools.lru_cache", "functools.cache")
def _cache(m: Machine, args: Args) -> Value:
    if len(args.pos) == 1 and not isinstance(args.pos[0], (int, type(None))):
        return _cached(args.pos[0])
    return m.native("decorate", lambda m_, a: _cached(a.get(0, "function")))


def _cached(value: Value) -> Value:
    if isinstance(value, Function) and value.results is None:
        value.results = []
    return value


@at("functools.singledispatch", "functools.total_ordering")
def _as_it_is(m: Machine, args: Args) -> Value:
    return args.get(0, "function")


@at("functools.cached_property", "werkzeug.utils.cached_property")
def _cached_property(m: Machine, args: Args) -> Value:
    return Descriptor("cached", args.get(0, "func"))


@at("functools.reduce")
def _reduce(m: Machine, args: Args) -> Value:
    func = args.get(0, "function")
    items, rest = m.iterate(args.get(1, "iterable"))
    if rest is not None or any(isinstance(i, Maybe) for i in items):
        external.escape(m, args, "how often this runs is only known at run time")
        return Unknown("this value is only known at run time")
    values = [*args.pos[2:3], *items]
    if not values:
        return Unknown("there is nothing to reduce")
    result = values[0]
    for value in values[1:]:
        result = m.call(func, Args([result, value]))
    return result


@at("abc.abstractmethod", "typing.final", "typing.overload", "typing.runtime_checkable", "typing.no_type_check")
@at("enum.unique", "typing_extensions.override", "typing.override", "atexit.register")
def _same(m: Machine, args: Args) -> Value:
    return args.get(0, "function", Unknown("its value is chosen automatically"))


@at("six.with_metaclass", "future.utils.with_metaclass")
def _with_metaclass(m: Machine, args: Args) -> Value:
    """A class that stands for its bases and a metaclass until a class derives from it."""
    meta, bases = m.settle(args.get(0, "meta")), tuple(m.settle(b) for b in args.pos[1:])
    made = make_class(m, STAND_IN)
    made.bases = bases
    made.metaclass = meta
    return made


@at("six.add_metaclass")
def _add_metaclass(m: Machine, args: Args) -> Value:
    meta = m.settle(args.get(0, "metaclass"))

    def decorate(m_: Machine, given: Args) -> Value:
        cls = m_.settle(given.get(0, "cls"))
        return under_metaclass(m_, cls, meta) if isinstance(cls, ClassV) and isinstance(meta, ClassV) else cls

    return m.native("decorate", decorate)


@at("typing.cast", "typing_extensions.cast")
def _cast(m: Machine, args: Args) -> Value:
    return args.get(1, "val")


@at("decorator.decorator", "wrapt.decorator", "decorator.decorate")
def _signature_keeping(m: Machine, args: Args) -> Value:
    by = External("decorator.decorator")
    if called_name(m) == "decorate" and args.pos:
        return Wrapped(args.pos[0], by, True, m.serial)
    return m.native("decorate", lambda m_, a: Wrapped(a.get(0, "func"), by, True, m_.serial))
