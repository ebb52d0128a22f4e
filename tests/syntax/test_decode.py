"""Bytes to text and back."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_ls.syntax.source import SourceFile

declarations = st.sampled_from(
    (
        *(
            b"",
            b"# coding: latin-1\n",
            b"# -*- coding: cp1252 -*-\n",
            b"#!/usr/bin/python\n# vim: set fileencoding=utf-8 :\n",
        ),
        *(
            b"# coding: utf-16\n",
            b"# coding: utf-7\n",
            b"# coding: idna\n",
            b"# coding: punycode\n",
            b"# coding: rot13\n",
        ),
        *(b"# coding: hex\n", b"# coding: undefined\n", b"# coding: no-such-codec\n", b"# coding: utf-8-sig\n"),
        *(b"# coding: shift_jis\n", b"# coding: unicode_escape\n", b"# coding: mbcs\n", b"# coding: ..\n"),
    )
)


@given(st.sampled_from((b"", codecs.BOM_UTF8)), declarations, st.binary(max_size=40))
def test_any_bytes_become_a_text_that_becomes_these_bytes_again(bom: bytes, declaration: bytes, rest: bytes) -> None:
    data = bom + declaration + rest
    source = SourceFile.from_bytes(data)
    assert isinstance(source.problems, tuple)
    if b"shift_jis" not in declaration:  # several byte sequences of it mean one character
        assert source.encode(source.text) == data


def test_a_utf8_signature_is_not_part_of_the_text() -> None:
    source = SourceFile.from_bytes(codecs.BOM_UTF8 + "x = 'é'".encode())
    assert source.text == "x = 'é'"
    assert not source.is_broken
    assert source.encode("y") == codecs.BOM_UTF8 + b"y"


@pytest.mark.parametrize("encoding", ["latin-1", "iso-8859-15", "cp1252", "koi8-r", "utf-8", "utf8", "UTF_8"])
@pytest.mark.parametrize("before", ["", "#!/usr/bin/env python\n", "\n", "\f\n"])
def test_declared_encodings_are_used(encoding: str, before: str) -> None:
    text = (
        f"{before}# coding: {encoding}\nx = '£'\n" if encoding != "koi8-r" else f"{before}# coding: koi8-r\nx = 'Ж'\n"
    )
    data = text.encode(encoding)
    source = SourceFile.from_bytes(data)
    assert source.text == text
    assert source.problems == ()
    assert source.encode(source.text) == data


@pytest.mark.parametrize("before", [b"x = 1\n", b"\n\n", b"'''doc'''\n"])
def test_a_declaration_counts_in_the_first_two_lines_and_after_comments_only(before: bytes) -> None:
    source = SourceFile.from_bytes(before + b"# coding: latin-1\ny = '\xe9'\n")
    assert source.encoding == "utf-8"
    assert source.problems


@pytest.mark.parametrize(
    "name", ["utf-16", "utf-32", "utf-7", "idna", "rot13", "zlib", "unicode_escape", "nonsense", "x.y"]
)
def test_encodings_no_python_file_can_have_leave_the_text_readable(name: str) -> None:
    source = SourceFile.from_bytes(f"# coding: {name}\nx = 'é'\n".encode())
    assert source.text == f"# coding: {name}\nx = 'é'\n"
    assert source.is_broken
    assert len(source.tree.body) == 1


def test_a_signature_wins_over_another_declaration() -> None:
    source = SourceFile.from_bytes(codecs.BOM_UTF8 + "# coding: latin-1\nx = 'é'\n".encode())
    assert "é" in source.text
    assert source.is_broken


def test_bytes_that_are_not_of_the_encoding_are_kept_and_reported() -> None:
    source = SourceFile.from_bytes(b"x = '\xe9'\ny = 2\n")
    assert source.text == "x = '\udce9'\ny = 2\n"
    assert "utf-8" in source.problems[0].message
    assert [source.segment(node) for node in source.tree.body] == ["x = '\udce9'", "y = 2"]
    assert source.encode(source.text) == b"x = '\xe9'\ny = 2\n"


def test_utf16_bytes() -> None:
    source = SourceFile.from_bytes("x = 1\n".encode("utf-16"))
    assert source.is_broken
    assert source.encode(source.text) == "x = 1\n".encode("utf-16")


def test_writing_a_character_the_encoding_lacks_is_refused() -> None:
    source = SourceFile.from_bytes(b"# coding: latin-1\n")
    with pytest.raises(UnicodeEncodeError):
        source.encode("# coding: latin-1\nx = '漢'\n")
