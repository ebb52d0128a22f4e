"""What ``match`` means."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import branches, comparison, mappings
from flask_ls.project.interp.builtin_names import instance_checks
from flask_ls.project.interp.frames import EXEC, Frame
from flask_ls.project.interp.paths import Step
from flask_ls.project.interp.values import (
    MISSING,
    SCALARS,
    ClassV,
    DictV,
    ListV,
    Maybe,
    Unknown,
    Value,
)
from flask_ls.project.interp.world import Outcome, known_key

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


_SEQUENCES = frozenset({"list", "tuple"})
# Built-in types whose one positional pattern is matched with the value itself.
_ITSELF = frozenset({"bool", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"})


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
        arms.append(((Step(fork, index),), lambda c=case: _enter(m, c, subject, frame)))
        if fits is True:
            break
    else:
        if not arms:
            return None
        arms.append(((Step(fork, len(node.cases)),), lambda: None))
    return branches.run_branch(m, frame, arms)


def _enter(m: Machine, case: ast.match_case, subject: Value, frame: Frame) -> Outcome | None:
    """Run the body of a case that may match; later cases have bound the same names meanwhile."""
    _matches(m, case.pattern, subject, frame)
    return m.run(case.body, frame)


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
        fits = False
        for inner in pattern.patterns:
            one = _matches(m, inner, subject, frame)
            if one is True and fits is False:
                return True
            fits = None if one is not False else fits
        return fits
    inside = mappings.mapping_of(subject)
    if isinstance(pattern, ast.MatchSequence) and isinstance(inside, (tuple, ListV)):
        fits = _matches_sequence(m, pattern, inside, frame)
    elif isinstance(pattern, ast.MatchMapping) and isinstance(inside, DictV):
        fits = _matches_mapping(m, pattern, inside, frame)
    elif isinstance(pattern, ast.MatchClass):
        fits = _matches_class(m, pattern, subject, frame)
    else:
        fits = False if isinstance(inside, (*SCALARS, ListV, tuple, DictV)) else None
    if fits is None:
        _forget(m, pattern, frame)
    return fits


def _forget(m: Machine, pattern: ast.pattern, frame: Frame) -> None:
    """The names that a pattern binds have values that are not known."""
    for inner in ast.walk(pattern):
        name = getattr(inner, "name", None) or getattr(inner, "rest", None)
        if isinstance(name, str):
            m.write(frame.names, name, Unknown("it is bound by a pattern"))


def _all(results: Iterable[bool | None]) -> bool | None:
    """Whether every part fits; the parts after one that surely does not are left alone, as Python does."""
    fits: bool | None = True
    for result in results:
        if result is False:
            return False
        fits = None if result is None else fits
    return fits


def _matches_sequence(m: Machine, pattern: ast.MatchSequence, subject: Value, frame: Frame) -> bool | None:
    items, rest = m.iterate(subject)
    is_sequence = isinstance(subject, tuple) or subject.kind in _SEQUENCES
    if rest is not None or any(isinstance(i, Maybe) for i in items) or not is_sequence:
        return None
    patterns = pattern.patterns
    star = next((i for i, p in enumerate(patterns) if isinstance(p, ast.MatchStar)), None)
    if star is None:
        if len(items) != len(patterns):
            return False
        return _all(_matches(m, p, m.settle(i), frame) for p, i in zip(patterns, items, strict=True))
    after = len(patterns) - star - 1
    if len(items) < star + after:
        return False
    middle = patterns[star]
    if isinstance(middle, ast.MatchStar) and middle.name is not None:
        m.write(frame.names, middle.name, m.new_list(items[star : len(items) - after]))
    last = zip(patterns[star + 1 :], items[len(items) - after :], strict=True)
    parts = [*zip(patterns[:star], items, strict=False), *last]
    return _all(_matches(m, p, m.settle(i), frame) for p, i in parts)


def _matches_mapping(m: Machine, pattern: ast.MatchMapping, subject: DictV, frame: Frame) -> bool | None:
    keys = [m.settle(m.eval(k, frame)) for k in pattern.keys]
    if subject.rest is not None or not all(known_key(k) for k in keys):
        return None
    values = [subject.items.get(k, MISSING) for k in keys]
    if any(v is MISSING for v in values):
        return False
    if any(isinstance(v, Maybe) for v in values):
        return None
    fits = _all(_matches(m, p, m.settle(v), frame) for p, v in zip(pattern.patterns, values, strict=True))
    if pattern.rest is not None:
        m.write(frame.names, pattern.rest, m.new_dict({k: v for k, v in subject.items.items() if k not in keys}))
    return fits


def _matches_class(m: Machine, pattern: ast.MatchClass, subject: Value, frame: Frame) -> bool | None:
    cls = m.settle(m.eval(pattern.cls, frame))
    fits = instance_checks.has_type(m, subject, cls)
    if fits is not True:
        return fits
    names: list[Value] = []
    if pattern.patterns:
        if isinstance(cls, ClassV) and cls.path in _ITSELF and len(pattern.patterns) == 1:
            fits = _matches(m, pattern.patterns[0], subject, frame)
        else:
            names = m.iterate(m.get(cls, "__match_args__", ()))[0]
            if len(names) < len(pattern.patterns):
                return None
    wanted = [*zip(names, pattern.patterns, strict=False), *zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True)]

    def attribute(name: Value, inner: ast.pattern) -> bool | None:
        value = m.settle(m.get(subject, name, MISSING)) if isinstance(name, str) else Unknown("its name is not known")
        return False if value is MISSING else _matches(m, inner, value, frame)

    return _all((fits, *(attribute(name, inner) for name, inner in wanted)))


EXEC[ast.Match] = _match
