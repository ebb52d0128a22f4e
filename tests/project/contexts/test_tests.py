"""Tests as ways in: fixtures, marks, unittest, and what they prove of other code."""

from __future__ import annotations

import pytest

from .checking import lacking

APP = "from flask import Flask\napp = Flask(__name__)\n"
TEST = "from flask import current_app\nimport pytest\n"
FIXTURE = """\
import pytest
from main import app
@pytest.fixture
def ctx():
    with app.app_context():
        yield
@pytest.fixture
def plain():
    return 1
"""


def found(test: str, **files: str) -> list[str]:
    texts = {f"{name.replace('__', '/')}.py": text for name, text in files.items()}
    return lacking({"main.py": APP, "test_it.py": TEST + test, **texts})


@pytest.mark.parametrize(
    "test",
    [
        "def test_it():\n    current_app.name",
        "def test_it(plain):\n    current_app.name",
        "def test_it(tmp_path):\n    current_app.name",
        "@pytest.mark.parametrize('x,y', [(1, 2)])\ndef test_it(x, y):\n    current_app.name",
        "class TestIt:\n    def test_it(self):\n        current_app.name",
    ],
)
def test_a_test_that_pushes_nothing(test: str) -> None:
    line = test.count("\n") + 3
    assert found(test, conftest=FIXTURE) == [f"test_it.py:{line} FLK101"]


@pytest.mark.parametrize(
    "test",
    [
        "def test_it(ctx):\n    current_app.name",
        "def test_it(unknown_plugin):\n    current_app.name",
        "@pytest.mark.usefixtures('ctx')\ndef test_it():\n    current_app.name",
        "pytestmark = pytest.mark.usefixtures('ctx')\ndef test_it():\n    current_app.name",
        "pytestmark = [pytest.mark.usefixtures('ctx')]\ndef test_it():\n    current_app.name",
        "@pytest.mark.usefixtures('ctx')\nclass Base:\n    pass\nclass TestIt(Base):\n    def test_it(self):\n"
        "        current_app.name",
        "class Base:\n    @pytest.fixture(autouse=True)\n    def setup(self, ctx):\n        pass\n"
        "class TestIt(Base):\n    def test_it(self):\n        current_app.name",
        "from somewhere import Base\nclass TestIt(Base):\n    def test_it(self):\n        current_app.name",
        "@pytest.mark.usefixtures('unknown_plugin')\ndef test_it():\n    current_app.name",
        "def test_it(monkeypatch):\n    monkeypatch.setattr('x.y', 1)\n    current_app.name",
        "def test_it(mocker):\n    mocker.patch.object('x.y', 1)\n    current_app.name",
        "from unittest.mock import patch\ndef test_it():\n    with patch('x.y'):\n        current_app.name",
        "from main import app\ndef test_it():\n    with app.app_context() as c:\n        c.push()\n"
        "    current_app.name",
        "def test_it(request):\n    request.getfixturevalue('ctx')\n    current_app.name",
        "@pytest.fixture\ndef chosen(request):\n    return request.getfixturevalue('ctx')\n"
        "def test_it(chosen):\n    current_app.name",
    ],
)
def test_a_test_for_which_a_fixture_may_push(test: str) -> None:
    assert found(test, conftest=FIXTURE) == []


@pytest.mark.parametrize("conftest", ["from fixtures import *\n", "pytest_plugins = ['fixtures']\n"])
def test_fixtures_of_other_modules(conftest: str) -> None:
    assert found("def test_it(ctx):\n    current_app.name", conftest=conftest, fixtures=FIXTURE) == []
    plain = found("def test_it(plain):\n    current_app.name", conftest=conftest, fixtures=FIXTURE)
    assert plain == ["test_it.py:4 FLK101"]


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("in_context", []),
        ("pytest.mark.slow", ["test_it.py:11 FLK101", "test_it.py:15 FLK101"]),
        ("patch('main.app')", []),
        ("unknown", []),
    ],
)
def test_decorators_of_a_test_may_push(decorator: str, expected: list[str]) -> None:
    helpers = """\
from functools import wraps
from main import app
def in_context(f):
    @wraps(f)
    def inner(*args, **kwargs):
        with app.app_context():
            return f(*args, **kwargs)
    return inner
"""
    test = f"""\
from unittest.mock import patch
from helpers import in_context
from elsewhere import unknown
#
#
@pytest.fixture
def x(): pass
@{decorator}
def test_it(mock=None): current_app.name
class TestIt:
    @{decorator}
    def test_it(self):
        current_app.name
"""
    assert found(test, helpers=helpers) == expected


def test_an_automatic_fixture_of_a_plugin_may_push() -> None:
    plugin = FIXTURE.replace("fixture\ndef ctx", "fixture(autouse=True)\ndef ctx")
    test = "def test_it():\n    current_app.name"
    assert found(test, testing__plugin=plugin) == []
    assert found(test, testing__plugin=FIXTURE) == ["test_it.py:4 FLK101"]


@pytest.mark.parametrize("setup", ["setup_method(self)", "setup_class(cls)"])
def test_what_a_class_sets_up_comes_before_its_fixtures(setup: str) -> None:
    test = f"""\
from main import app
class TestBase:
    def {setup}:
        app.app_context().push()
    @pytest.fixture
    def name(self):
        return current_app.name
class TestIt(TestBase):
    def test_it(self, name):
        current_app.name
"""
    assert found(test) == []


def test_a_fixture_for_the_session_may_have_been_asked_for_by_another_test() -> None:
    shared = FIXTURE.replace("fixture\ndef ctx", "fixture(scope='session')\ndef ctx")
    assert found("def test_it():\n    current_app.name", conftest=shared) == []
    own = shared.replace("'session'", "'function'")
    assert found("def test_it():\n    current_app.name", conftest=own) == ["test_it.py:4 FLK101"]


def test_a_fixture_may_have_another_name_than_its_function() -> None:
    named = FIXTURE.replace("fixture\ndef ctx", "fixture(name='active')\ndef ctx")
    assert found("def test_it(active):\n    current_app.name", conftest=named) == []


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("with client:\n        log_in(client)\n        session['a']", []),
        ("with client:\n        user.log_in()\n        session['a']", []),
        ("with client as c:\n        c.get('/')\n        session['a']", []),
        ("with client:\n        print(len('a'))\n        session['a']", ["test_it.py:17 FLK201"]),
        ("with client.application.test_request_context():\n        session['a']", []),
        ("with made().app_context():\n        current_app.name", []),
    ],
)
def test_requests_of_helpers_and_applications_of_unknown_origin(block: str, expected: list[str]) -> None:
    test = f"""\
from flask import session
from main import app
from other import made
@pytest.fixture
def client():
    return app.test_client()
def log_in(client):
    client.post('/')
class User:
    def log_in(self): self.client.post('/')
user = User()
def test_it(client):
    {block}
"""
    other = "from elsewhere import thing\ndef made():\n    return thing.make()\n"
    assert found(test, other=other) == expected


def test_a_fixture_that_yields_from_another_generator() -> None:
    fixture = (
        FIXTURE
        + "@pytest.fixture\ndef outer():\n    yield from made()\ndef made():\n"
        + ("    with app.app_context():\n        yield app\n")
    )
    assert found("def test_it(outer):\n    current_app.name", conftest=fixture) == []


@pytest.mark.parametrize(
    ("setup", "expected"),
    [
        ("self.ctx = app.app_context()\n        self.ctx.push()", []),
        ("ctx = app.app_context()\n        ctx.push()", []),
        ("self.ctx = app.app_context()", ["test_it.py:14 FLK101"]),
    ],
)
def test_set_up_of_a_base_class(setup: str, expected: list[str]) -> None:
    test = f"""\
import unittest
from main import app
class Base(unittest.TestCase):
    def setUp(self):
        {setup}
class Case(Base):
    def setUp(self):
        super().setUp()
        self.x = 1
    #
    def test_it(self):
        current_app.name
"""
    if setup.count("\n"):
        test = test.replace("    #\n", "")
    assert found(test) == expected


@pytest.mark.parametrize(
    ("bases", "expected"), [("Mixin, Base", []), ("Mixin, unittest.TestCase", ["test_it.py:15 FLK101"])]
)
def test_set_up_of_a_mixin_calls_the_one_after_it(bases: str, expected: list[str]) -> None:
    test = f"""\
import unittest
from main import app
class Base(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        app.app_context().push()
class Mixin:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
class Case({bases}):
    def test_it(self):
        current_app.name
"""
    assert found(test) == expected


def test_pytest_flask_pushes_a_request_where_a_fixture_app_is_used() -> None:
    files = {
        "main.py": APP,
        "conftest.py": "import pytest\nimport main\n@pytest.fixture\ndef app():\n    return main.app\n",
        "test_it.py": TEST + "def test_it(app):\n    current_app.name\n",
    }
    assert lacking(files) == ["test_it.py:4 FLK101"]
    assert lacking(files, "pytest-flask") == []
    assert lacking(files, "pytest-invenio") == []


def test_a_fixture_may_run_after_one_of_a_nearer_file_that_pushes() -> None:
    inner = "import pytest\nimport main\n@pytest.fixture\ndef app():\n    {}\n    return main.app\n"
    outer = "import pytest\nfrom flask import jsonify\n@pytest.fixture\ndef answer():\n    return jsonify(1)\n"
    files = {
        "main.py": APP,
        "conftest.py": outer,
        "server/conftest.py": inner.format("main.app.app_context().push()"),
    }
    assert lacking(files) == []
    files["server/conftest.py"] = inner.format("pass")
    assert lacking(files) == ["conftest.py:5 FLK101"]
    assert lacking(files, "pytest-flask") == []


def test_a_test_proves_nothing_of_the_code_it_calls() -> None:
    service = "from flask import current_app\ndef work(x):\n    return current_app.name\n"
    assert found("from service import work\ndef test_it():\n    work(1)", service=service) == []


def test_a_client_keeps_the_context_in_its_block_under_any_name() -> None:
    test = """\
from flask import session
from main import app
def test_it():
    with app.test_client() as c:
        c.get("/")
        assert session["a"]
    with app.test_client() as c:
        c.get("/")
        assert session["a"]
    assert session["a"]
"""
    assert found(test) == ["test_it.py:12 FLK206"]


def test_a_client_keeps_the_context_beyond_an_inner_block() -> None:
    test = """\
from unittest import mock
from flask import session
from main import app
def test_it():
    with app.test_client() as c:
        with mock.patch("os.getcwd"):
            c.get("/")
        assert session["a"]
    assert session["a"]
"""
    assert found(test) == ["test_it.py:11 FLK206"]


@pytest.mark.parametrize(
    ("ending", "lines"), [("current_app.name", []), ("assert current_app.name", ["jobs.py:3 FLK101"])]
)
def test_a_function_named_test_outside_of_tests(ending: str, lines: list[str]) -> None:
    text = f"from flask import current_app\ndef test_mail():\n    {ending}\n"
    assert lacking({"main.py": APP, "jobs.py": text}) == lines
