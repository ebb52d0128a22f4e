"""Records as text: full with code frames, concise, JSON, and GitHub's workflow commands."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TextIO, TypeAlias

Record: TypeAlias = "dict[str, Any]"
Lines: TypeAlias = "Callable[[str], list[str]]"

_COLOURS = {"error": "1;31", "warning": "1;33", "information": "1;34", "hint": "1;36"}
_GITHUB = {"error": "error", "warning": "warning", "information": "notice", "hint": "notice"}
_TAB = 4
_MAX_LINES = 6


class Style:
    """Colours, or none."""

    def __init__(self, coloured: bool) -> None:
        self._coloured = coloured

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._coloured and text else text


def is_coloured(stream: TextIO) -> bool:
    """Whether to colour: on terminals only, and not against https://no-color.org."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def as_json(records: Sequence[Record], lines: Lines, style: Style) -> Iterator[str]:
    """One JSON array, one element a line."""
    if not records:
        yield "[]"
        return
    last = len(records) - 1
    for number, record in enumerate(records):
        before = "[" if number == 0 else " "
        yield before + json.dumps(record, ensure_ascii=True) + ("]" if number == last else ",")


def concise(records: Sequence[Record], lines: Lines, style: Style) -> Iterator[str]:
    """``path:row:column: CODE message``, one line each."""
    for record in records:
        mark = " [*]" if _is_fixable(record) else ""
        place = f"{shown_path(record['filename'])}:{_at(record)}"
        code = style(record["code"], _COLOURS[record["severity"]])
        yield f"{place}: {code}{mark} {_first_line(record['message'])}"


def github(records: Sequence[Record], lines: Lines, style: Style) -> Iterator[str]:
    """Workflow commands, which GitHub shows beside the lines of a pull request."""
    for record in records:
        end = record["end_location"]
        where = {
            "title": f"{record['code']} {record['name']}",
            "file": shown_path(record["filename"]),
            "line": record["location"]["row"],
            "endLine": end["row"],
            "col": record["location"]["column"],
            "endColumn": end["column"],
        }
        properties = ",".join(f"{key}={_escaped(str(value), of_property=True)}" for key, value in where.items())
        yield f"::{_GITHUB[record['severity']]} {properties}::{_escaped(record['message'])}"


def full(records: Sequence[Record], lines: Lines, style: Style) -> Iterator[str]:
    """A code frame with carets, the steps of the proof with theirs, and the fix."""
    for record in records:
        colour = _COLOURS[record["severity"]]
        first, *more = record["message"].split("\n")
        yield f"{style(record['severity'] + ' ' + record['code'], colour)}: {style(first, '1')}"
        yield from more
        width = len(str(max(record["end_location"]["row"], *(r["location"]["row"] for r in record["related"]), 0)))
        yield f"{' ' * width}{style('-->', '34')} {shown_path(record['filename'])}:{_at(record)}"
        start, end = record["location"], record["end_location"]
        yield from _frame(lines(record["filename"]), start, end, width, style, colour)
        for related in record["related"]:
            place = f"{shown_path(related['filename'])}:{_at(related)}"
            yield f"{' ' * width}{style('-->', '34')} {place}: {related['message']}"
            yield from _frame(lines(related["filename"]), related["location"], None, width, style, "34")
        for fix in record["fixes"]:
            kind = "fix" if fix["applicability"] == "safe" else "unsafe fix"
            yield f"{' ' * width} {style('=', '34')} {style(kind, '32')}: {fix['title']}"
        yield f"{' ' * width} {style('=', '34')} {record['url']}"
        yield ""


def statistics(records: Sequence[Record], style: Style) -> Iterator[str]:
    """How often each rule speaks, most first."""
    counts = Counter((r["code"], r["name"], r["severity"]) for r in records)
    fixable = Counter(r["code"] for r in records if _is_fixable(r))
    width = len(str(max(counts.values(), default=0)))
    for (code, name, severity), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        mark = "[*]" if fixable[code] else "   "
        yield f"{count:>{width}}  {style(code, _COLOURS[severity])}  {mark}  {name}"


def summary(records: Sequence[Record], files: int, seconds: float, uses_flask: bool) -> str:
    """The last line, for people."""
    if not uses_flask:
        return f"No Flask found in {_count(files, 'file')}."
    if not records:
        return f"Nothing found in {_count(files, 'file')} ({seconds:.2f} s)."
    fixable = sum(map(_is_fixable, records))
    by_severity = Counter(r["severity"] for r in records)
    parts = [_count(by_severity[s], s if s != "information" else "note") for s in _COLOURS if by_severity[s]]
    text = f"Found {', '.join(parts)} in {_count(files, 'file')} ({seconds:.2f} s)."
    return f"{text} {fixable} can be fixed with `flask-ls check --fix`." if fixable else text


FORMATS: dict[str, Callable[[Sequence[Record], Lines, Style], Iterator[str]]] = {
    "full": full,
    "concise": concise,
    "json": as_json,
    "github": github,
}


def shown_path(path: str) -> str:
    """A path for people: relative to the current folder when it lies in there."""
    try:
        relative = os.path.relpath(path)
    except (OSError, ValueError):
        return path
    return path if relative.startswith("..") else relative


def write(lines: Iterator[str], stream: TextIO) -> None:
    """Print lines; characters that the stream's encoding lacks are escaped instead of raising."""
    for line in lines:
        stream.write(_printable(line, stream.encoding or "utf-8") + "\n")


def _printable(line: str, encoding: str) -> str:
    if line.isascii():
        return line
    return line.encode(encoding, "backslashreplace").decode(encoding)


def _frame(lines: list[str], start: Record, end: Record | None, width: int, style: Style, colour: str) -> Iterator[str]:
    bar = style("|", "34")
    first = start["row"]
    last = end["row"] if end is not None else first
    # A span that ends at the very start of a line does not reach into it.
    if end is not None and last > first and end["column"] == 1:
        last -= 1
    shown = [row for row in range(first, last + 1) if row <= len(lines)]
    if not shown:
        return
    yield f"{' ' * width} {bar}"
    for row in shown:
        if len(shown) > _MAX_LINES and _MAX_LINES // 2 <= row - first < len(shown) - _MAX_LINES // 2:
            if row - first == _MAX_LINES // 2:
                yield f"{'.' * width} {bar}"
            continue
        text = lines[row - 1]
        yield f"{style(f'{row:>{width}}', '34')} {bar} {_expanded(text)}".rstrip()
        begin = start["column"] - 1 if row == first else len(text) - len(text.lstrip())
        stop = end["column"] - 1 if end is not None and row == end["row"] else len(text.rstrip())
        if end is None:
            stop = _end_of_word(text, begin)
        before = _width(_expanded(text[:begin]))
        marked = max(_width(_expanded(text[:stop])) - before, 1)
        yield f"{' ' * width} {bar} {' ' * before}{style('^' * marked, colour)}"


def _end_of_word(text: str, begin: int) -> int:
    end = begin
    while end < len(text) and (text[end].isalnum() or text[end] in "_."):
        end += 1
    return max(end, begin + 1)


def _expanded(text: str) -> str:
    return "".join(c if c.isprintable() else " " * _TAB if c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _at(record: Record) -> str:
    return f"{record['location']['row']}:{record['location']['column']}"


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0]


def _is_fixable(record: Record) -> bool:
    return bool(record["fixes"]) and record["fixes"][0]["applicability"] == "safe"


def _escaped(text: str, *, of_property: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if of_property else text


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def standard_style() -> Style:
    """Colours for standard output."""
    return Style(is_coloured(sys.stdout))
