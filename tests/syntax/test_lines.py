"""Rows, columns and line ends."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_ls.syntax.lines import Encoding, LineTable, line_starts

ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)
texts = st.text(st.sampled_from("ab \n\r\téü漢𝄞😀\ud800\udc00\u2028\x0c\x1c\x85"), max_size=60)


def inside_crlf(text: str, offset: int) -> bool:
    return text[offset - 1 : offset + 1] == "\r\n"


@given(texts)
def test_lines_end_at_newline_carriage_return_and_both(text: str) -> None:
    lines = re.split(r"\r\n|\r|\n", text)
    table = LineTable(text)
    assert [text[slice(*table.span(row))] for row in range(len(table.starts))] == lines
    assert line_starts(text) == table.starts


@given(texts, st.sampled_from(ENCODINGS))
def test_columns_there_and_back(text: str, encoding: Encoding) -> None:
    table = LineTable(text)
    for offset in range(len(text) + 1):
        expected = offset - 1 if inside_crlf(text, offset) else offset
        assert table.from_units(*table.to_units(offset, encoding), encoding) == expected
        assert table.offset(*table.position(offset)) == expected


@given(texts, st.sampled_from(ENCODINGS))
def test_columns_count_what_the_encoding_needs(text: str, encoding: Encoding) -> None:
    table = LineTable(text)
    for offset in range(len(text) + 1):
        row, column = table.position(offset)
        prefix = text[table.starts[row] :][:column]
        units = {
            "utf-8": len(prefix.encode("utf-8", "surrogatepass")),
            "utf-16": len(prefix.encode("utf-16-le", "surrogatepass")) // 2,
            "utf-32": len(prefix),
        }
        assert table.to_units(offset, encoding) == (row, units[encoding])


@given(texts, st.integers(-3, 70), st.integers(-3, 70), st.sampled_from(ENCODINGS))
def test_any_position_is_clamped_into_its_line(text: str, row: int, column: int, encoding: Encoding) -> None:
    table = LineTable(text)
    line = table.span(row)
    assert line.start <= table.from_units(row, column, encoding) <= line.end
    assert line.start <= table.offset(row, column) <= line.end
    assert 0 <= line.start <= line.end <= len(text)


@pytest.mark.parametrize(
    ("encoding", "column", "offset"),
    [
        *(("utf-16", 0, 0), ("utf-16", 1, 0), ("utf-16", 2, 1), ("utf-16", 3, 2), ("utf-16", 4, 3), ("utf-16", 99, 3)),
        *(("utf-8", 3, 0), ("utf-8", 4, 1), ("utf-8", 5, 1), ("utf-8", 6, 2), ("utf-8", 7, 3)),
        *(("utf-32", 1, 1), ("utf-32", 3, 3)),
    ],
)
def test_the_middle_of_a_character_is_its_start(encoding: Encoding, column: int, offset: int) -> None:
    assert LineTable("𝄞éx\n").from_units(0, column, encoding) == offset


@pytest.mark.parametrize(
    ("text", "newline"),
    [
        ("", "\n"),
        ("a\nb\r\nc\r\n", "\r\n"),
        ("a\rb\rc\n", "\r"),
        ("a\nb", "\n"),
        ("a\u2028b", "\n"),
        ("a\r\nb\n", "\n"),
    ],
)
def test_the_line_ending_is_that_of_most_lines(text: str, newline: str) -> None:
    assert LineTable(text).newline == newline
