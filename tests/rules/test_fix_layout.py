"""What fixes write stands where a person would have put it."""

from __future__ import annotations

import textwrap

import pytest
from checking import findings, fixed


def first_fix(code: str, text: str) -> str:
    text = textwrap.dedent(text).lstrip("\n")
    (finding,) = findings(code, text)
    return fixed(text, finding.fixes[0])


def expected(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n")


HEAD = """
from flask import Flask, jsonify

app = Flask(__name__)
render = jsonify


@app.get("/")
def index():
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "    return jsonify(\n        {\n            'a': [\n                1\n            ]\n        }\n    )\n",
            "    return {\n        'a': [\n            1\n        ]\n    }\n",
        ),
        ("    return jsonify({\n        'a': 1,\n    })\n", "    return {\n        'a': 1,\n    }\n"),
        (
            "    return jsonify(\n        {'a': '''\n        b''', 'c': 1}\n    )\n",
            "    return {'a': '''\n        b''', 'c': 1}\n",
        ),
    ],
)
def test_a_dict_is_indented_like_the_call_it_takes_the_place_of(before: str, after: str) -> None:
    assert first_fix("FLK909", HEAD + before) == expected(HEAD + after)


def test_a_setting_takes_the_place_of_pass() -> None:
    text = """
    from flask import Flask, session


    class Config:
        SECRET_KEY = "x"


    class ProductionConfig(Config):
        pass  # as it is


    app = Flask(__name__)
    app.config.from_object(ProductionConfig)


    @app.get("/")
    def index():
        session["user"] = 1
        return "x"
    """
    assert first_fix("FLK406", text) == expected(text).replace("pass", "SESSION_COOKIE_SECURE = True")


@pytest.mark.parametrize(
    ("config", "is_safe"),
    [
        ("Config", True),
        ("StagingConfig", True),
        ("Config if production else TestConfig", False),
        ("ProductionConfig if production else StagingConfig", False),
    ],
)
def test_a_class_among_others_does_not_fail_for_all_of_them(config: str, is_safe: bool) -> None:
    text = f"""
import os

from flask import Flask


class Config:
    SECRET_KEY = os.getenv("SHOP_KEY")


class ProductionConfig(Config):
    SECRET_KEY = "not asked about"


class StagingConfig(Config):
    pass


class TestConfig(Config):
    SECRET_KEY = "x"


def create_app(production):
    app = Flask(__name__)
    app.config.from_object({config})
    return app
"""
    (finding,) = findings("FLK404", text)
    assert finding.fixes[0].safe is is_safe


def test_an_extension_is_bound_below_those_it_may_build_on() -> None:
    text = """
    from flask import Flask
    from flask_migrate import Migrate
    from flask_sqlalchemy import SQLAlchemy

    db = SQLAlchemy()
    migrate = Migrate()


    def create_app():
        app = Flask(__name__)
        app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
        db.init_app(app)
        return app
    """
    bound = "    db.init_app(app)\n    migrate.init_app(app, db)\n"
    assert first_fix("FLK303", text) == expected(text).replace("    db.init_app(app)\n", bound)
