"""Trees, spans and comments of valid text."""

from __future__ import annotations

import ast
import io
import sys
import tokenize
import warnings

import pytest
from hypothesis import given
from programs import mutated, programs, soups

from flask_ls.syntax.source import Comment, SourceFile
from flask_ls.syntax.span import Span


def names(source: SourceFile) -> list[ast.Name]:
    return [node for node in ast.walk(source.tree) if isinstance(node, ast.Name)]


@given(programs())
def test_a_valid_program_has_its_own_tree_and_no_problems(text: str) -> None:
    source = SourceFile(text)
    assert source.problems == ()
    assert not source.is_broken
    assert source.broken_spans == ()
    assert ast.dump(source.tree, include_attributes=True) == ast.dump(ast.parse(text), include_attributes=True)


@given(programs())
def test_spans_are_where_the_interpreter_says(text: str) -> None:
    source = SourceFile(text)
    for node in ast.walk(source.tree):
        if isinstance(node, (ast.expr, ast.stmt)):
            expected = ast.get_source_segment(text, node)
            assert expected is not None
            assert source.segment(node).replace("\r\n", "\n").replace("\r", "\n") == expected.replace(
                "\r\n", "\n"
            ).replace("\r", "\n")
            assert source.offset_of(node.lineno, node.col_offset) == source.span(node).start
    assert all(source.segment(name) == name.id for name in names(source))


@given(programs())
def test_comments_are_those_of_the_tokenizer(text: str) -> None:
    source = SourceFile(text)
    expected = (
        [
            (source.offset(row - 1, column), token)
            for kind, token, (row, column), _, _ in tokenize.generate_tokens(io.StringIO(text, newline="").readline)
            if kind == tokenize.COMMENT
        ]
        if "\r" not in text.replace("\r\n", "")
        else None
    )
    if expected is not None:  # the tokenize module does not take a lone carriage return for a line end
        assert [(comment.span.start, comment.text) for comment in source.comments] == expected


@given(mutated() | soups)
def test_nothing_raises_and_every_span_lies_in_the_text(text: str) -> None:
    source = SourceFile(text)
    for node in ast.walk(source.tree):
        start, end = source.span(node)
        assert 0 <= start <= end <= len(text)
    for problem in source.problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(text)
        assert problem.message
    assert list(source.problems) == sorted(source.problems)
    assert list(source.broken_spans) == sorted(source.broken_spans)
    for comment in source.comments:
        assert text[slice(*comment.span)] == comment.text
        assert comment.text.startswith("#")


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", []),
        ("\n\n", []),
        ("# é\n", []),
        ("x = 1\r\ny = 2\r\n", ["x = 1", "y = 2"]),
        ("x = 1\ry = 2\r", ["x = 1", "y = 2"]),
        ("x = 1\n\ry = 2\r\n\nz", ["x = 1", "y = 2", "z"]),
        ("\ufeffx = 1\ny", ["x = 1", "y"]),
        ("\ufeffé = 1; y = é", ["é = 1", "y = é"]),
        ("if x:\n\ty = 'é'\n\tz", ["if x:\n\ty = 'é'\n\tz"]),
        ("\fx = 1\n\f\ny", ["x = 1", "y"]),
        ("x = '\u2028'\ny = '\x85\x1c'\nz", ["x = '\u2028'", "y = '\x85\x1c'", "z"]),
        ("x = '\ud800é'; y = 1", ["x = '\ud800é'", "y = 1"]),
        ("x = '𝄞'; y = '''é\n漢'''; z", ["x = '𝄞'", "y = '''é\n漢'''", "z"]),
        ("x = '\\d'\ny", ["x = '\\d'", "y"]),
    ],
)
def test_odd_characters_and_line_ends(text: str, segments: list[str]) -> None:
    source = SourceFile(text)
    assert [source.segment(statement) for statement in source.tree.body] == segments
    assert not source.is_broken


def test_nul_is_white_space_and_leaves_positions_alone() -> None:
    source = SourceFile("a = 1\0\nb\0 = 2\nc\0d\ne\n")
    assert source.is_broken
    assert [source.segment(source.tree.body[i]) for i in (0, 1, -1)] == ["a = 1", "b\0 = 2", "e"]


def test_warnings_about_the_code_that_is_read_are_not_shown() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not SourceFile("x = '\\d'\ny = 1if x else 2\n").is_broken
        assert SourceFile("x = '\\d'\nfoo(").is_broken


def test_names_in_formatted_strings_stand_where_they_are_written() -> None:
    text = "x = (\"é\" f\"{a.b!r:>{w}} {{\" f'''\n  {c[0]}\n {d}''')\n"
    source = SourceFile(text)
    assert [source.segment(name) for name in names(source)] == [name.id for name in names(source)]
    assert {name.id for name in names(source)} == {"x", "a", "w", "c", "d"}


def test_nodes_without_a_position_span_what_they_hold() -> None:
    source = SourceFile("def f(a, b=1): pass\nwith x as y: pass\n[i for i in j]\nf()\n")
    segments = {type(node): source.segment(node) for node in ast.walk(source.tree)}
    assert segments[ast.withitem] == "x as y"
    assert segments[ast.comprehension] == "i in j"
    assert segments[ast.Module] == source.text
    assert {source.segment(n) for n in ast.walk(source.tree) if isinstance(n, ast.arguments)} == {"a, b=1"}


def test_offset_of_is_clamped() -> None:
    source = SourceFile("é\nab")
    assert [source.offset_of(*at) for at in ((0, 5), (-1, 0), (1, 0), (1, 1), (1, 2), (2, 1), (9, 9))] == [
        *(0, 0, 0, 0, 1, 3, 4)
    ]


def test_comments() -> None:
    text = "#!/bin/sh\nx = '#' # é\ny = '''\n# no\n''' # yes\nz = (\n  # in brackets\n)\n"
    assert [comment.text for comment in SourceFile(text).comments] == ["#!/bin/sh", "# é", "# yes", "# in brackets"]
    assert SourceFile(" # a\r# b\r\n").comments == (Comment(Span(1, 4), "# a"), Comment(Span(5, 8), "# b"))


@pytest.mark.skipif(sys.version_info < (3, 12), reason="quotes nest since Python 3.12")
def test_comments_beside_strings_that_hold_their_own_quotes() -> None:
    text = 'x = f"{d["#a"]}" # c\ny = f"{f"{"#"}"}#"#d\n'
    assert [comment.text for comment in SourceFile(text).comments] == ["# c", "#d"]


@pytest.mark.parametrize(
    "text",
    ["foo( # a\nx # b\n", 'def f():\n    """doc\n    x # a\n\ndef g():\n    """doc""" # b\n', "'abc # no\nx # a\n# b"],
)
def test_comments_of_broken_code(text: str) -> None:
    assert [comment.text for comment in SourceFile(text).comments] == ["# a", "# b"]
