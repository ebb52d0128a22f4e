"""The configuration that apps end up with, without running anything."""

from __future__ import annotations

import textwrap

import pytest

from flask_ls.project.config.model import AppConfig
from flask_ls.project.interp.build import evaluate
from flask_ls.project.interp.discover import Hints
from flask_ls.project.interp.sources import WorkspaceSources
from flask_ls.project.modules import ModuleIndex
from flask_ls.syntax.source import SourceFile

HEAD = "import os\nfrom flask import Flask\napp = Flask(__name__)\n"


def configs(files: dict[str, str]) -> tuple[AppConfig, ...]:
    texts = {f"/w/{path}": textwrap.dedent(text) for path, text in files.items()}
    sources = WorkspaceSources(ModuleIndex(texts, ["/w"]), texts.get)
    return evaluate(sources, lambda path: SourceFile(texts[path]) if path in texts else None, Hints()).configs


def config(text: str, **files: str) -> AppConfig:
    (found,) = configs({"app.py": text, **{f"{name}.py": content for name, content in files.items()}})
    return found


@pytest.mark.parametrize(
    "lines",
    [
        "app.secret_key = 'x'",
        "app.config['SECRET_KEY'] = 'x'",
        "app.config.update(SECRET_KEY='x')",
        "app.config.from_mapping({'SECRET_KEY': 'x'})",
        "settings = app.config\nsettings['SECRET_KEY'] = 'x'",
        "setattr(app, 'secret_key', 'x')",
        "class Base:\n    SECRET_KEY = 'x'\nclass C(Base): pass\napp.config.from_object(C)",
        "class C:\n    @property\n    def SECRET_KEY(self): return 'x'\napp.config.from_object(C())",
        "SECRET_KEY = 'x'\napp.config.from_object(__name__)",
        "def configure(app):\n    app.config['SECRET_KEY'] = 'x'\nconfigure(app)",
        "for key in ('SECRET_KEY',):\n    app.config[key] = 'x'",
    ],
)
def test_ways_to_set_a_key(lines: str) -> None:
    assert config(f"{HEAD}{lines}\n").possible("SECRET_KEY") >= {"true"}


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "app.secret_key = ''",
        "app.config['SECRET_KEY'] = None",
        "app.config.setdefault('SECRET_KEY', 'x')",  # the key is there already, and None
        "app.config.from_mapping(secret_key='x')",
        "class C:\n    SECRET_KEY = 'x'",
        "class C:\n    secret_key = 'x'\napp.config.from_object(C)",
        "from flask_sqlalchemy import SQLAlchemy\nSQLAlchemy(app)",
    ],
)
def test_a_key_that_is_not_set(lines: str) -> None:
    assert config(f"{HEAD}{lines}\n").lacks("SECRET_KEY")


@pytest.mark.parametrize(
    "lines",
    [
        "app.config['SECRET_KEY'] = os.environ.get('KEY')",
        "app.config |= {'SECRET_KEY': 'x'}",
        "app.config.from_prefixed_env()",
        "app.config.from_envvar('SETTINGS')",
        "app.config.from_pyfile('settings.cfg')",
        "app.config.from_object(os.environ['SETTINGS'])",
        "app.config[os.environ['NAME']] = 'x'",
        "if os.environ.get('PROD'):\n    app.secret_key = 'x'",
        "import unknown_package\nunknown_package.prepare(app)",
        "from dynaconf import FlaskDynaconf\nFlaskDynaconf(app)",
        "if __name__ == '__main__':\n    app.secret_key = 'x'\n    app.run()\n    raise SystemExit",
        "import json, types\napp.config.from_object(types.SimpleNamespace(**json.load(open('x'))))",
        "import yaml\nglobals().update(yaml.safe_load(open('x')))\napp.config.from_object(__name__)",
        "import tomllib\napp.config.from_file('x.toml', load=tomllib.load, text=False)",
        "import tomllib\nwith open('x', 'rb') as f:\n    data = tomllib.load(f)\napp.config.from_mapping(data['x'])",
        "import yaml\nfor k, v in yaml.safe_load(open('x')).items():\n    app.config[k.upper()] = v",
        "import configparser\np = configparser.ConfigParser()\np.read('x.ini')\nfor s in p.sections():\n"
        "    app.config.update(dict(p.items(s)))",
    ],
)
def test_what_cannot_be_known_is_not_missing(lines: str) -> None:
    assert not config(f"{HEAD}{lines}\n").lacks("SECRET_KEY")


def test_the_class_chosen_by_name_counts() -> None:
    text = """
    from flask import Flask
    class Dev: DEBUG = True
    class Prod: SECRET_KEY = "x"
    configs = {"dev": Dev, "prod": Prod}
    def create_app(name="dev"):
        app = Flask(__name__)
        app.config.from_object(configs[name])
        return app
    """
    assert config(text).lacks("SECRET_KEY")
    assert not config(text, wsgi="from app import create_app\napp = create_app('prod')\n").lacks("SECRET_KEY")


def test_sessions_of_another_kind() -> None:
    assert config(f"{HEAD}app.session_interface = object()\n").own_sessions
    assert config(f"{HEAD}from flask_session import Session\nSession(app)\n").own_sessions
    assert not config(HEAD).own_sessions


def test_an_extension_sees_what_is_set_at_that_moment() -> None:
    found = config(
        HEAD + "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\ndb.init_app(app)\n"
        "app.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite://'\n"
    )
    (start,) = found.starts
    assert start.extension == "flask_sqlalchemy.SQLAlchemy"
    assert start.keys["SQLALCHEMY_DATABASE_URI"] == {"absent"}
    assert found.possible("SQLALCHEMY_DATABASE_URI") >= {"true"}


def test_no_value_is_kept() -> None:
    assert "hunter2" not in repr(config(f"{HEAD}app.secret_key = 'hunter2'\n"))
