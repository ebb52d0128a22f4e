"""What the names of evaluated modules stand for, as frozen data that outlives the evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from flask_ls.project.interp.records import AppState, BlueprintState
from flask_ls.project.interp.values import External, Instance, Value
from flask_ls.project.site import Site

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine
    from flask_ls.project.interp.table import TableBuilder


@dataclass(frozen=True, slots=True)
class Thing:
    """An object of the evaluated program.

    ``cls`` is the dotted name of its class (``flask.Flask``, ``shop.core.Shop``, ``flask_login.LoginManager``),
    ``site`` where it was made, None for objects of libraries. Two names of one object have equal ``cls`` and ``site``.
    """

    kind: Literal["app", "blueprint", "instance"]
    cls: str
    site: Site | None = None


def things_of(m: Machine, builder: TableBuilder) -> dict[str, Thing]:
    """The objects that names of modules, and attributes of such objects, stand for, by dotted name."""
    found: dict[str, Thing] = {}
    for module in m.modules.values():
        for name, value in module.names.items():
            thing = thing_of(value, builder) if isinstance(name, str) else None
            if thing is None:
                continue
            dotted = f"{module.module.name}.{name}"
            found[dotted] = thing
            for attribute, inner in value.attrs.items() if isinstance(value, Instance) else ():
                held = thing_of(inner, builder)
                if held is not None and isinstance(attribute, str):
                    found[f"{dotted}.{attribute}"] = held
    return found


def parameters_of(m: Machine, builder: TableBuilder) -> dict[tuple[str, str], tuple[Thing, ...]]:
    """The apps and blueprints that were given to parameters: ``(dotted function, parameter)`` to the objects."""
    return {
        key: tuple(t for v in values if (t := thing_of(v, builder)) is not None)
        for key, values in m.recorder.bindings.items()
    }


def thing_of(value: Value, builder: TableBuilder) -> Thing | None:
    """A value as a thing; None when it is no object with a class."""
    if isinstance(value, Instance):
        if isinstance(value.native, (AppState, BlueprintState)):
            kind: Literal["app", "blueprint"] = "app" if isinstance(value.native, AppState) else "blueprint"
            return Thing(kind, value.cls.dotted, builder.first(value.native.places))
        return Thing("instance", value.cls.dotted, builder.site(value.site)) if value.site is not None else None
    if isinstance(value, External) and value.is_instance:
        return Thing("instance", value.path.removesuffix("()"))
    return None
