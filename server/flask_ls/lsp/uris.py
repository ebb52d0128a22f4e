"""URIs of the client to absolute paths of the engine and back.

The engine spells paths with ``/`` on every system and drive letters in upper case. Anything but a ``file:`` URI
(``untitled:``, ``vscode-notebook-cell:``, ``git:``) has no path.
"""

from __future__ import annotations

import os
import posixpath
import re
from urllib.parse import quote, unquote

_FILE_URI = re.compile(r"file:(?://(?P<host>[^/?#]*))?(?P<path>/[^?#]*)", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:(?=/|\Z)")
WINDOWS = os.name == "nt"


def to_path(uri: str, *, windows: bool = WINDOWS) -> str | None:
    """The path of a ``file:`` URI; None for every other URI."""
    match = _FILE_URI.match(uri)
    if match is None:
        return None
    path = unquote(match["path"], errors="surrogateescape")
    host = unquote(match["host"] or "")
    if not windows:
        return posixpath.normpath(path) if "\x00" not in path else None
    path = path.replace("\\", "/")
    if host and host.lower() != "localhost":
        return f"//{host}{posixpath.normpath(path)}"
    path = path.lstrip("/") if _DRIVE.match(path.lstrip("/")) else path
    path = posixpath.normpath(path)
    return spelled(f"{path}/" if path.endswith(":") else path)


def from_path(path: str) -> str:
    """The ``file:`` URI of an absolute path."""
    path = path.replace("\\", "/") if _DRIVE.match(path.replace("\\", "/")) or path.startswith("\\\\") else path
    if path.startswith("//"):
        return "file:" + _quoted(path)
    if _DRIVE.match(path):
        return f"file:///{path[0].upper()}:{_quoted(path[2:])}"
    return "file://" + _quoted(path)


def spelled(path: str) -> str:
    """A path with the drive letter in upper case, so that every spelling of a client means the same file."""
    return path[0].upper() + path[1:] if _DRIVE.match(path) else path


def key(uri: str, *, windows: bool = WINDOWS) -> str:
    """Equal for URIs that mean the same document (``file:///c%3A/x`` and ``file:///C:/x``)."""
    path = to_path(uri, windows=windows)
    if path is None:
        return uri
    return path.casefold() if windows else path


def _quoted(path: str) -> str:
    return quote(os.fsencode(path) if os.name != "nt" else path.encode("utf-8", "surrogatepass"), safe="/~")
