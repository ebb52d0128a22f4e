"""A place in a file of the workspace."""

from __future__ import annotations

from typing import NamedTuple

from flask_ls.syntax.span import Span


class Site(NamedTuple):
    """A span in one file. ``path`` is absolute; the span is in code-point offsets of that file's text."""

    path: str
    span: Span
