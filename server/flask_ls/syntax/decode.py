"""Bytes of a Python file to text, as the interpreter does it, but for any bytes.

The rules are those of PEP 263 and of ``tokenize.detect_encoding``: a UTF-8 signature, else an encoding declared in a
comment in the first two lines, else UTF-8. Where the interpreter would refuse the file, the text is still decoded
(bytes that do not fit become lone surrogates, PEP 383) and the refusal is returned as a message.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

_DECLARATION = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")

# Text codecs no Python file can be in. Some take quadratic time, none maps ASCII to itself.
_REFUSED = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"})


class Decoded(NamedTuple):
    """The text of a file and what is needed to write it back."""

    text: str
    encoding: str
    has_bom: bool
    error: str | None
    """Why the interpreter would refuse to read the file."""


def decode(data: bytes) -> Decoded:
    """Decode the bytes of a Python file. Never raises."""
    has_bom = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if has_bom else data
    declared = _declared_encoding(body)
    error = None
    if declared is not None:
        encoding = _usable_codec(declared)
        if encoding is None:
            error = f"unknown encoding: {declared}"
        elif has_bom and encoding != "utf-8":
            error = f"encoding problem: {declared} with a UTF-8 signature"
        elif encoding != "utf-8":
            text = _strict(body, encoding)
            if text is not None and _keeps_ascii(text, body):
                return Decoded(text, encoding, False, None)
            if text is None and _keeps_ascii(body[:256].decode(encoding, "replace"), body[:256]):
                return _lenient(body, encoding)
            error = f"encoding problem: the file is not {declared}"
    text = _strict(body, "utf-8")
    if text is not None:
        return Decoded(text, "utf-8", has_bom, error)
    return _lenient(body, "utf-8", has_bom, error)


def encode(text: str, encoding: str, has_bom: bool) -> bytes:
    """The inverse of :func:`decode`.

    :raises UnicodeEncodeError: ``text`` has characters the encoding lacks; writing others would corrupt the file.
    """
    return (codecs.BOM_UTF8 if has_bom else b"") + text.encode(encoding, "surrogateescape")


def _declared_encoding(body: bytes) -> str | None:
    for line in re.split(rb"\r\n|\r|\n", body[:4096], maxsplit=2)[:2]:
        match = _DECLARATION.match(line)
        if match:
            return match[1].decode("ascii", "replace")
        if not _BLANK.match(line):
            return None
    return None


def _usable_codec(name: str) -> str | None:
    try:
        codec = codecs.lookup(name)
        "".encode(codec.name)  # refuses codecs that are not text encodings, such as rot13 and zlib
    except (LookupError, ValueError, TypeError):
        return None
    normalised = codec.name.replace("_", "-")
    if normalised in _REFUSED:
        return None
    return "utf-8" if normalised in ("utf-8", "utf-8-sig") else codec.name


def _strict(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _lenient(body: bytes, encoding: str, has_bom: bool = False, error: str | None = None) -> Decoded:
    try:
        text = body.decode(encoding, "surrogateescape")
    except (UnicodeError, LookupError):
        encoding, text = "utf-8", body.decode("utf-8", "surrogateescape")
    return Decoded(text, encoding, has_bom, error or f"the file has bytes that are not {encoding}")


def _keeps_ascii(text: str, body: bytes) -> bool:
    """Whether the declaration, which was found by reading bytes as ASCII, still stands in the decoded text."""
    return "coding" in text[: len(body)][:4096]
