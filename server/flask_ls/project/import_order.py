"""Simulates the order in which modules are imported, to find imports that fail because a cycle closes too early.

While a module is imported, ``sys.modules`` holds it with only the names bound so far (Python reference, 5.4). The
simulation follows the events of each module (``ImportTime``) from the modules that are imported first in reality:
packages, WSGI targets, modules with an app, and modules that no other imports. Only cycles of imports matter.
A failure is certain: every step on the way happens unconditionally, and nothing handles the exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_ls.project.facts import FileFacts, ImportEvent
from flask_ls.project.model.names import Names
from flask_ls.project.site import Site
from flask_ls.syntax.span import Span

_ENTRY_NAMES = frozenset({"app", "wsgi", "asgi", "main", "application", "manage", "run", "server", "autoapp"})
_DEPTH = 200


@dataclass(frozen=True, slots=True)
class Step:
    """``importer`` imports ``module`` at ``site``."""

    importer: str
    module: str
    site: Site


@dataclass(frozen=True, slots=True)
class ImportFailure:
    """An import, or a use of an imported module, that fails while ``module`` is only partly initialised.

    ``chain``: the imports that lead there, from the entry on. ``bound``: where ``name`` is bound, too late.
    """

    site: Site
    importer: str
    module: str
    name: str
    is_attribute: bool
    entry: str
    chain: tuple[Step, ...]
    bound: Site | None


@dataclass
class _State:
    done: set[str] = field(default_factory=set)
    bound: dict[str, set[str]] = field(default_factory=dict)
    stack: list[Step] = field(default_factory=list)
    certain: bool = True  # False once code ran that may have imported modules of its own

    def copy(self) -> _State:
        return _State(set(self.done), {m: set(n) for m, n in self.bound.items()}, list(self.stack), self.certain)


class _Stopped(Exception):
    """The import that is simulated raises."""


class ImportOrder:
    """Finds the imports that fail, over the facts of all modules.

    ``graph``: of each module what ``imports_of`` gives.
    """

    def __init__(self, modules: Mapping[str, FileFacts], names: Names, graph: Mapping[str, frozenset[str]]) -> None:
        self._modules = modules
        self._names = names
        self._failures: dict[Site, ImportFailure] = {}
        self._entry = ""
        self._graph = graph
        self._targets = {target for m, targets in self._graph.items() for target in targets if target != m}
        self._cyclic = _in_cycles(self._graph)
        self._late = any(f.import_time.functions for f in modules.values() if self._graph[f.module] & self._cyclic)

    def failures(self) -> tuple[ImportFailure, ...]:
        """Every failure from a real entry, one for each place.

        A package that a program imports without a failure, in an order of its own, is no entry. Nor is one without a
        part in the failure: what loads a plugin has imported other modules before.
        """
        for entry in self._entries() if self._cyclic else ():
            self._run(entry)
        found = {site: f for site, f in self._failures.items() if self._takes_part(f)}
        self._failures = {}
        packages = {f.entry for f in found.values() if self._is_package(f.entry)}
        working: set[str] = set()
        for program in self._programs() if packages else ():
            working |= self._run(program)
        return tuple(f for f in found.values() if f.entry not in working & packages)

    def _takes_part(self, failure: ImportFailure) -> bool:
        inside = f"{failure.entry}."
        modules = (f"{failure.importer}.", f"{failure.module}.")
        return not self._is_package(failure.entry) or any(m.startswith(inside) for m in modules)

    def _is_package(self, module: str) -> bool:
        return self._modules[module].is_package

    # Entries

    def _entries(self) -> list[str]:
        entries = []
        for module, facts in self._modules.items():
            reaches = module in self._cyclic or any(t in self._cyclic for t in self._graph[module])
            # What a test imports first is not what a server imports first.
            if not reaches or _is_test(module):
                continue
            is_top = "." not in module
            is_started = module not in self._targets and (is_top or bool(facts.import_time.main))
            is_named = module.rpartition(".")[2] in _ENTRY_NAMES
            if (facts.is_package and is_top) or is_named or is_started or (is_top and self._is_served(facts)):
                entries.append(module)
        return sorted(entries, key=lambda m: (m.count("."), not self._modules[m].is_package, m))

    def _is_served(self, facts: FileFacts) -> bool:
        """Whether the module makes an app, and only modules that it imports itself import it: a server starts there."""
        exports = [e for found in facts.exports.values() for e in found if e.kind == "value"]
        if not any(self._names.in_module(facts.module, e.target) == "flask.Flask" for e in exports):
            return False
        reached: set[str] = set()
        waiting = [facts.module]
        while waiting:
            for target in self._graph[waiting.pop()] - reached:
                reached.add(target)
                waiting.append(target)
        return all(m in reached for m, targets in self._graph.items() if facts.module in targets)

    def _programs(self) -> list[str]:
        """The modules that are run: with a main guard, or imported by nobody. Tests are none."""
        return [
            module
            for module, facts in self._modules.items()
            if not facts.is_package and not _is_test(module) and (facts.import_time.main or module not in self._targets)
        ]

    def _run(self, entry: str) -> set[str]:
        """The modules that are then imported; none when the entry fails."""
        self._entry = entry
        state = _State()
        try:
            self._import(entry, Step("", entry, Site(self._modules[entry].path, Span(0, 0))), state)
        except _Stopped:
            return set()
        return state.done

    # The simulation

    def _import(self, module: str, step: Step, state: _State) -> None:
        """``import module`` with its parent packages."""
        parts = module.split(".")
        for length in range(1, len(parts) + 1):
            name = ".".join(parts[:length])
            if name in self._modules and name not in state.done and name not in state.bound:
                self._execute(name, step, state)

    def _execute(self, module: str, step: Step, state: _State) -> None:
        if module not in self._cyclic and not any(t in self._cyclic for t in self._graph[module]):
            state.done.add(module)
            return
        if len(state.stack) > _DEPTH:
            raise _Stopped
        state.bound[module] = set()
        state.stack.append(step)
        facts = self._modules[module]
        for event in facts.import_time.events:
            self._event(event, facts, state)
        state.stack.pop()
        state.done.add(module)
        package, _, name = module.rpartition(".")
        if package in state.bound:
            state.bound[package].add(name)

    def _event(self, event: ImportEvent, facts: FileFacts, state: _State) -> None:
        if event.kind in ("use", "call"):
            self._use(event, facts, state)
        elif event.kind == "bind":
            state.bound[facts.module].update(event.bound)
        elif event.guard:
            self._guarded(event, facts, state)
        else:
            self._import_event(event, facts, state)
            state.bound[facts.module].update(event.bound)

    def _guarded(self, event: ImportEvent, facts: FileFacts, state: _State) -> None:
        """It may not happen, or what it raises is handled: the names count as bound, a failure as none."""
        kept, self._failures = self._failures, {}
        tried = state.copy()
        try:
            self._import_event(event, facts, tried)
            state.done, state.bound = tried.done, tried.bound
        except _Stopped:
            pass
        self._failures = kept
        state.bound[facts.module].update(event.bound)

    def _import_event(self, event: ImportEvent, facts: FileFacts, state: _State) -> None:
        module = self._names.imported(facts.module, event.module)
        step = Step(facts.module, module, Site(facts.path, event.span))
        self._import(module, step, state)
        source = self._modules.get(module)
        if event.kind != "from":
            return
        if source is None:
            for name in event.names:
                # What a namespace package holds are its modules.
                self._import(f"{module}.{name}", step, state)
            return
        for name in event.names:
            if name == "*":
                star = state.bound.get(module)
                state.bound[facts.module].update(star if star is not None else source.exports)
                continue
            submodule = f"{module}.{name}"
            if module in state.done or name in state.bound.get(module, ()):
                if module in state.done and name not in source.exports and submodule in self._modules:
                    self._import(submodule, step, state)
                continue
            if submodule in self._modules:
                self._import(submodule, step, state)
            elif module in state.bound and name in source.exports and "__getattr__" not in source.exports:
                self._fail(event, facts, module, name, state, is_attribute=False)

    def _use(self, event: ImportEvent, facts: FileFacts, state: _State) -> None:
        head, _, rest = event.module.partition(".")
        if event.kind == "call":
            self._call(event, facts, state)
            return
        exports = facts.exports.get(head, ())
        if event.guard or not rest or len(exports) != 1 or exports[0].kind != "alias" or ":" in exports[0].target:
            return
        # `import pkg.module` binds `pkg`; the chain may go on through submodules.
        module = self._names.imported(facts.module, exports[0].target)
        name, _, rest = rest.partition(".")
        while f"{module}.{name}" in self._modules and rest:
            module = f"{module}.{name}"
            name, _, rest = rest.partition(".")
        source = self._modules.get(module)
        if source is None or module in state.done or module not in state.bound or f"{module}.{name}" in self._modules:
            return
        if name in source.exports and name not in state.bound[module] and "__getattr__" not in source.exports:
            self._fail(event, facts, module, name, state, is_attribute=True)

    def _call(self, event: ImportEvent, facts: FileFacts, state: _State) -> None:
        """A project function called while the module is imported makes its own imports then.

        What it calls in turn is not followed: after it, nothing is certain any more if any function of the project
        imports a module of a cycle.
        """
        dotted = self._names.in_module(facts.module, event.module)
        if dotted is None or not self._names.is_project(dotted):
            return
        owner, qualname = self._names.split(dotted)
        if owner is not None and not event.guard and (owner.module in state.bound or owner.module in state.done):
            known = owner.module in state.bound
            state.bound.setdefault(owner.module, set(owner.exports))
            for inner in owner.import_time.functions.get(qualname, ()):
                if inner.guard:
                    self._guarded(inner, owner, state)
                else:
                    self._import_event(inner, owner, state)
            if not known:
                del state.bound[owner.module]
        state.certain = state.certain and not self._late

    def _fail(
        self, event: ImportEvent, facts: FileFacts, module: str, name: str, state: _State, *, is_attribute: bool
    ) -> None:
        if not state.certain:
            raise _Stopped
        site = Site(facts.path, event.span)
        source = self._modules[module]
        export = source.exports[name][0]
        self._failures.setdefault(
            site,
            ImportFailure(
                site=site,
                importer=facts.module,
                module=module,
                name=name,
                is_attribute=is_attribute,
                entry=self._entry,
                chain=tuple(s for s in state.stack if s.importer),
                bound=Site(source.path, export.span),
            ),
        )
        raise _Stopped


def imports_of(facts: FileFacts, modules: Mapping[str, FileFacts], names: Names) -> frozenset[str]:
    """The modules that importing this one may import, packages around them included."""
    found: set[str] = set()
    called = [e for events in facts.import_time.functions.values() for e in events]
    for event in (*facts.import_time.events, *called):
        if event.kind not in ("import", "from"):
            continue
        module = names.imported(facts.module, event.module)
        for name in (module, *(f"{module}.{n}" for n in event.names)):
            while name and name not in found:
                if name in modules:
                    found.add(name)
                name = name.rpartition(".")[0]
    return frozenset(found)


def _is_test(module: str) -> bool:
    return any(part.startswith("test") or part == "conftest" for part in module.split("."))


def _in_cycles(graph: Mapping[str, frozenset[str]]) -> set[str]:
    """The nodes that lie on a cycle (Tarjan's strongly connected components, without recursion)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    cyclic: set[str] = set()
    for start in graph:
        if start in order:
            continue
        work = [(start, iter(graph[start]))]
        order[start] = low[start] = len(order)
        stack.append(start)
        on_stack.add(start)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in graph:
                    continue
                if target not in order:
                    order[target] = low[target] = len(order)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(graph[target])))
                    break
                if target in on_stack:
                    low[node] = min(low[node], order[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    component = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        component.append(member)
                        if member == node:
                            break
                    if len(component) > 1 or node in graph[node]:
                        cyclic.update(component)
    return cyclic
