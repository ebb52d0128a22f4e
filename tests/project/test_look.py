"""The look at bytes: which files can have to do with Flask."""

from __future__ import annotations

import pytest

from flask_ls.project.look import connected, mentions_flask

APP = "from flask import Flask\napp = Flask(__name__)\n"


def chosen(files: dict[str, str], fillers: int = 12) -> set[str]:
    """Unrelated files are added, so that looking closer is worth it."""
    files = {f"/p/{name}": text for name, text in files.items()}
    files |= {f"/other/filler_{n}.py": "import os\n" for n in range(fillers)}
    data = {path: text.encode() for path, text in files.items()}
    found = connected(list(data), [mentions_flask(d) for d in data.values()], data.get)
    return {path.removeprefix("/p/") for path in found}


@pytest.mark.parametrize(
    "text",
    [
        "import flask",
        "from flask_login import login_required",
        "    from apiflask import APIFlask",
        "x = FlaskForm",
        "from connexion import FlaskApp",
        "m = __import__('flask')",
        'm = importlib.import_module("flask.app")',
    ],
)
def test_code_that_mentions_flask(text: str) -> None:
    assert mentions_flask(f"import os\n{text}\n".encode())


@pytest.mark.parametrize("text", ["# like flask", "x = 'flask'", '"""Not for Flask."""', "import django", ""])
def test_text_that_only_speaks_of_it(text: str) -> None:
    assert not mentions_flask(text.encode())


def test_without_flask_nothing_matters() -> None:
    assert chosen({"manage.py": "import django\n", "a.py": "# no flask\n"}) == set()


def test_what_is_imported_and_what_imports() -> None:
    assert chosen(
        {
            "app.py": APP + "from shop import helpers\n",
            "shop/__init__.py": "",
            "shop/helpers.py": "from .deep import value\n",
            "shop/deep.py": "value = 1\n",
            "run.py": "import app\n",
            "jobs.py": "from run import main\n",
            "migrations/0001_first.py": "import sqlalchemy\n",
        }
    ) == {"app.py", "shop/__init__.py", "shop/helpers.py", "shop/deep.py", "run.py", "jobs.py"}


def test_what_is_named_by_a_string() -> None:
    assert chosen(
        {
            "app.py": APP + "app.config.from_object('defaults.Production')\nfor n in ['plugins.first']: load(n)\n",
            "defaults.py": "class Production: pass\n",
            "plugins/first.py": "def register(app): pass\n",
            "plugins/second.py": "def register(app): pass\n",
        }
    ) == {"app.py", "defaults.py", "plugins/first.py"}


def test_settings_that_the_environment_names() -> None:
    assert "config.py" in chosen({"app.py": APP + "import os\n", "config.py": "class Production: pass\n"})


def test_tests_share_fixtures_without_an_import() -> None:
    files = {
        "app.py": APP,
        "tests/conftest.py": "from app import app\n",
        "tests/unit/test_home.py": "def test_home(client): client.get('/')\n",
        "elsewhere/test_x.py": "def test_x(client): pass\n",
    }
    assert chosen(files) == {"app.py", "tests/conftest.py", "tests/unit/test_home.py"}


def test_a_loader_that_names_no_module_keeps_what_it_could_mean() -> None:
    files = {
        "app.py": APP,
        "loader.py": "import importlib\nimportlib.import_module(f'{name}')\nnames = ['app']\n",
        "plain.py": "names = ['app']\n",
    }
    assert chosen(files) == {"app.py", "loader.py"}


def test_where_most_files_mention_flask_all_are_taken() -> None:
    assert chosen({"app.py": APP, "lonely.py": "import os\n"}, fillers=0) == {"app.py", "lonely.py"}
