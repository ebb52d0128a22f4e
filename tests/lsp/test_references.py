"""Everything that names an endpoint, a template or a configuration key, in Python and in templates."""

from __future__ import annotations

from pathlib import Path

import pytest
from client_capabilities import EGLOT, VSCODE
from language_client import Client, Message

FILES = {
    "shop/__init__.py": """from flask import Flask, url_for

from shop.users import bp


def create_app():
    app = Flask(__name__)
    app.config["PAGE_SIZE"] = 20
    app.register_blueprint(bp)

    @app.get("/")
    def index():
        return url_for("users.show") + url_for("index")

    return app
""",
    "shop/users.py": """from flask import Blueprint, current_app, render_template, url_for as link

bp = Blueprint("users", __name__, url_prefix="/users")


@bp.get("/show")
def show():
    print("users.show", current_app.config["PAGE_SIZE"])
    return render_template("show.html")


@bp.get("/other")
def other():
    return link(".show") + link(endpoint="users.show") + render_template(["show.html", "b.html"])
""",
    "shop/templates/show.html": "<a href=\"{{ url_for('users.show') }}\">{{ url_for('users.other') }}</a>",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def asked(client: Client, shop: Path, method: str, file: str, text: str) -> list[tuple[str, int]] | None:
    uri = client.open(shop / file, language="python" if file.endswith(".py") else "html")
    before = FILES[file][: FILES[file].index(text) + len(text) // 2]
    position = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
    params: Message = {"textDocument": {"uri": uri}, "position": position, "context": {"includeDeclaration": False}}
    found = client.request(f"textDocument/{method}", params)
    if found is None:
        return None
    return [(f["uri"].removeprefix(f"{shop.as_uri()}/shop/"), f["range"]["start"]["line"]) for f in found]


SHOWN = [("__init__.py", 12), ("users.py", 13), ("users.py", 13), ("templates/show.html", 0)]


@pytest.mark.parametrize("capabilities", [VSCODE, EGLOT])
@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("shop/users.py", "show():"),
        ("shop/users.py", '"/show"'),
        ("shop/users.py", '".show"'),
        ("shop/__init__.py", '"users.show"'),
        ("shop/templates/show.html", "users.show"),
    ],
)
def test_an_endpoint(capabilities: Message, shop: Path, file: str, text: str) -> None:
    with Client(capabilities, shop) as client:
        assert asked(client, shop, "references", file, text) == SHOWN


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("shop/users.py", '"show.html")', [("users.py", 8), ("users.py", 13)]),
        ("shop/users.py", '"PAGE_SIZE"', [("users.py", 7)]),
        ("shop/users.py", "Blueprint(", None),
        ("shop/templates/show.html", "href", None),
    ],
)
def test_other_things(shop: Path, file: str, text: str, expected: list[tuple[str, int]] | None) -> None:
    with Client(VSCODE, shop) as client:
        assert asked(client, shop, "references", file, text) == expected


def test_from_a_template_to_the_view(shop: Path) -> None:
    with Client(VSCODE, shop) as client:
        assert asked(client, shop, "definition", "shop/templates/show.html", "users.other") == [("users.py", 12)]


@pytest.mark.parametrize("typed", ["<a href=\"{{ url_for('", "{{ url_for('us') }}", '{{ url_for( "us'])
def test_endpoints_are_completed_in_templates(shop: Path, typed: str) -> None:
    with Client(VSCODE, shop) as client:
        uri = client.open(shop / "shop/templates/show.html", typed, "html")
        column = typed.rfind("us') }}") + 2 if "') }}" in typed else len(typed)
        params = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": column}}
        found = client.request("textDocument/completion", params)
        assert [item["label"] for item in found] == ["index", "users.other", "users.show", "static"]
        assert found[0]["textEdit"]["range"]["end"]["character"] == column
        elsewhere = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 3}}
        assert client.request("textDocument/completion", elsewhere) is None
