"""One logical line by itself: what kind of statement it is, and whether it would parse."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from flask_ls.syntax.lines import line_starts
from flask_ls.syntax.parse import parse_quietly

PLACEHOLDER = "_missing_"
"""Stands in recovered trees for a name, or any other expression, that has yet to be typed."""

_KEYWORD = re.compile(
    r"(?:async[ \t]+)?(def|class|if|elif|else|for|while|with|try|except|finally)\b|(match|case)\b.*:\Z|(@)",
    re.DOTALL,
)

# What must surround the line of a keyword for it to parse by itself.
_BEFORE = {
    "elif": "if 1: pass\n",
    "else": "if 1: pass\n",
    "except": "try: pass\n",
    "finally": "try: pass\n",
    "case": "match x:\n ",
}
_AFTER = {"try": "\nfinally: pass", "@": "\ndef f(): pass"}

# The least that can follow the keyword (for a definition: its name) in a header.
_LEAST_HEADER = {
    "def": "():",
    "class": ":",
    "for": f" {PLACEHOLDER} in {PLACEHOLDER}:",
    "except": ":",
    "else": ":",
    "try": ":",
    "finally": ":",
    "case": " _:",
    "@": PLACEHOLDER,
}
_NAMED_HEADER = re.compile(r"((?:async[ \t]+)?(?:def|class)\b)([ \t]*)(\w*)")
_ANY_HEADER = re.compile(r"(?:async[ \t]+)?\w+|@")


class Change(NamedTuple):
    """``text`` for the characters ``start..end`` of a logical line. Neither has line ends."""

    start: int
    end: int
    text: str


def keyword_of(code: str) -> str:
    """The keyword of a compound statement's header (without ``async``), ``"@"``, or ``""`` for all other lines.

    ``match`` and ``case`` count only where the line ends with a colon.
    """
    match = _KEYWORD.match(code)
    return (match[match.lastindex or 0] or "") if match else ""


def error_in(code: str, keyword: str, *, needs_body: bool = False) -> tuple[int, str] | None:
    """Where in ``code`` and why it would not parse; None if it does.

    :param needs_body: ``code`` is a header; try it with a body.
    """
    if code.endswith("\\"):
        return len(code), "unexpected end of line after a backslash"
    before = _BEFORE.get(keyword, "")
    body = ""
    if needs_body:
        body = "\n case _: pass" if keyword == "match" else "\n  pass"
    result = parse_quietly(f"{before}{code}{body}{_AFTER.get(keyword, '')}")
    if isinstance(result, ast.Module):
        return None if _is_one_line(result, before) else (0, "invalid syntax")
    starts = line_starts(code)
    row = (result.lineno or 1) - 1 - before.count("\n")
    if row < 0:
        return 0, result.msg
    if row >= len(starts):
        return len(code), result.msg
    column = (result.offset or 1) - 1
    if row == 0 and keyword == "case":
        column -= 1
    return min(starts[row] + max(column, 0), len(code)), result.msg


def _is_one_line(tree: ast.Module, before: str) -> bool:
    """Whether the statements are one logical line: each starts where the one before ends."""
    if before:
        return len(tree.body) == 1
    pairs = zip(tree.body, tree.body[1:], strict=False)
    return bool(tree.body) and all(after.lineno <= (first.end_lineno or 0) for first, after in pairs)


def least_header(code: str, keyword: str) -> Change:
    """Turns a header into one that is sure to parse and has the same keyword, and the same name if it defines one."""
    if keyword in ("def", "class"):
        match = _NAMED_HEADER.match(code)
        assert match is not None  # that is how the keyword was found
        name = match[3] if match[3].isidentifier() else ""
        if name and error_in(f"{name} = 1", "") is None:
            return Change(match.end(), len(code), _LEAST_HEADER[keyword])
        return Change(match.end(1), len(code), f" {PLACEHOLDER}{_LEAST_HEADER[keyword]}")
    match = _ANY_HEADER.match(code)
    assert match is not None
    return Change(match.end(), len(code), _LEAST_HEADER.get(keyword, f" {PLACEHOLDER}:"))
