"""The promises of every fix, on the examples of the rules written in odd ways.

The result parses, its line ends are those of the file, the finding is gone and nothing new is found. Each example is
written in a few of the ways; FLASK_LS_FUZZ=all writes it in each, FLASK_LS_FUZZ_SEED=n chooses others.
"""

from __future__ import annotations

import ast
import os
import random
import re
from collections import Counter

import pytest
from surroundings import WAYS

from flask_ls.features.check import check_texts
from flask_ls.rules.examples import Bad, files_of
from flask_ls.rules.finding import Finding, Fix
from flask_ls.rules.registry import all_rules
from flask_ls.rules.rule import Rule
from flask_ls.syntax.edit import apply_edits

FOLDER = "/project/"
Files = dict[str, str]


def chosen(rule: Rule, number: int) -> list[str]:
    if os.environ.get("FLASK_LS_FUZZ") == "all":
        return list(WAYS)
    seed = os.environ.get("FLASK_LS_FUZZ_SEED", "0")
    return random.Random(f"{seed} {rule.code} {number}").sample(list(WAYS), 2)


CASES = [
    pytest.param(rule, example, way, id=f"{rule.code}-{number}-{way}")
    for rule in all_rules()
    for number, example in enumerate(rule.bad)
    for way in chosen(rule, number)
]


def check(files: Files, *rules: Rule) -> list[Finding]:
    return check_texts({FOLDER + path: text for path, text in files.items()}, rules, FOLDER)


def fixed_by(fix: Fix, files: Files) -> Files:
    result = dict(files)
    for path in fix.paths:
        name = path.removeprefix(FOLDER)
        result[name] = apply_edits(files[name], fix.in_file(path))
    if fix.rename is not None:
        result[fix.rename.to.removeprefix(FOLDER)] = result.pop(fix.rename.path.removeprefix(FOLDER))
    return result


def line_ends(text: str) -> set[str]:
    return set(re.findall(r"\r\n|\r|\n", text))


@pytest.mark.parametrize(("rule", "example", "way"), CASES)
def test_fixes_hold_what_they_promise(rule: Rule, example: Bad, way: str) -> None:
    files = {p: WAYS[way](text) if p.endswith(".py") else text for p, text in files_of(example.code).items()}
    rules = [r for r in all_rules() if r.default or r is rule]
    found = [f for f in check(files, rule) if f.fixes]
    before = Counter(f.code for f in check(files, *rules)) if found else Counter()
    for finding in found:
        for fix in finding.fixes:
            fixed = fixed_by(fix, files)
            assert fixed != files, fix.title
            for path in (p for p in fixed if p.endswith(".py") and p in files):
                ast.parse(fixed[path])
                assert line_ends(fixed[path]) <= (line_ends(files[path]) or {"\n"}), fix.title
            after = Counter(f.code for f in check(fixed, *rules))
            assert after[rule.code] < before[rule.code], fix.title
            assert not after - before, fix.title


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_annotations_hide_nothing(rule: Rule) -> None:
    for example in rule.bad:
        files = files_of(example.code)
        typed = {p: WAYS["annotated"](text) if p.endswith(".py") else text for p, text in files.items()}
        assert len(check(typed, rule)) >= len(check(files, rule))


@pytest.mark.parametrize("way", WAYS)
def test_a_way_of_writing_changes_what_is_written_and_keeps_it_valid(way: str) -> None:
    texts = [t for rule in all_rules() for e in rule.bad for p, t in files_of(e.code).items() if p.endswith(".py")]
    written = [(text, WAYS[way](text)) for text in texts]
    for before, after in written:
        try:
            ast.parse(before)
        except SyntaxError:
            continue
        ast.parse(after)
    assert sum(before != after for before, after in written) > len(texts) / 3
