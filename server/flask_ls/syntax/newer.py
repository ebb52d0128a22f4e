"""Syntax of Python 3.12 for older interpreters: type parameters and ``type`` statements, which mean nothing here."""

from __future__ import annotations

import re
import sys

# In brackets, with brackets inside: ``[T: (int, list[str])]``.
_PARAMETERS = r"\[(?:[^\[\]#\n]|\[[^\[\]#\n]*\])*\]"
_HEAD = re.compile(rf"^[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+\w+[ \t]*({_PARAMETERS})(?=[ \t]*[(:])", re.M)
_TYPE = re.compile(rf"^([ \t]*)type[ \t]+(\w+)[ \t]*(?:{_PARAMETERS})?[ \t]*(?==[^=])", re.M)


def without_types(text: str) -> str | None:
    """The text with what only types use of Python 3.12 blanked out, each line as long as before.

    None when the interpreter knows that syntax itself, or nothing of it is there.
    """
    if sys.version_info >= (3, 12):
        return None
    plain = _HEAD.sub(lambda m: m[0][: m.start(1) - m.start()] + " " * len(m[1]), text)
    plain = _TYPE.sub(lambda m: (m[1] + m[2]).ljust(len(m[0])), plain)
    return plain if plain != text else None
