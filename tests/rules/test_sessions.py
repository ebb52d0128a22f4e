"""Odd forms for the rules on sessions: FLK401, FLK408, FLK411, FLK412."""

from __future__ import annotations

import textwrap

import pytest
from checking import findings, marked

HEAD = """\
import os
from flask import Flask, flash, request, session
app = Flask(__name__)
"""


def view(body: str, before: str = "", key: str = "app.secret_key = os.environ['KEY']\n") -> str:
    indented = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    return f'{HEAD}{key}{before}\n\n@app.route("/")\ndef index(x=None):\n{indented}\n    return "x"\n'


@pytest.mark.parametrize(
    ("body", "lost"),
    [
        ("session['a'].append(1)", ["session['a'].append(1)"]),
        ("session['a']['b'] = 1", ["session['a']['b']"]),
        ("del session['a'][0]", ["session['a'][0]"]),
        ("session['a']['n'] += 1", ["session['a']['n']"]),
        ("(session['a'] or []).append(1)", ["(session['a'] or []).append(1)"]),
        ("a = session['a']\na += [1]", ["a += [1]"]),
        ("s = session\ns['a'].append(1)", ["s['a'].append(1)"]),
        ("for i in session['items']:\n    i['n'] = 1", ["i['n']"]),
        ("session['a'].append(1)\nif x:\n    session.modified = True", ["session['a'].append(1)"]),
        ("try:\n    session['a'].append(1)\nexcept KeyError:\n    session['a'] = [1]", ["session['a'].append(1)"]),
        ("if 'a' in session:\n    session['a'].append(1)\nelse:\n    session['a'] = [1]", ["session['a'].append(1)"]),
        ("a = session.setdefault('a', {})\na['x'] = 1", ["a['x']"]),
        # saved
        ("session['a'] += [1]", []),
        ("a = list(session['a'])\na.append(1)", []),
        ("a = session['a'][:]\na.append(1)", []),
        ("a = session.pop('a', [])\na.append(1)", []),
        ("session.modified = True\nsession['a'].append(1)", []),
        ("if x:\n    session['a'].append(1)\nif x:\n    session.modified = True", []),
        ("try:\n    session['a'].append(1)\nfinally:\n    session.modified = True", []),
        ("for i in range(3):\n    session['a'].append(i)\nsession['a'] = session['a']", []),
        ("session['a'].append(1)\nflash('x')", []),
        ("session['a'].append(1)\nraise ValueError", []),
        ("a = session.get('a')\nif not a:\n    a = []\na.append(1)\nsession['a'] = a", []),
    ],
)
def test_changes_inside_the_session(body: str, lost: list[str]) -> None:
    assert marked("FLK408", view(body)) == lost


@pytest.mark.parametrize(
    "before",
    [
        "def save():\n    session.modified = True\n",
        "@app.before_request\ndef first():\n    session.permanent = True\n",
        "@app.after_request\ndef last(response):\n    session.modified = True\n    return response\n",
        "from flask_session import Session\nSession(app)\n",
    ],
)
def test_saved_by_other_code(before: str) -> None:
    assert marked("FLK408", view("session['a'].append(1)\nsave()", before)) == []


def test_a_helper_that_does_not_save() -> None:
    assert marked("FLK408", view("session['a'].append(1)\nlog()", "def log():\n    print(1)\n")) != []


@pytest.mark.parametrize(
    "value",
    [
        "{1}",
        "set([1])",
        "{i for i in [1]}",
        "(i for i in [1])",
        "range(3)",
        "map(str, [1])",
        "{'a': 1}.keys()",
        "lambda: 1",
        "object()",
        "request.files['f']",
        "request.headers",
        "1j",
        "{1} | {2}",
        "request",
    ],
)
def test_values_that_cannot_be_saved(value: str) -> None:
    assert marked("FLK411", view(f"session['x'] = {value}")) == [value]
    assert marked("FLK411", view(f"session['x'] = [{value}]")) == [value]


@pytest.mark.parametrize(
    "value",
    [
        "[1]",
        "(1, 2)",
        "{'a': 1}",
        "b'x'",
        "None",
        "list({1})",
        "sorted({1})",
        "request.form",
        "request.args.get('a')",
        "x",
    ],
)
def test_values_that_can_be_saved(value: str) -> None:
    assert marked("FLK411", view(f"session['x'] = {value}")) == []


def test_classes_of_the_project() -> None:
    before = """
    import enum
    from dataclasses import dataclass
    class Color(enum.Enum):
        RED = 1
    class Name(str, enum.Enum):
        A = "a"
    class Cart(dict): pass
    @dataclass
    class Point:
        x: int
    class Failure(Exception): pass
    """
    body = """
    session['a'] = Color.RED
    session['b'] = Name.A
    session['c'] = Cart()
    session['d'] = Point(1)
    session['e'] = Failure()
    session['f'] = Cart
    """
    assert marked("FLK411", view(body, textwrap.dedent(before))) == ["Color.RED", "Failure()", "Cart"]


def test_models() -> None:
    before = """
    from flask_sqlalchemy import SQLAlchemy
    db = SQLAlchemy()
    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)
    """
    body = """
    session['a'] = User.query.filter_by(id=1).first()
    session['b'] = db.session.get(User, 1)
    user = db.get_or_404(User, 1)
    session['c'] = user
    session['d'] = user.id
    """
    found = marked("FLK411", view(body, textwrap.dedent(before)))
    assert found == ["User.query.filter_by(id=1).first()", "db.session.get(User, 1)", "user"]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("session['password'] = x", ["'password'"]),
        ("session['pw'] = request.form['password']", ["request.form['password']"]),
        ("session['apiKey'] = x", ["'apiKey'"]),
        ("session['user'] = {'password': x}", ["'password'"]),
        ("session.update(card_number=x)", ["card_number=x"]),
        ("session['csrf_token'] = x", []),
        ("session['password_reset'] = True", []),
        ("session['token_expires_at'] = x", []),
        ("session['password'] = len(x)", []),
        ("session['logged_in'] = True", []),
    ],
)
def test_sensitive_data(body: str, found: list[str]) -> None:
    assert marked("FLK412", view(body)) == found


@pytest.mark.parametrize(
    "write",
    ["flash('x')", "session.permanent = True", "session.pop('a', None)", "del session['a']", "session.update(a=1)"],
)
def test_every_way_to_write_needs_a_key(write: str) -> None:
    assert len(findings("FLK401", view(write, key=""))) == 1


@pytest.mark.parametrize("read", ["session.get('a')", "'a' in session", "dict(session)", "session.modified = True"])
def test_reading_needs_no_key(read: str) -> None:
    assert findings("FLK401", view(read, key="")) == []


VIEWS = """\
from flask import Blueprint, session
bp = Blueprint("b", __name__)


@bp.get("/")
def index():
    session["a"] = 1
    return "x"
"""
FACTORY = """\
from flask import Flask
from views import bp


def create_app():
    app = Flask(__name__)
{}    app.register_blueprint(bp)
    return app
"""


def test_a_blueprint_is_judged_by_the_app_that_registers_it() -> None:
    assert len(findings("FLK401", FACTORY.format(""), {"views.py": VIEWS})) == 1
    assert findings("FLK401", FACTORY.format('    app.secret_key = "abc"\n'), {"views.py": VIEWS}) == []


def test_csrf_protection_and_forms_need_a_key() -> None:
    protected = (
        "from flask import Flask\nfrom flask_wtf import CSRFProtect\napp = Flask(__name__)\ncsrf = CSRFProtect(app)\n"
    )
    post = '\n\n@app.post("/")\ndef i():\n    return "x"\n'
    assert marked("FLK401", protected + post) == ["CSRFProtect(app)"]
    assert marked("FLK401", protected) == []


def test_the_key_that_code_out_of_sight_may_set() -> None:
    assert (
        findings("FLK401", view("session['a'] = 1", "def later():\n    app.secret_key = os.environ['K']\n", "")) == []
    )


def test_flk401_is_silent_where_the_key_is_asked_for() -> None:
    text = "from flask import Flask, current_app, session\napp = Flask(__name__)\n@app.get('/')\ndef index():\n"
    write = "session['a'] = 1\n    return ''\n"
    assert len(findings("FLK401", f"{text}    {write}")) == 1
    assert findings("FLK401", f"{text}    if current_app.secret_key:\n        {write}") == []


def test_flk401_is_silent_about_forms_without_csrf_token() -> None:
    text = (
        "from flask import Flask\nfrom flask_wtf import FlaskForm\napp = Flask(__name__)\n{}"
        "class Form(FlaskForm): ...\n@app.get('/')\ndef index():\n    return str(Form().validate())\n"
    )
    assert len(findings("FLK401", text.format(""))) == 1
    assert findings("FLK401", text.format("app.config['WTF_CSRF_ENABLED'] = False\n")) == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("session['x'] = {1}\nsession['x'] = list(session['x'])", []),
        ("session['x'] = {1}\nif x:\n    session['x'] = 1", []),
        ("session['x'] = {1}\nsession.pop('x')", []),
        ("session['x'] = {1}\ndel session['x']", []),
        ("session['x'] = {1}\nsession.clear()", []),
        ("session['x'] = {1}\nsession['y'] = 1", ["{1}"]),
        ("session['x'] = 1\nsession['x'] = {1}", ["{1}"]),
        ("if x:\n    session['x'] = {1}\nelse:\n    session['x'] = 1", ["{1}"]),
    ],
)
def test_flk411_value_that_does_not_stay(body: str, found: list[str]) -> None:
    assert marked("FLK411", view(body)) == found


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        ("session['x'] = User.query.first()", "warning"),
        ("session['x'] = db.session.get(User, 1)", "warning"),
        ("user = User.query.first()\nsession['x'] = user", "warning"),
        ("user = User.query.first()\nif user is not None:\n    session['x'] = user", "error"),
        ("session['x'] = User.query.one()", "error"),
    ],
)
def test_flk411_is_an_error_where_there_is_a_row(body: str, severity: str) -> None:
    model = (
        "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy(app)\nclass User(db.Model):\n    id = db.Column()\n"
    )
    assert [f.severity.value for f in findings("FLK411", view(body, model))] == [severity]


@pytest.mark.parametrize(("value", "count"), [("list(range(5000))", 1), ("list(range(50))", 0), ("list(range(n))", 0)])
def test_flk413_numbers(value: str, count: int) -> None:
    assert len(findings("FLK413", view(f"session['x'] = {value}", "n = int(os.environ['N'])\n"))) == count


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("cart, n = session['cart'], 0\ncart.append(1)", ["cart.append(1)"]),
        ("first, second = session['pair']\nfirst.append(1)", ["first.append(1)"]),
        ("cart = session['cart']\nn, cart = cart, []\ncart.append(1)", []),
        ("cart, n = session['cart'], 0\ncart.append(1)\nsession['cart'], n = cart, 1", []),
        ("cart, *rest = session['cart'], 0\ncart.append(1)", []),
    ],
)
def test_flk408_tuple_assignment(body: str, found: list[str]) -> None:
    assert marked("FLK408", view(body)) == found


@pytest.mark.parametrize(
    ("helper", "call", "lost"),
    [
        ("def add(cart, item): cart.append(item)", "add(session['a'], 1)", ["add(session['a'], 1)"]),
        ("def add(item, *, cart): cart[item] = 1", "add(1, cart=session['a'])", ["add(1, cart=session['a'])"]),
        ("def add(item, cart): cart[item] = 1", "add(1, cart=session['a'])", ["add(1, cart=session['a'])"]),
        ("def add(cart, item): return [*cart, item]", "add(session['a'], 1)", []),
        ("def add(cart):\n    cart = list(cart)\n    cart.append(1)", "add(session['a'])", []),
        ("def add(cart): cart.append(1)", "add(list(session['a']))", []),
        ("def add(cart): cart.append(1)", "add(session['a'])\nsession.modified = True", []),
        ("def add(cart):\n    cart.append(1)\n    session['a'] = cart", "add(session['a'])", []),
    ],
)
def test_flk408_function_that_changes_what_it_is_given(helper: str, call: str, lost: list[str]) -> None:
    assert marked("FLK408", view(call, before=f"{helper}\n")) == lost


@pytest.mark.parametrize(("value", "count"), [("0", 1), ("''", 1), ("None", 1), ("False", 1), ("1", 0), ("x", 0)])
def test_flk406_values_that_switch_it_off(value: str, count: int) -> None:
    text = view("session['a'] = 1", before=f"app.config['SESSION_COOKIE_SECURE'] = {value}\n")
    assert len(findings("FLK406", text)) == count


@pytest.mark.parametrize(("app", "count"), [("app", 0), ("other", 1)])
def test_flk410_each_app_has_a_configuration_of_its_own(app: str, count: int) -> None:
    lines = "app.config['SESSION_COOKIE_SAMESITE'] = 'None'\nother = Flask('other')\n"
    assert len(findings("FLK410", f"{HEAD}{lines}{app}.config['SESSION_COOKIE_SECURE'] = True\n")) == count
