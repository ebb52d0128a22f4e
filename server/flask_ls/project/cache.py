"""Results kept on disk between runs, shared by all processes of one user.

One file per result, replaced as a whole (``os.replace``), with a checksum: a reader sees an old or a new result, and a
damaged one counts as none. The folder is bounded; the results not used for longest go first. Whatever goes wrong with
the disk, the answer is "nothing stored".
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import time

import flask_ls

_MAGIC = b"flask-ls cache 1\n"
_DIGEST = 16
LIMIT = 256 * 1024 * 1024
_MAX_AGE = 90 * 24 * 3600


class Cache:
    """A folder of stored results. ``folder`` None: nothing is stored or found."""

    def __init__(self, folder: str | None, limit: int = LIMIT) -> None:
        self._folder = folder
        self._limit = limit

    def read(self, name: str) -> bytes | None:
        """What was stored under this name; None when there is nothing, or nothing that is whole."""
        if self._folder is None:
            return None
        path = os.path.join(self._folder, name)
        try:
            with open(path, "rb") as stream:
                # Results are unpickled by some readers, so another user's file is not touched.
                if hasattr(os, "getuid") and os.fstat(stream.fileno()).st_uid != os.getuid():
                    return None
                data = stream.read()
        except OSError:
            return None
        head = len(_MAGIC) + _DIGEST
        payload = data[head:]
        if data[:head] != _MAGIC + _checksum(payload):
            return None
        with contextlib.suppress(OSError):
            if time.time() - os.stat(path).st_mtime > 24 * 3600:
                os.utime(path)  # the age says when a result was last of use
        return payload

    def write(self, name: str, payload: bytes) -> None:
        """Store a result."""
        if self._folder is None or len(payload) > self._limit // 2:
            return
        path = os.path.join(self._folder, name)
        temporary = f"{path}.{os.getpid()}.tmp"
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            with open(temporary, "xb") as stream:
                stream.write(_MAGIC + _checksum(payload))
                stream.write(payload)
            os.replace(temporary, path)
            self._prune()
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(temporary)

    def _prune(self) -> None:
        assert self._folder is not None
        now = time.time()
        kept: list[tuple[float, int, str]] = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                found = entry.stat(follow_symlinks=False)
                age = now - found.st_mtime
                if age > _MAX_AGE or (entry.name.endswith(".tmp") and age > 3600):
                    os.unlink(entry.path)
                else:
                    kept.append((found.st_mtime, found.st_size, entry.path))
        total = sum(size for _, size, _ in kept)
        for _, size, path in sorted(kept):
            if total <= self._limit:
                break
            os.unlink(path)
            total -= size


def default_folder() -> str | None:
    """Where results are kept: the user's cache folder as each system has it."""
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or (os.path.join(home, "AppData", "Local") if home != "~" else "")
    elif sys.platform == "darwin":
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, "Library", "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    # The XDG specification has relative paths ignored.
    return os.path.join(base, "flask-ls") if os.path.isabs(base) else None


def key_of(*parts: object) -> str:
    """A name for a result that depends on these values and on this very version of the engine."""
    text = "\0".join([engine_key(), *map(repr, parts)])
    return hashlib.blake2b(text.encode("utf-8", "backslashreplace"), digest_size=_DIGEST).hexdigest()


def engine_key() -> str:
    """Differs between any two states of this program's files and between Python versions."""
    parts = [flask_ls.__version__, sys.version]
    for folder, folders, names in os.walk(os.path.dirname(os.path.abspath(flask_ls.__file__))):
        folders.sort()
        for name in sorted(n for n in names if n.endswith(".py")):
            with contextlib.suppress(OSError):
                found = os.stat(os.path.join(folder, name))
                parts.append(f"{name} {found.st_size} {found.st_mtime_ns}")
    return "\n".join(parts)


def _checksum(payload: bytes) -> bytes:
    return hashlib.blake2b(payload, digest_size=_DIGEST).digest()
