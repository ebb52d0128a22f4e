"""What loops mean: ``for``, ``while``, ``break`` and ``continue``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import branches, calls, expressions, iteration, reasons, sequences
from flask_ls.project.interp.frames import EXEC, Block, Frame
from flask_ls.project.interp.paths import Step
from flask_ls.project.interp.values import (
    Bound,
    Choice,
    ClassV,
    Function,
    Instance,
    ListV,
    Maybe,
    ModuleV,
    Unknown,
    Value,
)
from flask_ls.project.interp.world import Outcome, Raised

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

MAX_WHILE = 300


def _for(m: Machine, node: ast.For | ast.AsyncFor, frame: Frame) -> Outcome | None:
    frame.node = node.iter
    scope = branches.open_scope(m, frame, "break")
    iterable = _iterable(m, node, frame)
    if isinstance(iterable, Choice):
        options = m.decide(iterable)
        outcome = branches.run_branch(
            m,
            frame,
            [(path, lambda v=value: _loop(m, node, v, frame)) for path, value in options],  # type: ignore[misc]
        )
    else:
        outcome = _loop(m, node, iterable, frame)
    return branches.close_scope(m, frame, scope, outcome)


class _Left(Exception):
    """The body of a loop over a generator raised: the generator's own handlers do not see that."""

    def __init__(self, raised: Raised) -> None:
        super().__init__()
        self.raised = raised


def _iterable(m: Machine, node: ast.For | ast.AsyncFor, frame: Frame) -> Value:
    """What the loop runs over; the body has run already for what a generator yields on the way."""

    def inside(item: Value) -> None:
        m.frame = frame
        iteration.count_round(m)
        try:
            _round(m, node, item, frame)
        except Raised as raised:
            raise _Left(raised) from None

    # A body that may end the loop would end the generator, too.
    if isinstance(node.iter, ast.Call) and not _may_end(node.body):
        frame.offered = Block(node.iter, inside)
    try:
        return m.eval(node.iter, frame)
    except _Left as left:
        m.frame = frame
        raise left.raised from None
    finally:
        frame.offered = None


def _may_end(body: list[ast.stmt]) -> bool:
    return any(isinstance(n, (ast.Break, ast.Return)) for s in body for n in ast.walk(s))


def _round(m: Machine, node: ast.For | ast.AsyncFor, item: Value, frame: Frame) -> Outcome | None:
    calls.assign(m, node.target, item, frame)
    return branches.run_scoped(m, frame, "continue", lambda: m.run(node.body, frame))


def _loop(m: Machine, node: ast.For | ast.AsyncFor, iterable: Value, frame: Frame) -> Outcome | None:
    live = m.settle(iterable)
    outcome: Outcome | None = None
    for item in iteration.live(m, live):
        iteration.count_round(m)

        def once(item: Value = item) -> Outcome | None:
            return _round(m, node, item, frame)

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
    rest = iteration.rest_of(m, live)
    is_read_once = isinstance(live, ListV) and live.kind == "generator"
    if is_read_once and outcome is None and _may_end(node.body):
        sequences.forget(m, live, "how far a loop has read it is only known at run time")
    if outcome is None and rest is not None:
        outcome = branches.unknown_rounds(
            m,
            frame,
            rest.reason,
            lambda: _unknown_round(m, node, rest, frame),
        )
    if outcome is None and node.orelse:
        outcome = m.run(node.orelse, frame)
    return outcome


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
    # Nothing follows an endless loop, and what it does it does in its first round.
    most = 1 if _is_endless(node) else MAX_WHILE
    while True:
        frame.node = node.test
        test = expressions.test(m, node.test, frame)
        known = m.truth(m.settle(test)) if not isinstance(m.settle(test), Choice) else None
        if known is False:
            if node.orelse:
                outcome = m.run(node.orelse, frame)
            break
        rounds += 1
        if rounds > most == 1:
            break
        if known is None or rounds > most:
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


def _is_endless(node: ast.While) -> bool:
    """Whether only an exception can end a loop."""
    return (
        isinstance(node.test, ast.Constant)
        and bool(node.test.value)
        and not any(isinstance(n, (ast.Break, ast.Return)) for s in node.body for n in ast.walk(s))
    )


def _break(m: Machine, node: ast.Break, frame: Frame) -> Outcome | None:
    return Outcome("break")


def _continue(m: Machine, node: ast.Continue, frame: Frame) -> Outcome | None:
    return Outcome("continue")


EXEC.update(
    {
        ast.For: _for,
        ast.AsyncFor: _for,
        ast.While: _while,
        ast.Break: _break,
        ast.Continue: _continue,
    }
)
