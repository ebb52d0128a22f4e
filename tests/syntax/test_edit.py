"""Applying edits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_ls.syntax.edit import TextEdit, apply_edits, composed
from flask_ls.syntax.span import Span


def some_edits(data: st.DataObject, text: str) -> list[TextEdit]:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    spans = [Span(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    return [TextEdit(span, data.draw(st.text("xyz", max_size=3))) for span in dict.fromkeys(spans)]


@given(st.data(), st.text("abc\n", max_size=20))
def test_composed_edits_do_what_both_do(data: st.DataObject, text: str) -> None:
    first = some_edits(data, text)
    between = apply_edits(text, first)
    second = some_edits(data, between)
    assert apply_edits(text, composed(text, first, second)) == apply_edits(between, second)


def test_composed_edits_leave_what_neither_changes() -> None:
    first = [TextEdit(Span(2, 4), "XX"), TextEdit(Span(8, 8), "YY")]
    second = [TextEdit(Span(3, 5), "")]
    assert composed("0123456789", first, second) == [TextEdit(Span(2, 5), "X"), TextEdit(Span(8, 8), "YY")]


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
