"""Diagnostics for clients that ask for them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from client_capabilities import NEOVIM_11, PULLED, VSCODE
from language_client import Client, Message, ResponseError
from sample_app import APP, CLEAN

USER = """\
from flask import Flask
from values import source


def page():
    return int(source.args.get("page", 1))
"""


def refreshes(client: Client) -> int:
    return len(client.of("workspace/diagnostic/refresh"))


def wait_for_refresh(client: Client, after: int) -> Message:
    return client.wait_for(lambda m: m.get("method") == "workspace/diagnostic/refresh", after)


@pytest.mark.parametrize("name", PULLED)
def test_nothing_is_pushed(name: str, project: Path) -> None:
    with Client(PULLED[name], project) as client:
        provider = client.capabilities["diagnosticProvider"]
        assert provider["interFileDependencies"] is True
        assert provider["workspaceDiagnostics"] is False
        uri = client.open(project / "app.py")
        report = client.pull(uri)
        assert (report["kind"], [d["code"] for d in report["items"]]) == ("full", ["FLK905"])
        client.change(uri, CLEAN)
        assert client.pull(uri)["items"] == []
        client.close(uri)
        client.settle()
        assert client.of("textDocument/publishDiagnostics") == []


def test_columns_are_those_of_the_encoding(project: Path) -> None:
    columns = {}
    for name, capabilities in PULLED.items():
        with Client(capabilities, project) as client:
            (found,) = client.pull(client.open(project / "app.py"))["items"]
            columns[name] = found["range"]["start"]["character"]
    assert columns == {"VS Code": 23, "Neovim 0.11": 26}


def test_an_unchanged_report_is_not_sent_again(project: Path) -> None:
    with Client(VSCODE, project) as client:
        uri = client.open(project / "app.py")
        first = client.pull(uri)
        again = client.pull(uri, first["resultId"])
        assert (again["kind"], again["resultId"]) == ("unchanged", first["resultId"])
        client.change(uri, CLEAN)
        assert client.pull(uri, first["resultId"])["kind"] == "full"


def test_the_answer_is_about_all_that_was_sent_before(project: Path) -> None:
    with Client(NEOVIM_11, project) as client:
        uri = client.open(project / "app.py")
        for number in range(20):
            client.change(uri, APP if number % 2 else CLEAN)
            assert len(client.pull(uri)["items"]) == number % 2


def test_the_client_asks_again_when_other_files_change(project: Path) -> None:
    values = project / "values.py"
    values.write_text("from flask import request as source\n")
    (project / "user.py").write_text(USER)
    with Client(VSCODE, project) as client:
        uri = client.open(project / "user.py")
        assert len(client.pull(uri)["items"]) == 1
        start = len(client.messages)
        values.write_text("source = None\n")
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": values.as_uri(), "type": 2}]})
        wait_for_refresh(client, start)
        assert client.pull(uri)["items"] == []
        start = len(client.messages)
        other = client.open(values)
        client.pull(other)
        client.change(other, "from flask import request as source\n")
        client.pull(other)
        wait_for_refresh(client, start)
        assert len(client.pull(uri)["items"]) == 1


def test_it_is_not_asked_again_for_nothing(project: Path) -> None:
    with Client(VSCODE, project) as client:
        client.pull(client.open(project / "app.py"))
        other = client.open(project / "other.py", "from flask import Flask\n")
        client.pull(other)
        for number in range(3):
            client.change(other, f"from flask import Flask\nx{number} = 1\n")
            client.pull(other)
        client.wait_for(lambda m: m.get("method") == "flask-ls/status" and not m["params"]["busy"])
        time.sleep(0.5)
        client.settle()
        assert refreshes(client) == 0


def test_a_client_that_takes_no_refresh_gets_none(project: Path) -> None:
    values = project / "values.py"
    values.write_text("from flask import request as source\n")
    (project / "user.py").write_text(USER)
    with Client(NEOVIM_11, project) as client:
        uri = client.open(project / "user.py")
        client.pull(uri)
        other = client.open(values)
        client.change(other, "source = None\n")
        assert client.pull(uri)["items"] == []
        assert refreshes(client) == 0


@pytest.mark.parametrize("uri", ["untitled:Untitled-1", "vscode-notebook-cell:/a.ipynb#W0s"])
def test_what_is_no_file_has_no_findings(uri: str, project: Path) -> None:
    with Client(VSCODE, project) as client:
        client.open_uri(uri, APP)
        assert client.pull(uri)["items"] == []


OPTIONS = {"settings": {"diagnosticMode": "workspace"}}


class TestWorkspace:
    def pull(self, client: Client, known: dict[str, str]) -> int:
        previous = [{"uri": uri, "value": value} for uri, value in known.items()]
        return client.start("workspace/diagnostic", {"previousResultIds": previous})

    def test_all_files_are_reported(self, project: Path) -> None:
        (project / "more.py").write_text(APP, encoding="utf-8")
        (project / "clean.py").write_text(CLEAN, encoding="utf-8")
        with Client(VSCODE, project, options=OPTIONS) as client:
            assert client.capabilities["diagnosticProvider"]["workspaceDiagnostics"] is True
            uri = client.open(project / "app.py")
            items = client.finish(self.pull(client, {}))["items"]
            found = {i["uri"]: (i["version"], len(i["items"])) for i in items}
            assert found == {uri: (1, 1), (project / "more.py").as_uri(): (None, 1)}

    def test_without_news_the_answer_waits(self, project: Path) -> None:
        more = project / "more.py"
        more.write_text(APP, encoding="utf-8")
        with Client(VSCODE, project, options=OPTIONS) as client:
            items = client.finish(self.pull(client, {}))["items"]
            known = {i["uri"]: i["resultId"] for i in items}
            waiting = self.pull(client, known)
            client.settle()
            more.unlink()
            client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": more.as_uri(), "type": 3}]})
            (gone,) = client.finish(waiting)["items"]
            assert (gone["uri"], gone["items"]) == (more.as_uri(), [])

    def test_waiting_can_be_given_up(self, project: Path) -> None:
        with Client(VSCODE, project, options=OPTIONS) as client:
            items = client.finish(self.pull(client, {}))["items"]
            waiting = self.pull(client, {i["uri"]: i["resultId"] for i in items})
            client.notify("$/cancelRequest", {"id": waiting})
            with pytest.raises(ResponseError) as cancelled:
                client.finish(waiting)
            assert cancelled.value.code == -32800

    def test_who_does_not_want_it_cannot_ask(self, project: Path) -> None:
        with Client(VSCODE, project) as client, pytest.raises(ResponseError):
            client.finish(self.pull(client, {}))
