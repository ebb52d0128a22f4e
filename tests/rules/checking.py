"""The one way in which the tests of single rules call the engine."""

from __future__ import annotations

from flask_ls.features.check import check_texts
from flask_ls.rules.finding import Finding, Fix
from flask_ls.rules.registry import by_code
from flask_ls.syntax.edit import apply_edits

FOLDER = "/project"
APP = "app.py"


def findings(code: str, text: str, files: dict[str, str] | None = None) -> list[Finding]:
    """The findings of one rule in ``app.py`` and in the other files, which are given by path."""
    texts = {f"{FOLDER}/{path}": content for path, content in {APP: text, **(files or {})}.items()}
    return check_texts(texts, [by_code()[code]], FOLDER)


def marked(code: str, text: str, files: dict[str, str] | None = None) -> list[str]:
    """The text that each finding of one rule marks."""
    texts = {APP: text, **(files or {})}
    return [texts[f.path.removeprefix(f"{FOLDER}/")][f.span.start : f.span.end] for f in findings(code, text, files)]


def fixed(text: str, fix: Fix, path: str = APP) -> str:
    """A file after a fix."""
    return apply_edits(text, fix.in_file(f"{FOLDER}/{path}"))
