"""``importlib.metadata`` and ``pkg_resources``: entry points, of which the project's own are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp import entry_points, reasons
from flask_ls.project.interp.functions import make_class
from flask_ls.project.interp.library.modules import workspace_importer
from flask_ls.project.interp.library.table import at
from flask_ls.project.interp.values import MISSING, Args, Instance, ListV, Native, Unknown, Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

_CLASS = "importlib.metadata.EntryPoint"
_MORE = Unknown("installed distributions may have more entry points of this group")


def install(m: Machine) -> None:
    """Register the class of entry points."""
    m.externals[_CLASS] = lambda m_: make_class(
        m_, _CLASS, names={name: Native(name, _load) for name in ("load", "resolve")}
    )
    m.externals["importlib.metadata.EntryPoints"] = lambda m_: make_class(
        m_,
        "importlib.metadata.EntryPoints",
        names={name: Native(name, _selected) for name in ("select", "get", "__getitem__")},
    )


@at("importlib.metadata.entry_points", "importlib_metadata.entry_points")
def _entry_points(m: Machine, args: Args) -> Value:
    if not args.kw and args.starstar is None:
        return m.new_instance(m.external("importlib.metadata.EntryPoints"))
    return _group(m, args.kw.get("group", MISSING), args.kw.get("name", MISSING))


def _selected(m: Machine, args: Args) -> Value:
    return _group(m, args.get(1, "group", MISSING), args.kw.get("name", MISSING))


@at("pkg_resources.iter_entry_points")
def _iter_entry_points(m: Machine, args: Args) -> Value:
    return _group(m, args.get(0, "group", MISSING), args.get(1, "name", MISSING))


def _group(m: Machine, group: Value, name: Value) -> Value:
    """The entry points of a group, those of the project first."""
    group, name = m.settle(group), m.settle(name)
    if not isinstance(group, str):
        return ListV([], m.serial, reasons.unknown_from(group, "which entry points these are is not known"))
    found: list[Value] = []
    for point in entry_points.declared(m.sources):
        if point.group == group and (name is MISSING or name is None or name == point.name):
            made = m.new_instance(m.external(_CLASS))
            made.attrs.update(
                {
                    "name": point.name,
                    "group": point.group,
                    "value": point.value,
                    "module": point.module,
                    "module_name": point.module,
                    "attr": point.attribute,
                    "attrs": tuple(point.attribute.split(".")) if point.attribute else (),
                }
            )
            made.open = Unknown("more of an entry point is only known at run time")
            found.append(made)
    return ListV(found, m.serial, _MORE)


def _load(m: Machine, args: Args) -> Value:
    self_ = args.pos[0]
    if not isinstance(self_, Instance):
        return Unknown("which entry point this is is not known")
    value = m.import_module(str(self_.attrs["module"]), workspace_importer(m))
    for part in m.iterate(self_.attrs["attrs"])[0]:
        value = m.settle(m.get(value, str(part)))
    return value
