"""Code actions as every editor gets them, applied to the text as an editor applies them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from client_capabilities import ALL, EGLOT, NEOVIM_07, NEOVIM_11, VSCODE
from language_client import Client, Message, ResponseError
from sample_app import APP, CLEAN

LINE = {"start": {"line": 7, "character": 0}, "end": {"line": 7, "character": 80}}
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2)}


def findings(client: Client, uri: str) -> list[Message]:
    if "diagnosticProvider" in client.capabilities:
        return client.pull(uri)["items"]
    return client.wait_for_diagnostics(uri)


def edits_of(action: Message) -> dict[str, list[Message]]:
    edit = action["edit"]
    if "documentChanges" in edit:
        return {change["textDocument"]["uri"]: change["edits"] for change in edit["documentChanges"]}
    return edit["changes"]


def apply(client: Client, text: str, edits: list[Message]) -> str:
    """The text after the edits; all positions count in the text before, in the encoding that was negotiated."""
    codec, width = CODECS[client.capabilities["positionEncoding"]]
    starts = [0, *(m.end() for m in re.finditer(r"\r\n|\r|\n", text))]

    def offset(position: Message) -> int:
        line = text[starts[position["line"]] :].encode(codec)
        return starts[position["line"]] + len(line[: position["character"] * width].decode(codec))

    spans = [(offset(e["range"]["start"]), offset(e["range"]["end"]), e["newText"]) for e in edits]
    for start, end, new in sorted(spans, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def chosen(client: Client, action: Message) -> Message:
    return action if "edit" in action else client.request("codeAction/resolve", action)


@pytest.mark.parametrize("name", ALL)
def test_the_fix_gives_the_fixed_text(name: str, project: Path) -> None:
    with Client(ALL[name], project) as client:
        uri = client.open(project / "app.py")
        found = findings(client, uri)
        action = client.actions(uri, found[0]["range"], ["quickfix"], found)[0]
        assert action["title"] == "flask-ls (FLK905): Let .get() convert with type=int"
        assert (action["kind"], action["isPreferred"]) == ("quickfix", True)
        assert [d["code"] for d in action["diagnostics"]] == ["FLK905"]
        assert apply(client, APP, edits_of(chosen(client, action))[uri]) == CLEAN


@pytest.mark.parametrize(
    ("capabilities", "lazy"), [(VSCODE, True), (NEOVIM_11, True), (NEOVIM_07, True), (EGLOT, False)]
)
def test_edits_wait_only_for_those_who_ask_later(capabilities: Message, lazy: bool, project: Path) -> None:
    with Client(capabilities, project) as client:
        uri = client.open(project / "app.py")
        found = findings(client, uri)
        action = client.actions(uri, LINE, ["quickfix"], found)[0]
        assert ("edit" not in action) is lazy


@pytest.mark.parametrize(
    ("capabilities", "form"),
    [(VSCODE, "documentChanges"), (EGLOT, "documentChanges"), (NEOVIM_11, "changes"), (NEOVIM_07, "changes")],
)
def test_form_of_the_edit(capabilities: Message, form: str, project: Path) -> None:
    with Client(capabilities, project) as client:
        uri = client.open(project / "app.py")
        found = findings(client, uri)
        edit = chosen(client, client.actions(uri, LINE, ["quickfix"], found)[0])["edit"]
        assert list(edit) == [form]
        if form == "documentChanges":
            assert edit[form][0]["textDocument"] == {"uri": uri, "version": 1}


def test_an_action_for_a_text_that_is_gone_is_refused(project: Path) -> None:
    with Client(VSCODE, project) as client:
        uri = client.open(project / "app.py")
        action = client.actions(uri, LINE, None, findings(client, uri))[0]
        client.change(uri, "\n" + APP)
        with pytest.raises(ResponseError) as refused:
            client.request("codeAction/resolve", action)
        assert refused.value.code == -32801


def test_a_client_that_keeps_no_data_gets_its_actions_too(project: Path) -> None:
    with Client(EGLOT, project) as client:
        uri = client.open(project / "app.py")
        bare = [{k: d[k] for k in ("range", "message")} for d in findings(client, uri)]
        for known in (bare, ()):
            assert client.actions(uri, LINE, None, known)[0]["title"].startswith("flask-ls (FLK905)")


def titles(actions: list[Message]) -> list[str]:
    return [a["title"] for a in actions]


def test_kinds_that_are_asked_for(project: Path) -> None:
    with Client(VSCODE, project) as client:
        uri = client.open(project / "app.py")
        everything = "Fix all auto-fixable Flask problems"
        quick = ["flask-ls (FLK905): Let .get() convert with type=int", "Disable FLK905 for this line"]
        quick += ["Show documentation for FLK905"]
        for only, expected in (
            (None, [*quick, everything]),
            (["quickfix"], quick),
            (["source"], [everything]),
            (["source.fixAll"], [everything]),
            (["source.fixAll.flask-ls"], [everything]),
            (["source.fixAll.ruff"], []),
            (["refactor"], []),
            ([""], [*quick, everything]),
        ):
            assert titles(client.actions(uri, LINE, only)) == expected
        elsewhere = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
        assert titles(client.actions(uri, elsewhere, ["quickfix"])) == []


@pytest.mark.parametrize("name", ALL)
def test_silencing_removes_the_finding(name: str, project: Path) -> None:
    with Client(ALL[name], project) as client:
        uri = client.open(project / "app.py")
        findings(client, uri)
        action = next(a for a in client.actions(uri, LINE) if a["title"].startswith("Disable"))
        silenced = apply(client, APP, edits_of(chosen(client, action))[uri])
        assert silenced.splitlines()[7].endswith("1)))  # flask-ls: ignore[FLK905]"[3:])
        start = len(client.messages)
        version = client.change(uri, silenced)
        if "diagnosticProvider" in client.capabilities:
            assert client.pull(uri)["items"] == []
        else:
            assert client.wait_for_diagnostics(uri, version, start) == []


def test_all_of_a_kind(project: Path) -> None:
    text = APP + '\n\ndef more():\n    return str(int(request.args.get("limit", 2)))\n'
    with Client(VSCODE, project) as client:
        uri = client.open(project / "app.py", text)
        assert len(findings(client, uri)) == 2
        kind = next(a for a in client.actions(uri, LINE) if a["title"] == "Fix all FLK905 problems")
        everything = client.actions(uri, LINE, ["source.fixAll"])[0]
        for action in (kind, everything):
            fixed = apply(client, text, edits_of(chosen(client, action))[uri])
            assert fixed.count("type=int)") == 2
            client.change(uri, fixed)
            assert client.pull(uri)["items"] == []
            client.change(uri, text)
            client.pull(uri)
            if "data" in action:
                everything = client.actions(uri, LINE, ["source.fixAll"])[0]
                break


DUMPS = """\
import json
from flask import Flask

app = Flask(__name__)


@app.get("/one")
def one():
    return json.dumps({"a": 1})


@app.get("/two")
def two():
    return json.dumps({"a": 2})
"""


def test_an_import_goes_with_the_last_of_all_fixes(project: Path) -> None:
    (project / "app.py").write_text(DUMPS)
    with Client(EGLOT, project) as client:
        uri = client.open(project / "app.py")
        assert len(findings(client, uri)) == 2
        line = {"start": {"line": 8, "character": 0}, "end": {"line": 8, "character": 30}}
        kind = next(a for a in client.actions(uri, line) if a["title"] == "Fix all FLK902 problems")
        everything = client.actions(uri, line, ["source.fixAll.flask-ls"])[0]
        wanted = DUMPS.replace("import json\nfrom flask import Flask", "from flask import Flask, jsonify")
        for action in (kind, everything):
            fixed = apply(client, DUMPS, edits_of(chosen(client, action))[uri])
            assert fixed == wanted.replace("json.dumps", "jsonify")


def test_line_ends_of_the_file_are_kept(project: Path) -> None:
    text = APP.replace("\n", "\r\n")
    with Client(EGLOT, project) as client:
        uri = client.open(project / "app.py", text)
        found = findings(client, uri)
        fixed = apply(client, text, edits_of(client.actions(uri, LINE, None, found)[0])[uri])
        assert fixed == CLEAN.replace("\n", "\r\n")


def run(client: Client, action: Message) -> Any:
    command = action["command"]
    return client.request("workspace/executeCommand", {k: command[k] for k in ("command", "arguments")})


def documentation(client: Client, uri: str) -> Message:
    return next(a for a in client.actions(uri, LINE) if a["title"] == "Show documentation for FLK905")


def test_documentation_opens_in_the_browser(project: Path) -> None:
    with Client(NEOVIM_11, project) as client:
        client.answers["window/showDocument"] = lambda params: {"success": True}
        uri = client.open(project / "app.py")
        findings(client, uri)
        run(client, documentation(client, uri))
        (shown,) = client.of("window/showDocument")
        assert (shown["uri"][-7:], shown["external"]) == ("FLK905/", True)


def test_documentation_is_a_message_where_no_page_opens(project: Path) -> None:
    with Client(NEOVIM_07, project) as client:
        uri = client.open(project / "app.py")
        findings(client, uri)
        run(client, documentation(client, uri))
        (shown,) = client.of("window/showMessage")
        assert "unchecked-number-from-request" in shown["message"]


def test_documentation_is_an_answer_for_a_client_that_shows_it(project: Path) -> None:
    with Client(VSCODE, project, options={"showsDocumentation": True}) as client:
        uri = client.open(project / "app.py")
        findings(client, uri)
        assert run(client, documentation(client, uri)).startswith("# unchecked-number-from-request (FLK905)")
        assert client.of("window/showDocument") == []


@pytest.mark.parametrize(("capabilities", "renames"), [(VSCODE, True), (NEOVIM_11, True), (EGLOT, False)])
def test_files_are_renamed_by_clients_that_can(capabilities: Message, renames: bool, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from flask import Flask\n")
    path = tmp_path / "flask.py"
    path.write_text("from flask import Flask\n\napp = Flask(__name__)\n")
    with Client(capabilities, tmp_path) as client:
        uri = client.open(path)
        found = findings(client, uri)
        actions = [a for a in client.actions(uri, found[0]["range"], ["quickfix"], found) if "Rename" in a["title"]]
        assert bool(actions) is renames
        if renames:
            (change,) = chosen(client, actions[0])["edit"]["documentChanges"]
            assert change == {"kind": "rename", "oldUri": uri, "newUri": uri.replace("flask.py", "flask_app.py")}
