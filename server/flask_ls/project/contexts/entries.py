"""With which contexts each body is entered, and by which way: a fixpoint over the callers of what is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from flask_ls.project.bodies import Body, last_name
from flask_ls.project.contexts import roles
from flask_ls.project.contexts.flow import Flow
from flask_ls.project.contexts.graph import Graph
from flask_ls.project.contexts.meaning import receiver_of
from flask_ls.project.contexts.sites import Site, Sites
from flask_ls.project.contexts.states import NONE, REQUEST, UNKNOWN, Mask, Vector, apply
from flask_ls.project.contexts.values import BodyKey, Values


class Start(NamedTuple):
    """A way in from outside the project: ``source`` names its kind; ``at`` is the operation that registers it."""

    source: str
    mask: Mask
    at: Site | None = None


class Entry(NamedTuple):
    """One way in. ``caller`` enters the body that runs ``at``; None when this is where it starts."""

    key: BodyKey
    mask: Mask
    source: str
    at: Site | None = None
    caller: Entry | None = None
    length: int = 0


class Call(NamedTuple):
    """A site that enters a body; ``vector`` is what happens to the context of the site on the way in."""

    site: Site
    vector: Vector


class Ways(NamedTuple):
    """All known ways into one body."""

    calls: tuple[Call, ...] = ()
    starts: tuple[Start, ...] = ()


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
        self._known: dict[BodyKey, tuple[Entry, ...]] = {}
        self.module_mask: Callable[[BodyKey], Mask] = lambda key: NONE

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
        callees: dict[BodyKey, list[tuple[BodyKey, Call]]] = {}
        for key, ways in cone.items():
            for call in ways.calls:
                callees.setdefault(call.site.body, []).append((key, call))
        found: dict[BodyKey, dict[tuple[str, Mask], Entry]] = {key: {} for key in cone}
        queue: list[Entry] = []
        for key, ways in cone.items():
            for start in ways.starts:
                entry = Entry(key, start.mask, start.source, start.at)
                if found[key].setdefault((entry.source, entry.mask), entry) is entry:
                    queue.append(entry)
        for key in callees:
            if key not in cone:
                queue += self._known[key]
        # Breadth first, so that the first way found to a state is a shortest one.
        queue.sort(key=lambda e: e.length)
        position = 0
        while position < len(queue):
            entry = queue[position]
            position += 1
            for key, call in callees.get(entry.key, ()):
                follow = self._enter(key, call, entry)
                if follow is not None and (follow.source, follow.mask) not in found[key]:
                    found[key][follow.source, follow.mask] = follow
                    queue.append(follow)
        for key, entries in found.items():
            self._known[key] = tuple(entries.values())

    def _enter(self, key: BodyKey, call: Call, entry: Entry) -> Entry | None:
        flow = self._flow(call.site.body)
        if flow is None:
            return None
        mask = apply(call.vector, apply(flow.at[call.site.leaf], entry.mask))
        if not mask:
            return None
        if call.site.leaf in flow.caught and mask != REQUEST:
            mask = UNKNOWN  # what goes wrong in there is caught here
        return Entry(key, mask, entry.source, call.site, entry, entry.length + 1)

    # Ways in

    def ways(self, key: BodyKey) -> Ways:
        """All known ways into a body."""
        known = self._ways.get(key)
        if known is None:
            self._ways[key] = Ways()
            known = self._ways[key] = self._find(key)
        return known

    def _find(self, key: BodyKey) -> Ways:
        body = self._values.body(key)
        if body is None:
            return Ways()
        if not key.id:
            mask = self.module_mask(key)
            return Ways(starts=(Start("import", mask),))
        calls: list[Call] = []
        starts: list[Start] = []
        for site in self._candidates(key, body):
            for target in self._graph.targets(site):
                if target.key != key:
                    continue
                if target.source == "registration":
                    calls += self._registrations(site, target.vector)
                elif target.source:
                    starts.append(Start(target.source, target.mask, site))
                else:
                    calls.append(Call(site, target.vector))
        ways = Ways(tuple(dict.fromkeys(calls)), tuple(dict.fromkeys(starts)))
        more = tuple(self._more_starts(key, body, ways))
        starts = [s for s in (*ways.starts, *more) if s.mask]
        return ways._replace(starts=tuple(starts))

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

    def _candidates(self, key: BodyKey, body: Body) -> Iterable[Site]:
        """The sites that may enter a body: those that mention its name, or something it is nested in or wraps."""
        names = {body.name}
        if body.kind == "generator" or body.name.startswith("<"):
            return self._sites.in_file(key.path).get(body.name, [])
        if body.cls:
            if body.name in ("__init__", "__post_init__", "__call__", "__enter__", "__exit__"):
                names = self._subclass_names(key, body)
        elif body.owner:
            names |= self._decorated_by(key, body)
        found: dict[tuple[BodyKey, int], Site] = {}
        for name in names:
            for site in self._sites.mentions(name):
                found[site.body, site.leaf] = site
        return found.values()

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


def says(source: str) -> str:
    """What a kind of entry means, as a clause that follows a function's name."""
    return roles.SOURCES[source].says if source in roles.SOURCES else ""
