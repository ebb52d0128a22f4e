"""``--fix`` and ``--diff``: all fixes that go together, until nothing is left, byte for byte otherwise."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from .conftest import APP, FIXED, Project


def test_safe_fixes_are_made_and_counted(project: Project) -> None:
    path = project.write("app.py")
    result = project.run("check", "--fix")
    assert path.read_text() == FIXED
    assert result.status == 0
    assert "Fixed 1 finding in 1 file." in result.err


def test_a_second_run_has_nothing_to_do(project: Project) -> None:
    path = project.write("app.py")
    project.run("check", "--fix")
    before = os.stat(path).st_mtime_ns
    assert "Fixed 0 findings." in project.run("check", "--fix").err
    assert os.stat(path).st_mtime_ns == before


def test_several_fixes_in_one_file(project: Project) -> None:
    two = APP + APP.split("\n\n\n")[1].replace("index", "other").replace('"/"', '"/other"')
    path = project.write("app.py", two)
    assert "Fixed 2 findings in 1 file." in project.run("check", "--fix").err
    assert "int(request" not in path.read_text()


def test_a_diff_changes_nothing(project: Project) -> None:
    path = project.write("app.py")
    result = project.run("check", "--diff")
    assert path.read_text() == APP
    assert result.status == 0
    assert result.out.splitlines() == [
        "--- app.py",
        "+++ app.py",
        "@@ -5,4 +5,4 @@",
        " ",
        ' @app.get("/")',
        " def index():",
        '-    return str(int(request.args.get("page", 1)))',
        '+    return str(request.args.get("page", default=1, type=int))',
    ]
    assert "Would fix 1 finding in 1 file." in result.err


@pytest.mark.skipif(os.linesep != "\n" or shutil.which("patch") is None, reason="needs patch, and its line ends")
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_a_diff_can_be_applied(project: Project, newline: str, end: str, start: str) -> None:
    before, after = (start + (text.rstrip("\n") + end).replace("\n", newline) for text in (APP, FIXED))
    path = project.write("app.py")
    path.write_bytes(before.encode())
    diff = project.run("check", "--diff").out.encode()
    subprocess.run(["patch", "-p0", "--binary"], cwd=project.folder, input=diff, check=True)
    assert path.read_bytes() == after.encode()


def test_encoding_signature_and_line_ends_are_kept(project: Project) -> None:
    crlf = project.write("crlf.py", APP.replace("\n", "\r\n"))
    bom = project.folder / "bom.py"
    bom.write_bytes(b"\xef\xbb\xbf" + APP.encode())
    latin = project.folder / "latin.py"
    head = "# -*- coding: latin-1 -*-\n# caf\xe9\n"
    latin.write_bytes((head + APP).encode("latin-1"))
    project.run("check", "--fix")
    assert crlf.read_bytes() == FIXED.replace("\n", "\r\n").encode()
    assert bom.read_bytes() == b"\xef\xbb\xbf" + FIXED.encode()
    assert latin.read_bytes() == (head + FIXED).encode("latin-1")


def test_the_mode_of_a_file_and_a_link_to_it_are_kept(project: Project, tmp_path: Path) -> None:
    target = tmp_path / "real.py"
    target.write_text(APP)
    target.chmod(0o750)
    link = project.folder / "app.py"
    link.symlink_to(target)
    project.run("check", "--fix")
    assert link.is_symlink()
    assert target.read_text() == FIXED
    assert stat.S_IMODE(target.stat().st_mode) == 0o750
    assert os.listdir(project.folder) == ["app.py"]


def test_only_files_that_were_asked_for_are_changed(project: Project) -> None:
    project.write("pyproject.toml", "")
    one, two = project.write("one.py"), project.write("two.py")
    project.run("check", "--fix", "one.py")
    assert (one.read_text(), two.read_text()) == (FIXED, APP)


def test_unsafe_fixes_need_to_be_asked_for(project: Project) -> None:
    text = APP.replace('str(int(request.args.get("page", 1)))', 'str(bool(request.args.get("all")))')
    path = project.write("app.py", text)
    assert project.run("check", "--fix", "--select", "FLK906").status == 1
    assert path.read_text() == text
    project.run("check", "--fix", "--unsafe-fixes", "--select", "FLK906")
    assert path.read_text() != text


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_cannot_be_written(project: Project) -> None:
    path = project.write("app.py")
    path.chmod(0o444)
    result = project.run("check", "--fix")
    assert result.status == 2
    assert "app.py: cannot be written: Permission denied." in result.err
    assert path.read_text() == APP


def test_all_files_are_written_or_none(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [project.write(name) for name in ("a.py", "b.py", "c.py")]
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith("c.py") and access(path, mode))
    result = project.run("check", "--fix")
    assert result.status == 2
    assert "c.py: cannot be written: Permission denied." in result.err
    assert [f.read_text() for f in files] == [APP] * 3
    assert sorted(os.listdir(project.folder)) == ["a.py", "b.py", "c.py"]


def test_a_file_is_renamed_only_when_asked(project: Project) -> None:
    project.write("main.py", "from flask import Flask\n")
    path = project.write("flask.py", "from flask import Flask\n\napp = Flask(__name__)\n")
    project.run("check", "--fix")
    assert path.exists()
    assert "rename to flask_app.py" in project.run("check", "--diff", "--unsafe-fixes").out.splitlines()
    assert path.exists()
    result = project.run("check", "--fix", "--unsafe-fixes")
    assert "Fixed 1 finding in 1 file." in result.err
    assert result.status == 0
    assert sorted(p.name for p in project.folder.glob("*.py")) == ["flask_app.py", "main.py"]
    assert "Fixed 0 findings." in project.run("check", "--fix", "--unsafe-fixes").err
