"""``flask.Config``."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING

from flask_ls.project.config.evaluated import ConfigV
from flask_ls.project.interp import mappings, reasons
from flask_ls.project.interp.functions import make_class
from flask_ls.project.interp.library import data_files, modules
from flask_ls.project.interp.library.table import text_of
from flask_ls.project.interp.paths import Step
from flask_ls.project.interp.values import (
    MISSING,
    Args,
    Choice,
    ClassV,
    DictV,
    External,
    Instance,
    ModuleV,
    Native,
    Unknown,
    Value,
)
from flask_ls.project.modules import Module

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


def make(m: Machine) -> ClassV:
    """The class."""
    names: dict[str, Value] = {
        "from_object": Native("from_object", _from_object),
        "from_mapping": Native("from_mapping", _from_mapping),
        "from_pyfile": Native("from_pyfile", _from_pyfile),
        "from_envvar": Native("from_envvar", _opened("an environment variable names the configuration file")),
        "from_file": Native("from_file", _from_file),
        "from_json": Native("from_json", _from_file),
        "from_prefixed_env": Native("from_prefixed_env", _opened("environment variables set the configuration")),
        "get_namespace": Native("get_namespace", _get_namespace),
        "__init__": Native("__init__", lambda m_, a: None),
    }
    cls = make_class(m, "flask.Config", (m.classes["dict"],), names)
    cls.native = lambda: ConfigV(m.serial)
    return cls


def new(m: Machine, app: Instance) -> Value:
    """The configuration of a new app."""
    made = m.new_instance(m.flask_class("flask.Config"))
    items = made.native.items
    items.update(
        {
            "TESTING": False,
            "DEBUG": usually_not(m, "whether the app runs in debug mode is only known at run time"),
            "ENV": Unknown("the environment the app runs in is only known at run time"),
            "SECRET_KEY": None,
            "SERVER_NAME": None,
            "APPLICATION_ROOT": "/",
            "PREFERRED_URL_SCHEME": "http",
            "PROPAGATE_EXCEPTIONS": None,
            "SESSION_COOKIE_NAME": "session",
            "MAX_CONTENT_LENGTH": None,
        }
    )
    made.attrs["root_path"] = app.attrs.get("root_path")
    defaults = app.cls.lookup("default_config")
    if isinstance(defaults, DictV):
        mappings.update_dict(m, made.native, defaults)
    return made


def usually_not(m: Machine, reason: str) -> Value:
    """False unless something special is set up."""
    fork = m.fork(m.place(), reason, default=0)
    return m.join([((Step(fork, 0),), False), ((Step(fork, 1),), True)])


def _target(args: Args) -> DictV | None:
    self_ = args.pos[0]
    return self_.native if isinstance(self_, Instance) and isinstance(self_.native, DictV) else None


def _opened(reason: str) -> Callable[[Machine, Args], Value]:
    def run(m: Machine, args: Args) -> Value:
        target = _target(args)
        if target is not None:
            mappings.open_dict(m, target, Unknown(f"the configuration is not all known: {reason}"))
        return Unknown("whether the configuration was read")

    return run


def _from_object(m: Machine, args: Args) -> Value:
    target = _target(args)
    source = m.settle(args.get(1, "obj"))
    if target is None:
        return None

    def one(value: Value) -> Value:
        if isinstance(value, str):
            value = m.settle(modules.import_string(m, Args([value])))
        if isinstance(value, Choice):
            return m.each(value, one)
        names: list[str] = []
        rest: Unknown | None = None
        if isinstance(value, ModuleV):
            names, rest = list(value.names), value.open
        elif isinstance(value, (ClassV, Instance)):
            cls = value if isinstance(value, ClassV) else value.cls
            for base in reversed(cls.mro):
                names.extend(n for n in base.names if n not in names)
            if isinstance(value, Instance):
                names.extend(n for n in value.attrs if n not in names)
            rest = value.open or cls.open
        else:
            rest = reasons.unknown_from(value, "it is read from an object that is not known")
        for name in names:
            if isinstance(name, str) and name.isupper():
                found = m.get(value, name, MISSING)
                if found is not MISSING:
                    m.write(target.items, name, found)
        if rest is not None:
            why = rest.reason if not isinstance(rest, External) else f"{rest.path} is outside the workspace"
            mappings.open_dict(m, target, Unknown(f"the configuration is not all known: {why}"))
        return None

    m.each(source, one)
    return None


def _from_mapping(m: Machine, args: Args) -> Value:
    target = _target(args)
    if target is not None:
        for value in args.pos[1:]:
            if value is not None:
                mappings.update_dict(m, target, value)
        for key, value in args.kw.items():
            m.write(target.items, key, value)
        if args.starstar is not None:
            mappings.open_dict(m, target, args.starstar)
    return True


def _from_file(m: Machine, args: Args) -> Value:
    """``from_file(name, load)``, and ``from_json(name)`` as it was before."""
    target = _target(args)
    file = data_files.opened(m, Args([_beside(m, args)]))
    load = args.get(2, "load", None)
    found: Value = data_files.from_json(m, Args([file])) if load is None else m.call(load, Args([file]))
    found = m.settle(found)
    if target is None or not isinstance(found, DictV):
        return _opened("the configuration file is only read at run time")(m, args)
    for key, value in found.items.items():
        if isinstance(key, str) and key.isupper():
            m.write(target.items, key, value)
    return True


def _get_namespace(m: Machine, args: Args) -> Value:
    """``get_namespace(prefix)``: the keys with a prefix, without it and in lower case."""
    target, prefix = _target(args), m.settle(args.get(1, "namespace"))
    lower, trim = m.settle(args.get(2, "lowercase", True)), m.settle(args.get(3, "trim_namespace", True))
    if target is None or not isinstance(prefix, str) or not isinstance(lower, bool) or not isinstance(trim, bool):
        return Unknown("a part of the configuration")
    made = m.new_dict(rest=target.rest)
    for key, value in target.items.items():
        if isinstance(key, str) and key.startswith(prefix):
            name = key[len(prefix) :] if trim else key
            made.items[name.lower() if lower else name] = value
    return made


def _beside(m: Machine, args: Args) -> Value:
    """The path of a configuration file, which is relative to the root of the app."""
    name, root = m.settle(args.get(1, "filename")), m.settle(args.pos[0].attrs.get("root_path"))
    name = text_of(m, name)
    if isinstance(name, str) and not name.startswith("/"):
        return f"{root}/{name}" if isinstance(root, str) else Unknown("the root of the app is not known")
    return name


def _from_pyfile(m: Machine, args: Args) -> Value:
    target = _target(args)
    path = _beside(m, args)
    if isinstance(path, str) and target is not None:
        path = posixpath.normpath(path)
        module = m.sources.index.by_path(path)
        if module is None and m.sources.data(path) is not None:
            # Python code, whatever its name ends with.
            module = Module("config", path, False, posixpath.dirname(path), "config")
        if module is not None:
            from flask_ls.project.interp.imports import load

            return _from_object(m, Args([args.pos[0], load(m, module)]))
    return _opened("the configuration file is only read at run time")(m, args)
