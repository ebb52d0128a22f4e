"""Findings in code that is being typed."""

from __future__ import annotations

import pytest
from checking import marked

TEXT = """
from flask import request

first = request.args
{typed}


def below():
    return request.args


second = request.args
"""


@pytest.mark.parametrize("typed", ["x = request.args.", "foo(request.args", "if request.args", "@request.args("])
def test_a_line_that_does_not_parse_says_nothing_and_all_others_speak(typed: str) -> None:
    assert marked("FLK201", TEXT.format(typed="third = request.args")) == ["request"] * 3
    assert marked("FLK201", TEXT.format(typed=typed)) == ["request"] * 2
