"""FLK904, FLK906, FLK907 and FLK908: spellings beyond those of the examples."""

from __future__ import annotations

import pytest
from checking import findings, marked

HEAD = "from flask import Flask, jsonify, request\napp = Flask(__name__)\n"
VIEW = "@app.post('/')\ndef index():\n    "


@pytest.mark.parametrize(
    ("read", "mark"),
    [
        ("request.form.name", "request.form.name"),
        ("request.args.get['q']", "request.args.get['q']"),
        ("request.headers.get('X').upper", None),
        ("request.form.to_dict()", None),
        ("request.args.__class__", None),
        ("request.headers.environ", None),
    ],
)
def test_flk904_values_are_items(read: str, mark: str | None) -> None:
    assert marked("FLK904", f"{HEAD}{VIEW}return str({read})\n") == ([mark] if mark else [])


@pytest.mark.parametrize("name", ["user", "session", "client", "text", "arg", "header", "cookie", "file", "methods"])
def test_flk904_attributes_that_flask_has_not(name: str) -> None:
    assert marked("FLK904", f"{HEAD}{VIEW}return str(request.{name})\n") == [f"request.{name}"]
    stored = f"@app.before_request\ndef load():\n    request.{name} = 1\n"
    assert marked("FLK904", f"{HEAD}{stored}{VIEW}return str(request.{name})\n") == []


@pytest.mark.parametrize(
    ("value", "marks"),
    [
        ("request.args.get('x', False, bool)", ["bool"]),
        ("request.args.getlist('x', type=bool)", ["type=bool"]),
        ("request.args.getlist('x', bool)", ["bool"]),
        ("bool(request.args.get('x', 0, type=int))", []),
        ("bool(request.args.get('x', 0))", ["bool(request.args.get('x', 0))"]),
    ],
)
def test_flk906(value: str, marks: list[str]) -> None:
    assert marked("FLK906", f"{HEAD}{VIEW}return str({value})\n") == marks


@pytest.mark.parametrize(
    ("body", "marks"),
    [
        ("flag = request.args.get('x')\n    return str(bool(flag))", ["bool(flag)"]),
        ("flag = request.form['x']\n    return str(bool(flag))", ["bool(flag)"]),
        ("flag = request.args.get('x', type=int)\n    return str(bool(flag))", []),
        ("words = request.args.get('q')\n    return str(bool(words)) + str(words)", []),
        ("flag = request.args.get('x')\n    if flag == 'false':\n        return 'no'\n    return str(bool(flag))", []),
    ],
)
def test_flk906_through_a_name(body: str, marks: list[str]) -> None:
    assert marked("FLK906", f"{HEAD}{VIEW}{body}\n") == marks


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("return request.json.get('a', '')", 1),
        ("return request.get_json(silent=True).get('a', '')", 1),
        ("data = request.get_json()\n    return data.get('a', '')", 1),
        ("data = request.get_json() or {}\n    return data.get('a', '')", 0),
        ("return (request.get_json(silent=True) or {}).get('a', '')", 0),
        ("data = request.get_json()\n    if not isinstance(data, dict): return ''\n    return data.get('a', '')", 0),
        ("data = request.get_json()\n    a = data.get('a')\n    return str(a) + data.get('b', '')", 1),
        ("return request.form.get('a', '')", 0),
    ],
)
def test_flk907_methods_of_a_dict(body: str, count: int) -> None:
    assert len(findings("FLK907", f"{HEAD}{VIEW}{body}\n")) == count


MODELS = (
    "from flask_sqlalchemy import SQLAlchemy\nfrom sqlalchemy import select\n"
    "app.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite://'\ndb = SQLAlchemy(app)\n"
    "class User(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n"
)


@pytest.mark.parametrize(
    ("value", "mark"),
    [
        ("User.query.all()", "User.query.all()"),
        ("db.session.get(User, 1)", "db.session.get(User, 1)"),
        ("list(User.query.filter_by(id=1))", "list(User.query.filter_by(id=1))"),
        ("[u for u in User.query.order_by(User.id)]", "u"),
        ("db.session.execute(select(User)).scalars().all()", "db.session.execute(select(User)).scalars().all()"),
        ("db.session.execute(select(User)).scalar_one()", "db.session.execute(select(User)).scalar_one()"),
        ("db.session.execute(select(User.id)).all()", "db.session.execute(select(User.id)).all()"),
        ("db.session.execute(db.text('x')).mappings().first()", "db.session.execute(db.text('x')).mappings().first()"),
        ("db.session.query(User.id).order_by(User.id).first()", "db.session.query(User.id).order_by(User.id).first()"),
        ("User.query.with_entities(User.id).all()", "User.query.with_entities(User.id).all()"),
        ("[tuple(r) for r in db.session.execute(select(User.id)).all()]", None),
        ("db.session.execute(select(User.id)).scalars().all()", None),
        ("unknown.execute(select(User.id)).all()", None),
        ("[u.id for u in User.query]", None),
        ("db.session.scalars(db.select(User.id)).all()", None),
        ("{'a': 1}.keys()", "{'a': 1}.keys()"),
        ("{'a': b'x'}", "b'x'"),
        ("map(str, [1])", "map(str, [1])"),
    ],
)
def test_flk908(value: str, mark: str | None) -> None:
    assert marked("FLK908", f"{HEAD}{MODELS}{VIEW}return jsonify({value})\n") == ([mark] if mark else [])


@pytest.mark.parametrize(
    ("value", "count"),
    [("User.query.all()", 1), ("db.session.query(User.id).all(), 200", 1), ("User.query.count()", 0)],
)
def test_flk908_rows_that_a_view_returns(value: str, count: int) -> None:
    assert len(findings("FLK908", f"{HEAD}{MODELS}{VIEW}return {value}\n")) == count


CLIENTS = {
    "fixture": (
        "import pytest\n@pytest.fixture\ndef client():\n    return app.test_client()\ndef test_it(client):\n    "
    ),
    "local": "def test_it():\n    client = app.test_client()\n    ",
}


@pytest.mark.parametrize("client", CLIENTS.values())
def test_flk903_follows_clients(client: str) -> None:
    form = f"{HEAD}{VIEW}return request.form['a']\n{client}"
    assert marked("FLK903", f"{form}client.post('/', json={{'a': 1}})\n") == ["request.form"]
    assert marked("FLK903", f"{form}client.post('/', data={{'a': 1}})\n") == []
    body = f"import json\n{HEAD}{VIEW}return request.json['a']\n{client}"
    assert marked("FLK903", f"{body}client.post('/', data=json.dumps({{'a': 1}}))\n") == ["request.json"]
    typed = "client.post('/', data=json.dumps({'a': 1}), content_type='application/json')\n"
    assert marked("FLK903", body + typed) == []


def test_flk903_get_of_a_class_based_view() -> None:
    view = "class V(flask.views.MethodView):\n    def {}(self):\n        return request.json['a']\n"
    rule = "app.add_url_rule('/', view_func=V.as_view('v'))\n"
    assert marked("FLK903", f"import flask.views\n{HEAD}{view.format('get')}{rule}") == ["request.json"]
    assert marked("FLK903", f"import flask.views\n{HEAD}{view.format('post')}{rule}") == []


@pytest.mark.parametrize(("decorator", "count"), [("@api.route('/x', methods=['POST'])\n", 0), ("@api.login\n", 1)])
def test_flk903_does_not_know_what_the_methods_of_other_decorators_do(decorator: str, count: int) -> None:
    view = f"@app.route('/')\n{decorator}def index():\n    return request.json['a']\n"
    assert len(findings("FLK903", f"from tools import api\n{HEAD}{view}")) == count


@pytest.mark.parametrize(("path", "count"), [("views.py", 1), ("tests/views.py", 0)])
def test_flk905_leaves_the_applications_of_tests_alone(path: str, count: int) -> None:
    view = f"{HEAD}@app.route('/')\ndef index():\n    return str(int(request.args['a']))\n"
    assert len(findings("FLK905", "", {path: view})) == count


@pytest.mark.parametrize(
    ("code", "handler", "count"),
    [
        ("FLK904", "except KeyError: pass", 1),
        ("FLK904", "finally: pass", 1),
        ("FLK904", "except TypeError: pass", 0),
        ("FLK904", "except Exception: pass", 0),
        ("FLK907", "except ValueError: pass", 1),
        ("FLK907", "finally: pass", 1),
        ("FLK907", "except KeyError: pass", 0),
    ],
)
def test_a_try_counts_that_catches_the_error(code: str, handler: str, count: int) -> None:
    read = "request.json()" if code == "FLK904" else "request.json['a']"
    view = f"@app.post('/')\ndef index():\n    try:\n        return str({read})\n    {handler}\n"
    assert len(findings(code, f"from flask import Flask, request\napp = Flask(__name__)\n{view}")) == count


@pytest.mark.parametrize(("url", "count"), [("/api/delete", 1), ("/delete", 0)])
def test_flk903_compares_whole_rules(url: str, count: int) -> None:
    text = (
        "from flask import Blueprint, Flask, request\nbp = Blueprint('api', __name__, url_prefix='/api')\n"
        "@bp.post('/delete')\ndef delete():\n    return request.json['a']\n"
        "app = Flask(__name__)\napp.register_blueprint(bp)\n"
    )
    test = f"def test_it(client):\n    client.post('{url}', data={{'a': 1}})\n"
    assert len(findings("FLK903", text, {"tests/test_api.py": test})) == count
