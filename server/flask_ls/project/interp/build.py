"""``build_route_table``: run the entries of a workspace and put their apps into one table."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from flask_ls.project.checkpoint import Abandoned, Checkpoint
from flask_ls.project.config.evaluated import config_of
from flask_ls.project.config.model import AppConfig, merged
from flask_ls.project.interp import discover, external, imports
from flask_ls.project.interp.discover import Entry, Factory, Found, Hints
from flask_ls.project.interp.frames import Place
from flask_ls.project.interp.machine import MAX_STEPS, Machine
from flask_ls.project.interp.paths import Path, Reader, Step
from flask_ls.project.interp.reach import Globals, Reach, Registrars
from flask_ls.project.interp.records import AppState, Recorder
from flask_ls.project.interp.table import TableBuilder
from flask_ls.project.interp.things import Thing, parameters_of, things_of
from flask_ls.project.interp.values import (
    Args,
    Bound,
    ClassV,
    Descriptor,
    Function,
    Instance,
    ModuleV,
    Unknown,
    Value,
    Wrapped,
)
from flask_ls.project.interp.world import Limit, Raised
from flask_ls.project.recursion import STACK_BYTES, deep_recursion
from flask_ls.project.routes import App, BlindSpot, Blueprint, Duplicate, Route, RouteTable

if TYPE_CHECKING:
    from flask_ls.project.interp.sources import WorkspaceSources
    from flask_ls.project.modules import Module
    from flask_ls.syntax.source import SourceFile

MAX_WORLDS = 16
MAX_LATE = 4  # further entries for what the usual ones do not reach
MAX_LATE_STEPS = 1_000_000
_DEBUG = bool(os.environ.get("FLASK_LS_INTERP_DEBUG"))


@dataclass(slots=True)
class _Result:
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


@dataclass(slots=True)
class Evaluation:
    """The route table and what else the evaluation found out."""

    table: RouteTable
    entered: dict[str, frozenset[str]] = field(default_factory=dict)  # path -> qualnames of functions that ran
    loaded: frozenset[str] = frozenset()  # paths of modules that ran
    configs: tuple[AppConfig, ...] = ()  # of the apps of the table
    app_parameters: frozenset[tuple[str, str]] = frozenset()  # (function, parameter) that only apps were given to
    things: dict[str, Thing] = field(default_factory=dict)
    parameters: dict[tuple[str, str], tuple[Thing, ...]] = field(default_factory=dict)
    machines: list[Machine] = field(default_factory=list)
    sought: frozenset[str] = frozenset()  # names of functions whose callers count, wherever they are

    def value_of(self, dotted: str) -> Thing | None:
        """The object that a dotted project name (``shop.users.bp``, ``shop.ext.api``) stands for, if one was seen."""
        return self.things.get(dotted)

    def given_to(self, function: str, parameter: str) -> tuple[Thing, ...]:
        """The apps and blueprints that were given to a parameter of a function of this dotted name."""
        return self.parameters.get((function, parameter), ())


def build_route_table(
    sources: WorkspaceSources,
    source: Callable[[str], SourceFile | None],
    hints: Hints | None = None,
    flask_version: tuple[int, int] = (3, 1),
) -> RouteTable:
    """Every app of the workspace with its routes. ``source`` gives the text of a path for positions. Never raises."""
    return evaluate(sources, source, hints or Hints(), flask_version).table


def evaluate(
    sources: WorkspaceSources,
    source: Callable[[str], SourceFile | None],
    hints: Hints,
    flask_version: tuple[int, int] = (3, 1),
    checkpoint: Checkpoint | None = None,
) -> Evaluation:
    """As ``build_route_table``, with what else was found out.

    :raises Abandoned: by the checkpoint.
    """
    result: list[Evaluation] = []
    abandoned: list[Abandoned] = []

    def work() -> None:
        # Millions of syntax nodes and few cycles: collections would cost more than the evaluation.
        collecting = gc.isenabled()
        gc.disable()
        try:
            with deep_recursion():
                result.append(_Evaluator(sources, source, hints, flask_version, checkpoint).run())
        except Abandoned as reason:
            abandoned.append(reason)
        finally:
            if collecting:
                gc.enable()

    # A stack of its own: evaluated code may nest deeper than the caller's stack allows.
    before = threading.stack_size(STACK_BYTES)
    try:
        thread = threading.Thread(target=work, name="routes")
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    if abandoned:
        raise abandoned[0]
    return result[0] if result else Evaluation(RouteTable(complete=False))


class _Evaluator:
    def __init__(
        self,
        sources: WorkspaceSources,
        source: Callable[[str], SourceFile | None],
        hints: Hints,
        flask_version: tuple[int, int],
        checkpoint: Checkpoint | None,
    ) -> None:
        self.sources = sources
        self.source = source
        self.checkpoint = checkpoint
        self.hints = hints
        self.flask_version = flask_version
        self.results: list[_Result] = []
        self.entered: dict[str, set[str]] = {}
        self.loaded: set[str] = set()
        self.machines: list[Machine] = []
        self.things: dict[str, Thing] = {}
        self.parameters: dict[tuple[str, str], tuple[Thing, ...]] = {}
        self.configs: list[AppConfig] = []
        self.worlds = 0
        self.reach = Reach(sources, hints)

    def run(self) -> Evaluation:
        found = discover.survey(self.sources, self.hints)
        hinted = discover.hinted(self.sources, self.hints)
        if hinted is not None:
            self.world(hinted, found)
        for group in self._script_groups(found):
            for entry in group:
                if self.world(entry, found):
                    break
        for module in found.makers:
            if module.path not in self.loaded:
                rank = discover.rank_of(module.path, self.sources.index.workspace_of(module.path))
                self.world(Entry(module, None, rank), found)
        for factory in found.factories:
            rank = discover.rank_of(factory.module.path, self.sources.index.workspace_of(factory.module.path))
            for entry in (*self._ways_to(factory), Entry(factory.module, factory.qualname, rank)):
                if factory.qualname not in self.entered.get(factory.module.path, ()):
                    self.world(entry, found)
        if hinted is None:
            self._reach_late(found)
        table = self._table()
        return Evaluation(
            table,
            {p: frozenset(q) for p, q in self.entered.items()},
            frozenset(self.loaded),
            tuple(self.configs),
            self._app_parameters(),
            self.things,
            self.parameters,
            self.machines,
            frozenset(self.reach.sought),
        )

    def _ways_to(self, factory: Factory) -> list[Entry]:
        """The entries that reach a factory through functions that call it, as the project does."""
        name = factory.qualname.rpartition(".")[2]
        if factory.qualname in self.entered.get(factory.module.path, ()) or name.startswith("__"):
            return []
        calls = self.reach.wrappers(factory.qualname, factory.module)
        scripts: list[Entry] = []
        for call in calls:
            wrapper = str(call.entry.factory).rpartition(".")[2]
            likely = discover.scripts(self.sources, frozenset({wrapper}), [], self.hints)
            scripts += [e for e in likely if e.rank < 60 and self._leads_to(e.module, call.entry.module)]
        return sorted(scripts, key=lambda e: e.rank)[:2] + [c.entry for c in calls if c.has_arguments][:2]

    def _reach_late(self, found: Found) -> None:
        """Start with what leads to code that adds routes to an app and did not run."""
        tried: set[tuple[str, str | None]] = set()
        for _ in range(MAX_LATE):
            loaded, entries = frozenset(self.loaded), list[Entry]()
            for result in self.results:
                for path, qualname in self.reach.functions(result.registrars, self.entered):
                    entries += self._entries_calling(qualname, self.sources.index.by_path(path))
            for result in self.results:
                entries += self.reach.entries(self.reach.unloaded(result.registrars, loaded), loaded)
            entry = next((e for e in entries if (e.module.path, e.factory) not in tried), None)
            if entry is None:
                return
            tried.add((entry.module.path, entry.factory))
            self.world(entry, found, MAX_LATE_STEPS)

    def _entries_calling(self, qualname: str, module: Module | None) -> list[Entry]:
        """The entries that call a function: files, then functions, those that call the others first."""
        if module is None:
            return []
        files = [c.entry for c in self.reach.callers(qualname, module) if c.entry.factory is None]
        return [*files, *(c.entry for c in reversed(self.reach.wrappers(qualname, module)))]

    def _unreached(self, result: _Result) -> list[BlindSpot]:
        """What adds routes to an app when something runs it, and did not run where the app was built."""
        if result.entry.hinted:
            return []
        builder = TableBuilder(self.machines[0], self.source)
        spots: list[BlindSpot] = []
        for path, line in self.reach.unloaded(result.registrars, result.loaded).items():
            spots.append(
                BlindSpot(
                    builder.site(Place(path, line, 0, line, 0)),
                    "this module adds routes to it when it is imported, which nothing that was read does",
                )
            )
        for (path, qualname), line in self.reach.functions(result.registrars, result.entered).items():
            spots.append(
                BlindSpot(
                    builder.site(Place(path, line, 0, line, 0)),
                    f"{qualname}() adds routes to it when it is called, which nothing that was read does",
                )
            )
        return spots

    def _app_parameters(self) -> frozenset[tuple[str, str]]:
        apps: set[tuple[str, str]] = set()
        others: set[tuple[str, str]] = set()
        for machine in self.machines:
            for parameter, values in machine.recorder.bindings.items():
                is_app = all(isinstance(v.native, AppState) for v in values)
                (apps if is_app else others).add(parameter)
        return frozenset(apps - others)

    def _script_groups(self, found: Found) -> list[list[Entry]]:
        """Per factory or module with an app: the scripts that lead to it."""
        groups: list[list[Entry]] = []
        done: set[tuple[str, str]] = set()
        targets: list[tuple[str, Module]] = [(f.qualname.rpartition(".")[2], f.module) for f in found.factories]
        targets += [(m.import_name.rpartition(".")[2], m) for m in found.makers]
        for name, module in targets:
            if (name, module.path) in done or name.startswith("__"):
                continue
            done.add((name, module.path))
            entries = discover.scripts(self.sources, frozenset({name}), [], self.hints)
            likely = [e for e in entries if e.rank < 60 and self._leads_to(e.module, module)]
            if likely:
                groups.append(likely[:3])
        return groups

    def _leads_to(self, script: Module, target: Module) -> bool:
        """Whether a script seems to import a module or its package, judged by its text."""
        if script.path == target.path:
            return True
        top = target.import_name.partition(".")[0]
        last = target.import_name.rpartition(".")[2]
        text = self.sources.text(script)
        return any(f"{word} {name}" in text for word in ("from", "import") for name in (top, last, f".{last}")) or (
            script.import_name.partition(".")[0] == top and "from ." in text
        )

    def world(self, entry: Entry, found: Found, max_steps: int = MAX_STEPS) -> bool:
        """Evaluate one entry from scratch; whether it made an app."""
        if self.worlds >= MAX_WORLDS or (
            entry.factory is None and entry.module.path in self.loaded and not entry.hinted
        ):
            return False
        self.worlds += 1
        recorder = Recorder()
        m = Machine(self.sources, recorder, self.flask_version, self.checkpoint)
        # A package and a module whose function is called are imported.
        m.max_steps = max_steps
        m.script = entry.module.path if entry.factory is None and not entry.module.is_package else ""
        trouble: str | None = None
        place: Place | None = None
        try:
            self._start(m, entry)
            self._load_plugins(m)
        except Limit:
            trouble = "the program is too large to be evaluated whole"
        except Raised as error:
            trouble = f"starting it raises {error.name}"
            place = error.place
        except RecursionError:
            trouble = "the program nests too deeply to be evaluated whole"
        except Exception as error:
            # A defect here must not take the server down; the table then says that it is not all there is.
            trouble = f"its evaluation failed: {type(error).__name__}"
            if _DEBUG:
                raise
        if trouble is not None or m.exceeded:
            m.mark = 0
            m.path = ()
            recorder.blind(m, trouble or "the program is too large to be evaluated whole", None, place or m.place())
        for module in m.modules.values():
            if module.state != "new":
                self.loaded.add(module.module.path)
        for path, qualname in m.entered:
            self.entered.setdefault(path, set()).add(qualname)
        self._collect(m, entry)
        self.machines.append(m)
        return bool(recorder.apps)

    def _start(self, m: Machine, entry: Entry) -> None:
        module = imports.import_name(m, entry.module.import_name)
        if not isinstance(module, ModuleV) or module.module.path != entry.module.path:
            module = imports.load(m, entry.module)
        if entry.factory is None:
            return
        value: Value = module
        owner: Value = None
        for part in entry.factory.split("."):
            owner, value = value, m.settle(m.get(value, part, Unknown("there is no such factory")))
        if isinstance(owner, ClassV) and isinstance(value, Function):
            self_ = m.new_instance(owner)
            self_.open = Unknown(f"how the {owner.name} is made is not known")
            value = Bound(value, self_)
        if isinstance(value, Descriptor):
            value = value.func
        if isinstance(value, (Function, Bound, ClassV)):
            m.call(value, Args([]))
        elif not isinstance(value, Instance):
            inner = getattr(value, "func", None)
            if isinstance(inner, Function):
                m.call(inner, Args([]))

    def _load_plugins(self, m: Machine) -> None:
        """Modules that add routes to the apps and that a program seems to find by their names may be imported."""
        for state in m.recorder.apps:
            left_out = self.reach.unloaded(_registrars(m, state), frozenset(m.modules))
            modules = [module for p in left_out if (module := self.sources.index.by_path(p)) is not None]
            for module in self.reach.found_by_name(modules):
                place = Place(module.path, 1, 0, 1, 0)
                reason = f"whether {module.import_name} is imported is only known at run time"
                m.blind(reason, target=state.instance, place=place)
                fork = m.fork(place, reason, default=0)
                m.run_arm((Step(fork, 0),), lambda module=module: imports.load(m, module))  # type: ignore[misc]

    def _collect(self, m: Machine, entry: Entry) -> None:
        recorder = m.recorder
        builder = TableBuilder(m, self.source)
        entered: dict[str, set[str]] = {}
        for path, qualname in m.entered:
            entered.setdefault(path, set()).add(qualname)
        loaded = frozenset(p for p, module in m.modules.items() if module.state != "new")
        for dotted, thing in things_of(m, builder).items():
            self.things.setdefault(dotted, thing)
        for key, given in parameters_of(m, builder).items():
            known = self.parameters.get(key, ())
            self.parameters[key] = known + tuple(t for t in given if t not in known)
        names: dict[int, str] = {}
        for state in recorder.apps:
            names[id(state)] = self._name(builder, state, entry, set(names.values()))
        blueprints = [builder.blueprint(b, i, names) for i, b in enumerate(recorder.blueprints)]
        for state in recorder.apps:
            place = state.places[0] if state.places else None
            if place is None:
                continue
            name = names[id(state)]
            if m.script_fork is not None and _needs(state, Step(m.script_fork, 0)):
                state.path = (*state.path, Step(m.script_fork, 0))
            self.results.append(
                _Result(
                    place,
                    builder.app(state, name, recorder.blinds),
                    builder.routes(state, name),
                    blueprints,
                    builder.duplicates(state, name, "endpoint"),
                    builder.duplicates(state, name, "name"),
                    entry,
                    config_of(m, state, name, builder),
                    _registrars(m, state),
                    loaded,
                    entered,
                )
            )

    def _name(self, builder: TableBuilder, state: AppState, entry: Entry, taken: set[str]) -> str:
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

    def _table(self) -> RouteTable:
        best: dict[tuple[object, int], _Result] = {}
        for result in self.results:
            same = sum(
                1 for r in self.results if r.place == result.place and r.entry is result.entry and r is not result
            )
            key = (result.place, 0 if not same else self.results.index(result))
            if key not in best or result.weight > best[key].weight:
                best[key] = result
        chosen = list(best.values())
        taken: set[str] = set()
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
            spots = (*result.app.blind_spots, *self._unreached(result))
            exact = not spots and not any(r.conditional for r in result.routes)
            apps.append(replace(result.app, name=name, complete=not spots, exact=exact, blind_spots=spots))
            self.configs.append(merged(name, [r.config for r in self.results if r.place == result.place]))
            routes.extend(replace(r, app=name) for r in result.routes)
            endpoints.extend(replace(d, app=name) for d in result.endpoints)
            names.extend(replace(d, app=name) for d in result.names)
            ranked.append(((result.entry.hinted, len(result.routes)), name))
            for blueprint in result.blueprints:
                self._merge_blueprint(blueprints, blueprint, result, name)
        main = max(ranked)[1] if ranked else None
        return RouteTable(
            tuple(apps),
            tuple(routes),
            tuple(blueprints.values()),
            tuple(endpoints),
            tuple(names),
            main,
            all(a.complete for a in apps),
        )

    def _merge_blueprint(
        self, known: dict[tuple[str, str], Blueprint], blueprint: Blueprint, result: _Result, name: str
    ) -> None:
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


def _registrars(m: Machine, state: AppState) -> dict[str, Globals]:
    """The globals of modules that are an app, a blueprint of it, or an object that holds one of these."""
    own = {id(state), *(id(r.blueprint) for r in state.registered)}
    found: dict[str, Globals] = {}
    for path, module in m.modules.items():
        names = frozenset(
            name
            for name, value in module.names.items()
            if isinstance(name, str)
            and isinstance(value, Instance)
            and any(id(held.native) in own for held in external.held_objects(m, Args([value])))
        )
        if names:
            functions = frozenset(n for n, v in module.names.items() if isinstance(v, (Function, ClassV, Wrapped)))
            found[path] = Globals(names, functions)
    return found


def _needs(state: AppState, step: Step) -> bool:
    """Whether every rule but the static one needs a step."""
    read = Reader()
    own: list[Path] = [read.simplify(r.path) for r in state.rules if not r.is_static]
    return bool(own) and all(step in path for path in own)


__all__ = ["Evaluation", "Factory", "Hints", "build_route_table", "evaluate"]
