"""The parts of the standard library (and of werkzeug's helpers) that lead to routes."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import builtin_names, external, operators
from flask_ls.project.interp.builtin_names import make_class
from flask_ls.project.interp.paths import Step
from flask_ls.project.interp.values import (
    MISSING,
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
    ModuleV,
    Native,
    Partial,
    Unknown,
    Value,
    Wrapped,
)

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

Run = Callable[["Machine", Args], Value]
FUNCTIONS: dict[str, Run] = {}


def _at(*paths: str) -> Callable[[Run], Run]:
    def register(run: Run) -> Run:
        for path in paths:
            FUNCTIONS[path] = run
        return run

    return register


def install(m: Machine) -> None:
    """Register what is modelled under its dotted names."""
    for path, run in FUNCTIONS.items():
        if path.startswith("inspect."):
            run = builtin_names.lifted(run)
        m.externals[path] = lambda m_, p=path, r=run: Native(p.rpartition(".")[2], r)  # type: ignore[misc]
    for path, value in _CONSTANTS.items():
        m.externals[path] = lambda m_, v=value: v  # type: ignore[misc]
    for name in ("ABC", "ABCMeta"):
        m.externals[f"abc.{name}"] = lambda m_, n=name: External(f"abc.{n}")  # type: ignore[misc]
    m.externals["types.SimpleNamespace"] = _simple_namespace
    m.externals["enum.Enum"] = _enum
    for name in ("IntEnum", "StrEnum", "Flag", "IntFlag"):
        m.externals[f"enum.{name}"] = lambda m_, n=name: make_class(m_, f"enum.{n}", (m_.external("enum.Enum"),))  # type: ignore[misc]
    m.externals["http.HTTPMethod"] = _http_method
    m.fresh_externals["sys.modules"] = _sys_modules
    m.externals["collections.OrderedDict"] = lambda m_: m_.builtins["dict"]
    m.externals["collections.UserDict"] = lambda m_: m_.builtins["dict"]
    m.externals["typing.NamedTuple"] = lambda m_: make_class(m_, "typing.NamedTuple")
    m.externals["typing.Dict"] = lambda m_: m_.builtins["dict"]
    m.externals["typing.List"] = lambda m_: m_.builtins["list"]
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


# functools


@_at("functools.partial")
def _partial(m: Machine, args: Args) -> Value:
    if not args.pos:
        return Unknown("what this is partial of is not known")
    return Partial(args.pos[0], Args(args.pos[1:], args.kw, args.star, args.starstar), m.serial)


@_at("functools.partialmethod")
def _partialmethod(m: Machine, args: Args) -> Value:
    func, bound = args.pos[0] if args.pos else None, Args(args.pos[1:], args.kw)

    def run(m_: Machine, a: Args) -> Value:
        return m_.call(func, Args([*a.pos[:1], *bound.pos, *a.pos[1:]], {**bound.kw, **a.kw}, a.star, a.starstar))

    return Native("partialmethod", run, m.serial)


@_at("types.MethodType")
def _method_type(m: Machine, args: Args) -> Value:
    return Bound(args.get(0, "function"), args.get(1, "object"))


@_at("functools.wraps")
def _wraps(m: Machine, args: Args) -> Value:
    wrapped = args.get(0, "wrapped")
    return m.native("wraps", lambda m_, a: _update_wrapper(m_, Args([a.get(0, "wrapper"), wrapped])))


@_at("functools.update_wrapper")
def _update_wrapper(m: Machine, args: Args) -> Value:
    wrapper, wrapped = args.get(0, "wrapper"), args.get(1, "wrapped")
    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        value = m.get(wrapped, name, MISSING)
        if value is not MISSING:
            m.set(wrapper, name, value)
    options = [v for _, v in m.alternatives(wrapped)]
    names = {n for v in options if isinstance(v, (Function, Wrapped, Native)) for n in v.attrs if n != "__wrapped__"}
    for name in sorted(names):
        m.set(wrapper, name, m.get(wrapped, name))
    if isinstance(wrapped, Unknown):
        m.set(wrapper, "__name__", Unknown(operators.why(wrapped, "the name of what is wrapped is not known")))
    m.set(wrapper, "__wrapped__", wrapped)
    return wrapper


@_at("functools.lru_cache", "functools.cache", "functools.singledispatch", "functools.total_ordering")
def _cache(m: Machine, args: Args) -> Value:
    if len(args.pos) == 1 and not isinstance(args.pos[0], (int, type(None))):
        return args.pos[0]
    return m.native("decorate", lambda m_, a: a.get(0, "function"))


@_at("functools.cached_property", "werkzeug.utils.cached_property")
def _cached_property(m: Machine, args: Args) -> Value:
    return Descriptor("cached", args.get(0, "func"))


@_at("functools.reduce")
def _reduce(m: Machine, args: Args) -> Value:
    func = args.get(0, "function")
    items, rest = m.iterate(args.get(1, "iterable"))
    if rest is not None or any(isinstance(i, Maybe) for i in items):
        external.escape(m, args, "how often this runs is only known at run time")
        return Unknown("this value is only known at run time")
    values = [*args.pos[2:3], *items]
    if not values:
        return Unknown("there is nothing to reduce")
    result = values[0]
    for value in values[1:]:
        result = m.call(func, Args([result, value]))
    return result


@_at("abc.abstractmethod", "typing.final", "typing.overload", "typing.runtime_checkable", "typing.no_type_check")
@_at("enum.unique", "enum.auto", "typing_extensions.override", "typing.override", "atexit.register")
def _same(m: Machine, args: Args) -> Value:
    return args.get(0, "function", Unknown("its value is chosen automatically"))


@_at("typing.cast", "typing_extensions.cast")
def _cast(m: Machine, args: Args) -> Value:
    return args.get(1, "val")


@_at("decorator.decorator", "wrapt.decorator", "decorator.decorate")
def _signature_keeping(m: Machine, args: Args) -> Value:
    by = External("decorator.decorator")
    if _called_name(m) == "decorate" and args.pos:
        return Wrapped(args.pos[0], by, True, m.serial)
    return m.native("decorate", lambda m_, a: Wrapped(a.get(0, "func"), by, True, m_.serial))


# os, os.path, glob: files of the workspace are static facts


def _text_of(m: Machine, value: Value) -> Value:
    value = m.settle(value)
    if isinstance(value, Instance):
        made = m.get(value, "__fspath__", MISSING)
        if isinstance(made, Bound):
            return m.call(made, Args([]))
    return value


def _path_function(name: str, compute: Callable[..., Any]) -> None:
    def run(m: Machine, args: Args) -> Value:
        def apply(values: list[Value]) -> Value:
            for index, value in enumerate(values):
                if isinstance(value, Choice):
                    before, after = values[:index], values[index + 1 :]
                    return m.lift(value, lambda v: apply([*before, v, *after]))  # noqa: B023 - called at once
                if not isinstance(value, str):
                    return operators.unknown_from(value, "this path is only known at run time")
            try:
                return compute(*values)
            except (TypeError, ValueError):
                return Unknown("this path is not possible")

        if args.star is not None:
            return args.star
        return apply([_text_of(m, a) for a in args.all()])

    for module in ("os.path", "posixpath"):
        FUNCTIONS[f"{module}.{name}"] = run


for _name in ("join", "dirname", "basename", "normpath", "splitext", "split", "isabs", "commonprefix"):
    _path_function(_name, getattr(posixpath, _name))
for _name in ("abspath", "realpath", "expanduser", "expandvars"):
    _path_function(_name, lambda p: posixpath.normpath(p) if p.startswith("/") else Unknown("the current folder"))
_path_function("relpath", lambda p, s="": posixpath.relpath(p, s) if p[:1] == "/" == s[:1] else Unknown("a path"))


@_at("os.listdir")
def _listdir(m: Machine, args: Args) -> Value:
    folder = _text_of(m, args.get(0, "path", Unknown("the current folder")))
    if isinstance(folder, str):
        names = m.sources.listing(folder)
        if names is not None:
            return m.new_list(sorted(names))
    return ListV([], m.serial, operators.unknown_from(folder, "which files this folder has is not known"))


@_at("os.walk")
def _walk(m: Machine, args: Args) -> Value:
    folder = _text_of(m, args.get(0, "top"))
    rows: list[Value] = []
    stack = [folder] if isinstance(folder, str) else []
    while stack and len(rows) < 500:
        top = stack.pop()
        names = m.sources.listing(top)
        if names is None:
            continue
        folders = [n for n in sorted(names) if m.sources.listing(f"{top}/{n}") is not None]
        files = [n for n in sorted(names) if n not in folders]
        rows.append((top, m.new_list([*folders]), m.new_list([*files])))
        stack.extend(f"{top}/{n}" for n in reversed(folders))
    if rows:
        return m.new_list(rows)
    return ListV([], m.serial, operators.unknown_from(folder, "which files this folder has is not known"))


@_at("glob.glob", "glob.iglob")
def _glob(m: Machine, args: Args) -> Value:
    pattern = _text_of(m, args.get(0, "pathname"))
    if isinstance(pattern, str) and pattern.startswith("/"):
        found = glob_files(m, pattern)
        if found is not None:
            return m.new_list([*found])
    return ListV([], m.serial, operators.unknown_from(pattern, "which files match is not known"))


def glob_files(m: Machine, pattern: str) -> list[str] | None:
    """The paths that match an absolute pattern; None when its folder is not of the workspace."""
    parts = pattern.strip("/").split("/")
    heads = ["/"]
    seen = False
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        following: list[str] = []
        for head in heads:
            names = m.sources.listing(head.rstrip("/") or "/")
            if not any(c in part for c in "*?["):
                following.append(f"{head.rstrip('/')}/{part}")
                continue
            if names is None:
                continue
            seen = True
            if part == "**":
                following.append(head)
                stack = [head]
                while stack and len(following) < 2000:
                    top = stack.pop()
                    for name in sorted(m.sources.listing(top) or ()):
                        if m.sources.listing(f"{top}/{name}") is not None:
                            following.append(f"{top}/{name}")
                            stack.append(f"{top}/{name}")
                continue
            for name in sorted(names):
                if fnmatch.fnmatchcase(name, part) and (
                    last or m.sources.listing(f"{head.rstrip('/')}/{name}") is not None
                ):
                    following.append(f"{head.rstrip('/')}/{name}")
        heads = following
    return heads if seen else None


@_at("os.path.exists", "os.path.isfile", "os.path.isdir", "posixpath.exists", "os.path.islink")
def _exists(m: Machine, args: Args) -> Value:
    name = _called_name(m)
    return m.lift(_text_of(m, args.get(0, "path")), lambda path: exists(m, path, name))


def exists(m: Machine, path: Value, kind: str = "exists") -> Value:
    """Whether a path is there: a file of the workspace is, another one usually is not. ``kind``: as in ``os.path``."""
    if not isinstance(path, str) or not path.startswith("/"):
        return Unknown("whether this file exists is only known at run time")
    is_folder = m.sources.listing(path) is not None
    if is_folder or m.sources.index.by_path(path) is not None or _is_listed(m, path):
        return is_folder if kind == "isdir" else not is_folder if kind == "isfile" else True
    fork = m.fork(m.place(), "whether this file exists is only known at run time", default=0)
    return m.join([((Step(fork, 0),), False), ((Step(fork, 1),), True)])


def _is_listed(m: Machine, path: str) -> bool:
    folder, name = posixpath.split(path.rstrip("/"))
    return name in (m.sources.listing(folder) or ())


# importlib, pkgutil, inspect, sys


@_at("importlib.import_module")
def _import_module(m: Machine, args: Args) -> Value:
    return builtin_names.import_module(m, args)


@_at("importlib.reload")
def _reload(m: Machine, args: Args) -> Value:
    return args.get(0, "module")


@_at("importlib.util.find_spec")
def _find_spec(m: Machine, args: Args) -> Value:
    name = m.settle(args.get(0, "name"))
    if isinstance(name, str):
        if m.sources.index.find(name, m.frame.module.module if m.frame else None) is not None:
            return External("importlib.machinery.ModuleSpec()", m.serial)
        if m.sources.is_installed(name.partition(".")[0]) is False:
            return None
    return Unknown("whether this module is installed is only known at run time")


@_at("werkzeug.utils.import_string", "flask.helpers.import_string", "django.utils.module_loading.import_string")
def import_string(m: Machine, args: Args) -> Value:
    """``werkzeug.utils.import_string``: ``package.module:name`` or ``package.module.name``."""
    name = args.get(0, "import_name")

    def one(text: Value) -> Value:
        if not isinstance(text, str):
            return builtin_names.import_module(m, Args([text]))
        dotted = text.replace(":", ".")
        importer = m.frame.module if m.frame is not None else None
        if m.sources.index.find(dotted, importer.module if importer else None) is not None:
            return m.import_module(dotted, importer)
        head, _, last = dotted.rpartition(".")
        if not head:
            return m.import_module(dotted, importer)
        from flask_ls.project.interp.imports import from_import

        return from_import(m, m.import_module(head, importer), last)

    return m.each(name, one)


@_at("pkgutil.iter_modules", "pkgutil.walk_packages")
def _iter_modules(m: Machine, args: Args) -> Value:
    paths, rest = m.iterate(args.get(0, "path", None))
    prefix = m.settle(args.get(1, "prefix", ""))
    deep = _called_name(m) == "walk_packages"
    rows: list[Value] = []
    for path in paths:
        path = _text_of(m, path)
        if not isinstance(path, str) or not isinstance(prefix, str):
            rest = rest or operators.unknown_from(path, "which modules this folder has is not known")
            continue
        _list_modules(m, path, prefix, deep, rows)
    return ListV(rows, m.serial, rest)


def _list_modules(m: Machine, folder: str, prefix: str, deep: bool, rows: list[Value]) -> None:
    for module in m.sources.index.modules_in(folder):
        name = prefix + module.import_name.rpartition(".")[2]
        row = make_namedtuple(m, "ModuleInfo", ["module_finder", "name", "ispkg"])
        rows.append(m.call(row, Args([Unknown("a finder"), name, module.is_package])))
        if deep and module.is_package and len(rows) < 2000:
            _list_modules(m, module.folder, f"{name}.", deep, rows)


def _called_name(m: Machine) -> str:
    func = getattr(m.frame.node, "func", None) if m.frame is not None else None
    return str(getattr(func, "attr", None) or getattr(func, "id", ""))


@_at("werkzeug.utils.find_modules")
def _find_modules(m: Machine, args: Args) -> Value:
    name = m.settle(args.get(0, "import_path"))
    packages = m.settle(args.get(1, "include_packages", False))
    deep = m.settle(args.get(2, "recursive", False))
    found = m.sources.index.find(name, m.frame.module.module if m.frame else None) if isinstance(name, str) else None
    if found is None:
        return ListV([], m.serial, operators.unknown_from(name, "which modules this package has is not known"))
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


@_at("inspect.isclass")
def _isclass(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "object"))
    if isinstance(value, Unknown):
        return Unknown(value.reason)
    return isinstance(value, ClassV)


@_at("inspect.isfunction", "inspect.isroutine", "inspect.ismethod")
def _isfunction(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "object"))
    if isinstance(value, Unknown):
        return Unknown(value.reason)
    if _called_name(m) == "ismethod":
        return isinstance(value, Bound)
    return isinstance(value, (Function, Wrapped)) or (_called_name(m) == "isroutine" and isinstance(value, Bound))


@_at("inspect.ismodule")
def _ismodule(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "object"))
    return Unknown(value.reason) if isinstance(value, Unknown) else isinstance(value, ModuleV)


@_at("inspect.getmembers")
def _getmembers(m: Machine, args: Args) -> Value:
    owner, predicate = m.settle(args.get(0, "object")), args.get(1, "predicate", None)
    names, rest = m.iterate(builtin_names.FUNCTIONS["dir"](m, Args([owner])))
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


@_at("inspect.getmodule")
def _getmodule(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "object"))
    return getattr(value, "module", None) or Unknown("which module this is is not known")


@_at("inspect.unwrap")
def _unwrap(m: Machine, args: Args) -> Value:
    value = args.get(0, "func")
    for _ in range(20):
        inner = m.get(value, "__wrapped__", MISSING)
        if inner is MISSING:
            return value
        value = inner
    return value


def _sys_modules(m: Machine) -> Value:
    """The modules of the workspace that are loaded now."""
    return m.new_dict({module.module.import_name: module for module in m.modules.values()})


# collections, types, enum, dataclasses, itertools, operator, contextlib


@_at("collections.defaultdict")
def _defaultdict(m: Machine, args: Args) -> Value:
    made = DictV(m.serial, None, args.get(0, "default_factory", MISSING))
    for value in args.pos[1:]:
        operators.update_dict(m, made, value)
    return made


@_at("collections.deque")
def _deque(m: Machine, args: Args) -> Value:
    items, rest = m.iterate(args.get(0, "iterable", ()))
    return m.new_list(items, rest)


@_at("types.MappingProxyType", "werkzeug.datastructures.ImmutableDict", "werkzeug.datastructures.ImmutableList")
def _frozen(m: Machine, args: Args) -> Value:
    return args.get(0, "mapping", m.new_dict(dict(args.kw)))


@_at("collections.namedtuple")
def _namedtuple(m: Machine, args: Args) -> Value:
    name, fields = m.settle(args.get(0, "typename")), m.settle(args.get(1, "field_names"))
    if isinstance(fields, str):
        listed: list[Value] = [*fields.replace(",", " ").split()]
    else:
        listed, rest = m.iterate(fields)
        if rest is not None:
            return Unknown("the fields of this tuple are only known at run time")
    return make_namedtuple(m, str(name), [str(f) for f in listed], args.kw.get("defaults"))


def make_namedtuple(m: Machine, name: str, fields: list[str], defaults: Value = None) -> ClassV:
    """A class of tuples with named fields."""
    values, _ = m.iterate(defaults) if defaults is not None else ([], None)
    first = len(fields) - len(values)

    def init(m_: Machine, args: Args) -> Value:
        self_, given = args.pos[0], Args(args.pos[1:], args.kw, args.star, args.starstar)
        for index, field in enumerate(fields):
            fallback = values[index - first] if index >= first else Unknown(f"the field {field} is not known")
            self_.attrs[field] = given.get(index, field, fallback)
        self_.native = ListV([self_.attrs[f] for f in fields], m_.serial, None, "tuple")
        return None

    cls = make_class(m, f"collections.{name}", names={"__init__": Native("__init__", init)})
    cls.names["_fields"] = tuple(fields)
    cls.path = ""
    return cls


def _simple_namespace(m: Machine) -> Value:
    def init(m_: Machine, args: Args) -> Value:
        for key, value in args.kw.items():
            m_.write(args.pos[0].attrs, key, value)
        return None

    return make_class(m, "types.SimpleNamespace", names={"__init__": Native("__init__", init)})


def _http_method(m: Machine) -> Value:
    cls = make_class(m, "http.HTTPMethod", (m.external("enum.StrEnum"),))
    for name in ("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"):
        cls.names[name] = name
    m.call(cls.lookup("__init_subclass__"), Args([cls]))
    return cls


def _enum(m: Machine) -> Value:
    def init_subclass(m_: Machine, args: Args) -> Value:
        cls = args.pos[0]
        members = m_.new_dict()
        for name, value in list(cls.names.items()):
            if name.startswith("_") or isinstance(value, (Function, Descriptor, ClassV, Native)):
                continue
            member = m_.new_instance(cls)
            member.attrs.update({"name": name, "value": value, "_value_": value})
            if isinstance(value, str) and any(b.path in ("str", "enum.StrEnum", "http.HTTPMethod") for b in cls.mro):
                member.native = value
            cls.names[name] = member
            members.items[name] = member
        cls.names["__members__"] = members
        return None

    def new(m_: Machine, args: Args) -> Value:
        members = args.pos[0].names.get("__members__", MISSING)
        wanted = m_.settle(args.pos[1]) if len(args.pos) > 1 else None
        if isinstance(members, DictV):
            for member in members.items.values():
                if operators.equals(member.attrs["value"], wanted) is True:
                    return member
        return Unknown("which member of the enumeration this is is only known at run time")

    names = {
        "__init_subclass__": Native("__init_subclass__", init_subclass),
        "__new__": Descriptor("staticmethod", Native("__new__", new)),
    }
    return make_class(m, "enum.Enum", names=names)


@_at("dataclasses.dataclass", "attr.s", "attr.attrs", "attr.define", "attrs.define", "attrs.frozen", "attr.dataclass")
def _dataclass(m: Machine, args: Args) -> Value:
    cls = m.settle(args.get(0, "cls", None)) if args.pos else None
    if isinstance(cls, ClassV):
        return _make_dataclass(m, cls)
    return m.native("dataclass", lambda m_, a: _make_dataclass(m_, m_.settle(a.get(0, "cls"))))


def _make_dataclass(m: Machine, cls: Value) -> Value:
    if not isinstance(cls, ClassV):
        return cls
    fields: dict[str, Value] = {}
    for base in reversed(cls.mro):
        notes = base.names.get("__annotations__", MISSING)
        for name, note in notes.items.items() if isinstance(notes, DictV) else ():
            if "ClassVar" not in str(note):
                fields[name] = base.names.get(name, MISSING)
    cls.names["__dataclass_fields__"] = m.new_dict(dict.fromkeys(fields))

    def init(m_: Machine, args: Args) -> Value:
        self_, given = args.pos[0], Args(args.pos[1:], args.kw, args.star, args.starstar)
        for index, (name, default) in enumerate(fields.items()):
            value = given.get(index, name)
            if value is MISSING:
                if isinstance(default, External) and default.path == "dataclasses.field()" and default.attrs:
                    factory = default.attrs.get("default_factory", MISSING)
                    default = (
                        m_.call(factory, Args([])) if factory is not MISSING else default.attrs.get("default", MISSING)
                    )
                value = Unknown(f"the field {name} is not known") if default is MISSING else default
            m_.write(self_.attrs, name, value)
        after = m_.get(self_, "__post_init__", MISSING)
        if isinstance(after, Bound):
            m_.call(after, Args([]))
        return None

    if "__init__" not in cls.names:
        cls.names["__init__"] = Native("__init__", init)
    return cls


@_at("dataclasses.field", "attr.ib", "attr.field", "attrs.field")
def _field(m: Machine, args: Args) -> Value:
    made = External("dataclasses.field()", m.serial)
    for name, value in (("default_factory", args.kw.get("factory", MISSING)), *args.kw.items()):
        if value is not MISSING:
            m.set(made, name, value)
    return made


@_at("itertools.chain")
def _chain(m: Machine, args: Args) -> Value:
    items: list[Value] = []
    rest: Unknown | None = args.star
    for value in args.pos:
        more, unknown = m.iterate(value)
        items.extend(more)
        rest = rest or unknown
    return ListV(items, m.serial, rest)


@_at("itertools.chain.from_iterable")
def _chain_from(m: Machine, args: Args) -> Value:
    values, rest = m.iterate(args.get(0, "iterable"))
    if any(isinstance(v, Maybe) for v in values):
        rest = rest or Unknown("which lists are chained is only known at run time")
    return _chain(m, Args([v.value if isinstance(v, Maybe) else v for v in values], {}, rest))


@_at("itertools.product")
def _product(m: Machine, args: Args) -> Value:
    rows: list[tuple[Value, ...]] = [()]
    for value in args.pos:
        items, rest = m.iterate(value)
        if rest is not None or any(isinstance(i, Maybe) for i in items) or len(rows) * len(items) > operators.MAX_ITEMS:
            return ListV([], m.serial, Unknown("this product is only known at run time"))
        rows = [(*row, item) for row in rows for item in items]
    return m.new_list([*rows])


@_at("itertools.starmap")
def _starmap(m: Machine, args: Args) -> Value:
    func = args.get(0, "function")
    rows, rest = m.iterate(args.get(1, "iterable"))
    if rest is not None or any(isinstance(r, Maybe) for r in rows):
        external.escape(m, Args([func]), "how often this runs is only known at run time")
    return ListV([m.call(func, Args(m.iterate(r)[0])) for r in rows if not isinstance(r, Maybe)], m.serial, rest)


@_at("operator.attrgetter")
def _attrgetter(m: Machine, args: Args) -> Value:
    names = [m.settle(a) for a in args.pos]

    def run(m_: Machine, a: Args) -> Value:
        found: list[Value] = []
        for name in names:
            value = a.get(0, "obj")
            for part in name.split(".") if isinstance(name, str) else ():
                value = m_.get(value, part)
            found.append(value)
        return found[0] if len(found) == 1 else tuple(found)

    return m.native("attrgetter", run)


@_at("operator.itemgetter")
def _itemgetter(m: Machine, args: Args) -> Value:
    keys = list(args.pos)

    def run(m_: Machine, a: Args) -> Value:
        found = [operators.subscript(m_, a.get(0, "obj"), k) for k in keys]
        return found[0] if len(found) == 1 else tuple(found)

    return m.native("itemgetter", run)


@_at("contextlib.contextmanager", "contextlib.asynccontextmanager")
def _contextmanager(m: Machine, args: Args) -> Value:
    return args.get(0, "func")


@_at("contextlib.suppress", "contextlib.nullcontext", "warnings.catch_warnings")
def _nothing(m: Machine, args: Args) -> Value:
    return External("contextlib.suppress()", m.serial)


@_at("copy.copy", "copy.deepcopy")
def _copy(m: Machine, args: Args) -> Value:
    value = m.settle(args.get(0, "x"))
    if isinstance(value, DictV):
        made = DictV(m.serial, value.rest, value.default)
        made.items.update(value.items)
        return made
    if isinstance(value, ListV):
        return m.call(m.get(value, "copy"), Args([])) if value.kind != "tuple" else value
    if isinstance(value, Instance) and value.native is None:
        twin = m.new_instance(value.cls)
        twin.attrs.update(value.attrs)
        return twin
    return value if not isinstance(value, Instance) else Unknown("a copy of an object")


@_at("urllib.parse.urljoin", "urllib.parse.quote", "urllib.parse.unquote")
def _url_text(m: Machine, args: Args) -> Value:
    import urllib.parse

    func = getattr(urllib.parse, _called_name(m), None)
    values = [m.settle(a) for a in args.pos]
    if func is not None and values and all(isinstance(v, str) for v in values):
        try:
            return func(*values)
        except ValueError:
            pass
    return Unknown("this address is only known at run time")


@_at("re.escape")
def _re_escape(m: Machine, args: Args) -> Value:
    import re

    value = m.settle(args.get(0, "pattern"))
    return re.escape(value) if isinstance(value, str) else Unknown("this pattern is only known at run time")
