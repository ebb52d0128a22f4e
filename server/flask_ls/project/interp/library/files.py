"""``os``, ``os.path``, ``glob``: the files of the workspace are facts."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import reasons
from flask_ls.project.interp.library.table import FUNCTIONS, at, called_name, text_of
from flask_ls.project.interp.paths import Step
from flask_ls.project.interp.values import (
    Args,
    Choice,
    ListV,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


def _path_function(name: str, compute: Callable[..., Any]) -> None:
    def run(m: Machine, args: Args) -> Value:
        def apply(values: list[Value]) -> Value:
            for index, value in enumerate(values):
                if isinstance(value, Choice):
                    before, after = values[:index], values[index + 1 :]
                    return m.lift(value, lambda v: apply([*before, v, *after]))  # noqa: B023 - called at once
                if not isinstance(value, str):
                    return reasons.unknown_from(value, "this path is only known at run time")
            try:
                return compute(*values)
            except (TypeError, ValueError):
                return Unknown("this path is not possible")

        if args.star is not None:
            return args.star
        return apply([text_of(m, a) for a in args.all()])

    for module in ("os.path", "posixpath"):
        FUNCTIONS[f"{module}.{name}"] = run


for _name in ("join", "dirname", "basename", "normpath", "splitext", "split", "isabs", "commonprefix"):
    _path_function(_name, getattr(posixpath, _name))
for _name in ("abspath", "realpath", "expanduser", "expandvars"):
    _path_function(_name, lambda p: posixpath.normpath(p) if p.startswith("/") else Unknown("the current folder"))
_path_function("relpath", lambda p, s="": posixpath.relpath(p, s) if p[:1] == "/" == s[:1] else Unknown("a path"))


@at("os.listdir")
def _listdir(m: Machine, args: Args) -> Value:
    folder = text_of(m, args.get(0, "path", Unknown("the current folder")))
    if isinstance(folder, str):
        names = m.sources.listing(folder)
        if names is not None:
            return m.new_list(sorted(names))
    return ListV([], m.serial, reasons.unknown_from(folder, "which files this folder has is not known"))


@at("os.walk")
def _walk(m: Machine, args: Args) -> Value:
    folder = text_of(m, args.get(0, "top"))
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
    return ListV([], m.serial, reasons.unknown_from(folder, "which files this folder has is not known"))


@at("glob.glob", "glob.iglob")
def _glob(m: Machine, args: Args) -> Value:
    pattern = text_of(m, args.get(0, "pathname"))
    if isinstance(pattern, str) and pattern.startswith("/"):
        found = glob_files(m, pattern)
        if found is not None:
            return m.new_list([*found])
    return ListV([], m.serial, reasons.unknown_from(pattern, "which files match is not known"))


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


@at("os.path.exists", "os.path.isfile", "os.path.isdir", "posixpath.exists", "os.path.islink")
def _exists(m: Machine, args: Args) -> Value:
    name = called_name(m)
    return m.lift(text_of(m, args.get(0, "path")), lambda path: exists(m, path, name))


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
