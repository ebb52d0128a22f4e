"""The findings of a file that an editor shows."""

from __future__ import annotations

from collections.abc import Callable

from flask_ls.features.snapshot import Snapshot
from flask_ls.rules.finding import Finding
from flask_ls.rules.registry import by_code


def findings_of(snapshot: Snapshot, path: str, cancelled: Callable[[], bool] | None = None) -> list[Finding]:
    """The findings of one file, in order; an empty list when cancelled.

    Without a folder only the open files are known. Rules that look at the whole project are silent then: what they
    miss may stand in a file that nobody opened.
    """
    found = snapshot.findings(path, cancelled)
    if snapshot.folders:
        return found
    rules = by_code()
    return [f for f in found if f.code in rules and not rules[f.code].needs_model]
