# ruff: noqa: E501
"""The edit builder: exact texts after each kind of change."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable

import pytest

from flask_ls.project.index import FileIndex
from flask_ls.rules.fixing import EditBuilder
from flask_ls.syntax.edit import apply_edits
from flask_ls.syntax.source import SourceFile


class Editing:
    """A builder over a dedented text with handles on its nodes."""

    def __init__(self, text: str) -> None:
        self.text = textwrap.dedent(text).lstrip("\n")
        source = SourceFile(self.text)
        self.index = FileIndex(source.tree, "app")
        self.edit = EditBuilder("/app.py", source, self.index)

    def first(self, kind: type, segment: str = "") -> ast.AST:
        nodes = self.index.nodes(kind)
        return next(n for n in nodes if segment in (ast.get_source_segment(self.text, n) or ""))

    def statement(self, segment: str) -> ast.stmt:
        found = [n for n in ast.walk(self.index.tree) if isinstance(n, ast.stmt)]
        return next(n for n in reversed(found) if segment in (ast.get_source_segment(self.text, n) or ""))

    @property
    def result(self) -> str:
        assert not self.edit.impossible
        return apply_edits(self.text, self.edit.edits)


def edited(text: str, change: Callable[[Editing], object]) -> str:
    editing = Editing(text)
    change(editing)
    return editing.result


def dedent(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("app.run(debug=True)", "app.run()"),
        ("app.run(debug=True,)", "app.run()"),
        ("app.run('x', debug=True)", "app.run('x')"),
        ("app.run('x', debug=True,)", "app.run('x',)"),
        ("app.run(debug=True, port=1)", "app.run(port=1)"),
        ("app.run('x', debug=(True), port=1)", "app.run('x', port=1)"),
        ("app.run(\n    debug=True,\n)", "app.run()"),
        ("app.run(\n    debug=True,  # why\n    port=1,\n)", "app.run(\n    port=1,\n)"),
        ("app.run(\n    port=1,  # 5000 is taken\n    debug=True,\n)", "app.run(\n    port=1,  # 5000 is taken\n)"),
        ("app.run(\n    port=1,\n    debug=True\n)", "app.run(\n    port=1,\n)"),
        ("app.run(port=1,  # a, b\n        debug=True)", "app.run(port=1,  # a, b\n        )"),
        ("app.run(debug=True,\n        port=1)", "app.run(port=1)"),
        ("app.run(a, debug=True,\n        port=1)", "app.run(a,\n        port=1)"),
        ("(app.run)(f('a,b'), debug=True, **more)", "(app.run)(f('a,b'), **more)"),
    ],
)
def test_remove_argument(before: str, after: str) -> None:
    def change(e: Editing) -> None:
        call = next(c for c in e.index.nodes(ast.Call) if any(k.arg == "debug" for k in c.keywords))
        e.edit.remove_argument(call, "debug")

    assert edited(before, change) == after


def test_remove_several_arguments() -> None:
    def change(e: Editing) -> None:
        call = e.first(ast.Call)
        e.edit.remove_argument(call, "a").remove_argument(call, "b")

    assert edited("f(x, a=1, b=2)", change) == "f(x)"
    assert edited("f(a=1, b=2)", change) == "f()"
    assert edited("f(a=1, x=2, b=3)", change) == "f(x=2)"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f()", "f(a=1)"),
        ("f(x)", "f(x, a=1)"),
        ("f(x,)", "f(x, a=1,)"),
        ("f((x))", "f((x), a=1)"),
        ("f(x for x in y)", "f((x for x in y), a=1)"),
        ("f(\n    x,\n)", "f(\n    x,\n    a=1,\n)"),
        ("f(\n    x\n)", "f(\n    x,\n    a=1\n)"),
        ("f(\n    x,  # c\n)", "f(\n    x,\n    a=1,  # c\n)"),
        ("f(\n    **x\n)", "f(\n    **x,\n    a=1\n)"),
    ],
)
def test_add_argument(before: str, after: str) -> None:
    assert edited(before, lambda e: e.edit.add_argument(e.first(ast.Call), "a=1")) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a = 1\nx = 2\nb = 3\n", "a = 1\nb = 3\n"),
        ("a = 1\nx = 2  # why\n", "a = 1\n"),
        ("a = 1\nx = 2", "a = 1\n"),
        ("a = 1; x = 2; b = 3\n", "a = 1; b = 3\n"),
        ("x = 2; b = 3\n", "b = 3\n"),
        ("a = 1; x = 2\n", "a = 1\n"),
        ("if a:\n    x = 2\n", "if a:\n    pass\n"),
        ("if a: x = 2\n", "if a: pass\n"),
        ("if a:\n    b = 1\nelse:\n    x = 2  # why\n", "if a:\n    b = 1\nelse:\n    pass  # why\n"),
        ("a = 1\n\nx = 2\n\n\ndef f(): ...\n", "a = 1\n\n\ndef f(): ...\n"),
        ("a = 1\n\n\nx = 2\n\nb = 1\n", "a = 1\n\n\nb = 1\n"),
        ("x = 2\n\nb = 1\n", "b = 1\n"),
        ("class C:\n    x = 2\n\n    b = 1\n", "class C:\n    b = 1\n"),
        ("try:\n    x = 2\nfinally:\n    a = 1\n", "try:\n    pass\nfinally:\n    a = 1\n"),
        ("a = 1\r\nx = 2\r\nb = 3\r\n", "a = 1\r\nb = 3\r\n"),
        ("if a:\n\tx = 2\n\tb = 1\n", "if a:\n\tb = 1\n"),
    ],
)
def test_delete_statement(before: str, after: str) -> None:
    assert edited(before, lambda e: e.edit.delete_statement(e.statement("x = 2"))) == after


def test_deleting_all_statements_of_a_block_leaves_pass_once() -> None:
    def change(e: Editing) -> None:
        e.edit.delete_statement(e.statement("x = 2")).delete_statement(e.statement("y = 3"))

    assert edited("if a:\n    x = 2\n    y = 3\nb = 1\n", change) == "if a:\n    pass\nb = 1\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from flask import Flask\nuse()\n", "from flask import Flask, url_for\nuse()\n"),
        ("from flask import Flask, request\nuse()\n", "from flask import Flask, request, url_for\nuse()\n"),
        ("from flask import abort, views\nuse()\n", "from flask import abort, url_for, views\nuse()\n"),
        ("from flask import (\n    Flask,\n    views,\n)\nuse()\n", "from flask import (\n    Flask,\n    url_for,\n    views,\n)\nuse()\n"),
        ("from flask import (\n    Flask,\n    request\n)\nuse()\n", "from flask import (\n    Flask,\n    request,\n    url_for\n)\nuse()\n"),
        ("from flask import (Flask,\n                   request)\nuse()\n", "from flask import (Flask,\n                   request,\n                   url_for)\nuse()\n"),
        ("from flask import Flask, \\\n    request\nuse()\n", "from flask import Flask, \\\n    request, url_for\nuse()\n"),
        ("use()\n", "from flask import url_for\n\nuse()\n"),
        ('"""Doc."""\nuse()\n', '"""Doc."""\n\nfrom flask import url_for\nuse()\n'),
        ("from __future__ import annotations\nuse()\n", "from __future__ import annotations\n\nfrom flask import url_for\nuse()\n"),
        ("import os\nuse()\n", "import os\n\nfrom flask import url_for\nuse()\n"),
        ("import os\n\nimport attr\nfrom zope import x\nuse()\n", "import os\n\nimport attr\nfrom flask import url_for\nfrom zope import x\nuse()\n"),
        ("from flask import *\nuse()\n", "from flask import *\nfrom flask import url_for\nuse()\n"),
        ("from flask import Flask\r\nuse()\r\n", "from flask import Flask, url_for\r\nuse()\r\n"),
    ],
)  # fmt: skip
def test_import_name(before: str, after: str) -> None:
    def change(e: Editing) -> None:
        assert e.edit.import_name("flask", "url_for", at=e.statement("use()")) == "url_for"

    assert edited(before, change) == after


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("from flask import url_for\ndef f():\n    use()\n", "url_for"),
        ("from flask import url_for as u\ndef f():\n    use()\n", "u"),
        ("import flask\ndef f():\n    use()\n", "flask.url_for"),
        ("import flask as f\ndef g():\n    use()\n", "f.url_for"),
        ("def f(url_for):\n    use()\n", "flask_url_for"),
        ("def url_for(): ...\ndef f():\n    use()\n", "flask_url_for"),
        ("try:\n    from flask import url_for\nexcept ImportError:\n    url_for = None\ndef f():\n    use()\n", "flask_url_for"),
        ("from flask import url_for\ndef f():\n    url_for = 1\n    use()\n", "flask_url_for"),
    ],
)  # fmt: skip
def test_import_name_uses_what_is_there_and_avoids_names_taken(text: str, written: str) -> None:
    e = Editing(text)
    assert e.edit.import_name("flask", "url_for", at=e.statement("use()")) == written
    assert not e.edit.impossible


@pytest.mark.parametrize(
    ("used", "written"),
    [
        ("flask.redirect()\nflask.g\nFlask()\n", "flask.url_for"),
        ("flask.redirect()\nFlask()\nFlask()\n", "url_for"),
        ("", "url_for"),
    ],
)
def test_import_name_writes_what_the_file_writes_more_often(used: str, written: str) -> None:
    e = Editing(f"import flask\nfrom flask import Flask\n{used}use()\n")
    assert e.edit.import_name("flask", "url_for", at=e.statement("use()")) == written


def test_an_import_needed_above_itself_is_refused() -> None:
    e = Editing("use()\nfrom flask import Flask\n")
    e.edit.import_name("flask", "url_for", at=e.statement("use()"))
    assert e.edit.impossible


def test_import_module() -> None:
    def change(e: Editing) -> None:
        assert e.edit.import_module("os", at=e.statement("use()")) == "os"

    assert edited("from flask import Flask\nuse()\n", change) == "import os\n\nfrom flask import Flask\nuse()\n"
    assert edited("import json\nimport sys\nuse()\n", change) == "import json\nimport os\nimport sys\nuse()\n"
    assert edited("import os\nuse()\n", change) == "import os\nuse()\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import json\nimport os\njson.dumps(1)\n", "import os\n1\n"),
        ("import json, os\njson.dumps(1)\n", "import os\n1\n"),
        ("import os, json\njson.dumps(1)\n", "import os\n1\n"),
        ("import json\njson.dumps(1)\njson.loads(x)\n", "import json\n1\njson.loads(x)\n"),
        ("import json\n__all__ = ['json']\njson.dumps(1)\n", "import json\n__all__ = ['json']\n1\n"),
        ("import json  # noqa: F401\njson.dumps(1)\n", "import json  # noqa: F401\n1\n"),
        ("def f():\n    import json\n\n    return json.dumps(1)\n", "def f():\n    return 1\n"),
        (
            "def f():\n    import json\n    json.loads(x)\n    return json.dumps(1)\n",
            "def f():\n    import json\n    json.loads(x)\n    return 1\n",
        ),
        ("import json\ndef g(json):\n    json\njson.dumps(1)\n", "def g(json):\n    json\n1\n"),
        ("class A:\n    import json\n    x = json.dumps(1)\n", "class A:\n    import json\n    x = 1\n"),
        (
            "try:\n    import json\nexcept E:\n    pass\njson.dumps(1)\n",
            "try:\n    import json\nexcept E:\n    pass\n1\n",
        ),
    ],
)
def test_remove_unused_import(before: str, after: str) -> None:
    def change(e: Editing) -> None:
        e.edit.replace(e.first(ast.Call, "json.dumps"), "1").remove_unused_import("json")

    assert edited(before, change) == after


def test_names_of_one_import_come_and_go_together() -> None:
    def change(e: Editing) -> None:
        call = e.first(ast.Call, "Response(")
        e.edit.replace(call, f"{e.edit.import_name('flask', 'jsonify', at=call)}(x)")
        e.edit.remove_unused_import("Response")

    assert (
        edited("from flask import Response\ndef f():\n    return Response(x)\n", change)
        == "from flask import jsonify\ndef f():\n    return jsonify(x)\n"
    )
    assert (
        edited("from flask import Flask, Response\ndef f():\n    return Response(x)\n", change)
        == "from flask import Flask, jsonify\ndef f():\n    return jsonify(x)\n"
    )
    assert (
        edited("from flask import (\n    Flask,\n    Response,  # c\n)\ndef f():\n    return Response(x)\n", change)
        == "from flask import (\n    Flask,\n    jsonify,  # c\n)\ndef f():\n    return jsonify(x)\n"
    )


def test_wrap_in_with_keeps_strings_and_tabs() -> None:
    before = 'def f():\n\ta = 1\n\n\tb = """\nx\n\t"""\n\tc = 1\n'
    after = 'def f():\n\twith x:\n\t\ta = 1\n\n\t\tb = """\nx\n\t"""\n\tc = 1\n'

    def change(e: Editing) -> None:
        body = e.index.nodes(ast.FunctionDef)[0].body
        e.edit.wrap_in_with(body[:2], "with x:")

    assert edited(before, change) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("while x:\n\tuse()", "while x:\n\twith x:\n\t\tuse()"),
        ("if x:\n    pass\nwhile x:\n\tuse()\n", "if x:\n    pass\nwhile x:\n\twith x:\n\t    use()\n"),
        ("try:\n  use()\nfinally:\n  x\n", "try:\n  with x:\n    use()\nfinally:\n  x\n"),
    ],
)
def test_wrap_in_with_goes_in_as_far_as_the_block_can(before: str, after: str) -> None:
    assert edited(before, lambda e: e.edit.wrap_in_with([e.statement("use()")], "with x:")) == after


def test_a_statement_that_ends_in_a_semicolon_fills_its_line() -> None:
    text = "x = 1;\ny = 2;  # why\n"
    assert edited(text, lambda e: e.edit.delete_statement(e.statement("y = 2"))) == "x = 1;\n"
    assert edited(text, lambda e: e.edit.insert_line_after(e.statement("y = 2"), "z")) == text + "z\n"
    wrapped = edited(text, lambda e: e.edit.wrap_in_with([e.statement("y = 2")], "with z:"))
    assert wrapped == "x = 1;\nwith z:\n    y = 2;  # why\n"


def test_a_statement_moves_with_its_comment() -> None:
    text = "if a:\n    f(\n        1,\n    )  # why\nb = 2\n"

    def move(e: Editing) -> None:
        statement = e.statement("f(")
        e.edit.insert_line_after(e.statement("b = 2"), e.edit.from_margin(statement)).delete_statement(statement)

    assert edited(text, move) == "if a:\n    pass  # why\nb = 2\nf(\n    1,\n)  # why\n"


def test_lines_below_a_definition_stand_apart_from_it() -> None:
    text = "def f():\n    pass\n\n\nb = 1\n"
    expected = "def f():\n    pass\n\n\nf()\n\n\nb = 1\n"
    assert edited(text, lambda e: e.edit.insert_line_after(e.statement("def f"), "f()")) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a = 1\nx = 2\nb = 3\n", "a = 1\n\n\nx = 2\n\n\nb = 3\n"),
        ("a = 1\n\nx = 2\n\n\n\nb = 3\n", "a = 1\n\n\nx = 2\n\n\n\nb = 3\n"),
        ("a = 1\n# of x\nx = 2\n", "a = 1\n\n\n# of x\nx = 2\n"),
        ('a = """\n# text"""\nx = 2\n', 'a = """\n# text"""\n\n\nx = 2\n'),
        ("x = 2\nb = 3\n", "x = 2\n\n\nb = 3\n"),
        ("if a:\n    # of x\n    x = 2\n", "if a:\n    # of x\n    x = 2\n"),
        ("a = 1\r\nx = 2\r\n", "a = 1\r\n\r\n\r\nx = 2\r\n"),
    ],
)
def test_set_apart(before: str, after: str) -> None:
    assert edited(before, lambda e: e.edit.set_apart(e.statement("x = 2"), 2)) == after


def test_lines_before_and_after_and_decorators() -> None:
    def change(e: Editing) -> None:
        function = e.index.nodes(ast.FunctionDef)[0]
        e.edit.insert_line_before(function, "above()")
        e.edit.insert_line_after(e.statement("b = 1"), "if b:\n    c()")
        e.edit.add_decorator(function, "inner")

    before = "if x:\n  @outer\n  def f():\n    b = 1  # c\n    return b"
    after = "if x:\n  above()\n  @outer\n  @inner\n  def f():\n    b = 1  # c\n    if b:\n      c()\n    return b"
    assert edited(before, change) == after


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_that_quote_the_file_keep_its_line_ends(newline: str) -> None:
    text = "def f():\n    pass\n\n\nx = g(\n    1\n)\n".replace("\n", newline)
    source = SourceFile(text)
    edit = EditBuilder("/app.py", source)
    function, assignment = source.tree.body
    edit.insert_line_before(function.body[0], source.segment(assignment))
    wanted = "def f():\n    x = g(\n        1\n    )\n    pass\n\n\nx = g(\n    1\n)\n"
    assert apply_edits(text, edit.edits) == wanted.replace("\n", newline)


def test_rename_follows_scopes() -> None:
    before = "from main import app\napp.x\ndef f():\n    return app.y\ndef g(app):\n    return app.z\n"
    after = "from main import app\ncurrent_app.x\ndef f():\n    return current_app.y\ndef g(app):\n    return app.z\n"
    assert edited(before, lambda e: e.edit.rename("app", e.index.root, "current_app")) == after


def test_the_brackets_around_a_lone_generator_are_those_of_the_call() -> None:
    def wrap(e: Editing) -> None:
        e.edit.before(e.first(ast.GeneratorExp), "list(").after(e.first(ast.GeneratorExp), ")")

    assert edited("f(x for x in y)\n", wrap) == "f(list(x for x in y))\n"
    assert edited("f((x for x in y), 1)\n", wrap) == "f(list((x for x in y)), 1)\n"
    assert edited("f((x for x in y))\n", wrap) == "f(list((x for x in y)))\n"
    assert edited("f(x for x in y)\n", lambda e: e.edit.replace(e.first(ast.GeneratorExp), "z")) == "f(z)\n"


def test_quotes_follow_the_file() -> None:
    assert Editing("a = 'x'").edit.quoted("b") == "'b'"
    assert Editing('a = "x"').edit.quoted("b") == '"b"'
    assert Editing('a = "x"').edit.quoted('say "b"') == "'say \"b\"'"
    assert Editing('a = "x"').edit.quoted("a\\b") == '"a\\\\b"'
    e = Editing("a = f'x'")
    assert e.edit.quoted("b", like=e.first(ast.JoinedStr)) == "'b'"


def test_what_does_not_parse_or_overlaps_is_refused() -> None:
    e = Editing("f(x)\n")
    assert e.edit.replace(e.first(ast.Call), "f(").impossible
    e = Editing("f(x)\n")
    e.edit.replace(e.first(ast.Call), "g()")
    assert e.edit.replace(e.first(ast.Name, "x"), "y").impossible
    assert Editing("f(\n").edit.impossible


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import os\n\nx = os.sep\n", ""),
        ("import os\n\nx = os.sep\ny = os\n", "import os\n\ny = os\n"),
        ("import shop\n\nx = shop.y\n", "import shop\n"),
        ("from flask import Flask, g\n\nx = g.y\n", "from flask import Flask\n"),
    ],
)
def test_a_statement_takes_imports_along_that_do_nothing_else(before: str, after: str) -> None:
    assert edited(before, lambda e: e.edit.delete_statement(e.statement("x ="))) == after


def test_a_new_import_takes_the_place_of_the_only_one_whatever_its_kind() -> None:
    text = "import json\n\ntry:\n    from flask import Flask\nexcept E:\n    pass\nx = json.dumps(1)\n"

    def change(e: Editing) -> None:
        name = e.edit.import_name("flask", "jsonify", at=e.statement("x ="))
        e.edit.replace(e.first(ast.Attribute), name).remove_unused_import("json")

    assert edited(text, change) == text.replace("import json", "from flask import jsonify").replace(
        "json.dumps", "jsonify"
    )


def test_a_new_import_takes_the_place_of_one_that_goes() -> None:
    def change(e: Editing) -> None:
        statement = e.index.nodes(ast.ImportFrom)[0]
        e.edit.rename("app", e.index.root, e.edit.import_name("flask", "current_app", at=e.first(ast.Name)))
        e.edit.remove_import(statement, statement.names[0])

    before = "from main import app  # the app\n\n\ndef f():\n    return app.x\n"
    assert (
        edited(before, change) == "from flask import current_app  # the app\n\n\ndef f():\n    return current_app.x\n"
    )
    before = "from main import app, db\n\n\ndef f():\n    return app.x\n"
    after = "from flask import current_app\nfrom main import db\n\n\ndef f():\n    return current_app.x\n"
    assert edited(before, change) == after
