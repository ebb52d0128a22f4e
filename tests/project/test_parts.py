"""What each file contributes is asked of the edited file alone, and is in the order of the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from flask_ls.features.workspace import Workspace
from flask_ls.project.checkpoint import no_checkpoint
from flask_ls.project.facts import FileFacts
from flask_ls.project.model import NotYet, ProjectModel

asked: list[str] = []


def functions(facts: FileFacts) -> tuple[str, ...]:
    asked.append(Path(facts.path).name)
    return tuple(facts.functions)


def makers(facts: FileFacts, model: ProjectModel) -> tuple[str, ...]:
    asked.append(Path(facts.path).name)
    return tuple(f for f in facts.functions if model.class_of_result(f"{facts.module}.{f}") == "flask.Flask")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "a.py").write_text("from flask import Flask\n\n\ndef make():\n    return Flask(__name__)\n")
    (tmp_path / "b.py").write_text("import flask\nfrom a import make\n\n\ndef again():\n    return make()\n")
    (tmp_path / "c.py").write_text("import flask\n\n\ndef last():\n    return 1\n")
    workspace = Workspace([str(tmp_path)], use_cache=False)
    workspace.load()
    asked.clear()
    return workspace


def edit(workspace: Workspace, name: str, text: str) -> ProjectModel:
    workspace.set_text(f"{workspace.folders[0]}/{name}", text)
    return workspace.snapshot().model


def names(parts: object) -> list[str]:
    return [Path(path).name for path in parts]  # type: ignore[attr-defined]


def test_only_the_edited_file_is_asked_again(workspace: Workspace) -> None:
    before = workspace.snapshot().model.each(functions)
    assert names(before) == ["a.py", "b.py", "c.py"]
    asked.clear()
    after = edit(workspace, "c.py", "import flask\n\n\ndef last():\n    return 2\n").each(functions)
    assert asked == ["c.py"]
    assert after is before
    after = edit(workspace, "b.py", "import flask\n").each(functions)
    assert names(after) == ["a.py", "c.py"]
    after = edit(workspace, "b.py", "import flask\n\n\ndef other():\n    pass\n").each(functions)
    assert names(after) == ["a.py", "b.py", "c.py"]
    assert after[f"{workspace.folders[0]}/b.py"] == ("other",)


def test_what_depends_on_names_is_asked_again_when_they_change(workspace: Workspace) -> None:
    assert names(workspace.snapshot().model.each_named(makers)) == ["a.py", "b.py"]
    asked.clear()
    edit(workspace, "b.py", "import flask\nfrom a import make\n\n\ndef again():\n    x = 1\n    return make()\n")
    assert names(workspace.snapshot().model.each_named(makers)) == ["a.py", "b.py"]
    assert asked == ["b.py"]
    model = edit(workspace, "a.py", "from flask import Flask\n\n\ndef make():\n    return 1\n")
    assert names(model.each_named(makers)) == []


def test_a_model_that_defers_does_not_wait(tmp_path: Path, workspace: Workspace) -> None:
    deferring = Workspace([str(tmp_path)], use_cache=False, defers=True)
    deferring.load()
    deferring.warm_up()
    model = edit(deferring, "a.py", "from flask import Flask\n\napp = Flask(__name__)\n")
    with pytest.raises(NotYet):
        _ = model.evaluation
    assert model.import_failures == {}
    twin = model.twin(model.checkpoint)
    assert [app.name for app in twin.routes.apps] == ["a.app"]
    with pytest.raises(NotYet):
        _ = model.evaluation


def test_what_cannot_be_found_out_is_not_awaited_for_ever(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    deferring = Workspace([str(tmp_path)], use_cache=False, defers=True)
    deferring.load()
    deferring.warm_up()
    monkeypatch.setattr(ProjectModel, "_evaluate", failing)
    model = edit(deferring, "a.py", "from flask import Flask\n\n\napp = Flask(__name__)\n")
    with pytest.raises(NotYet):
        _ = model.evaluation
    assert deferring.settle(deferring.catch_up(no_checkpoint))
    assert not deferring.is_behind
    with pytest.raises(LookupError):
        _ = deferring.snapshot().model.evaluation
    assert not deferring.is_behind


def failing(model: ProjectModel) -> object:
    raise LookupError
