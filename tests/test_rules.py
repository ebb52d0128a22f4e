"""Every example of every rule: exact ranges and messages, the fixed text, silence on good code."""

from __future__ import annotations

import ast

import pytest

from flask_ls.features.check import check_texts
from flask_ls.rules.examples import Bad, Good, expected_of, files_of
from flask_ls.rules.finding import Finding
from flask_ls.rules.registry import all_rules
from flask_ls.rules.rule import Rule
from flask_ls.syntax.edit import apply_edits

FOLDER = "/project"


def cases(kind: type) -> list[object]:
    return [
        pytest.param(rule, example, id=f"{rule.code}-{number}")
        for rule in all_rules()
        for number, example in enumerate(e for e in rule.examples if isinstance(e, kind))
    ]


def check(rule: Rule, files: dict[str, str]) -> list[Finding]:
    found = check_texts({f"{FOLDER}/{path}": text for path, text in files.items()}, [rule], FOLDER)
    return [f for f in found if f.code == rule.code]


def shown(path: str, start: int, end: int, files: dict[str, str]) -> str:
    text = files[path]
    return f"{path}:{text.count(chr(10), 0, start) + 1}: {text[start:end]!r}"


@pytest.mark.parametrize(("rule", "example"), cases(Bad))
def test_bad_example_is_found_where_the_carets_say(rule: Rule, example: Bad) -> None:
    files = files_of(example.code)
    found = check(rule, files)
    expected = expected_of(example.code)
    assert expected, "a bad example marks its findings with carets"
    at = [shown(f.path.removeprefix(f"{FOLDER}/"), *f.span, files) for f in found]
    assert at == [shown(e.path, *e.span, files) for e in expected]
    for finding, wanted in zip(found, expected, strict=True):
        assert wanted.message in finding.message
        assert finding.message.split("\n")[0] == finding.message


@pytest.mark.parametrize(("rule", "example"), cases(Bad))
def test_fix_gives_the_fixed_text_and_removes_the_finding(rule: Rule, example: Bad) -> None:
    files = files_of(example.code)
    found = check(rule, files)
    if example.fixed is None:
        return
    fixed = dict(files)
    for finding in found:
        assert finding.fixes, "an example with `fixed` needs a fix"
    fix = found[0].fixes[0]
    for path in fix.paths:
        name = path.removeprefix(f"{FOLDER}/")
        fixed[name] = apply_edits(files[name], fix.in_file(path))
        ast.parse(fixed[name])
    assert fixed == {**files, **files_of(example.fixed)}
    assert len(check(rule, fixed)) < len(found)


@pytest.mark.parametrize(("rule", "example"), cases(Good))
def test_good_example_is_silent(rule: Rule, example: Good) -> None:
    assert check(rule, files_of(example.code)) == []
