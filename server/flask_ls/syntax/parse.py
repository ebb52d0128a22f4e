"""``ast.parse`` for any text, with the positions it gives mapped back to that text."""

from __future__ import annotations

import ast
import re
import warnings
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from flask_ls.syntax import newer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

_UNPARSABLE = re.compile("[\x00\ud800-\udfff]")
_ATTEMPTS = 10


def parse_module(text: str) -> ast.Module:
    """``ast.parse``. Type parameters of Python 3.12 are left out where the interpreter is older.

    :raises SyntaxError, ValueError, RecursionError, MemoryError, OverflowError: as ``ast.parse`` does.
    """
    try:
        return _attempted(lambda: ast.parse(text))
    except SyntaxError:
        plain = newer.without_types(text)
        if plain is None:
            raise
        with suppress(SyntaxError):
            return _attempted(lambda: ast.parse(plain))
        raise


def parse_expression(text: str) -> ast.Expression:
    """``ast.parse`` of one expression. It raises what ``parse_module`` raises."""
    return _attempted(lambda: ast.parse(text, mode="eval"))


def _attempted(parsing: Callable[[], T]) -> T:
    """Python 3.11 counts the depth of a tree for all threads together: when another one parses in the midst of it (a
    collection of garbage may let it), it takes the sum for a mistake of its own.
    """
    for _ in range(_ATTEMPTS):
        with suppress(SystemError):
            return parsing()
    raise RecursionError("the depth of the code cannot be counted")


def parse(text: str) -> ast.Module | SyntaxError:
    """Parse ``text``; every way in which CPython refuses a text comes back as a :class:`SyntaxError`."""
    with silence():
        return parse_quietly(text)


def parse_quietly(text: str) -> ast.Module | SyntaxError:
    """As :func:`parse`, for callers that parse a lot within one :func:`silence`."""
    try:
        return parse_module(text)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return SyntaxError(str(error) or type(error).__name__)


@contextmanager
def silence() -> Iterator[None]:
    """Drops warnings about the code that is parsed (invalid escapes): they are not about us.

    The filter is process-wide; two threads leaving in the wrong order can at worst leave it in place.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def parsable(text: str) -> str:
    """``text`` with the code points no parser accepts replaced, one for one.

    NUL becomes a space and a lone surrogate U+FFFD. A byte order mark at the start becomes a form feed, which is
    white space that does not indent.
    """
    if text.isascii():
        return text.replace("\x00", " ") if "\x00" in text else text
    if _UNPARSABLE.search(text):
        text = _UNPARSABLE.sub(lambda match: " " if match[0] == "\x00" else "\ufffd", text)
    if text.startswith("\ufeff"):
        text = "\f" + text[1:]
    return text
