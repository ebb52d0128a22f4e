"""Every example of every rule: exact ranges and messages, the fixed text, silence on good code, the rule's texts.

And the promises of every fix, also in files with CRLF line ends and with tabs: the result parses, the finding is gone,
nothing new is found, and when all is fixed nothing changes any more.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable

import pytest

from flask_ls.features.check import check_texts
from flask_ls.rules.examples import Bad, Good, expected_of, files_of, fixed_files_of
from flask_ls.rules.finding import Finding, Fix
from flask_ls.rules.guide import GUIDE, Bullet, by_key
from flask_ls.rules.registry import all_rules
from flask_ls.rules.rule import Rule
from flask_ls.syntax.edit import apply_edits

FOLDER = "/project"
Files = dict[str, str]


def cases(kind: type, wanted: Callable[[Bad | Good], bool] = lambda example: True) -> list[object]:
    return [
        pytest.param(rule, example, id=f"{rule.code}-{number}")
        for rule in all_rules()
        for number, example in enumerate(e for e in rule.examples if isinstance(e, kind))
        if wanted(example)
    ]


def check(files: Files, *rules: Rule) -> list[Finding]:
    return check_texts({f"{FOLDER}/{path}": text for path, text in files.items()}, rules or None, FOLDER)


def fixed_by(fix: Fix, files: Files) -> Files:
    result = dict(files)
    for path in fix.paths:
        name = path.removeprefix(f"{FOLDER}/")
        result[name] = apply_edits(files[name], fix.in_file(path))
    if fix.rename is not None:
        result[fix.rename.to.removeprefix(f"{FOLDER}/")] = result.pop(fix.rename.path.removeprefix(f"{FOLDER}/"))
    return result


def shown(path: str, start: int, end: int, files: Files) -> str:
    text = files[path]
    return f"{path}:{text.count(chr(10), 0, start) + 1}: {text[start:end]!r}"


def with_crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def with_tabs(text: str) -> str:
    return re.sub(r"^(?: {4})+", lambda m: "\t" * (len(m[0]) // 4), text, flags=re.M)


VARIANTS = [
    pytest.param(str, id="lf"),
    pytest.param(with_crlf, id="crlf"),
    pytest.param(with_tabs, id="tabs"),
]


@pytest.mark.parametrize(("rule", "example"), cases(Bad))
def test_bad_example_is_found_where_the_carets_say(rule: Rule, example: Bad) -> None:
    files = files_of(example.code)
    found = check(files, rule)
    expected = expected_of(example.code)
    assert expected, "a bad example marks its findings with carets"
    at = [shown(f.path.removeprefix(f"{FOLDER}/"), *f.span, files) for f in found]
    assert at == [shown(e.path, *e.span, files) for e in expected]
    for finding, wanted in zip(found, expected, strict=True):
        assert wanted.message in finding.message
        assert "\n" not in finding.message


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("rule", "example"), cases(Bad, lambda e: isinstance(e, Bad) and e.fixed is not None))
def test_the_first_fix_gives_the_fixed_text(rule: Rule, example: Bad, variant: Callable[[str], str]) -> None:
    files = {path: variant(text) for path, text in files_of(example.code).items()}
    found = check(files, rule)
    assert found
    assert found[0].fixes, "an example with `fixed` needs a fix"
    wanted = {path: variant(text) for path, text in fixed_files_of(example).items()}
    assert fixed_by(found[0].fixes[0], files) == wanted


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("rule", "example"), cases(Bad))
def test_every_fix_removes_its_finding_and_adds_none(rule: Rule, example: Bad, variant: Callable[[str], str]) -> None:
    files = {path: variant(text) for path, text in files_of(example.code).items()}
    rules = [r for r in all_rules() if r.default or r is rule]
    before = Counter(f.code for f in check(files, *rules))
    for finding in check(files, rule):
        for fix in finding.fixes:
            fixed = fixed_by(fix, files)
            for path, text in fixed.items():
                if path.endswith(".py"):
                    ast.parse(text)
            after = Counter(f.code for f in check(fixed, *rules))
            assert after[rule.code] < max(before[rule.code], 1), fix.title
            assert not after - before, fix.title


@pytest.mark.parametrize(("rule", "example"), cases(Bad))
def test_fixing_again_and_again_comes_to_an_end(rule: Rule, example: Bad) -> None:
    files = files_of(example.code)
    for _ in range(20):
        fixes = [f.fixes[0] for f in check(files, rule) if f.fixes]
        if not fixes:
            return
        fixed = fixed_by(fixes[0], files)
        assert fixed != files
        files = fixed
    pytest.fail("the fixes go round in circles")


@pytest.mark.parametrize(("rule", "example"), cases(Good))
def test_good_example_is_silent(rule: Rule, example: Good) -> None:
    assert check(files_of(example.code), rule) == []


@pytest.mark.parametrize("rule", all_rules(), ids=lambda r: r.code)
def test_rule_has_its_texts(rule: Rule) -> None:
    assert re.fullmatch(r"FLK\d{3}", rule.code)
    assert rule.what
    assert rule.why
    assert rule.instead
    assert rule.bad
    assert rule.good
    assert set(rule.guide) <= set(by_key()), "`guide` holds keys of rules/guide.py"


def test_codes_and_names_are_unique() -> None:
    assert len({r.code for r in all_rules()}) == len({r.name for r in all_rules()}) == len(all_rules())


@pytest.mark.parametrize("bullet", GUIDE, ids=lambda b: b.key)
def test_every_bullet_of_the_guide_has_a_rule_or_a_hover(bullet: Bullet) -> None:
    assert bullet.hovers or any(bullet.key in rule.guide for rule in all_rules())
