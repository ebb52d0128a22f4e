"""Hovers that explain Flask on code that is correct: configuration, hooks, the session of the database, and more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hovering import hover_of, unit_of
from packaging.version import Version

from flask_ls.features.hover import hover
from flask_ls.rules.guide import GUIDE

HEAD = """from flask import Blueprint, Flask, current_app, g, jsonify, redirect, request, session, url_for
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy()
"""

# The names that the guide sends its readers to: a line with the cursor on it, and how its explanation begins.
EXPLAINED = {
    "current_app": ("current_<|>app.name", "**current_app** →"),
    "g": ("<|>g.user", "**g** →"),
    "request": ("req<|>uest.path", "**request** →"),
    "session": ("sess<|>ion['a']", "**session** →"),
    "url_for": ("url<|>_for('index')", "**url_for** →"),
    "redirect": ("redi<|>rect('/')", "**redirect** →"),
    "jsonify": ("json<|>ify({})", "**jsonify** →"),
    "SECRET_KEY": ("app.config['SECRET<|>_KEY'] = load()", "**SECRET_KEY** ·"),
    "SESSION_COOKIE_SECURE": ("app.config['SESSION<|>_COOKIE_SECURE'] = True", "**SESSION_COOKIE_SECURE** ·"),
    "SESSION_COOKIE_HTTPONLY": ("app.config.update(SESSION_<|>COOKIE_HTTPONLY=True)", "**SESSION_COOKIE_HTTPONLY** ·"),
    "PROPAGATE_EXCEPTIONS": ("app.config['PROP<|>AGATE_EXCEPTIONS']", "**PROPAGATE_EXCEPTIONS** ·"),
    "DEBUG": ("app.config.get('DE<|>BUG')", "**DEBUG** ·"),
    "app.run": ("app.ru<|>n()", "**app.run** →"),
    "url_prefix": ("bp = Blueprint('b', __name__, url_<|>prefix='/b')", "**url_prefix** →"),
    "before_request": ("@app.before_<|>request\ndef f(): ...", "**before_request** →"),
    "db.session": ("db.sess<|>ion", "**db.session** →"),
    "db.session.commit": ("db.session.com<|>mit()", "**db.session.commit** →"),
    "request.args": ("request.ar<|>gs", "**request.args** →"),
    "request.form": ("request.fo<|>rm", "**request.form** →"),
    "request.json": ("request.js<|>on", "**request.json** →"),
}


def show(line: str, flask: str = "3.1.3", **installed: str) -> str:
    """The hover in a line behind ``HEAD`` under some versions."""
    text = HEAD + line
    offset = text.index("<|>")
    unit = unit_of({"app.py": text.replace("<|>", "")}, "app.py")
    versions = {name.replace("_", "-"): Version(version) for name, version in installed.items()}
    found = hover(replace(unit, flask=Version(flask), installed=versions), [], offset)
    assert found is not None
    return found.markdown


class TestEveryNameOfTheGuide:
    @pytest.mark.parametrize("name", sorted({name for bullet in GUIDE for name in bullet.hovers}))
    def test_has_a_hover(self, name: str) -> None:
        line, begins = EXPLAINED[name]
        assert show(line).startswith(begins)

    @pytest.mark.parametrize("name", [n for n, (_, begins) in EXPLAINED.items() if begins.endswith("** →")])
    def test_the_same_name_of_something_else_has_none(self, name: str) -> None:
        line = EXPLAINED[name][0]
        offset = line.index("<|>")
        assert hover(unit_of({"app.py": line.replace("<|>", "")}, "app.py"), [], offset) is None


class TestConfiguration:
    def test_no_value_is_shown(self) -> None:
        shown = hover_of(
            {
                "app.py": """
                    import os
                    from flask import Flask

                    def create_app():
                        app = Flask(__name__)
                        app.config["SECRET_KEY"] = "hunter2-literal"
                        app.config["SECRET<|>_KEY"] = os.environ.get("APP_KEY", "hunter2-fallback")
                        app.config.from_object("settings.Config")
                        app.config.from_prefixed_env()
                        return app
                    """,
                "settings.py": """
                    class Config:
                        SECRET_KEY = "hunter2-class"
                    """,
            }
        )
        assert shown is not None
        assert "hunter2" not in shown
        assert "from the environment variable `APP_KEY`, with a fallback" in shown
        assert "[`app.py:6`](file:///project/app.py#L6): replaced later" in shown
        assert "[`settings.py:2`]" in shown
        assert "`from_prefixed_env` reads environment variables: [`app.py:9`]" in shown
        assert "The source that runs last wins" in shown

    @pytest.mark.parametrize(
        ("line", "state"),
        [
            ("app.config['SECRET_<|>KEY'] = 'a-value-to-hide'", "In `app.app`: set."),
            ("app.secret_<|>key = 'a-value-to-hide'", "In `app.app`: set."),
            ("app.config.get('SECRET_<|>KEY')", "In `app.app`: None (the default)."),
            ("app.config['SESSION_COOKIE_<|>SECURE'] = True", "In `app.app`: True."),
            ("app.config.from_mapping(SESSION_COOKIE_<|>SECURE=False)", "In `app.app`: False (the default)."),
            ("app.config.update({'SESSION_COOKIE_<|>SECURE': True})", "In `app.app`: True."),
            ("if 'SECRET_<|>KEY' in app.config: ...", "In `app.app`: None (the default)."),
        ],
    )
    def test_what_is_in_force(self, line: str, state: str) -> None:
        shown = show(line)
        assert state in shown
        assert "a-value-to-hide" not in shown

    def test_what_is_in_force_may_be_unknown(self) -> None:
        shown = show("app.config['SECRET_<|>KEY'] = 'a-value-to-hide'\napp.config.from_envvar('SETTINGS')")
        assert "In `app.app`: what is in force is not known from the code" in shown
        assert "In `app.app`: set." not in shown

    @pytest.mark.parametrize(
        ("line", "start"),
        [
            ("@given.before_<|>request\n    def check(): ...", "**before_request**"),
            ("given.secret_<|>key = 'a'", "**SECRET_KEY**"),
            ("given.register_blueprint(Blueprint('b', __name__), url_<|>prefix='/b')", "**url_prefix**"),
        ],
    )
    def test_an_app_that_a_function_is_given(self, line: str, start: str) -> None:
        text = f"from flask import Blueprint, Flask\n\n\ndef configure(given):\n    {line}\n\n\n"
        shown = hover_of(f"{text}app = Flask(__name__)\nconfigure(app)\n")
        assert shown is not None
        assert shown.startswith(start)
        assert hover_of(f"{text}configure(unknown)\n") is None

    def test_a_class_made_from_json_is_no_source(self) -> None:
        shown = show("app.config['SECRET_<|>KEY'] = 'a'\npost = Comment.from_json({})\napp.config.from_json('s.json')")
        assert shown.count("reads a file") == 1
        assert "reads a file: [`app.py:" in shown

    def test_a_class_that_becomes_configuration(self) -> None:
        text = "class Config:\n    SERVER_<|>NAME = 'example.org'\n\n\napp.config.from_object(Config)\n"
        assert "class `Config`" in show(text)
        assert hover_of("class Config:\n    SERVER_<|>NAME = 'example.org'\n") is None

    def test_other_mappings_are_not_configuration(self) -> None:
        assert hover_of("settings = {}\nsettings['SECRET_<|>KEY'] = 'a'\n") is None
        assert hover_of("dict(SECRET_<|>KEY='a')\n") is None

    @pytest.mark.parametrize(
        ("key", "flask", "said"),
        [
            ("SECRET_KEY_FALLBACKS", "3.0.3", "Flask 3.0.3 does not read it: it is new in 3.1."),
            ("JSON_SORT_KEYS", "2.3.3", "does not read it: it was removed in 2.3."),
            ("SERVER_NAME", "3.0.3", "requests for other hosts are answered with 404"),
            ("SERVER_NAME", "3.1.0", "does not restrict which hosts"),
            ("SECRET_KEY", "3.1.0", "move the old key to `SECRET_KEY_FALLBACKS`"),
        ],
    )
    def test_by_version(self, key: str, flask: str, said: str) -> None:
        assert said in show(f"app.config['<|>{key}'] = load()", flask)

    def test_fallbacks_are_not_advised_before_they_exist(self) -> None:
        assert "FALLBACKS" not in show("app.config['<|>SECRET_KEY'] = load()", "3.0.3")


class TestByVersion:
    @pytest.mark.parametrize(
        ("line", "flask", "said"),
        [
            ("request.js<|>on", "3.1.3", "answered with 415"),
            ("request.js<|>on", "2.2.5", "answered with 400 in Flask 2.2.5 (415 from 2.3 on)"),
            ("request.get_<|>json()", "2.3.0", "`silent=True`"),
            ("redi<|>rect('/')", "3.1.3", "The status is 302 (303 from Flask 3.2 on)"),
            ("redi<|>rect('/')", "3.2.0.dev0", "The status is 303"),
            ("url_<|>for('a')", "3.0.0", "requests for other hosts with 404"),
            ("url_<|>for('a')", "3.1.0", "does not restrict"),
            ("app.test_<|>client()", "3.1.0", "shares its `g`"),
            ("app.test_<|>client()", "3.2.0.dev0", "has a `g` of its own"),
            ("app.app_<|>context()", "3.2.0.dev0", "has a `g` of its own"),
            ("app.test_request_<|>context('/')", "3.1.0", "no `before_request` function"),
            ("app.before_first_<|>request", "2.3.0", "removed in 2.3"),
            ("app.before_first_<|>request", "2.2.5", "deprecated in Flask 2.2.5"),
        ],
    )
    def test_what_is_said(self, line: str, flask: str, said: str) -> None:
        assert said in show(line, flask)

    def test_versions_of_other_packages(self) -> None:
        assert "`ValueError` or `TypeError`" in show("request.args.g<|>et('a')", "2.3.0", werkzeug="3.0.1")
        assert "`TypeError`" not in show("request.args.g<|>et('a')", "2.3.0", werkzeug="2.3.8")
        assert "thread or greenlet" in show("db.sess<|>ion", flask_sqlalchemy="2.5.1")


class TestTheDevelopmentServer:
    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("debug", "decides over `FLASK_DEBUG`"),
            ("threaded", "default since Flask 1.0"),
            ("processes", "`ValueError`"),
            ("host", "`0.0.0.0` listens on all interfaces"),
        ],
    )
    def test_its_arguments(self, name: str, said: str) -> None:
        assert said in show(f"app.run(<|>{name}=load())")

    def test_arguments_of_other_calls(self) -> None:
        assert hover_of("start(de<|>bug=True)\n") is None


PROJECT = {
    "shop/__init__.py": """
        from flask import Flask
        from shop.admin import admin

        app = Flask(__name__)

        @app.before_request
        def everywhere(): ...

        @app.get("/")
        def index(): ...

        app.register_blueprint(admin, url_prefix="/admin")
        """,
    "shop/admin.py": """
        from flask import Blueprint
        from shop.users import users

        admin = Blueprint("admin", __name__, url_prefix="/unused")

        @admin.before_request
        def guard(): ...

        @admin.before_app_request
        def watch(): ...

        admin.register_blueprint(users)
        """,
    "shop/users.py": """
        from flask import Blueprint

        users = Blueprint("users", __name__, url_prefix="/users")

        @users.get("/<name>")
        def show(name): ...
        """,
}


def project(path: str, mark: str) -> str:
    shown = hover_of({**PROJECT, path: PROJECT[path].replace(mark.replace("<|>", ""), mark, 1)})
    assert shown is not None
    return shown


class TestBlueprints:
    def test_a_hook_covers_nested_blueprints(self) -> None:
        shown = project("shop/admin.py", "admin.before_<|>request")
        assert "That is 1 route:" in shown
        assert "- `GET /admin/users/<name>` → `admin.users.show`" in shown
        assert "`before_app_request` covers the whole app" in shown

    def test_a_hook_of_the_app(self) -> None:
        shown = project("shop/__init__.py", "app.before_<|>request")
        assert "every request of the app" in shown
        assert "The app has 2 routes." in shown

    def test_a_hook_for_the_whole_app(self) -> None:
        assert "every request of the app that the blueprint is registered on" in project(
            "shop/admin.py", "admin.before_app_<|>request"
        )

    @pytest.mark.parametrize(
        ("path", "mark", "role", "effective"),
        [
            (
                "shop/__init__.py",
                'url_<|>prefix="/admin"',
                "It replaces the prefix given to `Blueprint(...)`.",
                "`/admin`.",
            ),
            (
                "shop/admin.py",
                'url_<|>prefix="/unused"',
                "given to `register_blueprint` replaces this one",
                "`/admin`.",
            ),
            ("shop/users.py", 'url_<|>prefix="/users"', "are joined, the outer one first", "`/admin/users`."),
        ],
    )
    def test_the_effective_prefix(self, path: str, mark: str, role: str, effective: str) -> None:
        shown = project(path, mark)
        assert role in shown
        assert effective in shown
        assert "`/unused`" not in shown
