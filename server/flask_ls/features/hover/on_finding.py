"""On a finding: what its rule says."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.version import Version

from flask_ls.features.documentation import summary
from flask_ls.features.hover.provider import Place, Section
from flask_ls.rules.finding import Finding
from flask_ls.rules.registry import by_code


def section(place: Place) -> Section | None:
    """The rules of the findings under the cursor."""
    return of(place.findings, place.unit.flask)


def of(findings: Iterable[Finding], flask: Version) -> Section | None:
    """The rules of some findings, narrowest first, each rule once."""
    found = sorted(findings, key=lambda f: (f.span.end - f.span.start, f.code))
    rules = {f.code: rule for f in found if (rule := by_code().get(f.code)) is not None}
    if not rules:
        return None
    return Section("\n\n---\n\n".join(summary(r, flask) for r in rules.values()), found[0].span)
