"""Small files in which the lines marked ``# found`` are the findings of one rule: ``##### CODE name``, ``=== path``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from checking import findings


def programs() -> Iterator[tuple[str, str, dict[str, str]]]:
    for path in sorted(Path(__file__).with_name("marked").glob("*.txt")):
        for program in path.read_text(encoding="utf-8").split("##### ")[1:]:
            head, _, text = program.partition("\n")
            code, _, name = head.partition(" ")
            files = {"app.py": ""}
            for number, part in enumerate(f"=== app.py\n{text}".split("=== ")[1:]):
                file, _, content = part.partition("\n")
                if number == 0 or content.strip():
                    files[file] = content
            yield code, name, files


@pytest.mark.parametrize(("code", "files"), [pytest.param(c, f, id=f"{c} {n}") for c, n, f in programs()])
def test_what_is_found(code: str, files: dict[str, str]) -> None:
    texts = dict(files)
    found = findings(code, texts.pop("app.py"), texts)
    lines = {(f.path, files[f.path.removeprefix("/project/")].count("\n", 0, f.span.start) + 1) for f in found}
    assert lines == {
        (f"/project/{path}", number)
        for path, text in files.items()
        for number, line in enumerate(text.split("\n"), 1)
        if line.endswith("# found")
    }
