"""Comments that silence findings.

``# flask-ls: ignore`` and ``# flask-ls: ignore[FLK101, FLK2]`` speak for their line, ``# flask-ls: ignore-file`` and
``# flask-ls: ignore-file[FLK101]`` for the file. ``# noqa: FLK101`` and a bare ``# noqa`` speak for their line, as in
other Python linters. Codes may be prefixes. In a template the same stands in a comment of Jinja:
``{# flask-ls: ignore[FLK207] #}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from flask_ls.rules.finding import Finding
from flask_ls.syntax.source import Comment, SourceFile
from flask_ls.syntax.span import Span

Kind = Literal["python", "deployment", "template"]

_OWN = re.compile(r"#\s*flask-ls:\s*(?P<kind>ignore-file|ignore)(?:\s*\[(?P<codes>[^\]]*)\])?(?=\s|#|$)", re.I)
_NOQA = re.compile(
    r"#\s*noqa(?![\w-])(?P<colon>\s*:\s*(?P<codes>[A-Z]+[0-9]+(?:[\s,]+[A-Z]+[0-9]+)*))?(?P<rest>\s*:)?", re.I
)


class Suppressions:
    """The silencing comments of one file.

    In a file that is not Python a comment on a line of its own speaks for the next line too: a Dockerfile, for one,
    has no other comments.
    """

    def __init__(self, source: SourceFile, kind: Kind = "python") -> None:
        self._source = source
        self._lines: dict[int, list[tuple[str, ...]]] = {}
        self._file: list[tuple[str, ...]] = []
        lowered = source.text if "#" in source.text else ""
        if "flask-ls" not in lowered and "noqa" not in lowered.lower():
            return
        for comment in _COMMENTS[kind](source):
            row = source.position(comment.span.start)[0]
            stands_alone = not source.text[source.line_span(row).start : comment.span.start].strip()
            rows = (row, row + 1) if stands_alone and kind != "python" else (row,)
            for match in _OWN.finditer(comment.text):
                codes = _codes(match["codes"])
                if match["kind"].lower() == "ignore-file":
                    self._file.append(codes)
                else:
                    self._silence(rows, codes)
            noqa = _NOQA.search(comment.text)
            # `# noqa:` with something that is no code silences nothing.
            if noqa and (noqa["codes"] or not noqa["rest"]):
                self._silence(rows, _codes(noqa["codes"]))

    def keep(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings that no comment silences."""
        if not self._lines and not self._file:
            return list(findings)
        return [f for f in findings if not self._silenced(f)]

    def _silence(self, rows: Iterable[int], codes: tuple[str, ...]) -> None:
        for row in rows:
            self._lines.setdefault(row, []).append(codes)

    def _silenced(self, finding: Finding) -> bool:
        if any(_covers(codes, finding.code) for codes in self._file):
            return True
        first = self._source.position(finding.span.start)[0]
        last = self._source.position(max(finding.span.start, finding.span.end - 1))[0]
        return any(_covers(codes, finding.code) for row in {first, last} for codes in self._lines.get(row, ()))


def _hash_comments(source: SourceFile) -> Iterator[Comment]:
    """Comments of the formats of deployment files: from a ``#`` at the start of a line or after white space."""
    for match in re.finditer(r"(?m)(?:^|(?<=[ \t]))#[^\r\n]*", source.text):
        yield Comment(Span(*match.span()), match[0])


def _jinja_comments(source: SourceFile) -> Iterator[Comment]:
    for match in re.finditer(r"\{#[-+]?(.*?)[-+]?#\}", source.text, re.DOTALL):
        yield Comment(Span(*match.span()), f"#{match[1]}")


_COMMENTS: dict[Kind, Callable[[SourceFile], Iterable[Comment]]] = {
    "python": lambda source: source.comments,
    "deployment": _hash_comments,
    "template": _jinja_comments,
}


def _codes(text: str | None) -> tuple[str, ...]:
    """The codes of a list; no list at all means every code, an empty one means none."""
    return ("",) if text is None else tuple(c.upper() for c in re.split(r"[\s,]+", text) if c)


def _covers(codes: tuple[str, ...], code: str) -> bool:
    return any(code.startswith(c) for c in codes)
