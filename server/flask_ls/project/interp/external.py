"""Code outside the workspace: what reading and calling it gives, and when it may add routes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from flask_ls.project.interp import environment_variables, packages
from flask_ls.project.interp.discover import FOREIGN_APP
from flask_ls.project.interp.given import given_away
from flask_ls.project.interp.paths import Step
from flask_ls.project.interp.values import (
    MISSING,
    SCALARS,
    Args,
    Bound,
    Choice,
    ClassV,
    Descriptor,
    DictV,
    External,
    Function,
    Instance,
    ListV,
    Maybe,
    Native,
    Partial,
    Unknown,
    Value,
    Wrapped,
)
from flask_ls.project.interp.world import Raised

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

_EXITS = frozenset(
    {"sys.exit", "os._exit", "os.abort", "flask.abort", "werkzeug.exceptions.abort", "pytest.skip", "pytest.fail"}
)
MAX_PATH = 200


def attribute(m: Machine, owner: External, name: str) -> Value:
    """An attribute of an external thing."""
    if owner.attrs is not None:
        value = owner.attrs.get(name, MISSING)
        if value is not MISSING:
            return value
    path = f"{owner.path}.{name}"
    if len(path) > MAX_PATH:
        return Unknown(owner.reason)
    if owner is m.current_app and m.app_contexts and name == "_get_current_object":
        app = m.app_contexts[-1]
        return m.native(name, lambda m_, args: app)
    if owner is m.current_app and m.app_contexts:
        return m.get(m.app_contexts[-1], name)
    if "()" not in path:
        value = m.external(path)
        if value is not MISSING:
            return value
    made = External(path, m.serial)
    made.held = owner.held
    return made


def describe(value: Unknown) -> str:
    """What an unknown is called in a reason."""
    return value.path if isinstance(value, External) else value.reason


def call(m: Machine, func: External, args: Args) -> Value:
    """The result of calling external code."""
    path = func.path
    if _makes_app(path, args):
        return foreign_app(m, path, args)
    for attempt in m.tries:
        attempt.opaque = True
    if path in _EXITS:
        raise Raised("SystemExit", ("BaseException",))
    package = func.package
    given = args.all()
    if path == "coroutine()":
        return func
    # A signal only keeps the object to compare it with the sender.
    is_signal = path.endswith(".connect_via") or (path.endswith(".connect") and len(given) == 2 and _is_plain(given[0]))
    harmless = packages.is_harmless(package) or is_signal
    is_known = harmless or package in packages.ADDS_ROUTES
    given_away(m, path, args, () if is_known else held_objects(m, args), known=is_known)
    if not harmless:
        if package in packages.ADDS_ROUTES:
            escape(m, args, f"{package} adds routes of its own", func.held)
        else:
            escape(m, args, f"{_short(path)}() is outside the workspace and may add routes", func.held)
    if len(given) == 1 and args.pos:
        subject = args.pos[0]
        returned = path.rpartition(".")[2] in packages.RETURNS_ARGUMENT
        if returned and harmless and isinstance(subject, (Function, Wrapped, Instance, ClassV)):
            return subject
        if isinstance(subject, (Function, Wrapped, Bound, Partial, Native)):
            return Wrapped(subject, func, harmless, m.serial)
        if isinstance(subject, Descriptor):
            return subject
    setting = _setting(m, path, args)
    if setting is not None:
        return setting
    made = External(f"{path}()", m.serial)
    if not harmless:
        held = held_objects(m, args)
        made.held = (*func.held, *(h for h in held if not any(h is f for f in func.held)))[:4]
    return made


def _makes_app(path: str, args: Args) -> bool:
    """Whether this is a class derived from Flask outside the workspace, judged by its name and what it is given."""
    name = args.pos[0] if args.pos else args.kw.get("import_name")
    return isinstance(name, str) and re.fullmatch(FOREIGN_APP, path.rpartition(".")[2]) is not None


def foreign_app(m: Machine, path: str, args: Args) -> Value:
    """An application whose class cannot be read: what Flask makes, and perhaps more."""
    made = m.call(m.external("flask.Flask"), args)
    m.blind(f"{path} is outside the workspace and may add routes", target=made)
    return made


def _is_plain(value: Value) -> bool:
    """Whether a value is a function."""
    return isinstance(value, (Function, Wrapped))


def _setting(m: Machine, path: str, args: Args) -> Value:
    """A setting read by its constant name with a default: the default, unless the setting is there."""
    name = args.pos[0] if args.pos else None
    fallback = args.kw.get("fallback", MISSING)
    if len(args.pos) == 2 and isinstance(fallback, SCALARS) and all(isinstance(p, str) for p in args.pos):
        # Section and option of a configuration that is kept outside the workspace.
        reason = f"the setting {'.'.join(args.pos)} is only known at run time"
        fork = m.fork(m.place(), reason, default=0)
        return m.join([((Step(fork, 0),), fallback), ((Step(fork, 1),), Unknown(reason))])
    if not isinstance(name, str) or re.fullmatch(r"[A-Z][A-Z0-9_]*", name) is None or "cast" in args.kw:
        return None
    default = args.pos[1] if len(args.pos) == 2 else args.kw.get("default", args.kw.get("fallback", MISSING))
    if not isinstance(default, SCALARS):
        return None
    return environment_variables.get(m, name, default)


def _short(path: str) -> str:
    return path.replace("()", "")


def decorate(m: Machine, decorator: Value, value: Value) -> Value:
    """What applying a decorator gives."""
    decorator = m.settle(decorator)
    if isinstance(decorator, External) and isinstance(value, ClassV):
        # A class decorator of a library returns the class it was given.
        call(m, decorator, Args([value]))
        return value
    if isinstance(decorator, Unknown) and not isinstance(decorator, External):
        if isinstance(value, ClassV):
            return value
        return Wrapped(value, decorator, False, m.serial)
    return m.call(decorator, Args([value]))


def unreadable(m: Machine, func: Unknown, args: Args, held: tuple[Value, ...]) -> Value:
    """A call of something that is not known."""
    for attempt in m.tries:
        attempt.opaque = True
    escape(m, args, f"what is called here is not known: {func.reason}", held)
    given_away(m, "a function that is not known", args, held_objects(m, args), known=False)
    if len(args.pos) == 1 and not args.kw and isinstance(args.pos[0], (Function, Wrapped)):
        return Wrapped(args.pos[0], func, False, m.serial)
    return Unknown(func.reason)


def initialised(m: Machine, cls: ClassV, base: Unknown, args: Args) -> None:
    """``cls(...)`` reaches the initializer of a base that cannot be read."""
    bases = [b for c in cls.mro for b in c.bases if not isinstance(b, ClassV)]
    known = all(isinstance(b, External) and packages.is_harmless(b.package) for b in bases)
    path = f"{base.path}()" if isinstance(base, External) else "a class that is not known"
    given_away(m, path, args, () if known else held_objects(m, args), known=known)
    if not known:
        escape(m, args, f"{describe(base)} cannot be read")


def escape(m: Machine, args: Args, reason: str, held: tuple[Value, ...] = ()) -> None:
    """Apps and blueprints are given to code that cannot be read: their routes are no longer all known."""
    seen: list[Value] = []
    for value in (*held, *held_objects(m, args)):
        if not any(value is s for s in seen):
            seen.append(value)
            m.blind(reason, target=value)


def held_objects(m: Machine, args: Args) -> tuple[Value, ...]:
    """The apps, blueprints and like objects reachable from arguments."""
    found: list[Value] = []
    seen: set[tuple[int, int]] = set()
    for value in args.all():
        _reach(m, value, 0, found, seen)
    return tuple(found)


def _reach(m: Machine, value: Value, depth: int, found: list[Value], seen: set[tuple[int, int]]) -> None:
    if value is None or isinstance(value, SCALARS) or (id(value), depth) in seen:
        return
    seen.add((id(value), depth))
    items: Iterable[Value] = ()
    if isinstance(value, Instance):
        if m.recorder.is_registrar(value):
            if not any(value is f for f in found):
                found.append(value)
        elif depth < 2:
            items = islice(value.attrs.values(), 40)
    elif isinstance(value, Bound):
        _reach(m, value.self, depth, found, seen)
    elif isinstance(value, Maybe):
        _reach(m, value.value, depth, found, seen)
    elif isinstance(value, Choice):
        for _, option in value.options:
            _reach(m, option, depth, found, seen)
    elif depth < 2:
        if isinstance(value, tuple):
            items = value
        elif isinstance(value, ListV):
            items = value.items
        elif isinstance(value, DictV):
            items = value.items.values()
        elif isinstance(value, Partial):
            items = value.args.all()
        elif isinstance(value, External):
            items = value.held
    for inner in islice(items, 100):
        _reach(m, inner, depth + 1, found, seen)
