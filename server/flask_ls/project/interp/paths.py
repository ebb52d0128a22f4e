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
    configuration file overrides. None where neither arm is the usual one. Only the default arm of a fork that is not
    ``followed`` is evaluated; that it was taken is noted as an assumption.
    """

    __slots__ = ("arms", "dead", "default", "followed", "place", "reason")

    def __init__(
        self, place: Any, reason: str, arms: int = 2, default: int | None = None, *, followed: bool = True
    ) -> None:
        self.followed = followed
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
    """Any of ``paths`` holds. More may be added later.

    ``unfollowed``: a fork whose arm is not followed, when every path needs one. Kept here because paths share their
    parts: looking for it anew would take for ever.
    """

    __slots__ = ("paths", "unfollowed")

    def __init__(self, *paths: Path) -> None:
        self.paths: list[Path] = []
        self.unfollowed: Fork | None = None
        for path in paths:
            self.add(path)

    def add(self, path: Path) -> None:
        """Another way in which it holds."""
        if not path and () in self.paths:
            return
        fork = unfollowed(path)
        self.unfollowed = fork if not self.paths else self.unfollowed and fork
        self.paths.append(path)


_FEW = 8
Path: TypeAlias = tuple[Step | AnyOf, ...]


def unfollowed(path: Path) -> Fork | None:
    """The fork of a path whose arm is not followed, if any."""
    for step in path:
        if isinstance(step, Step):
            if not step.fork.followed and step.arm != step.fork.default:
                return step.fork
        elif step.unfollowed is not None:
            return step.unfollowed
    return None


def compatible(a: Path, b: Path) -> bool:
    """Whether both can hold: no fork is taken with different arms."""
    # Plain loops: this is the innermost function of the whole evaluation.
    for first in a:
        if type(first) is Step:
            fork, arm = first
            for second in b:
                if second[0] is fork and second[1] != arm if type(second) is Step else False:
                    return False
    return True


def may_both_hold(a: Path, b: Path, depth: int = 3) -> bool:
    """As ``compatible``, also looking at the ways of ``AnyOf``: too slow for where it is asked all the time."""
    if not compatible(a, b):
        return False
    return depth == 0 or (_has_way(a, b, depth) and _has_way(b, a, depth))


def _has_way(a: Path, b: Path, depth: int) -> bool:
    return all(
        any(may_both_hold(way, b, depth - 1) for way in step.paths)
        for step in a
        if isinstance(step, AnyOf) and 0 < len(step.paths) <= _FEW
    )


def extend(a: Path, b: Path) -> Path:
    """Both hold."""
    if not b:
        return a
    if not a:
        return b
    for step in b:
        if step not in a:
            a = (*a, step)
    return a


_NOWHERE = 1 << 30


class Reader:
    """Reads finished paths. Remembers: paths share their parts, and reading each again would take for ever."""

    def __init__(self) -> None:
        self._steps: dict[AnyOf, tuple[Step, ...]] = {}
        self._usual: dict[AnyOf, bool] = {}
        self._reading: dict[AnyOf, int] = {}  # with how many were being read before it
        self._cut = _NOWHERE  # the outermost of these that a way was left out for

    def by_default(self, path: Path) -> bool:
        """Whether a path needs no arm that is not the usual one of its fork."""
        return all(self._is_usual(step) for step in path)

    def _is_usual(self, step: Step | AnyOf) -> bool:
        if isinstance(step, Step):
            default = step.fork.default
            return default is None or step.arm == default or default in step.fork.dead
        known = self._usual.get(step)
        if known is None:
            self._usual[step] = False  # a way that needs itself is none
            known = self._usual[step] = any(self.by_default(p) for p in step.paths)
        return known

    def simplify(self, path: Path) -> tuple[Step, ...]:
        """The steps that really condition: forks with two live arms, no tautologies."""
        steps: dict[Step, None] = {}
        for step in path:
            if isinstance(step, Step):
                if len(step.fork.dead) < step.fork.arms - 1 or step.arm in step.fork.dead:
                    steps[step] = None
            else:
                steps.update(dict.fromkeys(self._any(step)))
        return tuple(steps)

    def _any(self, step: AnyOf) -> tuple[Step, ...]:
        known = self._steps.get(step)
        if known is not None:
            return known
        depth = self._reading[step] = len(self._reading)
        around, self._cut = self._cut, _NOWHERE
        # A way that needs itself is none: a module that imports itself in a circle.
        ways = [self.simplify(p) for p in step.paths if not self._needs_itself(p)]
        del self._reading[step]
        found = () if not ways or covers(ways) else min(ways, key=len)
        # What was left out for another one that is being read is only left out there.
        if self._cut >= depth:
            self._steps[step] = found
            self._cut = around
        else:
            self._cut = min(self._cut, around)
        return found

    def _needs_itself(self, path: Path) -> bool:
        around = [self._reading[s] for s in path if isinstance(s, AnyOf) and s in self._reading]
        if around:
            self._cut = min(self._cut, *around)
        return bool(around)


def simplify(path: Path) -> tuple[Step, ...]:
    """``Reader.simplify`` for a single path."""
    return Reader().simplify(path)


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
