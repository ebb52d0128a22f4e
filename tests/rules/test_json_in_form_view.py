"""FLK903: what is known of who sends a body to a view: forms, scripts and tests, in this file and in others."""

from __future__ import annotations

import pytest
from checking import marked

HEAD = "from flask import Flask, render_template, render_template_string, request\napp = Flask(__name__)\n"
JSON_VIEW = "@app.post('/save')\ndef save():\n    return request.json['name']\n"
FORM_VIEW = "@app.post('/save')\ndef save():\n    return request.form['name']\n"
SHOWN = "@app.get('/')\ndef index():\n    return render_template('page.html')\n"
FORM = "<form action='/save' method='post'><input name='name'></form>"
SCRIPT = """<script>fetch("/save", {method: "POST", headers: {"Content-Type": "application/json"},
body: JSON.stringify({name: 1})})</script>"""


@pytest.mark.parametrize(
    ("page", "count"),
    [
        (FORM, 1),
        (FORM.replace("'/save'", "\"{{ url_for('save') }}\""), 1),
        (FORM.replace("/save", "/other"), 0),
        (FORM.replace("post", "get"), 0),
        (FORM + "<script src='/send.js'></script>", 0),
        ("{% extends 'base.html' %}" + FORM, 0),
        (FORM.replace("<form", "<form onsubmit='send()'"), 0),
    ],
)
def test_forms_in_templates(page: str, count: int) -> None:
    assert len(marked("FLK903", HEAD + JSON_VIEW + SHOWN, {"templates/page.html": page})) == count
    assert marked("FLK903", HEAD + FORM_VIEW + SHOWN, {"templates/page.html": page}) == []


def test_form_without_an_action_posts_to_the_view_that_shows_it() -> None:
    view = "@app.route('/', methods=['GET', 'POST'])\ndef index():\n    if request.method == 'POST':\n"
    page = f"        return request.json['a']\n    return '<form method=post>'\n{JSON_VIEW}"
    assert marked("FLK903", HEAD + view + page) == ["request.json"]


@pytest.mark.parametrize(("page", "count"), [(SCRIPT, 1), (SCRIPT.replace("/save", "/other"), 0), (FORM, 0)])
def test_scripts_in_templates(page: str, count: int) -> None:
    assert len(marked("FLK903", HEAD + FORM_VIEW + SHOWN, {"templates/page.html": page})) == count
    assert len(marked("FLK903", HEAD + JSON_VIEW + SHOWN, {"templates/page.html": page})) == (page == FORM)


@pytest.mark.parametrize(
    ("test", "count"),
    [
        ("def test_save(client):\n    client.post('/save', json={'name': 'a'})\n", 1),
        ("def test_save():\n    c = app.test_client()\n    c.post('/save', json={'name': 'a'})\n", 1),
        ("def test_save(client):\n    assert client.post('/save', json={'name': 'a'}).status_code == 400\n", 0),
        ("def test_save(client):\n    client.post('/save', data={'name': 'a'})\n", 0),
        ("import requests as client\ndef test_save():\n    client.post('/save', json={'name': 'a'})\n", 0),
    ],
)
def test_tests_in_other_files(test: str, count: int) -> None:
    files = {"tests/test_app.py": f"from app import app\n{test}"}
    assert len(marked("FLK903", HEAD + FORM_VIEW, files)) == count


@pytest.mark.parametrize(
    ("methods", "count"), [("", 1), ("methods = ['GET']", 1), ("methods = ['GET', 'POST']", 0), ("methods = OTHER", 0)]
)
def test_view_classes(methods: str, count: int) -> None:
    view = f"class V(View):\n    {methods or 'pass'}\n    def dispatch_request(self):\n        return request.json\n"
    rule = "app.add_url_rule('/', view_func=V.as_view('v'))\n"
    assert len(marked("FLK903", f"from flask.views import View\n{HEAD}{view}{rule}")) == count


def test_test_of_a_view_class() -> None:
    view = "class V(MethodView):\n    def post(self):\n        return request.form['name']\n"
    rule = "app.add_url_rule('/save', view_func=V.as_view('v'))\n"
    test = "def test_v():\n    app.test_client().post({}, json={{'name': 'a'}})\n"
    text = f"from flask.views import MethodView\n{HEAD}{view}{rule}"
    assert marked("FLK903", text + test.format("'/save'")) == ["request.form"]
    assert marked("FLK903", text + test.format("'/other'")) == []
