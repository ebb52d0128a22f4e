"""``build_route_table``: run the entries of a workspace and put their apps into one table."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from flask_ls.project.checkpoint import Abandoned, Checkpoint
from flask_ls.project.interp import discover
from flask_ls.project.interp.discover import Entry, Factory, Found, Hints
from flask_ls.project.interp.dissolving import dissolve
from flask_ls.project.interp.evaluation import Evaluation, mark_of
from flask_ls.project.interp.frames import Place
from flask_ls.project.interp.machine import MAX_STEPS, Machine
from flask_ls.project.interp.reach import Reach
from flask_ls.project.interp.records import AppState, Recorder
from flask_ls.project.interp.results import Result, combine, results_of
from flask_ls.project.interp.start import start
from flask_ls.project.interp.table import TableBuilder
from flask_ls.project.recursion import STACK_BYTES, deep_recursion
from flask_ls.project.routes import BlindSpot, RouteTable

if TYPE_CHECKING:
    from flask_ls.project.interp.sources import WorkspaceSources
    from flask_ls.project.modules import Module
    from flask_ls.syntax.source import SourceFile

MAX_WORLDS = 16
MAX_LATE = 4  # further entries for what the usual ones do not reach
MAX_LATE_STEPS = 1_000_000


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
        evaluator = _Evaluator(sources, source, hints, flask_version, checkpoint)
        try:
            with deep_recursion():
                result.append(evaluator.run())
        except Abandoned as reason:
            abandoned.append(reason)
        finally:
            dissolve(evaluator.machines)
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
        self.results: list[Result] = []
        self.entered: dict[str, set[str]] = {}
        self.loaded: set[str] = set()
        self.machines: list[Machine] = []
        self.worlds = 0
        self.cut: list[Module] = []
        """What was started and ended before it came to an app."""
        self.reach = Reach(sources, hints)

    def run(self) -> Evaluation:
        found = discover.survey(self.sources, self.hints)
        hinted = discover.hinted(self.sources, self.hints)
        if hinted is not None:
            self.world(hinted)
        for group in self._script_groups(found):
            for entry in group:
                if self.world(entry):
                    break
        for module in found.makers:
            if module.path not in self.loaded:
                rank = discover.rank_of(module.path, self.sources.index.workspace_of(module.path))
                self.world(Entry(module, None, rank))
        for factory in found.factories:
            rank = discover.rank_of(factory.module.path, self.sources.index.workspace_of(factory.module.path))
            for entry in (*self._ways_to(factory), Entry(factory.module, factory.qualname, rank)):
                if factory.qualname not in self.entered.get(factory.module.path, ()):
                    self.world(entry)
        if hinted is None:
            self._reach_late()
        table, configs = combine(self.results, self._unreached)
        return Evaluation(
            table,
            {p: frozenset(q) for p, q in self.entered.items()},
            frozenset(self.loaded),
            configs,
            self._app_parameters(),
            frozenset(self.reach.sought),
            {path: mark_of(text) for path, text in self.sources.opened.items()},
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

    def _reach_late(self) -> None:
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
            self.world(entry, MAX_LATE_STEPS)

    def _entries_calling(self, qualname: str, module: Module | None) -> list[Entry]:
        """The entries that call a function: files, then functions, those that call the others first."""
        if module is None:
            return []
        files = [c.entry for c in self.reach.callers(qualname, module) if c.entry.factory is None]
        return [*files, *(c.entry for c in reversed(self.reach.wrappers(qualname, module)))]

    def _unreached(self, result: Result) -> list[BlindSpot]:
        """What adds routes to an app when something runs it, and did not run where the app was built."""
        if result.entry.hinted:
            return []
        builder = TableBuilder(self.machines[0], self.source)
        spots: list[BlindSpot] = []
        for module in self.cut:
            if module.path not in result.loaded:
                place = Place(module.path, 1, 0, 1, 0)
                spots.append(BlindSpot(builder.site(place), "the program is too large to be evaluated whole"))
        for path, (line, group) in self.reach.plugins(result.loaded).items():
            why = f"this module adds routes and is an entry point of {group}, which nothing that was read loads"
            spots.append(BlindSpot(builder.site(Place(path, line, 0, line, 0)), why))
        for path, (line, function) in self.reach.unloaded(result.registrars, result.loaded).items():
            what = "this module adds routes to it when it is imported"
            if function is not None:
                what = f"{function}() adds routes to it when it is called"
            spots.append(
                BlindSpot(builder.site(Place(path, line, 0, line, 0)), f"{what}, which nothing that was read does")
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

    def world(self, entry: Entry, max_steps: int = MAX_STEPS) -> bool:
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
        self.machines.append(m)
        start(m, entry, self.reach)
        for module in m.modules.values():
            if module.state != "new":
                self.loaded.add(module.module.path)
        for path, qualname in m.entered:
            self.entered.setdefault(path, set()).add(qualname)
        self.results += results_of(m, entry, TableBuilder(m, self.source))
        if m.exceeded and not recorder.apps:
            self.cut.append(entry.module)
        return bool(recorder.apps)
