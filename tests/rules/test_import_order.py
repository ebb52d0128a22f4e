"""FLK301: what importing a module uses, and what only its annotations name."""

from __future__ import annotations

import pytest
from checking import findings
from flask_runner import FlaskRunner

APP = "from flask import Flask\nimport models\napp = Flask(__name__)\nclass User: pass\n"
HEAD = "from __future__ import annotations\nimport app\nclass Row:\n"


@pytest.mark.parametrize(
    ("line", "fails"),
    [
        ("owner = app.User", True),
        ("owner: type = app.User", True),
        ("owner: app.User", False),
        ("owner: app.User = None", False),
    ],
)
def test_uses_before_they_are_bound(line: str, fails: bool, flask: FlaskRunner) -> None:
    files = {"models.py": f"{HEAD}    {line}\n"}
    assert bool(flask.failures({"app.py": APP, **files}, "")) == fails
    assert bool(findings("FLK301", APP, files)) == fails
