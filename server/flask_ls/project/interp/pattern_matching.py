"""What ``match`` means."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import branches, comparison
from flask_ls.project.interp.frames import EXEC, Frame
from flask_ls.project.interp.paths import Step
from flask_ls.project.interp.values import Unknown, Value
from flask_ls.project.interp.world import Outcome

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


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


EXEC[ast.Match] = _match
