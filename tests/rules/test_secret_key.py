"""FLK402 and FLK403: every way in which a literal becomes the key, and when it does not matter."""

from __future__ import annotations

import textwrap

import pytest
from checking import findings, fixed, marked

from flask_ls.rules.ask.secret_key import is_guessable

STRONG = "b7e1f0c2a94d4c0f8e8f6b1f4a2c9d3e"
HEAD = """
import os
from os import environ, getenv
import flask
from flask import Flask
app = Flask(__name__)
"""


@pytest.mark.parametrize(
    "lines",
    [
        "app.secret_key = 'dev'",
        "app.secret_key = b'dev'",
        "app.secret_key = bytes('dev', 'utf-8')",
        "app.secret_key = 'x' * 32",
        "MODE = 'dev'\napp.secret_key = f'{MODE}-key'",
        "class Keys:\n    session = 'dev'\napp.secret_key = Keys.session",
        "class Shop(Flask):\n    secret_key = 'dev'",
        "class C:\n    def __init__(self):\n        self.SECRET_KEY = 'dev'\napp.config.from_object(C())",
        "def test_of_the_app(value):\n    app = Flask('x')\n    app.secret_key = 'dev'\n    app.testing = value",
        "app.secret_key = 'dev'.encode()",
        "app.config['SECRET_KEY'] = 'dev'",
        "app.config.update(SECRET_KEY='dev')",
        "app.config.update({'SECRET_KEY': 'dev'}, DEBUG=False)",
        "app.config.update(dict(SECRET_KEY='dev'))",
        "app.config.update([('SECRET_KEY', 'dev')])",
        "app.config.from_mapping(SECRET_KEY='dev')",
        "app.config |= {'SECRET_KEY': 'dev'}",
        "settings = {'SECRET_KEY': 'dev'}\napp.config.update(settings)",
        "settings = {'SECRET_KEY': 'dev'}\napp.config.update(**settings)",
        "setattr(app, 'secret_key', 'dev')",
        "KEY = 'dev'\napp.secret_key = KEY",
        "config = app.config\nconfig['SECRET_KEY'] = 'dev'",
        "app.secret_key = key = 'dev'",
        "app.secret_key, app.debug = 'dev', False",
        "app.secret_key = os.environ.get('KEY', 'dev')",
        "app.secret_key = os.getenv('KEY', default='dev')",
        "app.secret_key = getenv('KEY') or 'dev'",
        "app.secret_key = environ['KEY'] if 'KEY' in environ else 'dev'",
        "key = os.environ.get('KEY')\nif not key:\n    key = 'dev'\napp.secret_key = key",
        "app.config['SECRET_KEY_FALLBACKS'] = [os.environ['OLD'], 'dev']",
        "def create_app():\n    app = Flask('x')\n    app.secret_key = 'dev'\n    return app",
        "class Config:\n    SECRET_KEY = 'dev'\napp.config.from_object(Config)",
        "class Config(object):\n    SECRET_KEY: str = 'dev'\napp.config.from_object(Config())",
        "class Base:\n    SECRET_KEY = 'dev'\nclass Prod(Base): pass\napp.config.from_object(Prod)",
        "class Prod:\n    SECRET_KEY = 'dev'\nconfigs = {'p': Prod}\napp.config.from_object(configs[environ['E']])",
        "class Prod:\n    SECRET_KEY = 'dev'\nconfigs = {'p': Prod}\napp.config.from_object(configs.get('p'))",
        "class C:\n    SECRET_KEY = 'dev'\n    if environ.get('K'):\n        SECRET_KEY = environ['K']\n"
        "app.config.from_object(C)",
        "class C:\n    SECRET_KEY = 'dev'\ndef create_app(config=C):\n    app.config.from_object(config)",
        "class C:\n    @property\n    def SECRET_KEY(self): return 'dev'\napp.config.from_object(C())",
        "class DevConfig:\n    SECRET_KEY = 'dev'\napp.config.from_object(DevConfig)",
        "class C:\n    SECRET_KEY = 'dev'\napp.config.from_object('app.C')",
        "class C:\n    SECRET_KEY = 'dev'\napp.config.from_object(__name__ + '.C')",
        "SECRET_KEY = 'dev'\napp.config.from_object(__name__)",
        "class Shop(Flask): pass\nshop = Shop('x')\nshop.secret_key = 'dev'",
        "flask.current_app.secret_key = 'dev'",
        "class Server:\n    def __init__(self):\n        self.app = Flask('x')\n        self.app.secret_key = 'dev'",
        "if True:\n    app.secret_key = 'dev'\nother = Flask('y')\nother.secret_key = os.urandom(9)",
    ],
)
def test_a_guessable_literal_is_found(lines: str) -> None:
    (key,) = marked("FLK402", HEAD + lines + "\n")
    made = ("'dev'.encode()", "bytes('dev', 'utf-8')", "'x' * 32", "f'{MODE}-key'")
    assert key in ("'dev'", "b'dev'", *made)


@pytest.mark.parametrize(
    "lines",
    [
        "app.secret_key = os.environ['KEY']",
        "app.secret_key = None",
        "app.secret_key = ''",
        "app.secret_key = open('key').read()",
        "key = 'dev'\napp.secret_key = load(key)",
        "class Storage: pass\ns = Storage()\ns.secret_key = 'dev'",
        "unknown.secret_key = 'dev'",
        "options = {'SECRET_KEY': 'dev'}",
        "app.config.update(TESTING=True, SECRET_KEY='dev')",
        "class TestingConfig:\n    SECRET_KEY = 'dev'\napp.config.from_object(TestingConfig)",
        "class Unit:\n    TESTING = True\n    SECRET_KEY = 'dev'\napp.config.from_object(Unit)",
        "class Unused:\n    SECRET_KEY = 'dev'",
        "if app.debug:\n    app.secret_key = 'dev'",
        "if os.environ.get('FLASK_ENV') == 'development':\n    app.secret_key = 'dev'",
        "if app.config['TESTING']:\n    app.secret_key = 'dev'",
        "app.secret_key = 'dev'\napp.secret_key = os.environ['KEY']",
        "app.config.from_mapping(SECRET_KEY='dev')\napp.config['SECRET_KEY'] = os.environ['KEY']",
        "app.secret_key = getenv('KEY', 'dev')\nif app.secret_key == 'dev': raise SystemExit('set KEY')",
        "class Base:\n    SECRET_KEY = 'dev'\nclass P(Base):\n    SECRET_KEY = os.environ['K']\n"
        "app.config.from_object(P)",
        "class C:\n    SECRET_KEY = 'dev'\napp.config.from_object(C)\napp.secret_key = os.environ['K']",
        "class C:\n    SECRET_KEY = 'dev'\n    SECRET_KEY = os.environ['K']\napp.config.from_object(C)",
        "class Dev:\n    SECRET_KEY = 'dev'\nclass Prod:\n    SECRET_KEY = os.environ['K']\n"
        "app.config.from_object({'d': Dev, 'p': Prod}[os.environ['E']])",
    ],
)
def test_silence(lines: str) -> None:
    assert findings("FLK402", HEAD + lines + "\n") == []
    assert findings("FLK403", HEAD + lines.replace("'dev'", f"'{STRONG}'") + "\n") == []


def test_test_files_are_left_alone() -> None:
    assert findings("FLK402", "", {"tests/conftest.py": HEAD + "app.secret_key = 'dev'\n"}) == []


def test_each_literal_has_one_of_the_two_codes() -> None:
    text = HEAD + f"app.secret_key = os.environ.get('KEY', '{STRONG}')\n"
    assert findings("FLK402", text) == []
    assert marked("FLK403", text) == [f"'{STRONG}'"]
    assert STRONG not in findings("FLK403", text)[0].message


@pytest.mark.parametrize(
    "use", ["app.config['SECRET_KEY'] = settings.KEY", "app.config.update(SECRET_KEY=settings.KEY)"]
)
def test_value_of_another_module(use: str) -> None:
    assert marked("FLK402", f"{HEAD}import settings\n{use}\n", {"settings.py": "KEY = 'dev'\nOTHER = 'dev'\n"}) == [
        "'dev'"
    ]


@pytest.mark.parametrize(
    "source",
    ["'config.Prod'", "'config:Prod'", "config.Prod", "config.configs[name]", "config.get('x') or config.Prod"],
)
def test_class_of_another_module(source: str) -> None:
    config = "class Prod:\n    SECRET_KEY = 'dev'\nconfigs = {'p': Prod}\ndef get(name): ...\n"
    assert marked("FLK402", f"{HEAD}import config\napp.config.from_object({source})\n", {"config.py": config}) == [
        "'dev'"
    ]


@pytest.mark.parametrize("source", ["from_object('settings')", "from_object(settings)", "from_pyfile('settings.py')"])
def test_module_as_configuration(source: str) -> None:
    text = f"{HEAD}import settings\napp.config.{source}\n"
    assert marked("FLK402", text, {"settings.py": "SECRET_KEY = 'dev'\nsecret_key = 'dev'\n"}) == ["'dev'"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("app.secret_key = 'dev'", "app.secret_key = os.environ['SECRET_KEY']"),
        ("app.secret_key = os.getenv('K', 'dev')", "app.secret_key = os.environ['K']"),
        ("app.secret_key = os.environ.get('K') or 'dev'", "app.secret_key = os.environ['K']"),
        ("app.secret_key = environ.get('K', 'dev')", "app.secret_key = environ['K']"),
        ("app.secret_key = os.getenv('K') if x else 'dev'", "app.secret_key = os.environ['K']"),
    ],
)
def test_fix(before: str, after: str) -> None:
    (finding,) = findings("FLK402", HEAD + before + "\n")
    assert not finding.fixes[0].safe
    assert fixed(HEAD + before + "\n", finding.fixes[0]) == HEAD + after + "\n"


def test_fix_brings_its_import() -> None:
    text = textwrap.dedent("""
        from flask import Flask
        app = Flask(__name__)
        app.secret_key = 'dev'
    """)
    (finding,) = findings("FLK402", text)
    assert fixed(text, finding.fixes[0]).startswith("\nimport os\n\nfrom flask import Flask\n")


@pytest.mark.parametrize(
    "key",
    [
        "secret", "dev", "changeme", "password", "secret_key", "mysecret", "supersecret", "test", "key", "123456",
        "hard to guess string", "you-will-never-guess", "super secret key", "your-secret-key", "your_secret_key",
        "s3cr3t", "my-secret-key", "a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "Th1s-is-a-s3cr3t-k3y!",
        "this-is-a-very-secret-key-please-change-me-2024", "<replace me>", "dev-secret-key-change-in-production",
        "SuperSecretKey123", "A0Zr98j/3yX R~XHH!jmN]LWX/,?RT", "flask-insecure-secret-key", "x" * 40, "8f42a73",
        "Default uData secret key", "12345678901234567890", "0123456789abcdef0123456789abcdef", "Qwertyuiop1234567890",
    ],
)  # fmt: skip
def test_guessable(key: str) -> None:
    assert is_guessable(key)


@pytest.mark.parametrize(
    "key",
    [
        STRONG,
        "f3cfe9ed8fae309f02079dbf",
        "3d6f45a5fc12445dbac2f59c3b6c7cb1",
        "xK9#mP2$vL5nQ8",
        "DLVpWc2Kf0aXy-3vR9tE_w",
    ],
)
def test_not_guessable(key: str) -> None:
    assert not is_guessable(key)


def test_setdefault_changes_nothing_because_flask_sets_the_key_to_none() -> None:
    assert marked("FLK402", HEAD + "app.config.setdefault('SECRET_KEY', 'dev')\n") == []


def test_key_of_another_file_by_star_import() -> None:
    app = "from flask import Flask\nfrom settings import *\napp = Flask('x')\napp.secret_key = KEY\n"
    assert marked("FLK402", app, {"settings.py": "KEY = 'dev'\n"}) == ["'dev'"]


def test_class_of_another_file() -> None:
    app = "from flask import Flask\nfrom settings import Keys\napp = Flask('x')\napp.secret_key = Keys.session\n"
    settings = "class Keys:\n    session = 'dev'\n"
    assert marked("FLK402", app, {"settings.py": settings}) == ["'dev'"]


def test_every_literal_counts_unless_another_source_has_the_last_word() -> None:
    two = "app.secret_key = 'dev'\napp.config['SECRET_KEY'] = 'changeme'\n"
    assert marked("FLK402", HEAD + two) == ["'dev'", "'changeme'"]
    assert marked("FLK402", HEAD + two + "app.secret_key = os.environ['KEY']\n") == []


def test_function_for_tests() -> None:
    for body in ("return app", "assert app.test_client().get('/')", "app.test_client().get('/')"):
        text = f"def make_test_app():\n    app = Flask('x')\n    app.secret_key = 'dev'\n    {body}\n"
        assert marked("FLK402", HEAD + text) == []
    made = "def create_app():\n    return Flask('x')\ndef run_tests():\n    app = create_app()\n"
    assert marked("FLK402", f"{HEAD}{made}    app.secret_key = 'dev'\n    run(app)\n") == []


@pytest.mark.parametrize(
    ("value", "severity"),
    [
        ("os.urandom(24)", "warning"),
        ("base64.b64encode(os.urandom(24))", "warning"),
        ("getattr(settings, 'KEY', os.urandom(24))", "information"),
        ("settings.get('KEY', base64.b64encode(os.urandom(24)))", "information"),
    ],
)
def test_a_random_key_that_is_only_a_default_is_told_for_information(value: str, severity: str) -> None:
    text = f"import base64, settings\n{HEAD}app.secret_key = {value}\n"
    assert [f.severity.value for f in findings("FLK405", text)] == [severity]


@pytest.mark.parametrize(("made", "count"), [("flask import Flask", 1), ("quart import Quart as Flask", 0)])
def test_configuration_of_another_framework(made: str, count: int) -> None:
    app = f"from {made}\napp = Flask(__name__)\napp.config.from_pyfile('settings.py')\n"
    assert len(findings("FLK402", app, {"settings.py": "SECRET_KEY = 'dev'\n"})) == count


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("return 'dev'", 1),
        ("return os.environ.get('KEY') or 'dev'", 1),
        ("key = os.environ.get('KEY', 'dev')\n    return key", 1),
        ("return os.environ['KEY']", 0),
        ("if os.environ.get('FLASK_DEBUG'):\n        return 'dev'\n    return os.environ['KEY']", 0),
        ("def inner(): return 'dev'\n    return os.environ['KEY']", 0),
    ],
)
def test_key_that_a_function_of_the_file_returns(body: str, count: int) -> None:
    assert len(findings("FLK402", f"{HEAD}def key():\n    {body}\napp.secret_key = key()\n")) == count
    assert findings("FLK402", f"{HEAD}@cached\ndef key():\n    {body}\napp.secret_key = key()\n") == []


@pytest.mark.parametrize(
    ("other", "count"), [("BASE_URL = 'SHOP_BASE_URL'", 0), ("BASE_URL = 'http://localhost'\n    DEBUG = False", 1)]
)
def test_a_class_of_the_names_of_keys_is_no_configuration(other: str, count: int) -> None:
    text = f"class ConfigKey:\n    SECRET_KEY = 'SECRET_KEY'\n    {other}\n"
    main = "import os\nfrom flask import Flask\napp = Flask(__name__)\napp.config.from_object(os.environ['SETTINGS'])\n"
    assert len(findings("FLK402", main, {"keys.py": text})) == count
