"""Diagnostics for clients that wait for them: at the right time, for the right text, once."""

from __future__ import annotations

from pathlib import Path

import pytest
from client_capabilities import EGLOT, NEOVIM_07, PUSHED
from language_client import Client, Message
from sample_app import APP, CLEAN

USER = """\
from flask import Flask
from values import source


def page():
    return int(source.args.get("page", 1))
"""


def published(client: Client, uri: str) -> list[Message]:
    return [p for p in client.of("textDocument/publishDiagnostics") if p["uri"] == uri]


@pytest.mark.parametrize("name", PUSHED)
def test_nothing_is_offered_for_pulling(name: str, project: Path) -> None:
    with Client(PUSHED[name], project) as client:
        assert "diagnosticProvider" not in client.capabilities
        (found,) = client.wait_for_diagnostics(client.open(project / "app.py"), version=1)
        assert (found["code"], found["source"], found["severity"]) == ("FLK905", "flask-ls", 2)
        assert found["range"]["start"] == {"line": 7, "character": 23}
        assert found["range"]["end"] == {"line": 7, "character": 55}


def test_findings_follow_the_edits(project: Path) -> None:
    with Client(NEOVIM_07, project) as client:
        uri = client.open(project / "app.py")
        assert len(client.wait_for_diagnostics(uri, version=1)) == 1
        assert client.wait_for_diagnostics(uri, version=client.change(uri, CLEAN)) == []
        assert len(client.wait_for_diagnostics(uri, version=client.change(uri, APP))) == 1


def test_a_text_that_is_no_longer_current_is_not_spoken_of(project: Path) -> None:
    with Client(NEOVIM_07, project) as client:
        uri = client.open(project / "app.py")
        client.wait_for_diagnostics(uri)
        start = len(client.messages)
        versions = [client.change(uri, APP if number % 2 else CLEAN) for number in range(40)]
        client.wait_for_diagnostics(uri, version=versions[-1], after=start)
        client.settle()
        seen = [p["version"] for p in published(client, uri)]
        assert seen == sorted(seen)
        assert len(seen) < 20, "typing without a rest is not answered letter by letter"
        assert published(client, uri)[-1]["diagnostics"]


DOUBLE = """\
from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    return str(int(request.args.get("page", 1)))


@app.get("/b")
def index():
    return "b"
"""


def test_what_depends_on_the_whole_program_stays_until_it_is_refuted(project: Path) -> None:
    """FLK923 needs a new evaluation of the start after each of these edits, FLK905 nothing but its file."""
    (project / "app.py").write_text(DOUBLE)
    with Client(NEOVIM_07, project) as client:
        uri = client.open(project / "app.py")
        assert {d["code"] for d in client.wait_for_diagnostics(uri, version=1)} == {"FLK905", "FLK923"}
        for imported in ("abort", "abort, g", "abort, g, jsonify"):
            client.wait_for_diagnostics(uri, client.change(uri, f"from flask import {imported}\n\n\n{DOUBLE}"))
        client.settle()
        told = published(client, uri)
        assert all({d["code"] for d in p["diagnostics"]} == {"FLK905", "FLK923"} for p in told)
        assert [d["range"]["start"]["line"] for d in told[-1]["diagnostics"]] == [10, 13]
        start = len(client.messages)
        client.change(uri, DOUBLE.replace('"/b")\ndef index', '"/b")\ndef other'))

        def is_refuted(message: Message) -> bool:
            params = message.get("params") or {}
            return params.get("uri") == uri and [d["code"] for d in params["diagnostics"]] == ["FLK905"]

        client.wait_for(is_refuted, start)


def test_a_mistake_that_only_the_whole_program_shows_follows(project: Path) -> None:
    (project / "app.py").write_text(DOUBLE.replace('"/b")\ndef index', '"/b")\ndef other'))
    with Client(NEOVIM_07, project) as client:
        uri = client.open(project / "app.py")
        assert [d["code"] for d in client.wait_for_diagnostics(uri, version=1)] == ["FLK905"]
        start = len(client.messages)
        version = client.change(uri, DOUBLE)

        def is_found(message: Message) -> bool:
            params = message.get("params") or {}
            return params.get("version") == version and "FLK923" in {d["code"] for d in params["diagnostics"]}

        client.wait_for(is_found, start)
        symbols = client.request("workspace/symbol", {"query": "@/b"})
        assert [s["name"] for s in symbols]


def test_nothing_is_said_twice(project: Path) -> None:
    with Client(NEOVIM_07, project) as client:
        uri = client.open(project / "app.py")
        other = client.open(project / "other.py", "x = 1\n")
        client.wait_for_diagnostics(uri)
        client.wait_for_diagnostics(other)
        for number in range(3):
            # What other files see changes, what is found does not.
            version = client.change(other, f"x{number} = 1\n")
            client.wait_for_diagnostics(other, version=version)
        client.wait_for_diagnostics(other, version=client.change(other, "y = 1\n"))
        client.wait_for(lambda m: m.get("method") == "flask-ls/status" and not m["params"]["busy"])
        said = [(p["uri"], p["version"]) for p in client.of("textDocument/publishDiagnostics")]
        assert len(said) == len(set(said))
        assert said.count((uri, 1)) == 1


def test_diagnostics_go_when_the_document_is_closed(project: Path) -> None:
    with Client(NEOVIM_07, project) as client:
        uri = client.open(project / "app.py")
        client.wait_for_diagnostics(uri, version=1)
        start = len(client.messages)
        client.close(uri)
        assert client.wait_for_diagnostics(uri, after=start) == []
        start = len(client.messages)
        client.open(project / "app.py")
        assert client.wait_for_diagnostics(uri, after=start)


def test_a_change_in_one_file_reaches_the_other_open_ones(project: Path) -> None:
    (project / "values.py").write_text("from flask import request as source\n")
    (project / "user.py").write_text(USER)
    with Client(NEOVIM_07, project) as client:
        uri = client.open(project / "user.py")
        assert len(client.wait_for_diagnostics(uri)) == 1
        values = client.open(project / "values.py")
        client.wait_for_diagnostics(values)
        start = len(client.messages)
        client.change(values, "source = None\n")
        assert client.wait_for_diagnostics(uri, after=start) == []
        start = len(client.messages)
        client.close(values)
        assert len(client.wait_for_diagnostics(uri, after=start)) == 1


def test_files_changed_by_others_are_read_again(project: Path) -> None:
    values = project / "values.py"
    values.write_text("from flask import request as source\n")
    (project / "user.py").write_text(
        "from values import source\n\n\ndef page():\n    return int(source.args.get('page', 1))\n"
    )
    with Client(EGLOT, project) as client:
        uri = client.open(project / "user.py")
        assert len(client.wait_for_diagnostics(uri)) == 1
        for text, kind in (("source = None\n", 2), ("from flask import request as source\n", 2), (None, 3)):
            start = len(client.messages)
            if text is None:
                values.unlink()
            else:
                values.write_text(text)
            client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": values.as_uri(), "type": kind}]})
            expected = 1 if text is not None and "flask" in text else 0
            assert len(client.wait_for_diagnostics(uri, after=start)) == expected


def test_steps_of_the_proof_are_told_to_clients_that_show_only_messages(project: Path) -> None:
    with Client(EGLOT, project) as client:
        (found,) = client.wait_for_diagnostics(client.open(project / "app.py"))
        assert "relatedInformation" not in found
        assert "codeDescription" not in found


def test_closed_files_are_checked_for_those_who_want_it(project: Path) -> None:
    (project / "more.py").write_text(APP, encoding="utf-8")
    with Client(NEOVIM_07, project, options={"settings": {"diagnosticMode": "workspace"}}) as client:
        more = (project / "more.py").as_uri()
        assert len(client.wait_for_diagnostics(more)) == 1
        uri = client.open(project / "app.py")
        client.wait_for_diagnostics(uri, version=1)
        (project / "more.py").unlink()
        start = len(client.messages)
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": more, "type": 3}]})
        assert client.wait_for_diagnostics(more, after=start) == []


@pytest.mark.parametrize("uri", ["untitled:Untitled-1", "vscode-notebook-cell:/a.ipynb#W0s", "git:/shop/app.py?x"])
def test_what_is_no_file_is_no_error(uri: str, project: Path) -> None:
    with Client(NEOVIM_07, project) as client:
        client.open_uri(uri, APP)
        client.change(uri, CLEAN)
        assert client.hover(uri, 0, 0) is None
        assert client.actions(uri, {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}) == []
        assert client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}}) is None
        client.close(uri)
        client.settle()
        assert published(client, uri) == []
        assert client.of("window/showMessage") == []


def test_files_outside_of_the_workspace_are_left_alone(project: Path, tmp_path: Path) -> None:
    library = tmp_path / "library.py"
    library.write_text(APP, encoding="utf-8")
    with Client(NEOVIM_07, project) as client:
        uri = client.open(library)
        client.wait_for_diagnostics(client.open(project / "app.py"))
        client.settle()
        assert published(client, uri) == []
        assert "request context" in (client.hover(uri, 7, 32) or "")


def test_without_a_folder_the_project_of_the_file_is_looked_for(project: Path) -> None:
    (project / "requirements.txt").write_text("flask\n")
    (project / "values.py").write_text("from flask import request as source\n")
    views = project / "views"
    views.mkdir()
    (views / "user.py").write_text(USER)
    with Client(NEOVIM_07) as client:
        assert len(client.wait_for_diagnostics(client.open(views / "user.py"))) == 1


def test_any_text_at_all(project: Path) -> None:
    with Client(NEOVIM_07, project) as client:
        uri = client.open(project / "app.py")
        for text in ("", "\x00", "def f(:\n", "\ufeff" + APP, APP.replace("\n", "\r"), "(" * 5000, "\ud834", "é" * 9):
            version = client.change(uri, text)
            found = client.wait_for_diagnostics(uri, version=version)
            assert [d["code"] for d in found if d["code"] == "FLK905"] == (["FLK905"] if "Flask" in text else [])
