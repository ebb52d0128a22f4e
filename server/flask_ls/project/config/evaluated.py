"""From an evaluated program to the configuration of its apps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask_ls.project.config.keys import EVALUATED_KEYS
from flask_ls.project.config.model import ABSENT, UNKNOWN, AppConfig, ExtensionStart, Possibility
from flask_ls.project.interp.paths import Path, Step, simplify
from flask_ls.project.interp.values import (
    MISSING,
    SCALARS,
    Choice,
    Descriptor,
    DictV,
    External,
    Instance,
    Items,
    ListV,
    Maybe,
    Namespace,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine
    from flask_ls.project.interp.records import AppState
    from flask_ls.project.interp.table import TableBuilder


class _Seen(Items):
    """The keys of a configuration; remembers everything that each was ever set to.

    What an arm writes is undone when the arm ends the program, and a program that serves until it exits is such an arm.
    """

    __slots__ = ("ever",)

    def __init__(self, born: int) -> None:
        super().__init__(born)
        self.ever: dict[object, frozenset[Possibility]] = {}

    def __setitem__(self, key: object, value: Value) -> None:
        if key in _EVALUATED:
            self.ever[key] = self.ever.get(key, frozenset()) | _of(value)
        super().__setitem__(key, value)


class _Rest(Namespace):
    """Whether unknown keys may be there; remembers that they were."""

    __slots__ = ("ever",)

    def __init__(self, born: int) -> None:
        super().__init__(born)
        self.ever: Unknown | None = None

    def __setitem__(self, key: object, value: Value) -> None:
        if isinstance(value, Unknown):
            self.ever = value
        super().__setitem__(key, value)


class ConfigV(DictV):
    """The keys of ``flask.Config``, with a memory."""

    __slots__ = ()

    def __init__(self, born: int) -> None:
        super().__init__(born)
        self.items = _Seen(born)
        self.rest_cell = _Rest(born)

    @property
    def ever(self) -> dict[str, frozenset[Possibility]]:
        """What each key may have been at any time."""
        seen = self.items.ever if isinstance(self.items, _Seen) else {}
        opened = UNKNOWN if self.ever_open is not None else frozenset[Possibility]()
        now = snapshot(self)
        return {key: now[key] | seen.get(key, frozenset()) | opened for key in EVALUATED_KEYS}

    @property
    def ever_open(self) -> Unknown | None:
        """Why unknown keys were there at some time; None when they never were."""
        return self.rest_cell.ever if isinstance(self.rest_cell, _Rest) else self.rest


_EVALUATED = frozenset(EVALUATED_KEYS)
# Extensions that keep sessions elsewhere when they are given the app.
_SESSION_STORES = ("flask_session.", "flask_kvsession.", "flask_sessionstore.", "beaker.")


def config_of(m: Machine, state: AppState, name: str, builder: TableBuilder) -> AppConfig:
    """The configuration of an app at the end of the evaluation."""
    holder = _config(state)
    keys = holder.ever if isinstance(holder, ConfigV) else snapshot(holder)
    rest = holder.ever_open if isinstance(holder, ConfigV) else holder.rest if holder is not None else None
    blinds = [b for b in m.recorder.blinds if _is_live(b.path)]
    if blinds:  # code that was not seen may have set anything
        keys = {k: v | UNKNOWN for k, v in keys.items()}
    secret = state.instance.cls.lookup("secret_key") if state.instance is not None else MISSING
    if not (isinstance(secret, Descriptor) and secret.kind == "property"):
        keys["SECRET_KEY"] = UNKNOWN if not isinstance(secret, SCALARS) else _of(secret)
    return AppConfig(
        app=name,
        site=builder.first(state.places),
        keys=keys,
        modules=frozenset(v.module.path for v in m.modules.values() if v.state != "new" and not v.is_model),
        reason=rest.reason if rest is not None else blinds[0].reason if blinds else "",
        own_sessions=_has_own_sessions(state),
        starts=tuple(_starts(state, builder)),
        factory=state.factory,
    )


def snapshot(holder: DictV | None) -> dict[str, frozenset[Possibility]]:
    """What each key of interest may be now."""
    if holder is None:
        return dict.fromkeys(EVALUATED_KEYS, UNKNOWN)
    default = UNKNOWN if holder.rest is not None else ABSENT
    return {k: _of(holder.items[k]) if k in holder.items else default for k in EVALUATED_KEYS}


def config_dict(app: Instance) -> DictV | None:
    """The keys of an app's configuration; None when the configuration is an object that cannot be read."""
    holder = app.attrs.get("config", MISSING)
    native = holder.native if isinstance(holder, Instance) else None
    return native if isinstance(native, DictV) else None


def _config(state: AppState) -> DictV | None:
    return config_dict(state.instance) if state.instance is not None else None


def _of(value: Value) -> frozenset[Possibility]:
    if isinstance(value, Maybe):
        return (_of(value.value) if _is_live(value.path) else frozenset()) | ABSENT
    if isinstance(value, Choice):
        found: frozenset[Possibility] = frozenset()
        for path, option in value.options:
            if _is_live(path):
                found |= _of(option)
        return found or UNKNOWN
    if value is MISSING:
        return ABSENT
    if value is None:
        return frozenset({"none"})
    if isinstance(value, SCALARS):
        return frozenset({"true"}) if value else frozenset({"false"})
    if isinstance(value, (ListV, DictV)) and value.rest is None:
        return frozenset({"true"}) if value.items else frozenset({"false"})
    if isinstance(value, tuple):
        return frozenset({"true"}) if value else frozenset({"false"})
    return UNKNOWN


def _is_live(path: Path) -> bool:
    """Whether no step of the path ends the program."""
    return not any(isinstance(s, Step) and s.arm in s.fork.dead for s in path)


def _has_own_sessions(state: AppState) -> bool:
    instance = state.instance
    if instance is None or state.own_sessions:
        return True
    default = instance.cls.lookup("session_interface")
    if "session_interface" in instance.attrs or not (isinstance(default, External) or default is MISSING):
        return True
    return any(start.path.startswith(_SESSION_STORES) for start in state.starts)


def _starts(state: AppState, builder: TableBuilder) -> list[ExtensionStart]:
    given = frozenset(simplify(state.path))
    return [
        ExtensionStart(
            extension=start.path.removesuffix(".init_app").replace("()", ""),
            site=builder.first(start.places),
            keys=_frozen(start.keys),
            conditional=any(s not in given for s in simplify(start.condition)),
        )
        for start in state.starts
        if _is_live(start.condition)
    ]


def _frozen(keys: Mapping[str, frozenset[Possibility]]) -> dict[str, frozenset[Possibility]]:
    return dict(keys)
