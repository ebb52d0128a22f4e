"""URLs of static files in templates."""

from __future__ import annotations

import pytest
from checking import findings, fixed, marked

APP = """
from flask import Flask

app = Flask(__name__{})
"""


def in_template(html: str, app: str = APP.format(""), path: str = "templates/a.html") -> list[str]:
    return marked("FLK207", app, {path: html})


@pytest.mark.parametrize(
    "html",
    [
        '<img src="/static/a.png">',
        "<img src = '/static/a.png'>",
        '<a\n  href="/static/a.png"\n>x</a>',
        '<video poster="/static/a.png"></video>',
        '<IMG SRC="/static/a.png">',
    ],
)
def test_attributes_with_urls(html: str) -> None:
    assert in_template(html) == ["/static/a.png"]


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://cdn.example.com/static/a.png">',
        '<img src="/statics/a.png">',
        '<img src="static/a.png">',
        "<p>/static/a.png</p>",
        '{# <img src="/static/a.png"> #}',
        '<!-- <img src="/static/a.png"> -->',
        '{% raw %}<img src="/static/a.png">{% endraw %}',
        '<img data-info="/static/a.png">',
    ],
)
def test_what_is_no_url_of_the_page(html: str) -> None:
    assert in_template(html) == []


def test_only_where_an_app_looks_for_templates() -> None:
    html = '<img src="/static/a.png">'
    assert in_template(html, path="pages/a.html") == []
    assert in_template(html, APP.format(", template_folder='pages'"), "pages/a.html") == ["/static/a.png"]
    assert in_template(html, "import flask\n") == []


def test_the_folders_of_registered_blueprints() -> None:
    views = """
from flask import Blueprint

bp = Blueprint("shop", __name__, template_folder="pages")
"""
    app = APP.format("") + "from shop import bp\n"
    files = {"shop/__init__.py": views, "shop/pages/a.html": '<img src="/static/a.png">'}
    assert marked("FLK207", app, files) == []
    assert marked("FLK207", app + "app.register_blueprint(bp)\n", files) == ["/static/a.png"]


def test_the_url_path_of_the_app_counts() -> None:
    app = APP.format(", static_url_path='/assets'")
    assert in_template('<img src="/static/a.png"><img src="/assets/b.png">', app) == ["/assets/b.png"]


@pytest.mark.parametrize(
    ("html", "after"),
    [
        ('<img src="/static/a/b.png">', "<img src=\"{{ url_for('static', filename='a/b.png') }}\">"),
        ("<img src='/static/a.png'>", '<img src=\'{{ url_for("static", filename="a.png") }}\'>'),
        ('<img src="/static/a.svg#x">', "<img src=\"{{ url_for('static', filename='a.svg') }}#x\">"),
        ('<img src="/static/{{ name }}.png">', None),
        ('<img src="/static/a{{ x }}">', None),
        ('<img src="/static/a%20b.png">', None),
    ],
)
def test_fix(html: str, after: str | None) -> None:
    for finding in findings("FLK207", APP.format(""), {"templates/a.html": html}):
        assert [fixed(html, fix, "templates/a.html") for fix in finding.fixes] == ([after] if after else [])


def test_what_a_bundler_wrote_is_left_alone() -> None:
    bundled = f'<script>{"x" * 500}</script><img src="/static/a.png">'
    assert in_template(bundled) == []
    assert in_template(bundled.replace("<img", "\n<img")) == ["/static/a.png"]


def test_a_view_below_the_path_of_static_files() -> None:
    app = f"{APP.format('')}@app.route('/static/users')\ndef users():\n    return ''\n"
    assert in_template('<a href="/static/users">x</a><a href="/static/a.png">x</a>', app) == ["/static/a.png"]
