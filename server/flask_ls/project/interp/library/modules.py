"""``importlib``, ``pkgutil``, ``inspect``, ``sys``: modules and what is in them."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING

from flask_ls.project.interp import reasons
from flask_ls.project.interp.builtin_names import effects, namespaces
from flask_ls.project.interp.library import containers
from flask_ls.project.interp.library.finders import finder_of
from flask_ls.project.interp.library.table import at, called_name, text_of
from flask_ls.project.interp.paths import Step
from flask_ls.project.interp.values import (
    MISSING,
    Args,
    Bound,
    ClassV,
    External,
    Function,
    ListV,
    Maybe,
    ModuleV,
    Native,
    Unknown,
    Value,
    Wrapped,
)

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


@at("importlib.import_module")
def _import_module(m: Machine, args: Args) -> Value:
    return effects.import_module(m, args)


@at("importlib.reload")
def _reload(m: Machine, args: Args) -> Value:
    return args.get(0, "module")


@at("importlib.util.find_spec")
def _find_spec(m: Machine, args: Args) -> Value:
    name = m.settle(args.get(0, "name"))
    if isinstance(name, str):
        if m.sources.index.find(name, m.frame.module.module if m.frame else None) is not None:
            return External("importlib.machinery.ModuleSpec()", m.serial)
        if m.sources.is_installed(name.partition(".")[0]) is False:
            return None
    return Unknown("whether this module is installed is only known at run time")


def workspace_importer(m: Machine) -> ModuleV | None:
    """The module of the workspace that runs now or called into the model of an extension."""
    frame = m.frame
    while frame is not None and frame.module.is_model and frame.caller is not None:
        frame = frame.caller
    return frame.module if frame is not None else None


@at("werkzeug.utils.import_string", "flask.helpers.import_string", "django.utils.module_loading.import_string")
def import_string(m: Machine, args: Args) -> Value:
    """``werkzeug.utils.import_string``: ``package.module:name`` or ``package.module.name``."""
    name = args.get(0, "import_name")

    def one(text: Value) -> Value:
        if not isinstance(text, str):
            return effects.import_module(m, Args([text]))
        dotted = text.replace(":", ".")
        importer = workspace_importer(m)
        if m.sources.index.find(dotted, importer.module if importer else None) is not None:
            return m.import_module(dotted, importer)
        head, _, last = dotted.rpartition(".")
        if not head:
            return m.import_module(dotted, importer)
        from flask_ls.project.interp.imports import from_import

        return from_import(m, m.import_module(head, importer), last)

    return m.each(name, one)


@at("pkgutil.iter_modules", "pkgutil.walk_packages")
def _iter_modules(m: Machine, args: Args) -> Value:
    paths, rest = m.iterate(args.get(0, "path", None))
    prefix = m.settle(args.get(1, "prefix", ""))
    deep = called_name(m) == "walk_packages"
    rows: list[Value] = []
    for path in paths:
        path = text_of(m, path)
        if not isinstance(path, str) or not isinstance(prefix, str):
            rest = rest or reasons.unknown_from(path, "which modules this folder has is not known")
            continue
        _list_modules(m, path, prefix, deep, rows)
    return ListV(rows, m.serial, rest)


def _list_modules(m: Machine, folder: str, prefix: str, deep: bool, rows: list[Value]) -> None:
    for module in m.sources.index.modules_in(folder):
        name = prefix + module.import_name.rpartition(".")[2]
        row = containers.make_namedtuple(m, "ModuleInfo", ["module_finder", "name", "ispkg"])
        rows.append(m.call(row, Args([finder_of(m, folder), name, module.is_package])))
        if deep and module.is_package and len(rows) < 2000:
            _list_modules(m, module.folder, f"{name}.", deep, rows)


@at("werkzeug.utils.find_modules")
def _find_modules(m: Machine, args: Args) -> Value:
    name = m.settle(args.get(0, "import_path"))
    packages = m.settle(args.get(1, "include_packages", False))
    deep = m.settle(args.get(2, "recursive", False))
    found = m.sources.index.find(name, m.frame.module.module if m.frame else None) if isinstance(name, str) else None
    if found is None:
        return ListV([], m.serial, reasons.unknown_from(name, "which modules this package has is not known"))
    m.import_module(str(name))
    out: list[Value] = []

    def visit(folder: str, prefix: str) -> None:
        for module in m.sources.index.modules_in(folder):
            dotted = f"{prefix}.{module.import_name.rpartition('.')[2]}"
            if not module.is_package or packages is True:
                out.append(dotted)
            if module.is_package and deep is True and len(out) < 2000:
                visit(module.folder, dotted)

    visit(found.folder, str(name))
    return m.new_list(out)


@at("inspect.isclass")
def _isclass(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "object"))
    if isinstance(value, External) and value.path in sys.stdlib_module_names:
        return False
    if isinstance(value, Unknown):
        return Unknown(value.reason)
    return isinstance(value, ClassV)


def _kind(path: str, *kinds: type) -> None:
    """Register a function that tells whether something is of a kind."""

    @at(path)
    def run(m: Machine, args: Args) -> Value:
        value = m.settle(args.get(0, "object"))
        return Unknown(value.reason) if isinstance(value, Unknown) else isinstance(value, kinds)


_kind("inspect.isfunction", Function, Wrapped)
_kind("inspect.ismethod", Bound)
_kind("inspect.isroutine", Function, Wrapped, Bound, Native)


@at("inspect.ismodule")
def _ismodule(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "object"))
    return Unknown(value.reason) if isinstance(value, Unknown) else isinstance(value, ModuleV)


@at("inspect.getmembers")
def _getmembers(m: Machine, args: Args) -> Value:
    owner, predicate = m.settle(args.get(0, "object")), args.get(1, "predicate", None)
    names, rest = m.iterate(namespaces.dir_(m, Args([owner])))
    rows: list[Value] = []
    for name in names:
        value = m.get(owner, name, MISSING)
        if value is MISSING:
            continue
        verdict = True if predicate is None else m.truth(m.call(predicate, Args([value])))
        if verdict is None:
            fork = m.fork(m.place(), "whether this member is listed is only known at run time")
            rows.append(Maybe((Step(fork, 0),), (name, value)))
        elif verdict:
            rows.append((name, value))
    return ListV(rows, m.serial, rest)


@at("inspect.getfile", "inspect.getsourcefile", "inspect.getabsfile")
def _getfile(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "object"))
    value = value.func if isinstance(value, Bound) else value
    owner = value if isinstance(value, ModuleV) else getattr(value, "module", None)
    if isinstance(owner, ModuleV) and not owner.is_model:
        return owner.module.path
    return reasons.unknown_from(value, "in which file this is is only known at run time")


@at("inspect.getmodule")
def _getmodule(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "object"))
    return getattr(value, "module", None) or Unknown("which module this is is not known")


@at("inspect.getdoc", "inspect.cleandoc")
def _getdoc(m: Machine, args: Args) -> Value:
    given = args.get(0, "object")
    text = given if called_name(m) == "cleandoc" else m.get(given, "__doc__", None)
    return m.lift(text, lambda t: inspect.cleandoc(t) if isinstance(t, str) else t)


@at("inspect.unwrap")
def _unwrap(m: Machine, args: Args) -> Value:
    value = args.get(0, "func")
    for _ in range(20):
        inner = m.get(value, "__wrapped__", MISSING)
        if inner is MISSING:
            return value
        value = inner
    return value


def sys_modules(m: Machine) -> Value:
    """The modules of the workspace that are loaded now."""
    return m.new_dict({module.module.import_name: module for module in m.modules.values()})
