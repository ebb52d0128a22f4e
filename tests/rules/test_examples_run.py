"""The examples of the rules, executed: what they claim of Flask is what Flask does."""

from __future__ import annotations

import importlib.metadata
import re

import pytest
from flask_runner import FlaskRunner
from packaging.specifiers import SpecifierSet

from flask_ls.rules.examples import Bad, Good, files_of, fixed_files_of
from flask_ls.rules.registry import all_rules

FLASK = importlib.metadata.version("flask")
BAD = [
    pytest.param(example, id=f"{rule.code}-bad-{number}")
    for rule in all_rules()
    for number, example in enumerate(rule.bad)
    if example.fails is not None
]
GOOD = [
    pytest.param(example, id=f"{rule.code}-good-{number}")
    for rule in all_rules()
    for number, example in enumerate(rule.good)
    if example.drive is not None
]


def skip_unless_it_applies(example: Bad | Good) -> None:
    if example.flask and FLASK not in SpecifierSet(example.flask):
        pytest.skip(f"speaks of Flask {example.flask}, installed is {FLASK}")


@pytest.mark.parametrize("example", BAD)
def test_bad_example_fails_under_flask_and_its_fix_does_not(example: Bad, flask: FlaskRunner) -> None:
    skip_unless_it_applies(example)
    assert example.fails is not None
    files = files_of(example.code)
    assert [f for f in flask.failures(files, example.drive) if re.search(example.fails, f)] != []
    if example.fixed is not None:
        failures = flask.failures(fixed_files_of(example), example.drive)
        assert [f for f in failures if not re.match(r"\w*Warning\b", f) or re.search(example.fails, f)] == []


@pytest.mark.parametrize("example", GOOD)
def test_good_example_runs_under_flask(example: Good, flask: FlaskRunner) -> None:
    skip_unless_it_applies(example)
    assert example.drive is not None
    failures = flask.failures(files_of(example.code), example.drive)
    assert [f for f in failures if not re.match(r"\w*Warning\b", f)] == []
