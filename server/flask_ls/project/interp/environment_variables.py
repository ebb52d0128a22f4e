"""``os.environ``: a variable is usually not set; that it is set is one condition wherever it is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask_ls.project.interp.paths import Fork, Step
from flask_ls.project.interp.values import MISSING, Args, DictV, External, Native, Unknown, Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

_PATH = "os.environ"


def install(m: Machine) -> None:
    """Register what reads and writes variables."""
    for name, run in _FUNCTIONS.items():
        m.externals[name] = lambda m_, n=name, r=run: Native(n.rpartition(".")[2], r)  # type: ignore[misc]


def is_environment(value: Value) -> bool:
    """Whether a value is ``os.environ``."""
    return isinstance(value, External) and value.path == _PATH


def get(m: Machine, name: Value, default: Value) -> Value:
    """The value of a variable, or the default where it is not set."""
    known = m.environment.get(name, MISSING) if isinstance(name, str) else MISSING
    if known is not MISSING:
        return known
    fork = variable(m, name)
    return m.join([((Step(fork, 0),), default), ((Step(fork, 1),), Unknown(fork.reason))])


def contains(m: Machine, name: Value) -> Value:
    """Whether a variable is set."""
    if isinstance(name, str) and name in m.environment:
        return True
    fork = variable(m, name)
    return m.join([((Step(fork, 0),), False), ((Step(fork, 1),), True)])


def item(m: Machine, name: Value) -> Value:
    """``os.environ[name]``: it is set, or this raises."""
    known = m.environment.get(name, MISSING) if isinstance(name, str) else MISSING
    if known is not MISSING:
        return known
    m.may_raise("KeyError")
    return Unknown(f"the environment variable {name} is only known at run time")


def write(m: Machine, name: Value, value: Value) -> None:
    """``os.environ[name] = value``."""
    if isinstance(name, str):
        m.write(m.environment, name, value)


def variable(m: Machine, name: Value) -> Fork:
    """The condition that a variable is set (arm 1); usually it is not."""
    if not isinstance(name, str):
        return m.fork(m.place(), "an environment variable is only known at run time", default=0)
    known = m.variables.get(name)
    if known is None:
        reason = f"the environment variable {name} is only known at run time"
        known = m.variables[name] = m.fork(m.place(), reason, default=0)
    return known


def _get(m: Machine, args: Args) -> Value:
    return get(m, m.settle(args.get(0, "key")), args.get(1, "default", None))


def _setdefault(m: Machine, args: Args) -> Value:
    name = m.settle(args.get(0, "key"))
    value = get(m, name, args.get(1, "default", None))
    write(m, name, value)
    return value


def _update(m: Machine, args: Args) -> Value:
    for given in (*args.pos, m.new_dict(dict(args.kw))):
        given = m.settle(given)
        for name, value in given.items.items() if isinstance(given, DictV) else ():
            write(m, name, value)
    return None


_FUNCTIONS: dict[str, Callable[[Machine, Args], Value]] = {
    "os.environ.get": _get,
    "os.getenv": _get,
    "os.environ.pop": _get,
    "os.environ.setdefault": _setdefault,
    "os.environ.update": _update,
}
