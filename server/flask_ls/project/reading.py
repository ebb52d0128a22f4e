"""Reads files that may be anything: a pipe, a folder, no text at all."""

from __future__ import annotations

import os
import stat


def read_bytes(path: str) -> bytes:
    """The bytes of a regular file.

    :raises OSError: it cannot be read, or is no regular file (a pipe would block for ever).
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(22, "not a regular file", path)
    with open(descriptor, "rb") as stream:
        return stream.read()


def read_text(path: str) -> str:
    r"""The UTF-8 text of a regular file with ``\n`` at the ends of its lines; empty when it cannot be read."""
    try:
        data = read_bytes(path)
    except (OSError, ValueError):
        return ""
    return data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
