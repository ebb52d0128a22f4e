"""Questions that many rules ask: control flow and values."""

from __future__ import annotations

import ast
import textwrap

import pytest

from flask_ls.project.extract import extract
from flask_ls.project.index import FileIndex
from flask_ls.project.inference import Inference
from flask_ls.project.model import ProjectModel
from flask_ls.project.modules import ModuleIndex
from flask_ls.rules.ask import flow, values
from flask_ls.rules.context import Context, Unit
from flask_ls.rules.registry import by_code
from flask_ls.syntax.source import SourceFile


def context(text: str) -> Context:
    source = SourceFile(textwrap.dedent(text))
    index = FileIndex(source.tree, "app")
    model = ProjectModel([extract(source, "/p/app.py", "app")], ModuleIndex(["/p/app.py"], ["/p"]))
    return Context(Unit("/p/app.py", source, index, model, Inference(index, model)), by_code()["FLK905"])


def here(ctx: Context) -> ast.Name:
    return next(n for n in ctx.index.nodes(ast.Name) if n.id == "here")


@pytest.mark.parametrize(
    ("body", "falls_off"),
    [
        ("return 1", False),
        ("raise E", False),
        ("if a: return 1", True),
        ("if a:\n    return 1\nelse:\n    return 2", False),
        ("try:\n    return 1\nexcept E:\n    pass", True),
        ("try:\n    x()\nexcept E:\n    raise\nelse:\n    return 1", False),
        ("try:\n    x()\nfinally:\n    return 1", False),
        ("while True:\n    x()", False),
        ("while True:\n    break", True),
        ("while True:\n    for a in b:\n        break", False),
        ("for a in b:\n    return 1", True),
        ("with x:\n    return 1", False),
        ("import contextlib\nwith contextlib.suppress(E):\n    return 1", True),
        ("from flask import abort\nabort(404)", False),
        ("match a:\n    case 1:\n        return 1\n    case _:\n        return 2", False),
        ("match a:\n    case 1:\n        return 1", True),
        ("def inner():\n    return 1", True),
    ],
)
def test_falls_off(body: str, falls_off: bool) -> None:
    ctx = context("def f():\n" + textwrap.indent(body, "    "))
    function = ctx.index.nodes(ast.FunctionDef)[0]
    assert flow.falls_off(ctx, function.body) is falls_off


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("try: here\nexcept ValueError: pass", True),
        ("try: here\nexcept Exception: pass", True),
        ("try: here\nexcept: pass", True),
        ("try: here\nexcept (KeyError, ValueError): pass", True),
        ("try: here\nexcept KeyError: pass", False),
        ("try: pass\nexcept ValueError: here", False),
        ("try: pass\nexcept ValueError: pass\nelse: here", False),
        ("try:\n    def f(): here\nexcept ValueError: pass", False),
        ("try:\n    try: here\n    except KeyError: pass\nexcept ValueError: pass", True),
        ("ValueError = KeyError\ntry: here\nexcept ValueError: pass", False),
        ("from contextlib import suppress\nwith suppress(ValueError): here", True),
        ("from contextlib import suppress\nwith suppress(KeyError): here", False),
    ],
)
def test_is_caught(text: str, caught: bool) -> None:
    ctx = context(text)
    assert flow.is_caught(ctx, here(ctx), "ValueError") is caught


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("if a: here", [("a", True)]),
        ("if a: pass\nelse: here", [("a", False)]),
        ("if not a: here", [("a", False)]),
        ("if a and b: here", [("a", True), ("b", True)]),
        ("if a or b: here", [("a or b", True)]),
        ("if a or b: pass\nelse: here", [("a", False), ("b", False)]),
        ("a and here", [("a", True)]),
        ("a or here", [("a", False)]),
        ("here if a else b", [("a", True)]),
        ("[here for x in y if a]", [("a", True)]),
        ("def f():\n    if a: return\n    here", [("a", False)]),
        ("def f():\n    assert a\n    here", [("a", True)]),
        ("if a:\n    def f(): here", []),
        ("while a: here", [("a", True)]),
    ],
)
def test_tests_before(text: str, known: list[tuple[str, bool]]) -> None:
    ctx = context(text)
    assert [(ctx.text(test), truth) for test, truth in flow.tests_before(ctx, here(ctx))] == known


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("here = 1\nuse(here)", 1),
        ("a = 'x'\nhere = a\nuse(here)", "x"),
        ("here = -1\nuse(here)", -1),
        ("here = 'a' + 'b'\nuse(here)", "ab"),
        ("here = not 0\nuse(here)", True),
        ("here = ['a', 1]\nuse(here)", ["a", 1]),
        ("here = 1\nhere = 2\nuse(here)", 2),
        ("here = 1\nif a: here = 2\nuse(here)", values.UNKNOWN),
        ("here = call()\nuse(here)", values.UNKNOWN),
        ("for here in x: use(here)", values.UNKNOWN),
        ("def f(here): use(here)", values.UNKNOWN),
    ],
)
def test_constant(text: str, value: object) -> None:
    ctx = context(text)
    use = next(c for c in ctx.index.nodes(ast.Call) if ctx.text(c.func) == "use")
    assert values.constant(ctx, use.args[0]) == value
