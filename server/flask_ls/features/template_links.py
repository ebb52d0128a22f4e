"""The endpoints that templates name in ``url_for``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask_ls.syntax.span import Span

_URL_FOR = re.compile(r"\burl_for\(\s*([\"'])(?P<name>[\w.-]+)\1")

_BEGUN = re.compile(r"\burl_for\(\s*[\"'](?P<name>[\w.-]*)$")
_REST = re.compile(r"[\w.-]*(?=[\"'])")


def links(text: str) -> Iterator[tuple[str, Span]]:
    """The names with the places between their quotes."""
    for match in _URL_FOR.finditer(text):
        yield match["name"], Span(*match.span("name"))


def link_at(text: str, line_start: int, offset: int) -> Span | None:
    """The place of the name that is being written at an offset, as far as it has been; None when it is none."""
    begun = _BEGUN.search(text[line_start:offset])
    if begun is None:
        return None
    rest = _REST.match(text, offset)
    return Span(line_start + begun.start("name"), rest.end() if rest is not None else offset)
