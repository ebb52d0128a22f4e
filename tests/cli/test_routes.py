"""``flask-ls routes``: formats, order, and what could not be read."""

from __future__ import annotations

import pytest

from .conftest import Project

APP = """import os

from flask import Blueprint, Flask

bp = Blueprint("shop", __name__, url_prefix="/shop")


@bp.get("/")
def index():
    return ""


@bp.route("/<int:item>", methods=["GET", "POST"])
def item(item):
    return ""


def create_app():
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(bp)
    app.add_url_rule("/about", "about", lambda: "")
    return app
"""
UNREADABLE = APP.replace(
    "    return app\n", '    app.register_blueprint(bp, name="x", url_prefix=os.environ["P"])\n    return app\n'
)


def test_the_json_contract(project: Project) -> None:
    path = str(project.write("shop.py", APP))
    data = project.run("routes", "--output-format", "json").json()
    (app,) = data["apps"]
    assert app == {"name": "shop.create_app", "filename": path, "row": app["row"], "complete": True, "blind_spots": []}
    rows = {r["endpoint"]: r for r in data["routes"]}
    assert rows["shop.item"] == {
        "rule": "/shop/<int:item>",
        "endpoint": "shop.item",
        "methods": ["GET", "POST"],
        "filename": path,
        "row": 14,
        "function": "shop.item",
        "app": "shop.create_app",
        "conditions": [],
    }
    assert set(rows) == {"shop.item", "shop.index", "about"}


def test_the_table(project: Project) -> None:
    project.write("shop.py", APP)
    lines = project.run("routes").out.splitlines()
    assert lines[0].startswith("shop.create_app  (shop.py:")
    assert lines[0].endswith(", 3 rules)")
    assert lines[1].split() == ["Endpoint", "Methods", "Rule", "View"]
    assert [line.split()[0] for line in lines[3:]] == ["about", "shop.index", "shop.item"]
    assert lines[5].split() == ["shop.item", "GET,", "POST", "/shop/<int:item>", "shop.py:14"]


@pytest.mark.parametrize(
    ("sort", "endpoints"),
    [
        ("rule", ["about", "shop.index", "shop.item"]),
        ("match", ["shop.index", "shop.item", "about"]),
        ("methods", ["about", "shop.index", "shop.item"]),
    ],
)
def test_the_order(project: Project, sort: str, endpoints: list[str]) -> None:
    project.write("shop.py", APP)
    data = project.run("routes", "--sort", sort, "--output-format", "json").json()
    assert [r["endpoint"] for r in data["routes"]] == endpoints


def test_the_tree_and_markdown(project: Project) -> None:
    project.write("shop.py", APP)
    assert project.run("routes", "--output-format", "tree").out.splitlines()[1:] == [
        "|-- /about  GET about",
        "`-- /shop/  GET shop.index",
        "    `-- /<int:item>  GET, POST shop.item",
    ]
    assert "| `shop.item` | `GET, POST` | `/shop/<int:item>` | `shop.py:14` |" in (
        project.run("routes", "--output-format", "markdown").out
    )


@pytest.mark.parametrize("form", ["table", "tree", "markdown"])
def test_what_could_not_be_read_is_said_at_the_end(project: Project, form: str) -> None:
    project.write("shop.py", UNREADABLE)
    out = project.run("routes", "--output-format", form).out
    assert "incomplete" in out
    assert out.index("There may be more rules") > out.index("/about")
    assert "shop.py:22: " in out.splitlines()[-1]


def test_one_application_of_several(project: Project) -> None:
    project.write("shop.py", APP)
    project.write("admin.py", APP.replace("/about", "/admin"))
    data = project.run("routes", "--app", "admin.create_app", "--output-format", "json").json()
    assert {a["name"] for a in data["apps"]} == {r["app"] for r in data["routes"]} == {"admin.create_app"}
    result = project.run("routes", "--app", "nothing")
    assert result.status == 2
    assert "Known are: " in result.err
    assert "shop.create_app" in result.err


@pytest.mark.parametrize("name", ["create_app", "admin:create_app", "admin:create_app()", "admin", "admin.py"])
def test_an_application_is_named_as_for_flask(project: Project, name: str) -> None:
    project.write("admin.py", APP)
    data = project.run("routes", "--app", name, "--output-format", "json").json()
    assert [a["name"] for a in data["apps"]] == ["admin.create_app"]


@pytest.mark.parametrize("form", ["table", "tree", "markdown"])
@pytest.mark.parametrize(
    ("condition", "said", "reason"),
    [
        ("len(os.listdir()) > 3", "The rules marked (conditional) are there or not", "only known at run time"),
        ('os.environ.get("EXTRA")', "Further rules are there only with other settings", "variable EXTRA is only known"),
    ],
)
def test_a_condition_is_said_at_the_end(project: Project, form: str, condition: str, said: str, reason: str) -> None:
    added = f'    if {condition}:\n        app.add_url_rule("/extra", "extra", lambda: "")\n    return app\n'
    project.write("shop.py", APP.replace("    return app\n", added))
    out = project.run("routes", "--output-format", form).out
    assert "incomplete)" in out
    row = APP.count("\n")
    assert [line for line in out.splitlines() if line.startswith(said)]
    assert out.splitlines()[-1].lstrip("- ").startswith(f"shop.py:{row}: ")
    assert reason in out.splitlines()[-1]


def test_json_has_the_conditions_of_the_application_and_of_each_rule(project: Project) -> None:
    added = (
        '    if len(os.listdir()) > 3:\n        app.add_url_rule("/more", "more", lambda: "")\n'
        '    if os.environ.get("EXTRA"):\n        app.add_url_rule("/extra", "extra", lambda: "")\n    return app\n'
    )
    path = project.write("shop.py", APP.replace("    return app\n", added))
    data = project.run("routes", "--output-format", "json").json()
    row = APP.count("\n")
    (app,) = data["apps"]
    assert app["complete"] is False
    assert [(s["filename"], s["row"]) for s in app["blind_spots"]] == [(str(path), row), (str(path), row + 2)]
    assert {r["endpoint"]: [c["row"] for c in r["conditions"]] for r in data["routes"]} == {
        "about": [],
        "more": [row],
        "shop.index": [],
        "shop.item": [],
    }


def test_markdown_has_the_domains(project: Project) -> None:
    project.write("shop.py", APP.replace('lambda: ""', 'lambda: "", subdomain="api"'))
    out = project.run("routes", "--output-format", "markdown").out
    assert "| Endpoint | Methods | Domain | Rule | View |" in out
    assert "| `about` | `GET` | `api` | `/about` |" in out
    assert "| `shop.index` | `GET` |  | `/shop/` |" in out


def test_a_syntax_error_is_told_with_its_line(project: Project) -> None:
    project.write("shop.py", APP.replace("    app.register_blueprint(bp)", "    app.register_blueprint(bp"))
    assert "shop.py:20: shop has a syntax error" in project.run("routes").out
