"""Which Python environment is used, why, and what is installed in it. Nothing of it is ever started."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from flask_ls.project.environment import Environment, discover
from flask_ls.project.pins import LATEST_FLASK


def environment(
    folder: Path, flask: str | None = "2.3.3", *, python: str = "3.11", config: str = "home = /usr/bin\n"
) -> Path:
    packages = folder / "lib" / f"python{python}" / "site-packages"
    packages.mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text(config)
    if flask is not None:
        (packages / f"flask-{flask}.dist-info").mkdir()
    return packages


def found(folder: Path, setting: str | None = None, *, trusted: bool = True, **environ: str) -> Environment:
    return discover([str(folder)], setting, trusted=trusted, environ=environ)


def test_the_setting_then_the_active_one_then_one_in_the_workspace(tmp_path: Path) -> None:
    environment(tmp_path / "project/.venv", "2.0.1")
    environment(tmp_path / "active", "2.1.0")
    environment(tmp_path / "project/chosen", "2.2.0")
    environment(tmp_path / "conda", "2.4.0")
    project = tmp_path / "project"
    active = {"VIRTUAL_ENV": str(tmp_path / "active"), "CONDA_PREFIX": str(tmp_path / "conda")}
    by_setting = found(project, "chosen", **active)
    assert by_setting.flask[0] == "2.2.0"
    assert "setting" in by_setting.why
    by_variable = found(project, **active)
    assert by_variable.flask[0] == "2.1.0"
    assert "VIRTUAL_ENV" in by_variable.why
    in_workspace = found(project, CONDA_PREFIX=str(tmp_path / "conda"))
    assert in_workspace.flask == ("2.0.1", f"installed in {project}/.venv")
    assert in_workspace.why == ".venv in the workspace"


def test_conda_and_folders_around_and_inside(tmp_path: Path) -> None:
    environment(tmp_path / "conda", "2.4.0")
    project = tmp_path / "repository" / "backend"
    project.mkdir(parents=True)
    assert "CONDA_PREFIX" in found(project, CONDA_PREFIX=str(tmp_path / "conda")).why
    environment(tmp_path / "repository/venv", "2.1.0")
    assert "above the workspace" in found(project).why
    environment(tmp_path / "repository/backend/my-env", "2.2.0")
    assert found(project).why == "my-env in the workspace"


def test_what_the_project_pins_comes_before_what_another_environment_has(tmp_path: Path) -> None:
    project = tmp_path / "repository"
    project.mkdir()
    (project / "requirements.txt").write_text("flask==1.1.4\nsqlalchemy==1.3.24\n")
    environment(tmp_path / "venv", "3.1.0")
    around = found(project)
    assert around.flask == ("1.1.4", "named in the project's requirements")
    assert around.version("sqlalchemy") == "1.3.24"
    environment(project / ".venv", "2.0.1")
    own = found(project)
    assert own.flask == ("2.0.1", f"installed in {project}/.venv")
    assert own.version("SQLAlchemy") == "1.3.24"


def test_one_with_flask_is_preferred_to_one_without(tmp_path: Path) -> None:
    environment(tmp_path / "tools", None)
    environment(tmp_path / "project/venv", "2.2.5")
    assert found(tmp_path / "project", VIRTUAL_ENV=str(tmp_path / "tools")).flask[0] == "2.2.5"
    # Whoever names one by the setting means that one.
    assert found(tmp_path / "project", str(tmp_path / "tools")).folder == str(tmp_path / "tools")


def test_a_setting_that_is_no_environment_is_told(tmp_path: Path) -> None:
    problem = found(tmp_path, "nowhere").problem
    assert problem is not None
    assert "nowhere" in problem


def test_the_setting_may_be_an_interpreter(tmp_path: Path) -> None:
    environment(tmp_path / "env", "2.2.1")
    interpreter = tmp_path / "env/bin/python"
    interpreter.parent.mkdir()
    interpreter.write_text("#!/bin/sh\ntouch ran\n")
    interpreter.chmod(0o755)
    assert found(tmp_path, str(interpreter)).flask[0] == "2.2.1"
    assert not os.path.exists("ran")


def test_nothing_of_an_untrusted_workspace_is_used(tmp_path: Path) -> None:
    environment(tmp_path / ".venv", "0.1")
    untrusted = found(tmp_path, ".venv", trusted=False, VIRTUAL_ENV=str(tmp_path / ".venv"))
    assert untrusted.folder == sys.prefix
    assert not any(p.startswith(str(tmp_path)) for p in untrusted.search_path)
    assert untrusted.problem is not None
    assert "not trusted" in untrusted.problem


def test_versions_come_from_the_names_of_metadata_folders(tmp_path: Path) -> None:
    packages = environment(tmp_path / ".venv", "3.0.2")
    for name in ("Flask_SQLAlchemy-3.1.1.dist-info", "zope.interface-6.0.dist-info", "old_thing-1.0.egg-info", "x.py"):
        (packages / name).mkdir()
    env = found(tmp_path)
    assert env.installed == {"flask": "3.0.2", "flask-sqlalchemy": "3.1.1", "zope-interface": "6.0", "old-thing": "1.0"}
    assert env.version("Flask-SQLAlchemy") == "3.1.1"


def test_pth_files_are_data(tmp_path: Path) -> None:
    packages = environment(tmp_path / ".venv")
    (tmp_path / "src").mkdir()
    (packages / "a.pth").write_text(f"# comment\n{tmp_path}/src\n../nothing\nimport os; os.mkdir('{tmp_path}/ran')\n")
    assert found(tmp_path).search_path == (str(packages), str(tmp_path / "src"))
    assert not (tmp_path / "ran").exists()


def test_system_packages_when_the_environment_includes_them(tmp_path: Path) -> None:
    system = tmp_path / "usr/lib/python3.11/site-packages"
    system.mkdir(parents=True)
    (system / "flask-2.0.0.dist-info").mkdir()
    config = f"home = {tmp_path}/usr/bin\ninclude-system-site-packages = true\n"
    environment(tmp_path / "project/.venv", None, config=config)
    assert found(tmp_path / "project").flask[0] == "2.0.0"


@pytest.mark.parametrize(
    ("name", "text", "version"),
    [
        ("requirements.txt", "# pins\nclick==8\nFlask[async]==2.2.5  # old\n", "2.2.5"),
        ("requirements.txt", "flask>=2.2, <3\n", "2.2"),
        ("requirements.txt", "flask==2.2.*\n", "2.2"),
        ("requirements.txt", "flask<3.0\n", "2.3.3"),
        ("requirements.txt", "Flask[async] >=1.0, <2.3 ; python_version > '3'\n", "2.2"),
        ("requirements.txt", "flask<2.2.5,!=2.2.4\n", "2.2.4"),
        ("requirements.txt", "flask <= 2.1.3  # < 3\n", "2.1.3"),
        ("requirements.txt", "flask>=2  # < 3\nflask==1.1.2\n", "1.1.2"),
        ("setup.py", "setup(install_requires=['flask>=1.0,<2.1', 'x'])\n", "2.0"),
        ("requirements-prod.txt", "flask~=2.1.0\n", "2.1.0"),
        ("requirements/base.txt", "flask == 1.1.4\n", "1.1.4"),
        ("pyproject.toml", '[project]\ndependencies = ["flask==3.0.3"]\n', "3.0.3"),
        ("pyproject.toml", '[tool.poetry.dependencies]\nflask = "^2.3.2"\n', "2.3.2"),
        ("uv.lock", '[[package]]\nname = "flask"\nversion = "3.0.0"\n', "3.0.0"),
        ("poetry.lock", '[[package]]\nname = "Flask"\nversion = "1.0.4"\n', "1.0.4"),
        ("Pipfile.lock", json.dumps({"default": {"flask": {"version": "==2.0.3"}}}), "2.0.3"),
        ("setup.py", "setup(install_requires=['flask==0.12.5', 'x'])\n", "0.12.5"),
        ("setup.cfg", "[options]\ninstall_requires =\n    flask==1.0\n", "1.0"),
    ],
)
def test_a_pinned_version_counts_when_nothing_is_installed(tmp_path: Path, name: str, text: str, version: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    assert found(tmp_path).flask == (version, "named in the project's requirements")


@pytest.mark.parametrize("text", ["flask>=2\n", "flask<4\n", "flask\n", "flask-login==1.0\n", "[broken"])
def test_without_any_version_the_latest_is_assumed(tmp_path: Path, text: str) -> None:
    (tmp_path / "requirements.txt").write_text(text)
    (tmp_path / "uv.lock").write_text(text)
    assert found(tmp_path).flask[0] == LATEST_FLASK


def test_an_installed_version_is_stronger_than_a_pinned_one(tmp_path: Path) -> None:
    environment(tmp_path / ".venv", "3.0.0")
    (tmp_path / "requirements.txt").write_text("flask==1.0\nredis==5.0\n")
    env = found(tmp_path)
    assert env.flask[0] == "3.0.0"
    assert env.version("redis") == "5.0"


def test_pins_of_nested_projects_count_where_they_agree(tmp_path: Path) -> None:
    for name, text in (
        ("backend", "flask==2.1.3\nredis==4.0\n"),
        ("worker", "redis==5.0\n"),
        ("docs", "flask==2.1.3\n"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "requirements.txt").write_text(text)
    env = found(tmp_path)
    assert env.flask[0] == "2.1.3"
    assert env.version("redis") is None
    assert str(tmp_path / "backend" / "requirements.txt") in env.inputs
    (tmp_path / "requirements.txt").write_text("flask\n")
    assert found(tmp_path).flask[0] == LATEST_FLASK


@pytest.mark.parametrize(
    ("name", "text", "is_asked"),
    [
        ("setup.py", "setup(name='my-flask-blog', install_requires=['markdown'])\n", False),
        ("requirements.txt", "fabric\nflask-login==0.6\n", False),
        ("setup.py", "setup(\n    keywords=[\n        'flask',\n    ])\n", False),
        ("setup.py", "setup(install_requires=['Flask'])\n", True),
        ("requirements/dev.txt", "pytest\nFlask  # newest\n", True),
        ("Pipfile.lock", '{"default": {"flask": {}}}', True),
        ("poetry.lock", '[[package]]\nname = "flask"\n', True),
    ],
)
def test_nested_pins_count_while_the_folder_itself_does_not_ask_for_flask(
    tmp_path: Path, name: str, text: str, is_asked: bool
) -> None:
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / "requirements.txt").write_text("flask==1.1.1\nsqlalchemy==1.3.8\n")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    env = found(tmp_path)
    assert env.flask[0] == (LATEST_FLASK if is_asked else "1.1.1")
    assert env.version("sqlalchemy") == (None if is_asked else "1.3.8")


def test_pins_of_projects_two_folders_below(tmp_path: Path) -> None:
    for name in ("users", "orders"):
        (tmp_path / "services" / name).mkdir(parents=True)
        (tmp_path / "services" / name / "requirements.txt").write_text("flask==1.0.2\n")
    assert found(tmp_path).flask[0] == "1.0.2"
    (tmp_path / "services" / "requirements.txt").write_text("flask==1.1.4\n")
    assert found(tmp_path).flask[0] == "1.1.4"


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("flask-sqlalchemy==2.3.2\n", "1.3.24"),
        ("flask-sqlalchemy==2.5.1\n", "1.4.54"),
        ("flask-sqlalchemy==2.3.2\nsqlalchemy==1.2.1\n", "1.2.1"),
        ("flask-sqlalchemy==3.1.1\n", None),
        ("flask\n", None),
    ],
)
def test_an_old_flask_sqlalchemy_needs_an_old_sqlalchemy(tmp_path: Path, text: str, version: str | None) -> None:
    (tmp_path / "requirements.txt").write_text(text)
    assert found(tmp_path).version("sqlalchemy") == version


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("flask==1.1.4\nflask-sqlalchemy\n", "2.5.1"),
        ("flask==2.2.5\nflask-sqlalchemy\n", None),
        ("sqlalchemy<1.4\nflask-sqlalchemy\n", "2.5.1"),
        ("flask==1.1.4\nflask-sqlalchemy==2.4.4\n", "2.4.4"),
    ],
)
def test_an_old_flask_or_sqlalchemy_needs_an_old_flask_sqlalchemy(
    tmp_path: Path, text: str, version: str | None
) -> None:
    (tmp_path / "requirements.txt").write_text(text)
    assert found(tmp_path).version("flask-sqlalchemy") == version
