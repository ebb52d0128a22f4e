"""Calls: argument binding, functions, classes, and values that cannot be called."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flask_ls.project.interp import (
    attributes,
    branches,
    built_in_values,
    external,
    iteration,
    mappings,
    reasons,
    subscripts,
)
from flask_ls.project.interp.effort import Effort
from flask_ls.project.interp.frames import Frame
from flask_ls.project.interp.functions import bind_name
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
    Namespace,
    Native,
    Partial,
    Unknown,
    Value,
    Wrapped,
)
from flask_ls.project.interp.world import Raised

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

MAX_DEPTH = 80
MAX_RECURSION = 24
MAX_UNSURE_RECURSION = 2
_INACTIVE = (0, 0)


def call(m: Machine, func: Value, args: Args) -> Value:
    """The result of calling ``func``."""
    if isinstance(func, Function):
        return call_function(m, func, args) if func.results is None else _call_cached(m, func, func.results, args)
    if isinstance(func, Bound):
        return call(m, func.func, args.prepend(func.self))
    if isinstance(func, Native):
        return func.run(m, args)
    if isinstance(func, ClassV):
        return instantiate(m, func, args)
    if isinstance(func, Partial):
        merged = Args(
            [*func.args.pos, *args.pos],
            {**func.args.kw, **args.kw},
            func.args.star or args.star,
            func.args.starstar or args.starstar,
        )
        return call(m, func.func, merged)
    if isinstance(func, External):
        return external.call(m, func, args)
    if isinstance(func, Choice):
        return m.each(func, lambda f: call(m, f, args))
    if isinstance(func, Maybe):
        return call(m, func.value, args)
    if isinstance(func, Wrapped):
        return call(m, func.func, args)
    if isinstance(func, Descriptor):
        return call(m, func.func, args)
    if isinstance(func, Instance):
        method = attributes.get(m, func, "__call__", MISSING)
        if isinstance(method, Bound):
            return call(m, method, args)
        return external.unreadable(m, func.open or Unknown("this object is called"), args, (func,))
    if isinstance(func, Unknown):
        return external.unreadable(m, func, args, ())
    return Unknown("this cannot be called")


def _call_cached(m: Machine, func: Function, results: list[tuple[Args, Value]], args: Args) -> Value:
    """A function under ``functools.cache``: the second call with equal arguments gives the same object."""
    for given, result in results:
        if len(given.pos) == len(args.pos) and given.kw.keys() == args.kw.keys():
            pairs = [*zip(given.pos, args.pos, strict=True), *((given.kw[k], v) for k, v in args.kw.items())]
            if all(a is b or (isinstance(a, SCALARS) and type(a) is type(b) and a == b) for a, b in pairs):
                return result
    result = call_function(m, func, args)
    if not m.path and not m.dry and args.star is None and args.starstar is None:
        results.append((args, result))
    return result


def call_function(m: Machine, func: Function, args: Args) -> Value:
    """Run the body of a function on abstract arguments."""
    node = func.node
    if isinstance(node, ast.AsyncFunctionDef):
        return External("coroutine()", m.serial)
    active, path = m.active.get(node, _INACTIVE)
    # Recursion that ends is ended by a known condition; under unknown ones it would only multiply the arms.
    if m.depth >= MAX_DEPTH or active >= (MAX_RECURSION if len(m.path) == path else MAX_UNSURE_RECURSION):
        external.escape(m, args, f"{func.name}() calls itself too deeply to be followed")
        return Unknown(f"{func.name}() calls itself too deeply to be followed")
    effort = m.efforts.setdefault(node, Effort())
    is_model = func.module.is_model
    if not is_model and (effort.is_exhausted or effort.is_excessive):
        return _left_out(m, func, args, effort)
    m.serial += 1
    frame = Frame(func.module, Namespace(m.serial), func.frame, func, qualname=func.qualname)
    frame.owner = func.owner
    frame.caller = m.frame
    frame.entry_path = m.path
    bind(m, func, args, frame)
    if not func.module.is_model:
        m.entered.add((func.module.module.path, func.qualname))
        m.recorder.called(m, func, frame.names)
    m.active[node] = (active + 1, len(m.path) if not active else path)
    m.depth += 1
    m.frame = frame
    before, born, steps, progress = m.oldest_write, m.serial, m.steps, m.recorder.progress
    model_steps = m.model_steps
    m.oldest_write = born
    try:
        if isinstance(node, ast.Lambda):
            frame.node = node.body
            return m.eval(node.body, frame)
        body = node.body or m.sources.body(func.module.module, node)
        is_generator = m.is_generator(node, body)
        if is_generator:
            frame.yields = ListV([], m.serial, None, "generator")
            caller = frame.caller
            if caller is not None and caller.offered is not None and caller.offered.call is caller.node:
                frame.block, caller.offered = caller.offered, None
        outcome = branches.run_scoped(m, frame, "return", lambda: m.run(body, frame))
        if is_generator:
            return frame.yields
        return outcome.value if outcome is not None else None
    except Raised as error:
        error.place = error.place or m.place()
        raise
    finally:
        m.frame = frame.caller
        m.depth -= 1
        is_idle = m.oldest_write >= born
        before = min(before, m.oldest_write) if not is_idle else before
        if frame.block is not None:
            steps += frame.block.steps
        if is_model and not active:
            m.model_steps = model_steps + m.steps - steps
        # What models of libraries take is theirs.
        taken = m.steps - steps - (0 if is_model else m.model_steps - model_steps)
        effort.add(0 if active else taken, idle=is_idle, barren=m.recorder.progress == progress)
        m.oldest_write = before
        m.active[node] = (active, path)


def _left_out(m: Machine, func: Function, args: Args, effort: Effort) -> Value:
    """What a call gives that is not followed since the function takes too long."""
    reason = Unknown(f"{func.name}() takes too long to be followed")
    external.escape(m, args, reason.reason)
    if not effort.is_exhausted:
        m.blind(reason.reason)
        for value in args.all():
            settled = m.settle(value)
            if isinstance(settled, DictV):
                mappings.open_dict(m, settled, reason)
            elif isinstance(settled, ListV):
                m.touch(settled)
                settled.rest = reason
    return reason


def bind(m: Machine, func: Function, args: Args, frame: Frame) -> None:
    """Bind arguments to parameters as Python does; a missing one is unknown."""
    spec = func.node.args
    names = frame.names
    parameters = [*spec.posonlyargs, *spec.args]
    position = 0
    kw = dict(args.kw)
    first_default = len(parameters) - len(func.defaults)
    for index, parameter in enumerate(parameters):
        name = parameter.arg
        if position < len(args.pos):
            names[name] = args.pos[position]
            position += 1
        elif name in kw:
            names[name] = kw.pop(name)
        elif args.star is not None or args.starstar is not None:
            unknown = args.star or args.starstar
            default = func.defaults[index - first_default] if index >= first_default else MISSING
            names[name] = _maybe_default(m, default, unknown)
        elif index >= first_default:
            names[name] = func.defaults[index - first_default]
        else:
            names[name] = Unknown(f"the argument {name} of {func.name}() is not known")
    if spec.vararg is not None:
        rest = args.pos[position:]
        names[spec.vararg.arg] = ListV(rest, m.serial, args.star, "tuple") if args.star is not None else tuple(rest)
    for parameter, default in zip(spec.kwonlyargs, func.kw_defaults, strict=True):
        name = parameter.arg
        if name in kw:
            names[name] = kw.pop(name)
        elif args.starstar is not None:
            names[name] = _maybe_default(m, default, args.starstar)
        elif default is not MISSING:
            names[name] = default
        else:
            names[name] = Unknown(f"the argument {name} of {func.name}() is not known")
    if spec.kwarg is not None:
        names[spec.kwarg.arg] = m.new_dict(kw, args.starstar)


def _maybe_default(m: Machine, default: Value, unknown: Unknown | None) -> Value:
    reason = unknown or Unknown()
    if default is MISSING:
        return reason
    fork = m.fork(m.place(), reason.reason)
    return m.join([((Step(fork, 0),), default), ((Step(fork, 1),), reason)])


def instantiate(m: Machine, cls: ClassV, args: Args) -> Value:
    """``cls(...)``."""
    maker = m.constructors.get(cls.path)
    if maker is not None and cls.path:
        return maker(m, args)
    if cls.metaclass is not None:
        custom = cls.metaclass.lookup("__call__")
        if isinstance(custom, Function) and not m.is_active(custom):
            return call(m, custom, args.prepend(cls))
    if cls.derives("type") and len(args.pos) == 3:
        return m.creating[-1] if m.creating else Unknown("a class made at run time")
    new = cls.lookup("__new__")
    if new is not MISSING and not isinstance(new, Native):
        func = new.func if isinstance(new, Descriptor) else new
        made = m.settle(call(m, func, args.prepend(cls)))
        if not isinstance(made, Instance) or made.cls is not cls:
            return made
    else:
        made = built_in_values.filled(m, m.new_instance(cls), args)
    init = cls.lookup("__init__")
    if init is not MISSING:
        call(m, init, args.prepend(made))
    elif cls.open is not None:
        # The initializer of a base that cannot be read: it keeps what it is given.
        external.initialised(m, cls, cls.open, args)
        if isinstance(cls.open, External):
            for key, value in args.kw.items():
                made.attrs.setdefault(key, value)
    return made


def assign(m: Machine, target: ast.expr, value: Value, frame: Frame) -> None:
    """Bind a target of an assignment, loop or with."""
    if isinstance(target, ast.Name):
        if frame.global_names or frame.nonlocal_names:
            bind_name(m, frame, target.id, value)
        else:
            m.write(frame.names, target.id, value)
    elif isinstance(target, ast.Attribute):
        owner = m.eval(target.value, frame)
        frame.node = target
        m.set(owner, target.attr, value)
    elif isinstance(target, ast.Subscript):
        owner = m.eval(target.value, frame)
        key = m.eval(target.slice, frame)
        frame.node = target
        subscripts.set_item(m, owner, key, value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(m, target.elts, value, frame)
    elif isinstance(target, ast.Starred):
        assign(m, target.value, value, frame)


def _unpack(m: Machine, targets: list[ast.expr], value: Value, frame: Frame) -> None:
    settled = m.settle(value)
    if isinstance(settled, Choice):
        options = [(path, _parts(m, targets, option)) for path, option in m.alternatives(settled)]
        for index, target in enumerate(targets):
            assign(m, target, m.join([(path, parts[index]) for path, parts in options]), frame)
        return
    for target, part in zip(targets, _parts(m, targets, settled), strict=True):
        assign(m, target, part, frame)


def _parts(m: Machine, targets: list[ast.expr], value: Value) -> list[Value]:
    items, rest = iteration.iterate(m, value)
    starred = next((i for i, t in enumerate(targets) if isinstance(t, ast.Starred)), None)
    sure = rest is None and not any(isinstance(i, Maybe) for i in items)
    if sure and starred is None and len(items) == len(targets):
        return items
    if sure and starred is not None and len(items) >= len(targets) - 1:
        tail = len(targets) - starred - 1
        middle = items[starred : len(items) - tail]
        return [*items[:starred], m.new_list(middle), *items[len(items) - tail :]]
    unknown = reasons.element_of(rest) if rest is not None else Unknown("what is unpacked here is not known")
    return [m.new_list([], unknown) if isinstance(t, ast.Starred) else unknown for t in targets]


def is_generator(body: list[ast.stmt]) -> bool:
    """Whether these statements make their function a generator."""
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            stack.extend(ast.iter_child_nodes(node))
    return False
