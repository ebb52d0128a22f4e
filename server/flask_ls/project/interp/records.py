"""What the evaluation records: apps, blueprints, rules, registrations and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask_ls.project.interp.values import MISSING, Bound, Function, Instance, Native, Partial, Value, Wrapped

if TYPE_CHECKING:
    from flask_ls.project.config.model import Possibility
    from flask_ls.project.interp.frames import Place
    from flask_ls.project.interp.machine import Machine
    from flask_ls.project.interp.paths import Fork, Path
    from flask_ls.project.interp.values import ClassV, ModuleV, Namespace
    from flask_ls.project.interp.world import Raised

Places = tuple["Place", ...]
_MAX_WRAPPERS = 200


@dataclass(slots=True, eq=False)
class Blind:
    """Something that could not be read."""

    place: Place | None
    reason: str
    path: Path


@dataclass(slots=True, eq=False)
class Rule:
    """One rule of a URL map."""

    text: str
    endpoint: str
    methods: frozenset[str]
    places: Places
    path: Path
    view: Value = None
    blueprint: str | None = None
    parts: tuple[tuple[str, Place | None], ...] = ()
    defaults: tuple[str, ...] = ()
    subdomain: str | None = None
    host: str | None = None
    strict_slashes: bool | None = None
    automatic_options: bool | None = None
    is_static: bool = False
    by_extension: bool = False


@dataclass(slots=True, eq=False)
class Registered:
    """One registration of a blueprint."""

    app: AppState
    name: str
    places: Places
    path: Path
    prefix: str | None
    given: str | None
    parent: str | None
    blueprint: BlueprintState
    is_prefix_known: bool = True


@dataclass(slots=True, eq=False)
class Clash:
    """Two things of one name where Flask allows one. ``kind`` is ``endpoint`` or ``name``."""

    kind: str
    name: str
    first: Places
    second: Places
    path: Path


@dataclass(slots=True, eq=False)
class Start:
    """The app was given to code outside the workspace: ``path`` is what was called.

    ``keys`` is what the configuration held at that moment (see ``config.evaluated.snapshot``).
    """

    path: str
    places: Places
    condition: Path
    keys: dict[str, frozenset[Possibility]]


@dataclass(slots=True, eq=False)
class AppState:
    """What belongs to one Flask object."""

    instance: Instance | None = None
    places: Places = ()
    functions: tuple[str, ...] = ()  # dotted names of the functions around its creation, outermost first
    path: Path = ()
    rules: list[Rule] = field(default_factory=list)
    registered: list[Registered] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    blinds: list[Blind] = field(default_factory=list)
    converters: set[str] = field(default_factory=set)
    views: dict[str, list[tuple[Path, Value, Places]]] = field(default_factory=dict)
    starts: list[Start] = field(default_factory=list)
    holders: list[tuple[ClassV, str]] = field(default_factory=list)  # classes whose instances keep it, and as what
    own_sessions: bool = False  # it was given a session interface

    @property
    def factory(self) -> str | None:
        """The function that makes it: the one Flask would look for, else the outermost."""
        usual = (f for f in self.functions if f.rpartition(".")[2] in ("create_app", "make_app"))
        return next(usual, self.functions[0] if self.functions else None)


@dataclass(slots=True, eq=False)
class Deferred:
    """Something a blueprint does when it is registered: a rule (``args``) or a function to call with the state."""

    path: Path
    places: Places
    run: Value


@dataclass(slots=True, eq=False)
class BlueprintState:
    """What belongs to one Blueprint object."""

    instance: Instance | None = None
    places: Places = ()
    path: Path = ()
    deferred: list[Deferred] = field(default_factory=list)
    nested: list[tuple[Path, Places, Value, Value]] = field(default_factory=list)
    registered: list[Registered] = field(default_factory=list)
    after: list[tuple[Places, Registered]] = field(default_factory=list)
    blinds: list[Blind] = field(default_factory=list)
    has_routes: bool = False
    escapes: bool = False


class Recorder:
    """Collects what an evaluation finds."""

    def __init__(self) -> None:
        self.apps: list[AppState] = []
        self.blueprints: list[BlueprintState] = []
        self.blinds: list[Blind] = []
        self.assumed: list[Blind] = []
        self.bindings: dict[tuple[str, str], list[Instance]] = {}
        self.failures: list[tuple[ModuleV, Raised]] = []
        self.refused: list[tuple[str, Places]] = []
        self.progress = 0  # grows with all that a route table is made of

    def is_registrar(self, value: Value) -> bool:
        """Whether a value is an app or a blueprint, or anything else that routes are added through."""
        return isinstance(value, Instance) and isinstance(value.native, (AppState, BlueprintState))

    def blind(self, m: Machine, reason: str, target: Value, place: Place | None) -> None:
        """Record that something could not be read; ``target`` None concerns every app."""
        m.oldest_write = 0
        if m.dry:
            return
        blind = Blind(place, reason, m.path)
        state = target.native if isinstance(target, Instance) else None
        if isinstance(state, AppState):
            state.blinds.append(blind)
        elif isinstance(state, BlueprintState):
            state.blinds.append(blind)
            state.escapes = True
            for registered in state.registered:
                registered.app.blinds.append(blind)
        elif target is None:
            self.blinds.append(blind)

    def assume(self, m: Machine, fork: Fork) -> None:
        """Only the default arm of a condition was followed, where that decides on routes."""
        if not m.dry and not any(b.reason == fork.reason and b.place == fork.place for b in self.assumed):
            self.assumed.append(Blind(fork.place, fork.reason, m.path))

    def called(self, m: Machine, func: Function, names: Namespace) -> None:
        """A function was called with these values of its parameters."""
        for name, value in names.items():
            if isinstance(value, Instance) and isinstance(value.native, (AppState, BlueprintState)):
                bound = self.bindings.setdefault((func.dotted, name), [])
                if not any(b is value for b in bound):
                    bound.append(value)

    def attribute_set(self, m: Machine, owner: Instance, name: str, value: Value) -> None:
        """An attribute of an object was set."""
        if isinstance(owner.native, AppState) and name == "session_interface":
            owner.native.own_sessions = True
        if isinstance(owner.native, AppState) and name in ("url_map", "add_url_rule", "view_functions"):
            before = owner.attrs.get(name, MISSING)
            if before is not MISSING and before is not value:
                self.blind(m, f"{name} of the app is replaced", owner, m.place())
        if isinstance(value, Instance) and isinstance(value.native, AppState) and owner.native is None:
            value.native.holders.append((owner.cls, name))

    def import_failed(self, m: Machine, module: ModuleV, error: Raised) -> None:
        """The body of a module raised."""
        self.failures.append((module, error))


def innermost(value: Value) -> Value:
    """The function behind wrappers that say what they wrap, and behind bound methods and partials."""
    for _ in range(_MAX_WRAPPERS):
        if isinstance(value, (Bound, Wrapped, Partial)):
            value = value.func
        elif isinstance(value, (Function, Native)):
            inner = value.attrs.get("__wrapped__", MISSING)
            if inner is MISSING:
                return value
            value = inner
        else:
            return value
    return value
