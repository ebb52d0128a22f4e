"""The endpoints that templates name in ``url_for``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask_ls.syntax.span import Span

_URL_FOR = re.compile(r"\burl_for\(\s*([\"'])(?P<name>[\w.-]+)\1")


def links(text: str) -> Iterator[tuple[str, Span]]:
    """The names with the places between their quotes."""
    for match in _URL_FOR.finditer(text):
        yield match["name"], Span(*match.span("name"))
