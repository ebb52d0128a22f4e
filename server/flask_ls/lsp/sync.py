"""The client's open documents.

Lines end as LSP says, at ``\\n``, ``\\r\\n`` and ``\\r``, and columns count what was negotiated. Positions outside the
text are clamped, a reversed range is turned round: whatever a client sends, the text stays a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from lsprotocol import types

from flask_ls.lsp import uris
from flask_ls.syntax.lines import Encoding
from flask_ls.syntax.source import SourceFile

_HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")

Change = types.TextDocumentContentChangePartial | types.TextDocumentContentChangeWholeDocument


@dataclass(frozen=True)
class Document:
    """One open text. ``path`` is None for what is no file."""

    uri: str
    path: str | None
    version: int
    language: str
    source: SourceFile

    @property
    def text(self) -> str:
        """The whole text."""
        return self.source.text

    def changed(self, version: int, changes: Iterable[Change], encoding: Encoding) -> Document:
        """The document after the changes; each counts in the text that the ones before it gave."""
        source = self.source
        for change in changes:
            source = SourceFile(_applied(source, change, encoding))
        return replace(self, version=version, source=source)


class Documents:
    """All open documents, by URI and by path. ``encoding`` is what columns count."""

    def __init__(self) -> None:
        self.encoding: Encoding = "utf-16"
        self._open: dict[str, Document] = {}

    def __iter__(self) -> Iterator[Document]:
        return iter(tuple(self._open.values()))

    def open(self, item: types.TextDocumentItem) -> Document:
        """A document was opened, or opened again with another text."""
        path = uris.to_path(item.uri)
        document = Document(item.uri, path, item.version, item.language_id, SourceFile(item.text))
        self._open[uris.key(item.uri)] = document
        return document

    def change(self, uri: str, version: int, changes: Sequence[Change]) -> Document | None:
        """A document changed; None when it is not open."""
        document = self.get(uri)
        if document is None:
            return None
        document = document.changed(version, changes, self.encoding)
        self._open[uris.key(uri)] = document
        return document

    def close(self, uri: str) -> Document | None:
        """A document was closed; None when it was not open."""
        return self._open.pop(uris.key(uri), None)

    def get(self, uri: str) -> Document | None:
        """The open document of this URI."""
        return self._open.get(uris.key(uri))

    def at(self, path: str) -> Document | None:
        """The open document of this file."""
        return self._open.get(path.casefold() if uris.WINDOWS else path)

    def uri_of(self, path: str) -> str:
        """How the client spells the URI of a file, as far as that is known."""
        document = self.at(path)
        return document.uri if document is not None else uris.from_path(path)


def _applied(source: SourceFile, change: Change, encoding: Encoding) -> str:
    if isinstance(change, types.TextDocumentContentChangeWholeDocument):
        return change.text
    start, end = change.range.start, change.range.end
    if (end.line, end.character) < (start.line, start.character):
        start, end = end, start
    before = _split(source, start, encoding)[0]
    after = _split(source, end, encoding)[1]
    return _joined(f"{before}{change.text}{after}")


def _split(source: SourceFile, position: types.Position, encoding: Encoding) -> tuple[str, str]:
    """The text before and after a position.

    A position in UTF-16 may lie inside a character that takes two units; its halves go to either side, as they do
    in the client's string.
    """
    offset = source.from_units(position.line, position.character, encoding)
    text = source.text
    if encoding == "utf-16" and text[offset : offset + 1] > "\uffff":
        row, column = source.to_units(offset, encoding)
        if row == position.line and column + 1 == position.character:
            code = ord(text[offset]) - 0x10000
            return text[:offset] + chr(0xD800 + (code >> 10)), chr(0xDC00 + (code & 0x3FF)) + text[offset + 1 :]
    return text[:offset], text[offset:]


def _joined(text: str) -> str:
    """Halves of a character that meet are that character."""
    if text.isascii() or _HALVES.search(text) is None:
        return text
    return _HALVES.sub(lambda m: m[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"), text)
