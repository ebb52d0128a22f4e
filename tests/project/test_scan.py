"""Facts of a whole workspace: found again between runs, and never stale."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from flask_ls.project import scan as module
from flask_ls.project.cache import Cache
from flask_ls.project.facts import FileFacts
from flask_ls.project.modules import ModuleIndex
from flask_ls.project.scan import Scan
from flask_ls.project.store import Document
from flask_ls.syntax.source import SourceFile

FILES = {"app.py": "from flask import Flask\napp = Flask(__name__)\n", "views.py": "from app import app\nx = 1\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
        settle(tmp_path / name)
    return tmp_path


def settle(path: Path) -> None:
    """Let the file look as if it had not been touched for an hour."""
    old = time.time() - 3600
    os.utime(path, (old, old))


class Run:
    """One scan as a process makes it."""

    def __init__(self, folder: Path, cache: Path, name: str = "w", **documents: str) -> None:
        paths = sorted(str(p) for p in folder.rglob("*.py"))
        self.index = ModuleIndex(paths, [str(folder)])
        opened = {str(folder / f"{n}.py"): Document(SourceFile(t)) for n, t in documents.items()}
        self.scan = Scan(paths, frozenset({"x"}), open_documents=opened, cache=Cache(str(cache)), name=name)
        self.uses_flask = self.scan.look()
        self.stored = self.scan.stored(self.index)
        todo = [p for p in self.scan.relevant if p not in self.stored]
        self.extracted = [os.path.basename(p) for p in todo]
        facts = self.scan.extract(todo, self.index)
        saved = [f for f in facts if f.path not in opened]
        if saved:
            self.scan.add(self.scan.pack(saved))
        self.facts: dict[str, FileFacts] = {**self.stored, **{f.path: f for f in facts}}
        self.scan.save(self.facts.values)

    def exports(self, name: str) -> set[str]:
        (facts,) = [f for p, f in self.facts.items() if p.endswith(name)]
        return set(facts.exports)


def test_a_second_run_extracts_nothing_and_knows_the_same(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cache = tmp_path_factory.mktemp("cache")
    first, second = Run(folder, cache), Run(folder, cache)
    assert first.extracted == ["app.py", "views.py"]
    assert second.extracted == []
    assert second.facts == first.facts


def test_a_changed_file_is_extracted_again_and_only_that(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cache = tmp_path_factory.mktemp("cache")
    Run(folder, cache)
    (folder / "views.py").write_text("from app import app\ny = 1\n")
    settle(folder / "views.py")
    second = Run(folder, cache)
    assert second.extracted == ["views.py"]
    assert second.exports("views.py") == {"app", "y"}
    third = Run(folder, cache)
    assert (third.extracted, third.facts) == ([], second.facts)


def test_a_change_that_leaves_size_and_times_alone_is_seen(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cache = tmp_path_factory.mktemp("cache")
    # Just written: the clock may not tell the next change from this one.
    (folder / "views.py").write_text("from app import app\nx = 1\n")
    Run(folder, cache)
    times = os.stat(folder / "views.py")
    (folder / "views.py").write_text("from app import app\nz = 1\n")
    os.utime(folder / "views.py", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert Run(folder, cache).exports("views.py") == {"app", "z"}


def test_facts_of_an_old_text_are_not_taken_for_those_of_a_new_one(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The file mattered, then changed while it did not matter, then matters again."""
    cache = tmp_path_factory.mktemp("cache")
    app = (folder / "app.py").read_text()
    Run(folder, cache)
    (folder / "app.py").write_text("app = None\n")
    (folder / "views.py").write_text("from app import app\nchanged = 1\n")
    assert not Run(folder, cache).uses_flask
    (folder / "app.py").write_text(app)
    assert Run(folder, cache).exports("views.py") == {"app", "changed"}


def test_a_buffer_counts_instead_of_the_file_and_is_not_stored(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cache = tmp_path_factory.mktemp("cache")
    assert Run(folder, cache, views="buffered = 1\n").exports("views.py") == {"buffered"}
    assert Run(folder, cache).exports("views.py") == {"app", "x"}


def test_a_file_that_became_another_module_is_extracted_again(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cache = tmp_path_factory.mktemp("cache")
    package = folder / "shop"
    package.mkdir()
    (package / "__init__.py").write_text("import flask\n")
    settle(package / "__init__.py")
    Run(folder, cache)
    (folder / "pyproject.toml").write_text("")
    (folder / "setup.py").write_text("")
    second = Run(folder, cache)
    assert "setup.py" in second.extracted
    assert {f.module for f in second.facts.values()} == {m.name for m in second.index}


def test_damaged_stored_facts_are_ignored(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    cache = tmp_path_factory.mktemp("cache")
    first = Run(folder, cache)
    (stored,) = cache.iterdir()
    Cache(str(cache)).write(stored.name, b"whole, but nothing that was ever written")
    second = Run(folder, cache)
    assert second.extracted == ["app.py", "views.py"]
    assert second.facts == first.facts


def test_packs_are_made_anew_when_there_are_many(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MAX_PACKS", 3)
    cache = tmp_path_factory.mktemp("cache")
    sizes = []
    for number in range(9):
        (folder / "views.py").write_text(f"from app import app\nname{number} = 1\n")
        settle(folder / "views.py")
        assert Run(folder, cache).exports("views.py") == {"app", f"name{number}"}
        (stored,) = cache.iterdir()
        sizes.append(stored.stat().st_size)
    assert sizes[3] < sizes[2]
    assert sizes[6] < sizes[5]
    assert Run(folder, cache).extracted == []


def test_a_large_table_without_flask_is_not_parsed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (folder / "table.py").write_text("rows = [\n" + "    (1, 2, 3),\n" * 120_000 + "]\n")
    assert Run(folder, tmp_path_factory.mktemp("cache")).extracted == ["app.py", "views.py"]


def test_files_that_are_no_files_are_told(tmp_path: Path) -> None:
    scan = Scan([str(tmp_path / "gone.py"), str(tmp_path)], frozenset())
    assert not scan.look()
    assert scan.unreadable == [str(tmp_path / "gone.py"), str(tmp_path)]


def test_a_look_can_be_cancelled(folder: Path) -> None:
    scan = Scan([str(folder / "app.py")], frozenset())
    assert not scan.look(lambda: True)
    assert scan.glances == {}
