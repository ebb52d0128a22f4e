"""Examples of a rule: they are its documentation and its tests.

The code of an example is one file, ``app.py``, or several: a line ``=== views.py`` begins the next file. Under a line
with a finding stands a comment with carets and the message, which is removed before the code is read::

    return redirect("/login")
    #               ^^^^^^^^ this path is the route "login"

The ``#`` counts as the first caret when a caret follows it directly (``#^^^`` marks from the column of ``#``), except
under the ``@`` of a decorator, which is never part of a finding.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

from flask_ls.syntax.span import Span

_CARETS = re.compile(r"^(?P<indent>[ \t]*)#(?P<gap>[ ]*)(?P<carets>\^+)(?:[ ](?P<message>.*))?$")
_FILE = re.compile(r"^=== (?P<path>\S+)$")


@dataclass(frozen=True, slots=True)
class Expected:
    """A finding that an example announces. ``message`` is a part of the finding's message; empty: any."""

    path: str
    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Bad:
    """Code with the mistake.

    ``fixed``: the code (the example's first file, or all files) after the first fix; None when there is no fix. Where
    the fix renames a file, ``fixed`` holds all files.
    ``drive`` is Python run in a fresh process with the real Flask, with the names of the imported first file,
    ``app_module`` (that module), ``app``, ``client`` (a test client) and ``served()``, which runs the file as a script
    and gives the arguments that Werkzeug's server would have got.
    ``fails`` is a regular expression that must match what then fails: ``Type: message`` of an exception, wherever it
    was raised (also in threads and while a response is streamed). ``flask`` limits the run to Flask versions.
    """

    code: str
    fixed: str | None = None
    fails: str | None = None
    drive: str = ""
    flask: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Good:
    """Code without it. With ``drive`` it is run like ``Bad``, and nothing may raise."""

    code: str
    drive: str | None = None
    flask: str = ""
    title: str = ""


def files_of(code: str) -> dict[str, str]:
    """The files of an example with caret comments removed; paths as written, ``app.py`` for a single file."""
    return {path: text for path, (text, _) in _parse(code).items()}


def fixed_files_of(example: Bad) -> dict[str, str]:
    """All files of an example after its first fix."""
    before, after = files_of(example.code), files_of(example.fixed or "")
    return {**before, **after} if after.keys() <= before.keys() else after


def expected_of(code: str) -> list[Expected]:
    """The findings that the caret comments announce."""
    return [e for _, expected in _parse(code).values() for e in expected]


def _parse(code: str) -> dict[str, tuple[str, list[Expected]]]:
    found: dict[str, tuple[str, list[Expected]]] = {}
    path = "app.py"
    lines: list[str] = []
    started = False
    for line in textwrap.dedent(code).strip("\n").split("\n"):
        header = _FILE.match(line)
        if header:
            if started:
                found[path] = _parse_file(path, lines)
            path, lines = header["path"], []
        else:
            lines.append(line)
        started = True
    found[path] = _parse_file(path, lines)
    return found


def _parse_file(path: str, lines: list[str]) -> tuple[str, list[Expected]]:
    kept: list[str] = []
    expected: list[Expected] = []
    start_of_last = length = 0
    for line in lines:
        match = _CARETS.match(line)
        if match and kept:
            counts = not match["gap"] and not kept[-1].startswith("@", len(match["indent"]))
            column = len(match["indent"]) + (0 if counts else 1 + len(match["gap"]))
            width = len(match["carets"]) + counts
            start = start_of_last + column
            expected.append(Expected(path, Span(start, start + width), (match["message"] or "").strip()))
            continue
        start_of_last = length
        kept.append(line)
        length += len(line) + 1
    return "\n".join(kept).rstrip("\n") + "\n", expected
