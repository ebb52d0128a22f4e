"""Which files belong to the project: a walk over the workspace folders that honours excludes and ``.gitignore``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_ls.project.deploy import deployment_kind, is_deployment_path
from flask_ls.project.reading import read_text
from flask_ls.project.settings import Settings
from flask_ls.project.template_files import is_template_path

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

# Names of build results, unless the folder is a package that someone imports.
_RESULTS = frozenset({"build", "dist", "_build"})
_MAX_DEPTH = 60


def normal(path: str) -> str:
    """An absolute path with ``/`` between its parts, the one spelling used inside the engine."""
    path = os.path.abspath(path)
    return path.replace("\\", "/") if os.sep == "\\" else path


class Patterns:
    """Patterns in the language of ``.gitignore``, anchored at a folder."""

    __slots__ = ("_any", "_lines", "_spec", "base")

    def __init__(self, base: str, lines: Iterable[str]) -> None:
        import re

        from pathspec import GitIgnoreSpec

        self.base = base.rstrip("/") + "/"
        self._lines = list(lines)
        self._spec: GitIgnoreSpec = GitIgnoreSpec.from_lines(self._lines)
        sources = [p.regex.pattern for p in self._spec.patterns if p.include is not None and p.regex is not None]
        # Asking one alternation first spares asking each pattern about each of thousands of paths.
        self._any = re.compile("|".join(f"(?:{_unnamed(s)})" for s in sources)) if sources else None

    def verdict(self, path: str, *, is_folder: bool = False) -> bool | None:
        """Whether the path is excluded (True), included again (False), or not spoken of (None)."""
        if self._any is None or not path.startswith(self.base):
            return None
        relative = path[len(self.base) :] + ("/" if is_folder else "")
        if self._any.match(relative) is None:
            return None
        return self._spec.check_file(relative).include

    def names_only(self, path: str) -> bool:
        """Whether the pattern that excludes a folder is a mere name, meant for folders of that name anywhere."""
        found = self._spec.check_file(path[len(self.base) :] + "/")
        return found.index is not None and "/" not in self._lines[found.index].strip().rstrip("/")


def _names_in(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _unnamed(pattern: str) -> str:
    # pathspec marks parts with named groups, which may stand only once in one expression.
    import re

    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


@dataclass(frozen=True)
class Found:
    """What a walk found: absolute paths of Python files in order, and folders that could not be read.

    ``deployment`` are the files that say how the project is started (Dockerfile, ``.env``, Procfile). ``inputs`` are
    all folders and files that the answer depends on: while they stay as they are, so does the answer. ``templates``
    are files that may be templates.
    """

    files: tuple[str, ...]
    unreadable: tuple[str, ...] = ()
    deployment: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()


class Walker:
    """Finds the Python files below some folders. The folders themselves are never excluded, only what is in them."""

    def __init__(self, folders: Sequence[str], settings: Settings) -> None:
        self.folders = _outermost(normal(f) for f in folders)
        self._names = frozenset(e for e in (*settings.exclude, *settings.extend_exclude) if _is_plain(e))
        written = [e for e in (*settings.exclude, *settings.extend_exclude) if not _is_plain(e)]
        self._written = written
        self._anchor = settings.folder
        self._git = settings.respect_gitignore
        self._inputs: dict[str, None] = {}

    def walk(self, cancelled: Callable[[], bool] | None = None) -> Found:
        """All Python files. A file that two folders reach is there once."""
        files: dict[str, None] = {}
        unreadable: list[str] = []
        self._inputs = {}
        for folder in self.folders:
            for path in self._below(folder, self._above(folder), unreadable, cancelled):
                files.setdefault(path)
        python = tuple(f for f in files if f.endswith(".py"))
        deployment = tuple(f for f in files if is_deployment_path(f))
        templates = tuple(f for f in files if is_template_path(f))
        return Found(python, tuple(unreadable), deployment, templates, tuple(self._inputs))

    def belongs(self, path: str) -> bool:
        """Whether a walk would find this file, were it there: for files that appear or are opened."""
        path = normal(path)
        folder = next((f for f in self.folders if path.startswith(f.rstrip("/") + "/")), None)
        if folder is None or not (path.endswith(".py") or is_deployment_path(path) or is_template_path(path)):
            return False
        rules = self._above(folder)
        here = folder
        for part in path[len(folder) :].strip("/").split("/"):
            if here != folder and part in self._installed(here, _names_in(here)):
                return False
            rules = self._with_gitignore(here, rules)
            here = f"{here.rstrip('/')}/{part}"
            is_folder = here != path
            if not is_folder and deployment_kind(here) == "dotenv":
                return True
            if is_folder:
                inside = self._inside(here, part, rules)
                if inside is None:
                    return False
                rules = inside
            elif self._excluded(here, part, rules, is_folder=False):
                return False
            if is_folder and os.path.isfile(f"{here}/pyvenv.cfg"):
                return False
        return True

    def _below(
        self,
        folder: str,
        rules: tuple[Patterns, ...],
        unreadable: list[str],
        cancelled: Callable[[], bool] | None,
    ) -> Iterator[str]:
        stack: list[tuple[str, tuple[Patterns, ...], int]] = [(folder, rules, 0)]
        while stack:
            here, rules, depth = stack.pop()
            if cancelled is not None and cancelled():
                return
            self._inputs[here] = None
            try:
                with os.scandir(here) as found:
                    entries = sorted(found, key=lambda e: e.name)
            except OSError:
                unreadable.append(here)
                continue
            names = {e.name for e in entries}
            if depth and "pyvenv.cfg" in names:
                continue
            if depth:
                installed = self._installed(here, names)
                entries = [e for e in entries if e.name not in installed]
            if self._git and ".gitignore" in names:
                rules = self._with_gitignore(here, rules)
            folders: list[tuple[str, tuple[Patterns, ...], int]] = []
            prefix = here.rstrip("/")
            for entry in entries:
                name = entry.name
                try:
                    # Links to folders are not followed: they end in loops, or list the same module twice.
                    if entry.is_dir(follow_symlinks=False):
                        path = f"{prefix}/{name}"
                        inside = self._inside(path, name, rules) if depth < _MAX_DEPTH else None
                        if inside is not None:
                            folders.append((path, inside, depth + 1))
                    elif (kind := self._kind(prefix, name)) and self._is_own_file(entry):
                        path = f"{prefix}/{name}"
                        # `.env` is usually not under version control, and yet it is what `flask run` reads.
                        if kind == "dotenv" or not self._excluded(path, name, rules, is_folder=False):
                            yield path
                except OSError:
                    unreadable.append(f"{prefix}/{name}")
            stack.extend(reversed(folders))

    def _installed(self, folder: str, names: Iterable[str]) -> frozenset[str]:
        """The files and folders that ``pip install --target`` put here: libraries, which are no code of the project."""
        found: set[str] = set()
        for name in names:
            if name.endswith(".dist-info"):
                record = f"{folder.rstrip('/')}/{name}/RECORD"
                self._inputs[record] = None
                lines = read_text(record).splitlines()
                found.update(line.partition(",")[0].strip('"').partition("/")[0] for line in lines)
        return frozenset(found)

    @staticmethod
    def _kind(folder: str, name: str) -> str | None:
        if name.endswith(".py"):
            return "python"
        return "template" if is_template_path(name) else deployment_kind(f"{folder}/{name}")

    def _is_own_file(self, entry: os.DirEntry[str]) -> bool:
        if not entry.is_symlink():
            return entry.is_file(follow_symlinks=False)
        target = normal(os.path.realpath(entry.path))
        return os.path.isfile(target) and not any(target.startswith(f.rstrip("/") + "/") for f in self.folders)

    def _inside(self, path: str, name: str, rules: tuple[Patterns, ...]) -> tuple[Patterns, ...] | None:
        """The rules that hold in a folder; None when it is excluded."""
        if not self._excluded(path, name, rules, is_folder=True):
            return rules
        written = rules[-1:] if self._written else ()
        if self._excluded(path, name, written, is_folder=True) or not _is_inner_package(path):
            return None
        # ``lib/`` in a ``.gitignore`` is meant for what an installation leaves behind. The package ``shop/lib``, which
        # ``shop`` imports, is under version control nevertheless.
        guilty = [p for p in rules if p not in written and p.verdict(path, is_folder=True)]
        if not all(p.names_only(path) for p in guilty):
            return None
        return tuple(p for p in rules if p not in guilty)

    def _excluded(self, path: str, name: str, rules: tuple[Patterns, ...], *, is_folder: bool) -> bool:
        if name in self._names and not (name in _RESULTS and is_folder and os.path.isfile(f"{path}/__init__.py")):
            return True
        for patterns in reversed(rules):
            verdict = patterns.verdict(path, is_folder=is_folder)
            if verdict is not None:
                return verdict
        return False

    def _above(self, folder: str) -> tuple[Patterns, ...]:
        """The rules that hold in a folder before its own ``.gitignore`` is read, weakest first."""
        rules: list[Patterns] = []
        if self._git:
            rules += self._of_repository(folder)
        if any(p.verdict(folder, is_folder=True) for p in rules):
            rules = []  # the user opened an ignored folder and means what is in it
        if self._written:
            rules.append(Patterns(self._anchor or folder, self._written))
        return tuple(rules)

    def _of_repository(self, folder: str) -> list[Patterns]:
        found: list[Patterns] = []
        here = folder
        while not os.path.exists(f"{here}/.git"):
            self._inputs[f"{here}/.git"] = None
            parent = os.path.dirname(here)
            if parent == here:
                return []
            here = parent
        top = here
        found += self._file(f"{top}/.git/info/exclude", top)
        parts = folder[len(top) :].strip("/").split("/") if folder != top else []
        for part in parts:
            found += self._file(f"{here}/.gitignore", here)
            here = f"{here.rstrip('/')}/{part}"
        return found

    def _with_gitignore(self, folder: str, rules: tuple[Patterns, ...]) -> tuple[Patterns, ...]:
        if not self._git:
            return rules
        own = self._file(f"{folder.rstrip('/')}/.gitignore", folder)
        # What the user wrote in the settings stays the last word.
        if own and self._written:
            return (*rules[:-1], *own, rules[-1])
        return (*rules, *own)

    def _file(self, path: str, base: str) -> list[Patterns]:
        self._inputs[path] = None
        lines = [line for line in read_text(path).split("\n") if line.strip() and not line.startswith("#")]
        return [Patterns(base, lines)] if lines else []


def _is_inner_package(path: str) -> bool:
    return os.path.isfile(f"{path}/__init__.py") and os.path.isfile(f"{os.path.dirname(path)}/__init__.py")


def _is_plain(pattern: str) -> bool:
    return not any(c in pattern for c in "*?[/!\\")


def _outermost(folders: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for folder in sorted(dict.fromkeys(folders), key=len):
        if not any(folder.startswith(k.rstrip("/") + "/") for k in kept):
            kept.append(folder)
    return tuple(kept)
