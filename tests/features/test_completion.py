"""What is offered inside texts, in code that is finished and in code that is being typed."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hovering import CURSOR, FOLDER, unit_of

from flask_ls.features.completion import Completion, completions

APP = """
    from flask import Flask

    import users

    app = Flask(__name__)
    app.config.from_object("settings")
    app.register_blueprint(users.bp, url_prefix="/users")


    @app.get("/")
    def index():
        return ""
"""
USERS = """
    from flask import Blueprint, current_app, render_template, request, url_for

    bp = Blueprint("users", __name__)


    @bp.route("/<int:user_id>", methods=["GET", "POST"])
    def show(user_id):
        BODY


    @bp.get("/all")
    def every():
        return ""
"""


def offered(body: str, **files: str) -> list[Completion]:
    texts = {"app.py": APP, "settings.py": "PAGE_SIZE = 10\n", "users.py": USERS.replace("BODY", body), **files}
    texts = {name: dedent(text).lstrip("\n") for name, text in texts.items()}
    offset = texts["users.py"].index(CURSOR)
    texts["users.py"] = texts["users.py"].replace(CURSOR, "")
    return completions(unit_of(texts, "users.py"), offset)


def names(found: list[Completion]) -> list[str]:
    return [c.text for c in found]


@pytest.mark.parametrize(
    "body", ['return url_for("<|>")', 'return url_for("<|>', "return str(url_for('<|>'))", 'url_for("<|>", user_id=1)']
)
def test_endpoints_those_of_the_blueprint_first(body: str) -> None:
    found = offered(body)
    assert names(found) == ["users.every", "users.show", "index", "static"]
    assert found[1].detail == "GET POST /users/<int:user_id>"


def test_relative_endpoints() -> None:
    assert names(offered('return url_for(".<|>")')) == [".every", ".show"]


def test_the_whole_text_is_replaced() -> None:
    (first, *_) = offered('return url_for("users.sh<|>ow")')
    text = dedent(USERS).lstrip("\n").replace("BODY", 'return url_for("users.show")')
    assert text[first.span.start : first.span.end] == "users.show"


@pytest.mark.parametrize(
    "body", ['current_app.config["<|>"]', 'current_app.config["<|>', 'x = current_app.config.get("<|>")']
)
def test_configuration_keys_those_of_the_project_first(body: str) -> None:
    found = offered(body)
    assert found[0].text == "PAGE_SIZE"
    assert found[0].detail == "key of this project"
    secret = next(c for c in found if c.text == "SECRET_KEY")
    assert secret.detail.endswith("default: None")
    assert secret.documentation


@pytest.mark.parametrize(
    "body",
    [
        'print("<|>")',
        'request.args["<|>"]',
        'request.args.get("<|>")',
        "url_for(<|>)",
        'url_for("users.show", x="<|>")',
        'x = "<|>',
        '# url_for("a") <|>',
        "current_app.config[<|>]",
    ],
)
def test_nothing_elsewhere(body: str) -> None:
    assert offered(f"{body}\n        return ''") == []


@pytest.mark.parametrize("body", ['return render_template("<|>")', 'return render_template("<|>'])
def test_templates(body: str) -> None:
    files = {"templates/show.html": "", "templates/mail/welcome.html": "", "other/no.html": ""}
    texts = {"app.py": APP, "users.py": USERS.replace("BODY", body)}
    texts = {name: dedent(text).lstrip("\n") for name, text in texts.items()}
    offset = texts["users.py"].index(CURSOR)
    texts["users.py"] = texts["users.py"].replace(CURSOR, "")
    unit = unit_of(texts, "users.py", templates=[f"{FOLDER}/{name}" for name in files])
    assert names(completions(unit, offset)) == ["mail/welcome.html", "show.html"]
