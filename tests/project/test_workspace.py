"""The owner of a project: what changes when texts, files and settings change, and what a snapshot keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from flask_ls.features.workspace import Workspace
from flask_ls.project.settings import Settings

APP = """from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    return str(int(request.args.get("page", 1)))
"""
FIXED = APP.replace('int(request.args.get("page", 1))', 'request.args.get("page", 1, type=int)')


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    project = tmp_path / "project"
    project.mkdir()
    (project / "app.py").write_text(APP)
    (project / "helpers.py").write_text("from app import app\n\n\ndef help():\n    return app\n")
    return project


def loaded(folder: Path, **options: object) -> Workspace:
    workspace = Workspace([str(folder)], **options)  # type: ignore[arg-type]
    workspace.load()
    return workspace


def codes(workspace: Workspace, folder: Path, name: str = "app.py") -> list[str]:
    return [f.code for f in workspace.snapshot().findings(str(folder / name))]


def test_a_first_scan_finds_files_and_mistakes(folder: Path) -> None:
    workspace = loaded(folder)
    assert [Path(p).name for p in workspace.snapshot().paths()] == ["app.py", "helpers.py"]
    assert codes(workspace, folder) == ["FLK905"]


def test_before_the_scan_there_is_nothing(folder: Path) -> None:
    snapshot = Workspace([str(folder)]).snapshot()
    assert snapshot.paths() == []
    assert not snapshot.loaded
    assert snapshot.findings(str(folder / "app.py")) == []


def test_an_open_buffer_counts_instead_of_the_file(folder: Path) -> None:
    workspace = loaded(folder)
    path = str(folder / "app.py")
    workspace.set_text(path, FIXED)
    assert codes(workspace, folder) == []
    assert workspace.snapshot().source(path).text == FIXED  # type: ignore[union-attr]
    workspace.close(path)
    assert codes(workspace, folder) == ["FLK905"]


def test_what_templates_send_follows_their_edits(folder: Path) -> None:
    (folder / "app.py").write_text(APP.replace('int(request.args.get("page", 1))', 'bool(request.args.get("edit"))'))
    (folder / "templates").mkdir()
    page = folder / "templates" / "page.html"
    page.write_text("<a href='/?edit=1'>Edit</a>")
    workspace = loaded(folder)
    assert codes(workspace, folder) == []
    workspace.set_text(str(page), "<a href='/?edit=1'>Edit</a> <a href='/?edit=0'>Leave</a>")
    workspace.set_text(str(folder / "app.py"), (folder / "app.py").read_text().replace("index", "show"))
    assert codes(workspace, folder) == ["FLK906"]
    workspace.close(str(page))
    workspace.close(str(folder / "app.py"))
    assert codes(workspace, folder) == []


def test_only_an_edit_that_others_see_is_told(folder: Path) -> None:
    workspace = loaded(folder)
    path = str(folder / "helpers.py")
    text = (folder / "helpers.py").read_text()
    assert not workspace.set_text(path, text)
    assert not workspace.set_text(path, text.replace("import app\n", "import app\n\n# words\n"))
    assert workspace.set_text(path, text + "\n\ndef more():\n    return 1\n")


def test_a_snapshot_stays_what_it_was(folder: Path) -> None:
    workspace = loaded(folder)
    path = str(folder / "app.py")
    workspace.set_text(path, APP)
    before = workspace.snapshot()
    workspace.set_text(path, FIXED)
    assert [f.code for f in before.findings(path)] == ["FLK905"]
    assert before.source(path).text == APP  # type: ignore[union-attr]
    assert before.model.read is not None
    assert before.model.read(path).text == APP  # type: ignore[union-attr]
    assert workspace.snapshot() is workspace.snapshot()


def test_positions_are_those_of_the_new_text(folder: Path) -> None:
    workspace = loaded(folder)
    path = str(folder / "app.py")
    workspace.set_text(path, "# one line more\n" + APP)
    (finding,) = workspace.snapshot().findings(path)
    assert workspace.snapshot().source(path).text[slice(*finding.span)].startswith("int(")  # type: ignore[union-attr]
    function = workspace.snapshot().model.files[path].functions["index"]
    assert workspace.snapshot().source(path).text[slice(*function.name_span)] == "index"  # type: ignore[union-attr]


def test_saved_files_that_come_change_and_go(folder: Path) -> None:
    workspace = loaded(folder)
    new = folder / "views.py"
    new.write_text("from app import app\n")
    assert workspace.files_changed([str(new)])
    assert str(new) in workspace.snapshot().paths()
    new.write_text("from app import app\nvalue = 1\n")
    assert workspace.files_changed([str(new)])
    assert "value" in workspace.snapshot().model.files[str(new)].exports
    new.unlink()
    assert workspace.files_changed([str(new)])
    assert str(new) not in workspace.snapshot().paths()


def test_a_file_that_is_open_is_not_overridden_by_a_change_on_disk(folder: Path) -> None:
    workspace = loaded(folder)
    path = str(folder / "app.py")
    workspace.set_text(path, FIXED)
    (folder / "app.py").write_text("import flask\n")
    assert not workspace.files_changed([path])
    assert codes(workspace, folder) == []


def test_a_new_buffer_that_was_never_saved_takes_part(folder: Path) -> None:
    workspace = loaded(folder)
    path = str(folder / "new.py")
    assert workspace.set_text(path, "from app import app\nfresh = 1\n")
    assert "fresh" in workspace.snapshot().model.files[path].exports
    assert workspace.close(path) in (True, False)
    workspace.load()
    assert path not in workspace.snapshot().paths()


def test_an_excluded_file_that_is_opened_stays_out(folder: Path) -> None:
    (folder / ".venv").mkdir()
    workspace = loaded(folder)
    path = str(folder / ".venv" / "x.py")
    assert not workspace.set_text(path, APP)
    assert codes(workspace, folder, ".venv/x.py") == []


def test_without_flask_nothing_is_indexed_until_it_appears(folder: Path) -> None:
    (folder / "app.py").write_text("import django\n")
    workspace = loaded(folder)
    assert workspace.snapshot().paths() == []
    assert not workspace.snapshot().uses_flask
    assert not workspace.set_text(str(folder / "app.py"), "import django.db\n")
    assert workspace.set_text(str(folder / "app.py"), APP)
    assert codes(workspace, folder) == ["FLK905"]
    assert str(folder / "helpers.py") in workspace.snapshot().paths()


def test_files_outside_of_any_folder_stand_for_themselves(folder: Path) -> None:
    workspace = Workspace([])
    workspace.load()
    workspace.set_text(str(folder / "app.py"), APP)
    assert codes(workspace, folder) == ["FLK905"]
    workspace.close(str(folder / "app.py"))


def test_settings_of_the_folder_then_of_the_client(folder: Path) -> None:
    config = folder / "flask-ls.toml"
    config.write_text('ignore = ["FLK905"]\n')
    workspace = loaded(folder)
    assert codes(workspace, folder) == []
    config.write_text('severity = { FLK905 = "error" }\n')
    assert workspace.reload_config() == []
    assert [f.severity.value for f in workspace.snapshot().findings(str(folder / "app.py"))] == ["error"]
    (problem,) = workspace.configure_options({"selekt": []}, "the editor")
    assert problem.path == "the editor"
    assert workspace.configure_options({"severity": {"FLK905": "hint"}}) == []
    assert [f.severity.value for f in workspace.snapshot().findings(str(folder / "app.py"))] == ["hint"]
    config.write_text("severity = 3\n")
    (problem,) = workspace.reload_config()
    assert problem.path == str(config)


def test_findings_are_ignored_by_file(folder: Path) -> None:
    tests = folder / "tests"
    tests.mkdir()
    (tests / "test_app.py").write_text(APP)
    (folder / "flask-ls.toml").write_text('per-file-ignores = { "tests/*" = ["FLK9"] }\n')
    workspace = loaded(folder)
    assert codes(workspace, folder, "tests/test_app.py") == []
    assert codes(workspace, folder) == ["FLK905"]


def test_excluding_by_a_setting_scans_again(folder: Path) -> None:
    workspace = loaded(folder)
    workspace.configure(Settings(extend_exclude=("helpers.py",)))
    assert [Path(p).name for p in workspace.snapshot().paths()] == ["app.py"]


def test_a_cancelled_scan_changes_nothing(folder: Path) -> None:
    workspace = loaded(folder)
    paths = workspace.snapshot().paths()
    (folder / "more.py").write_text("import flask\n")
    workspace.load(cancelled=lambda: True)
    assert workspace.snapshot().paths() == paths


def test_progress_counts_files(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    workspace = Workspace([str(folder)], use_cache=False)
    workspace.load(lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def test_a_second_workspace_starts_from_stored_facts(folder: Path) -> None:
    first = loaded(folder)
    seen: list[tuple[int, int]] = []
    second = Workspace([str(folder)])
    second.load(lambda done, total: seen.append((done, total)))
    assert seen == []
    assert second.snapshot().model.files == first.snapshot().model.files


def test_a_file_may_be_anything(folder: Path) -> None:
    (folder / "binary.py").write_bytes(b"import flask\n\x00\xff\xfe" * 10)
    (folder / "latin.py").write_bytes(b"# -*- coding: latin-1 -*-\nimport flask\nname = 'caf\xe9'\n")
    (folder / "broken.py").write_text("import flask\ndef (:\n")
    (folder / "empty.py").write_text("")
    workspace = loaded(folder)
    for path in workspace.snapshot().paths():
        workspace.snapshot().findings(path)
    assert workspace.snapshot().source(str(folder / "latin.py")).text.endswith("'café'\n")  # type: ignore[union-attr]


def test_the_status_says_what_is_known(folder: Path) -> None:
    (folder / "requirements.txt").write_text("flask==2.2.5\n")
    status = loaded(folder).snapshot().status()
    assert (status.loaded, status.uses_flask, status.files) == (True, True, 2)
    assert (status.flask, status.flask_why) == ("2.2.5", "named in the project's requirements")
    assert "Flask 2.2.5" in str(status)


TWO_APPS = """from flask import Flask


def create_first():
    app = Flask("first")
    app.add_url_rule("/first", "first", print)
    app.add_url_rule("/first/again", "again", print)
    return app


def create_second():
    app = Flask("second")
    app.add_url_rule("/second", "second", print)
    return app
"""


@pytest.mark.parametrize("how", ["setting", "variable", ".flaskenv", ".env", "nothing"])
def test_what_names_the_application(folder: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    monkeypatch.delenv("FLASK_APP", raising=False)
    (folder / "app.py").write_text(TWO_APPS)
    if how == "setting":
        (folder / "flask-ls.toml").write_text('app = "app.create_second"\n')
    elif how == "variable":
        monkeypatch.setenv("FLASK_APP", "app:create_second")
    elif how != "nothing":
        (folder / how).write_text("FLASK_APP=app:create_second\n")
    table = loaded(folder).snapshot().model.routes
    assert table.main == ("app.create_first" if how == "nothing" else "app.create_second")
