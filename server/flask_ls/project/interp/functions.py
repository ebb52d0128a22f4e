"""Definitions: functions, decorators, classes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import packages
from flask_ls.project.interp.frames import EXEC, Frame, place_of
from flask_ls.project.interp.values import (
    MISSING,
    Args,
    Choice,
    ClassV,
    Descriptor,
    External,
    Function,
    FunctionNode,
    Instance,
    Namespace,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine
    from flask_ls.project.interp.world import Outcome


def make_function(m: Machine, node: FunctionNode, frame: Frame) -> Function:
    """A function object with evaluated defaults."""
    arguments = node.args
    defaults = [m.eval(d, frame) for d in arguments.defaults]
    kw_defaults = [m.eval(d, frame) if d is not None else MISSING for d in arguments.kw_defaults]
    name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
    qualname = f"{frame.qualname}.{name}" if frame.qualname else name
    closure = frame if frame.function is not None or frame.parent is not None or frame.is_class else None
    made = Function(node, name, qualname, frame.module, closure, defaults, kw_defaults, m.serial)
    made.owner = frame.owner
    return made


def _function_def(m: Machine, node: Any, frame: Frame) -> Outcome | None:
    frame.node = node
    decorators = [m.eval(d, frame) for d in node.decorator_list]
    value: Value = make_function(m, node, frame)
    for decorator, decorator_node in zip(reversed(decorators), reversed(node.decorator_list), strict=True):
        frame.node = decorator_node
        value = m.decorate(decorator, value)
    bind_name(m, frame, node.name, value)
    return None


def bind_name(m: Machine, frame: Frame, name: str, value: Value) -> None:
    """Give a name its value in the scope that owns it."""
    if name in frame.global_names:
        m.write(frame.module.names, name, value)
        return
    if name in frame.nonlocal_names:
        scope = frame.parent
        while scope is not None:
            if not scope.is_class and name in scope.names:
                m.write(scope.names, name, value)
                return
            scope = scope.parent
    m.write(frame.names, name, value)


def _class_def(m: Machine, node: ast.ClassDef, frame: Frame) -> Outcome | None:
    frame.node = node
    decorators = [m.eval(d, frame) for d in node.decorator_list]
    bases: list[Value] = []
    for base_node in node.bases:
        if isinstance(base_node, ast.Starred):
            items, rest = m.iterate(m.eval(base_node.value, frame))
            bases.extend(items)
            if rest is not None:
                bases.append(rest)
        else:
            bases.append(m.eval(base_node, frame))
    keywords = {k.arg: m.eval(k.value, frame) for k in node.keywords if k.arg}
    names = Namespace(m.serial)
    inner = Frame(frame.module, names, frame, frame.function, is_class=True)
    inner.qualname = f"{frame.qualname}.{node.name}" if frame.qualname else node.name
    inner.caller = m.frame
    names["__module__"] = frame.module.module.import_name
    names["__qualname__"] = inner.qualname
    names["__doc__"] = docstring_of(node)
    frame.node = node
    cls = ClassV(node.name, inner.qualname, (), names, frame.module, place_of(frame.module, node))
    inner.owner = cls
    m.frame = inner
    try:
        m.run(node.body, inner)
    finally:
        m.frame = inner.caller
    frame.node = node
    value: Value = finish_class(m, cls, bases, keywords)
    for decorator, decorator_node in zip(reversed(decorators), reversed(node.decorator_list), strict=True):
        frame.node = decorator_node
        value = m.decorate(decorator, value)
    bind_name(m, frame, node.name, value)
    return None


def finish_class(m: Machine, cls: ClassV, bases: list[Value], keywords: dict[str, Value]) -> Value:
    """Give a class its bases and run what creating a class runs."""
    readable: list[ClassV] = []
    bases = [m.settle(b) for b in bases]
    for base in bases:
        if _is_stand_in(base):
            keywords.setdefault("metaclass", base.metaclass)
    bases = [b for base in bases for b in (base.bases if _is_stand_in(base) else (base,))]
    for base in bases:
        if isinstance(base, Choice):
            options = [v for _, v in m.alternatives(base)]
            base = next((v for v in options if isinstance(v, ClassV)), options[0])
            cls.open = cls.open or Unknown("a base class of it depends on a condition")
        if isinstance(base, ClassV):
            readable.append(base)
            cls.open = _less_known(cls.open, base.open)
        elif isinstance(base, External):
            if base.path in _PLAIN_BASES:
                cls.plain_bases |= {base.path.removesuffix("[]")}
            else:
                cls.open = _less_known(cls.open, base)
        elif isinstance(base, Unknown):
            cls.open = _less_known(cls.open, base)
        elif base is not None:
            cls.open = cls.open or Unknown("a base class of it cannot be read")
    cls.bases = tuple(readable)
    cls.mro = (cls, *linearize(readable))
    for base in readable:
        base.subclasses.append(cls)
    metaclass = keywords.pop("metaclass", None) or next((c.metaclass for c in cls.mro[1:] if c.metaclass), None)
    metaclass = m.settle(metaclass)
    cls.metaclass = metaclass if isinstance(metaclass, ClassV) else None
    if isinstance(metaclass, External) and metaclass.path == "abc.ABCMeta":
        cls.plain_bases |= {"abc.ABC"}
    for value in list(cls.names.values()):
        if isinstance(value, Function) and value.owner is None:
            value.owner = cls
    for key, value in list(cls.names.items()):
        if isinstance(value, Instance):
            hook = value.cls.lookup("__set_name__")
            if isinstance(hook, Function):
                m.call(hook, Args([value, cls, key]))
    for base in cls.mro[1:]:
        hook = base.names.get("__init_subclass__", MISSING)
        if hook is not MISSING:
            func = hook.func if isinstance(hook, Descriptor) else hook
            m.call(func, Args([cls], dict(keywords)))
            break
    if cls.metaclass is not None:
        return _with_metaclass(m, cls, bases, keywords)
    return cls


def _is_stand_in(base: Value) -> bool:
    return isinstance(base, ClassV) and base.path == STAND_IN


def under_metaclass(m: Machine, cls: ClassV, metaclass: ClassV) -> Value:
    """A finished class made anew by a metaclass."""
    cls.metaclass = metaclass
    return _with_metaclass(m, cls, list(cls.bases), {})


def _less_known(first: Unknown | None, second: Unknown | None) -> Unknown | None:
    """Of two bases that cannot be read the one that says less: nothing may be concluded from the other alone."""
    if first is None or second is None:
        return first or second
    is_known = isinstance(first, External) and packages.is_harmless(first.package)
    return second if is_known else first


def _with_metaclass(m: Machine, cls: ClassV, bases: list[Value], keywords: dict[str, Value]) -> Value:
    # ``type.__new__`` has already happened here, so ``super().__new__`` in the metaclass gives the class as it is.
    metaclass = cls.metaclass
    from flask_ls.project.interp.values import DictV

    names = DictV(m.serial)
    names.items.update(cls.names)
    m.creating.append(cls)
    result: Value = cls
    try:
        new = metaclass.lookup("__new__")
        arguments = [cls.name, tuple(bases), names]
        if isinstance(new, (Function, Descriptor)):
            func = new.func if isinstance(new, Descriptor) else new
            made = m.settle(m.call(func, Args([metaclass, *arguments], dict(keywords))))
            result = made if isinstance(made, ClassV) else cls
        init = metaclass.lookup("__init__")
        if isinstance(init, Function):
            m.call(init, Args([result, *arguments], dict(keywords)))
    finally:
        m.creating.pop()
    return result


# The path of a class that stands for bases and a metaclass (``six.with_metaclass``).
STAND_IN = "six.with_metaclass()"

# Bases that add nothing a route could come from.
_PLAIN_BASES = frozenset(
    {
        "abc.ABC",
        "typing.Generic",
        "typing.Protocol",
        "typing_extensions.Protocol",
        "typing_extensions.Generic",
        "typing.Generic[]",
        "typing.Protocol[]",
    }
)


def docstring_of(node: ast.ClassDef | ast.Module) -> str | None:
    """The docstring of a class or module as it is written."""
    first = node.body[0] if node.body else None
    value = first.value if isinstance(first, ast.Expr) else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def make_class(m: Machine, path: str, bases: tuple[ClassV, ...] = (), names: dict[str, Value] | None = None) -> ClassV:
    """A class that is built in or modelled in code here."""
    own = Namespace()
    own.update(names or {})
    name = path.rpartition(".")[2]
    cls = ClassV(name, name, bases, own, path=path)
    cls.mro = (cls, *linearize(list(bases)))
    return cls


def linearize(bases: list[ClassV]) -> list[ClassV]:
    """The C3 merge of the bases' orders; left to right where the bases contradict each other."""
    sequences = [list(b.mro) for b in bases] + [list(bases)]
    result: list[ClassV] = []
    while True:
        sequences = [s for s in sequences if s]
        if not sequences:
            return result
        head = next((s[0] for s in sequences if not any(s[0] in other[1:] for other in sequences)), sequences[0][0])
        result.append(head)
        for sequence in sequences:
            if head in sequence:
                sequence.remove(head)


EXEC[ast.FunctionDef] = _function_def
EXEC[ast.AsyncFunctionDef] = _function_def
EXEC[ast.ClassDef] = _class_def
