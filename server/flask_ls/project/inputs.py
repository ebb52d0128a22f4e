"""What a stored result depends on: files and folders, told apart from later states without reading them."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from flask_ls.project.reading import read_bytes

Identity: TypeAlias = "tuple[int | str, ...] | None"
"""What ``stat`` tells of a file or folder; None when there is none."""

# A change within one tick of the file system's clock leaves the times as they were (2 s on FAT, 1 s on old network
# file systems), so what changed this recently is also known by its content.
_TICK_NS = 2_000_000_000


def identity(path: str) -> Identity:
    """The identity of a path as it is now."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def is_settled(known: Identity, now_ns: int) -> bool:
    """Whether a later change is sure to change this identity, taken at ``now_ns`` or later."""
    return known is None or max(int(known[2]), int(known[3])) < now_ns - _TICK_NS


class Inputs:
    """Paths with the state they were in. ``start`` is a time (``time.time_ns``) before the first of them was read."""

    def __init__(self, start: int | None = None) -> None:
        self._start = time.time_ns() if start is None else start
        self._known: dict[str, Identity] = {}

    def add(self, paths: Iterable[str]) -> None:
        """Depend on these files, folders (their lists of names) and absent paths, too."""
        for path in paths:
            if path not in self._known:
                known = identity(path)
                if not is_settled(known, self._start):
                    known = _content(path)
                self._known[path] = known

    def state(self) -> dict[str, Identity]:
        """Builtin types only, to be stored."""
        return self._known


def unchanged(state: Mapping[str, Identity]) -> bool:
    """Whether everything is still as it was when ``Inputs.state`` was taken."""
    for path, known in state.items():
        now = _content(path) if known is not None and len(known) == 2 else identity(path)
        if now != known:
            return False
    return True


def _content(path: str) -> Identity:
    try:
        if stat.S_ISDIR(os.stat(path).st_mode):
            return ("folder", "\0".join(sorted(os.listdir(path))))
        return ("file", hashlib.blake2b(read_bytes(path), digest_size=16).hexdigest())
    except (OSError, ValueError):
        return None
