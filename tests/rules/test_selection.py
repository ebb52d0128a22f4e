"""Which rules run, and how loud."""

from __future__ import annotations

import pytest

from flask_ls.rules.finding import Severity
from flask_ls.rules.registry import all_rules, by_code, find
from flask_ls.rules.selection import Selection

DEFAULT = {r.code for r in all_rules() if r.default}
ON, OFF = "FLK905", "FLK907"


def codes(**options: object) -> set[str]:
    return {r.code for r in Selection(**options).rules()}  # type: ignore[arg-type]


def test_by_default_the_rules_that_are_on() -> None:
    assert codes() == DEFAULT
    assert OFF not in DEFAULT


@pytest.mark.parametrize(
    ("options", "on", "off"),
    [
        ({"select": ("ALL",)}, True, True),
        ({"select": ("FLK",)}, True, True),
        ({"select": ("FLK9",)}, True, True),
        ({"select": ("FLK905",)}, True, False),
        ({"select": ()}, False, False),
        ({"ignore": ("FLK9",)}, False, False),
        ({"ignore": ("FLK8",)}, True, False),
        ({"extend_select": ("FLK907",)}, True, True),
        ({"select": ("FLK905",), "ignore": ("FLK9",)}, True, False),
        ({"select": ("FLK9",), "ignore": ("FLK905",)}, False, True),
        ({"select": ("FLK905",), "ignore": ("FLK905",)}, False, False),
        ({"select": ("ALL",), "ignore": ("ALL",)}, False, False),
        ({"extend_select": ("FLK907",), "ignore": ("FLK9",)}, False, True),
        ({"severity": {"FLK905": "off"}}, False, False),
        ({"severity": {"FLK9": "off"}}, False, False),
        ({"severity": {"FLK9": "off", "FLK905": "error"}}, True, False),
        ({"severity": {"FLK907": "warning"}}, True, True),
        ({"severity": {"FLK9": "warning"}}, True, False),
    ],
)
def test_the_longer_match_wins_and_ignore_wins_a_tie(options: dict[str, object], on: bool, off: bool) -> None:
    selected = codes(**options)
    assert (ON in selected, OFF in selected) == (on, off)


def test_severity_by_the_longest_match() -> None:
    selection = Selection(severity={"ALL": "hint", "FLK9": "information", "FLK905": "error"})
    assert selection.severity_of("FLK905", Severity.WARNING) is Severity.ERROR
    assert selection.severity_of("FLK904", Severity.WARNING) is Severity.INFORMATION
    assert selection.severity_of("FLK101", Severity.WARNING) is Severity.HINT
    assert Selection().severity_of("FLK101", Severity.WARNING) is Severity.WARNING


def test_rules_are_found_by_code_and_name() -> None:
    rule = by_code()[ON]
    assert find("flk905") is rule
    assert find("unchecked-number-from-request") is rule
    assert find("nothing") is None
