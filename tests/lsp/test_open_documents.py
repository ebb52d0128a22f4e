"""The server's copy of an open text is the client's, whatever is typed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from flask_ls.lsp.sync import Documents

URI = "file:///shop/app.py"


class Reference:
    """An editor's buffer: a list of units, split into lines as LSP defines them; shares no code with the server."""

    def __init__(self, text: str, encoding: str) -> None:
        self.codec = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding]
        self.width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
        self.units = self.cut(text)

    def cut(self, text: str) -> list[bytes]:
        """UTF-16 and UTF-32 text in units; UTF-8 text in characters, as no client splits those."""
        if self.width == 1:
            return [c.encode("utf-8", "surrogatepass") for c in text]
        data = text.encode(self.codec, "surrogatepass")
        return [data[i : i + self.width] for i in range(0, len(data), self.width)]

    def position(self, index: int) -> types.Position:
        newline, carriage = (c.encode(self.codec) for c in "\n\r")
        line = start = 0
        for number, unit in enumerate(self.units[:index]):
            ends_with_next = unit == carriage and self.units[number + 1 : number + 2] == [newline]
            if unit in (newline, carriage) and not ends_with_next:
                line, start = line + 1, number + 1
        return types.Position(line, sum(len(u) for u in self.units[start:index]) // self.width)

    def splits_line_end(self, index: int) -> bool:
        return self.units[index - 1 : index + 1] == [c.encode(self.codec) for c in "\r\n"] if index else False

    def replace(self, start: int, end: int, text: str) -> None:
        self.units[start:end] = self.cut(text)

    @property
    def text(self) -> str:
        return b"".join(self.units).decode(self.codec, "surrogatepass")


def open_text(text: str, encoding: Any = "utf-16") -> Documents:
    documents = Documents()
    documents.encoding = encoding
    documents.open(types.TextDocumentItem(URI, "python", 1, text))
    return documents


def partial(start: tuple[int, int], end: tuple[int, int], text: str) -> types.TextDocumentContentChangePartial:
    return types.TextDocumentContentChangePartial(types.Range(types.Position(*start), types.Position(*end)), text)


def text_of(documents: Documents) -> str:
    document = documents.get(URI)
    assert document is not None
    return document.text


@pytest.mark.parametrize("inside", ["\f", "\x0b", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_only_lsp_line_ends_begin_a_line(inside: str) -> None:
    documents = open_text(f"a = 1\n{inside}\nb = 2{inside}\nc = 3\n")
    documents.change(URI, 2, [partial((3, 0), (3, 1), "cc")])
    assert text_of(documents) == f"a = 1\n{inside}\nb = 2{inside}\ncc = 3\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_lsp_line_ends_begin_a_line(end: str) -> None:
    documents = open_text(f"a{end}b{end}c")
    documents.change(URI, 2, [partial((2, 0), (2, 1), "x"), partial((0, 1), (1, 0), "")])
    assert text_of(documents) == f"ab{end}x"


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 6), ("utf-16", 3), ("utf-32", 2)])
def test_columns_count_what_was_negotiated(encoding: str, column: int) -> None:
    documents = open_text("é𝄞x\n", encoding)
    documents.change(URI, 2, [partial((0, column), (0, column + 1), "y")])
    assert text_of(documents) == "é𝄞y\n"


def test_each_change_counts_in_the_text_that_the_ones_before_it_gave() -> None:
    documents = open_text("")
    documents.change(
        URI, 2, [partial((0, 0), (0, 0), "ab\n"), partial((1, 0), (1, 0), "c"), partial((0, 1), (1, 0), "")]
    )
    assert text_of(documents) == "ac"


def test_positions_outside_the_text_are_clamped() -> None:
    documents = open_text("ab\ncd")
    documents.change(
        URI, 2, [partial((0, 99), (0, 99), "!"), partial((9, 9), (9, 9), "?"), partial((1, 1), (1, 0), "x")]
    )
    assert text_of(documents) == "ab!\nxd?"


def test_whole_text_replaces() -> None:
    documents = open_text("ab")
    documents.change(URI, 2, [types.TextDocumentContentChangeWholeDocument("xyz"), partial((0, 1), (0, 2), "")])
    assert text_of(documents) == "xz"


def test_documents_are_found_however_their_uri_is_quoted() -> None:
    documents = Documents()
    documents.open(types.TextDocumentItem("file:///a%20b/%C3%A9.py", "python", 1, "x"))
    assert documents.change("file:///a b/é.py", 2, []) is not None
    assert documents.at("/a b/é.py") is not None
    assert documents.uri_of("/a b/é.py") == "file:///a%20b/%C3%A9.py"


def test_half_a_character_can_be_typed_and_deleted() -> None:
    documents = open_text("x𝄞y")
    documents.change(URI, 2, [partial((0, 2), (0, 3), "")])
    assert text_of(documents) == "x\ud834y"
    documents.change(URI, 3, [partial((0, 2), (0, 2), "\udd1e")])
    assert text_of(documents) == "x𝄞y"


def test_unknown_documents_are_no_error() -> None:
    documents = Documents()
    assert documents.change(URI, 1, []) is None
    assert documents.close(URI) is None


def test_untitled_documents_have_no_path() -> None:
    documents = Documents()
    for uri in ("untitled:Untitled-1", "vscode-notebook-cell:/a.ipynb#W0s", "git:/a.py?x"):
        assert documents.open(types.TextDocumentItem(uri, "python", 1, "x")).path is None
        assert documents.get(uri) is not None


ODD = ["a", "é", "𝄞", "\n", "\r\n", "\r", "\f", "\x0b", "\x1c", "\x85", "\u2028", "\x00", "def f():\n"]
TEXTS = {
    "utf-8": st.lists(st.sampled_from(ODD), max_size=12).map("".join),
    "utf-16": st.lists(st.sampled_from([*ODD, "\ud834", "\udd1e"]), max_size=12).map("".join),
    "utf-32": st.lists(st.sampled_from(ODD), max_size=12).map("".join),
}


@settings(deadline=None)
@given(encoding=st.sampled_from(list(TEXTS)), data=st.data())
def test_any_edits_give_the_text_of_the_editor(encoding: str, data: st.DataObject) -> None:
    editor = Reference(data.draw(TEXTS[encoding]), encoding)
    documents = open_text(editor.text, encoding)
    for version in range(2, 2 + data.draw(st.integers(1, 8))):
        changes = []
        for _ in range(data.draw(st.integers(1, 3))):
            places = st.integers(0, len(editor.units)).filter(lambda i: not editor.splits_line_end(i))
            start, end = sorted((data.draw(places), data.draw(places)))
            new = data.draw(TEXTS[encoding])
            where = types.Range(editor.position(start), editor.position(end))
            changes.append(types.TextDocumentContentChangePartial(where, new))
            editor.replace(start, end, new)
        documents.change(URI, version, changes)
    assert text_of(documents) == editor.text
