"""The built-in functions, types and exceptions."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import (
    arithmetic,
    conditions,
    dict_methods,
    external,
    formatting,
    iteration,
    list_methods,
    reasons,
    sequences,
)
from flask_ls.project.interp.expressions import lookup
from flask_ls.project.interp.paths import Step
from flask_ls.project.interp.values import (
    MISSING,
    SCALARS,
    Args,
    Bound,
    Choice,
    ClassV,
    Descriptor,
    DictV,
    External,
    Function,
    Instance,
    ListV,
    Maybe,
    ModuleV,
    Namespace,
    Native,
    Partial,
    SetV,
    Super,
    Unknown,
    Value,
    Wrapped,
)
from flask_ls.project.interp.world import Raised, known_key

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

Run = Callable[["Machine", Args], Value]
FUNCTIONS: dict[str, Run] = {}
CONSTRUCTORS: dict[str, Run] = {}


def _function(run: Run) -> Run:
    FUNCTIONS[run.__name__.strip("_")] = run
    return run


def _constructor(run: Run) -> Run:
    CONSTRUCTORS[run.__name__.strip("_")] = run
    return run


def install(m: Machine) -> None:
    """Fill ``m.builtins`` and ``m.constructors``."""
    for name, run in FUNCTIONS.items():
        m.builtins[name] = Native(name, lifted(run) if name in _LIFTED else run)
    m.builtins["__import__"] = Native("__import__", lambda m_, a: import_module(m_, a))
    for name in ("object", "str", "int", "float", "bool", "bytes", "list", "tuple", "set", "frozenset", "dict", "type"):
        m.builtins[name] = m.classes[name] = make_class(m, name)
        if name in CONSTRUCTORS:
            m.constructors[name] = CONSTRUCTORS[name]
    m.classes["bool"].bases = (m.classes["int"],)
    m.classes["dict"].native = lambda: DictV(m.serial)
    m.classes["list"].native = lambda: ListV([], m.serial)
    m.classes["set"].native = lambda: SetV([], m.serial)
    m.classes["dict"].names["__init__"] = Native("__init__", _dict_init)
    m.classes["list"].names["__init__"] = Native("__init__", _list_init)
    m.classes["set"].names["__init__"] = Native("__init__", _list_init)
    m.classes["object"].names["__init__"] = Native("__init__", lambda m_, a: None)
    for name in dir(builtins):
        cls = getattr(builtins, name)
        if isinstance(cls, type) and issubclass(cls, BaseException):
            _exception(m, cls)
    m.builtins.update({"__debug__": True, "NotImplemented": External("NotImplemented"), "Ellipsis": ...})


# Functions of one thing that write nothing: applied to each option of a choice.
_LIFTED = frozenset({"dir", "len", "vars", "callable", "repr", "abs"})


def lifted(run: Run) -> Run:
    """A function applied to each option of its first argument."""

    def lift(m: Machine, args: Args) -> Value:
        if args.pos and isinstance(args.pos[0], Choice):
            return m.lift(args.pos[0], lambda v: run(m, Args([v, *args.pos[1:]], args.kw, args.star, args.starstar)))
        return run(m, args)

    return lift


def make_class(m: Machine, path: str, bases: tuple[ClassV, ...] = (), names: dict[str, Value] | None = None) -> ClassV:
    """A class that is built in or modelled in code here."""
    own = Namespace()
    own.update(names or {})
    name = path.rpartition(".")[2]
    cls = ClassV(name, name, bases, own, path=path)
    from flask_ls.project.interp.functions import linearize

    cls.mro = (cls, *linearize(list(bases)))
    return cls


def _exception(m: Machine, cls: type) -> ClassV:
    known = m.classes.get(cls.__name__)
    if known is not None:
        return known
    bases = tuple(_exception(m, b) for b in cls.__bases__ if issubclass(b, BaseException))
    made = make_class(m, cls.__name__, bases)
    made.names["__init__"] = Native("__init__", _exception_init)
    m.classes[cls.__name__] = m.builtins[cls.__name__] = made
    return made


def _exception_init(m: Machine, args: Args) -> Value:
    m.write(args.pos[0].attrs, "args", tuple(args.pos[1:]))
    return None


def _dict_init(m: Machine, args: Args) -> Value:
    target = args.pos[0]
    if isinstance(target, Instance) and isinstance(target.native, DictV):
        dict_methods.update(m, target.native, Args(args.pos[1:], args.kw, args.star, args.starstar))
    return None


def _list_init(m: Machine, args: Args) -> Value:
    target = args.pos[0]
    if isinstance(target, Instance) and isinstance(target.native, ListV) and len(args.pos) > 1:
        items, rest = m.iterate(args.pos[1])
        sequences.extend_list(m, target.native, items, rest)
    return None


# Types


@_constructor
def str_(m: Machine, args: Args) -> Value:
    return formatting.to_str(m, m.settle(args.get(0, "object", "")))


def _number(kind: type) -> Run:
    def run(m: Machine, args: Args) -> Value:
        value = args.get(0, "x", 0)

        def one(v: Value) -> Value:
            if isinstance(v, (str, int, float)) and len(args.pos) < 2:
                try:
                    return kind(v) if not isinstance(v, str) or len(v) < 40 else Unknown("this number is too long")
                except (ValueError, OverflowError):
                    return Unknown("this is no number")
            return reasons.unknown_from(v, "this number is only known at run time")

        return m.lift(value, one)

    return run


CONSTRUCTORS["int"] = _number(int)
CONSTRUCTORS["float"] = _number(float)


@_constructor
def bool_(m: Machine, args: Args) -> Value:
    def one(v: Value) -> Value:
        known = m.truth(v)
        return Unknown(reasons.why(v, "this condition is only known at run time")) if known is None else known

    return m.lift(args.get(0, "x", False), one)


@_constructor
def bytes_(m: Machine, args: Args) -> Value:
    return Unknown("these bytes are only known at run time")


@_constructor
def list_(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "iterable", ()))
    return m.new_list(items, rest)


@_constructor
def tuple_(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "iterable", ()))
    if rest is not None or any(isinstance(i, Maybe) for i in items):
        return ListV(items, m.serial, rest, "tuple")
    return tuple(items)


@_constructor
def set_(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "iterable", ()))
    return sequences.make_set(m, items, rest)


CONSTRUCTORS["frozenset"] = set_


@_constructor
def dict_(m: Machine, args: Args) -> Value:
    made = m.new_dict()
    dict_methods.update(m, made, args)
    return made


@_constructor
def type_(m: Machine, args: Args) -> Value:
    if len(args.pos) == 1:
        return type_of(m, m.settle(args.pos[0]))
    if len(args.pos) == 3:
        name, bases, names = (m.settle(v) for v in args.pos)
        if isinstance(name, str) and isinstance(names, DictV):
            own = Namespace(m.serial)
            own.update({k: v.value if isinstance(v, Maybe) else v for k, v in names.items.items()})
            frame = m.frame
            cls = ClassV(name, name, (), own, frame.module if frame else None)
            cls.open = names.rest
            from flask_ls.project.interp.functions import finish_class

            return finish_class(m, cls, m.iterate(bases)[0], dict(args.kw))
    return Unknown("this class is only known at run time")


def type_of(m: Machine, value: Value) -> Value:
    """``type(value)``."""
    if isinstance(value, Instance):
        return value.cls
    if isinstance(value, ClassV):
        return value.metaclass or m.classes["type"]
    if isinstance(value, External) and value.path.endswith("()"):
        return External(value.path[:-2])
    if isinstance(value, Unknown):
        return Unknown(value.reason)
    for kind, name in ((SetV, "set"), (ListV, "list"), (DictV, "dict"), (tuple, "tuple")):
        if isinstance(value, kind):
            return m.classes[name]
    if isinstance(value, SCALARS) and type(value).__name__ in m.classes:
        return m.classes[type(value).__name__]
    return External(f"types.{type(value).__name__}Type")


def has_type(m: Machine, value: Value, cls: Value) -> bool | None:
    """``isinstance(value, cls)``; None when not known."""
    value, cls = m.settle(value), m.settle(cls)
    if isinstance(cls, (tuple, ListV)):
        results = [has_type(m, value, c) for c in m.iterate(cls)[0]]
        return True if True in results else None if None in results or getattr(cls, "rest", None) else False
    if isinstance(value, Choice):
        results = [has_type(m, v, cls) for _, v in m.alternatives(value)]
        return results[0] if len(set(results)) == 1 else None
    if isinstance(cls, External):
        return _has_external_type(m, value, cls)
    if not isinstance(cls, ClassV) or (isinstance(value, Unknown) and not isinstance(value, External)):
        return None
    if cls.path == "object":
        return True
    actual = type_of(m, value)
    if isinstance(actual, ClassV):
        if (
            cls in actual.mro
            or (cls.path == "int" and actual.path == "bool")
            or (cls.path == "type" and isinstance(value, ClassV))
        ):
            return True
        return None if actual.open is not None and isinstance(value, Instance) else False
    if isinstance(actual, External):
        if not cls.path:
            return False if isinstance(value, (Function, Native, Bound, ModuleV)) else None
        return None if isinstance(value, External) else False
    return None


_KINDS: dict[str, tuple[type, ...]] = {
    "types.FunctionType": (Function, Wrapped),
    "types.LambdaType": (Function, Wrapped),
    "types.ModuleType": (ModuleV,),
    "types.MethodType": (Bound,),
    "types.GeneratorType": (ListV,),
    "collections.abc.Callable": (Function, Bound, Native, ClassV, Partial, Wrapped),
    "typing.Callable": (Function, Bound, Native, ClassV, Partial, Wrapped),
    "collections.abc.Mapping": (DictV,),
    "collections.abc.Sequence": (ListV, tuple, str),
    "collections.abc.Iterable": (ListV, tuple, str, DictV),
    "functools.partial": (Partial,),
}


def _has_external_type(m: Machine, value: Value, cls: External) -> bool | None:
    if isinstance(value, External) and value.path == f"{cls.path}()":
        return True
    kinds = _KINDS.get(cls.path)
    if kinds is not None and not isinstance(value, Unknown):
        return isinstance(value, kinds)
    if isinstance(value, (SCALARS, tuple, ListV, DictV, Function, ModuleV)):
        return False
    if isinstance(value, Instance):
        return None if value.cls.open is not None else False
    return None


# Functions


def _known(value: bool | None, reason: str) -> Value:
    return Unknown(reason) if value is None else value


@_function
def isinstance_(m: Machine, args: Args) -> Value:
    value = args.get(0, "object")
    return m.lift(value, lambda v: _known(has_type(m, v, args.get(1, "class")), "this class is only known at run time"))


@_function
def issubclass_(m: Machine, args: Args) -> Value:
    cls, other = m.settle(args.get(0, "cls")), m.settle(args.get(1, "class"))
    if isinstance(other, (tuple, ListV)):
        results = [issubclass_(m, Args([cls, o])) for o in m.iterate(other)[0]]
        return True if True in results else next((r for r in results if isinstance(r, Unknown)), False)
    if isinstance(cls, ClassV) and isinstance(other, ClassV):
        if other in cls.mro or other.path == "object":
            return True
        return Unknown("a base class of it cannot be read") if cls.open is not None else False
    if isinstance(cls, ClassV) and cls.open is None and isinstance(other, External):
        return False
    return Unknown("this class is only known at run time")


@_function
def len_(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "obj"))
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Instance):
        method = m.get(value, "__len__", MISSING)
        if isinstance(method, Bound):
            return m.call(method, Args([]))
    if isinstance(value, (tuple, ListV, DictV, Instance)):
        items, rest = m.iterate(value)
        if rest is None and not any(isinstance(i, Maybe) for i in items):
            return len(items)
    return reasons.unknown_from(value, "this length is only known at run time")


@_function
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


@_function
def enumerate_(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "iterable"))
    start = m.settle(args.get(1, "start", 0))
    sure = isinstance(start, int) and not any(isinstance(i, Maybe) for i in items)
    pairs: list[Value] = []
    for index, item in enumerate(items):
        number = start + index if sure else Unknown("this index is only known at run time")
        pairs.append(Maybe(item.path, (number, item.value)) if isinstance(item, Maybe) else (number, item))
    return ListV(pairs, m.serial, rest)


@_function
def zip_(m: Machine, args: Args) -> Value:
    columns = [m.iterate(a) for a in args.pos]
    rest = next((r for _, r in columns if r is not None), args.star)
    if any(isinstance(i, Maybe) for items, _ in columns for i in items):
        return ListV([], m.serial, rest or Unknown("which elements these lists have is only known at run time"))
    rows = [tuple(row) for row in zip(*(items for items, _ in columns))]  # noqa: B905 - as the built-in does
    return ListV(rows, m.serial, rest)


@_function
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
        return ListV(out, m.serial, rest)
    rows = zip_(m, Args(args.pos[1:]))
    return ListV([m.call(func, Args(list(row))) for row in rows.items], m.serial, rows.rest)


@_function
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
    return ListV(out, m.serial, rest)


@_function
def sorted_(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "iterable"))
    ordered = list_methods.sort_values(m, items, args)
    return ListV(items if ordered is None else ordered, m.serial, rest)


@_function
def reversed_(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "sequence"))
    return ListV(items[::-1], m.serial, rest)


@_function
def iter_(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "iterable"))
    return ListV(items, m.serial, rest, "generator")


@_function
def next_(m: Machine, args: Args) -> Value:
    source = m.settle(args.get(0, "iterator"))
    default = args.get(1, "default")
    if isinstance(source, ListV):
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


@_function
def callable_(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "obj"))
    if isinstance(value, (Function, Bound, Native, ClassV, Partial, Wrapped)):
        return True
    if isinstance(value, Instance):
        found = m.get(value, "__call__", MISSING)
        return True if isinstance(found, Bound) else _known(None if value.open else False, "whether this can be called")
    if isinstance(value, (Unknown, Choice)):
        return Unknown("whether this can be called is only known at run time")
    return False


@_function
def getattr_(m: Machine, args: Args) -> Value:
    owner, default = args.get(0, "object"), args.get(2, "default")
    name = args.get(1, "name")

    def one(n: Value) -> Value:
        if not isinstance(n, str):
            return reasons.unknown_from(n, "which attribute this is is only known at run time")
        if default is MISSING:
            return m.get(owner, n)
        return m.lift(owner, lambda o: _get_or(m, o, n, default))

    return m.lift(name, one)


def _get_or(m: Machine, owner: Value, name: str, default: Value) -> Value:
    value = m.get(owner, name, MISSING)
    if value is MISSING:
        return default
    if isinstance(value, External) and isinstance(owner, (Instance, ClassV, External)) and "." in value.path:
        # An attribute of something unreadable: it may be absent.
        fork = m.fork(m.place(), value.reason)
        return m.join([((Step(fork, 0),), value), ((Step(fork, 1),), default)])
    return value


@_function
def hasattr_(m: Machine, args: Args) -> Value:
    name = m.settle(args.get(1, "name"))
    if not isinstance(name, str):
        return Unknown("which attribute this is is only known at run time")

    def one(owner: Value) -> Value:
        if isinstance(owner, Unknown):
            return Unknown(owner.reason)
        value = m.get(owner, name, MISSING)
        if value is MISSING:
            return False
        if isinstance(value, External) and not isinstance(owner, ModuleV):
            unreadable = owner.open if isinstance(owner, (Instance, ClassV)) else None
            if unreadable is not None and name not in getattr(owner, "attrs", {}):
                return Unknown(unreadable.reason)
        return Unknown(value.reason) if type(value) is Unknown and value.reason.endswith("cannot be read") else True

    return m.lift(args.get(0, "object"), one)


@_function
def setattr_(m: Machine, args: Args) -> Value:
    name = m.settle(args.get(1, "name"))
    owner = m.settle(args.get(0, "object"))
    if isinstance(name, str):
        m.set(owner, name, args.get(2, "value"))
    elif isinstance(owner, (Instance, ClassV)):
        owner.open = owner.open or Unknown("an attribute of unknown name was set")
    return None


@_function
def delattr_(m: Machine, args: Args) -> Value:
    owner, name = m.settle(args.get(0, "object")), m.settle(args.get(1, "name"))
    if isinstance(owner, Instance):
        m.erase(owner.attrs, name)
    return None


@_function
def vars_(m: Machine, args: Args) -> Value:
    if not args.pos:
        return m.new_dict(dict(m.frame.names) if m.frame else {})
    return m.get(args.pos[0], "__dict__")


@_function
def globals_(m: Machine, args: Args) -> Value:
    if m.frame is None:
        return m.new_dict()
    view = DictV(m.serial)
    # The same dict as the module's names: ``globals()["x"] = y`` binds x.
    view.items = m.frame.module.names  # type: ignore[assignment]
    return view


@_function
def dir_(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "object"))
    names: dict[str, None] = {}
    unknown: Unknown | None = None
    if isinstance(value, Instance):
        names.update(dict.fromkeys(value.attrs))
        unknown = value.open
    cls = value.cls if isinstance(value, Instance) else value
    if isinstance(cls, ClassV):
        for base in cls.mro:
            names.update(dict.fromkeys(base.names))
        unknown = unknown or cls.open
    elif isinstance(value, ModuleV):
        names.update(dict.fromkeys(value.names))
        unknown = value.open
    elif isinstance(value, Unknown):
        unknown = value
    return m.new_list(sorted(n for n in names if isinstance(n, str)), unknown)


@_function
def super_(m: Machine, args: Args) -> Value:
    cls = m.settle(args.get(0, "type"))
    self_ = m.settle(args.get(1, "object", None))
    if isinstance(cls, ClassV) and isinstance(self_, (Instance, ClassV)):
        return Super(cls, self_)
    return Unknown("what super() stands for is not known")


def _descriptor(kind: str) -> Run:
    def run(m: Machine, args: Args) -> Value:
        func = args.get(0, "fget", None)
        if kind == "property" and func is not None and not args.get(1, "fset", None):
            return Descriptor(kind, func)
        return Descriptor(kind, func, args.get(1, "fset", None) if kind == "property" else None)

    return run


FUNCTIONS["property"] = _descriptor("property")
FUNCTIONS["staticmethod"] = _descriptor("staticmethod")
FUNCTIONS["classmethod"] = _descriptor("classmethod")


@_function
def repr_(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "obj"))
    return repr(value) if isinstance(value, SCALARS) else Unknown("this text is only known at run time")


@_function
def format_(m: Machine, args: Args) -> Value:
    return formatting.to_str(m, args.get(0, "value")) if len(args.pos) == 1 else Unknown("this text is formatted")


@_function
def abs_(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "x"))
    return abs(value) if isinstance(value, (int, float)) else Unknown("this number is only known at run time")


@_function
def id_(m: Machine, args: Args) -> Value:
    return Unknown("the id of an object is only known at run time")


FUNCTIONS["hash"] = FUNCTIONS["id"]


@_function
def print_(m: Machine, args: Args) -> Value:
    return None


@_function
def locals_(m: Machine, args: Args) -> Value:
    return m.new_dict(dict(m.frame.names) if m.frame else {})


@_function
def open_(m: Machine, args: Args) -> Value:
    m.may_raise("FileNotFoundError")
    return Unknown("the content of a file is only known at run time")


@_function
def input_(m: Machine, args: Args) -> Value:
    return Unknown("input is only known at run time")


@_function
def exec_(m: Machine, args: Args) -> Value:
    m.blind("code that is made at run time is executed here")
    return Unknown("code that is made at run time cannot be read")


FUNCTIONS["compile"] = lambda m, a: Unknown("code that is made at run time cannot be read")


@_function
def eval_(m: Machine, args: Args) -> Value:
    text = m.settle(args.get(0, "source"))
    if isinstance(text, str) and text.isidentifier() and m.frame is not None:
        value = lookup(m, text, m.frame)
        if value is not MISSING:
            return value
    return exec_(m, args)


@_function
def exit_(m: Machine, args: Args) -> Value:
    raise Raised("SystemExit", ("BaseException",))


FUNCTIONS["quit"] = exit_


def import_module(m: Machine, args: Args) -> Value:
    """``importlib.import_module``: a module of the workspace by a known name; else anything may happen."""
    name = m.settle(args.get(0, "name"))
    package = m.settle(args.get(1, "package", None))
    if isinstance(name, Choice):
        return m.each(name, lambda n: import_module(m, Args([n, *args.pos[1:]], args.kw)))
    if isinstance(name, str):
        importer = m.frame.module if m.frame is not None else None
        if name.startswith("."):
            if not isinstance(package, str):
                m.blind("the package of a relative import is only known at run time")
                return Unknown("the package of a relative import is only known at run time")
            level = len(name) - len(name.lstrip("."))
            base = package.split(".")
            base = base[: len(base) - level + 1]
            name = ".".join([*base, name.lstrip(".")]).rstrip(".")
        return m.import_module(name, importer)
    reason = f"a module is imported by a name that is only known at run time: {reasons.why(name, 'unknown')}"
    m.blind(reason)
    return Unknown(reason)


def known(value: Value) -> bool:
    """Whether a value can be a dict key."""
    return known_key(value)
