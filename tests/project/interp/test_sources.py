"""An evaluation finds the same whether trees come with the bodies of functions or without them."""

from __future__ import annotations

import ast

from flask_ls.project.interp.build import build_route_table
from flask_ls.project.interp.sources import WorkspaceSources
from flask_ls.project.modules import ModuleIndex
from flask_ls.project.routes import RouteTable
from flask_ls.syntax.source import SourceFile

APP = '''from functools import wraps

from flask import Blueprint, Flask


def documented(view):
    """Views behind this decorator need a docstring."""

    @wraps(view)
    def inner(*args):
        return view(*args)

    inner.told = view.__doc__
    return inner


class Factory:
    prefix = "/shop"

    def make(self):
        """
        Several lines,
        of which one looks like code: def f():
        """
        app = Flask(__name__)

        @documented
        def index():
            "The start page."
            return "x"

        app.add_url_rule("/" + index.told.split()[0].lower(), view_func=index)
        app.add_url_rule("/" + self.make.__doc__.split()[0], "made", view_func=index)
        shop = Blueprint("shop", __name__, url_prefix=self.prefix)
        shop.add_url_rule("/items", "items", lambda: "y")
        app.register_blueprint(shop)
        return app


app = Factory().make()
'''


def test_whole_trees_give_the_same_table() -> None:
    texts = {"/ws/app.py": APP}

    def table(whole: bool) -> RouteTable:
        trees = {path: ast.parse(text) for path, text in texts.items()}
        index = ModuleIndex(texts, ["/ws"])
        sources = WorkspaceSources(index, texts.get, whole=trees.get if whole else None)
        return build_route_table(sources, lambda path: SourceFile(texts[path]) if path in texts else None)

    stripped = table(whole=False)
    assert stripped == table(whole=True)
    assert {r.rule for r in stripped.routes} >= {"/the", "/Several", "/shop/items"}
