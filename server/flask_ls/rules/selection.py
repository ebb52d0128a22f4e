"""Which rules run, and how loud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_ls.rules.finding import Severity
from flask_ls.rules.registry import all_rules
from flask_ls.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Selection:
    """``select`` and ``ignore`` hold code prefixes or ``ALL``; the longer match wins, ``ignore`` wins a tie.

    ``select`` None means the rules that are on by default. ``severity`` maps a code prefix or ``ALL`` to a severity or
    ``"off"``; the longest match counts. A severity for exactly one code also switches that rule on.
    """

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = field(default_factory=dict)

    def rules(self) -> tuple[Rule, ...]:
        """The rules that run, by code."""
        return tuple(rule for rule in all_rules() if self.enabled(rule))

    def enabled(self, rule: Rule) -> bool:
        """Whether the rule runs."""
        override = self._override(rule.code)
        if override == "off":
            return False
        selected = max(_match(self.select or (), rule.code), _match(self.extend_select, rule.code))
        ignored = _match(self.ignore, rule.code)
        if ignored >= 0 and ignored >= selected:
            return False
        if self.select is None and selected < 0:
            return rule.default or rule.code in self.severity
        return selected >= 0

    def severity_of(self, code: str, severity: Severity) -> Severity:
        """The severity to show for a finding."""
        override = self._override(code)
        return Severity(override) if override is not None and override != "off" else severity

    def _override(self, code: str) -> str | None:
        best = max(self.severity, key=lambda pattern: _match((pattern,), code), default=None)
        return self.severity[best] if best is not None and _match((best,), code) >= 0 else None


def _match(patterns: tuple[str, ...], code: str) -> int:
    lengths = [0 if p == "ALL" else len(p) for p in patterns if p == "ALL" or code.startswith(p)]
    return max(lengths, default=-1)
