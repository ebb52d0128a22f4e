"""Path conditions: under which arms of which unknown conditions something happens.

A path is a tuple of steps that all hold. A ``Step`` is one arm of one ``Fork``; an ``AnyOf`` step holds as soon as
one of its paths does ("this module was imported", "one of the arms that gave this value was taken").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable


class Fork:
    """One unknown condition met during evaluation. ``place`` is where, ``reason`` why it is unknown.

    ``default`` is the arm that is taken when nothing special is set up: no environment variable is set, no
    configuration file overrides. None where neither arm is the usual one.
    """

    __slots__ = ("arms", "dead", "default", "place", "reason")

    def __init__(self, place: Any, reason: str, arms: int = 2, default: int | None = None) -> None:
        self.place = place
        self.reason = reason
        self.arms = arms
        self.default = default
        # Arms that end the program (raise, sys.exit): where the application starts, they were not taken.
        self.dead: set[int] = set()


class Step(NamedTuple):
    """One arm of a fork."""

    fork: Fork
    arm: int


class AnyOf:
    """Any of ``paths`` holds. More may be added later."""

    __slots__ = ("paths",)

    def __init__(self, *paths: Path) -> None:
        self.paths: list[Path] = list(paths)


Path: TypeAlias = tuple[Step | AnyOf, ...]


def compatible(a: Path, b: Path) -> bool:
    """Whether both can hold: no fork is taken with different arms."""
    if not a or not b:
        return True
    arms = {s.fork: s.arm for s in a if isinstance(s, Step)}
    return all(arms.get(s.fork, s.arm) == s.arm for s in b if isinstance(s, Step))


def extend(a: Path, b: Path) -> Path:
    """Both hold."""
    if not b:
        return a
    if not a:
        return b
    return a + tuple(s for s in b if s not in a)


def by_default(path: Path) -> bool:
    """Whether a path needs no arm that is not the usual one of its fork."""
    return all(
        (step.fork.default is None or step.arm == step.fork.default or step.fork.default in step.fork.dead)
        if isinstance(step, Step)
        else any(by_default(p) for p in step.paths)
        for step in path
    )


def simplify(path: Path, _seen: frozenset[AnyOf] = frozenset()) -> tuple[Step, ...]:
    """The steps that really condition: forks with two live arms, no tautologies."""
    steps: list[Step] = []
    for step in path:
        if isinstance(step, Step):
            if len(step.fork.dead) < step.fork.arms - 1 or step.arm in step.fork.dead:
                if step not in steps:
                    steps.append(step)
        elif step not in _seen:
            ways = [simplify(p, _seen | {step}) for p in step.paths]
            if not covers(ways):
                steps.extend(s for s in min(ways, key=len) if s not in steps)
    return tuple(steps)


def covers(ways: Iterable[tuple[Step, ...]]) -> bool:
    """Whether one of the ways surely holds: the arms of forks are merged until a way has no condition left."""
    known = {frozenset(w) for w in ways}
    found = True
    while found and frozenset() not in known and len(known) < 64:
        found = False
        for way in list(known):
            for step in way:
                rest = way - {step}
                live = set(range(step.fork.arms)) - step.fork.dead - {step.arm}
                if rest not in known and all(rest | {Step(step.fork, arm)} in known for arm in live):
                    known.add(rest)
                    found = True
    return frozenset() in known
