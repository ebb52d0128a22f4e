"""Lines of files for code frames, without building trees."""

from __future__ import annotations

import functools
import re

from flask_ls.syntax.decode import decode

_LINE_END = re.compile(r"\r\n|\r|\n")


@functools.cache
def lines_of(path: str) -> list[str]:
    """The lines of a file as row numbers count them; empty when it cannot be read."""
    try:
        with open(path, "rb") as stream:
            return _LINE_END.split(decode(stream.read()).text)
    except OSError:
        return []
