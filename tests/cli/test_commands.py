"""The other commands, and the program as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flask_ls import __version__
from flask_ls.project.scan import Scan

from .conftest import APP, Project

COMMAND = [sys.executable, "-m", "flask_ls"]


def test_a_rule_by_code_and_by_name(project: Project) -> None:
    by_code = project.run("rule", "flk905")
    assert by_code.out.startswith("unchecked-number-from-request (FLK905)\n")
    assert by_code == project.run("rule", "unchecked-number-from-request")
    assert project.run("rule", "FLK905", "--output-format", "markdown").out.startswith("# unchecked-number")
    data = project.run("rule", "FLK905", "--output-format", "json").json()
    assert (data["code"], data["severity"], data["default"], data["fixable"]) == ("FLK905", "warning", True, True)


def test_all_rules(project: Project) -> None:
    listed = project.run("rule", "--all")
    assert "Common mistakes\n" in listed.out
    assert "  FLK905  warning      unchecked-number-from-request" in listed.out
    codes = [rule["code"] for rule in project.run("rule", "--all", "--output-format", "json").json()]
    assert codes == sorted(set(codes))
    assert all(f"  {code}  " in listed.out for code in codes)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["FLK950"], "no rule has the code or name 'FLK950'. Did you mean FLK"),
        ([], "give either the code or name of one rule, or --all"),
        (["FLK905", "--all"], "give either the code or name of one rule, or --all"),
    ],
)
def test_a_rule_that_does_not_exist(project: Project, arguments: list[str], message: str) -> None:
    result = project.run("rule", *arguments)
    assert result.status == 2
    assert message in result.err


def test_the_settings_in_force(project: Project) -> None:
    project.write("app.py")
    project.write("flask-ls.toml", 'select = ["FLK9"]\n')
    project.write("requirements.txt", "flask==2.3.2\n")
    shown = project.run("config").out
    assert f"configuration file: {project.folder}/flask-ls.toml" in shown
    assert 'select = ["FLK9"]' in shown
    data = project.run("config", "--output-format", "json").json()
    assert (data["flask"], data["settings"]["select"]) == ("2.3.2", ["FLK9"])


def test_the_routes_of_a_folder_without_an_application(project: Project) -> None:
    project.write("plain.py", "import os\n")
    assert project.run("routes").out == "No Flask application was found.\n"
    assert project.run("routes", "--output-format", "json").json() == {"apps": [], "routes": []}
    result = project.run("routes", "--app", "shop")
    assert result.status == 2
    assert "no application is called 'shop'" in result.err


def test_the_version_and_help(project: Project) -> None:
    assert project.run("--version").out == f"flask-ls {__version__}\n"
    assert "check" in project.run("--help").out
    assert project.run().status == 2


def process(project: Project, *arguments: str, **options: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=project.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,  # type: ignore[call-overload]
    )


def test_the_command_line_loads_neither_pygls_nor_jedi(project: Project) -> None:
    project.write("app.py")
    code = (
        "import sys; from flask_ls.cli.main import run; run(['check', '-q']);"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ('pygls', 'lsprotocol', 'jedi', 'flask')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project.folder, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_repeated_check_loads_no_rules(project: Project) -> None:
    project.write("app.py")
    code = (
        "import sys; from flask_ls.cli.main import run; run(['check', '-q']);"
        "print(sorted(m for m in sys.modules if m.startswith(('flask_ls.rules', 'flask_ls.features', 'pathspec'))))"
    )
    for expected in (True, False):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=project.folder, capture_output=True, text=True, check=True
        )
        assert (done.stdout.splitlines()[-1] != "[]") is expected


def test_a_reader_that_leaves_early_is_no_error(project: Project) -> None:
    for number in range(60):
        project.write(f"app{number}.py", APP * 20)
    running = process(project, "check")
    assert running.stdout is not None
    running.stdout.read(10)
    running.stdout.close()
    assert running.wait(60) == 0
    assert running.stderr is not None
    assert b"Traceback" not in running.stderr.read()


def test_an_interrupt_is_quiet(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("app.py")

    def interrupted(*arguments: object, **keywords: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Scan, "extract", interrupted)
    assert project.run("check") == (130, "", "")


def test_what_is_analysed_is_never_run(project: Project, tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    project.write("app.py", trap + APP)
    for name in ("sitecustomize.py", "json.py", "flask.py", "argparse.py", "conftest.py"):
        project.write(name, trap)
    project.write(".venv/pyvenv.cfg", "home = /usr/bin\n")
    project.write(".venv/lib/python3.11/site-packages/trap.pth", f"import os; {trap}")
    project.write(".venv/bin/python", f"#!/bin/sh\ntouch {tmp_path / 'ran'}\n").chmod(0o755)
    script = Path(sys.executable).with_name("flask-ls")
    if not script.exists():
        pytest.skip("flask-ls is not installed as a program")
    done = subprocess.run([script, "check"], cwd=project.folder, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert not (tmp_path / "ran").exists()


def test_a_folder_by_a_link(project: Project) -> None:
    project.write("shop/app.py")
    (project.folder / "link").symlink_to("shop", target_is_directory=True)
    assert "link/app.py:8:16: FLK905" in project.run("check", "link", "--output-format", "concise").out
    assert "link/app.py:7" in project.run("routes", "link").out


def test_links_that_lead_nowhere_and_pipes_are_passed_over(project: Project) -> None:
    project.write("app.py")
    (project.folder / "one").symlink_to("two")
    (project.folder / "two").symlink_to("one")
    for name in ("pipe.py", "requirements.txt", "uv.lock", "pyproject.toml", ".gitignore", ".env", "sub.html"):
        os.mkfifo(project.folder / name)
    assert "app.py:8:16: FLK905" in project.run("check", "--output-format", "concise").out
    assert project.run("routes").status == project.run("config").status == 0
    for name in ("one", "pipe.py"):
        result = project.run("check", name)
        assert (result.status, result.err) == (2, f"flask-ls: {name}: neither a file nor a folder.\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("command", [["check"], ["routes"], ["rule", "--all"]])
def test_output_that_cannot_be_written(project: Project, command: list[str]) -> None:
    project.write("app.py")
    with open("/dev/full", "w") as full:
        done = subprocess.run([*COMMAND, *command], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "flask-ls: the output cannot be written: No space left on device."
    assert "Traceback" not in done.stderr


def test_closed_standard_streams(project: Project) -> None:
    project.write("app.py")
    for closing in (">&-", "2>&-", "<&-"):
        done = subprocess.run(
            ["sh", "-c", f'"$0" "$@" {closing}', *COMMAND, "check"], capture_output=True, text=True, check=False
        )
        assert (done.returncode, "Traceback" in done.stderr) == (1, False), closing


def test_a_current_folder_that_is_gone(project: Project) -> None:
    gone = project.folder / "gone"
    gone.mkdir()
    code = (
        "import os, sys; os.rmdir(os.getcwd()); os.execv(sys.executable, [sys.executable, '-m', 'flask_ls', 'check'])"
    )
    environment = {**os.environ, "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=gone, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (2, "flask-ls: the current folder does not exist any more.\n")
