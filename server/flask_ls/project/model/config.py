"""Which classes and modules of the project become Flask configuration through ``from_object`` and ``from_pyfile``."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from flask_ls.project.facts import ConfigSource, FileFacts
from flask_ls.project.lazy import lazy

if TYPE_CHECKING:
    from flask_ls.project.model.project import ProjectModel


class ConfigObjects:
    """Canonical names of the configuration classes and modules, base classes included.

    ``complete`` is False when some source cannot be read, such as a parameter whose callers are not followed.
    """

    def __init__(self, model: ProjectModel) -> None:
        self._model = model

    @property
    def complete(self) -> bool:
        """Whether every source is known."""
        return self._resolved[1]

    @property
    def names(self) -> frozenset[str]:
        """Dotted names of classes and modules."""
        return self._resolved[0]

    @property
    def paths(self) -> frozenset[str]:
        """The files read by ``from_pyfile``, among the Python files of the project."""
        return self._resolved[2]

    @property
    def handed(self) -> frozenset[str]:
        """Dotted names of the classes and modules that are handed over themselves, without their bases."""
        return self._resolved[3]

    @lazy
    def mappings(self) -> frozenset[str]:
        """Canonical names of the variables whose dicts are handed to ``from_mapping`` or ``update``."""
        names = self._model.names
        found = (
            names.in_module(facts.module, source.text)
            for facts in self._model.files.values()
            for source in facts.config_sources
            if source.kind == "mapping"
        )
        return frozenset(name for name in found if name is not None)

    def gives(self, owner: str, key: str) -> bool:
        """Whether a configuration gets ``key`` from this class itself: no class handed over overrides it."""
        model = self._model
        for name in self.handed:
            bases = model.mro(name)
            if owner in bases and next((b for b in bases if self._defines(b, key)), owner) == owner:
                return True
        return owner not in self.names

    def takers(self, owner: str, key: str) -> frozenset[str]:
        """The classes and modules handed over whose ``key`` comes from this class itself."""
        model = self._model
        return frozenset(
            name
            for name in self.handed
            if owner in (bases := model.mro(name)) and next((b for b in bases if self._defines(b, key)), owner) == owner
        )

    def _defines(self, cls: str, key: str) -> bool:
        known = self._model.names.class_(cls)
        return known is not None and (key in known[1].attributes or key in known[1].methods)

    def values(self, key: str) -> frozenset[str]:
        """Canonical names of the project whose value a configuration key gets."""
        return self._values.get(key, frozenset())

    @lazy
    def _values(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for facts in self._model.files.values():
            for key, written in facts.config_values:
                name = self._model.names.in_module(facts.module, written)
                if name is not None and self._model.names.is_project(name):
                    found.setdefault(key, set()).add(name)
        return {key: frozenset(names) for key, names in found.items()}

    @lazy
    def _resolved(self) -> tuple[frozenset[str], bool, frozenset[str], frozenset[str]]:
        handed: set[str] = set()
        paths: set[str] = set()
        complete = True
        for path in self._model.each(_sources):
            facts = self._model.files[path]
            for source in facts.config_sources:
                found = self._names_of(facts, source)
                if source.kind in ("file", "option"):
                    paths |= self._files(source.text)
                elif source.kind == "mapping":
                    continue
                elif found:
                    handed.update(found)
                else:
                    complete = False
        names = frozenset(base for name in handed for base in self._model.mro(name))
        return names, complete, frozenset(paths), frozenset(handed)

    def _names_of(self, facts: FileFacts, source: ConfigSource) -> list[str]:
        names = self._model.names
        if source.kind == "name":
            found = names.in_module(facts.module, source.text)
            # Of what a function returns nothing is known.
            is_read = found is not None and (names.class_(found) is not None or found in self._model.modules)
            return [found] if found is not None and is_read else []
        if source.kind == "string":
            # Flask imports the string as `import_string` does: a module, or an attribute after the last dot or colon.
            dotted = source.text.replace(":", ".")
            module, _, attribute = dotted.rpartition(".")
            whole = names.imported(facts.module, dotted)
            if whole in self._model.modules:
                return [whole]
            owner = names.imported(facts.module, module)
            return [names.canonical(f"{owner}:{attribute}")] if owner in self._model.modules else []
        if source.kind == "member":
            container = names.in_module(facts.module, source.text)
            if container is None:
                return []
            owner_facts, rest = names.split(container)
            if owner_facts is None or rest not in owner_facts.containers:
                return []
            members = [names.in_module(owner_facts.module, r.dotted) for r in owner_facts.containers[rest]]
            return [m for m in members if m is not None]
        return []

    def _files(self, name: str) -> set[str]:
        base = posixpath.basename(name.replace("\\", "/"))
        return {p for p in self._model.files if posixpath.basename(p) == base}


def _sources(facts: FileFacts) -> bool:
    """Whether the file configures an app. Quart takes its configuration as Flask does."""
    return bool(facts.config_sources) and not _is_of_quart(facts)


def _is_of_quart(facts: FileFacts) -> bool:
    """Whether the file configures an app of Quart, which takes its configuration as Flask does."""
    imported = {i.module.partition(".")[0] for i in facts.imports}
    return "quart" in imported and "flask" not in imported
