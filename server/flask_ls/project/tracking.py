"""Answers that know what they were made of, so that an edit computes again only what depends on it.

A ``Part`` is something that one file says, an ``Input`` something whose changes are told, and a ``Memo`` an answer
computed from those and from other answers. Which ones is noted while it is computed. After an edit, the parts of the
edited file are read anew. Where one differs, the answers made of it are *stale*, and those made of these are *suspect*:
when one is asked for again, it is computed again only if something it was made of has really changed.

An answer that leads back to itself is given its provisional value there. What was computed on such a detour counts only
until the first question is answered, so that no answer depends on which question came first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from operator import eq
from typing import Any, Generic, TypeVar, cast

from flask_ls.project.facts import FileFacts

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

# The states of a node.
_DONE, _SUSPECT, _STALE, _RUNNING, _TENTATIVE = range(5)
_NOTHING: Any = object()
_NEVER = 1 << 30
_FEW = 6


class _Node:
    """One answer, or something that answers are made of.

    ``trial`` is what it is taken for while it, or what it led back to, is being computed. Then ``depth`` is the number
    of questions around it, ``low`` that of the outermost one that it led back to, ``detour`` what was computed on the
    way there.
    """

    __slots__ = ("depth", "detour", "key", "low", "memo", "sources", "state", "trial", "users", "value")

    def __init__(self, memo: Memo[Any, Any] | None, key: Any, value: Any, state: int) -> None:
        self.memo = memo
        self.key = key
        self.value = value
        self.state = state
        self.trial: Any = None
        self.depth = 0
        self.low = _NEVER
        self.sources: dict[_Node, None] | tuple[_Node, ...] | None = None
        self.users: tuple[_Node, ...] | set[_Node] = ()  # most have few, and a set takes four times as much
        self.detour: list[_Node] | None = None

    def note(self, source: _Node) -> None:
        """It is made of this."""
        if self.sources is None:
            self.sources = {}
        cast("dict[_Node, None]", self.sources)[source] = None

    def take(self, inner: _Node) -> None:
        """What was noted inside counts here, as the answer there is not final."""
        self.low = min(self.low, inner.low)
        for source in inner.sources or ():
            self.note(source)
        if inner.detour:
            self.detour = [*(self.detour or ()), *inner.detour]

    def unlink(self) -> None:
        """Forget what it was made of."""
        for source in self.sources or ():
            if isinstance(source.users, set):
                source.users.discard(self)
            else:
                source.users = tuple(user for user in source.users if user is not self)
        self.sources = None

    def give_up(self) -> None:
        """There is no answer yet."""
        for node in self.detour or ():
            node.detour = None
            node.give_up()
        self.state, self.trial, self.sources, self.detour, self.low = _STALE, None, None, None, _NEVER

    def settle(self, value: Any) -> None:
        """This is the answer, made of what was noted."""
        for node in self.detour or ():
            node.detour = None
            node.give_up()
        self.state, self.trial, self.detour, self.low = _DONE, None, None, _NEVER
        if self.sources:
            self.sources = tuple(self.sources)
        for source in self.sources or ():
            if isinstance(source.users, set):
                source.users.add(self)
            elif self not in source.users:
                many = len(source.users) >= _FEW
                source.users = {*source.users, self} if many else (*source.users, self)
        if value is not self.value and value != self.value:
            self.value = value
            self.spoil()

    def spoil(self) -> None:
        """It is another: what was made of it is stale, and what was made of that suspect."""
        todo: list[_Node] = []
        for user in self.users:
            if user.state == _DONE:
                todo.append(user)
            if user.state in (_DONE, _SUSPECT):
                user.state = _STALE
        while todo:
            for user in todo.pop().users:
                if user.state == _DONE:
                    user.state = _SUSPECT
                    todo.append(user)


class Tracker:
    """The files, and who asks what while an answer is computed. For one thread at a time."""

    def __init__(self, files: Mapping[str, FileFacts], *, notes: bool = True) -> None:
        """``notes``: there will be edits, so that it is noted which answer is made of what."""
        self.files = files
        self.notes = notes
        self._stack: list[_Node] = []
        self._parts: dict[str, list[tuple[Part[Any, Any], _Node]]] = {}

    def edited(self, path: str) -> None:
        """One of the files says something else now."""
        facts = self.files[path]
        for part, node in self._parts.get(path, ()):
            before, node.value = node.value, part.read(facts, node.key)
            if not part.alike(before, node.value):
                node.spoil()

    def aside(self, compute: Callable[[], V]) -> V:
        """``compute()`` for something on which no answer depends."""
        inside = self._begin(_Node(None, None, None, _RUNNING))
        try:
            return compute()
        finally:
            self._stack.pop()
            if self._stack:
                inside.sources = None
                self._stack[-1].take(inside)

    def _begin(self, node: _Node) -> _Node:
        node.depth = len(self._stack)
        self._stack.append(node)
        return node

    def _note(self, node: _Node) -> None:
        if self._stack:
            self._stack[-1].note(node)

    def _ask(self, node: _Node) -> Any:
        if node.state in (_SUSPECT, _STALE):
            self._refresh(node)
        elif node.state != _DONE:
            outer = self._stack[-1]
            outer.low = min(outer.low, node.depth if node.state == _RUNNING else node.low)
            if node.state == _TENTATIVE:
                for source in node.sources or ():
                    outer.note(source)
        if node.state != _DONE:
            return node.trial
        if self.notes:
            self._note(node)
        return node.value

    def _refresh(self, node: _Node) -> None:
        if node.state == _SUSPECT:
            for source in node.sources or ():
                if source.state in (_SUSPECT, _STALE):
                    self._refresh(source)
                if node.state == _STALE or source.state != _DONE:
                    break
            else:
                node.state = _DONE
                return
        self._compute(node, ())

    def _compute(self, node: _Node, more: tuple[Any, ...]) -> None:
        memo = cast("Memo[Any, Any]", node.memo)
        node.unlink()
        node.state, node.trial = _RUNNING, memo.provisional
        self._begin(node)
        try:
            value = memo.compute(node.key, *more)
        except BaseException:
            node.give_up()
            raise
        finally:
            self._stack.pop()
        if node.state == _DONE:
            return  # it was settled together with others
        if node.low < node.depth:
            node.state, node.trial = _TENTATIVE, value
            outer = self._stack[-1]
            outer.take(node)
            outer.detour = [*(outer.detour or ()), node]
        else:
            node.settle(value)


class Part(Generic[K, V]):
    """What ``read(facts, key)`` finds in a file."""

    def __init__(self, tracker: Tracker, read: Callable[[FileFacts, K], V], alike: Callable[[V, V], bool] = eq) -> None:
        """``alike``: whether nobody would notice the difference."""
        self._tracker = tracker
        self.read = read
        self.alike = alike
        self._nodes: dict[tuple[str, K], _Node] = {}

    def __call__(self, path: str, key: K) -> V:
        """The part of this file that goes by this key."""
        tracker = self._tracker
        if not tracker.notes:
            return self.read(tracker.files[path], key)
        node = self._nodes.get((path, key))
        if node is None:
            node = self._nodes[path, key] = _Node(None, key, self.read(tracker.files[path], key), _DONE)
            tracker._parts.setdefault(path, []).append((self, node))
        tracker._note(node)
        return cast("V", node.value)


class Input(Generic[K, V]):
    """What ``read(key)`` finds in something whose changes are told."""

    def __init__(self, tracker: Tracker, read: Callable[[K], V]) -> None:
        self._tracker = tracker
        self._read = read
        self._nodes: dict[K, _Node] = {}

    def __call__(self, key: K) -> V:
        """What goes by this key."""
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = _Node(None, key, self._read(key), _DONE)
        if self._tracker.notes:
            self._tracker._note(node)
        return cast("V", node.value)

    def changed(self, keys: Iterable[K] | None = None) -> None:
        """What goes by these keys, or by any, may be something else now."""
        for key in list(self._nodes) if keys is None else keys:
            node = self._nodes.get(key)
            if node is not None:
                before, node.value = node.value, self._read(key)
                if before is not node.value and before != node.value:
                    node.spoil()


class Relation:
    """Name -> the names that the files relate to it, sorted; ``read(facts)`` gives the pairs of a file."""

    def __init__(self, tracker: Tracker, read: Callable[[FileFacts], Iterable[tuple[str, str]]]) -> None:
        self._read = read
        self._counts: dict[str, Counter[str]] = {}
        for facts in tracker.files.values():
            self._add(facts)
        self._related: Input[str, tuple[str, ...]] = Input(
            tracker, lambda name: tuple(sorted(self._counts[name])) if name in self._counts else ()
        )

    def __call__(self, name: str) -> tuple[str, ...]:
        """What is related to a name."""
        return self._related(name)

    def edited(self, before: FileFacts, facts: FileFacts) -> None:
        """One file relates other names now."""
        gone = set(self._read(before))
        for name, other in gone:
            counts = self._counts[name]
            counts[other] -= 1
            if not counts[other]:
                del counts[other]
        self._add(facts)
        self._related.changed({name for name, _ in gone.symmetric_difference(self._read(facts))})

    def _add(self, facts: FileFacts) -> None:
        for name, other in set(self._read(facts)):
            self._counts.setdefault(name, Counter())[other] += 1


class Memo(Generic[K, V]):
    """Remembers ``compute(key)``; ``provisional`` is the answer to a question that leads back to itself."""

    def __init__(self, tracker: Tracker, compute: Callable[..., V], provisional: V) -> None:
        self._tracker = tracker
        self.compute = compute
        self.provisional = provisional
        self._lasting: dict[K, V] = {}  # made of nothing that changes
        self._nodes: dict[K, _Node] = {}

    def __call__(self, key: K, *more: Any) -> V:
        """The answer; ``more`` is handed on when it has to be computed for the first time."""
        lasting = self._lasting.get(key, _NOTHING)
        if lasting is not _NOTHING:
            return cast("V", lasting)
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = _Node(self, key, _NOTHING, _STALE)
            self._tracker._compute(node, more)
            if node.state == _DONE and not node.sources:
                del self._nodes[key]
                self._lasting[key] = node.value
                return cast("V", node.value)
        return cast("V", self._tracker._ask(node))

    def is_known(self, key: K) -> bool:
        """Whether the answer is remembered and still holds."""
        if key in self._lasting:
            return True
        node = self._nodes.get(key)
        if node is not None and node.state == _SUSPECT:
            self._tracker._refresh(node)
        return node is not None and node.state == _DONE

    def together(self, compute: Callable[[], Mapping[K, V]]) -> Mapping[K, V]:
        """Remember several answers that depend on each other and are made of the same."""
        tracker = self._tracker
        inside = tracker._begin(_Node(None, None, None, _RUNNING))
        try:
            found = compute()
        except BaseException:
            inside.give_up()
            raise
        finally:
            tracker._stack.pop()
        if inside.low < len(tracker._stack):
            tracker._stack[-1].take(inside)
            return found
        sources = tuple(inside.sources or ())
        for key, value in found.items():
            node = self._nodes.get(key)
            if node is None:
                node = self._nodes[key] = _Node(self, key, _NOTHING, _STALE)
            else:
                node.unlink()
            node.sources = sources
            node.settle(value)
        inside.give_up()
        return found
