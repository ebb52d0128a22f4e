"""Built-in types: what calling them makes, and what their initializers do for classes derived from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp import dict_methods, formatting, reasons, sequences
from flask_ls.project.interp.builtin_names import type_tests
from flask_ls.project.interp.builtin_names.table import CONSTRUCTORS, Run, constructor
from flask_ls.project.interp.functions import finish_class
from flask_ls.project.interp.values import Args, ClassV, DictV, Instance, ListV, Maybe, Namespace, Unknown, Value
from flask_ls.project.interp.world import Raised

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


@constructor
def str_(m: Machine, args: Args) -> Value:
    return formatting.to_str(m, m.settle(args.get(0, "object", "")))


def _number(kind: type) -> Run:
    def run(m: Machine, args: Args) -> Value:
        value = args.get(0, "x", 0)
        if isinstance(value, str) and len(args.pos) < 2 and m.catching("ValueError") and not _is_number(kind, value):
            raise Raised("ValueError", ("Exception",))

        def one(v: Value) -> Value:
            if isinstance(v, (str, int, float)) and len(args.pos) < 2:
                try:
                    return kind(v) if not isinstance(v, str) or len(v) < 40 else Unknown("this number is too long")
                except (ValueError, OverflowError):
                    return Unknown("this is no number")
            return reasons.unknown_from(v, "this number is only known at run time")

        return m.lift(value, one)

    return run


def _is_number(kind: type, text: str) -> bool:
    try:
        kind(text[:40])
    except ValueError:
        return False
    return True


CONSTRUCTORS["int"] = _number(int)
CONSTRUCTORS["float"] = _number(float)


@constructor
def bool_(m: Machine, args: Args) -> Value:
    def one(v: Value) -> Value:
        known = m.truth(v)
        return Unknown(reasons.why(v, "this condition is only known at run time")) if known is None else known

    return m.lift(args.get(0, "x", False), one)


@constructor
def bytes_(m: Machine, args: Args) -> Value:
    return Unknown("these bytes are only known at run time")


@constructor
def list_(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "iterable", ()))
    return m.new_list(items, rest)


@constructor
def tuple_(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "iterable", ()))
    if rest is not None or any(isinstance(i, Maybe) for i in items):
        return ListV(items, m.serial, rest, "tuple")
    return tuple(items)


@constructor
def set_(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "iterable", ()))
    return sequences.make_set(m, items, rest)


CONSTRUCTORS["frozenset"] = set_


@constructor
def dict_(m: Machine, args: Args) -> Value:
    made = m.new_dict()
    dict_methods.update(m, made, args)
    return made


@constructor
def type_(m: Machine, args: Args) -> Value:
    if len(args.pos) == 1:
        return type_tests.type_of(m, m.settle(args.pos[0]))
    if len(args.pos) == 3:
        name, bases, names = (m.settle(v) for v in args.pos)
        if isinstance(name, str) and isinstance(names, DictV):
            own = Namespace(m.serial)
            own.update({k: v.value if isinstance(v, Maybe) else v for k, v in names.items.items()})
            frame = m.frame
            cls = ClassV(name, name, (), own, frame.module if frame else None)
            cls.open = names.rest
            return finish_class(m, cls, m.iterate(bases)[0], dict(args.kw))
    return Unknown("this class is only known at run time")


def init_dict(m: Machine, args: Args) -> Value:
    """``dict.__init__`` of an object of a derived class."""
    target = args.pos[0]
    if isinstance(target, Instance) and isinstance(target.native, DictV):
        dict_methods.update(m, target.native, Args(args.pos[1:], args.kw, args.star, args.starstar))
    return None


def init_list(m: Machine, args: Args) -> Value:
    """``list.__init__`` and ``set.__init__`` of an object of a derived class."""
    target = args.pos[0]
    if isinstance(target, Instance) and isinstance(target.native, ListV) and len(args.pos) > 1:
        items, rest = m.iterate(args.pos[1])
        sequences.extend_list(m, target.native, items, rest)
    return None
