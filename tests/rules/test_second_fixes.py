"""Fixes that are offered beside the first one: executed like the first ones of the examples."""

from __future__ import annotations

import pytest
from checking import findings, fixed
from flask_runner import FlaskRunner

CATCH_ALL = """\
from flask import Flask

app = Flask(__name__)


@app.errorhandler(Exception)
def on_error(error):
    return "oops", 500


@app.get("/")
def index():
    return str(1 / 0)
"""


def test_http_errors_pass_and_others_are_logged(flask: FlaskRunner) -> None:
    (finding,) = findings("FLK805", CATCH_ALL)
    after = fixed(CATCH_ALL, finding.fixes[1])
    drive = """
import logging
seen = []
class Handler(logging.Handler):
    def emit(self, record):
        seen.append(record.exc_info[0].__name__)
app.logger.addHandler(Handler())
app.logger.propagate = False
assert client.get("/nope").status_code == 404
assert client.get("/").status_code == 500
assert seen == ["ZeroDivisionError"], seen
"""
    assert flask.failures({"app.py": after}, drive) == []
    assert flask.failures({"app.py": CATCH_ALL}, drive) != []
    assert findings("FLK805", after) == []


def test_errors_of_http_are_not_logged(flask: FlaskRunner) -> None:
    told_apart = CATCH_ALL.replace("from flask", "from werkzeug.exceptions import HTTPException\nfrom flask").replace(
        '    return "oops"', '    if isinstance(error, HTTPException):\n        return error\n    return "oops"'
    )
    (finding,) = findings("FLK805", told_apart)
    drive = """
seen = []
app.logger.exception = lambda message: seen.append(message)
client.get("/nope")
assert seen == []
client.get("/")
assert seen
"""
    assert flask.failures({"app.py": fixed(told_apart, finding.fixes[1])}, drive) == []


def test_only_the_part_that_lacks_is_added() -> None:
    logged = CATCH_ALL.replace('    return "oops"', '    app.logger.exception("x")\n    return "oops"')
    (finding,) = findings("FLK805", logged)
    assert fixed(logged, finding.fixes[1]).count("logger.exception") == 1


@pytest.mark.parametrize("caught", ["500", "InternalServerError"])
def test_there_is_one_handler_for_500(caught: str) -> None:
    other = f"""
from werkzeug.exceptions import InternalServerError


@app.errorhandler({caught})
def on_500(error):
    return "sorry", 500
"""
    (finding,) = findings("FLK805", CATCH_ALL + other)
    assert [fix.title for fix in finding.fixes] == ["Let HTTP errors pass, log the others"]


LATE = """\
from flask import Blueprint, Flask

bp = Blueprint("api", __name__)


def create_app():
    app = Flask(__name__)
    app.register_blueprint(  # the API
        bp,
        url_prefix="/api",
    )

    @bp.get("/a")
    def a():
        return "a"

    return app
"""


def test_a_call_over_several_lines_moves_with_its_lines() -> None:
    (finding,) = findings("FLK604", LATE + "\n\napp = create_app()\n")
    after = fixed(LATE, finding.fixes[0])
    call = '    app.register_blueprint(  # the API\n        bp,\n        url_prefix="/api",\n    )\n'
    assert after == LATE.replace(call, "").replace('        return "a"\n', f'        return "a"\n{call}')


@pytest.mark.parametrize(
    ("behind", "after"),
    [
        ("", "  # noqa: E402"),
        ("  # the views", "  # noqa: E402  # the views"),
        ("  # noqa: F401", "  # noqa: E402, F401"),
        ("  # noqa", "  # noqa"),
        ("  # NOQA:F401,E402", "  # NOQA:F401,E402"),
    ],
)
def test_an_import_moves_below_with_its_comment(behind: str, after: str) -> None:
    text = f"from flask import Flask\nimport views{behind}\n\napp = Flask(__name__)\n"
    views = "from app import app\n\n\n@app.get('/')\ndef index():\n    return 'x'\n"
    (finding,) = findings("FLK301", text, {"views.py": views})
    fix = next(f for f in finding.fixes if f.title.startswith("Move the import"))
    assert fixed(text, fix) == f"from flask import Flask\n\napp = Flask(__name__)\nimport views{after}\n"
