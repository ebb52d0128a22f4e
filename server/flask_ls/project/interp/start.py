"""Start one entry of a workspace on a machine: import its module, call its factory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from flask_ls.project.interp import imports
from flask_ls.project.interp.frames import Place
from flask_ls.project.interp.paths import Step
from flask_ls.project.interp.reach import registrars_of
from flask_ls.project.interp.values import (
    Args,
    Bound,
    ClassV,
    Descriptor,
    Function,
    Instance,
    ModuleV,
    Unknown,
    Value,
)
from flask_ls.project.interp.world import Limit, Raised

if TYPE_CHECKING:
    from flask_ls.project.interp.discover import Entry
    from flask_ls.project.interp.machine import Machine
    from flask_ls.project.interp.reach import Reach

_DEBUG = bool(os.environ.get("FLASK_LS_INTERP_DEBUG"))


def start(m: Machine, entry: Entry, reach: Reach) -> None:
    """Run an entry, and the modules that the program seems to find by name; what keeps it from ending is recorded."""
    trouble: str | None = None
    place: Place | None = None
    try:
        _run_entry(m, entry)
        _load_plugins(m, reach)
    except Limit:
        trouble = "the program is too large to be evaluated whole"
    except Raised as error:
        trouble = f"starting it raises {error.name}"
        place = error.place
    except RecursionError:
        trouble = "the program nests too deeply to be evaluated whole"
    except Exception as error:
        # A defect here must not take the server down; the table then says that it is not all there is.
        trouble = f"its evaluation failed: {type(error).__name__}"
        if _DEBUG:
            raise
    if trouble is not None or m.exceeded:
        m.mark = 0
        m.path = ()
        m.recorder.blind(m, trouble or "the program is too large to be evaluated whole", None, place or m.place())


def _run_entry(m: Machine, entry: Entry) -> None:
    module = imports.import_name(m, entry.module.import_name)
    if not isinstance(module, ModuleV) or module.module.path != entry.module.path:
        module = imports.load(m, entry.module)
    if entry.factory is None or _has_made(m, entry):
        return
    value: Value = module
    owner: Value = None
    for part in entry.factory.split("."):
        owner, value = value, m.settle(m.get(value, part, Unknown("there is no such factory")))
    if isinstance(owner, ClassV) and part == "__init__":
        value = owner
    elif isinstance(owner, ClassV) and isinstance(value, Function):
        self_ = _instance(m, owner)
        self_.open = Unknown(f"how the {owner.name} is made is not known")
        value = Bound(value, self_)
    if isinstance(value, Descriptor):
        value = value.func
    if isinstance(value, (Function, Bound, ClassV)):
        m.call(value, Args([]))
    elif not isinstance(value, Instance):
        inner = getattr(value, "func", None)
        if isinstance(inner, Function):
            m.call(inner, Args([]))


def _has_made(m: Machine, entry: Entry) -> bool:
    """Whether importing the module has surely called its factory already."""
    name = f"{entry.module.name}.{entry.factory}"
    return not entry.hinted and any(name in state.functions and not state.path for state in m.recorder.apps)


def _instance(m: Machine, cls: ClassV) -> Instance:
    init = cls.lookup("__init__")
    if not isinstance(init, Function):
        return m.new_instance(cls)
    # Parameters have their defaults; what else may be given is not known.
    more = Unknown(f"how the {cls.name} is made is not known") if init.node.args.kwarg is not None else None
    made = m.settle(m.call(cls, Args([], starstar=more)))
    return made if isinstance(made, Instance) else m.new_instance(cls)


def _load_plugins(m: Machine, reach: Reach) -> None:
    """Modules that add routes to the apps and that a program seems to find by their names may be imported."""
    for state in m.recorder.apps:
        left_out = reach.unloaded(registrars_of(m, state), frozenset(m.modules))
        paths = [p for p, addition in left_out.items() if addition.function is None]
        modules = [module for p in paths if (module := m.sources.index.by_path(p)) is not None]
        for module in reach.found_by_name(modules):
            place = Place(module.path, 1, 0, 1, 0)
            reason = f"whether {module.import_name} is imported is only known at run time"
            m.blind(reason, target=state.instance, place=place)
            fork = m.fork(place, reason, default=0)
            m.run_arm((Step(fork, 0),), lambda module=module: imports.load(m, module))  # type: ignore[misc]
