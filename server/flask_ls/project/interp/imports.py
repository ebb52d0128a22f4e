"""Imports: modules of the workspace are executed once, modules of modelled packages come from their models."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flask_ls.project.interp import packages
from flask_ls.project.interp.branches import note_possible, run_scoped
from flask_ls.project.interp.frames import EXEC, Frame, Place
from flask_ls.project.interp.functions import bind_name, docstring_of
from flask_ls.project.interp.paths import AnyOf
from flask_ls.project.interp.values import (
    MISSING,
    Choice,
    External,
    ListV,
    Maybe,
    ModuleV,
    Unknown,
    Value,
)
from flask_ls.project.interp.world import Limit, Outcome, Raised

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine
    from flask_ls.project.modules import Module


_VENDOR_FOLDERS = frozenset(
    {"lib", "libs", "vendor", "vendored", "_vendor", "third_party", "thirdparty", "site-packages"}
)
# Before Flask 1.0 an extension could be imported as a part of Flask.
_OLD_EXTENSIONS = "flask.ext."


def _import(m: Machine, node: ast.Import, frame: Frame) -> Outcome | None:
    frame.node = node
    for alias in node.names:
        value = import_name(m, alias.name, frame.module)
        if alias.asname:
            bind_name(m, frame, alias.asname, value)
        else:
            top = alias.name.partition(".")[0]
            bind_name(m, frame, top, import_name(m, top, frame.module) if "." in alias.name else value)
    return None


def _import_from(m: Machine, node: ast.ImportFrom, frame: Frame) -> Outcome | None:
    frame.node = node
    if node.level:
        found = m.sources.index.find_relative(frame.module.module, node.level, node.module)
        if found is None:
            _missing(m, f"{'.' * node.level}{node.module or ''}")
            source: Value = External(node.module or "?", m.serial)
        else:
            source = load(m, found)
    elif node.module == "__future__":
        return None
    else:
        source = import_name(m, node.module or "", frame.module)
    for alias in node.names:
        if alias.name == "*":
            _star(m, source, frame)
        else:
            bind_name(m, frame, alias.asname or alias.name, from_import(m, source, alias.name))
    return None


def from_import(m: Machine, source: Value, name: str) -> Value:
    """``from source import name``."""
    if isinstance(source, External) and f"{source.path}." == _OLD_EXTENSIONS:
        return import_name(m, f"flask_{name}")
    if not isinstance(source, ModuleV):
        return m.get(source, name)
    value = m.get(source, name, MISSING)
    if value is not MISSING:
        return value.value if isinstance(value, Maybe) else value
    found = m.sources.index.submodule(source.module, name)
    if found is not None and not source.is_model:
        return load(m, found)
    if source.state != "done" and (source.open is not None or not m.catching("ImportError")):
        # A circular import that fails in Python too, or a name bound later in a way that was not followed.
        return Unknown(f"{name} is not bound yet when {source.module.import_name} is imported in a circle")
    if m.catching("ImportError"):
        raise Raised("ImportError", ("Exception",))
    return Unknown(f"{source.module.import_name} has no {name} that can be read")


def _missing(m: Machine, name: str) -> None:
    """A module that is not there, where that is caught."""
    nearest = next((a for a in reversed(m.tries) if a.catches("ModuleNotFoundError")), None)
    # Where its absence ends the program, the module is one that building or installing the program makes.
    if nearest is not None and not nearest.is_fatal("ModuleNotFoundError"):
        raise Raised("ModuleNotFoundError", ("ImportError", "Exception"), f"No module named {name!r}")


def import_name(m: Machine, name: str, importer: ModuleV | None = None) -> Value:
    """The module of an absolute name."""
    if name.startswith(_OLD_EXTENSIONS):
        name = "flask_" + name.removeprefix(_OLD_EXTENSIONS)
    top = name.partition(".")[0]
    modelled = m.external(name) if m.is_modelled(top) else MISSING
    if modelled is not MISSING:
        return modelled
    found = m.sources.index.find(name, importer.module if importer is not None else None)
    if found is not None and packages.is_harmless(top) and _is_vendored(found):
        return _import_external(m, name)
    if found is None and importer is not None:
        found = _beside(m, name, importer)
    if found is None:
        package = m.sources.index.find(top, importer.module if importer is not None else None) if "." in name else None
        # Other distributions may have parts of a package without ``__init__.py``.
        if package is not None and not package.is_namespace:
            _missing(m, name)
            return Unknown(f"there is no module {name}")
        return _import_external(m, name)
    # Importing a.b.c executes a and a.b first.
    parents = name.split(".")[:-1]
    for length in range(1, len(parents) + 1):
        parent = m.sources.index.find(".".join(parents[:length]), importer.module if importer is not None else None)
        if parent is not None:
            load(m, parent)
    return load(m, found)


def _beside(m: Machine, name: str, importer: ModuleV) -> Module | None:
    """A module in one of the packages around its importer, where nothing else has its name.

    Python 2 looks beside the importer; a program that is started inside a package has that on its path.
    """
    top = name.partition(".")[0]
    is_known = packages.is_harmless(top) or top in packages.ADDS_ROUTES or m.sources.may_be_used(top)
    if not importer.module.package or is_known or m.sources.is_installed(top) or m.catching("ImportError"):
        return None
    for level in range(1, importer.module.package.count(".") + 2):
        found = m.sources.index.find_relative(importer.module, level, name)
        if found is not None and found.path != importer.module.path:
            return found
    return None


def _is_vendored(module: Module) -> bool:
    """Whether a module lies in a folder where a project keeps copies of libraries."""
    return any(part in _VENDOR_FOLDERS for part in module.root.split("/")[-2:])


def _import_external(m: Machine, name: str) -> Value:
    top = name.partition(".")[0]
    installed = m.sources.is_installed(top)
    if installed is False:
        _missing(m, name)
    if installed is None:
        note_possible(m, "ModuleNotFoundError")
    value = m.external(name)
    return External(name) if value is MISSING else value


def load(m: Machine, module: Module) -> ModuleV:
    """The module object, executed on first use."""
    parent = _parent(m, module) if module.path not in m.modules else None
    # The package comes first, and may have imported the module itself.
    loaded = m.modules.get(module.path)
    if loaded is None:
        m.oldest_write = 0
        loaded = ModuleV(module)
        m.modules[module.path] = loaded
        loaded.condition = AnyOf()
        if parent is not None:
            name = module.import_name.rpartition(".")[2]
            parent.submodules[name] = loaded
            parent.names[name] = loaded
        if module.is_namespace:
            loaded.state = "done"
        else:
            _execute(m, loaded)
    elif m.path and loaded.condition is not None:
        loaded.condition.add(m.path)
    elif loaded.condition is not None:
        loaded.condition.add(())
    if loaded.state == "failed" and m.catching("ImportError"):
        raise Raised("ImportError", ("Exception",))
    return loaded


def _parent(m: Machine, module: Module) -> ModuleV | None:
    """The package that a module is in, executed on first use."""
    parent_folder = module.folder.rpartition("/")[0] if module.is_package else module.folder
    parent = m.modules.get(f"{parent_folder}/__init__.py") or m.modules.get(parent_folder)
    if parent is None and "." in module.import_name:
        found = m.sources.index.find_relative(module, 2 if module.is_package else 1, None)
        if found is not None and found.path != module.path:
            parent = load(m, found)
    return parent if parent is None or parent.module.path != module.path else None


def _execute(m: Machine, loaded: ModuleV) -> None:
    module = loaded.module
    tree = m.sources.tree(module)
    loaded.state = "executing"
    m.recorder.progress += 1
    if tree is None:
        loaded.state = "done"
        loaded.open = Unknown(f"{module.import_name} cannot be read")
        m.blind(f"{module.import_name} cannot be parsed")
        return
    line = m.sources.broken_line(module)
    if line is not None:
        m.blind(f"{module.import_name} has a syntax error", place=Place(module.path, line, 0, line, 0))
    loaded.names.update({"__name__": module.import_name, "__file__": module.path, "__package__": module.package})
    loaded.names["__doc__"] = docstring_of(tree)
    if module.is_package:
        loaded.names["__path__"] = m.new_list([module.folder])
    frame = Frame(loaded, loaded.names)
    # A module runs once whatever branch imports it first: its effects stay, conditional on its being imported.
    outer = (m.path, m.extra, m.mark, m.dry, m.frame, m.tries, m.app_contexts)
    if m.path or m.extra:
        loaded.condition.add((*m.path, *m.extra))
        m.path = (loaded.condition,)
    else:
        loaded.condition.add(())
    m.extra, m.mark, m.dry = (), 0, 0
    frame.caller = m.frame
    m.frame = frame
    try:
        run_scoped(m, frame, "return", lambda: m.run(tree.body, frame))
        loaded.state = "done"
    except Raised as error:
        loaded.state = "failed"
        error.place = error.place or m.place()
        m.recorder.import_failed(m, loaded, error)
        if outer[5] and any(a.catches(error.name, error.bases) for a in outer[5]):
            m.modules.pop(module.path, None)
            raise
        if error.name != "SystemExit":
            m.blind(f"importing {module.import_name} raises {error.name}", place=error.place)
    except Limit:
        loaded.state = "done"
        raise
    finally:
        m.path, m.extra, m.mark, m.dry, m.frame, m.tries, m.app_contexts = outer
        frame.node = None  # functions keep the frame: the statements of the module go


def _star(m: Machine, source: Value, frame: Frame) -> None:
    if isinstance(source, Choice):
        source = source.options[0][1]
    if isinstance(source, ModuleV):
        listed = source.names.get("__all__", MISSING)
        names: list[str]
        if isinstance(listed, (ListV, tuple)):
            items, rest = m.iterate(listed)
            names = [n for n in items if isinstance(n, str)]
            if rest is not None:
                frame.module.open = rest
        else:
            names = [n for n in source.names if isinstance(n, str) and not n.startswith("_")]
        for name in names:
            value = from_import(m, source, name)
            bind_name(m, frame, name, value)
        if source.open is not None:
            frame.module.open = source.open
    elif isinstance(source, External):
        exported = m.star_exports(source.path)
        for name, value in exported.items():
            bind_name(m, frame, name, value)
        if not packages.is_harmless(source.package) or not exported:
            frame.module.open = Unknown(f"{source.path} is imported with * and is not part of the workspace")
    else:
        frame.module.open = Unknown("a module that cannot be read is imported with *")


EXEC[ast.Import] = _import
EXEC[ast.ImportFrom] = _import_from
