"""Folders, settings, configuration files, symbols, status and commands."""

from __future__ import annotations

from pathlib import Path

import pytest
from client_capabilities import EGLOT, NEOVIM_07, NEOVIM_11, VSCODE
from language_client import Client, Message, ResponseError
from sample_app import APP

USER = """\
from flask import Flask
from values import source


def page():
    return int(source.args.get("page", 1))
"""


def codes(client: Client, uri: str) -> list[str]:
    return [d["code"] for d in client.pull(uri)["items"]]


def wait_for_message(client: Client, after: int = 0) -> str:
    return client.wait_for(lambda m: m.get("method") == "window/showMessage", after)["params"]["message"]


def wait_for_status(client: Client, after: int = 0) -> Message:
    return client.wait_for(lambda m: m.get("method") == "flask-ls/status" and not m["params"]["busy"], after)["params"]


@pytest.fixture
def other(tmp_path: Path) -> Path:
    folder = tmp_path / "blog"
    folder.mkdir()
    (folder / "app.py").write_text(APP, encoding="utf-8")
    (folder / "flask-ls.toml").write_text('ignore = ["FLK905"]\n')
    return folder


class TestFolders:
    def test_each_has_its_own_configuration(self, project: Path, other: Path) -> None:
        with Client(VSCODE, project, other) as client:
            assert codes(client, client.open(project / "app.py")) == ["FLK905"]
            assert codes(client, client.open(other / "app.py")) == []

    def test_each_has_its_own_modules(self, project: Path, other: Path) -> None:
        for folder, value in ((project, "from flask import request as source"), (other, "source = None")):
            (folder / "flask-ls.toml").write_text("")
            (folder / "values.py").write_text(f"{value}\n")
            (folder / "user.py").write_text(USER)
        with Client(VSCODE, project, other) as client:
            assert codes(client, client.open(project / "user.py")) == ["FLK905"]
            assert codes(client, client.open(other / "user.py")) == []

    def test_they_come_and_go(self, project: Path, other: Path) -> None:
        with Client(NEOVIM_07, project) as client:
            uri = client.open(other / "app.py")
            client.wait_for_diagnostics(client.open(project / "app.py"))
            (other / "flask-ls.toml").unlink()
            folder = {"uri": other.as_uri(), "name": "blog"}
            client.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [folder], "removed": []}})
            assert len(client.wait_for_diagnostics(uri)) == 1
            start = len(client.messages)
            client.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": [folder]}})
            assert client.wait_for_diagnostics(uri, after=start) == []

    def test_a_file_belongs_to_the_innermost(self, project: Path) -> None:
        inner = project / "api"
        inner.mkdir()
        (inner / "flask-ls.toml").write_text('ignore = ["FLK905"]\n')
        (inner / "app.py").write_text(APP, encoding="utf-8")
        with Client(VSCODE, project, inner) as client:
            assert codes(client, client.open(inner / "app.py")) == []
            assert codes(client, client.open(project / "app.py")) == ["FLK905"]


class TestSettings:
    @pytest.mark.parametrize(
        "options",
        [
            {"settings": {"ignore": ["FLK905"]}, "trusted": False},
            {"settings": {"flask-ls": {"ignore": ["FLK905"]}}},
            {"ignore": ["FLK905"]},
        ],
    )
    def test_from_the_initialization_options(self, options: Message, project: Path) -> None:
        with Client(NEOVIM_07, project, options=options) as client:
            assert client.wait_for_diagnostics(client.open(project / "app.py")) == []

    def test_asked_of_the_client(self, project: Path) -> None:
        options = {"settings": {"ignore": ["FLK905"]}}
        with Client(VSCODE, project, options=options, settings={"severity": {"FLK905": "hint"}}) as client:
            (found,) = client.pull(client.open(project / "app.py"))["items"]
            assert found["severity"] == 4

    def test_a_client_with_nothing_to_say_keeps_the_options(self, project: Path) -> None:
        with Client(NEOVIM_11, project, options={"settings": {"ignore": ["FLK905"]}}, settings=None) as client:
            assert codes(client, client.open(project / "app.py")) == []

    def test_asked_again_when_they_change(self, project: Path) -> None:
        with Client(VSCODE, project, settings={}) as client:
            uri = client.open(project / "app.py")
            assert codes(client, uri) == ["FLK905"]
            client.settings = {"ignore": ["FLK9"]}
            start = len(client.messages)
            client.notify("workspace/didChangeConfiguration", {"settings": None})
            client.wait_for(lambda m: m.get("method") == "workspace/diagnostic/refresh", start)
            assert codes(client, uri) == []

    def test_sent_by_a_client_that_cannot_be_asked(self, project: Path) -> None:
        with Client(NEOVIM_07, project) as client:
            uri = client.open(project / "app.py")
            assert len(client.wait_for_diagnostics(uri)) == 1
            start = len(client.messages)
            client.notify("workspace/didChangeConfiguration", {"settings": {"flask-ls": {"ignore": ["FLK905"]}}})
            assert client.wait_for_diagnostics(uri, after=start) == []

    def test_a_bad_value_is_named_and_the_rest_counts(self, project: Path) -> None:
        settings = {"severity": {"FLK905": "loud"}, "ignroe": ["FLK9"], "logLevel": "x"}
        with Client(NEOVIM_07, project, options={"settings": settings}) as client:
            message = wait_for_message(client)
            assert "'loud'" in message
            assert "Did you mean `ignore`?" in message
            assert "`flask-ls.logLevel`" in message
            assert len(client.wait_for_diagnostics(client.open(project / "app.py"))) == 1
            assert len(client.of("window/showMessage")) == 1

    def test_the_configuration_file_is_read_again(self, project: Path) -> None:
        config = project / "pyproject.toml"
        with Client(EGLOT, project) as client:
            uri = client.open(project / "app.py")
            assert len(client.wait_for_diagnostics(uri)) == 1
            for text, count in (('ignore = ["FLK905"]', 0), ('severity = {FLK905 = "hint"}', 1), ("", 1)):
                start = len(client.messages)
                config.write_text(f"[tool.flask-ls]\n{text}\n")
                client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": config.as_uri(), "type": 2}]})
                assert len(client.wait_for_diagnostics(uri, after=start)) == count
            config.write_text("[tool.flask-ls]\nignore = 3\n")
            client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": config.as_uri(), "type": 2}]})
            assert f"{config.as_posix()}:2: `ignore` must be a list of strings" in wait_for_message(client)

    def test_clients_without_watchers_save(self, project: Path) -> None:
        config = project / "flask-ls.toml"
        with Client(NEOVIM_07, project) as client:
            uri = client.open(project / "app.py")
            assert len(client.wait_for_diagnostics(uri)) == 1
            start = len(client.messages)
            config.write_text('ignore = ["FLK905"]\n')
            client.notify("textDocument/didSave", {"textDocument": {"uri": config.as_uri()}})
            assert client.wait_for_diagnostics(uri, after=start) == []


class TestCommands:
    def run(self, client: Client, command: str, *arguments: object) -> object:
        return client.request("workspace/executeCommand", {"command": command, "arguments": list(arguments)})

    def test_all_are_announced(self, project: Path) -> None:
        with Client(NEOVIM_07, project) as client:
            announced = set(client.capabilities["executeCommandProvider"]["commands"])
            assert announced == {
                "flask-ls.explainRule",
                "flask-ls.openDocumentation",
                "flask-ls.showStatus",
                "flask-ls.debugInformation",
            }

    @pytest.mark.parametrize("name", ["FLK905", "flk905", "unchecked-number-from-request"])
    def test_explain_rule(self, name: str, project: Path) -> None:
        with Client(NEOVIM_07, project) as client:
            assert str(self.run(client, "flask-ls.explainRule", name)).startswith("# unchecked-number-from-request")

    @pytest.mark.parametrize("arguments", [(), ("FLK000",), (3,), (None,), ("FLK905", "more")])
    def test_bad_arguments(self, arguments: tuple[object, ...], project: Path) -> None:
        with Client(NEOVIM_07, project) as client:
            if arguments[:1] == ("FLK905",):
                assert self.run(client, "flask-ls.explainRule", *arguments)
                return
            with pytest.raises(ResponseError) as refused:
                self.run(client, "flask-ls.explainRule", *arguments)
            assert refused.value.code == -32602

    def test_status(self, project: Path) -> None:
        with Client(NEOVIM_07, project) as client:
            status = self.run(client, "flask-ls.showStatus")
            assert isinstance(status, dict)
            assert "Flask 3." in status["text"]
            assert "Environment" in status["detail"]
            assert status["text"] in wait_for_message(client)

    def test_debug_information_has_no_text_of_the_program(self, project: Path) -> None:
        with Client(NEOVIM_07, project) as client:
            client.open(project / "app.py", "SECRET = 'hunter2'\nfrom flask import Flask\n")
            text = str(self.run(client, "flask-ls.debugInformation"))
            assert str(project) in text
            assert "hunter2" not in text


class TestStatus:
    def test_it_is_told(self, project: Path) -> None:
        with Client(VSCODE, project) as client:
            told = client.wait_for(lambda m: m.get("method") == "flask-ls/status")["params"]
            assert told["busy"] is True
            ready = wait_for_status(client)
            assert set(ready) == {"text", "detail", "severity", "busy"}
            assert "Flask 3." in ready["text"]

    def test_a_workspace_without_flask(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").write_text("import os\nx = int(os.environ.get('A', 1))\n")
        with Client(VSCODE, tmp_path) as client:
            assert wait_for_status(client)["text"] == "No Flask in this workspace"
            uri = client.open(tmp_path / "a.py")
            assert codes(client, uri) == []
            client.change(uri, APP)
            assert codes(client, uri) == ["FLK905"]
