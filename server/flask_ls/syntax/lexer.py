"""A tolerant lexer: strings, comments and brackets of any text, valid or not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask_ls.syntax.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

# Quantified groups match one character class or one escape at a time, so that no input makes them backtrack.
STRING = (
    r'"""(?:[^"\\]|\\.|"(?!""))*(?:"""|\Z)'
    r"|'''(?:[^'\\]|\\.|'(?!''))*(?:'''|\Z)"
    r'|"(?:[^"\\\r\n]|\\(?:\r\n|.))*(?:"|(?=[\r\n])|\Z|\\\Z)'
    r"|'(?:[^'\\\r\n]|\\(?:\r\n|.))*(?:'|(?=[\r\n])|\Z|\\\Z)"
)
_COMMENT_OR_STRING = re.compile(rf"(#[^\r\n]*)|{STRING}", re.DOTALL)


def comments(text: str) -> Iterator[Span]:
    for match in _COMMENT_OR_STRING.finditer(text):
        if match[1] is not None:
            yield Span(*match.span())
