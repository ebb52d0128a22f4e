"""Fixes that move or add statements, where these would not work."""

from __future__ import annotations

import pytest
from checking import findings, fixed

FACTORY = """
from flask import Flask


def create_app():
    from flask_sqlalchemy import SQLAlchemy

    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db = SQLAlchemy(app)
    with app.app_context():
        db.create_all()
    return app
"""
LOOP = """
from flask import Blueprint, Flask
bp = Blueprint("api", __name__)
app = Flask(__name__)
for prefix in ("/v1", "/v2"):
    app.register_blueprint(bp, url_prefix=prefix)
"""


def test_an_extension_whose_class_the_factory_imports_stays() -> None:
    [found] = findings("FLK305", FACTORY)
    assert not found.fixes


def test_one_call_in_a_loop_gets_no_second_name() -> None:
    [found] = findings("FLK603", LOOP)
    assert not found.fixes


@pytest.mark.parametrize(("used", "moves"), [("app.register_blueprint(bp)", 0), ("print(app.name)", 1)])
def test_an_import_stays_above_what_the_module_uses_of_it(used: str, moves: int) -> None:
    start = f"from flask import Flask\nfrom views import bp\napp = Flask(__name__)\n{used}\nlimit = 10\n"
    views = "from flask import Blueprint\nfrom app import limit\nbp = Blueprint('bp', __name__)\nprint(limit)\n"
    [found] = findings("FLK301", start, {"views.py": views, "wsgi.py": "from app import app\n"})
    assert sum(f.title.startswith("Move the import") for f in found.fixes) == moves


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("app = Flask(__name__)\nos.environ['FLASK_ENV'] = 'development'\n", "app = Flask(__name__)\n"),
        (
            "os.environ['FLASK_ENV'] = 'development'\napp = Flask(__name__)\n",
            "os.environ['FLASK_DEBUG'] = '1'\napp = Flask(__name__)\n",
        ),
    ],
)
def test_debug_mode_is_switched_on_only_where_flask_sees_it(text: str, after: str) -> None:
    [found] = findings("FLK503", f"import os\nfrom flask import Flask\n{text}")
    assert fixed(f"import os\nfrom flask import Flask\n{text}", found.fixes[0]).endswith(after)
