"""Findings as the plain data of the machine-readable contract: what ``--output-format json`` prints.

Rows and columns are 1-based, columns count code points, paths are absolute. All formats are made from these records,
which are also what is stored between runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from flask_ls.rules.finding import Finding, Fix
from flask_ls.rules.registry import by_code
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span

Record: TypeAlias = "dict[str, Any]"


class Recorder:
    """Makes records. ``read`` gives the text that a span of a path counts in."""

    def __init__(self, read: Callable[[str], SourceFile | None]) -> None:
        self._read = read

    def records(self, findings: Iterable[Finding]) -> list[Record]:
        """One record for each finding, in order."""
        return [self._record(f) for f in findings]

    def _record(self, finding: Finding) -> Record:
        rule = by_code()[finding.code]
        return {
            "code": finding.code,
            "name": rule.name,
            "severity": finding.severity.value,
            "message": finding.message,
            "url": rule.url,
            "filename": finding.path,
            **self._place(finding.path, finding.span),
            "related": [
                {"filename": r.site.path, "location": self._start(r.site.path, r.site.span), "message": r.message}
                for r in finding.related
            ],
            "fixes": [self._fix(fix) for fix in finding.fixes],
        }

    def _fix(self, fix: Fix) -> Record:
        return {
            "title": fix.title,
            "applicability": "safe" if fix.safe else "unsafe",
            "edits": [
                {"filename": e.path, **self._place(e.path, e.edit.span), "content": e.edit.text} for e in fix.edits
            ],
            **({"rename": {"filename": fix.rename.path, "to": fix.rename.to}} if fix.rename is not None else {}),
        }

    def _place(self, path: str, span: Span) -> Record:
        return {
            "location": self._start(path, span),
            "end_location": self._start(path, Span(span.end, span.end)),
        }

    def _start(self, path: str, span: Span) -> Record:
        source = self._read(path)
        row, column = source.position(span.start) if source is not None else (0, 0)
        return {"row": row + 1, "column": column + 1}
