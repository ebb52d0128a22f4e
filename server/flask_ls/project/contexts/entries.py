"""With which contexts each body is entered, and by which way: a fixpoint over the callers of what is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol, TypeAlias

from flask_ls.project.bodies import Body, last_name, leaves
from flask_ls.project.contexts.arguments import Arguments
from flask_ls.project.contexts.components import components
from flask_ls.project.contexts.conventions import is_test_path
from flask_ls.project.contexts.flow import Condition, Flow
from flask_ls.project.contexts.graph import Graph
from flask_ls.project.contexts.meaning import receiver_of
from flask_ls.project.contexts.roles import SOURCES
from flask_ls.project.contexts.sites import Site, Sites
from flask_ls.project.contexts.states import IDENTITY, NONE, REQUEST, UNKNOWN, Mask, Vector, apply
from flask_ls.project.contexts.targets import Target
from flask_ls.project.contexts.values import BodyKey, Values
from flask_ls.project.tracking import Memo, Tracker


class Start(NamedTuple):
    """A way in from outside the project: ``source`` names its kind; ``at`` is the operation that registers it."""

    source: str
    mask: Mask
    at: Site | None = None


class Entry(NamedTuple):
    """One way in. ``caller`` enters the body that runs ``at``; None when this is where it starts.

    ``proves``: an error on this way comes out. Not when it is caught on the way, or when what the callers hand over may
    lead elsewhere.
    """

    key: BodyKey
    mask: Mask
    source: str
    at: Site | None = None
    caller: Entry | None = None
    length: int = 0
    proves: bool = True


class Call(NamedTuple):
    """A site that enters a body; ``vector`` is what happens to the context of the site on the way in.

    ``method``: only when the method of this name, of the class of the caller's ``self``, is the body.
    """

    site: Site
    vector: Vector
    method: str = ""
    condition: Condition | None = None


class Ways(NamedTuple):
    """All known ways into one body.

    ``spawned``: starts by an operation, such as a new thread, that only count when the operation can be reached.
    """

    calls: tuple[Call, ...] = ()
    starts: tuple[Start, ...] = ()
    spawned: tuple[Start, ...] = ()


_Entering: TypeAlias = "tuple[Site, Target]"
_Kind: TypeAlias = "tuple[str, Mask, bool, Site | None]"


def _kind(entry: Entry) -> _Kind:
    return entry.source, entry.mask, entry.proves, entry.at


class Importing(Protocol):
    """Who imports a module."""

    def importers(self, path: str) -> list[Site]:
        """The imports that may run it."""

    def start(self, path: str) -> Mask:
        """The context in which something outside the project runs it; 0 when nothing does."""


class Entries:
    """Answers "how is this body entered". ``more_starts`` adds what no site shows: tests, methods that Flask calls."""

    def __init__(
        self,
        values: Values,
        sites: Sites,
        graph: Graph,
        flow: Callable[[BodyKey], Flow | None],
        more_starts: Callable[[BodyKey, Body, Ways], Iterable[Start]],
        tracker: Tracker,
    ) -> None:
        self._values = values
        self._sites = sites
        self._graph = graph
        self._flow = flow
        self._more_starts = more_starts
        self._tracker = tracker
        self._ways: Memo[BodyKey, Ways] = Memo(tracker, self._find, Ways())
        self._by_name: Memo[tuple[str, bool], dict[BodyKey, list[_Entering]]] = Memo(tracker, self._find_by_name, {})
        self._of_name: Memo[tuple[str, bool, BodyKey], list[_Entering]] = Memo(tracker, self._find_of_name, [])
        self._entries: Memo[BodyKey, tuple[Entry, ...]] = Memo(tracker, self._solve, ())
        self._dependent: Memo[BodyKey, bool] = Memo(tracker, self._find_dependent, False)
        self.arguments = Arguments(values)
        self.imports: Importing | None = None

    def of(self, key: BodyKey) -> tuple[Entry, ...]:
        """Every kind of entry of a body, each with its shortest way."""
        return self._entries(key)

    def _solve(self, wanted: BodyKey) -> tuple[Entry, ...]:
        """The entries of a body, after those of all its callers. Bodies that call each other are solved together."""
        parts = components(wanted, self._callers, self._entries.is_known)
        while (part := self._tracker.aside(lambda: next(parts, None))) is not None:
            found = self._entries.together(lambda part=part: self._solve_together(sorted(part)))  # type: ignore[misc]
        return found[wanted]

    def _callers(self, key: BodyKey) -> list[BodyKey]:
        ways = self.ways(key)
        return [*(c.site.body for c in ways.calls), *(s.at.body for s in ways.spawned if s.at is not None)]

    def _solve_together(self, keys: list[BodyKey]) -> dict[BodyKey, tuple[Entry, ...]]:
        cone = {key: self.ways(key) for key in keys}
        callees: dict[BodyKey, list[tuple[BodyKey, Call]]] = {}
        for key, ways in cone.items():
            for call in ways.calls:
                callees.setdefault(call.site.body, []).append((key, call))
        found: dict[BodyKey, dict[_Kind, Entry]] = {key: {} for key in cone}
        queue: list[Entry] = []
        for key, ways in cone.items():
            for start in ways.starts:
                entry = Entry(key, start.mask, start.source, start.at)
                if found[key].setdefault(_kind(entry), entry) is entry:
                    queue.append(entry)
        for caller in dict.fromkeys(caller for key in cone for caller in self._callers(key)):
            queue += self.of(caller) if caller not in cone else ()
        # Breadth first, so that the first way found to a state is a shortest one.
        queue.sort(key=lambda e: e.length)
        spawned: dict[BodyKey, list[tuple[BodyKey, Start]]] = {}
        for key, ways in cone.items():
            for start in ways.spawned:
                if start.at is not None:
                    spawned.setdefault(start.at.body, []).append((key, start))
        position = 0
        while position < len(queue):
            entry = queue[position]
            position += 1
            for key, start in spawned.get(entry.key, ()):
                follow = self._spawn(key, start, entry)
                if follow is not None and found[key].setdefault(_kind(follow), follow) is follow:
                    queue.append(follow)
            for key, call in callees.get(entry.key, ()):
                follow = self._enter(key, call, entry)
                if follow is None:
                    continue
                kind = _kind(follow) if self._depends_on_arguments(key) else _kind(follow._replace(at=None))
                if kind not in found[key]:
                    found[key][kind] = follow
                    queue.append(follow)
        return {key: tuple(entries.values()) for key, entries in found.items()}

    def _spawn(self, key: BodyKey, start: Start, entry: Entry) -> Entry | None:
        """What a new thread or the like enters when its operation is reached in this way."""
        flow = self._flow(start.at.body) if start.at is not None else None
        at = apply(flow.at[start.at.leaf], entry.mask) if flow is not None and start.at is not None else 0
        # `copy_current_request_context` raises without a request, and then nothing is started.
        if flow is None or start.at is None or not at & (REQUEST | UNKNOWN if start.mask == REQUEST else at):
            return None
        if self.arguments.may_hold(entry, flow.conditions.get(start.at.leaf)) is False:
            return None
        return Entry(key, start.mask, start.source, start.at)

    def _enter(self, key: BodyKey, call: Call, entry: Entry) -> Entry | None:
        flow = self._flow(call.site.body)
        if flow is None:
            return None
        mask = apply(call.vector, apply(flow.at[call.site.leaf], entry.mask))
        if not mask:
            return None
        if not key.id:
            # What is shown of an import is where it ends: which of the ways there comes first is not known.
            return Entry(key, mask, "import")
        conditions = flow.conditions.get(call.site.leaf, frozenset())
        if call.condition is not None:
            conditions |= {call.condition}
        holds = self.arguments.may_hold(entry, conditions)
        if call.method and holds is not False:
            cls = self._graph.receivers.class_of_self(entry)
            if cls is None:
                holds = None
            elif self._graph.receivers.method(cls, call.method) != key:
                return None
        if holds is False:
            return None
        proves = entry.proves and holds is True and call.site.leaf not in flow.caught
        return Entry(key, mask, entry.source, call.site, entry, entry.length + 1, proves)

    def _depends_on_arguments(self, key: BodyKey) -> bool:
        """Whether what a body does depends on what it is called with or on, so that each call counts for itself."""
        return self._dependent(key)

    def _find_dependent(self, key: BodyKey) -> bool:
        flow, body = self._flow(key), self._values.body(key)
        return flow is not None and body is not None and bool(flow.conditions or self._depends_on_self(key, body))

    def _depends_on_self(self, key: BodyKey, body: Body) -> bool:
        return bool(body.cls) and self._graph.receivers.depends_on_self(key, body, list(leaves(body.block)))

    # Ways in

    def ways(self, key: BodyKey) -> Ways:
        """All known ways into a body."""
        return self._ways(key)

    def _find(self, key: BodyKey) -> Ways:
        self._values.model.checkpoint()
        body = self._values.signature(key)
        if body is None:
            return Ways()
        if not key.id:
            return self._module(key)
        calls: list[Call] = []
        starts: list[Start] = []
        spawned: list[Start] = []
        for site, target in self._entering(key, body):
            if target.source == "registration":
                calls += self._registrations(site, target.vector)
            elif target.source and SOURCES[target.source].is_spawned and (target.at or site.op[4] != "decorator"):
                spawned.append(Start(target.source, target.mask, target.at or site))
            elif target.source:
                starts.append(Start(target.source, target.mask, site))
            else:
                calls.append(Call(site, target.vector, target.method, target.condition))
        spawned = [s for s in dict.fromkeys(spawned) if s.mask]
        ways = Ways(tuple(dict.fromkeys(calls)), tuple(dict.fromkeys(starts)), tuple(spawned))
        more = tuple(self._more_starts(key, body, ways))
        starts = [s for s in (*ways.starts, *more) if s.mask]
        if not (calls or starts or spawned):
            starts = [Start("unknown", UNKNOWN)]  # it may be called by anything
        return ways._replace(starts=tuple(starts))

    def _module(self, key: BodyKey) -> Ways:
        if self.imports is None:
            return Ways(starts=(Start("import", NONE),))
        mask = self.imports.start(key.path)
        calls = tuple(Call(s, IDENTITY) for s in self.imports.importers(key.path) if s.body != key)
        return Ways(calls, (Start("import", mask),) if mask else ())

    def _registrations(self, site: Site, vector: Vector) -> list[Call]:
        """Where the blueprint is registered whose ``record`` the site calls: that is when the function runs."""
        function = site.op[1]
        blueprint = self._values.identity(site.body.path, receiver_of(function))
        if blueprint is None:
            return []
        found = []
        for other in self._sites.mentions("register_blueprint"):
            is_call = other.op[0] == "c" and other.op[2] and last_name(other.op[1]) == "register_blueprint"
            if is_call and self._values.identity(other.body.path, other.op[2][0]) == blueprint:
                found.append(Call(other, vector))
        return found

    def _entering(self, key: BodyKey, body: Body) -> list[tuple[Site, Target]]:
        """The sites that enter a body. Tests are no callers of other code: what they call it with proves nothing."""
        found: dict[_Entering, None] = {}
        is_test = is_test_path(key.path)
        for name in self._names(key, body):
            found.update(dict.fromkeys(self._of_name((name, is_test, key))))
        if key.id == "__getattr__" and self.imports is not None:
            sites = self.imports.importers(key.path)
            found.update(dict.fromkeys((s, t) for s in sites for t in self._graph.targets(s) if t.key == key))
        return list(found)

    def _find_of_name(self, question: tuple[str, bool, BodyKey]) -> list[_Entering]:
        name, is_test, key = question
        return self._by_name((name, is_test)).get(key, [])

    def _find_by_name(self, question: tuple[str, bool]) -> dict[BodyKey, list[_Entering]]:
        name, is_test = question
        found: dict[BodyKey, list[_Entering]] = {}
        for site in self._sites.mentions(name, tests=is_test):
            for target in self._graph.targets(site):
                found.setdefault(target.key, []).append((site, target))
        return found

    def _names(self, key: BodyKey, body: Body) -> list[str]:
        """The names that sites entering a body may mention: its own, its class's, that of what wraps or keeps it."""
        names = {body.name} | self._graph.carried.names(body.name)
        if body.is_generator:
            names |= self._sites.holders(body.name)
        if key.id == "__getattr__":
            names.add(self._values.model.files[key.path].module.rpartition(".")[2])
        if body.cls:
            if body.name == "run" or body.name[:2] == "__":
                names |= self._subclass_names(key, body)
            if body.name in ("__init__", "__new__", "__post_init__"):
                names |= {n for cls in names for n in self._graph.carried.names(cls)}
            elif body.name[:2] == "__":
                names |= {n for cls in names for n in self._sites.holders(cls)}
        elif body.owner:
            names |= self._decorated_by(key, body) | self._made_by(key, body)
        return [body.name, *sorted(names - {body.name})]

    def _made_by(self, key: BodyKey, body: Body) -> set[str]:
        """The name of the function that returns this one: ``outer()()``."""
        outer = self._values.signature(BodyKey(key.path, body.owner))
        if outer is None or f"@{body.id}" not in self._values.code.returned(BodyKey(key.path, body.owner)):
            return set()
        return {outer.name} | self._sites.holders(outer.name)

    def _subclass_names(self, key: BodyKey, body: Body) -> set[str]:
        """The names of a class and of the classes below it, which its constructor is called by."""
        wanted = f"{self._values.model.files[key.path].module}.{body.cls}"
        found = {body.cls.rpartition(".")[2]}
        for name in self._values.subclasses(wanted):
            found.add(name.rpartition(".")[2])
        if "builtins.type" in self._values.mro(wanted):
            found |= self._made_by_metaclass(found)
        return found

    def _made_by_metaclass(self, metaclasses: set[str]) -> set[str]:
        """The names of the classes that metaclasses of these names make."""
        found: set[str] = set()
        for site in (s for name in metaclasses for s in self._sites.mentions(name)):
            cls = self._values.of(site.body.path, site.op[1]) if site.op[0] == "k" else None
            for name in (cls.name, *self._values.subclasses(cls.name)) if cls is not None else ():
                found.add(name.rpartition(".")[2])
        return found

    def _decorated_by(self, key: BodyKey, body: Body) -> set[str]:
        """The names of the functions whose calls run this wrapper, as it is nested in their decorator."""
        found: set[str] = set()
        owner = body.owner
        while owner:
            name = owner.rpartition(".")[2]
            for site in self._sites.mentions(name):
                if site.op[0] == "c" and site.op[4] == "decorator":
                    target = self._values.signature(BodyKey(site.body.path, site.op[2][0][1:]))
                    if target is not None:
                        found.add(target.name)
            outer = self._values.signature(BodyKey(key.path, owner))
            owner = outer.owner if outer is not None else ""
        return found


def says(source: str) -> str:
    """What a kind of entry means, as a clause that follows a function's name."""
    return SOURCES[source].says if source in SOURCES else ""
