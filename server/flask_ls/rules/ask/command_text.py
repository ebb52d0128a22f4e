"""How words of a command are written in the place of others: exec form, shell, quotes around a whole line."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from flask_ls.rules.deployment import DeploymentContext
from flask_ls.syntax.span import Span

_EXEC_FORM = re.compile(r'"(?:[^"\\]|\\.)*"(?:\s*,\s*"(?:[^"\\]|\\.)*")*')
_PLAIN = re.compile(r"[\w@%+=:,./${}-]+")


def written(words: Sequence[str], span: Span, ctx: DeploymentContext) -> str | None:
    """The words as they are written in the place of ``span``; None when that cannot be said."""
    text = ctx.text(span)
    if "\n" in text or "\r" in text:
        return None
    if len(words) == 1 and len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return f"{text[0]}{words[0]}{text[0]}"
    if _EXEC_FORM.fullmatch(text):
        return ", ".join(map(json.dumps, words))
    if ctx.document.kind in ("uwsgi", "gunicorn"):
        return " ".join(words)
    quote = _free_quote(span, ctx)
    if quote is None and not all(map(_PLAIN.fullmatch, words)):
        return None
    return " ".join(w if _PLAIN.fullmatch(w) else f"{quote}{w}{quote}" for w in words)


def _free_quote(span: Span, ctx: DeploymentContext) -> str | None:
    """A quote that does not end the string that the place may stand in."""
    before = ctx.source.text[ctx.source.line_span(ctx.source.position(span.start)[0]).start : span.start]
    inside = [quote for quote in "\"'" if before.count(quote) % 2]
    return next((quote for quote in "\"'" if quote not in inside), None) if len(inside) < 2 else None
