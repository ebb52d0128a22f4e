"""What the questions of ``rules.ask`` are put to, outside of rules."""

from __future__ import annotations

from flask_ls.rules.context import Context, Unit
from flask_ls.rules.registry import all_rules


def context(unit: Unit) -> Context:
    """A file as a rule sees it. The answers follow from the file, not from the rule."""
    return Context(unit, all_rules()[0])
