"""What an evaluation did not reach: modules and functions that add routes to an app when something else runs them.

An app that is made in one module gets routes in others that import it. Which of them a server is pointed at is not
written down, so the files that lead to all of them are looked for.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from flask_ls.project.interp import discover, entry_points, external
from flask_ls.project.interp.discover import Entry, Hints
from flask_ls.project.interp.sources import inner_statements
from flask_ls.project.interp.values import Args, ClassV, Function, Instance, Wrapped

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine
    from flask_ls.project.interp.records import AppState
    from flask_ls.project.interp.sources import WorkspaceSources
    from flask_ls.project.modules import Module


class Globals(NamedTuple):
    """Names of a module once it has run."""

    registrars: frozenset[str]  # those through which routes can be added
    functions: frozenset[str]  # functions and classes
    attributes: frozenset[str] = frozenset()  # "Class.attribute" of the objects that keep the app


Registrars: TypeAlias = Mapping[str, Globals]  # by the path of the module

_ADDS = (
    r"(?!open_|get_|has_|routes?_)\w*(?:route|url_rule|blueprint|resource|namespace|add_view|add_api|register_api)\w*"
)
_VERBS = r"(?:get|post|put|delete|patch)"
_ADDING = re.compile(rf"(?<=\w)\.{_ADDS}\(|@\w+\.{_VERBS}\(")
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)|import[ \t]+([^\n]*))", re.M
)
_HEAD = re.compile(r"^(?:async[ \t]+)?(?:(def|class)[ \t]+(\w+)|[^\s#)\]}'\"@])", re.M)
_METHOD = re.compile(r"^[ \t]+(?:async[ \t]+)?def[ \t]+(\w+)", re.M)
_UNLIKELY = 60  # the rank of files that no server is pointed at
_SEVERAL = 3
_DEPTH = 4  # how many imports may lie between a file and the app


def registrars_of(m: Machine, state: AppState) -> Registrars:
    """What holds an app, by module: globals that are it, a blueprint of it or an object with one; its classes."""
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
    kept: dict[str, set[str]] = {}
    for holder, attribute in state.holders:
        for cls in holder.mro:
            if cls.module is not None and not cls.module.is_model:
                kept.setdefault(cls.module.module.path, set()).add(f"{cls.qualname}.{attribute}")
    for path, attributes in kept.items():
        known = found.get(path, Globals(frozenset(), frozenset()))
        found[path] = known._replace(attributes=frozenset(attributes))
    return found


class Addition(NamedTuple):
    """Where a module adds routes: the line (from 1), and the outermost function around it, if there is one."""

    line: int
    function: str | None


class Call(NamedTuple):
    """Where a function is called: ``entry`` runs that place."""

    entry: Entry
    has_arguments: bool


class Reach:
    """Who imports whom, read off the text of files when it is asked."""

    def __init__(self, sources: WorkspaceSources, hints: Hints) -> None:
        self._sources = sources
        self._hints = hints
        self._imported: dict[str, dict[str, set[tuple[str, str]]]] = {}
        self._importers: dict[str, list[Module]] | None = None
        self._added: dict[str, list[tuple[str, int, str | None]]] = {}
        self.sought: set[str] = set()
        """The names of functions whose callers were looked for."""

    # Who imports whom

    def _imports(self, module: Module) -> dict[str, set[tuple[str, str]]]:
        """The paths of the modules that a module imports at any place of its text, each with the names it takes.

        A name comes with what it is called here; ``*`` stands for all of them.
        """
        known = self._imported.get(module.path)
        if known is None:
            known = self._imported[module.path] = {}
            for path, name, alias in self._read(module):
                known.setdefault(path, set()).add((name, alias))
        return known

    def _read(self, module: Module) -> Iterator[tuple[str, str, str]]:
        index = self._sources.index
        for dots, name, names, plain in _IMPORT.findall(self._sources.text(module)):
            for part in plain.split(","):
                found = index.find(part.split()[0], module) if part.strip() else None
                if found is not None:
                    yield found.path, "*", "*"
            if plain:
                continue
            found = index.find_relative(module, len(dots), name or None) if dots else index.find(name, module)
            if found is None:
                continue
            for word, alias in re.findall(r"(\*|\w+)(?:[ \t]+as[ \t]+(\w+))?", names):
                yield found.path, word, alias or word
                below = index.submodule(found, word)
                if below is not None:
                    yield below.path, "*", "*"

    def _above(self, paths: Iterable[str], depth: int = _DEPTH) -> list[Module]:
        """The modules outside tests that import one of these, near ones first."""
        if self._importers is None:
            self._importers = {}
            for module in self._sources.index:
                root = self._sources.index.workspace_of(module.path)
                if self._hints.include_tests or not discover.is_test(module.path, root):
                    for path in self._imports(module):
                        self._importers.setdefault(path, []).append(module)
        found: dict[str, Module] = {}
        level = list(paths)
        for _ in range(depth):
            following: list[str] = []
            for path in level:
                for module in self._importers.get(path, ()):
                    if module.path not in found:
                        found[module.path] = module
                        following.append(module.path)
            level = following
        return list(found.values())

    def _has_importer(self, module: Module) -> bool:
        """Whether something outside tests imports a module."""
        return bool(self._importers.get(module.path) if self._importers is not None else self._above([module.path], 1))

    # What was not reached

    def unloaded(self, registrars: Registrars, loaded: frozenset[str]) -> dict[str, Addition]:
        """The paths of modules that add routes through a registrar they import but did not run; where they do.

        A module that does so only in functions counts when something imports it, which then may call them.
        """
        found: dict[str, Addition] = {}
        for module in self._above(registrars, 1):
            if module.path in loaded:
                continue
            imports = self._imports(module)
            names: set[str] = set()
            for path, held in registrars.items():
                own = held.registrars
                for name, alias in imports.get(path, ()):
                    names |= own if name == "*" else {alias} if name in own else set()
            for name, line, owner in (*self._additions(module), *self._handovers(module, names)):
                if name in names and (owner is None or self._has_importer(module)):
                    found[module.path] = Addition(line, owner)
                    break
        return found

    def plugins(self, loaded: frozenset[str]) -> dict[str, tuple[int, str]]:
        """The modules that add routes and that a package of the program declares as entry points, but did not run.

        With the line where they do, and the group.
        """
        found: dict[str, tuple[int, str]] = {}
        modules = [m for m in map(self._sources.index.by_path, loaded) if m is not None]
        packages = {m.import_name.partition(".")[0]: m for m in modules}
        for point in entry_points.declared(self._sources):
            program = packages.get(point.module.partition(".")[0])
            if point.is_of_tool or program is None:
                continue
            module = self._sources.index.find(point.module, program)
            if module is not None and module.path not in loaded and module.path not in found:
                match = _ADDING.search(self._sources.text(module))
                if match is not None:
                    found[module.path] = (match.string.count("\n", 0, match.start()) + 1, point.group)
        return found

    def _handovers(self, module: Module, names: set[str]) -> Iterator[tuple[str, int, None]]:
        """Where a module gives one of the names to a function of the workspace when it is imported."""
        text = self._sources.text(module)
        if not any(re.search(rf"\w\([^)\n]*\b{re.escape(name)}\b", text) for name in names):
            return
        tree = self._sources.parse(text)
        if tree is None:
            return
        own = {alias for taken in self._imports(module).values() for _, alias in taken}
        own |= {n.name for n in tree.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}
        functions = {id(f) for _, f in _outermost(tree)}
        stack: list[ast.AST] = [tree]
        while stack:
            node = stack.pop()
            if id(node) in functions:
                continue
            if isinstance(node, ast.Call):
                root = _root(node.func)
                if root in own or (root is not None and self._sources.index.find(root, module) is not None):
                    for value in (*node.args, *(k.value for k in node.keywords)):
                        if isinstance(value, ast.Name) and value.id in names:
                            yield value.id, node.lineno, None
            stack.extend(ast.iter_child_nodes(node))

    def functions(self, registrars: Registrars, entered: Mapping[str, set[str]]) -> dict[tuple[str, str], int]:
        """The functions (path, qualname) that add routes through what holds the app but did not run; where they do."""
        found: dict[tuple[str, str], int] = {}
        for path, (names, functions, attributes) in registrars.items():
            module = self._sources.index.by_path(path)
            for name, line, owner in self._additions(module) if module is not None else ():
                if owner is None or owner in entered.get(path, ()):
                    continue
                outer, _, attribute = name.rpartition(".")
                is_kept = bool(outer) and f"{owner.rpartition('.')[0]}.{attribute}" in attributes
                if is_kept or (name in names and owner.partition(".")[0] in functions):
                    found.setdefault((path, owner), line)
        return found

    def _additions(self, module: Module) -> list[tuple[str, int, str | None]]:
        """Where a module seems to add routes: through what, the line, and the outermost function around it.

        Through a name, or through an attribute of ``self``.
        """
        known = self._added.get(module.path)
        if known is None:
            text = self._sources.text(module)
            tree = self._sources.parse(text) if _ADDING.search(text) is not None else None
            known = self._added[module.path] = list(_additions(tree)) if tree is not None else []
        return known

    def found_by_name(self, modules: list[Module]) -> list[Module]:
        """Of modules that nothing imports, those that a program seems to look for by their name or folder.

        Three that have it in common: ``*/api.py``, ``plugins/*.py``. Files that look like programs of their own, and
        those outside packages, are none.
        """
        alone = [
            m
            for m in modules
            if m.folder != m.root
            and not discover.is_startable(m.path, self._sources.text(m))
            and not self._above([m.path], 1)
        ]
        names = Counter(posixpath.basename(m.path) for m in alone)
        folders = Counter(m.folder for m in alone)
        return [m for m in alone if names[posixpath.basename(m.path)] >= _SEVERAL or folders[m.folder] >= _SEVERAL]

    # What leads there

    def entries(self, paths: Iterable[str], loaded: frozenset[str]) -> list[Entry]:
        """The files to start with so that these are loaded, most likely ones first.

        A file that nothing imports is started with only when it looks like one that is.
        """
        index = self._sources.index
        targets = [m for m in map(index.by_path, paths) if m is not None]
        above = [m for m in self._above(m.path for m in targets) if m.path not in loaded]
        modules = {m.path: m for m in (*above, *targets)}
        for module in targets:
            if not discover.is_startable(module.path, self._sources.text(module)):
                del modules[module.path]
        found = [Entry(m, None, discover.rank_of(m.path, index.workspace_of(m.path))) for m in modules.values()]
        return sorted(found, key=lambda e: (e.rank, e.module.path))

    def callers(self, qualname: str, home: Module) -> list[Call]:
        """What outside tests calls a function and imports its module, likely ones first.

        Judged by its name; where a method is called elsewhere, its class must be named there too.
        """
        owner_class, _, name = qualname.rpartition(".")
        self.sought.add(name)
        pattern = _calling(name)
        index = self._sources.index
        found: dict[tuple[str, str | None], Call] = {}
        for module in (home, *self._above([home.path], 2)):
            text = self._sources.text(module)
            rank = discover.rank_of(module.path, index.workspace_of(module.path))
            is_near = module is home or owner_class in text
            for match in pattern.finditer(text) if name in text and is_near and rank < _UNLIKELY else ():
                owner = _function_around(text, match.start())
                if (owner or "").rpartition(".")[2] == name and module is home:
                    continue  # calls itself
                key = (module.path, owner)
                if key not in found or not match.group(1):
                    found[key] = Call(Entry(module, owner, rank), not match.group(1))
        return sorted(found.values(), key=lambda c: c.entry.rank)

    def wrappers(self, qualname: str, home: Module) -> list[Call]:
        """The functions that call a function, at first, second or third hand."""
        found: dict[tuple[str, str | None], Call] = {}
        level = [(qualname, home)]
        for _ in range(3):
            following: list[tuple[str, Module]] = []
            for called, module in level:
                for call in self.callers(called, module):
                    key = (call.entry.module.path, call.entry.factory)
                    if call.entry.factory is not None and key not in found and len(found) < 12:
                        found[key] = call
                        following.append((call.entry.factory, call.entry.module))
            level = following
        return list(found.values())


def traces(text: str, sought: frozenset[str]) -> Counter[object] | None:
    """What is read in the body of a function that nothing runs; None when it adds routes, so that all of it counts."""
    if _ADDING.search(text) is not None:
        return None
    calls = [(name, found) for name in sought if name in text for found in _calling(name).findall(text)]
    return Counter([*_IMPORT.findall(text), *calls])


def _calling(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!def )\b{re.escape(name)}[ \t]*\(\s*(\)?)")


def _function_around(text: str, position: int) -> str | None:
    """The outermost function around a place of a text, judged by indentation."""
    heads = list(_HEAD.finditer(text, 0, position))
    if not heads or text[text.rfind("\n", 0, position) + 1] not in " \t":
        return None
    outer = heads[-1]
    if outer.group(1) != "class":
        return outer.group(2)
    methods = list(_METHOD.finditer(text, outer.end(), position))
    return f"{outer.group(2)}.{methods[-1].group(1)}" if methods else None


def _additions(tree: ast.Module) -> Iterator[tuple[str, int, str | None]]:
    functions = {id(f): (q, _bound(f)) for q, f in _outermost(tree)}
    decorators = {id(d) for n in ast.walk(tree) for d in getattr(n, "decorator_list", ())}
    stack: list[tuple[ast.AST, str | None, frozenset[str]]] = [(n, None, frozenset()) for n in reversed(tree.body)]
    while stack:
        node, owner, local = stack.pop()
        if id(node) in functions:
            # Decorators and defaults run outside.
            function = functions[id(node)]
            inside = {id(n) for n in node.body}  # type: ignore[attr-defined]
            for child in ast.iter_child_nodes(node):
                stack.append((child, *function) if id(child) in inside else (child, owner, local))
            continue
        called = node.func if isinstance(node, ast.Call) else None
        base = called.value if isinstance(called, ast.Attribute) else None
        through = _through(base, local)
        if isinstance(called, ast.Attribute) and through is not None:
            pattern = f"{_ADDS}|{_VERBS}" if id(node) in decorators else _ADDS
            if re.fullmatch(pattern, called.attr):
                yield through, called.lineno, owner
        stack.extend((child, owner, local) for child in ast.iter_child_nodes(node))


def _through(base: ast.expr | None, local: frozenset[str]) -> str | None:
    if isinstance(base, ast.Name) and base.id not in local:
        return base.id
    if isinstance(base, ast.Attribute) and isinstance(base.value, ast.Name) and base.value.id == "self":
        return f"self.{base.attr}"
    return None


def _root(called: ast.expr) -> str | None:
    """The name that what is called starts with."""
    while isinstance(called, ast.Attribute):
        called = called.value
    return called.id if isinstance(called, ast.Name) else None


def _outermost(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    stack: list[tuple[ast.stmt, str]] = [(n, "") for n in reversed(tree.body)]
    while stack:
        node, prefix = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield f"{prefix}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            stack.extend((n, f"{prefix}{node.name}.") for n in reversed(node.body))
        else:
            stack.extend((n, prefix) for n in reversed(inner_statements(node)))


def _bound(function: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    """The names that are local to a function; those it declares global are not."""
    bound: set[str] = set()
    shared: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.Global):
            shared.update(node.names)
    return frozenset(bound - shared)
