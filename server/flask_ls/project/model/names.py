"""Names -> canonical origins, across files.

A dotted name is followed through imports, re-exports, star imports and plain assignments (``app = current_app``)
until it reaches a definition of the project or leaves it; outside, it gets the spelling users know.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask_ls.project.catalog import STAR_EXPORTS, public_name
from flask_ls.project.facts import ClassFacts, Export, FileFacts, FunctionFacts
from flask_ls.project.modules import Module, ModuleIndex
from flask_ls.project.tracking import Input, Memo, Tracker

# How many names one question may lead through.
_MOST = 100


class Names:
    """Answers "what is this dotted name" over the facts of all modules."""

    def __init__(self, modules: Mapping[str, FileFacts], index: ModuleIndex | None, tracker: Tracker) -> None:
        self._modules = modules
        self._index = index
        self._canonical: Memo[str, str] = Memo(tracker, lambda dotted: self._follow(dotted, {}), "")
        # What a file says of names is read from its facts; this is told when it says something else.
        self._said: Input[str, object] = Input(tracker, lambda path: object())
        self._imported: dict[tuple[str, str], str] = {}

    def of_modules(self, modules: Mapping[str, FileFacts]) -> None:
        """The facts are these from now on; names stand for what they stood for."""
        if modules.keys() != self._modules.keys():
            self._imported = {}
        self._modules = modules

    def changed(self, path: str) -> None:
        """The names of a file may stand for something else now."""
        self._said.changed([path])

    def module(self, name: str) -> FileFacts | None:
        """A module of the project, whose names are looked at."""
        facts = self._modules.get(name)
        if facts is not None:
            self._said(facts.path)
        return facts

    def canonical(self, dotted: str) -> str:
        """The origin of an absolute dotted name: a definition of the project or a public external name."""
        return self._canonical(dotted)

    def in_module(self, module: str, written: str) -> str | None:
        """The origin of a name chain as written at module level of ``module``; None for builtins and unknown.

        ``package.module:name`` is what a function of the module imports.
        """
        source, colon, name = written.partition(":")
        if colon:
            return self.canonical(self.imported_from(module, source, name) if name else self.imported(module, source))
        head, _, rest = written.partition(".")
        facts = self.module(module)
        if facts is None:
            return None
        if head in facts.exports:
            return self.canonical(f"{module}:{written}")
        star = self._from_star(facts, head)
        if star is None:
            return None
        return self.canonical(f"{star}.{rest}" if rest else star)

    def split(self, dotted: str) -> tuple[FileFacts | None, str]:
        """The project module that a dotted name lies in (longest match), and the rest of the name."""
        head, rest = dotted, ""
        while head:
            facts = self.module(head)
            if facts is not None:
                return facts, rest
            head, _, last = head.rpartition(".")
            rest = f"{last}.{rest}" if rest else last
        return None, dotted

    def imported(self, importer: str, written: str) -> str:
        """The unique name of the module that ``import <written>`` means in module ``importer``.

        The same import may mean different files in different source roots; outside the project it is as written.
        """
        key = (importer, written)
        known = self._imported.get(key)
        if known is None:
            known = self._imported[key] = self._find_imported(importer, written)
        return known

    def _find_imported(self, importer: str, written: str) -> str:
        if self._index is None:
            return written
        found = self._index.find(written, self._module(importer))
        if found is not None and not found.is_namespace and found.name in self._modules:
            return found.name
        # A module that the importer cannot see, in another source root, may have that name.
        return f"?{written}" if written in self._modules and importer in self._modules else written

    def imported_from(self, importer: str, written: str, name: str) -> str:
        """What ``from <written> import <name>`` gives in module ``importer``: ``module:name``.

        For a module of a package it is that module's unique name.
        """
        target = self.imported(importer, written)
        head, _, rest = name.partition(".")
        package = self.module(target)
        if self._index is None or (package is not None and (not package.is_package or head in package.exports)):
            return f"{target}:{name}"
        found = self._index.find(f"{written}.{head}", self._module(importer))
        if found is None or found.is_namespace or found.name not in self._modules:
            return f"{target}:{name}"
        return f"{found.name}:{rest}" if rest else found.name

    def _module(self, name: str) -> Module | None:
        facts = self._modules.get(name)
        return self._index.by_path(facts.path) if facts is not None and self._index is not None else None

    def is_project(self, dotted: str) -> bool:
        """Whether the name lies in a module of the project."""
        return self.split(dotted)[0] is not None

    def function(self, dotted: str) -> tuple[FileFacts, FunctionFacts] | None:
        """The project function of this canonical name; methods are found through project base classes."""
        facts, rest = self.split(dotted)
        if facts is None or not rest:
            return None
        found = facts.functions.get(rest)
        if found is not None:
            return facts, found
        owner, _, method = dotted.rpartition(".")
        if self.class_(owner) is not None:
            for base in self.mro(owner)[1:]:
                known = self.split(base)
                if known[0] is not None and f"{known[1]}.{method}" in known[0].functions:
                    return known[0], known[0].functions[f"{known[1]}.{method}"]
        return None

    def class_(self, dotted: str) -> tuple[FileFacts, ClassFacts] | None:
        """The project class of this canonical name."""
        facts, rest = self.split(dotted)
        if facts is None or not rest:
            return None
        found = facts.classes.get(rest)
        return (facts, found) if found is not None else None

    def mro(self, dotted: str) -> list[str]:
        """A class and its bases, nearest first, project classes by canonical and others by public name."""
        order: list[str] = []
        todo = [dotted]
        while todo and len(order) < 64:
            current = todo.pop(0)
            if current in order:
                continue
            order.append(current)
            known = self.class_(current)
            if known is not None:
                facts, cls = known
                todo += [b for r in cls.bases if (b := self.in_module(facts.module, r.dotted))]
        return order

    def _follow(self, dotted: str, seen: dict[str, str]) -> str:
        """The origin of a name. ``package.module:name`` is looked up in exactly that module.

        ``seen`` holds what this question already led through: names that define each other go in circles, and names
        with several definitions would be followed again and again.
        """
        known = seen.get(dotted)
        if known is None:
            seen[dotted] = dotted.replace(":", ".")
            known = seen[dotted] = self._follow_once(dotted, seen) if len(seen) < _MOST else dotted.replace(":", ".")
        return known

    def _follow_once(self, dotted: str, seen: dict[str, str]) -> str:
        if ":" in dotted:
            module, _, rest = dotted.partition(":")
            facts = self.module(module)
            plain = f"{module}.{rest}"
            if facts is None:
                return self._follow(plain, seen)
            name, _, tail = rest.partition(".")
            if name not in facts.exports and f"{module}.{name}" in self._modules:
                return self._follow(f"{module}.{name}:{tail}" if tail else f"{module}.{name}", seen)
        else:
            facts, rest = self.split(dotted)
            if facts is None:
                return public_name(dotted)
            if not rest:
                return dotted
            plain = dotted
            name, _, tail = rest.partition(".")
        exports = facts.exports.get(name)
        if exports is None:
            star = self._from_star(facts, name)
            if star is None:
                return plain
            return self._follow(f"{star}.{tail}" if tail else star, seen)
        targets = {self._target(facts, export, seen) for export in exports if not export.is_none}
        target = targets.pop() if len(targets) == 1 else None
        if target is None or target == f"{facts.module}.{name}":
            return plain
        return self._follow(f"{target}.{tail}" if tail else target, seen)

    def _target(self, facts: FileFacts, export: Export, seen: dict[str, str]) -> str | None:
        if export.kind == "alias":
            module, colon, name = export.target.partition(":")
            if not colon:
                return self._follow(self.imported(facts.module, module), seen)
            return self._follow(self.imported_from(facts.module, module, name), seen)
        if export.kind == "name":
            head, _, rest = export.target.partition(".")
            if head in facts.exports:
                return self._follow(f"{facts.module}:{export.target}", seen)
            star = self._from_star(facts, head)
            if star is not None:
                return self._follow(f"{star}.{rest}" if rest else star, seen)
        return None

    def _from_star(self, facts: FileFacts, name: str, asked: frozenset[str] = frozenset()) -> str | None:
        if facts.module in asked:
            return None
        asked |= {facts.module}
        for star in reversed(facts.stars):
            star = self.imported(facts.module, star)
            source = self.module(star)
            if source is None:
                if name in STAR_EXPORTS.get(star, ()):
                    return f"{star}.{name}"
                continue
            if source.dunder_all is not None and name not in source.dunder_all:
                continue
            if source.dunder_all is None and name.startswith("_"):
                continue
            if name in source.exports or self._from_star(source, name, asked) is not None:
                return f"{star}:{name}"
        return None
