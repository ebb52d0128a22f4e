"""Which files belong to a project."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from flask_ls.project.discovery import Walker
from flask_ls.project.settings import Settings


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")


def found(folder: Path, **settings: object) -> list[str]:
    walker = Walker([str(folder)], Settings(**settings))  # type: ignore[arg-type]
    files = [os.path.relpath(f, folder) for f in walker.walk().files]
    for name in files:
        assert walker.belongs(str(folder / name)), "a file that is found also belongs"
    return files


def test_python_files_in_order_without_folders_of_tools(tmp_path: Path) -> None:
    make(tmp_path, "b.py", "a/x.py", "a.py", "notes.txt", "a/y.pyi")
    make(tmp_path, ".git/hooks/h.py", "node_modules/m/n.py", "x.egg-info/e.py", "__pycache__/c.py", ".tox/py/t.py")
    assert found(tmp_path) == ["a.py", "b.py", "a/x.py"]


def test_build_results_are_left_out_but_not_a_package_of_that_name(tmp_path: Path) -> None:
    make(tmp_path, "build/lib/shop/app.py", "dist/x.py", "shop/build/__init__.py", "shop/build/steps.py")
    assert found(tmp_path) == ["shop/build/__init__.py", "shop/build/steps.py"]


def test_an_environment_of_any_name_is_left_out(tmp_path: Path) -> None:
    make(tmp_path, "app.py", "my-env/pyvenv.cfg", "my-env/lib/python3.12/site-packages/flask/app.py", "my-env/x.py")
    assert found(tmp_path) == ["app.py"]
    assert not Walker([str(tmp_path)], Settings()).belongs(str(tmp_path / "my-env/x.py"))


def test_libraries_that_were_installed_into_a_folder_are_left_out(tmp_path: Path) -> None:
    make(tmp_path, "app.py", "libs/flask/app.py", "libs/six.py", "libs/own.py", "libs/Flask-3.1.3.dist-info/RECORD")
    (tmp_path / "libs/Flask-3.1.3.dist-info/RECORD").write_text(
        'flask/app.py,sha256=x,7\n"six.py",,\n../../bin/flask,,\n'
    )
    assert found(tmp_path) == ["app.py", "libs/own.py"]
    walker = Walker([str(tmp_path)], Settings())
    assert not walker.belongs(str(tmp_path / "libs/flask/new.py"))
    assert walker.belongs(str(tmp_path / "libs/other.py"))
    assert found(tmp_path / "libs") == ["own.py", "six.py", "flask/app.py"]


def test_a_folder_that_is_itself_excluded_is_walked_when_it_is_the_workspace(tmp_path: Path) -> None:
    make(tmp_path, ".gitignore", "build/app.py", "build/build/no.py")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("build/\n")
    assert found(tmp_path / "build") == ["app.py"]


def test_gitignore_at_every_level(tmp_path: Path) -> None:
    make(
        tmp_path,
        "keep.py",
        "gen_a.py",
        "sub/gen_b.py",
        "sub/gen_keep.py",
        "sub/local/x.py",
        "data/y.py",
        "sub/data/z.py",
    )
    (tmp_path / ".gitignore").write_text("# generated\ngen_*.py\n/data/\n")
    (tmp_path / "sub/.gitignore").write_text("!gen_keep.py\nlocal\n")
    assert found(tmp_path) == ["keep.py", "sub/gen_keep.py", "sub/data/z.py"]
    everything = found(tmp_path, respect_gitignore=False)
    assert "gen_a.py" in everything
    assert "sub/local/x.py" in everything
    assert not Walker([str(tmp_path)], Settings()).belongs(str(tmp_path / "sub/local/new.py"))


def test_gitignore_of_the_repository_around_and_its_private_excludes(tmp_path: Path) -> None:
    make(tmp_path, "services/shop/app.py", "services/shop/secret.py", "services/shop/tmp/x.py")
    (tmp_path / ".git/info").mkdir(parents=True)
    (tmp_path / ".git/info/exclude").write_text("secret.py\n")
    (tmp_path / "services/.gitignore").write_text("shop/tmp/\n")
    assert found(tmp_path / "services/shop") == ["app.py"]


def test_a_package_inside_a_package_is_kept_where_gitignore_only_says_a_name(tmp_path: Path) -> None:
    make(tmp_path, "lib/site.py", "shop/__init__.py", "shop/lib/__init__.py", "shop/lib/a.py", "shop/lib/lib/b.py")
    make(tmp_path, "shop/gen/__init__.py", "shop/notes/lib/c.py")
    (tmp_path / ".gitignore").write_text("lib/\n/shop/gen/\n")
    assert found(tmp_path) == ["shop/__init__.py", "shop/lib/__init__.py", "shop/lib/a.py", "shop/lib/lib/b.py"]
    assert found(tmp_path, extend_exclude=("lib",)) == ["shop/__init__.py"]
    assert found(tmp_path, extend_exclude=("shop/lib",)) == ["shop/__init__.py"]


def test_own_patterns_are_the_last_word(tmp_path: Path) -> None:
    make(tmp_path, "app.py", "legacy/old.py", "legacy/new.py", "a/b/gen.py", "gen.py")
    assert found(tmp_path, extend_exclude=("legacy/old.py", "/gen.py")) == ["app.py", "a/b/gen.py", "legacy/new.py"]
    (tmp_path / ".gitignore").write_text("legacy\n")
    assert found(tmp_path, exclude=("!legacy/",)) == [
        "app.py",
        "gen.py",
        "a/b/gen.py",
        "legacy/new.py",
        "legacy/old.py",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege on Windows")
def test_links_neither_loop_nor_double(tmp_path: Path) -> None:
    make(tmp_path, "pkg/a.py")
    (tmp_path / "pkg/self").symlink_to(tmp_path / "pkg")
    (tmp_path / "again.py").symlink_to(tmp_path / "pkg/a.py")
    (tmp_path / "dead.py").symlink_to(tmp_path / "missing.py")
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    make(outside, "shared.py")
    (tmp_path / "shared.py").symlink_to(outside / "shared.py")
    assert found(tmp_path) == ["shared.py", "pkg/a.py"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_told_and_the_rest_is_found(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "locked/b.py")
    (tmp_path / "locked").chmod(0)
    try:
        result = Walker([str(tmp_path)], Settings()).walk()
    finally:
        (tmp_path / "locked").chmod(0o755)
    assert [os.path.basename(f) for f in result.files] == ["a.py"]
    assert result.unreadable == (str(tmp_path / "locked"),)


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    result = Walker([str(tmp_path / "gone")], Settings()).walk()
    assert result.files == ()
    assert result.unreadable == (str(tmp_path / "gone"),)


def test_folders_within_each_other_give_each_file_once(tmp_path: Path) -> None:
    make(tmp_path, "a/x.py", "b/y.py")
    walker = Walker([str(tmp_path / "a"), str(tmp_path)], Settings())
    assert [os.path.relpath(f, tmp_path) for f in walker.walk().files] == ["a/x.py", "b/y.py"]


def test_what_the_answer_depends_on_names_folders_and_ignore_files(tmp_path: Path) -> None:
    make(tmp_path, "a/x.py")
    (tmp_path / ".gitignore").write_text("y\n")
    inputs = Walker([str(tmp_path)], Settings()).walk().inputs
    assert {str(tmp_path), str(tmp_path / "a"), str(tmp_path / ".gitignore")} <= set(inputs)


def test_a_walk_can_be_cancelled(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "b/c.py")
    assert Walker([str(tmp_path)], Settings()).walk(lambda: True).files == ()
