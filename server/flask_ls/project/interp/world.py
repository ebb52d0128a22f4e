"""Mutable state of one evaluation: the undo trail, the current path condition, branching and joining.

Both arms of an unknown condition run on the same heap. Writes to objects that are older than the branch are put on
the trail, undone after each arm, and joined afterwards; objects made inside an arm need none of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from flask_ls.project.interp.packages import is_harmless
from flask_ls.project.interp.paths import AnyOf, Fork, Path, compatible, extend, unfollowed
from flask_ls.project.interp.values import (
    MISSING,
    SCALARS,
    Choice,
    DictV,
    External,
    Items,
    ListV,
    Maybe,
    Namespace,
    Unknown,
    Value,
)

MAX_CHOICE = 8


class Limit(Exception):
    """The evaluation got too large."""


class Raised(Exception):
    """The evaluated code raises. ``name`` is the exception's class name, ``bases`` the names of its bases.

    ``value`` is the exception or its message; None: not known.
    """

    def __init__(self, name: str, bases: tuple[str, ...] = (), value: Value = None) -> None:
        super().__init__(name)
        self.name = name
        self.bases = bases
        self.value = value
        self.place: Any = None  # where, once known


class Outcome(NamedTuple):
    """How a statement ended other than normally: ``return``, ``break`` or ``continue``, with a value."""

    kind: str
    value: Value = None


Diff = dict[tuple[int, Any], tuple[Any, Any, Value]]


class Arm(NamedTuple):
    """What one arm of a branch did."""

    path: Path
    outcome: Outcome | None
    diff: Diff
    raised: Raised | None
    end: Path  # the condition at its end, relative to the branch
    value: Value = None


class World:
    """Trail, path and joining."""

    def __init__(self) -> None:
        self.serial = 1
        self.mark = 0  # serial of the innermost open branch; 0: none
        self.trail: list[tuple[Any, Any, Value, int]] = []
        self.oldest_write = self.serial  # the birth of the oldest object written to, see ``calls``
        self.path: Path = ()
        self.extra: Path = ()  # "no exception so far" of the try statements around
        self.split_assumed = False  # the last condition was decided by an assumption
        self.dry = 0  # in a trial run nothing is recorded

    # Writing

    def write(self, names: Namespace, key: Any, value: Value) -> None:
        """Set a name or key so that a branch can undo it."""
        born = names.born
        if born < self.oldest_write:
            self.oldest_write = born
        if born < self.mark:
            self.trail.append((names, key, names.get(key, MISSING), 0))
        names[key] = value

    def erase(self, names: Namespace, key: Any) -> None:
        """Remove a name or key so that a branch can undo it."""
        if key in names:
            self.oldest_write = min(self.oldest_write, names.born)
            if names.born < self.mark:
                self.trail.append((names, key, names[key], 0))
            del names[key]

    def touch(self, target: ListV) -> None:
        """Must be called before a list or set is changed in place."""
        self.oldest_write = min(self.oldest_write, target.made)
        if target.born < self.mark:
            self.trail.append((target, None, (target.items, target.rest), target.born))
            target.items = list(target.items)
            target.born = self.mark

    def _undo(self, position: int) -> None:
        trail = self.trail
        while len(trail) > position:
            target, key, old, born = trail.pop()
            if isinstance(target, ListV):
                target.items, target.rest = old
                target.born = born
            elif old is MISSING:
                target.pop(key, None)
            else:
                target[key] = old

    def _collect(self, position: int) -> Diff:
        diff: Diff = {}
        for target, key, _, _ in self.trail[position:]:
            if isinstance(target, ListV):
                diff[id(target), None] = (target, None, (target.items, target.rest))
            else:
                diff[id(target), key] = (target, key, target.get(key, MISSING))
        return diff

    def _restore(self, target: Any, key: Any, value: Value) -> None:
        if isinstance(target, ListV):
            self.touch(target)
            target.items, target.rest = value
        elif value is MISSING:
            self.erase(target, key)
        else:
            self.write(target, key, value)

    # Branching

    def fork(
        self, place: Any, reason: str, arms: int = 2, default: int | None = None, *, followed: bool = True
    ) -> Fork:
        """A new unknown condition."""
        return Fork(place, reason, arms, default, followed=followed)

    def open_branch(self) -> tuple[int, int]:
        """Start to log writes; to be given back to ``close_branch``."""
        token = (len(self.trail), self.mark)
        self.serial += 1
        self.mark = self.serial
        return token

    def close_branch(self, token: tuple[int, int]) -> Diff:
        """Stop, undo what was written since and return it."""
        position, mark = token
        diff = self._collect(position)
        self._undo(position)
        self.mark = mark
        return diff

    def run_arm(self, path: Path, run: Callable[[], Any]) -> Arm:
        """Run under a further path condition and undo. ``run`` gives an ``Outcome``, None, or a value."""
        token = self.open_branch()
        before = self.path
        self.path = extend(before, path)
        result: Any = None
        raised: Raised | None = None
        try:
            result = run()
        except Raised as error:
            raised = error.with_traceback(None)  # which holds all that is running
        finally:
            end = self.path[len(before) :]
            self.path = before
            diff = self.close_branch(token)
        return Arm(path, result if isinstance(result, Outcome) else None, diff, raised, end, result)

    def dry_run(self, run: Callable[[], Any]) -> list[tuple[Any, Any]]:
        """Run, undo, and say what was written to: ``(names, key)`` or ``(list, None)``."""
        self.dry += 1
        try:
            arm = self.run_arm((), run)
        finally:
            self.dry -= 1
        return [(target, key) for target, key, _ in arm.diff.values()]

    def merge(self, arms: Iterable[tuple[Path, Diff]]) -> None:
        """Write the join of what the arms wrote."""
        arms = list(arms)
        if len(arms) == 1:
            for target, key, value in arms[0][1].values():
                self._restore(target, key, value)
            return
        keys: dict[tuple[int, Any], tuple[Any, Any]] = {}
        for _, diff in arms:
            for identity, (target, key, _) in diff.items():
                keys[identity] = (target, key)
        for identity, (target, key) in keys.items():
            is_list = isinstance(target, ListV)
            old = (target.items, target.rest) if is_list else target.get(key, MISSING)
            values = [(path, diff[identity][2] if identity in diff else old) for path, diff in arms]
            if is_list:
                self._restore(target, key, self._join_lists(values))
            elif isinstance(target, Items) and any(v is MISSING or isinstance(v, Maybe) for _, v in values):
                there = [
                    (extend(p, v.path), v.value) if isinstance(v, Maybe) else (p, v)
                    for p, v in values
                    if v is not MISSING
                ]
                self._restore(target, key, Maybe((AnyOf(*(p for p, _ in there)),), self.join(there)))
            else:
                self._restore(target, key, self.join(values))

    def _join_lists(
        self, values: list[tuple[Path, tuple[list[Value], Unknown | None]]]
    ) -> tuple[list[Value], Unknown | None]:
        lists = [items for _, (items, _) in values]
        common = 0
        for elements in zip(*lists):  # noqa: B905 - the shortest counts
            if any(e is not elements[0] and not same(e, elements[0]) for e in elements):
                break
            common += 1
        joined = list(lists[0][:common])
        for path, (items, _) in values:
            for item in items[common:]:
                if isinstance(item, Maybe):
                    joined.append(Maybe(extend(path, item.path), item.value))
                else:
                    joined.append(Maybe(path, item))
        rest = next((rest for _, (_, rest) in values if rest is not None), None)
        return joined, rest

    # Joining

    def join(self, values: list[tuple[Path, Value]]) -> Value:
        """One value that stands for all, each under its path. Absent ones are left out."""
        present = [(p, v) for p, v in values if v is not MISSING]
        if not present:
            return MISSING
        first = present[0][1]
        if all(v is first or same(v, first) for _, v in present):
            return first
        options: list[tuple[Path, Value]] = []
        for path, value in present:
            if isinstance(value, Choice):
                options.extend((extend(path, p), v) for p, v in value.options if compatible(path, p))
            else:
                options.append((path, value))
        return choice(options)

    def alternatives(self, value: Value) -> list[tuple[Path, Value]]:
        """The options of a value that are possible here; a plain value is its only one."""
        if isinstance(value, Choice):
            return [(p, v) for p, v in value.options if compatible(p, self.path)]
        if isinstance(value, Maybe):
            return self.alternatives(value.value)
        return [((), value)]

    def decide(self, value: Value) -> list[tuple[Path, Value]]:
        """The options of a value where they decide on what happens: those that are not followed are assumed away."""
        options = self.alternatives(value)
        if len(options) < 2:
            return options
        kept: list[tuple[Path, Value]] = []
        skipped: list[Fork] = []
        for path, option in options:
            fork = unfollowed(path)
            if fork is None:
                kept.append((path, option))
            else:
                skipped.append(fork)
        if not kept:
            return options
        for fork in skipped:
            self.assume(fork)
        return kept

    def assume(self, fork: Fork) -> None:
        """Note that only the default arm of a fork is followed."""

    def settle(self, value: Value) -> Value:
        """A choice of which only one option is possible here becomes that option."""
        if isinstance(value, Choice):
            options = self.alternatives(value)
            if len(options) == 1:
                return options[0][1]
            if not options:
                return Unknown("no possibility is left")
        return value

    def lift(self, value: Value, apply: Callable[[Value], Value]) -> Value:
        """``apply`` on each option of a value. ``apply`` must not write."""
        if not isinstance(value, Choice):
            return apply(value)
        results: list[tuple[Path, Value]] = []
        for path, option in self.alternatives(value):
            results.append((path, apply(option)))
        return self.join(results) if results else Unknown("no possibility is left")

    def each(self, value: Value, run: Callable[[Value], Value]) -> Value:
        """``run`` on each option of a value, each as an arm of its own; ``run`` may write."""
        if not isinstance(value, Choice):
            return run(value)
        options = self.decide(value)
        if len(options) == 1:
            return run(options[0][1])
        done: list[Arm] = []
        for path, option in options:
            done.append(self.run_arm(path, lambda option=option: run(option)))  # type: ignore[misc]
        live = [arm for arm in done if arm.raised is None]
        if not live:
            if done and done[0].raised is not None:
                raise done[0].raised
            return Unknown("no possibility is left")
        self.merge([(arm.path, arm.diff) for arm in live])
        return self.join([(arm.path, arm.value) for arm in live])


def same(a: Value, b: Value) -> bool:
    """Whether two values are surely the same: identical, or equal scalars of one type, or such tuples."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, External):
        return bool(a.path == b.path and not a.attrs and not b.attrs and "()" not in a.path)
    return isinstance(a, SCALARS) and bool(a == b)


def choice(options: list[tuple[Path, Value]]) -> Value:
    """A ``Choice`` of the options, or less where some are equal, too many, or none says anything."""
    unique: list[tuple[Path, Value]] = []
    unknown = -1  # index of the option that stands for all unknown ones
    for path, value in options:
        for index, (other_path, other) in enumerate(unique):
            if value is other or same(value, other):
                if path != other_path:
                    unique[index] = ((AnyOf(other_path, path),), other)
                break
        else:
            if isinstance(value, Unknown):
                if unknown >= 0:
                    first_path, first = unique[unknown]
                    unique[unknown] = ((AnyOf(first_path, path),), _either(first, value))
                    continue
                unknown = len(unique)
            unique.append((path, value))
    if len(unique) == 1:
        return unique[0][1]
    if len(unique) > MAX_CHOICE:
        return Unknown("it has too many possible values")
    return Choice(tuple(unique))


def _either(a: Unknown, b: Unknown) -> Unknown:
    """One unknown for two: that of the package that is less known, so that nothing is taken for harmless."""
    if isinstance(a, External) and isinstance(b, External):
        return b if is_harmless(a.package) else a
    return b if isinstance(a, External) else a


def scalar(value: Value) -> bool:
    """Whether a value is a known scalar."""
    return isinstance(value, SCALARS)


def known_key(value: Value) -> bool:
    """Whether a value can be a key of ``DictV``: hashable and compared as Python does."""
    if isinstance(value, tuple):
        return all(known_key(v) for v in value)
    return not isinstance(value, (Unknown, Choice, Maybe, ListV, DictV, slice))
