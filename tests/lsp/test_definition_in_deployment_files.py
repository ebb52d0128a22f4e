"""From the application that a deployment file names to where it is made."""

from __future__ import annotations

from pathlib import Path

import pytest
from client_capabilities import VSCODE
from language_client import Client

WSGI = "from shop import create_app\n\napp = create_app()\n"
SHOP = "from flask import Flask\n\n\ndef create_app():\n    return Flask(__name__)\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").write_text(SHOP)
    (tmp_path / "shop" / "wsgi.py").write_text(WSGI)
    return tmp_path


APP, FACTORY = ("shop/wsgi.py", 2), ("shop/__init__.py", 3)


@pytest.mark.parametrize(
    ("name", "text", "at", "expected"),
    [
        ("Procfile", "web: gunicorn -w 4 shop.wsgi:app\n", "app", APP),
        ("Procfile", "web: gunicorn -w 4 shop.wsgi:app\n", "shop", ("shop/wsgi.py", 0)),
        ("Procfile", "web: gunicorn 'shop:create_app()'\n", "create_app", FACTORY),
        ("Procfile", "web: gunicorn shop.wsgi:create_app\n", "create_app", FACTORY),
        ("Procfile", "web: waitress-serve --call shop:create_app\n", "create_app", FACTORY),
        ("Dockerfile", 'FROM a\nCMD ["gunicorn", "shop.wsgi:app"]\n', "app", APP),
        ("Dockerfile", "FROM a\nCMD exec gunicorn shop.wsgi:app\n", "app", APP),
        ("compose.yaml", "services:\n  web:\n    command: gunicorn shop.wsgi:app\n", "app", APP),
        ("web.service", "[Service]\nExecStart=/v/bin/gunicorn -b :80 shop.wsgi:app\n", "app", APP),
        ("uwsgi.ini", "[uwsgi]\nmodule = shop.wsgi\ncallable = app\n", "shop", APP),
        ("start.sh", "#!/bin/sh\nuwsgi --http :80 -w shop.wsgi:app\n", "app", APP),
        (".flaskenv", "FLASK_APP=shop.wsgi:app\n", "app", APP),
        (".env", 'FLASK_APP="shop:create_app"\n', "create_app", FACTORY),
        (".flaskenv", "FLASK_APP=shop/wsgi.py\n", "shop", ("shop/wsgi.py", 0)),
        ("start.sh", "flask --app shop:create_app run\n", "create_app", FACTORY),
    ],
)
def test_every_form(shop: Path, name: str, text: str, at: str, expected: tuple[str, int]) -> None:
    path = shop / name
    path.write_text(text)
    row = next(number for number, line in enumerate(text.split("\n")) if at in line.rpartition("=")[2] or at in line)
    column = text.split("\n")[row].rindex(at) + 1
    position = {"line": row, "character": column}
    with Client(VSCODE, shop) as client:
        uri = client.open(path, language="plaintext")
        found = client.request("textDocument/definition", {"textDocument": {"uri": uri}, "position": position})
        found = found[0] if isinstance(found, list) else found
        place = found.get("targetRange") or found["range"]
        assert (found.get("targetUri") or found["uri"]) == (shop / expected[0]).as_uri()
        assert place["start"]["line"] == expected[1]


def test_nothing_elsewhere(shop: Path) -> None:
    (shop / "Procfile").write_text("web: gunicorn shop.wsgi:app\n")
    with Client(VSCODE, shop) as client:
        for path, line, character in (("Procfile", 0, 7), ("shop/wsgi.py", 2, 8)):
            uri = client.open(shop / path)
            position = {"line": line, "character": character}
            asked = {"textDocument": {"uri": uri}, "position": position}
            assert client.request("textDocument/definition", asked) is None
