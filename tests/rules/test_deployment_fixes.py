"""Fixes of commands in deployment files: what is around the program stays."""

from __future__ import annotations

import pytest
from checking import findings, fixed

APP = """
from flask import Flask

app = Flask(__name__)

if __name__ == "__main__":
    app.run()
"""
FACTORY = """
from flask import Flask


def create_app():
    return Flask(__name__)
"""


def after(code: str, name: str, text: str, app: str = APP) -> str | None:
    (finding,) = findings(code, app, {name: text})
    return fixed(text, finding.fixes[0], name) if finding.fixes else None


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("entrypoint.sh", "exec flask run -p 80\n", "exec gunicorn -b 127.0.0.1:80 app:app\n"),
        ("Procfile", "web: poetry run flask run\n", "web: poetry run gunicorn -b 127.0.0.1:5000 app:app\n"),
        ("Procfile", "web: python -m flask run\n", "web: python -m gunicorn -b 127.0.0.1:5000 app:app\n"),
        (
            "a.service",
            "[Service]\nExecStart=/v/bin/python app.py\n",
            "[Service]\nExecStart=/v/bin/python -m gunicorn -b 127.0.0.1:5000 app:app\n",
        ),
        (
            "a.service",
            "[Service]\nExecStart=/v/bin/flask run\n",
            "[Service]\nExecStart=/v/bin/gunicorn -b 127.0.0.1:5000 app:app\n",
        ),
        (
            "fly.toml",
            '[processes]\nweb = "flask run -h 0.0.0.0"\n',
            '[processes]\nweb = "gunicorn -b 0.0.0.0:5000 app:app"\n',
        ),
        ("Procfile", "web: flask run --cert adhoc\n", None),
    ],
)
def test_gunicorn_instead_of_the_development_server(name: str, text: str, expected: str | None) -> None:
    assert after("FLK801", name, text) == expected


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ("", "-b 127.0.0.1:5000 "),
        ('"0.0.0.0", 80', "-b 0.0.0.0:80 "),
        ('"::", port=80', '-b "[::]:80" '),
        ("port=int(os.environ['PORT'])", ""),
        ("**options", ""),
    ],
)
def test_gunicorn_listens_where_the_script_did(arguments: str, options: str) -> None:
    script = APP.replace("app.run()", f"app.run({arguments})")
    assert script != APP or not arguments
    fixed_text = after("FLK801", "Dockerfile", "CMD python app.py\n", script)
    assert fixed_text == f"CMD gunicorn {options}app:app\n"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Procfile", "web: gunicorn app:app\n", 'web: gunicorn "app:create_app()"\n'),
        ("Procfile", "web: gunicorn 'app:app'\n", "web: gunicorn 'app:create_app()'\n"),
        (
            "compose.yaml",
            'services:\n  web:\n    command: "gunicorn app:app"\n',
            "services:\n  web:\n    command: \"gunicorn 'app:create_app()'\"\n",
        ),
        ("uwsgi.ini", "[uwsgi]\nmodule = app:app\n", "[uwsgi]\nmodule = app:create_app()\n"),
        ("gunicorn.conf.py", 'wsgi_app = "app:app"\n', 'wsgi_app = "app:create_app()"\n'),
        ("Procfile", "web: waitress-serve app:app\n", None),
    ],
)
def test_the_factory_is_called(name: str, text: str, expected: str | None) -> None:
    assert after("FLK806", name, text, FACTORY) == expected


COMPOSE = """
services:
  web:
    environment:
      FLASK_APP: app
      FLASK_DEBUG: "1"
    command: flask run --host=0.0.0.0
"""


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Procfile", "web: flask run --host 0.0.0.0 --debug\n", "web: flask run --host 0.0.0.0\n"),
        (
            "Dockerfile",
            'CMD ["flask", "--debug", "run", "-h", "0.0.0.0"]\n',
            'CMD ["flask", "run", "-h", "0.0.0.0"]\n',
        ),
        ("compose.yaml", COMPOSE, COMPOSE.replace('      FLASK_DEBUG: "1"\n', "")),
    ],
)
def test_debug_mode_is_removed_from_public_hosts(name: str, text: str, expected: str) -> None:
    assert after("FLK502", name, text) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("compose.yaml", COMPOSE.replace('"1"', '"0"')),
        ("compose.yaml", COMPOSE.replace("--host=0.0.0.0", "--host=127.0.0.1")),
        ("compose.yaml", COMPOSE.replace("--host=0.0.0.0", "--host=0.0.0.0 --no-debug")),
        ("compose.yaml", COMPOSE.replace("    command", "  other:\n    command")),
        ("compose.dev.yaml", COMPOSE),
        ("Procfile", "web: gunicorn --debug -b 0.0.0.0 app:app\n"),
    ],
)
def test_no_public_debugger(name: str, text: str) -> None:
    assert findings("FLK502", APP, {name: text}) == []
