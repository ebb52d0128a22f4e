"""Rules are woken by words: the same rules that would be found by asking each of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from flask_ls.features.snapshot import Snapshot
from flask_ls.features.workspace import Workspace
from flask_ls.rules.registry import all_rules
from flask_ls.rules.waking import Waking

SHOP = Path(__file__).resolve().parents[2] / "examples" / "shop"


@pytest.fixture(scope="module")
def shop() -> Snapshot:
    workspace = Workspace([str(SHOP)], use_cache=False)
    workspace.load()
    return workspace.snapshot()


def test_the_rules_that_are_woken_are_those_that_are_concerned(shop: Snapshot) -> None:
    waking = Waking(all_rules())
    woken = {}
    for path, facts in shop.model.files.items():
        asked = [r.code for r in all_rules() if r.concerns(facts, shop.model)]
        assert [r.code for r in waking.of(facts, shop.model, set())] == asked
        woken[path] = asked
    assert any(woken.values())


def test_the_two_parts_are_all_findings(shop: Snapshot) -> None:
    count = 0
    for path in shop.paths():
        parts = [*shop.findings_of(path, "words"), *shop.findings_of(path, "project")]
        assert sorted(parts, key=repr) == sorted(shop.findings(path), key=repr)
        count += len(parts)
    assert count > 10
