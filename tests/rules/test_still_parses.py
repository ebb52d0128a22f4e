"""Looking only at the edited statements gives the answer that parsing the whole text gives."""

from __future__ import annotations

import ast
import random

import pytest

from flask_ls.rules.edits.parsing import still_parses
from flask_ls.syntax.edit import TextEdit, apply_edits
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span

TEXT = '''"""Doc."""
from flask import (
    Flask,
)
import os; import sys

app = Flask(__name__)  # the app


@app.route(
    "/"
)
def index():
    text = """
x = 1
"""
    if text:
        return text
    else:
        return os.sep

if sys: pass
else:
    app.run()
'''
PIECES = ("", "x", "\n", "    ", "(", ")", ":", "# ", "import a\n", "x = 1", "\\", '"""', "else:\n", ";", "@", ", ")


def parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("import os; import sys", "import os\nimport sys"), TEXT.rstrip()])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_it_is_what_parsing_everything_says(text: str, end: str) -> None:
    text = text.replace("\n", end)
    source = SourceFile(text)
    starts = source.line_starts
    chance = random.Random(7)
    seen = set()
    for _ in range(3000):
        edits = []
        for _ in range(chance.choice((1, 1, 2))):
            start = chance.choice((chance.randrange(len(text) + 1), chance.choice(starts)))
            length = chance.choice((0, 0, 1, 5, 30))
            edits.append(TextEdit(Span(start, min(start + length, len(text))), chance.choice(PIECES)))
        try:
            edited = apply_edits(text, edits)
        except ValueError:
            assert not still_parses(source, edits)
            continue
        seen.add(parses(edited))
        assert still_parses(source, edits) == parses(edited), edits
    assert seen == {True, False}
