"""Modules that are loaded by their file (``importlib.util``, ``imp``), and the plugins of installed distributions."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from flask_ls.project.interp import reasons
from flask_ls.project.interp.functions import make_class
from flask_ls.project.interp.library.table import at, text_of
from flask_ls.project.interp.values import Args, ClassV, Instance, ListV, Native, Unknown, Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

_SPEC = "importlib.machinery.ModuleSpec"
_LOADER = "importlib.machinery.SourceFileLoader"
_ENTRY_POINTS = "importlib.metadata.EntryPoints"


def install(m: Machine) -> None:
    """Register the classes."""
    m.externals[_SPEC] = lambda m_: make_class(m_, _SPEC)
    m.externals[_LOADER] = _make_loader
    m.externals[_ENTRY_POINTS] = _make_entry_points


def _make_loader(m: Machine) -> ClassV:
    def init(m_: Machine, args: Args) -> Value:
        m_.write(args.pos[0].attrs, "path", args.get(2, "path", Unknown("which file this loads is not known")))
        return None

    return make_class(
        m,
        _LOADER,
        names={
            "__init__": Native("__init__", init),
            "load_module": Native("load_module", lambda m_, a: _load(m_, a.pos[0].attrs.get("path"))),
            "exec_module": Native("exec_module", lambda m_, a: None),
            "create_module": Native("create_module", lambda m_, a: None),
        },
    )


def finder_of(m: Machine, folder: str) -> Instance:
    """What finds the modules of a folder, as ``pkgutil.iter_modules`` gives it."""

    def find(m_: Machine, args: Args) -> Value:
        name = m_.settle(args.get(0, "name"))
        last = name.rpartition(".")[2] if isinstance(name, str) else None
        path = next(
            (f"{folder}/{last}{e}" for e in (".py", "/__init__.py") if _is_module(m_, f"{folder}/{last}{e}")), None
        )
        return _spec(m_, name, Unknown("which module this is is not known") if path is None else path)

    made = m.new_instance(make_class(m, "importlib.machinery.FileFinder"))
    made.attrs["path"] = folder
    made.attrs["find_spec"] = m.native("find_spec", find)
    made.attrs["find_module"] = m.native("find_module", lambda m_, a: m_.get(find(m_, a), "loader"))
    return made


def _is_module(m: Machine, path: str) -> bool:
    return m.sources.index.by_path(path) is not None


def _spec(m: Machine, name: Value, path: Value) -> Value:
    loader = m.new_instance(m.external(_LOADER))
    loader.attrs["path"] = path
    made = m.new_instance(m.external(_SPEC))
    made.attrs.update({"name": name, "origin": path, "loader": loader})
    return made


@at("importlib.util.spec_from_file_location")
def _spec_from_file(m: Machine, args: Args) -> Value:
    return _spec(m, args.get(0, "name"), args.get(1, "location"))


@at("importlib.util.module_from_spec")
def _module_from_spec(m: Machine, args: Args) -> Value:
    # Executed here already, not by ``exec_module``: nothing lies between the two as a rule.
    return _load(m, m.get(args.get(0, "spec"), "origin", Unknown("which file this is is not known")))


@at("imp.load_source", "runpy.run_path")
def _load_source(m: Machine, args: Args) -> Value:
    return _load(m, args.pos[-1] if args.pos else None)


def _load(m: Machine, path: Value) -> Value:
    """The module of a file; what another file does when it is loaded is not known."""
    from flask_ls.project.interp.imports import load

    path = text_of(m, path)
    module = m.sources.index.by_path(posixpath.normpath(path)) if isinstance(path, str) else None
    if module is not None:
        return load(m, module)
    reason = (
        f"a module is loaded from a file that is only known at run time: {reasons.why(path, 'not of the workspace')}"
    )
    m.blind(reason)
    return Unknown(reason)


def _make_entry_points(m: Machine) -> ClassV:
    names: dict[str, Value] = {
        name: Native(name, lambda m_, a: _plugins(a.get(1, "group", None))) for name in ("select", "get", "__getitem__")
    }
    names["__iter__"] = Native("__iter__", lambda m_, a: _plugins(None))
    return make_class(m, _ENTRY_POINTS, names=names)


@at("importlib.metadata.entry_points", "importlib_metadata.entry_points", "pkg_resources.iter_entry_points")
@at("pkg_resources.WorkingSet.iter_entry_points", "pkg_resources.working_set.iter_entry_points")
def _entry_points(m: Machine, args: Args) -> Value:
    if args.pos or args.kw:
        return _plugins(args.get(0, "group", None))
    return m.new_instance(m.external(_ENTRY_POINTS))


def _plugins(group: Value) -> Value:
    named = f" {group}" if isinstance(group, str) else ""
    return ListV(
        [], 0, Unknown(f"which distributions have plugins for the entry point{named} is only known when installed")
    )
