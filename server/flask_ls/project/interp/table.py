"""From what an evaluation recorded to the ``RouteTable``."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flask_ls.project.interp.frames import Place, place_of
from flask_ls.project.interp.paths import Fork, Path, Reader, Step, covers
from flask_ls.project.interp.records import AppState, Blind, BlueprintState, Places, Rule, innermost
from flask_ls.project.interp.values import MISSING, ClassV, Function, Instance, ModuleV, Value
from flask_ls.project.routes import App, BlindSpot, Blueprint, Condition, Duplicate, Registration, Route, UrlPart
from flask_ls.project.site import Site
from flask_ls.syntax.span import Span

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine
    from flask_ls.syntax.source import SourceFile

NOWHERE = Site("", Span(0, 0))


class TableBuilder:
    """Turns the records of one evaluation into frozen data."""

    def __init__(self, machine: Machine, source: Callable[[str], SourceFile | None]) -> None:
        self._m = machine
        self.paths = Reader()
        self._source = source
        self._sources: dict[str, SourceFile | None] = {}
        self._sites: dict[Place, Site] = {}
        self._variables: dict[int, list[str]] = {}
        self._known_conditions: dict[Fork, Condition] = {}
        for module in machine.modules.values():
            if not module.is_model:
                self._name_objects(module)

    def _name_objects(self, module: ModuleV) -> None:
        own = module.module.name
        for name, value in module.names.items():
            if isinstance(value, Instance) and isinstance(value.native, (AppState, BlueprintState)):
                self._variables.setdefault(id(value), []).append(f"{own}.{name}")

    # Places

    def site(self, place: Place | None) -> Site:
        """A place as a site."""
        if place is None:
            return NOWHERE
        known = self._sites.get(place)
        if known is None:
            if place.path not in self._sources:
                self._sources[place.path] = self._source(place.path)
            source = self._sources[place.path]
            if source is None:
                known = Site(place.path, Span(0, 0))
            else:
                start = source.offset_of(place.line, place.column)
                end = source.offset_of(place.end_line, place.end_column)
                known = Site(place.path, Span(start, end))
            self._sites[place] = known
        return known

    def first(self, places: Places) -> Site:
        """The innermost of places."""
        return self.site(places[0]) if places else NOWHERE

    def view_site(self, view: Value) -> tuple[Site | None, str | None]:
        """Where a view is defined, and its dotted name."""
        target = innermost(view)
        for value in (target, view):
            cls = (getattr(value, "attrs", None) or {}).get("view_class", MISSING)
            if isinstance(cls, ClassV):
                target = cls
                break
        if not isinstance(target, (Function, ClassV)) or target.module is None or target.module.is_model:
            return None, None
        place = target.place if isinstance(target, ClassV) else place_of(target.module, target.node)
        if place is None:
            return None, None
        if isinstance(target, Function) and isinstance(target.node, ast.Lambda):
            return self.site(place), None
        return self._name_site(place, target.name), target.dotted

    def _name_site(self, place: Place, name: str) -> Site:
        start = self.site(Place(place.path, place.line, place.column, place.line, place.column)).span.start
        source = self._sources.get(place.path)
        text = source.text if source is not None else ""
        at = text.find(name, start)
        at = start if at < 0 else at
        return Site(place.path, Span(at, at + len(name)))

    # Conditions

    def conditional(self, path: Path, base: Path) -> bool:
        """Whether something is conditional, given that ``base`` holds."""
        return bool(self._beyond(path, base))

    def _beyond(self, path: Path, base: Path) -> tuple[Step, ...]:
        """What a path takes when ``base`` holds."""
        given = self.paths.simplify(base)
        return tuple(s for s in self.paths.simplify(path) if s not in given)

    def _conditions(self, way: tuple[Step, ...], places: Places) -> tuple[Condition, ...]:
        found: dict[Condition, None] = {}
        for fork in (step.fork for step in way):
            if fork not in self._known_conditions:
                place = fork.place or (places[0] if places else None)
                self._known_conditions[fork] = Condition(self.site(place), fork.reason)
            found.setdefault(self._known_conditions[fork])
        return tuple(found)

    # Parts

    def variables(self, instance: Instance | None) -> tuple[str, ...]:
        """The dotted names a module binds to an object, definitions before re-exports."""
        names = self._variables.get(id(instance), [])
        place = instance.native.places[0] if instance is not None and instance.native.places else None
        home = self._m.sources.index.by_path(place.path) if place is not None else None
        prefix = f"{home.name}." if home is not None else "\0"
        return tuple(sorted(names, key=lambda n: (n.rpartition(".")[0] + "." != prefix, n.count("."), n)))

    def routes(self, state: AppState, name: str) -> list[Route]:
        """The routes of an app; rules that both arms of a condition add are unconditional."""
        groups: dict[tuple[str, str, frozenset[str]], list[Rule]] = {}
        for rule in state.rules:
            groups.setdefault((rule.text, rule.endpoint, rule.methods), []).append(rule)
        found: list[Route] = []
        given = frozenset(self.paths.simplify(state.path))
        for rules in groups.values():
            ways = [tuple(s for s in self.paths.simplify(r.path) if s not in given) for r in rules]
            if _impossible(ways):
                continue
            sure = covers(ways)
            best, way = min(zip(rules, ways, strict=True), key=lambda pair: len(pair[1]))
            view, function = self.view_site(best.view)
            found.append(
                Route(
                    app=name,
                    rule=best.text,
                    endpoint=best.endpoint,
                    methods=best.methods,
                    site=self.first(best.places),
                    view=view,
                    function=function,
                    blueprint=best.blueprint,
                    conditions=() if sure else self._conditions(way, best.places),
                    by_default=sure or any(self.paths.by_default(r.path) for r in rules),
                    defaults=best.defaults,
                    subdomain=best.subdomain,
                    host=best.host,
                    strict_slashes=best.strict_slashes,
                    provide_automatic_options=best.automatic_options,
                    is_static=best.is_static,
                    by_extension=best.by_extension and view is None,
                    parts=self._parts(best),
                )
            )
        return found

    def _parts(self, rule: Rule) -> tuple[UrlPart, ...]:
        return tuple(UrlPart(text, self.site(place)) for text, place in rule.parts)

    def blind_spots(self, blinds: list[Blind], base: Path) -> tuple[BlindSpot, ...]:
        """Blind spots, each place and reason once."""
        seen: dict[tuple[Site, str], None] = {}
        for blind in blinds:
            if not any(isinstance(s, Step) and s.arm in s.fork.dead for s in blind.path):
                seen.setdefault((self.site(blind.place), blind.reason))
        return tuple(BlindSpot(site, reason) for site, reason in seen)

    def blueprint(self, state: BlueprintState, number: int, names: dict[int, str]) -> Blueprint:
        """A blueprint with its registrations."""
        instance = state.instance
        attrs = instance.attrs if instance is not None else {}
        name, prefix = self._m.settle(attrs.get("name")), self._m.settle(attrs.get("url_prefix"))
        variables = self.variables(instance)
        registrations = tuple(
            Registration(
                app=names.get(id(r.app), ""),
                name=r.name,
                site=self.first(r.places),
                url_prefix=r.prefix,
                given_prefix=r.given,
                parent=r.parent,
                conditions=self._conditions(self._beyond(r.path, r.app.path), r.places),
                after=tuple(self.first(places) for places, owner in state.after if owner is r),
                is_prefix_known=r.is_prefix_known,
            )
            for r in state.registered
        )
        return Blueprint(
            id=f"{self.first(state.places).path}:{self.first(state.places).span.start}:{number}",
            name=name if isinstance(name, str) else None,
            url_prefix=prefix if isinstance(prefix, str) else None,
            site=self.first(state.places),
            variable=variables[0] if variables else None,
            registrations=registrations,
            template_folder=self._template_folder(attrs),
            has_routes=state.has_routes,
            escapes=state.escapes,
        )

    def _template_folder(self, attrs: Mapping[str, Value]) -> str | None:
        root, folder = self._m.settle(attrs.get("root_path")), self._m.settle(attrs.get("template_folder"))
        if not isinstance(root, str) or not isinstance(folder, str):
            return None
        return posixpath.normpath(posixpath.join(root, folder))

    def duplicates(self, state: AppState, name: str, kind: str) -> list[Duplicate]:
        """The clashes of one kind."""
        return [
            Duplicate(name, c.name, self.first(c.first), self.first(c.second), self.conditional(c.path, state.path))
            for c in state.clashes
            if c.kind == kind
            # A rule that meets itself again under a condition: the rounds of a loop that was followed twice.
            and not (c.first == c.second and self.conditional(c.path, state.path))
            and not _impossible([self.paths.simplify(c.path)])
        ]

    def app(self, state: AppState, name: str, everywhere: list[Blind]) -> App:
        """An app without its routes."""
        attrs = state.instance.attrs if state.instance is not None else {}
        spots = self.blind_spots([*state.blinds, *everywhere, *self._m.recorder.assumed], state.path)
        url_path = attrs.get("static_url_path")
        url_map = attrs.get("url_map")
        converters = url_map.attrs.get("converters") if isinstance(url_map, Instance) else None
        names = getattr(converters, "items", {})
        return App(
            name=name,
            site=self.first(state.places),
            complete=not spots,
            blind_spots=spots,
            factory=state.factory,
            variables=self.variables(state.instance),
            static_url_path=url_path if isinstance(url_path, str) else None,
            template_folder=self._template_folder(attrs),
            converters=frozenset(k for k in names if isinstance(k, str)),
        )


def _impossible(ways: list[tuple[Step, ...]]) -> bool:
    """Whether every way needs an arm that ends the program."""
    return bool(ways) and all(any(s.arm in s.fork.dead for s in way) for way in ways)
