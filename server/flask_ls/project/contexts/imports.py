"""Which statements import a module, and which modules are imported by something outside the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.bodies import MAIN, Op, last_name, leaves
from flask_ls.project.contexts.conventions import is_entry_name, is_test_path
from flask_ls.project.contexts.sites import Site
from flask_ls.project.contexts.states import NONE, UNKNOWN, Mask
from flask_ls.project.contexts.values import BodyKey
from flask_ls.project.facts import FileFacts
from flask_ls.project.lazy import lazy

if TYPE_CHECKING:
    from flask_ls.project.contexts.analysis import Contexts

_DYNAMIC = frozenset({"import_module", "__import__", "import_string"})


class Imports:
    """The import graph, with the statements at its edges."""

    def __init__(self, contexts: Contexts) -> None:
        self._contexts = contexts

    def importers(self, path: str) -> list[Site]:
        """The imports that may run a module first. Tests come after the application and prove nothing of it."""
        sites = self._importers.get(self._contexts.model.files[path].module, [])
        return sites if is_test_path(path) else [s for s in sites if not is_test_path(s.body.path)]

    def start(self, path: str) -> Mask:
        """The context in which something outside the project runs a module; 0 when nothing does."""
        facts = self._contexts.model.files[path]
        if _is_run_by_alembic(facts):
            return UNKNOWN
        is_script = _has_main_guard(facts)
        if self.importers(path):
            return NONE if is_script else 0
        if is_script or is_entry_name(path) or is_test_path(path):
            return NONE
        # Of a module inside a package that nothing imports, it is not known who does, and where.
        return UNKNOWN if self._some_are_imported_by_name or self._is_inside_package(path) else NONE

    def _is_inside_package(self, path: str) -> bool:
        index = self._contexts.model.index
        module = index.by_path(path) if index is not None else None
        return module is not None and module.folder != module.root

    @lazy
    def _importers(self) -> dict[str, list[Site]]:
        """Module -> the imports that may run it. Under ``""`` those by a computed name."""
        found: dict[str, list[Site]] = {}
        model, meaning = self._contexts.model, self._contexts.meaning
        dynamic = {p for name in _DYNAMIC for p in self._contexts.sites.files_with(name)}
        for path, facts in model.files.items():
            for body in facts.bodies.values():
                if not body.imports and path not in dynamic:
                    continue
                for number, op in enumerate(leaves(body.block)):
                    if op[0] == "m":
                        site = Site(BodyKey(path, body.id), number, op)
                        for name in meaning.imported_modules(path, op):
                            if name != facts.module:
                                found.setdefault(name, []).append(site)
                    elif op[0] == "c" and last_name(op[1]) in _DYNAMIC:
                        site = Site(BodyKey(path, body.id), number, op)
                        found.setdefault(self._literal_module(facts, op), []).append(site)
        return found

    def _literal_module(self, facts: FileFacts, op: Op) -> str:
        argument = op[2][0] if op[2] else None
        if isinstance(argument, str) and argument[:1] == "'":
            return self._contexts.model.names.imported(facts.module, argument[1:].partition(":")[0])
        return ""

    @lazy
    def _some_are_imported_by_name(self) -> bool:
        """Whether a function imports modules by computed names: a context may be active when it is called."""
        sites = self._importers.get("", ())
        return any(s.body.id and not is_test_path(s.body.path) for s in sites)


def _has_main_guard(facts: FileFacts) -> bool:
    module = facts.bodies.get("")
    return module is not None and any(op[0] == "if" and op[1] == MAIN for op in module.block)


def _is_run_by_alembic(facts: FileFacts) -> bool:
    """Whether it is an ``env.py`` or a revision of Alembic, which `flask db` runs in an application context."""
    if "revision" in facts.exports and "down_revision" in facts.exports:
        return True
    return any(i.module in ("alembic", "alembic.context") for i in facts.imports)
