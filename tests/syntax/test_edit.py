"""Applying edits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_ls.syntax.edit import TextEdit, apply_edits
from flask_ls.syntax.span import Span


@given(st.data(), st.text("abc\n", max_size=20))
def test_edits_replace_their_spans_and_nothing_else(data: st.DataObject, text: str) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    spans = [Span(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    edits = [TextEdit(span, data.draw(st.text("xyz", max_size=3))) for span in dict.fromkeys(spans)]
    expected, position = "", 0
    for span, replacement in edits:
        expected += text[position : span.start] + replacement
        position = span.end
    expected += text[position:]
    assert apply_edits(text, data.draw(st.permutations(edits))) == expected


def test_inserts_at_one_offset_keep_their_order_and_precede_a_replacement_there() -> None:
    at = Span(1, 1)
    assert apply_edits("abc", [TextEdit(Span(1, 2), "B"), TextEdit(at, "1"), TextEdit(at, "2")]) == "a12Bc"


def test_an_insert_where_a_replacement_ends_follows_it() -> None:
    assert apply_edits("abc", [TextEdit(Span(2, 2), "!"), TextEdit(Span(1, 2), "B")]) == "aB!c"


@pytest.mark.parametrize(
    "spans",
    [[(0, 2), (1, 3)], [(0, 3), (1, 1)], [(0, 2), (0, 2)], [(2, 9)], [(-1, 1)], [(2, 1)]],
)
def test_overlaps_and_places_outside_the_text_are_refused(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="an edit at"):
        apply_edits("abc", [TextEdit(Span(*span), "x") for span in spans])
