# ruff: noqa: E501
"""FLK902 speaks exactly where Flask sends JSON text with another content type."""

from __future__ import annotations

import pytest
from checking import findings, marked
from flask_runner import FlaskRunner

HEAD = """
import functools
import json
import json as j
from json import dumps, dumps as to_json
import flask
from flask import Blueprint, Flask, Response, abort, current_app, make_response, request
from flask import json as fj
from flask.views import MethodView, View
from werkzeug.wrappers import Response as WResponse
app = Flask(__name__)
data = {"a": 1}
"""
VIEW = "@app.get('/')\ndef index():\n"
DRIVE = """
response = client.get("/")
assert response.is_json == (response.text[:1] in "{[")
"""

SPEAKS = [
    "    return json.dumps(data)",
    "    return j.dumps(data)",
    "    return to_json(data)",
    "    return fj.dumps(data)",
    "    return flask.json.dumps(data)",
    "    return current_app.json.dumps(data)",
    "    return json.dumps(data), 200",
    "    return json.dumps(data), '201 CREATED'",
    "    return json.dumps(data), {'X-A': '1'}",
    "    return json.dumps(data), 200, {'X-A': '1'}",
    "    return json.dumps(data), 200, [('X-A', '1')]",
    "    headers = {'X-A': '1'}\n    return json.dumps(data), 200, headers",
    "    return (json.dumps(data))",
    "    return json.dumps(data).encode()",
    "    return json.JSONEncoder().encode(data)",
    "    return Response(json.dumps(data))",
    "    return Response(response=json.dumps(data), status=200)",
    "    return Response(json.dumps(data), 200, {'X-A': '1'})",
    "    return flask.Response(json.dumps(data), headers={'X-A': '1'})",
    "    return app.response_class(json.dumps(data))",
    "    return current_app.response_class(response=json.dumps(data))",
    "    return WResponse(json.dumps(data), mimetype='text/html') if False else flask.Response(json.dumps(data))",
    "    return make_response(json.dumps(data))",
    "    return make_response(json.dumps(data), 200)",
    "    return make_response((json.dumps(data), 200))",
    "    return make_response(json.dumps(data), {'X-A': '1'})",
    "    return make_response(Response(json.dumps(data)), 200)",
    "    resp = make_response(json.dumps(data))\n    resp.headers['X-A'] = '1'\n    return resp",
    "    resp = Response(json.dumps(data))\n    resp.status_code = 201\n    return resp",
    "    body = json.dumps(data)\n    return body, 200",
    "    body = json.dumps(data)\n    resp = make_response(body)\n    return resp",
    "    body = ''\n    if data:\n        body = json.dumps(data)\n    return body",
    "    if not data:\n        return 'x'\n    return json.dumps(data)",
    "    return json.dumps(data) if data else 'x'",
    "    try:\n        return json.dumps(data)\n    except ValueError:\n        return 'x'",
    "    with app.app_context():\n        return json.dumps(data)",
]
SILENT = [
    "    return data",
    "    return flask.jsonify(data)",
    "    return json.dumps(data), 200, {'Content-Type': 'application/json'}",
    "    return json.dumps(data), {'content-type': 'application/json'}",
    "    return json.dumps(data), 200, [('Content-Type', 'application/json')]",
    "    headers = {'Content-Type': 'application/json'}\n    return json.dumps(data), headers",
    "    headers = {}\n    headers['Content-Type'] = 'application/json'\n    return json.dumps(data), 200, dict(headers)",
    "    return Response(json.dumps(data), mimetype='application/json')",
    "    return Response(json.dumps(data), content_type='application/json')",
    "    return Response(json.dumps(data), 200, {'Content-Type': 'application/json'})",
    "    return Response(json.dumps(data), 200, None, 'application/json')",
    "    options = {'mimetype': 'application/json'}\n    return Response(json.dumps(data), **options)",
    "    return make_response(json.dumps(data), 200, {'Content-Type': 'application/json'})",
    "    return make_response(Response(json.dumps(data), mimetype='application/json'))",
    "    resp = make_response(json.dumps(data))\n    resp.mimetype = 'application/json'\n    return resp",
    "    resp = make_response(json.dumps(data))\n    resp.content_type = 'application/json'\n    return resp",
    "    resp = make_response(json.dumps(data))\n    resp.headers['Content-Type'] = 'application/json'\n    return resp",
    "    resp = Response(json.dumps(data))\n    resp.headers.set('Content-Type', 'application/json')\n    return resp",
    "    resp = Response(json.dumps(data))\n    resp.headers.update({'content-type': 'application/json'})\n    return resp",
    "    resp = Response(json.dumps(data))\n    typed(resp)\n    return resp\n"
    "def typed(r): r.mimetype = 'application/json'",
    "    return '<script>' + json.dumps(data) + '</script>'",
    "    return f'<p>{json.dumps(data)}</p>'",
    "    text = json.dumps(data)\n    return '<p>%s</p>' % text",
    "    app.logger.info(json.dumps(data))\n    return 'ok'",
    "    def stream():\n        yield 'data: ' + json.dumps(data)\n    return Response(stream(), mimetype='text/event-stream')",
]
PROGRAMS = [
    (1, "bp = Blueprint('b', __name__)\n@bp.route('/')\ndef index(): return json.dumps(data)\napp.register_blueprint(bp)"),
    (1, "def index(): return json.dumps(data)\napp.add_url_rule('/', view_func=index)"),
    (1, "app.add_url_rule('/', 'x', lambda: json.dumps(data))"),
    (1, "class V(MethodView):\n    def get(self): return json.dumps(data)\napp.add_url_rule('/', view_func=V.as_view('v'))"),
    (1, "class V(View):\n    def dispatch_request(self): return json.dumps(data)\n"
        "app.add_url_rule('/', view_func=V.as_view('v'))"),
    (1, "@app.errorhandler(404)\ndef nf(e): return json.dumps(data), 404"),
    (1, "def nf(e): return json.dumps(data), 404\napp.register_error_handler(404, nf)"),
    (1, "@app.before_request\ndef hook(): return json.dumps(data), 401"),
    (1, "def respond(x): return json.dumps(x)\n" + VIEW + "    return respond(data)"),
    (1, "def respond(x):\n    return Response(json.dumps(x), 200)\n" + VIEW + "    return respond(data)"),
    (1, "def create_app():\n    app = Flask('x')\n    @app.get('/')\n    def index(): return json.dumps(data)\n"
        "    return app\napp = create_app()"),
    (1, "@app.get('/')\nasync def index(): return json.dumps(data)"),
    (1, "def checked(f):\n    @functools.wraps(f)\n    def inner(*a, **k):\n        if not data: return abort(403)\n"
        "        return f(*a, **k)\n    return inner\n@app.get('/')\n@checked\ndef index(): return json.dumps(data)"),
    (0, "def as_json(f):\n    @functools.wraps(f)\n    def inner(*a, **k):\n"
        "        return Response(f(*a, **k), mimetype='application/json')\n    return inner\n"
        "@app.get('/')\n@as_json\ndef index(): return json.dumps(data)"),
    (0, "def as_json(f):\n    @functools.wraps(f)\n    def inner(*a, **k):\n        r = make_response(f(*a, **k))\n"
        "        r.mimetype = 'application/json'\n        return r\n    return inner\n"
        "@app.get('/')\n@as_json\ndef index(): return json.dumps(data)"),
    (0, "class Json(Response):\n    default_mimetype = 'application/json'\n" + VIEW + "    return Json(json.dumps(data))"),
    (0, "class Json(Response):\n    default_mimetype = 'application/json'\napp.response_class = Json\n"
        + VIEW + "    return json.dumps(data)"),
    (0, "class App(Flask):\n    class response_class(Response):\n        default_mimetype = 'application/json'\n"
        "app = App('x')\n" + VIEW + "    return json.dumps(data)"),
    (0, "@app.after_request\ndef typed(r):\n    r.mimetype = 'application/json'\n    return r\n"
        + VIEW + "    return json.dumps(data)"),
    (0, "def encode(x): return json.dumps(x)\n" + VIEW + "    return '<b>' + encode(data)"),
    (0, "def respond(x): return Response(json.dumps(x), mimetype='application/json')\n" + VIEW + "    return respond(data)"),
    (0, "class Response(Response):\n    default_mimetype = 'application/json'\n" + VIEW + "    return Response(json.dumps(data))"),
]  # fmt: skip
CASES = [
    *((1, VIEW + text) for text in SPEAKS),
    *((0, VIEW + text) for text in SILENT),
    *PROGRAMS,
]


@pytest.mark.parametrize(("count", "program"), CASES)
def test_speaks_where_flask_sends_another_type(count: int, program: str, flask: FlaskRunner) -> None:
    text = f"{HEAD}{program}\n"
    if "async def" not in program:
        assert bool([f for f in flask.failures({"app.py": text}, DRIVE) if "AssertionError" in f]) == bool(count)
    assert min(len(findings("FLK902", text)), 1) == count


def test_marks_what_is_returned() -> None:
    text = f"{HEAD}{VIEW}    body = json.dumps(data)\n    return body, 200\n"
    assert marked("FLK902", text) == ["body"]
    text = f"{HEAD}{VIEW}    return make_response(json.dumps(data), 200)\n"
    assert marked("FLK902", text) == ["json.dumps(data)"]


@pytest.mark.parametrize(("path", "count"), [("fake.py", 1), ("tests/fake.py", 0)])
def test_the_fake_servers_of_tests_are_left_alone(path: str, count: int) -> None:
    text = "import json\nfrom flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef index():\n    return json.dumps({})\n"
    assert len(findings("FLK902", "", {path: text})) == count


@pytest.mark.parametrize(
    ("helper", "count"),
    [
        ("def answer(x):\n    return json.dumps(x)\n", 1),
        ("def answer(x):\n    if not x:\n        return dumps([])\n    return dumps(x)\n", 1),
        ("def answer(x):\n    if not x:\n        return {}\n    return dumps(x)\n", 0),
        ("def answer(x):\n    return Response(dumps(x), mimetype='application/json')\n", 0),
        ("@typed\ndef answer(x):\n    return dumps(x)\n", 0),
    ],
)
def test_helper_of_another_file(helper: str, count: int) -> None:
    app = "from flask import Flask\nfrom helpers import answer\napp = Flask(__name__)\n"
    view = "@app.get('/')\ndef index():\n    return answer([1]), 201\n"
    files = {"helpers.py": f"import json\nfrom json import dumps\nfrom flask import Response\n{helper}"}
    assert len(findings("FLK902", app + view, files)) == count
