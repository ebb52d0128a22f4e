"""The parts of the standard library (and of werkzeug's helpers) that lead to routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp.builtin_names.table import lifted
from flask_ls.project.interp.functions import make_class
from flask_ls.project.interp.library import (
    containers,
    data_classes,
    data_files,
    distributions,
    enumerations,
    files,
    finders,
    functions,
    iterators,
    modules,
    paths,
    regexes,
    signatures,
)
from flask_ls.project.interp.library.table import FUNCTIONS
from flask_ls.project.interp.values import External, Native, Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


# Importing these modules fills the table.
PARTS = (
    containers,
    data_classes,
    data_files,
    distributions,
    enumerations,
    files,
    finders,
    functions,
    iterators,
    modules,
    regexes,
    signatures,
)


def install(m: Machine) -> None:
    """Register what is modelled under its dotted names."""
    for path, run in FUNCTIONS.items():
        if path.startswith("inspect."):
            run = lifted(run)
        m.externals[path] = lambda m_, p=path, r=run: Native(p.rpartition(".")[2], r)  # type: ignore[misc]
    for path, value in _CONSTANTS.items():
        m.externals[path] = lambda m_, v=value: v  # type: ignore[misc]
    for name in ("ABC", "ABCMeta"):
        m.externals[f"abc.{name}"] = lambda m_, n=name: External(f"abc.{n}")  # type: ignore[misc]
    m.externals["types.SimpleNamespace"] = containers.simple_namespace
    m.externals["enum.Enum"] = enumerations.enum
    for name in ("IntEnum", "StrEnum", "Flag", "IntFlag"):
        m.externals[f"enum.{name}"] = lambda m_, n=name: make_class(m_, f"enum.{n}", (m_.external("enum.Enum"),))  # type: ignore[misc]
    m.externals["http.HTTPMethod"] = enumerations.http_method
    m.fresh_externals["sys.modules"] = modules.sys_modules
    m.externals["collections.OrderedDict"] = lambda m_: m_.builtins["dict"]
    m.externals["collections.UserDict"] = lambda m_: m_.builtins["dict"]
    m.externals["typing.NamedTuple"] = containers.named_tuple
    m.externals["typing.Dict"] = lambda m_: m_.builtins["dict"]
    m.externals["typing.List"] = lambda m_: m_.builtins["list"]
    data_files.install(m)
    finders.install(m)
    paths.install(m)
    signatures.install(m)
    distributions.install(m)
    for name in ("ConfigParser", "RawConfigParser", "SafeConfigParser"):
        m.externals[f"six.moves.configparser.{name}"] = lambda m_, n=name: m_.external(f"configparser.{n}")  # type: ignore[misc]
    m.externals["builtins"] = lambda m_: External("builtins")


_CONSTANTS: dict[str, Value] = {
    "typing.TYPE_CHECKING": False,
    "typing_extensions.TYPE_CHECKING": False,
    "os.sep": "/",
    "os.path.sep": "/",
    "sys.maxsize": 2**63 - 1,
    "sys.version_info": (3, 12, 0, "final", 0),
    "string.ascii_lowercase": "abcdefghijklmnopqrstuvwxyz",
    "string.ascii_uppercase": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "string.ascii_letters": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "string.digits": "0123456789",
    "six.PY2": False,
    "six.PY3": True,
}
