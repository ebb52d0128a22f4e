"""Stored results: found again, bounded, and harmless when damaged. And what they depend on."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from flask_ls.project import cache as module
from flask_ls.project.cache import Cache, default_folder
from flask_ls.project.inputs import Inputs, unchanged

LONG_AGO = time.time_ns() + 3600 * 10**9
"""A start of the scan as it looks when all files have been left alone for an hour."""


def test_what_is_written_is_read(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path / "c"))
    assert cache.read("x") is None
    cache.write("x", b"one")
    cache.write("x", b"two")
    assert Cache(str(tmp_path / "c")).read("x") == b"two"
    assert os.listdir(tmp_path / "c") == ["x"]


@pytest.mark.parametrize(
    "damage", [lambda d: d[:-1], lambda d: d + b"x", lambda d: b"", lambda d: d[:40] + b"?" + d[41:]]
)
def test_a_damaged_result_counts_as_none(tmp_path: Path, damage: object) -> None:
    cache = Cache(str(tmp_path))
    cache.write("x", b"payload of some length")
    data = (tmp_path / "x").read_bytes()
    (tmp_path / "x").write_bytes(damage(data))  # type: ignore[operator]
    assert cache.read("x") is None


def test_the_folder_is_bounded_and_the_least_used_go_first(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path), limit=4000)
    for number in range(6):
        cache.write(f"r{number}", bytes(900))
        os.utime(tmp_path / f"r{number}", (time.time() - 100 + number,) * 2)
    cache.write("last", bytes(900))
    assert sorted(os.listdir(tmp_path)) == ["last", "r3", "r4", "r5"]
    cache.write("huge", bytes(3000))
    assert cache.read("huge") is None


def test_leftovers_of_a_crash_and_old_results_are_removed(tmp_path: Path) -> None:
    for name, age in (("x.1.tmp", 7200), ("y.2.tmp", 10), ("old", 200 * 24 * 3600)):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    Cache(str(tmp_path)).write("new", b"")
    assert sorted(os.listdir(tmp_path)) == ["new", "y.2.tmp"]


def test_no_folder_and_an_impossible_folder_store_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for cache in (Cache(None), Cache(str(tmp_path / "file" / "c"))):
        cache.write("x", b"")
        assert cache.read("x") is None


def test_the_folder_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/c")
    assert default_folder() == "/var/c/flask-ls"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert default_folder() is None
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/u")
    assert default_folder() == "/home/u/.cache/flask-ls"


def test_the_key_differs_by_every_part() -> None:
    keys = {module.key_of("a", "b"), module.key_of("ab"), module.key_of("a", ("b",)), module.key_of("a", "c")}
    assert len(keys) == 4


def state(*paths: Path, start: int = LONG_AGO) -> dict[str, object]:
    inputs = Inputs(start)
    inputs.add(map(str, paths))
    return dict(inputs.state())


def test_any_change_is_noticed(tmp_path: Path) -> None:
    file, absent = tmp_path / "a.py", tmp_path / "b.py"
    file.write_text("one")
    before = state(tmp_path, file, absent)
    assert unchanged(before)  # type: ignore[arg-type]
    file.write_text("two!")
    assert not unchanged(before)  # type: ignore[arg-type]
    before = state(tmp_path, file, absent)
    absent.write_text("")
    assert not unchanged(before)  # type: ignore[arg-type]


def test_a_change_within_one_tick_of_the_clock_is_noticed_by_content(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("one")
    before = state(tmp_path, file, start=time.time_ns())
    assert unchanged(before)  # type: ignore[arg-type]
    times = os.stat(file)
    file.write_text("two")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert not unchanged(before)  # type: ignore[arg-type]


def test_a_new_name_in_a_folder_is_noticed_even_with_the_old_times(tmp_path: Path) -> None:
    before = state(tmp_path, start=time.time_ns())
    times = os.stat(tmp_path)
    (tmp_path / "new.py").write_text("")
    os.utime(tmp_path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert not unchanged(before)  # type: ignore[arg-type]
