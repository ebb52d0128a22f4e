"""One body, walked once: which context is active at each of its operations, for each state it may be entered in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from flask_ls.project.bodies import LEAVES, MAIN, Block, Body, Op, Symbol
from flask_ls.project.contexts.states import (
    APP,
    IDENTITY,
    NONE,
    NOWHERE,
    REQUEST,
    TO_REQUEST,
    TO_UNKNOWN,
    UNKNOWN,
    Vector,
    join,
    meet,
    then,
)


class Entering(NamedTuple):
    """What a context manager does to its block. ``catches``: RuntimeError raised inside does not come out.

    ``keeps_client``: requests made inside with a test client keep their context until the block ends.
    """

    vector: Vector = IDENTITY
    catches: bool = False
    keeps_client: bool = False


class Change(NamedTuple):
    """What a call does to the contexts of the code after it.

    With ``key`` it is undone by popping the context of that name. ``pops``: it pops ``key`` itself; ``soft``: only
    if that was pushed here. ``is_client``: a request made with a test client.
    """

    vector: Vector = IDENTITY
    key: Symbol | None = None
    pops: bool = False
    soft: bool = False
    is_client: bool = False


class Condition(NamedTuple):
    """A test of a parameter (see the guards of ``project.bodies``) and whether it holds."""

    parameter: str
    test: str
    holds: bool


class Meaning(Protocol):
    """What the operations of a body mean for contexts, in the light of the whole project."""

    def entering(self, path: str, symbol: Symbol | None) -> Entering:
        """What ``with symbol:`` does."""

    def change(self, path: str, op: Op) -> Change | None:
        """What a call leaves behind; None when nothing."""

    def may_request(self, path: str, op: Op) -> bool:
        """Whether a call may lead to a request of a test client."""

    def level(self, path: str, symbol: Symbol) -> int:
        """What the truth of an expression proves: ``APP``, ``REQUEST``, or 0 for nothing."""

    def is_runtime_error(self, path: str, symbol: Symbol | None) -> bool:
        """Whether ``except symbol:`` catches RuntimeError."""


@dataclass(slots=True)
class Flow:
    """``at[i]``: the vector at leaf ``i``.

    ``caught``: leaves whose RuntimeError is caught in this body. ``script``: leaves under
    ``if __name__ == "__main__"``. ``conditions``: leaf -> what its body's parameters must be for it to run.
    ``after_client``: leaves that run after a test client's request in the same body. ``yields``: leaf numbers of its
    ``yield``. ``leave``: the vector when the body is left normally.
    """

    at: list[Vector] = field(default_factory=list)
    caught: set[int] = field(default_factory=set)
    script: set[int] = field(default_factory=set)
    after_client: set[int] = field(default_factory=set)
    yields: list[int] = field(default_factory=list)
    conditions: dict[int, frozenset[Condition]] = field(default_factory=dict)
    leave: Vector = NOWHERE
    keeps_client_at_yield: bool = False


_NO_CONDITIONS: frozenset[Condition] = frozenset()


class _State(NamedTuple):
    vector: Vector
    pushed: tuple[tuple[Symbol, Vector], ...] = ()
    client_called: bool = False
    conditions: frozenset[Condition] = _NO_CONDITIONS


def flow_of(path: str, body: Body, meaning: Meaning, *, keeps_client: bool = False) -> Flow:
    """Walk a body. ``keeps_client``: it runs inside ``with client:`` from the start."""
    walker = _Walker(path, meaning)
    walker.keeps_client = int(keeps_client)
    state = walker.block(body.block, _State(IDENTITY))
    flow = walker.flow
    flow.leave = walker.left
    if state is not None:
        flow.leave = join(flow.leave, state.vector)
    return flow


class _Walker:
    def __init__(self, path: str, meaning: Meaning) -> None:
        self.path = path
        self.meaning = meaning
        self.flow = Flow()
        self.left: Vector = NOWHERE
        self.catching = 0
        self.keeps_client = 0
        self.kept = 0

    def block(self, block: Block, state: _State | None) -> _State | None:
        for op in block:
            kind = op[0]
            if kind in LEAVES:
                state = self._leaf(op, state)
            elif kind == "x":
                if state is not None:
                    self.left = join(self.left, state.vector)
                state = None
            elif kind == "if":
                state = self._if(op, state)
            elif kind == "with":
                state = self._with(op, state)
            elif kind == "loop":
                state = _either(state, self.block(op[1], state))
            elif kind == "try":
                state = self._try(op, state)
        return state

    def _leaf(self, op: Op, state: _State | None) -> _State | None:
        flow = self.flow
        number = len(flow.at)
        flow.at.append(state.vector if state is not None else NOWHERE)
        if self.catching:
            flow.caught.add(number)
        kind = op[0]
        if kind == "y":
            flow.yields.append(number)
            flow.keeps_client_at_yield = flow.keeps_client_at_yield or bool(self.keeps_client)
        if state is None:
            return None
        if state.client_called:
            flow.after_client.add(number)
        if state.conditions:
            flow.conditions[number] = state.conditions
        if kind not in ("c", "m"):
            return state
        change = self.meaning.change(self.path, op)
        if change is not None:
            return self._changed(state, change)
        if self.keeps_client and kind == "c" and self.meaning.may_request(self.path, op):
            self.kept += 1
            return state._replace(vector=then(state.vector, TO_UNKNOWN))
        return state

    def _changed(self, state: _State, change: Change) -> _State | None:
        vector, pushed, called, conditions = state
        if change.is_client:
            self.kept += bool(self.keeps_client)
            return _State(then(vector, TO_REQUEST) if self.keeps_client else vector, pushed, True, conditions)
        if change.pops:
            for number in range(len(pushed) - 1, -1, -1):
                if pushed[number][0] == change.key:
                    return _State(pushed[number][1], pushed[:number], called, conditions)
            return state if change.soft else _State(then(vector, TO_UNKNOWN), pushed, called, conditions)
        if change.key is not None:
            pushed = (*pushed, (change.key, vector))
        return _State(then(vector, change.vector), pushed, called, conditions)

    # Structure

    def _if(self, op: Op, state: _State | None) -> _State | None:
        guard = op[1]
        yes, no = state, state
        if state is not None and guard is not None:
            yes = _where(state, self._refined(guard, state.vector, True), self._conditions(guard, True))
            no = _where(state, self._refined(guard, state.vector, False), self._conditions(guard, False))
        before = len(self.flow.at)
        end = self.block(op[2], yes)
        if guard == MAIN:
            self.flow.script.update(range(before, len(self.flow.at)))
        return _either(end, self.block(op[3], no))

    def _with(self, op: Op, state: _State | None) -> _State | None:
        entering = self.meaning.entering(self.path, op[1])
        inside = state._replace(vector=then(state.vector, entering.vector)) if state is not None else None
        self.catching += entering.catches
        self.keeps_client += entering.keeps_client
        kept = self.kept
        after = self.block(op[2], inside)
        self.keeps_client -= entering.keeps_client
        self.catching -= entering.catches
        if state is None:
            return None
        if after is None:
            return state if entering.catches else None
        if len(after.pushed) > len(state.pushed):
            # What was pushed inside and not popped is left, the context of the block itself among it.
            return state._replace(vector=then(state.vector, TO_UNKNOWN), client_called=after.client_called)
        if self.keeps_client and self.kept > kept:
            # A client that was entered further out keeps the context of the request beyond this block.
            return after._replace(vector=then(state.vector, TO_UNKNOWN))
        # The manager takes back what it pushed, and an exit stack what was entered through it.
        if entering != Entering() or _is_stack(op[1]):
            return state._replace(client_called=after.client_called)
        return after

    def _try(self, op: Op, state: _State | None) -> _State | None:
        _, _, body, handlers, otherwise, final = op
        catches = any(
            not again and (types is None or any(self.meaning.is_runtime_error(self.path, t) for t in types))
            for types, again, _ in handlers
        )
        self.catching += catches
        after = self.block(body, state)
        self.catching -= catches
        # An exception may come from any place of the body: before or after its changes.
        failed = _either(state, after)
        ends = [self.block(handler, failed) for _, _, handler in handlers]
        end = self.block(otherwise, after)
        for other in ends:
            end = _either(end, other)
        if not final:
            return end
        finished = self.block(final, end if end is not None else failed)
        return finished if end is not None else None

    # Guards

    def _conditions(self, guard: Symbol | None, holds: bool) -> frozenset[Condition]:
        """What a guard that is true (or false) says about parameters."""
        if not isinstance(guard, tuple):
            return _NO_CONDITIONS
        kind = guard[0]
        if kind == "p":
            return frozenset({Condition(guard[1], guard[2], holds)})
        if kind == "not":
            return self._conditions(guard[1], not holds)
        if kind == "?":
            depends = _depends_on_parameters(guard[1]) and not self.meaning.level(self.path, guard[1])
            return frozenset({Condition("", "?", holds)}) if depends else _NO_CONDITIONS
        if (kind == "and") == holds:
            return _NO_CONDITIONS.union(*(self._conditions(part, holds) for part in guard[1:]))
        # One of several is enough. Those that ask for a context are accounted for in the vector.
        parts = [
            p for p in guard[1:] if not (isinstance(p, tuple) and p[0] == "?" and self.meaning.level(self.path, p[1]))
        ]
        found = [self._conditions(part, holds) for part in parts]
        if not all(found):
            return _NO_CONDITIONS
        return found[0] if len(found) == 1 else frozenset({Condition("", "?", holds)}) if found else _NO_CONDITIONS

    def _refined(self, guard: Symbol, vector: Vector, holds: bool) -> Vector:
        """The vector where ``guard`` is true (or false)."""
        if guard == MAIN:
            return (vector[0], 0, 0, 0) if holds else vector
        if not isinstance(guard, tuple):
            return vector
        kind = guard[0]
        if kind == "not":
            return self._refined(guard[1], vector, not holds)
        if kind in ("and", "or"):
            if (kind == "and") == holds:
                for part in guard[1:]:
                    vector = self._refined(part, vector, holds) if part is not None else vector
                return vector
            found: Vector = NOWHERE
            for part in guard[1:]:
                found = join(found, self._refined(part, vector, holds) if part is not None else vector)
                vector = self._refined(part, vector, not holds) if part is not None else vector
            return found
        if kind == "p":
            return vector
        level = self.meaning.level(self.path, guard[1])
        if not level:
            return vector
        if not holds:
            # An empty session is false inside a request as well: such a guard proves nothing when it is false.
            only_true = level & 16
            return vector if only_true else meet(vector, UNKNOWN | NONE | (APP if level & REQUEST else 0))
        if level & REQUEST:
            return then(meet(vector, REQUEST | UNKNOWN), (0, 0, REQUEST, REQUEST))
        return meet(vector, APP | REQUEST | UNKNOWN)


def _where(state: _State, vector: Vector, conditions: frozenset[Condition]) -> _State | None:
    if vector == NOWHERE:
        return None
    return state._replace(vector=vector, conditions=state.conditions | conditions)


def _either(one: _State | None, other: _State | None) -> _State | None:
    if one is None:
        return other
    if other is None or one == other:
        return one
    shared = 0
    for left, right in zip(one.pushed, other.pushed, strict=False):
        if left != right:
            break
        shared += 1
    vector = join(one.vector, other.vector)
    conditions = one.conditions & other.conditions
    return _State(vector, one.pushed[:shared], one.client_called or other.client_called, conditions)


def _depends_on_parameters(symbol: Symbol | None) -> bool:
    if isinstance(symbol, tuple):
        parts = (symbol[1], *symbol[2], *(v for _, v in symbol[3])) if symbol[0] == "()" else symbol[1:]
        return any(_depends_on_parameters(part) for part in parts if isinstance(part, (str, tuple)))
    return symbol is not None and symbol[:1] in ("%", "$", "&")


def _is_stack(symbol: Symbol | None) -> bool:
    name = symbol[1] if isinstance(symbol, tuple) else symbol
    return isinstance(name, str) and name.endswith("ExitStack")
