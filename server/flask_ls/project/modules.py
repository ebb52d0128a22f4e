"""Which file is which module: dotted names, packages, source roots and the resolution of imports.

A pure function of the list of Python files; the disk is never asked. A file's ``Module.name`` is the name
most of the project imports it by, made unique when two source roots use the same name (``svc_a/app.py`` and
``svc_b/app.py``). Imports are therefore resolved by place (``find``, ``find_relative``), never by comparing
names.
"""

from __future__ import annotations

import posixpath
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# A folder of this name is put on the import path by its users, it is no package of its own ("src layout").
_SOURCE_FOLDERS = frozenset({"src", "lib", "python"})
# A folder with one of these files is where a project's commands are run, so it is on the import path.
PROJECT_MARKERS = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "manage.py", "wsgi.py", "tox.ini"})


@dataclass(frozen=True, slots=True)
class Module:
    """One module. ``path`` is absolute with ``/``; that of a namespace package is its folder.

    ``import_name`` is the dotted name relative to ``root``, the folder on the import path; ``name`` is the
    same unless another root has that name too, then it is longer and unique.
    """

    name: str
    path: str
    is_package: bool
    root: str
    import_name: str
    is_namespace: bool = False

    @property
    def folder(self) -> str:
        """The folder whose files a relative import of level one sees."""
        return self.path if self.is_namespace else posixpath.dirname(self.path)

    @property
    def package(self) -> str:
        """What ``__package__`` is: the name itself for a package, the parent's name otherwise."""
        return self.import_name if self.is_package else self.import_name.rpartition(".")[0]


def resolve_relative(module: str, is_package: bool, level: int, target: str | None) -> str:
    """The absolute name that ``from <level dots><target> import ...`` means in ``module``.

    ``from . import x`` in a top-level module gives ``""``. Beyond the top the dots stay, a name nothing has.
    """
    if level == 0:
        return target or ""
    parts = module.split(".") if module else []
    drop = level - 1 if is_package else level
    if drop > len(parts):
        return "." * level + (target or "")
    base = parts[: len(parts) - drop]
    if target:
        base.append(target)
    return ".".join(base)


class ModuleIndex:
    """All modules of a workspace."""

    def __init__(self, files: Iterable[str], folders: Sequence[str] = (), extra_roots: Sequence[str] = ()) -> None:
        """``files``: absolute paths of Python files. ``folders``: the workspace folders.

        ``extra_roots``: folders the user put on the import path, searched before the guessed ones.
        """
        self._files = {_slashes(f) for f in files if f.endswith(".py")}
        self._folders = sorted({_slashes(f).rstrip("/") or "/" for f in folders}, key=len, reverse=True)
        self._extra = tuple(_slashes(r).rstrip("/") or "/" for r in extra_roots)
        self._populated = self._ancestors()
        self._holds_packages: dict[str, bool] = {}
        self._marked = {posixpath.dirname(f) for f in self._files if posixpath.basename(f) in PROJECT_MARKERS}
        self._by_path: dict[str, Module] = {}
        self._by_name: dict[str, Module] = {}
        self._children: dict[str, list[str]] = {}
        self._found: dict[tuple[str, str, str], Module | None] = {}
        roots: dict[str, None] = {}
        # Shallow first, so that the plain name goes to the file nearest to the workspace folder.
        for path in sorted(self._files, key=lambda p: (p.count("/"), p)):
            module = self._name(path)
            roots.setdefault(module.root)
            self._by_path[path] = module
            self._by_name.setdefault(module.name, module)
            self._children.setdefault(posixpath.dirname(path), []).append(path)
        self.roots: tuple[str, ...] = tuple(roots)

    def __len__(self) -> int:
        return len(self._by_path)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._by_path.values())

    def by_path(self, path: str) -> Module | None:
        """The module of a file."""
        found = self._by_path.get(path)
        return found if found is not None else self._by_path.get(_slashes(path))

    def by_name(self, name: str) -> Module | None:
        """The module with this unique name; regular modules only."""
        return self._by_name.get(name)

    def owner(self, dotted: str) -> tuple[Module, str] | None:
        """Split ``package.module.attribute`` at the longest module name: module and rest (may be empty)."""
        head, rest = dotted, ""
        while head:
            module = self._by_name.get(head)
            if module is not None:
                return module, rest
            head, _, last = head.rpartition(".")
            rest = f"{last}.{rest}" if rest else last
        return None

    def find(self, name: str, importer: Module | None = None) -> Module | None:
        """The module that ``import name`` means in ``importer``; None when it is not of the workspace.

        Searched in the importer's own root, the roots around it, the folders around it that are no packages
        (one of them may be ``sys.path[0]``), then all other roots, where the name must be unambiguous and not
        one of the standard library, then source folders (``src``) that are packages by mistake.
        """
        if not name or name.startswith("."):
            return None
        key = (name, importer.root if importer else "", importer.folder if importer else "")
        try:
            return self._found[key]
        except KeyError:
            found = self._found[key] = self._search(name, importer)
            return found

    def find_relative(self, importer: Module, level: int, name: str | None) -> Module | None:
        """The module that ``from <level dots><name> import`` means in ``importer``."""
        if level == 0:
            return self.find(name or "", importer)
        folder = importer.folder
        for _ in range(level - 1):
            folder = posixpath.dirname(folder)
        # By folder: the same for regular and namespace packages, whatever the root was guessed to be.
        return self._at(folder, name or "", importer.root)

    def submodule(self, package: Module, name: str) -> Module | None:
        """The module ``name`` directly inside a package."""
        return self._at(package.folder, name, package.root) if package.is_package else None

    def children(self, package: Module) -> list[Module]:
        """What ``pkgutil.iter_modules`` lists: modules and regular packages directly inside, by name."""
        if not package.is_package:
            return []
        return self.modules_in(package.folder)

    def modules_in(self, folder: str) -> list[Module]:
        """The modules and regular packages directly in a folder, by name."""
        folder = _slashes(folder).rstrip("/")
        found = [self._by_path[p] for p in self._children.get(folder, ()) if posixpath.basename(p) != "__init__.py"]
        for child in self._populated.get(folder, ()):
            init = self._by_path.get(f"{folder}/{child}/__init__.py")
            if init is not None:
                found.append(init)
        return sorted(found, key=lambda m: m.import_name.rpartition(".")[2])

    def files_in(self, folder: str) -> list[str]:
        """The names of Python files and of folders with Python files in a folder, sorted."""
        folder = _slashes(folder).rstrip("/")
        names = {posixpath.basename(p) for p in self._children.get(folder, ())}
        return sorted(names | set(self._populated.get(folder, ())))

    def project_folders(self) -> list[str]:
        """The workspace folders and the folders with a ``pyproject.toml`` or its like, as far as Python files tell."""
        return sorted({*self._folders, *self._marked, *(r for r in self.roots if self.contains(r))})

    def workspace_of(self, path: str) -> str:
        """The workspace folder a path lies in; empty when in none."""
        return self._workspace_of(_slashes(path)) or ""

    def contains(self, path: str) -> bool:
        """Whether a path lies in a workspace folder."""
        return self._workspace_of(_slashes(path)) is not None

    # Building

    def _ancestors(self) -> dict[str, dict[str, None]]:
        """Folder -> names of its sub-folders that have Python files somewhere below."""
        populated: dict[str, dict[str, None]] = {}
        for path in sorted(self._files):
            folder = posixpath.dirname(path)
            populated.setdefault(folder, {})
            while True:
                parent = posixpath.dirname(folder)
                if parent == folder:
                    break
                names = populated.setdefault(parent, {})
                base = posixpath.basename(folder)
                if base in names:
                    break
                names[base] = None
                folder = parent
        return populated

    def _name(self, path: str) -> Module:
        folder, base = posixpath.split(path)
        is_package = base == "__init__.py"
        root = self._root_of(folder)
        relative = path[len(root) :].strip("/")[: -len(".py")]
        import_name = relative.replace("/", ".")
        if is_package:
            import_name = import_name.removesuffix("__init__").rstrip(".") or posixpath.basename(folder)
        name = import_name
        if name in self._by_name:
            top = self._workspace_of(folder) or ""
            name = path[len(top) :].strip("/")[: -len(".py")].removesuffix("/__init__").replace("/", ".")
        while name in self._by_name:
            name = f"_.{name}"
        return Module(name, path, is_package, root, import_name)

    def _root_of(self, folder: str) -> str:
        for root in sorted(self._extra, key=len, reverse=True):
            if _inside(folder, root):
                return root
        workspace = self._workspace_of(folder)
        package: str | None = folder
        while package is not None:
            folder = package
            while f"{folder}/__init__.py" in self._files and folder != workspace:
                folder = posixpath.dirname(folder)
            if workspace is None:
                return folder
            package = self._package_around(folder, workspace)
        here = folder
        while here != workspace:
            name = posixpath.basename(here)
            if name in _SOURCE_FOLDERS or not name.isidentifier() or here in self._marked:
                return here
            # The top of regular packages is on the import path: ``backend/app/__init__.py`` is ``app``.
            if here == folder and self._has_packages(here):
                return here
            here = posixpath.dirname(here)
        return workspace

    def _package_around(self, folder: str, workspace: str | None) -> str | None:
        """The regular package that a folder without ``__init__.py`` is a part of: ``app`` for ``app/blueprints``."""
        here = folder
        while here not in (workspace, "/"):
            name = posixpath.basename(here)
            if name in _SOURCE_FOLDERS or not name.isidentifier() or here in self._marked:
                return None
            here = posixpath.dirname(here)
            if f"{here}/__init__.py" in self._files:
                return here if here != workspace else None
        return None

    def _has_packages(self, folder: str) -> bool:
        known = self._holds_packages.get(folder)
        if known is None:
            known = self._holds_packages[folder] = self._find_packages(folder)
        return known

    def _find_packages(self, folder: str) -> bool:
        return any(f"{folder}/{child}/__init__.py" in self._files for child in self._populated.get(folder, ()))

    def _workspace_of(self, folder: str) -> str | None:
        return next((w for w in self._folders if _inside(folder, w)), None)

    # Searching

    def _search(self, name: str, importer: Module | None) -> Module | None:
        near: dict[str, None] = dict.fromkeys(self._extra)
        if importer is not None:
            near[importer.root] = None
            workspace = self._workspace_of(importer.root)
            here = importer.root
            while workspace is not None and here != workspace and here != "/":
                here = posixpath.dirname(here)
                near[here] = None
            # A script's own folder is on its path; so is the folder that a nested project is started in.
            here = importer.folder
            while workspace is not None and _inside(here, workspace) and here != workspace:
                if f"{here}/__init__.py" not in self._files:
                    near[here] = None
                here = posixpath.dirname(here)
        elif self._folders:
            near.update(dict.fromkeys(self._folders))
        namespace: Module | None = None
        for root in near:
            found = self._at(root, name, root)
            if found is not None:
                if not found.is_namespace:
                    return found
                namespace = namespace or found
        if namespace is not None:
            return namespace
        if name.partition(".")[0] in sys.stdlib_module_names:
            return None
        far = [m for r in self.roots if r not in near and (m := self._at(r, name, r)) and not m.is_namespace]
        if far:
            return far[0] if len(far) == 1 else None
        sources = (f"{root}/{folder}" for root in (*near, *self._folders) for folder in sorted(_SOURCE_FOLDERS))
        found = next((m for s in sources if s in self._populated and (m := self._at(s, name, s))), None)
        return None if found is None or found.is_namespace else found

    def _at(self, folder: str, name: str, root: str) -> Module | None:
        path = f"{folder}/{name.replace('.', '/')}" if name else folder
        found = self._by_path.get(f"{path}/__init__.py")
        if found is None and name:
            found = self._by_path.get(f"{path}.py")
        if found is None and path in self._populated:
            dotted = path[len(root) :].strip("/").replace("/", ".") if _inside(path, root) else name
            found = Module(dotted, path, True, root, dotted, is_namespace=True)
        return found


def _slashes(path: str) -> str:
    return path.replace("\\", "/")


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
