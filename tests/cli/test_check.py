"""``flask-ls check``: formats, exit codes, selection, what a path means, and repeated runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flask_ls.cli import check as module

from .conftest import APP, FIXED, Project


def test_a_finding_with_its_code_frame(project: Project) -> None:
    project.write("app.py")
    (record,) = project.run("check", "--output-format", "json").json()
    result = project.run("check")
    assert result.status == 1
    assert result.out == (
        f"warning FLK905: {record['message']}\n"
        " --> app.py:8:16\n"
        "  |\n"
        '8 |     return str(int(request.args.get("page", 1)))\n'
        "  |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        f"  = fix: {record['fixes'][0]['title']}\n"
        "  = https://flask-language-server.readthedocs.io/en/latest/rules/FLK905/\n"
        "\n"
    )
    assert "Found 1 warning in 1 file" in result.err
    assert "1 can be fixed with `flask-ls check --fix`" in result.err


def test_concise_and_github(project: Project) -> None:
    project.write("shop/app, 1.py")
    assert project.run("check", "--output-format", "concise", "-q").out.startswith(
        "shop/app, 1.py:8:16: FLK905 [*] int() of"
    )
    line = project.run("check", "--output-format", "github", "-q").out
    assert line.startswith(
        "::warning title=FLK905 unchecked-number-from-request,"
        "file=shop/app%2C 1.py,line=8,endLine=8,col=16,endColumn=48::int()"
    )


def test_json_is_the_contract(project: Project) -> None:
    text = "# \N{GRINNING FACE} first\n" + APP.replace('"page"', '"p\N{LATIN SMALL LETTER A WITH DIAERESIS}ge"')
    path = project.write("app.py", text)
    result = project.run("check", "--output-format", "json")
    (record,) = result.json()
    fixes, message = record.pop("fixes"), record.pop("message")
    assert "int()" in message
    assert record == {
        "code": "FLK905",
        "name": "unchecked-number-from-request",
        "severity": "warning",
        "url": "https://flask-language-server.readthedocs.io/en/latest/rules/FLK905/",
        "filename": str(path),
        "location": {"row": 9, "column": 16},
        "end_location": {"row": 9, "column": 48},
        "related": [],
    }
    assert fixes[0]["applicability"] == "safe"
    for edit in fixes[0]["edits"]:
        assert set(edit) == {"filename", "location", "end_location", "content"}
    assert result.err == ""


def test_json_without_findings_is_an_empty_array(project: Project) -> None:
    project.write("app.py", FIXED)
    result = project.run("check", "--output-format", "json")
    assert (result.status, result.out) == (0, "[]\n")


def test_a_frame_counts_the_width_of_characters(project: Project) -> None:
    wide = "\N{CJK UNIFIED IDEOGRAPH-65E5}\N{CJK UNIFIED IDEOGRAPH-672C}"
    project.write("app.py", APP.replace("return str(", f"return '{wide}' + str("))
    lines = project.run("check", "-q").out.split("\n")
    shown, carets = lines[3], lines[4]
    assert shown.index("int(") + len(wide) == carets.index("^")


def test_exit_codes(project: Project) -> None:
    project.write("app.py")
    assert project.run("check").status == 1
    assert project.run("check", "--exit-zero").status == 0
    assert project.run("check", "--ignore", "FLK905").status == 0
    project.write("flask-ls.toml", 'severity = { FLK905 = "hint" }')
    result = project.run("check", "--output-format", "concise")
    assert result.status == 0
    assert "FLK905" in result.out


def test_selection_on_the_command_line(project: Project) -> None:
    project.write("app.py")
    project.write("flask-ls.toml", 'ignore = ["FLK905"]')
    assert project.run("check").status == 0
    assert project.run("check", "--ignore", "FLK1").status == 1
    assert project.run("check", "--isolated").status == 1
    assert project.run("check", "--isolated", "--select", "FLK1,FLK2").status == 0
    assert project.run("check", "--isolated", "--select", "FLK1", "--extend-select", "flk9").status == 1
    assert project.run("check", "--isolated", "--select", "ALL", "-q").status == 1


def test_a_configuration_file_by_name(project: Project) -> None:
    project.write("app.py")
    other = project.write("other.toml", 'ignore = ["FLK905"]')
    assert project.run("check", "--config", str(other)).status == 0


def test_a_summary_says_when_nothing_is_found(project: Project) -> None:
    project.write("app.py", FIXED)
    assert "Nothing found in 1 file" in project.run("check").err
    project.write("app.py", "import django\n")
    assert "No Flask found in 1 file" in project.run("check").err
    assert project.run("check", "-q").err == ""


def test_statistics(project: Project) -> None:
    project.write("app.py")
    project.write("two.py", APP.replace("app", "two"))
    assert project.run("check", "--statistics", "-q").out == "2  FLK905  [*]  unchecked-number-from-request\n"


def test_colours_on_terminals_only(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("app.py")
    assert "\x1b" not in project.run("check").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1;33mwarning FLK905\x1b[0m" in project.run("check").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in project.run("check").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing.py",), "missing.py: no such file or folder."),
        (
            ("notes.txt",),
            "notes.txt: neither a Python file nor a template nor one that says how a project is deployed.",
        ),
        (("--select", "FLK999"), "--select: no rule has the code `FLK999`."),
        (("--config", "none.toml"), "--config: none.toml: no such file."),
    ],
)
def test_a_wrong_argument_is_one_line_and_status_2(project: Project, arguments: tuple[str, ...], message: str) -> None:
    project.write("app.py")
    project.write("notes.txt")
    result = project.run("check", *arguments)
    assert result.status == 2
    assert result.out == ""
    assert result.err.startswith(f"flask-ls: {message}")
    assert result.err.count("\n") == 1


def test_a_wrong_option_is_status_2(project: Project) -> None:
    result = project.run("check", "--no-such-option")
    assert result.status == 2
    assert "--no-such-option" in result.err


def test_a_wrong_configuration_is_one_line_each_and_status_2(project: Project) -> None:
    project.write("app.py")
    project.write("flask-ls.toml", 'selct = ["FLK1"]\nignore = 3\n')
    result = project.run("check")
    assert result.status == 2
    assert result.err.splitlines() == [
        f"flask-ls: {project.folder}/flask-ls.toml:1: `selct` is no setting of flask-ls. Did you mean `select`?",
        f"flask-ls: {project.folder}/flask-ls.toml:2: `ignore` must be a list of strings.",
    ]


def test_findings_of_a_part_are_those_of_the_whole(project: Project) -> None:
    project.write("pyproject.toml", "")
    project.write("shop/__init__.py", "from flask import Flask\napp = Flask(__name__)\n")
    project.write("shop/views.py", APP.replace("app = Flask(__name__)", "from shop import app"))
    project.write("other.py", APP)
    whole = {r["filename"]: r for r in project.run("check", "--output-format", "json").json()}
    assert len(whole) == 2
    (file,) = project.run("check", "shop/views.py", "--output-format", "json").json()
    (package,) = project.run("check", "shop", "--output-format", "json").json()
    assert file == package == whole[str(project.folder / "shop/views.py")]
    assert "2 files" not in project.run("check", "shop").err


def test_a_package_without_a_project_around_is_read_alone(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("shop/__init__.py", "from flask import Flask\napp = Flask(__name__)\n")
    project.write("shop/views.py", APP.replace("app = Flask(__name__)", "from shop import app"))
    project.write("elsewhere/app.py", APP)
    monkeypatch.chdir(project.folder / "shop")
    result = project.run("check", "--output-format", "concise")
    assert [line.split(":")[0] for line in result.out.splitlines()] == ["views.py"]
    assert "in 2 files" in result.err


def test_a_file_that_is_excluded_is_checked_when_it_is_named(project: Project) -> None:
    project.write("app.py", FIXED)
    project.write("build/gen.py", APP)
    assert project.run("check").status == 0
    assert project.run("check", "build/gen.py").status == 1


def test_a_deployment_file_can_be_named(project: Project) -> None:
    project.write("app.py", FIXED)
    project.write("Procfile", "web: flask run --debug\n")
    assert project.run("check", "Procfile").status in (0, 1)


def test_a_repeated_check_does_not_load_the_engine(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("app.py")
    first = project.run("check", "--output-format", "json")

    def fails(*arguments: object) -> None:
        raise AssertionError("the engine was loaded although nothing changed")

    original = module._checked
    monkeypatch.setattr(module, "_checked", fails)
    assert project.run("check", "--output-format", "json") == first
    assert project.run("check", "--output-format", "concise").status == 1
    monkeypatch.setattr(module, "_checked", original)
    project.write("app.py", FIXED)
    assert project.run("check").status == 0
    project.write("views.py")
    assert project.run("check").status == 1
    (project.folder / "views.py").unlink()
    assert project.run("check").status == 0
    project.write("flask-ls.toml", "select = 3")
    assert project.run("check").status == 2


def test_without_the_cache_nothing_is_stored(project: Project, tmp_path: Path) -> None:
    project.write("app.py")
    assert project.run("check", "--no-cache").status == 1
    assert not (tmp_path / "cache").exists()


def test_a_broken_stored_outcome_is_ignored(project: Project, tmp_path: Path) -> None:
    project.write("app.py")
    first = project.run("check", "--output-format", "json")
    for stored in (tmp_path / "cache" / "flask-ls").iterdir():
        stored.write_bytes(stored.read_bytes()[:-3])
    assert project.run("check", "--output-format", "json") == first


def test_records_survive_names_that_are_no_text(project: Project) -> None:
    try:
        project.write("app\udcff.py")
    except OSError:
        pytest.skip("the file system takes UTF-8 names only")
    (record,) = json.loads(project.run("check", "--output-format", "json").out)
    assert record["filename"].endswith("app\udcff.py")
    assert project.run("check", "--output-format", "concise").status == 1


@pytest.mark.parametrize(("pin", "count"), [("0.15.3", 0), ("1.0.0", 1)])
def test_what_an_older_werkzeug_still_has(project: Project, pin: str, count: int) -> None:
    project.write("requirements.txt", f"flask==1.1.2\nwerkzeug=={pin}\n")
    project.write("app.py", "from flask import request\ndef view():\n    return str(request.is_xhr)\n")
    assert len(project.run("check", "--select", "FLK904", "--output-format", "json").json()) == count


@pytest.mark.parametrize(("pin", "count"), [("0.10.1", 0), ("2.0.1", 1)])
def test_what_mappings_had_under_python_2(project: Project, pin: str, count: int) -> None:
    project.write("requirements.txt", f"flask=={pin}\n")
    project.write("app.py", "from flask import request\ndef view():\n    return dict(request.args.iteritems())\n")
    assert len(project.run("check", "--select", "FLK904", "--output-format", "json").json()) == count


@pytest.mark.parametrize(("pin", "count"), [("1.3.24", 0), ("1.4.54", 1)])
def test_rows_of_an_older_sqlalchemy_are_tuples(project: Project, pin: str, count: int) -> None:
    project.write("requirements.txt", f"sqlalchemy=={pin}\n")
    project.write(
        "app.py",
        "from flask import jsonify\nfrom flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n"
        "def view():\n    return jsonify(db.session.query(db.Model.id, db.Model.name).all())\n",
    )
    assert len(project.run("check", "--select", "FLK908", "--output-format", "json").json()) == count


@pytest.mark.parametrize(("pin", "count"), [("1.1.2", 0), ("2.0.1", 1)])
def test_a_dotted_blueprint_name_where_flask_takes_it(project: Project, pin: str, count: int) -> None:
    project.write("requirement.txt", f"flask=={pin}\n")
    project.write("app.py", "from flask import Blueprint\nbp = Blueprint('api.v1', __name__)\n")
    assert len(project.run("check", "--select", "FLK606", "--output-format", "json").json()) == count
