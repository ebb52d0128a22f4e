"""The one way in which the tests of single rules call the engine."""

from __future__ import annotations

from flask_ls.features.check import check_texts
from flask_ls.rules.finding import Finding, Fix
from flask_ls.rules.registry import by_code
from flask_ls.syntax.edit import apply_edits

FOLDER = "/project"


def findings(code: str, text: str, **more: str) -> list[Finding]:
    """The findings of one rule in ``app.py``, and in ``more`` files: ``views=...`` is ``views.py``."""
    files = {f"{FOLDER}/app.py": text}
    files.update({f"{FOLDER}/{name.replace('__', '/')}.py": content for name, content in more.items()})
    return check_texts(files, [by_code()[code]], FOLDER)


def marked(code: str, text: str, **more: str) -> list[str]:
    """The text of each finding of one rule."""
    sources = {"app": text, **more}
    found = findings(code, text, **more)
    return [sources[_name(f)][f.span.start : f.span.end] for f in found]


def fixed(text: str, fix: Fix) -> str:
    """``app.py`` after a fix."""
    return apply_edits(text, fix.in_file(f"{FOLDER}/app.py"))


def _name(finding: Finding) -> str:
    return finding.path.removeprefix(f"{FOLDER}/").removesuffix(".py").replace("/", "__")
