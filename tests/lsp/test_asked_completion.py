"""Completion as editors ask for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from client_capabilities import ALL, VSCODE
from language_client import Client

TEXT = """from flask import Flask, url_for

app = Flask(__name__)


@app.get("/users")
def users():
    return "\N{GRINNING FACE}" + url_for("us")
"""


@pytest.mark.parametrize("name", ALL)
def test_an_endpoint(name: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(TEXT, encoding="utf-8")
    with Client(ALL[name], tmp_path) as client:
        assert client.capabilities["completionProvider"]["triggerCharacters"] == ['"', "'", "."]
        uri = client.open(tmp_path / "app.py", TEXT)
        line = TEXT.split("\n")[7]
        codec, width = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2)}[client.capabilities["positionEncoding"]]

        def column(index: int) -> int:
            return len(line[:index].encode(codec)) // width

        position = {"line": 7, "character": column(line.index('us")') + 2)}
        found = client.request("textDocument/completion", {"textDocument": {"uri": uri}, "position": position})
        assert [item["label"] for item in found] == ["users", "static"]
        start = {"line": 7, "character": column(line.index('us")'))}
        assert found[0]["textEdit"] == {"range": {"start": start, "end": position}, "newText": "users"}
        assert found[0]["detail"] == "GET /users"
        elsewhere = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 2}}
        assert client.request("textDocument/completion", elsewhere) is None


@pytest.mark.parametrize(
    ("before", "typed", "labels"),
    [
        ("    return", '    return url_for("', ["users", "static"]),
        ("    return", "    return url_for('u", ["users", "static"]),
        ("@app.get", 'app.config["\n\n\n@app.get', ["SECRET_KEY"]),
        ("@app.get", 'EXTRA = app.config["DE"]\n\n\n@app.get', ["SECRET_KEY"]),
    ],
)
def test_while_it_is_typed(before: str, typed: str, labels: list[str], tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(TEXT, encoding="utf-8")
    with Client(VSCODE, tmp_path) as client:
        uri = client.open(tmp_path / "app.py", TEXT)
        client.settle()
        text = TEXT.replace(before, typed, 1)
        client.change(uri, text)
        place = text.index(typed) + len(typed.split("\n")[0].removesuffix('"]'))
        position = {"line": text.count("\n", 0, place), "character": place - text.rfind("\n", 0, place) - 1}
        found = client.request("textDocument/completion", {"textDocument": {"uri": uri}, "position": position})
        assert set(labels) <= {item["label"] for item in found}
