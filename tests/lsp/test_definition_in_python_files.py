"""From texts in Python code that only Flask gives a meaning to what they name."""

from __future__ import annotations

from pathlib import Path

import pytest
from client_capabilities import NEOVIM_07, VSCODE
from language_client import Client, Message

FILES = {
    "shop/__init__.py": """from flask import Flask

from shop.users import bp


def create_app():
    app = Flask(__name__)
    app.config.from_object("shop.settings.Config")
    app.config["PAGE_SIZE"] = 20
    app.register_blueprint(bp, url_prefix="/users")
    return app
""",
    "shop/settings.py": """class Config:
    MAIL_TIMEOUT = 3
    PAGE_SIZE = 10
""",
    "shop/users.py": """from flask import Blueprint, current_app, redirect, render_template, url_for

bp = Blueprint("users", __name__, template_folder="own")


@bp.get("/<int:user_id>")
def show(user_id):
    return render_template("show.html")


@bp.post("/<int:user_id>")
def save(user_id):
    timeout = current_app.config["MAIL_TIMEOUT"]
    size = current_app.config.get("PAGE_SIZE")
    print(timeout, size, "MAIL_TIMEOUT", render_template("none.html"), url_for("users.nothing"))
    if size:
        return redirect(url_for(".show", user_id=1))
    return redirect(url_for("users.show", user_id=user_id))
""",
    "shop/templates/show.html": "one",
    "shop/own/show.html": "two",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def definition(client: Client, shop: Path, file: str, text: str) -> list[Message]:
    uri = client.open(shop / file)
    before = FILES[file][: FILES[file].index(text) + len(text) // 2]
    position = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
    return client.request("textDocument/definition", {"textDocument": {"uri": uri}, "position": position}) or []


SHOW = ("shop/users.py", 6)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"users.show"', [SHOW]),
        ('".show"', [SHOW]),
        ('"show.html"', [("shop/templates/show.html", 0), ("shop/own/show.html", 0)]),
        ('"MAIL_TIMEOUT"]', [("shop/settings.py", 1)]),
        ('"PAGE_SIZE")', [("shop/settings.py", 2), ("shop/__init__.py", 8)]),
        ('"MAIL_TIMEOUT", render', []),
        ('"none.html"', []),
        ('"users.nothing"', []),
        ("current_app.config", []),
    ],
)
def test_what_a_text_leads_to(shop: Path, text: str, expected: list[tuple[str, int]]) -> None:
    with Client(NEOVIM_07, shop) as client:
        found = definition(client, shop, "shop/users.py", text)
        places = [(f["uri"], f["range"]["start"]["line"]) for f in found]
        assert places == [((shop / path).as_uri(), row) for path, row in expected]


def test_a_client_with_links_is_told_what_was_asked_about(shop: Path) -> None:
    capabilities = {**VSCODE, "textDocument": {**VSCODE["textDocument"], "definition": {"linkSupport": True}}}
    with Client(capabilities, shop) as client:
        (found,) = definition(client, shop, "shop/users.py", '"users.show"')
        assert (found["targetUri"], found["targetRange"]["start"]["line"]) == ((shop / SHOW[0]).as_uri(), SHOW[1])
        origin = found["originSelectionRange"]
        assert origin["end"]["character"] - origin["start"]["character"] == len("users.show")
