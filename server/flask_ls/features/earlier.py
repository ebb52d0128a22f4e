"""What was found before an edit, for the time until it is known what is to be found after it."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from flask_ls.project.relocate import Paths, move_between, relocated
from flask_ls.rules.finding import Finding
from flask_ls.syntax.source import SourceFile


class Earlier:
    """What was last said of each file.

    An editor shows a finding until it is told another list. While the start of a program is evaluated again, a finding
    that depends on it is neither proven nor refuted; it stays as long as the code it is about is untouched.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, tuple[Finding, ...]]] = {}

    def __contains__(self, path: str) -> bool:
        """Whether anything was found in a file."""
        return path in self._known

    def keep(self, path: str, source: SourceFile, findings: list[Finding]) -> None:
        """This is said of this text."""
        if findings:
            self._known[path] = (source.text, tuple(findings))
        else:
            self._known.pop(path, None)

    def of(self, path: str, source: SourceFile, codes: Set[str]) -> list[Finding]:
        """The earlier findings of these rules, at their places in this text. Their fixes may be outdated: none."""
        text, findings = self._known.get(path, ("", ()))
        wanted = [f for f in findings if f.code in codes]
        if not wanted:
            return []
        move = move_between(text, source.text)
        stayed = []
        for finding in wanted:
            span = move(finding.span)
            if source.text[slice(*span)] == text[slice(*finding.span)] and not source.is_guess(span):
                related = relocated(finding.related, {path: move}, Paths())
                stayed.append(replace(finding, span=span, related=related, fixes=()))
        return stayed
