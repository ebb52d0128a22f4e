"""Which statements import a module, and which modules are imported by something outside the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.bodies import Op
from flask_ls.project.contexts.conventions import is_entry_name, is_test_path
from flask_ls.project.contexts.sites import Site
from flask_ls.project.contexts.states import NONE, UNKNOWN, Mask
from flask_ls.project.contexts.values import BodyKey
from flask_ls.project.facts import FileFacts
from flask_ls.project.tracking import Memo, Tracker

if TYPE_CHECKING:
    from flask_ls.project.contexts.analysis import Contexts

Found = dict[str, list[Site]]


class Imports:
    """The import graph, with the statements at its edges."""

    def __init__(self, contexts: Contexts, tracker: Tracker) -> None:
        self._contexts = contexts
        self._by_file: Memo[str, Found] = Memo(tracker, self._find_in_file, {})
        self._all: Memo[None, Found] = Memo(tracker, self._find_all, {})
        self._importers: Memo[str, list[Site]] = Memo(tracker, lambda module: self._all(None).get(module, []), [])
        self._some_are_imported_by_name: Memo[None, bool] = Memo(tracker, self._find_imports_by_name, False)

    def importers(self, path: str) -> list[Site]:
        """The imports that may run a module first. Tests come after the application and prove nothing of it."""
        sites = self._importers(self._contexts.model.files[path].module)
        return sites if is_test_path(path) else [s for s in sites if not is_test_path(s.body.path)]

    def start(self, path: str) -> Mask:
        """The context in which something outside the project runs a module; 0 when nothing does."""
        code = self._contexts.values.code
        if code.is_run_by_alembic(path):
            return UNKNOWN
        is_script = code.has_main_guard(path)
        if self.importers(path):
            return NONE if is_script else 0
        if is_script or is_entry_name(path) or is_test_path(path) or code.makes_app(path):
            return NONE
        # Of a module inside a package that nothing imports, it is not known who does, and where.
        return UNKNOWN if self._some_are_imported_by_name(None) or self._is_inside_package(path) else NONE

    def _is_inside_package(self, path: str) -> bool:
        index = self._contexts.model.index
        module = index.by_path(path) if index is not None else None
        return module is not None and module.folder != module.root

    def _find_all(self, _: None) -> Found:
        """Module -> the imports that may run it. Under ``""`` those by a computed name."""
        found: Found = {}
        for path in self._contexts.model.files:
            for module, sites in self._by_file(path).items():
                found.setdefault(module, []).extend(sites)
        return found

    def _find_in_file(self, path: str) -> Found:
        found: Found = {}
        facts = self._contexts.model.files[path]
        for body, number, op in self._contexts.values.code.imports(path):
            site = Site(BodyKey(path, body), number, op)
            if op[0] == "m":
                for name in self._contexts.meaning.imported_modules(path, op):
                    if name != facts.module:
                        found.setdefault(name, []).append(site)
            else:
                found.setdefault(self._literal_module(facts, op), []).append(site)
        return found

    def _literal_module(self, facts: FileFacts, op: Op) -> str:
        argument = op[2][0] if op[2] else None
        if isinstance(argument, str) and argument[:1] == "'":
            return self._contexts.model.names.imported(facts.module, argument[1:].partition(":")[0])
        return ""

    def _find_imports_by_name(self, _: None) -> bool:
        """Whether a function imports modules by computed names: a context may be active when it is called."""
        return any(s.body.id and not is_test_path(s.body.path) for s in self._importers(""))
