"""With which context each module is imported: with none, unless some way to it pushes one first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.bodies import last_name, leaves
from flask_ls.project.contexts.sites import Site
from flask_ls.project.contexts.states import NONE, UNKNOWN, Mask, apply
from flask_ls.project.contexts.values import BodyKey

if TYPE_CHECKING:
    from flask_ls.project.contexts.analysis import Contexts

_DYNAMIC = ("import_module", "__import__", "import_string")


class Imports:
    """Who imports a module, and what is pushed then."""

    def __init__(self, contexts: Contexts) -> None:
        self._contexts = contexts
        self._masks: dict[str, Mask] = {}
        self._importers: dict[str, list[Site]] | None = None
        self._unread: bool | None = None

    def mask(self, key: BodyKey) -> Mask:
        """The contexts that may be active while the module runs; ``UNKNOWN`` when some importer pushes one."""
        return self._mask(self._contexts.model.files[key.path].module)

    def _mask(self, module: str) -> Mask:
        known = self._masks.get(module)
        if known is None:
            self._masks[module] = 0  # a cycle of imports adds nothing
            known = self._masks[module] = self._find(module)
        return known

    def _find(self, module: str) -> Mask:
        model = self._contexts.model
        facts = model.modules.get(module)
        if facts is not None and any(i.module in ("alembic", "alembic.context") for i in facts.imports):
            return UNKNOWN  # an `env.py`, which `flask db` runs in an application context
        sites = self.importers(module)
        if not sites:
            return UNKNOWN if self._may_be_imported_by_name() else NONE
        later: list[Site] = []
        found = 0
        for site in sites:
            flow = self._contexts.flow(site.body)
            vector = flow.at[site.leaf] if flow is not None else (NONE, 0, 0, 0)
            if site.body.id:
                if vector[0] not in (0, NONE):
                    return UNKNOWN
                later.append(site)
                continue
            mask = apply(vector, self._mask(model.files[site.body.path].module))
            if mask & ~NONE:
                return UNKNOWN
            found |= mask
        if found == NONE or not later:
            return found or NONE
        # Only functions import it: what is active when they are called.
        masks = [e.mask for s in later for e in self._contexts.entries.of(s.body)]
        return NONE if masks and all(m == NONE for m in masks) else UNKNOWN

    def importers(self, module: str) -> list[Site]:
        """The import statements that may run a module."""
        if self._importers is None:
            self._importers = {}
            meaning = self._contexts.meaning
            for path, facts in self._contexts.model.files.items():
                for body in facts.bodies.values():
                    for number, op in enumerate(leaves(body.block)):
                        if op[0] == "m":
                            site = Site(BodyKey(path, body.id), number, op)
                            for name in meaning.imported_modules(path, op):
                                if name != facts.module:
                                    self._importers.setdefault(name, []).append(site)
                        elif op[0] == "c" and last_name(op[1]) in _DYNAMIC:
                            self._note_dynamic(path, body.id, number, op)
        return self._importers.get(module, [])

    def _note_dynamic(self, path: str, body: str, number: int, op: tuple) -> None:  # type: ignore[type-arg]
        assert self._importers is not None
        argument = op[2][0] if op[2] else None
        site = Site(BodyKey(path, body), number, op)
        if isinstance(argument, str) and argument[:1] == "'":
            names = self._contexts.model.names
            name = names.imported(self._contexts.model.files[path].module, argument[1:].partition(":")[0])
            if name in self._contexts.model.modules:
                self._importers.setdefault(name, []).append(site)
            return
        self._importers.setdefault("", []).append(site)

    def _may_be_imported_by_name(self) -> bool:
        """Whether something imports modules by computed names at a place where a context may be active."""
        if self._unread is None:
            self._unread = False
            for site in self.importers(""):
                flow = self._contexts.flow(site.body)
                if flow is not None and flow.at[site.leaf][0] not in (0, NONE):
                    self._unread = True
        return self._unread
