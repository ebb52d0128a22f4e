"""Facts that say the same at other places."""

from __future__ import annotations

import pytest

from flask_ls.project.extract import extract
from flask_ls.project.shape import same_shape
from flask_ls.syntax.source import SourceFile

TEXT = """
from flask import Blueprint

bp = Blueprint("shop", __name__)


@bp.get("/")
def index(page: int = 1):
    name = "cart"
    return name


class Cart:
    size = 3

    def add(self, item):
        self.items = [item]
"""


def is_same(before: str, after: str) -> bool:
    one, other = (extract(SourceFile(t), "/p/a.py", "a") for t in (before, after))
    assert one != other
    return same_shape(one, other)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\nfrom flask", "\n\n# a comment\nfrom flask"),
        ('"cart"', '"basket and more"'),
        ("size = 3", "size = 31"),
        ("index(page: int = 1):", "index(page: int = 1):  # first"),
    ],
)
def test_an_edit_that_says_nothing_new(old: str, new: str) -> None:
    assert is_same(TEXT, TEXT.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("bp = Blueprint", "blueprint = Blueprint"),
        ("import Blueprint", "import Blueprint, g"),
        ("index(page: int = 1)", "index(page: int = 1, size: int = 1)"),
        ("class Cart:", "class Cart(dict):"),
        ("self.items = ", "self.goods = "),
        ("return name", "yield name"),
    ],
)
def test_an_edit_that_others_see(old: str, new: str) -> None:
    assert not is_same(TEXT, TEXT.replace(old, new))
