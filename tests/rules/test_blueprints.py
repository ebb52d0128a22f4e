"""FLK602, FLK605, FLK606 and FLK610: spellings beyond those of the examples."""

from __future__ import annotations

import pytest
from checking import findings, marked

ROUTE = "@bp.get('/x')\ndef x():\n    return ''\n"


@pytest.mark.parametrize(
    ("made", "registered", "marks"),
    [
        ("url_prefix='api'", "app.register_blueprint(bp)", ["'api'"]),
        ("url_prefix='api'", "app.register_blueprint(bp, url_prefix='/api')", []),
        ("url_prefix='/api'", "app.register_blueprint(bp, url_prefix='v1')", ["'v1'"]),
        (
            "url_prefix='api'",
            "p = Blueprint('p', __name__, url_prefix='/p')\np.register_blueprint(bp)\napp.register_blueprint(p)",
            [],
        ),
    ],
)
def test_flk605_prefix(made: str, registered: str, marks: list[str]) -> None:
    head = f"from flask import Blueprint, Flask\napp = Flask(__name__)\nbp = Blueprint('b', __name__, {made})\n"
    assert marked("FLK605", f"{head}{ROUTE}{registered}\n") == marks


@pytest.mark.parametrize(
    ("registered", "marks"),
    [
        ("url_prefix=None", ["'x'"]),
        ("url_prefix=open('base').read()", []),
        ("**options()", []),
    ],
)
def test_flk605_rule_under_a_prefix_that_only_a_file_knows(registered: str, marks: list[str]) -> None:
    text = (
        "from flask import Blueprint, Flask\nfrom site_settings import options\n"
        "app = Flask(__name__)\nbp = Blueprint('b', __name__)\n"
        f"@bp.get('x')\ndef x():\n    return ''\napp.register_blueprint(bp, {registered})\n"
    )
    assert marked("FLK605", text) == marks


def test_flk606_follows_names() -> None:
    assert marked("FLK606", "from flask import Blueprint\nNAME = 'api.v1'\nbp = Blueprint(NAME, __name__)\n") == [
        "NAME"
    ]


def test_flk610_is_silent_where_the_attribute_is_asked_for() -> None:
    head = "from flask import Blueprint\nbp = Blueprint('b', __name__)\n"
    assert marked("FLK610", f"{head}bp.config\n") == ["bp.config"]
    assert marked("FLK610", f"{head}if hasattr(bp, 'config'):\n    bp.config\n") == []


@pytest.mark.parametrize(
    ("app", "count"),
    [
        ("", 1),
        ("import views\n", 1),
        ("import views\napp.register_blueprint(views.bp)\n", 0),
        ("import importlib\napp.register_blueprint(importlib.import_module('views').bp)\n", 0),
    ],
)
def test_flk602_file_that_nothing_imports(app: str, count: int) -> None:
    views = f"from flask import Blueprint\nbp = Blueprint('b', __name__)\n{ROUTE}"
    text = f"from flask import Flask\napp = Flask(__name__)\n{app}"
    assert len(findings("FLK602", text, {"views.py": views})) == count


def test_flk306_tells_of_each_app_once() -> None:
    text = (
        "from flask import Blueprint, Flask\na, b = Blueprint('a', __name__), Blueprint('b', __name__)\n"
        "def create_app():\n    return Flask(__name__)\napp = create_app()\n"
        "app.register_blueprint(a)\napp.register_blueprint(b)\nother = create_app()\nother.register_blueprint(b)\n"
    )
    assert marked("FLK306", text) == ["app.register_blueprint(a)", "other.register_blueprint(b)"]
