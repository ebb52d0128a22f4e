"""What a hover provider is given and gives: a function ``section(place) -> Section | None`` in a file of its own."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from flask_ls.rules.context import Unit
from flask_ls.rules.finding import Finding
from flask_ls.syntax.span import Span


@dataclass(frozen=True)
class Place:
    """A cursor in a file. ``findings`` are those under it, ``node`` the innermost node under it."""

    unit: Unit
    findings: tuple[Finding, ...]
    offset: int
    node: ast.AST | None

    def names_callee_or_text(self, call: ast.Call) -> bool:
        """Whether the cursor is on what is called or on a string argument, not on some other expression inside."""
        node = self.node
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            owner = self.unit.index.parent(node)
            return owner is call or (isinstance(owner, ast.keyword) and owner in call.keywords)
        return node is call or node is call.func


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a hover: Markdown, and the text it is about."""

    markdown: str
    span: Span


def paragraphs(*parts: str) -> str:
    """Parts that are not empty, as paragraphs."""
    return "\n\n".join(p for p in parts if p)


def lines(*parts: str) -> str:
    """Parts that are not empty, as lines of one paragraph (two spaces make a line break in Markdown)."""
    return "  \n".join(p for p in parts if p)
