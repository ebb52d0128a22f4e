"""What the paths on the command line mean: which folder is the project, and which of its files are asked for."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from typing import NamedTuple

from flask_ls.cli.errors import CommandError

# A folder with one of these is a project of its own.
_MARKERS = (
    "flask-ls.toml",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "Pipfile",
    ".git",
    ".flaskenv",
    "wsgi.py",
    "manage.py",
    "tox.ini",
)


class Targets(NamedTuple):
    """``folders``: the projects, to be read as a whole. ``roots``: folders on the import path that lie around them.

    ``files``: files asked for by name; ``within``: folders asked for. Findings elsewhere are not shown.
    """

    folders: tuple[str, ...]
    roots: tuple[str, ...]
    files: frozenset[str]
    within: tuple[str, ...]

    def wants(self, path: str) -> bool:
        """Whether findings in this file were asked for."""
        return path in self.files or any(path.startswith(folder) for folder in self.within)


def resolve(paths: Sequence[str]) -> Targets:
    """The targets of a command.

    A folder is a project, unless it is a Python package: the project is then around it. A file belongs to the nearest
    project around it. So findings are the same whether a project or a part of it is checked.

    :raises CommandError: a path does not exist or is nothing that can be checked.
    """
    folders: dict[str, None] = {}
    roots: dict[str, None] = {}
    files: dict[str, None] = {}
    within: dict[str, None] = {}
    try:
        os.getcwd()
    except OSError:
        raise CommandError("the current folder does not exist any more.") from None
    for written in paths or ["."]:
        path = os.path.abspath(written).replace(os.sep, "/")
        if os.path.isdir(path):
            within[path.rstrip("/") + "/"] = None
        elif os.path.isfile(path):
            if path.endswith(".pyi"):
                continue
            if not path.endswith(".py") and not _is_looked_at(path):
                raise CommandError(
                    f"{written}: neither a Python file nor a template nor one that says how a project is deployed."
                )
            if not os.access(path, os.R_OK):
                raise CommandError(f"{written}: cannot be read: Permission denied.")
            files[path] = None
        else:
            what = "neither a file nor a folder" if os.path.lexists(path) else "no such file or folder"
            raise CommandError(f"{written}: {what}.")
        folder, root = _project(path)
        if folder is not None:
            folders[folder] = None
        if root is not None:
            roots[root] = None
    return Targets(tuple(folders), tuple(roots), frozenset(files), tuple(within))


def _is_looked_at(path: str) -> bool:
    from flask_ls.project.deploy import is_deployment_path
    from flask_ls.project.template_files import is_template_path

    return is_deployment_path(path) or is_template_path(path)


def _project(path: str) -> tuple[str | None, str | None]:
    """The folder to read for a path and, when that is a package, the folder it is imported from."""
    is_folder = os.path.isdir(path)
    here = path if is_folder else os.path.dirname(path)
    package = None
    outside = here
    while os.path.isfile(f"{outside}/__init__.py"):
        package, outside = outside, os.path.dirname(outside)
    if is_folder and package is None:
        return path, None
    around = outside
    while not _is_shared(around):
        if any(os.path.exists(f"{around}/{marker}") for marker in _MARKERS):
            return around, None
        around = os.path.dirname(around)
    if package is not None:
        return package, outside
    return (None if _is_shared(here) else here), None


def _is_shared(folder: str) -> bool:
    """Whether all kinds of unrelated things lie in the folder."""
    shared = (os.path.expanduser("~"), tempfile.gettempdir(), os.path.dirname(folder))
    return folder in (path.replace(os.sep, "/") for path in shared)
