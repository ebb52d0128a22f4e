"""Templates have findings, actions and hovers like Python files."""

from __future__ import annotations

from pathlib import Path

import pytest
from client_capabilities import VSCODE
from language_client import Client

HTML = '<link rel="stylesheet" href="/static/site.css">\n'


@pytest.fixture
def template(project: Path) -> Path:
    path = project / "templates" / "home.html"
    path.parent.mkdir()
    path.write_text(HTML)
    return path


def test_findings_actions_and_hovers(template: Path, project: Path) -> None:
    with Client(VSCODE, project) as client:
        uri = client.open(template, language="jinja-html")
        items = client.pull(uri)["items"]
        assert [d["code"] for d in items] == ["FLK207"]
        assert "**FLK207**" in (client.hover(uri, 0, 32) or "")
        actions = client.actions(uri, items[0]["range"], None, items)
        titles = [a["title"] for a in actions]
        assert titles[0] == "flask-ls (FLK207): Build the URL with url_for()"
        assert "Fix all auto-fixable Flask problems" in titles
        silence = next(a for a in actions if a["title"] == "Disable FLK207 for this line")
        edit = client.request("codeAction/resolve", silence)["edit"]
        assert "{# flask-ls: ignore[FLK207] #}\\n" in repr(edit)
        client.change(uri, "{# flask-ls: ignore[FLK207] #}\n" + HTML)
        assert client.pull(uri)["items"] == []


def test_a_new_template_takes_part_at_once(template: Path, project: Path) -> None:
    with Client(VSCODE, project) as client:
        client.open(project / "app.py")
        other = project / "templates" / "new.html"
        uri = client.open(other, HTML, language="html")
        assert [d["code"] for d in client.pull(uri)["items"]] == ["FLK207"]
