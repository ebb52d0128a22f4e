"""Deployment files have findings, actions and hovers like Python files."""

from __future__ import annotations

from pathlib import Path

import pytest
from client_capabilities import VSCODE
from language_client import Client


@pytest.fixture
def flaskenv(project: Path) -> Path:
    (project / "requirements.txt").write_text("flask==3.1.3\n")
    path = project / ".flaskenv"
    path.write_text("FLASK_APP=app\nFLASK_ENV=development\n")
    return path


def test_findings_actions_and_hovers(flaskenv: Path, project: Path) -> None:
    with Client(VSCODE, project) as client:
        uri = client.open(flaskenv, language="dotenv")
        items = client.pull(uri)["items"]
        assert [d["code"] for d in items] == ["FLK503"]
        span = items[0]["range"]
        assert span["start"] == {"line": 1, "character": 0}
        assert "**FLK503**" in (client.hover(uri, 1, 2) or "")
        actions = client.actions(uri, span, ["quickfix"], items)
        silence = next(a for a in actions if a["title"] == "Disable FLK503 for this line")
        (change,) = client.request("codeAction/resolve", silence)["edit"]["documentChanges"]
        assert [e["newText"] for e in change["edits"]] == ["# flask-ls: ignore[FLK503]\n"]
        client.change(uri, "FLASK_APP=app\n# flask-ls: ignore[FLK503]\nFLASK_ENV=development\n")
        assert client.pull(uri)["items"] == []
