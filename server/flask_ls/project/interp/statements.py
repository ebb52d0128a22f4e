"""What statements mean, except functions, classes and imports."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import (
    arithmetic,
    attributes,
    branches,
    calls,
    comparison,
    conditions,
    external,
    iteration,
    mappings,
    reasons,
    sequences,
)
from flask_ls.project.interp.frames import EXEC, Frame
from flask_ls.project.interp.paths import Step
from flask_ls.project.interp.values import (
    MISSING,
    Args,
    Bound,
    Choice,
    ClassV,
    DictV,
    External,
    Function,
    Instance,
    ListV,
    Maybe,
    ModuleV,
    Unknown,
    Value,
)
from flask_ls.project.interp.world import Outcome, Raised, known_key

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

_CONTEXT_APPS = ("app_context", "test_request_context", "request_context")


def _expr(m: Machine, node: ast.Expr, frame: Frame) -> Outcome | None:
    if not isinstance(node.value, ast.Constant):
        frame.node = node.value
        m.eval(node.value, frame)
    return None


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
    calls.assign(m, node.target, arithmetic.binary(m, type(node.op), current, value), frame)
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
            owner = m.settle(m.eval(target.value, frame))
            key = m.settle(m.eval(target.slice, frame))
            owner = mappings.mapping_of(owner)
            if isinstance(owner, DictV):
                if known_key(key):
                    m.erase(owner.items, key)
                else:
                    m.write(owner.rest_cell, 0, Unknown("an unknown key of this dict was deleted"))
            elif isinstance(owner, ListV):
                sequences.forget(m, owner, "an element of this list was deleted")
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
    test = m.eval(node.test, frame)
    frame.node = node.test
    split = conditions.split(m, test, node.test)
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


def _for(m: Machine, node: ast.For | ast.AsyncFor, frame: Frame) -> Outcome | None:
    frame.node = node.iter
    iterable = m.eval(node.iter, frame)
    if isinstance(iterable, Choice):
        options = m.decide(iterable)
        return branches.run_branch(
            m,
            frame,
            [(path, lambda v=value: _loop(m, node, v, frame)) for path, value in options],  # type: ignore[misc]
        )
    return _loop(m, node, iterable, frame)


def _loop(m: Machine, node: ast.For | ast.AsyncFor, iterable: Value, frame: Frame) -> Outcome | None:
    items, rest = iteration.iterate(m, iterable)
    scope = branches.open_scope(m, frame, "break")
    outcome: Outcome | None = None
    for item in items:
        iteration.count_round(m)

        def once(item: Value = item) -> Outcome | None:
            calls.assign(m, node.target, item, frame)
            return branches.run_scoped(m, frame, "continue", lambda: m.run(node.body, frame))

        if _is_object_choice(item):
            options = m.decide(item)
            outcome = branches.run_branch(
                m,
                frame,
                [(path, lambda v=value: once(v)) for path, value in options],  # type: ignore[misc]
            )
        elif isinstance(item, Maybe):
            value = item.value
            outcome = branches.run_branch(
                m,
                frame,
                [(item.path, lambda v=value: once(v)), (_unless(m, item, frame), lambda: None)],  # type: ignore[misc]
            )
        else:
            outcome = once()
        if outcome is not None:
            break
    if outcome is None and rest is not None:
        outcome = branches.unknown_rounds(
            m,
            frame,
            rest.reason,
            lambda: _unknown_round(m, node, rest, frame),
        )
    if outcome is None and node.orelse:
        outcome = m.run(node.orelse, frame)
    return branches.close_scope(m, frame, scope, outcome)


def _is_object_choice(item: Value) -> bool:
    """Whether an element is one of several objects: what is done to it is then done to each on its own."""
    return isinstance(item, Choice) and any(
        isinstance(v, (Instance, ClassV, Function, ModuleV, Bound)) for _, v in item.options
    )


def _unknown_round(m: Machine, node: ast.For | ast.AsyncFor, rest: Unknown, frame: Frame) -> Outcome | None:
    calls.assign(m, node.target, reasons.element_of(rest), frame)
    outcome = branches.run_scoped(m, frame, "continue", lambda: m.run(node.body, frame))
    return None if outcome is not None and outcome.kind == "break" else outcome


def _unless(m: Machine, item: Maybe, frame: Frame) -> Any:
    if len(item.path) == 1 and isinstance(item.path[0], Step) and item.path[0].fork.arms == 2:
        return (Step(item.path[0].fork, 1 - item.path[0].arm),)
    return (Step(m.fork(m.place(), "whether this element is in the list is not known", 2), 1),)


def _while(m: Machine, node: ast.While, frame: Frame) -> Outcome | None:
    scope = branches.open_scope(m, frame, "break")
    outcome: Outcome | None = None
    rounds = 0
    while True:
        frame.node = node.test
        test = m.eval(node.test, frame)
        known = m.truth(m.settle(test)) if not isinstance(m.settle(test), Choice) else None
        if known is False:
            if node.orelse:
                outcome = m.run(node.orelse, frame)
            break
        rounds += 1
        if known is None or rounds > iteration.MAX_WHILE:
            reason = reasons.why(test, "how often this loop runs is only known at run time")
            outcome = branches.unknown_rounds(
                m,
                frame,
                reason,
                lambda: branches.run_scoped(m, frame, "continue", lambda: m.run(node.body, frame)),
            )
            if outcome is not None and outcome.kind == "break":
                outcome = None
            break
        outcome = branches.run_scoped(m, frame, "continue", lambda: m.run(node.body, frame))
        if outcome is not None:
            break
        if scope.pending:
            # Whether the loop already ended is not known: one more round cannot be told from many.
            reason = "how often this loop runs is only known at run time"
            outcome = branches.unknown_rounds(
                m, frame, reason, lambda: branches.run_scoped(m, frame, "continue", lambda: m.run(node.body, frame))
            )
            break
    return branches.close_scope(m, frame, scope, outcome)


def _break(m: Machine, node: ast.Break, frame: Frame) -> Outcome | None:
    return Outcome("break")


def _continue(m: Machine, node: ast.Continue, frame: Frame) -> Outcome | None:
    return Outcome("continue")


def _with(m: Machine, node: ast.With | ast.AsyncWith, frame: Frame) -> Outcome | None:
    pushed = 0
    exits: list[Value] = []
    try:
        for item in node.items:
            frame.node = item.context_expr
            manager = m.settle(m.eval(item.context_expr, frame))
            value: Value = manager
            if isinstance(manager, Instance):
                enter = attributes.get(m, manager, "__enter__", MISSING)
                if isinstance(enter, Bound):
                    value = m.call(enter, Args([]))
                    exits.append(manager)
            elif isinstance(manager, ListV) and manager.kind == "generator":
                value = manager.items[0] if manager.items else manager.rest
            elif isinstance(manager, External):
                if manager.path == "app_context()" and manager.held:
                    m.app_contexts.append(manager.held[0])
                    pushed += 1
                else:
                    value = External(f"{manager.path}.__enter__()", m.serial) if manager.held == () else manager
            if item.optional_vars is not None:
                calls.assign(m, item.optional_vars, value, frame)
        return m.run(node.body, frame)
    finally:
        if pushed:
            del m.app_contexts[-pushed:]
        for manager in exits:
            leave = attributes.get(m, manager, "__exit__", MISSING)
            if isinstance(leave, Bound) and isinstance(leave.func, Function):
                m.call(leave, Args([None, None, None]))


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


def _match(m: Machine, node: ast.Match, frame: Frame) -> Outcome | None:
    frame.node = node.subject
    subject = m.settle(m.eval(node.subject, frame))
    arms: list[Any] = []
    fork = m.fork(m.place(), "which case matches is only known at run time", len(node.cases) + 1)
    for index, case in enumerate(node.cases):
        fits = _matches(m, case.pattern, subject, frame)
        if fits is False:
            continue
        if fits is True and case.guard is not None:
            fits = m.truth(m.eval(case.guard, frame))
            if fits is False:
                continue
        if fits is True and not arms:
            return m.run(case.body, frame)
        arms.append(((Step(fork, index),), lambda c=case: m.run(c.body, frame)))
        if fits is True:
            break
    else:
        if not arms:
            return None
        arms.append(((Step(fork, len(node.cases)),), lambda: None))
    return branches.run_branch(m, frame, arms)


def _matches(m: Machine, pattern: ast.pattern, subject: Value, frame: Frame) -> bool | None:
    if isinstance(pattern, ast.MatchAs):
        fits = True if pattern.pattern is None else _matches(m, pattern.pattern, subject, frame)
        if pattern.name is not None:
            m.write(frame.names, pattern.name, subject)
        return fits
    if isinstance(pattern, ast.MatchValue):
        known = comparison.compare(m, ast.Eq, subject, m.eval(pattern.value, frame))
        return known if isinstance(known, bool) else None
    if isinstance(pattern, ast.MatchSingleton):
        known = comparison.compare(m, ast.Is, subject, pattern.value)
        return known if isinstance(known, bool) else None
    if isinstance(pattern, ast.MatchOr):
        results = [_matches(m, p, subject, frame) for p in pattern.patterns]
        return True if True in results else None if None in results else False
    for inner in ast.walk(pattern):
        name = getattr(inner, "name", None) or getattr(inner, "rest", None)
        if isinstance(name, str):
            m.write(frame.names, name, Unknown("it is bound by a pattern"))
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
        ast.For: _for,
        ast.AsyncFor: _for,
        ast.While: _while,
        ast.Break: _break,
        ast.Continue: _continue,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.Raise: _raise,
        ast.Assert: _assert,
        ast.Global: _global,
        ast.Nonlocal: _nonlocal,
        ast.Match: _match,
    }
)
