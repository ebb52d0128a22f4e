"""What the context rules say of random programs, against what Flask does with them.

A line that raised for want of a context and was not reported, or the other way round, is a bug. Every program is made
from its seed alone: ``FLASK_LS_FUZZ_PROGRAMS=5000 FLASK_LS_FUZZ_SEED=7`` runs more, from another one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from flask_ls.features.check import check_texts
from flask_ls.rules.registry import by_code

from .generator import Program, generate
from .runner import Runner

CODES = ("FLK101", "FLK104", "FLK201", "FLK202", "FLK203", "FLK204", "FLK206", "FLK702")
COUNT = int(os.environ.get("FLASK_LS_FUZZ_PROGRAMS", "150"))
FIRST = int(os.environ.get("FLASK_LS_FUZZ_SEED", "1"))


@pytest.fixture(scope="module")
def flask() -> Iterator[Runner]:
    if not hasattr(os, "fork"):
        pytest.skip("programs are run in forks of one process")
    with Runner() as runner:
        yield runner


def reported(program: Program) -> set[tuple[str, int]]:
    texts = {f"/project/{name}": text for name, text in program.files.items()}
    found = check_texts(texts, [by_code()[code] for code in CODES], "/project")
    return {(f.path.removeprefix("/project/"), texts[f.path].count("\n", 0, f.span.start) + 1) for f in found}


def difference(program: Program, flask: Runner) -> str:
    """What the two say differently, for a reader; empty when they agree."""
    crashed = flask.crashes(program.files, program.drive)
    if crashed is None:
        return ""
    said = reported(program)
    lines = []
    for file, line in sorted(crashed ^ said):
        kind = "raised, not reported" if (file, line) in crashed else "reported, did not raise"
        text = program.files[file].split("\n")[line - 1].strip()
        lines.append(f"{kind}: {file}:{line} {text}")
    return "\n".join(lines)


def test_reports_are_what_flask_does(flask: Runner) -> None:
    print(f"seeds {FIRST} to {FIRST + COUNT - 1}", file=sys.stderr)
    wrong = []
    for seed in range(FIRST, FIRST + COUNT):
        program = generate(seed)
        found = difference(program, flask)
        if found:
            wrong.append(f"seed {seed}: {program.says}\n{found}")
    assert not wrong, f"{len(wrong)} of {COUNT} programs differ\n\n" + "\n\n".join(wrong[:10])
