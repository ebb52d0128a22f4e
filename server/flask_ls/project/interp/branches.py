"""Control flow under unknown conditions: arms that end early, and loops of unknown length.

A scope (function body, loop, loop round, arm) collects the arms that ended early inside it. What follows such an arm
runs under the condition that the arm was not taken; when the scope ends, the states are joined.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask_ls.project.interp.paths import AnyOf, Path, Step, extend
from flask_ls.project.interp.values import ListV, Maybe, Unknown
from flask_ls.project.interp.world import Arm, Outcome, Raised

if TYPE_CHECKING:
    from flask_ls.project.interp.frames import Frame
    from flask_ls.project.interp.machine import Machine

Run = Callable[[], "Outcome | None"]


@dataclass(slots=True)
class Pending:
    """Arms that ended early, and where to come back to."""

    token: tuple[int, int]
    before: Path
    early: list[Arm]
    rest: Path  # the condition of what follows


@dataclass(slots=True)
class Scope:
    """A region of statements.

    ``kind`` is the outcome that ends it (``return``, ``break``, ``continue``) or ``arm``, which none does.
    ``leaks``: an arm inside left for a region around this one, so what follows this one is conditional too.
    """

    kind: str
    path: Path
    pending: list[Pending] = field(default_factory=list)
    escaped: list[tuple[Path, Outcome]] = field(default_factory=list)
    leaks: bool = False


def open_scope(m: Machine, frame: Frame, kind: str) -> Scope:
    """Begin a region."""
    scope = Scope(kind, m.path)
    frame.pending.append(scope)
    return scope


def close_scope(m: Machine, frame: Frame, scope: Scope, outcome: Outcome | None) -> Outcome | None:
    """End a region: join the states of early ends. The outcome is None, or what ends the regions around too."""
    frame.pending.pop()
    base = len(scope.path)
    here = m.path[base:]
    results: list[tuple[Path, Outcome | None]] = [(here, outcome), *scope.escaped]
    while scope.pending:
        pending = scope.pending.pop()
        diff = m.close_branch(pending.token)
        m.path = pending.before
        m.merge([(pending.rest, diff), *((arm.path, arm.diff) for arm in pending.early)])
        results.extend((extend(pending.before[base:], a.path), a.outcome) for a in pending.early)
    m.path = scope.path
    if len(results) > 1:
        return _combine(m, frame, scope, results)
    if scope.leaks:
        m.path = (*scope.path, *here)
    return None if outcome is not None and outcome.kind == scope.kind != "return" else outcome


def abandon_scope(m: Machine, frame: Frame, scope: Scope) -> None:
    """End a region that raised: keep what was written."""
    while frame.pending and frame.pending.pop() is not scope:
        pass
    while scope.pending:
        pending = scope.pending.pop()
        diff = m.close_branch(pending.token)
        m.merge([(pending.rest, diff)])
    m.path = scope.path


def _combine(m: Machine, frame: Frame, scope: Scope, results: list[tuple[Path, Outcome | None]]) -> Outcome | None:
    if scope.kind == "return":
        return Outcome("return", m.join([(p, o.value if o is not None else None) for p, o in results]))
    passing = [(p, o) for p, o in results if o is not None and o.kind != scope.kind]
    staying = [p for p, o in results if o is None or o.kind == scope.kind]
    if not staying and len({o.kind for _, o in passing}) == 1:
        return Outcome(passing[0][1].kind, m.join([(p, o.value) for p, o in passing]))
    # Some arms leave the regions around: what follows there runs only if they were not taken.
    for path, outcome in passing:
        escape(m, frame, path, outcome)
    if passing or scope.leaks:
        if not staying:
            return passing[0][1]
        m.path = extend(m.path, any_of(staying))
    return None


def any_of(paths: list[Path]) -> Path:
    """The path that holds when one of them does."""
    return paths[0] if len(paths) == 1 else (AnyOf(*paths),)


def escape(m: Machine, frame: Frame, path: Path, outcome: Outcome) -> None:
    """An arm leaves for the region around that its outcome ends."""
    for scope in reversed(frame.pending):
        if scope.kind == outcome.kind or scope is frame.pending[0]:
            scope.escaped.append((extend(m.path[len(scope.path) :], path), outcome))
            return
        scope.leaks = True


def run_scoped(m: Machine, frame: Frame, kind: str, run: Run) -> Outcome | None:
    """Run statements as a region of their own."""
    scope = open_scope(m, frame, kind)
    try:
        outcome = run()
    except Raised as error:
        if scope.pending or scope.escaped:
            return _close_raised(m, frame, scope, error)
        abandon_scope(m, frame, scope)
        raise
    except BaseException:
        abandon_scope(m, frame, scope)
        raise
    return close_scope(m, frame, scope, outcome)


def _close_raised(m: Machine, frame: Frame, scope: Scope, error: Raised) -> Outcome | None:
    """End a region whose last statements raise after arms of it ended early: those arms are what happened."""
    while frame.pending.pop() is not scope:
        pass
    base = len(scope.path)
    if not note_possible(m, error.name):
        mark_dead(m.path[: base - 1 : -1])
    results: list[tuple[Path, Outcome | None]] = [*scope.escaped]
    is_innermost = True
    while scope.pending:
        pending = scope.pending.pop()
        diff = m.close_branch(pending.token)
        m.path = pending.before
        arms = [(arm.path, arm.diff) for arm in pending.early]
        m.merge(arms if is_innermost else [(pending.rest, diff), *arms])
        is_innermost = False
        results.extend((extend(pending.before[base:], a.path), a.outcome) for a in pending.early)
    m.path = scope.path
    if len(results) > 1:
        return _combine(m, frame, scope, results)
    outcome = results[0][1]
    return None if outcome is not None and outcome.kind == scope.kind != "return" else outcome


def run_branch(m: Machine, frame: Frame, arms: list[tuple[Path, Run]]) -> Outcome | None:
    """Run the arms of an unknown condition and continue with the join of those that end normally."""
    if not arms:
        return None
    token = m.open_branch()
    before = m.path
    done = [m.run_arm(path, lambda r=run: run_scoped(m, frame, "arm", r)) for path, run in arms]  # type: ignore[misc]
    live = [arm for arm in done if arm.raised is None]
    if not live:
        m.merge([(arm.path, arm.diff) for arm in done])
        leave(m, token)
        raise done[0].raised or Raised("Exception")
    for arm in done:
        if arm.raised is not None and not note_possible(m, arm.raised.name):
            mark_dead(arm.path)
    normal = [arm for arm in live if arm.outcome is None]
    early = [arm for arm in live if arm.outcome is not None]
    if normal and early:
        rest = any_of([a.end for a in normal])
        m.merge([(arm.path, arm.diff) for arm in normal])
        frame.pending[-1].pending.append(Pending(token, before, early, rest))
        m.path = extend(before, rest)
        return None
    m.merge([(arm.path, arm.diff) for arm in live])
    leave(m, token)
    if normal:
        if any(len(arm.end) > len(arm.path) for arm in normal):
            m.path = extend(before, any_of([a.end for a in normal]))
        return None
    kinds = {arm.outcome.kind for arm in early if arm.outcome is not None}
    if len(kinds) == 1:
        return Outcome(kinds.pop(), m.join([(a.path, a.outcome.value) for a in early if a.outcome]))
    for arm in early[1:]:
        if arm.outcome is not None:
            escape(m, frame, arm.path, arm.outcome)
    return early[0].outcome


def run_unless_raised(m: Machine, frame: Frame, usual: Run, other: Run) -> Outcome | None:
    """Run what is usually done; where that ends the program, the other must be what happens."""
    arm = m.run_arm((), lambda: run_scoped(m, frame, "arm", usual))
    if arm.raised is not None and not any(a.catches(arm.raised.name, arm.raised.bases) for a in m.tries):
        return other()
    m.merge([((), arm.diff)])
    m.path = extend(m.path, arm.end)
    if arm.raised is not None:
        raise arm.raised
    return arm.outcome


def leave(m: Machine, token: tuple[int, int]) -> None:
    """Close a branch but keep what was written."""
    diff = m.close_branch(token)
    m.merge([((), diff)])


def mark_dead(path: Path) -> None:
    """An arm ends the program: where the application starts, it was not taken."""
    for step in path:
        if isinstance(step, Step):
            step.fork.dead.add(step.arm)
            return


def note_possible(m: Machine, name: str) -> bool:
    """An operation may raise the exception ``name``: whether a ``try`` around would catch it."""
    for attempt in reversed(m.tries):
        if attempt.catches(name):
            attempt.raised.add(name)
            m.extra = extend(m.extra, (Step(attempt.fork, 0),))
            return True
    return False


def unknown_rounds(m: Machine, frame: Frame, reason: str, run: Run) -> Outcome | None:
    """A loop body that runs an unknown number of times.

    A dry run finds what the body changes; those values are unknown when it really runs.
    """
    fork = m.fork(m.place(), reason)
    escaped = [len(scope.escaped) for scope in frame.pending]
    for target, key in m.dry_run(lambda: run_scoped(m, frame, "arm", run)):
        unknown = Unknown("it changes in a loop of unknown length")
        if isinstance(target, ListV):
            m.touch(target)
            target.rest = target.rest or unknown
        elif key in target:
            old = target[key]
            inner = old.value if isinstance(old, Maybe) else old
            changed = m.join([((), inner), ((Step(fork, 0),), unknown)])
            m.write(target, key, Maybe(old.path, changed) if isinstance(old, Maybe) else changed)
    for scope, count in zip(frame.pending, escaped, strict=True):
        del scope.escaped[count:]
    return run_branch(m, frame, [((Step(fork, 0),), run), ((Step(fork, 1),), lambda: None)])
