"""The project of a file that was opened without a folder."""

from __future__ import annotations

import os
import posixpath
import tempfile

_MARKERS = (
    "flask-ls.toml",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "Pipfile",
    ".flaskenv",
    ".git",
)
_SYSTEM = frozenset({"", "/etc", "/home", "/lib", "/media", "/mnt", "/opt", "/srv", "/usr", "/var"})
_LIBRARIES = ("site-packages", "dist-packages")


def project_root(path: str) -> str | None:
    """The nearest folder above the file that looks like a project's, else the folder of its outermost package.

    None for libraries, and where that is a folder that holds everything: the home folder, a root, the temporary one.
    """
    folder = posixpath.dirname(path)
    if any(part in _LIBRARIES for part in folder.split("/")):
        return None
    outermost = folder
    while os.path.isfile(f"{outermost}/__init__.py") and posixpath.dirname(outermost) != outermost:
        outermost = posixpath.dirname(outermost)
    root = next((f for f in _upwards(folder) if _looks_like_project(f)), outermost)
    return None if _holds_everything(root) else root


def _upwards(folder: str) -> list[str]:
    found = []
    while not _holds_everything(folder):
        found.append(folder)
        folder = posixpath.dirname(folder)
    return found


def _looks_like_project(folder: str) -> bool:
    return any(os.path.exists(f"{folder}/{name}") for name in _MARKERS)


def _holds_everything(folder: str) -> bool:
    folder = folder.rstrip("/")
    if folder in _SYSTEM or (len(folder) == 2 and folder[1] == ":"):
        return True
    everything = (os.path.expanduser("~"), tempfile.gettempdir())
    return any(f"{e.rstrip('/')}/".startswith(f"{folder}/") for e in (p.replace("\\", "/") for p in everything))
