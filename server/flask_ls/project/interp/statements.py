"""What statements mean, except loops, ``match``, ``try``, functions, classes and imports."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flask_ls.project.interp import (
    arithmetic,
    attributes,
    branches,
    calls,
    conditions,
    expressions,
    external,
    iteration,
    mappings,
    sequences,
    subscripts,
)
from flask_ls.project.interp.frames import EXEC, Block, Frame
from flask_ls.project.interp.paths import Step
from flask_ls.project.interp.values import (
    MISSING,
    Args,
    Bound,
    ClassV,
    DictV,
    External,
    Function,
    Instance,
    ListV,
    Unknown,
    Value,
)
from flask_ls.project.interp.world import Outcome, Raised

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


def _expr(m: Machine, node: ast.Expr, frame: Frame) -> Outcome | None:
    value = node.value
    if not isinstance(value, (ast.Constant, ast.GeneratorExp)):
        frame.node = value
        if isinstance(value, ast.Call) and _is_lazy(m, value.func, frame):
            for argument in value.args:
                m.eval(argument, frame)
        else:
            m.eval(value, frame)
    return None


def _is_lazy(m: Machine, func: ast.expr, frame: Frame) -> bool:
    """Whether this is a built-in function that does nothing until its result is read, which no statement does."""
    if not isinstance(func, ast.Name) or func.id not in ("map", "filter"):
        return False
    return expressions.lookup(m, func.id, frame) is m.builtins[func.id]


def _assign(m: Machine, node: ast.Assign, frame: Frame) -> Outcome | None:
    frame.node = node.value
    value = m.eval(node.value, frame)
    for target in node.targets:
        calls.assign(m, target, value, frame)
    return None


def _ann_assign(m: Machine, node: ast.AnnAssign, frame: Frame) -> Outcome | None:
    if frame.is_class and isinstance(node.target, ast.Name):
        notes = frame.names.get("__annotations__", MISSING)
        if not isinstance(notes, DictV):
            notes = m.new_dict()
            m.write(frame.names, "__annotations__", notes)
        notes.items[node.target.id] = ast.unparse(node.annotation) if node.annotation else ""
    if node.value is not None:
        frame.node = node.value
        calls.assign(m, node.target, m.eval(node.value, frame), frame)
    return None


def _aug_assign(m: Machine, node: ast.AugAssign, frame: Frame) -> Outcome | None:
    frame.node = node
    current = m.eval(_as_load(node.target), frame)
    value = m.eval(node.value, frame)
    settled = m.settle(current)
    if isinstance(settled, ListV) and settled.kind in ("list", "set") and isinstance(node.op, (ast.Add, ast.BitOr)):
        items, rest = iteration.iterate(m, value)
        sequences.extend_list(m, settled, items, rest)
        return None
    if isinstance(settled, DictV) and isinstance(node.op, ast.BitOr):
        mappings.update_dict(m, settled, value)
        return None
    result = arithmetic.in_place(m, type(node.op), settled, value)
    if result is MISSING:
        result = arithmetic.binary(m, type(node.op), current, value)
    calls.assign(m, node.target, result, frame)
    return None


def _as_load(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Name):
        return ast.copy_location(ast.Name(target.id, ast.Load()), target)
    if isinstance(target, ast.Attribute):
        return ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)
    if isinstance(target, ast.Subscript):
        return ast.copy_location(ast.Subscript(target.value, target.slice, ast.Load()), target)
    return target


def _delete(m: Machine, node: ast.Delete, frame: Frame) -> Outcome | None:
    for target in node.targets:
        if isinstance(target, ast.Name):
            m.erase(frame.names, target.id)
        elif isinstance(target, ast.Subscript):
            owner = m.eval(target.value, frame)
            key = m.eval(target.slice, frame)
            frame.node = target
            subscripts.delete_item(m, owner, key)
        elif isinstance(target, ast.Attribute):
            owner = m.settle(m.eval(target.value, frame))
            if isinstance(owner, Instance):
                m.erase(owner.attrs, target.attr)
    return None


def _return(m: Machine, node: ast.Return, frame: Frame) -> Outcome | None:
    if node.value is None:
        return Outcome("return", None)
    frame.node = node.value
    return Outcome("return", m.eval(node.value, frame))


def _if(m: Machine, node: ast.If, frame: Frame) -> Outcome | None:
    frame.node = node.test
    if frame.module.module.path == m.script and _is_main_guard(node.test):
        if m.script_fork is None:
            m.script_fork = m.fork(m.place(), "this only happens when the file is run as a script")
        fork = m.script_fork
        return branches.run_branch(
            m,
            frame,
            [
                ((Step(fork, 0),), lambda: _run_script(m, node.body, frame)),
                ((Step(fork, 1),), lambda: m.run(node.orelse, frame)),
            ],
        )
    test = expressions.test(m, node.test, frame)
    frame.node = node.test
    split = conditions.split(m, test)
    if isinstance(split, bool):
        first, second = (node.body, node.orelse) if split else (node.orelse, node.body)
        if m.split_assumed:
            return branches.run_unless_raised(m, frame, lambda: m.run(first, frame), lambda: m.run(second, frame))
        return m.run(first, frame)
    return branches.run_branch(
        m,
        frame,
        [
            (split[0], lambda: m.run(node.body, frame)),
            (split[1], lambda: m.run(node.orelse, frame)),
        ],
    )


def _run_script(m: Machine, body: list[ast.stmt], frame: Frame) -> Outcome | None:
    try:
        return m.run(body, frame)
    except Raised as error:
        if error.name == "SystemExit":
            return None  # a script that has done its work
        # Not under the condition of the script: an arm that raises counts as not taken.
        inside, m.path = m.path, ()
        m.blind(f"starting it raises {error.name}", place=error.place)
        m.path = inside
        raise


def _is_main_guard(test: ast.expr) -> bool:
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
        and len(test.comparators) == 1
        and isinstance(test.comparators[0], ast.Constant)
        and test.comparators[0].value == "__main__"
    )


def _with(m: Machine, node: ast.With | ast.AsyncWith, frame: Frame) -> Outcome | None:
    return _enter(m, node, 0, frame)


def _enter(m: Machine, node: ast.With | ast.AsyncWith, number: int, frame: Frame) -> Outcome | None:
    """Enter the items of a ``with`` from ``number`` on, run its body, and leave them."""
    if number == len(node.items):
        return m.run(node.body, frame)
    item = node.items[number]
    outcomes: list[Outcome | None] = []

    def inside(value: Value) -> None:
        if outcomes:
            return  # a second yield is an error
        m.frame = frame
        if item.optional_vars is not None:
            calls.assign(m, item.optional_vars, value, frame)
        outcomes.append(_enter(m, node, number + 1, frame))

    frame.node = item.context_expr
    frame.offered = Block(item.context_expr, inside)
    try:
        manager = m.settle(m.eval(item.context_expr, frame))
    finally:
        frame.offered = None
    if outcomes:
        return outcomes[0]
    value: Value = manager
    leave: Value = MISSING
    around = len(m.app_contexts)
    if isinstance(manager, Instance):
        enter = attributes.get(m, manager, "__enter__", MISSING)
        if isinstance(enter, Bound):
            value = m.call(enter, Args([]))
            leave = attributes.get(m, manager, "__exit__", MISSING)
    elif isinstance(manager, ListV) and manager.kind == "generator":
        value = manager.items[0] if manager.items else manager.rest
    elif isinstance(manager, External):
        if manager.path == "app_context()" and manager.held:
            m.app_contexts.append(manager.held[0])
        else:
            value = External(f"{manager.path}.__enter__()", m.serial) if manager.held == () else manager
    try:
        inside(value)
    finally:
        del m.app_contexts[around:]
        if isinstance(leave, Bound) and isinstance(leave.func, Function):
            m.call(leave, Args([None, None, None]))
    return outcomes[0]


def _raise(m: Machine, node: ast.Raise, frame: Frame) -> Outcome | None:
    if node.exc is None:
        raise Raised("Exception", ("BaseException",))
    frame.node = node
    value = m.settle(m.eval(node.exc, frame))
    error = make_raised(value)
    if error.name == "NotImplementedError" and frame.owner is not None and not m.catching(error.name):
        # An abstract method: what overrides it is not known.
        external.escape(m, Args(list(frame.names.values())), f"what overrides {frame.qualname}() is not known")
        return Outcome("return", Unknown(f"what overrides {frame.qualname}() is not known"))
    raise error


def make_raised(value: Value) -> Raised:
    """The exception that raising a value gives."""
    if isinstance(value, Instance):
        value_class: Value = value.cls
    else:
        value_class = value
    if isinstance(value_class, ClassV):
        bases = tuple(c.name for c in value_class.mro)
        return Raised(value_class.name, bases, value)
    if isinstance(value_class, External):
        return Raised(value_class.path.removesuffix("()").rpartition(".")[2], ("Exception",), value)
    return Raised("Exception", ("BaseException",), value)


def _assert(m: Machine, node: ast.Assert, frame: Frame) -> Outcome | None:
    frame.node = node.test
    m.eval(node.test, frame)
    return None


def _global(m: Machine, node: ast.Global, frame: Frame) -> Outcome | None:
    frame.global_names = frame.global_names | set(node.names)
    return None


def _nonlocal(m: Machine, node: ast.Nonlocal, frame: Frame) -> Outcome | None:
    frame.nonlocal_names = frame.nonlocal_names | set(node.names)
    return None


EXEC.update(
    {
        ast.Expr: _expr,
        ast.Assign: _assign,
        ast.AnnAssign: _ann_assign,
        ast.AugAssign: _aug_assign,
        ast.Delete: _delete,
        ast.Return: _return,
        ast.If: _if,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.Raise: _raise,
        ast.Assert: _assert,
        ast.Global: _global,
        ast.Nonlocal: _nonlocal,
    }
)
