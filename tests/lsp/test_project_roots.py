"""Which project a file belongs to that was opened without a folder."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from flask_ls.lsp.roots import project_root


def write(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    return path.as_posix()


def test_the_nearest_folder_with_a_marker(tmp_path: Path) -> None:
    write(tmp_path / "shop" / "pyproject.toml")
    write(tmp_path / "shop" / "api" / "requirements.txt")
    assert project_root(write(tmp_path / "shop" / "src" / "shop" / "app.py")) == (tmp_path / "shop").as_posix()
    assert project_root(write(tmp_path / "shop" / "api" / "app.py")) == (tmp_path / "shop" / "api").as_posix()


def test_the_folder_of_the_outermost_package(tmp_path: Path) -> None:
    for folder in ("shop", "shop/views"):
        write(tmp_path / "x" / folder / "__init__.py")
    assert project_root(write(tmp_path / "x" / "shop" / "views" / "a.py")) == (tmp_path / "x").as_posix()


def test_a_lone_file_has_its_folder(tmp_path: Path) -> None:
    assert project_root(write(tmp_path / "x" / "app.py")) == (tmp_path / "x").as_posix()


@pytest.mark.parametrize(
    "path",
    [
        "/app.py",
        "/usr/app.py",
        f"{Path.home().as_posix()}/app.py",
        f"{Path(tempfile.gettempdir()).as_posix()}/app.py",
        "/srv/venv/lib/python3.12/site-packages/flask/app.py",
        "D:/app.py",
    ],
)
def test_no_project_is_everything(path: str) -> None:
    assert project_root(path) is None
