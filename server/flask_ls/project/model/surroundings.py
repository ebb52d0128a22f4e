"""What a model knows of the files around one that is edited."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask_ls.project.facts import FileFacts
from flask_ls.project.start_code import Around

if TYPE_CHECKING:
    from flask_ls.project.model.project import ProjectModel


class Surroundings(Around):
    """Asks the facts of the other files, and the texts of those that import this one."""

    def __init__(self, model: ProjectModel, path: str) -> None:
        self._model = model
        self._path = path
        facts = model.files.get(path)
        self._module = facts.module if facts is not None else ""

    def is_mentioned(self, name: str) -> bool:
        """As ``Around`` says."""
        if any(name in names for names in self._model.each(_imported).values()):
            return True
        if "contexts" in self._model.__dict__:
            return self._model.contexts.sites.is_mentioned(name)
        return any(name in facts.mentioned for facts in self._model.files.values())

    def is_taken(self, name: str) -> bool:
        """Whether a file that may import this module imports the name or all names, or has it as attribute or text."""
        if not self._module or self._model.read is None:
            return True
        tail, last = _tail(self._module), self._module.rpartition(".")[2]
        read = re.compile(rf"""[.'"]\s*{re.escape(name)}\b""")
        for path, tails in self._model.each(_imported_tails).items():
            if path == self._path or tails.isdisjoint((tail, last, f"{last}.*")):
                continue
            source = self._model.read(path)
            if f"{last}.*" in tails or f"{last}.{name}" in tails or source is None or read.search(source.text):
                return True
        return False

    def is_outside(self, module: str) -> bool:
        """Whether the first part of the module's name is found nowhere in the project."""
        index = self._model.index
        if index is None:
            return False
        return index.find(module.partition(".")[0], index.by_path(self._path)) is None


def _imported(facts: FileFacts) -> frozenset[str]:
    return frozenset(name for fact in facts.imports for name, _ in fact.names)


def _imported_tails(facts: FileFacts) -> frozenset[str]:
    """The last two parts of the names of what a file imports, and of the modules that it imports from."""
    return frozenset(
        _tail(dotted)
        for fact in facts.imports
        for dotted in (fact.module, *(f"{fact.module}.{name}" for name, _ in fact.names))
    )


def _tail(dotted: str) -> str:
    return ".".join(dotted.split(".")[-2:])
