"""Odd forms for the rules on configuration and on how the app is started."""

from __future__ import annotations

import pytest
from checking import APP, findings, fixed, marked

HEAD = "import os\nfrom flask import Flask\napp = Flask(__name__)\n"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("os.environ.get('K')", True),
        ("os.getenv('K', None)", True),
        ("os.environ.get('K', '')", True),
        ("os.environ.get('K', 'x')", False),
        ("os.environ['K']", False),
        ("os.environ.get('K') or os.urandom(8)", False),
    ],
)
def test_key_that_may_be_missing(value: str, found: bool) -> None:
    for line in (f"app.secret_key = {value}", f"app.config.update(SECRET_KEY={value})"):
        assert bool(findings("FLK404", f"{HEAD}{line}\n")) is found


def test_key_of_a_class_that_a_later_line_of_the_class_replaces() -> None:
    text = f"{HEAD}class C:\n    SECRET_KEY = os.environ.get('K')\n    SECRET_KEY = os.environ['K']\n"
    assert findings("FLK404", f"{text}app.config.from_object(C)\n") == []


@pytest.mark.parametrize(
    "test", ["assert app.secret_key\n", "if app.config['SECRET_KEY'] is None:\n    raise SystemExit\n"]
)
def test_key_that_is_tested(test: str) -> None:
    assert findings("FLK404", f"{HEAD}app.secret_key = os.environ.get('K')\n{test}") == []


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("app.secret_key = os.urandom(24).hex()", ["os.urandom(24).hex()"]),
        ("app.secret_key = os.environ.get('K', os.urandom(24))", ["os.urandom(24)"]),
        ("import random\napp.secret_key = ''.join(random.choice('ab') for _ in 'xy')", None),
        ("def make():\n    return os.urandom(8)\napp.secret_key = make()", ["make()"]),
        ("key = os.urandom(8)\nopen('k', 'wb').write(key)\napp.secret_key = key", []),
        ("app.config['JWT_SECRET_KEY'] = os.urandom(8)", []),
        ("class TestConfig:\n    SECRET_KEY = os.urandom(8)\napp.config.from_object(TestConfig)", []),
    ],
)
def test_key_made_at_start(lines: str, found: list[str] | None) -> None:
    got = marked("FLK405", f"{HEAD}{lines}\n")
    assert got == found if found is not None else len(got) == 1


def test_a_value_of_a_base_class_counts_for_who_does_not_override_it() -> None:
    text = """\
import os
from flask import Flask, session
class Config:
    SESSION_COOKIE_SECURE = False
class ProductionConfig(Config):
    SESSION_COOKIE_SECURE = {}
class DevelopmentConfig(Config):
    pass
configs = {{"p": ProductionConfig, "d": DevelopmentConfig}}
app = Flask(__name__)
app.config.from_object(configs[os.environ["E"]])
"""
    assert findings("FLK406", text.format("True")) == []
    assert len(findings("FLK406", text.format("False"))) == 1


def test_configuration_through_a_parameter() -> None:
    text = """\
from flask import Flask
def configure(target):
    target.config["SESSION_COOKIE_HTTPONLY"] = False
def create_app():
    app = Flask(__name__)
    {}
    return app
"""
    assert marked("FLK407", text.format("configure(app)")) == ["False"]
    assert marked("FLK407", text.format("configure(object())")) == []


def test_setdefault_does_nothing_for_keys_with_a_default() -> None:
    for code, key in (("FLK407", "SESSION_COOKIE_HTTPONLY"), ("FLK804", "PROPAGATE_EXCEPTIONS")):
        value = "False" if code == "FLK407" else "True"
        assert findings(code, f"{HEAD}app.config.setdefault('{key}', {value})\n") == []


def test_a_misspelt_key_that_the_project_reads_is_its_own() -> None:
    line = "app.config['SERVERNAME'] = 'x'\n"
    assert len(findings("FLK409", HEAD + line)) == 1
    reader = "from flask import current_app\n\n\ndef name():\n    return current_app.config.get('SERVERNAME')\n"
    assert findings("FLK409", HEAD + line, {"reader.py": reader}) == []


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("print(app.config.get('ENV', 'x'))", 0),
        ("app.config.from_mapping(ENV='x')\nprint(app.config['ENV'])", 0),
        ("print(app.config['ENV'], app.env)", 2),
        ("os.environ['FLASK_ENV'] = 'x'\nprint(os.environ['FLASK_ENV'])", 0),
        ("os.environ.update({'FLASK_ENV': 'production'})", 1),
    ],
)
def test_flask_env(lines: str, found: int) -> None:
    assert len(findings("FLK503", f"{HEAD}{lines}\n")) == found


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (".env", "FLASK_ENV=development\nA=1\n", "FLASK_DEBUG=1\nA=1\n"),
        (".env", "FLASK_ENV=production\nA=1\n", "A=1\n"),
        (".env", "FLASK_DEBUG=1\nFLASK_ENV=development\n", "FLASK_DEBUG=1\n"),
        ("compose.yml", "environment:\n  FLASK_ENV: development\n", 'environment:\n  FLASK_DEBUG: "1"\n'),
        ("app.json", '{"env": {"FLASK_ENV": "development"}}\n', '{"env": {"FLASK_DEBUG": "1"}}\n'),
        ("x.service", "[Service]\nEnvironment=FLASK_ENV=production\n", "[Service]\n"),
    ],
)
def test_flask_env_in_deployment_files(path: str, text: str, expected: str) -> None:
    (finding,) = findings("FLK503", HEAD, {path: text})
    assert fixed(text, finding.fixes[0], path) == expected


@pytest.mark.parametrize(
    ("run", "title"),
    [
        ("flask run --host=0.0.0.0 --port=9090", "Remove FLASK_ENV"),
        ("flask run --host ::\n", "Remove FLASK_ENV"),
        ("flask run --port=9090", "Set FLASK_DEBUG to 1"),
    ],
)
def test_flk503_does_not_open_the_debugger_to_the_network(run: str, title: str) -> None:
    text = f"export FLASK_APP=app.py\nexport FLASK_ENV=development\n{run}\n"
    (finding,) = findings("FLK503", HEAD, {"run.sh": text})
    assert [fix.title for fix in finding.fixes] == [title]


def test_comments_silence_findings_in_deployment_files() -> None:
    for text in ("FLASK_ENV=x # flask-ls: ignore\n", "# flask-ls: ignore[FLK503]\nFLASK_ENV=x\n"):
        assert findings("FLK503", HEAD, {".env": text}) == []


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("app.run()", True),
        ("if True:\n    app.run()", True),
        ("try:\n    app.run()\nexcept KeyboardInterrupt:\n    pass", True),
        ("def a():\n    app.run()\ndef b():\n    a()\nb()", True),
        ("import sys\nsys.exit(app.run())", True),
        ("if __name__ in ('__main__', 'x'):\n    app.run()", False),
        ("if __name__ != '__main__':\n    raise SystemExit\napp.run()", False),
        ("if os.environ.get('X'):\n    app.run()", False),
        ("@app.cli.command()\ndef serve():\n    app.run()", False),
        ("from threading import Thread\nThread(target=app.run).start()", False),
        ("import argparse\nargs = argparse.ArgumentParser().parse_args()\napp.run(port=args.port)", False),
    ],
)
def test_run_at_import(lines: str, found: bool) -> None:
    assert bool(findings("FLK505", f"{HEAD}{lines}\n")) is found


def test_a_script_that_imports_a_finished_app() -> None:
    assert findings("FLK505", HEAD, {"run.py": "from app import app\napp.run()\n"}) == []
    imported = {"run.py": "from app import app\napp.run()\n", "wsgi.py": "from run import app\n"}
    assert [f.path.rpartition("/")[2] for f in findings("FLK505", HEAD, imported)] == ["run.py"]
    for command, count in (("flask --app app run", 0), ("gunicorn run", 1), ("gunicorn run:app", 1)):
        script = {"run.py": "from app import app\napp.run()\n", "Procfile": f"web: {command}\n"}
        assert len(findings("FLK505", HEAD, script)) == count


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("os.environ['FLASK_DEBUG'] = '1'", True),
        ("os.environ['FLASK_DEBUG'] = '0'", False),
        ("os.environ['FLASK_DEBUG'] = '1'\nif __name__ == '__main__':\n    app.run()", False),
        ("os.environ['FLASK_DEBUG'] = '1'\nif __name__ == '__main__':\n    app.run(debug=False)", True),
    ],
)
def test_debug_set_too_late(lines: str, found: bool) -> None:
    assert bool(findings("FLK506", f"{HEAD}{lines}\n")) is found


def test_database_configured_by_who_calls_the_factory() -> None:
    app = """\
from flask import Flask
from ext import db
def create_app(config=None):
    app = Flask(__name__)
    if config:
        app.config.from_object(config)
    db.init_app(app)
    return app
"""
    ext = "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n"
    wsgi = "from app import create_app\nclass C:\n    SQLALCHEMY_DATABASE_URI = 'sqlite://'\napp = create_app({})\n"
    assert findings("FLK707", app, {"ext.py": ext, "wsgi.py": wsgi.format("C")}) == []
    assert marked("FLK707", app, {"ext.py": ext, "wsgi.py": wsgi.format("")}) == ["db.init_app(app)"]


def test_the_fix_of_run_at_import_keeps_two_blank_lines() -> None:
    text = f"{HEAD}app.run()  # here\n"
    (finding,) = findings("FLK505", text)
    assert fixed(text, finding.fixes[0], APP) == f'{HEAD}\n\nif __name__ == "__main__":\n    app.run()  # here\n'


@pytest.mark.parametrize(("handed", "count"), [("Config('prod')", 1), ("make()", 1), ("Other()", 0)])
def test_configuration_objects_that_are_made_with_arguments_or_by_functions(handed: str, count: int) -> None:
    config = "class Config:\n    SESSION_COOKIE_HTTPONLY = False\nclass Other: pass\ndef make():\n    return Config\n"
    text = f"from flask import Flask\n{config}app = Flask('x')\napp.config.from_object({handed})\n"
    assert len(findings("FLK407", text)) == count


def test_flask_env_of_a_project_that_has_flask_in_its_name_only() -> None:
    app = "from quart import Quart\nfrom beets_flask import database\napp = Quart(__name__)\n"
    assert findings("FLK503", app, {".env": "FLASK_ENV=development\n", "beets_flask/database.py": ""}) == []


@pytest.mark.parametrize(("path", "count"), [("main.py", 1), ("debug_health_check.py", 0)])
def test_the_application_of_a_script_for_developers_is_not_deployed(path: str, count: int) -> None:
    text = (
        "from flask import Flask, session\napp = Flask(__name__)\napp.secret_key = 'x'\n"
        "@app.route('/')\ndef index():\n    session['a'] = 1\n    return ''\n"
    )
    assert len(findings("FLK406", "", {path: text, "Procfile": "web: gunicorn main:app\n"})) == count
