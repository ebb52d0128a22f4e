"""Small programs of many forms: the lines marked ``# raises`` are reported, and are what raises under Flask.

``programs/*.txt``: ``##### name`` begins a program, ``=== path`` a file of it, ``# drive:`` lines say what to do
once it is imported. ``# raises, unseen`` marks a line that raises and is not reported, since the proof is not made.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from flask_ls.features.check import check_texts
from flask_ls.rules.registry import by_code

from .runner import Runner

CODES = ("FLK101", "FLK104", "FLK105", "FLK201", "FLK202", "FLK203", "FLK204", "FLK206", "FLK702")
MARK, UNSEEN = "  # raises", "  # raises, unseen"


@dataclass
class Program:
    name: str
    files: dict[str, str] = field(default_factory=dict)
    drive: list[str] = field(default_factory=list)

    @property
    def runs(self) -> bool:
        return not self.name.endswith("(not run)")

    def marked(self, *marks: str) -> set[tuple[str, int]]:
        return {
            (path, number)
            for path, text in self.files.items()
            for number, line in enumerate(text.split("\n"), 1)
            if line.endswith(marks)
        }


def programs() -> Iterator[Program]:
    for path in sorted(Path(__file__).with_name("programs").glob("*.txt")):
        program, file = Program(""), "main.py"
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("#####"):
                if program.name:
                    yield program
                program, file = Program(line[5:].strip()), "main.py"
            elif line.startswith("=== "):
                file = line[4:]
                program.files.setdefault(file, "")
            elif line.startswith("# drive: "):
                program.drive.append(line[9:])
            else:
                program.files[file] = program.files.get(file, "") + line + "\n"
        yield program


PROGRAMS = [pytest.param(p, id=p.name) for p in programs()]


@pytest.fixture(scope="module")
def flask() -> Iterator[Runner]:
    if not hasattr(os, "fork"):
        pytest.skip("programs are run in forks of one process")
    with Runner() as runner:
        yield runner


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_is_reported(program: Program) -> None:
    texts = {f"/project/{path}": text for path, text in program.files.items()}
    found = check_texts(texts, [by_code()[code] for code in CODES], "/project")
    lines = {(f.path.removeprefix("/project/"), texts[f.path].count("\n", 0, f.span.start) + 1) for f in found}
    assert lines == program.marked(MARK)


@pytest.mark.parametrize("program", [p for p in PROGRAMS if p.values[0].runs])  # type: ignore[union-attr]
def test_what_raises_under_flask(program: Program, flask: Runner) -> None:
    assert flask.crashes(program.files, program.drive) == program.marked(MARK, UNSEEN)
