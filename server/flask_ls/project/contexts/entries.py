"""With which contexts each body is entered, and by which way: a fixpoint over the callers of what is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol, TypeAlias

from flask_ls.project.bodies import FALSY, MORE, Body, Symbol, last_name, leaves
from flask_ls.project.contexts.conventions import is_test_path
from flask_ls.project.contexts.flow import Condition, Flow
from flask_ls.project.contexts.graph import Graph
from flask_ls.project.contexts.meaning import receiver_of
from flask_ls.project.contexts.roles import SOURCES
from flask_ls.project.contexts.sites import Site, Sites
from flask_ls.project.contexts.states import IDENTITY, NONE, REQUEST, UNKNOWN, Mask, Vector, apply
from flask_ls.project.contexts.targets import Target
from flask_ls.project.contexts.values import BodyKey, Values


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
    """A site that enters a body; ``vector`` is what happens to the context of the site on the way in."""

    site: Site
    vector: Vector


class Ways(NamedTuple):
    """All known ways into one body.

    ``spawned``: starts by an operation, such as a new thread, that only count when the operation can be reached.
    """

    calls: tuple[Call, ...] = ()
    starts: tuple[Start, ...] = ()
    spawned: tuple[Start, ...] = ()


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
    ) -> None:
        self._values = values
        self._sites = sites
        self._graph = graph
        self._flow = flow
        self._more_starts = more_starts
        self._ways: dict[BodyKey, Ways] = {}
        self._by_name: dict[tuple[str, bool], dict[BodyKey, list[tuple[Site, Target]]]] = {}
        self._known: dict[BodyKey, tuple[Entry, ...]] = {}
        self.imports: Importing | None = None

    def of(self, key: BodyKey) -> tuple[Entry, ...]:
        """Every kind of entry of a body, each with its shortest way."""
        if key not in self._known:
            self._solve(key)
        return self._known[key]

    def _solve(self, wanted: BodyKey) -> None:
        cone: dict[BodyKey, Ways] = {}
        todo = [wanted]
        while todo:
            key = todo.pop()
            if key in cone or key in self._known:
                continue
            cone[key] = self.ways(key)
            todo += [c.site.body for c in cone[key].calls]
            todo += [s.at.body for s in cone[key].spawned if s.at is not None]
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
        outside = {c.site.body for ways in cone.values() for c in ways.calls}
        outside |= {s.at.body for ways in cone.values() for s in ways.spawned if s.at is not None}
        for key in outside - cone.keys():
            queue += self._known[key]
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
        for key, entries in found.items():
            self._known[key] = tuple(entries.values())

    def _spawn(self, key: BodyKey, start: Start, entry: Entry) -> Entry | None:
        """What a new thread or the like enters when its operation is reached in this way."""
        flow = self._flow(start.at.body) if start.at is not None else None
        at = apply(flow.at[start.at.leaf], entry.mask) if flow is not None and start.at is not None else 0
        # `copy_current_request_context` raises without a request, and then nothing is started.
        if flow is None or start.at is None or not at & (REQUEST | UNKNOWN if start.mask == REQUEST else at):
            return None
        if self.may_hold(entry, flow.conditions.get(start.at.leaf)) is False:
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
        holds = self.may_hold(entry, flow.conditions.get(call.site.leaf))
        if holds is False:
            return None
        proves = entry.proves and holds is True and call.site.leaf not in flow.caught
        return Entry(key, mask, entry.source, call.site, entry, entry.length + 1, proves)

    # Arguments

    def _depends_on_arguments(self, key: BodyKey) -> bool:
        """Whether what a body does depends on what it is called with, so that each call counts for itself."""
        flow = self._flow(key)
        return flow is not None and bool(flow.conditions)

    def may_hold(self, entry: Entry, conditions: frozenset[Condition] | None) -> bool | None:
        """Whether the conditions on a body's parameters hold for this way in; None when that is not known."""
        answers = [self._holds(entry, c) for c in conditions or ()]
        if False in answers:
            return False
        return None if None in answers else True

    def _holds(self, entry: Entry, condition: Condition) -> bool | None:
        owner, _, name = condition.parameter[1:].rpartition(":")
        body = self._values.body(entry.key)
        if body is None or owner != body.id or condition.test == "?":
            return None
        given = _given(body, name, entry)
        if given is None:
            return None
        if given[0] not in "'@":
            value = self._values.of(entry.at.body.path, given) if entry.at is not None else None
            # An object of the project or an application; what its truth is, only its class could say.
            if value is None or value.kind not in ("instance", "class", "function"):
                return None
            if condition.test != "none" and "flask.Flask" not in self._values.mro(value.name):
                return None
        is_none, is_true = given == "'None", given not in ("'None", "'False", FALSY)
        return (is_none if condition.test == "none" else is_true) == condition.holds

    # Ways in

    def ways(self, key: BodyKey) -> Ways:
        """All known ways into a body."""
        known = self._ways.get(key)
        if known is None:
            self._ways[key] = Ways()
            known = self._ways[key] = self._find(key)
        return known

    def _find(self, key: BodyKey) -> Ways:
        self._values.model.checkpoint()
        body = self._values.body(key)
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
            elif target.source and site.op[4] != "decorator" and SOURCES[target.source].is_spawned:
                spawned.append(Start(target.source, target.mask, site))
            elif target.source:
                starts.append(Start(target.source, target.mask, site))
            else:
                calls.append(Call(site, target.vector))
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
        found: dict[tuple[Site, Target], None] = {}
        is_test = is_test_path(key.path)
        for name in self._names(key, body):
            known = self._by_name.get((name, is_test))
            if known is None:
                known = self._by_name[name, is_test] = {}
                for site in self._sites.mentions(name, tests=is_test):
                    for target in self._graph.targets(site):
                        known.setdefault(target.key, []).append((site, target))
            found.update(dict.fromkeys(known.get(key, ())))
        return list(found)

    def _names(self, key: BodyKey, body: Body) -> set[str]:
        """The names that sites entering a body may mention: its own, its class's, that of what it wraps."""
        names = {body.name}
        if body.cls:
            if body.name in ("__init__", "__new__", "__post_init__", "__call__", "__enter__", "__exit__", "run"):
                names = names | self._subclass_names(key, body)
        elif body.owner:
            names |= self._decorated_by(key, body) | self._made_by(key, body)
        return names

    def _made_by(self, key: BodyKey, body: Body) -> set[str]:
        """The name of the function that returns this one: ``outer()()``."""
        outer = self._values.body(BodyKey(key.path, body.owner))
        if outer is None or not any(op[0] == "R" and op[1] == f"@{body.id}" for op in leaves(outer.block)):
            return set()
        return {outer.name}

    def _subclass_names(self, key: BodyKey, body: Body) -> set[str]:
        """The names of a class and of the classes below it, which its constructor is called by."""
        wanted = f"{self._values.model.files[key.path].module}.{body.cls}"
        found = {body.cls.rpartition(".")[2]}
        for name in self._values.subclasses(wanted):
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
                    target = self._values.body(BodyKey(site.body.path, site.op[2][0][1:]))
                    if target is not None:
                        found.add(target.name)
            outer = self._values.body(BodyKey(key.path, owner))
            owner = outer.owner if outer is not None else ""
        return found


def _given(body: Body, name: str, entry: Entry) -> str | None:
    """What a way in gives for a parameter, as far as it says whether that is None or false; None when it does not."""
    op = entry.at.op if entry.at is not None else None
    parameter = body.parameter(name)
    if op is None or parameter is None or op[0] != "c" or op[4] == "decorator":
        return None
    if entry.caller is None:
        # Handed over to a thread or the like: only without any arguments it is known what the parameters are.
        passes = len(op[2]) > 1 or any(key in ("args", "kwargs") for key, _ in op[3])
        return None if passes or parameter.default == "?" else parameter.default
    if MORE in op[2] or any(key == MORE for key, _ in op[3]):
        return None
    names = [p.name for p in body.parameters]
    if body.cls and "staticmethod" not in body.decorators:
        names = names[1:]
    for key, symbol in op[3]:
        if key == name:
            return _plain(symbol)
    position = names.index(name) if name in names else -1
    if 0 <= position < len(op[2]):
        return _plain(op[2][position])
    return parameter.default if parameter.default != "?" else None


def _plain(symbol: Symbol | None) -> str | None:
    return symbol if isinstance(symbol, str) else None


def says(source: str) -> str:
    """What a kind of entry means, as a clause that follows a function's name."""
    return SOURCES[source].says if source in SOURCES else ""
