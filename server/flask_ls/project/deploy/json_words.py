"""The exec form of a command: a JSON list of strings, with the place of each."""

from __future__ import annotations

import json
import re

from flask_ls.project.deploy.document import Word
from flask_ls.project.deploy.shell import Text

_STRING = re.compile(r'"(?:\\.|[^"\\])*"')


def json_words(text: Text) -> tuple[Word, ...] | None:
    """The words of ``["flask", "run"]``; None when the text is no JSON list of strings."""
    stripped = text.text.strip()
    if not (stripped.startswith("[") and stripped.endswith("]")):
        return None
    try:
        values = json.loads(stripped)
    except ValueError:
        return None
    if not all(isinstance(value, str) for value in values):
        return None
    words: list[Word] = []
    for match, value in zip(_STRING.finditer(text.text), values, strict=False):
        plain = match[0][1:-1] == value
        inner = text.span(match.start() + 1, match.end() - 1) if plain and value else None
        # Exec form starts no shell, so `$PORT` stays as it is.
        words.append(Word(value, text.span(match.start(), match.end()), inner))
    return tuple(words)
