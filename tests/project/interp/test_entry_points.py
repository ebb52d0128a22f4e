"""Entry points that the project declares itself."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from against import table

PLUGIN = """
    from flask import Blueprint
    bp = Blueprint("bp", __name__)
    bp.add_url_rule("/bp", "bp", print)

    def first(app): app.add_url_rule("/first", "first", print)

    class Plugin:
        @staticmethod
        def second(app): app.add_url_rule("/second", "second", print)
    """
APP = """
    import importlib.metadata, pkg_resources
    from importlib.metadata import entry_points
    from flask import Flask
    app = Flask(__name__)
    for point in entry_points(group="shop.plugins"):
        point.load()(app)
    for point in entry_points().select(group="shop.plugins", name="b"):
        app.add_url_rule("/" + point.name, point.attr, print)
    for point in pkg_resources.iter_entry_points("shop.parts"):
        app.register_blueprint(point.load(), url_prefix="/" + point.name)
    """
DECLARATIONS = {
    "setup.py": """
        from setuptools import setup
        POINTS = {
            "shop.plugins": ["a = shop.plugin:first", "b=shop.plugin:Plugin.second"],
            "shop.parts": "part = shop.plugin:bp",
        }
        setup(name="shop", entry_points=POINTS)
        """,
    "setup.cfg": """
        [options.entry_points]
        shop.plugins =
            a = shop.plugin:first
            b = shop.plugin:Plugin.second [extra]
        shop.parts =
            part = shop.plugin:bp
        """,
    "pyproject.toml": """
        [project.entry-points."shop.plugins"]
        a = "shop.plugin:first"
        b = "shop.plugin:Plugin.second"
        [tool.poetry.plugins."shop.parts"]
        part = "shop.plugin:bp"
        """,
}


@pytest.mark.parametrize("file", DECLARATIONS)
def test_entry_points_of_the_project_are_followed(file: str) -> None:
    files = {file: DECLARATIONS[file], "shop/__init__.py": "", "shop/plugin.py": PLUGIN, "shop/app.py": APP}
    found = table(files)
    assert {r.rule for r in found.routes if not r.is_static} == {"/first", "/second", "/b", "/part/bp"}
    # Other distributions may add to the same groups.
    assert not found.apps[0].complete


def test_a_plugin_that_nothing_loads_leaves_its_app_incomplete() -> None:
    files = {
        "setup.py": DECLARATIONS["setup.py"],
        "shop/__init__.py": "",
        "shop/plugin.py": PLUGIN,
        "shop/app.py": "from flask import Flask\napp = Flask(__name__)",
        "other/__init__.py": "",
        "other/app.py": "from flask import Flask\napp = Flask(__name__)",
    }
    found = table(files)
    assert {a.name: a.complete for a in found.apps} == {"shop.app.app": False, "other.app.app": True}
    assert "is an entry point of shop.plugins" in next(s.reason for a in found.apps for s in a.blind_spots)
