"""What entries made of the apps of a workspace, and the one table of the best view of each app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from flask_ls.project.config.evaluated import config_of
from flask_ls.project.config.model import AppConfig, merged
from flask_ls.project.interp.paths import Path, Reader, Step
from flask_ls.project.interp.reach import Registrars, registrars_of
from flask_ls.project.routes import App, BlindSpot, Blueprint, Duplicate, Route, RouteTable

if TYPE_CHECKING:
    from flask_ls.project.interp.discover import Entry
    from flask_ls.project.interp.frames import Place
    from flask_ls.project.interp.machine import Machine
    from flask_ls.project.interp.records import AppState
    from flask_ls.project.interp.table import TableBuilder


@dataclass(slots=True)
class Result:
    """One app as one entry built it."""

    place: Place | None
    app: App
    routes: list[Route]
    blueprints: list[Blueprint]
    endpoints: list[Duplicate]
    names: list[Duplicate]
    entry: Entry
    config: AppConfig
    registrars: Registrars = field(default_factory=dict)  # the globals through which routes can be added to it
    loaded: frozenset[str] = frozenset()
    entered: dict[str, set[str]] = field(default_factory=dict)

    @property
    def weight(self) -> tuple[bool, int, int, int]:
        """How good this view of an app is compared with others of the same app."""
        own = [r for r in self.routes if not r.is_static]
        return (self.entry.hinted, sum(not r.conditional for r in own), len(own), -self.entry.rank)


def results_of(m: Machine, entry: Entry, builder: TableBuilder) -> list[Result]:
    """Every app that an entry made on its machine."""
    entered: dict[str, set[str]] = {}
    for path, qualname in m.entered:
        entered.setdefault(path, set()).add(qualname)
    loaded = frozenset(p for p, module in m.modules.items() if module.state != "new")
    names: dict[int, str] = {}
    for state in m.recorder.apps:
        names[id(state)] = _name(builder, state, entry, set(names.values()))
    blueprints = [builder.blueprint(b, i, names) for i, b in enumerate(m.recorder.blueprints)]
    results: list[Result] = []
    for state in m.recorder.apps:
        place = state.places[0] if state.places else None
        if place is None:
            continue
        name = names[id(state)]
        if m.script_fork is not None and _needs(state, Step(m.script_fork, 0)):
            state.path = (*state.path, Step(m.script_fork, 0))
        results.append(
            Result(
                place,
                builder.app(state, name, m.recorder.blinds),
                builder.routes(state, name),
                blueprints,
                builder.duplicates(state, name, "endpoint"),
                builder.duplicates(state, name, "name"),
                entry,
                config_of(m, state, name, builder),
                registrars_of(m, state),
                loaded,
                entered,
            )
        )
    return results


def _name(builder: TableBuilder, state: AppState, entry: Entry, taken: set[str]) -> str:
    variables = builder.variables(state.instance)
    own = [v for v in variables if v.startswith(f"{entry.module.name}.")]
    if variables:
        name = own[0] if own and state.functions else variables[0]
    elif state.factory is not None:
        name = state.factory
    else:
        name = f"{entry.module.name}.app"
    unique, number = name, 2
    while unique in taken:
        unique, number = f"{name}#{number}", number + 1
    return unique


def _needs(state: AppState, step: Step) -> bool:
    """Whether every rule but the static one needs a step."""
    read = Reader()
    own: list[Path] = [read.simplify(r.path) for r in state.rules if not r.is_static]
    return bool(own) and all(step in path for path in own)


def combine(
    results: list[Result], unreached: Callable[[Result], list[BlindSpot]]
) -> tuple[RouteTable, tuple[AppConfig, ...]]:
    """The table of the best view of each app, and their configurations. ``unreached`` says what an app may lack."""
    best: dict[tuple[object, int], Result] = {}
    for result in results:
        same = sum(1 for r in results if r.place == result.place and r.entry is result.entry and r is not result)
        key = (result.place, 0 if not same else results.index(result))
        if key not in best or result.weight > best[key].weight:
            best[key] = result
    chosen = list(best.values())
    taken: set[str] = set()
    configs: list[AppConfig] = []
    apps: list[App] = []
    routes: list[Route] = []
    blueprints: dict[tuple[str, str], Blueprint] = {}
    endpoints: list[Duplicate] = []
    names: list[Duplicate] = []
    ranked: list[tuple[tuple[bool, int], str]] = []
    for result in chosen:
        name, number = result.app.name, 2
        while name in taken:
            name, number = f"{result.app.name}#{number}", number + 1
        taken.add(name)
        spots = (*result.app.blind_spots, *unreached(result))
        exact = not spots and not any(r.conditional for r in result.routes)
        apps.append(replace(result.app, name=name, complete=not spots, exact=exact, blind_spots=spots))
        configs.append(merged(name, [r.config for r in results if r.place == result.place]))
        routes.extend(replace(r, app=name) for r in result.routes)
        endpoints.extend(replace(d, app=name) for d in result.endpoints)
        names.extend(replace(d, app=name) for d in result.names)
        ranked.append(((result.entry.hinted, len(result.routes)), name))
        for blueprint in result.blueprints:
            _merge_blueprint(blueprints, blueprint, result, name)
    main = max(ranked)[1] if ranked else None
    table = RouteTable(
        tuple(apps),
        tuple(routes),
        tuple(blueprints.values()),
        tuple(endpoints),
        tuple(names),
        main,
        all(a.complete for a in apps),
    )
    return table, tuple(configs)


def _merge_blueprint(known: dict[tuple[str, str], Blueprint], blueprint: Blueprint, result: Result, name: str) -> None:
    own = tuple(replace(r, app=name) for r in blueprint.registrations if r.app == result.app.name)
    key = (blueprint.id, "")
    other = known.get(key)
    if other is None:
        known[key] = replace(blueprint, registrations=own)
    else:
        more = tuple(r for r in own if r not in other.registrations)
        known[key] = replace(
            other,
            registrations=other.registrations + more,
            has_routes=other.has_routes or blueprint.has_routes,
            escapes=other.escapes or blueprint.escapes,
            variable=other.variable or blueprint.variable,
        )
