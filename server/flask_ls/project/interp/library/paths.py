"""``pathlib``: paths as the texts they are; the files of the workspace are facts."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import reasons
from flask_ls.project.interp.functions import make_class
from flask_ls.project.interp.library import data_files, files
from flask_ls.project.interp.library.table import at, text_of
from flask_ls.project.interp.values import Args, ClassV, Descriptor, Instance, ListV, Native, Unknown, Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

_TEXT = "_text"
_NOT_KNOWN = "this path is only known at run time"


def install(m: Machine) -> None:
    """Register the classes."""
    for name in ("Path", "PosixPath", "PurePath", "PurePosixPath", "WindowsPath"):
        m.externals[f"pathlib.{name}"] = lambda m_: m_.external("pathlib.*")
        m.externals[f"pathlib2.{name}"] = m.externals[f"pathlib.{name}"]
    m.externals["pathlib.*"] = _make


def _make(m: Machine) -> ClassV:
    names: dict[str, Value] = {"__init__": Native("__init__", _init)}
    for name in ("parent", "name", "stem", "suffix"):
        names[name] = Descriptor("property", _pure(lambda p, n=name: getattr(p, n)))
    names["parents"] = Descriptor("property", _pure(lambda p: list(p.parents)))
    names["parts"] = Descriptor("property", _pure(lambda p: p.parts))
    names["suffixes"] = Descriptor("property", _pure(lambda p: p.suffixes))
    for name in ("__str__", "__fspath__", "as_posix"):
        names[name] = _pure(str)
    for name in ("with_suffix", "with_name", "with_stem", "joinpath", "is_absolute", "match", "is_relative_to"):
        names[name] = _pure(lambda p, *a, n=name: getattr(p, n)(*a))
    names["relative_to"] = _pure(lambda p, other: p.relative_to(other))
    names["__truediv__"] = _pure(lambda p, other: p / other)
    names["__rtruediv__"] = _pure(lambda p, other: PurePosixPath(other) / p)
    for name in ("resolve", "absolute", "expanduser"):
        names[name] = Native(name, _resolve)
    for name in ("exists", "is_file", "is_dir"):
        names[name] = Native(name, _exists(name))
    names["glob"] = Native("glob", _glob)
    names["rglob"] = Native("rglob", lambda m_, a: _glob(m_, a, "**/"))
    names["iterdir"] = Native("iterdir", _iterdir)
    names["open"] = Native("open", lambda m_, a: data_files.opened(m_, Args([_of(m_, a), *a.pos[1:]], a.kw)))
    names["read_text"] = Native("read_text", lambda m_, a: data_files.content(m_, _of(m_, a)))
    names["read_bytes"] = names["read_text"]
    for name in ("cwd", "home"):
        names[name] = Descriptor("staticmethod", Native(name, lambda m_, a: Unknown("the current folder")))
    return make_class(m, "pathlib.Path", names=names)


@at("importlib.resources.files", "importlib_resources.files")
def _package(m: Machine, args: Args) -> Value:
    folder = data_files.package_folder(m, args.get(0, "anchor", m.frame.module if m.frame is not None else None))
    return Unknown("where this package lies is only known at run time") if folder is None else _path(m, folder)


def _path(m: Machine, text: str) -> Instance:
    made = m.new_instance(m.external("pathlib.*"))
    made.attrs[_TEXT] = text
    return made


def _of(m: Machine, args: Args) -> Value:
    """The text of the path whose method is called."""
    self_ = args.pos[0]
    return self_.attrs.get(_TEXT, Unknown(_NOT_KNOWN)) if isinstance(self_, Instance) else Unknown(_NOT_KNOWN)


def _wrap(m: Machine, value: Any) -> Value:
    if isinstance(value, PurePosixPath):
        return _path(m, str(value))
    if isinstance(value, list):
        return m.new_list([_wrap(m, v) for v in value])
    return value


def _init(m: Machine, args: Args) -> Value:
    text = _apply(m, lambda *parts: str(PurePosixPath(*parts)), [text_of(m, a) for a in args.pos[1:]])
    m.write(args.pos[0].attrs, _TEXT, args.star or text)
    return None


def _apply(m: Machine, compute: Callable[..., Any], values: list[Value]) -> Value:
    """``compute`` on texts, on each option of those that are choices."""
    for index, value in enumerate(values):
        if isinstance(value, str):
            continue
        if isinstance(value, Unknown) or not hasattr(value, "options"):
            return reasons.unknown_from(value, _NOT_KNOWN)
        before, after = values[:index], values[index + 1 :]
        return m.lift(value, lambda v: _apply(m, compute, [*before, v, *after]))  # noqa: B023 - called at once
    try:
        return _wrap(m, compute(*values))
    except (TypeError, ValueError):
        return Unknown("this path is not possible")


def _pure(compute: Callable[..., Any]) -> Native:
    def run(m: Machine, args: Args) -> Value:
        if args.star is not None:
            return args.star
        values = [_of(m, args), *(text_of(m, a) for a in args.pos[1:])]
        return _apply(m, lambda text, *more: compute(PurePosixPath(text), *more), values)

    return Native("path", run)


def _resolve(m: Machine, args: Args) -> Value:
    def one(text: str) -> Value:
        return _wrap(m, PurePosixPath(posixpath.normpath(text))) if text.startswith("/") else Unknown(_NOT_KNOWN)

    return _apply(m, one, [_of(m, args)])


def _exists(name: str) -> Callable[[Machine, Args], Value]:
    kind = {"is_file": "isfile", "is_dir": "isdir"}.get(name, name)
    return lambda m, args: m.lift(_of(m, args), lambda text: files.exists(m, text, kind))


def _glob(m: Machine, args: Args, before: str = "") -> Value:
    folder, pattern = m.settle(_of(m, args)), m.settle(args.get(1, "pattern"))
    if isinstance(folder, str) and isinstance(pattern, str) and folder.startswith("/"):
        found = files.glob_files(m, f"{folder}/{before}{pattern}")
        if found is not None:
            return m.new_list([_wrap(m, PurePosixPath(p)) for p in dict.fromkeys(found)])
    return ListV([], m.serial, reasons.unknown_from(folder, "which files match is not known"))


def _iterdir(m: Machine, args: Args) -> Value:
    folder = m.settle(_of(m, args))
    names = m.sources.listing(folder) if isinstance(folder, str) else None
    if names is None:
        return ListV([], m.serial, reasons.unknown_from(folder, "which files this folder has is not known"))
    return m.new_list([_wrap(m, PurePosixPath(f"{folder}/{n}")) for n in names])
