"""Whatever is edited, in whatever order: a project that was edited says what one says that is read anew."""

from __future__ import annotations

import ast
import random
from dataclasses import replace
from pathlib import Path

import pytest
from edited_projects import FACTORY, PROJECTS, TYPED

from flask_ls.features.snapshot import Snapshot
from flask_ls.features.workspace import Workspace
from flask_ls.project.checkpoint import no_checkpoint
from flask_ls.project.routes import RouteTable
from flask_ls.syntax.source import SourceFile


class Editing:
    """Makes one random edit after another; the texts parse, mostly."""

    def __init__(self, project: str, seed: int) -> None:
        self._original = PROJECTS[project]
        self._typed = TYPED[project]
        self.files = dict(self._original)
        self._chance = random.Random(seed)

    def edit(self) -> str:
        """Change a file; its name."""
        name = self._chance.choice(sorted(self.files))
        kind = self._chance.choice((self._insert, self._insert, self._delete, self._move, self._comment, self._revert))
        text = kind(name)
        if not SourceFile(text).is_broken:
            self.files[name] = text
        return name

    def _blocks(self, text: str) -> list[tuple[list[ast.stmt], int]]:
        tree = ast.parse(text)
        found = [(tree.body, 0)]
        found += [
            (n.body, n.body[0].col_offset) for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.ClassDef))
        ]
        return found

    def _insert(self, name: str) -> str:
        lines = self.files[name].splitlines()
        block, indent = self._chance.choice(self._blocks(self.files[name]))
        at = self._chance.choice([*(_first_line(s) - 1 for s in block), block[-1].end_lineno]) if block else 0
        new = [" " * indent + line for line in self._chance.choice(self._typed).splitlines()]
        return "\n".join([*lines[:at], *new, *lines[at:], ""])

    def _delete(self, name: str) -> str:
        lines = self.files[name].splitlines()
        block, _ = self._chance.choice(self._blocks(self.files[name]))
        if len(block) < 2:
            return self.files[name]
        statement = self._chance.choice(block)
        return "\n".join([*lines[: _first_line(statement) - 1], *lines[statement.end_lineno :], ""])

    def _move(self, name: str) -> str:
        body = ast.parse(self.files[name]).body
        if len(body) < 2:
            return self.files[name]
        statement = self._chance.choice(body)
        lines = self.files[name].splitlines()
        cut = lines[_first_line(statement) - 1 : statement.end_lineno]
        rest = [*lines[: _first_line(statement) - 1], *lines[statement.end_lineno :]]
        return "\n".join([*rest, *cut, ""])

    def _comment(self, name: str) -> str:
        return self._chance.choice(("# a comment\n", "\n\n", '"""A docstring."""\n')) + self.files[name]

    def _revert(self, name: str) -> str:
        return self._original[name]


def _first_line(statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(d.lineno for d in decorators)])


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def told(table: RouteTable) -> RouteTable:
    """A table without the ids of blueprints, which only tell them apart."""
    return replace(table, blueprints=tuple(replace(b, id="") for b in table.blueprints))


def everything(snapshot: Snapshot) -> dict[str, object]:
    """What is said of a project, with all places."""
    model = snapshot.model
    return {
        "findings": {path: snapshot.findings(path) for path in snapshot.paths()},
        "routes": told(model.routes),
        "configs": model.configs,
        "imports": dict(model.import_failures),
        "contexts": {
            path: [(p.code, p.use.site, p.witness, p.always) for p in model.contexts.problems(path)]
            for path in snapshot.paths()
        },
    }


@pytest.fixture(params=[(name, seed) for name in PROJECTS for seed in range(4)], ids=lambda p: f"{p[0]}-{p[1]}")
def session(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Editing]:
    name, seed = request.param
    write(tmp_path, PROJECTS[name])
    return tmp_path, Editing(name, seed)


def read_anew(folder: Path, files: dict[str, str]) -> Snapshot:
    write(folder, files)
    workspace = Workspace([str(folder)], use_cache=False)
    workspace.load()
    return workspace.snapshot()


def test_edits_one_by_one_say_what_reading_anew_says(session: tuple[Path, Editing]) -> None:
    folder, editing = session
    workspace = Workspace([str(folder)], use_cache=False)
    workspace.load()
    everything(workspace.snapshot())
    for number in range(12):
        name = editing.edit()
        workspace.set_text(str(folder / name), editing.files[name])
        found = everything(workspace.snapshot())
        if number % 3 == 2:
            expected = everything(read_anew(folder, editing.files))
            for part, value in expected.items():
                assert found[part] == value, (part, name)


def test_what_is_withheld_is_found_in_the_end(session: tuple[Path, Editing]) -> None:
    folder, editing = session
    workspace = Workspace([str(folder)], use_cache=False, defers=True)
    workspace.load()
    workspace.warm_up()
    for number in range(12):
        name = editing.edit()
        path = str(folder / name)
        workspace.set_text(path, editing.files[name])
        early = workspace.snapshot().findings(path)
        if workspace.is_behind:
            assert workspace.settle(workspace.catch_up(no_checkpoint))
        late = workspace.snapshot().findings(path)
        # What was said at once was right, or had been said of the untouched code before.
        assert not [f for f in early if f not in late and f.fixes], (name, number)
        if number % 3 == 2:
            fresh = read_anew(folder, editing.files)
            assert late == fresh.findings(path), (name, number)
            assert told(workspace.snapshot().model.routes) == told(fresh.model.routes)


def test_files_that_come_and_go(tmp_path: Path) -> None:
    write(tmp_path, FACTORY)
    workspace = Workspace([str(tmp_path)], use_cache=False)
    workspace.load()
    everything(workspace.snapshot())
    api = tmp_path / "shop/api.py"
    api.write_text("from shop.views import bp\n\n\n@bp.get('/api')\ndef api():\n    return 'x'\n")
    workspace.files_changed([str(api)])
    views = FACTORY["shop/views.py"].replace("import Item", "import Item\nimport shop.api")
    workspace.set_text(str(tmp_path / "shop/views.py"), views)
    found = everything(workspace.snapshot())
    assert found == everything(read_anew(tmp_path, {**FACTORY, "shop/views.py": views}))
    api.unlink()
    workspace.files_changed([str(api)])
    found = everything(workspace.snapshot())
    assert found == everything(read_anew(tmp_path, {**FACTORY, "shop/views.py": views}))
