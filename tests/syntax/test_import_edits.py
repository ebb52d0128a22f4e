"""Import statements put in, and names put in and taken out."""

from __future__ import annotations

import ast

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flask_ls.syntax.edit import apply_edits
from flask_ls.syntax.imports import (
    ImportNode,
    NewImport,
    dropping_names,
    inserting_names,
    inserting_statements,
    joined,
    leading_imports,
)
from flask_ls.syntax.source import SourceFile

STATEMENTS = (
    "import os\n",
    "import sys, json as j, a.b  # x\n",
    "import os; import sys\n",
    "from flask import g\n",
    "from flask import Flask, g, request\n",
    "from flask import request, g, Flask\n",
    "from flask import (Flask)\n",
    "from flask import (Flask, g,)  # noqa\n",
    "from flask import(A,B,C)\n",
    "from flask import (\n    Flask,\n    g,\n)\n",
    "from flask import (\n    Flask,\n    g\n)\n",
    "from flask import (\n    Flask,\n    g)\n",
    "from flask import (Flask,\n                   g)\n",
    "from flask import (\n    # web\n    Flask,  # the app\n    # ctx\n    g,  # g\n    # end\n)\n",
    "from flask import (  # x\n    A, B,\n    C,  # c\n    D\n    )\n",
    "from flask import (# x\n A, # a\n B # b\n , # b2\n C # c\n )\n",
    "from flask import (\n    A\n    , B\n    , C # c\n)\n",
    "from flask import Flask, \\\n    g, \\\n    request\n",
    "from flask import\\\n  Flask\n",
    "from flask import (\n    A,  # a, b\n    B  # b, c\n)\n",
    "from flask import *\n",
    "from . import models\n",
    "from .x import y\n",
    "from sqlalchemy import a\n",
    "import zlib\n",
    "\n",
    "# third party\n",
    "from flask import Flask; app = Flask(__name__)\n",
    "import os; text = '''a\n  b'''\n",
    "__all__ = ['x']\n",
    "try:\n    import x\nexcept ImportError:\n    x = None\n",
    "\fimport os\n",
)
headers = st.tuples(
    st.sampled_from(("", "#!/usr/bin/env python\n", "# coding: utf-8\n", "# License\n# text\n\n", "\n", "\ufeff")),
    st.sampled_from(("", '"""Doc."""\n', '"""Doc\nof lines\n"""\n\n', "'''doc'''  # c\n", '"""a"""; x = 1\n')),
    st.sampled_from(
        ("", "", "from __future__ import annotations\n", "from __future__ import (\n    annotations,\n)\n")
    ),
    st.lists(st.sampled_from(STATEMENTS), max_size=4).map("".join),
    st.sampled_from(
        ("", "x = 1\n", "# about f\ndef f(): pass\n", "\n\n@dec\ndef f(): pass\n", "# comment", "class A: x")
    ),
    st.sampled_from(("\n", "\n", "\r\n", "\r")),
).map(lambda parts: "".join(parts[:-1]).replace("\n", parts[-1]))


def bindings(tree: ast.AST) -> list[str]:
    """Every name imported anywhere."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    return sorted(f"{ast.unparse(node).partition('import ')[0]}{ast.unparse(a)}" for node in nodes for a in node.names)


def is_valid(text: str) -> bool:
    try:
        compile(text.removeprefix("\ufeff"), "x", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def check(source: SourceFile, after: str, expected: list[str]) -> None:
    assert is_valid(after)
    tree = SourceFile(after).tree
    assert bindings(tree) == sorted(expected)
    assert ast.get_docstring(tree, clean=False) == ast.get_docstring(source.tree, clean=False)
    others = [ast.dump(s) for s in tree.body if not isinstance(s, (ast.Import, ast.ImportFrom))]
    assert others == [ast.dump(s) for s in source.tree.body if not isinstance(s, (ast.Import, ast.ImportFrom))]
    for start in ("#!", "# coding", "# License", "\ufeff"):
        assert after.startswith(start) or not source.text.startswith(start)
    if source.newline != "\n":
        assert "\n" not in after.replace("\r\n", "")


def import_statements(source: SourceFile) -> list[ImportNode]:
    return [s for s in source.tree.body if isinstance(s, (ast.Import, ast.ImportFrom))]


@given(st.data(), headers)
def test_names_are_added_anywhere(data: st.DataObject, text: str) -> None:
    assume(is_valid(text))
    source = SourceFile(text)
    froms = [s for s in import_statements(source) if isinstance(s, ast.ImportFrom) and s.names[0].name != "*"]
    assume(froms)
    statement = data.draw(st.sampled_from(froms))
    assume(statement.module != "__future__")
    names = data.draw(
        st.lists(st.sampled_from(("url_for", "abort as stop", "Bp", "KEY", "Zed")), min_size=1, unique=True)
    )
    after = apply_edits(text, inserting_names(source, statement, names))
    prefix = "." * statement.level + (statement.module or "")
    check(source, after, [*bindings(source.tree), *(f"from {prefix} {name}" for name in names)])
    assert [c.text for c in SourceFile(after).comments] == [c.text for c in source.comments]


@given(st.data(), headers)
def test_names_are_dropped_anywhere(data: st.DataObject, text: str) -> None:
    assume(is_valid(text))
    source = SourceFile(text)
    statements = [s for s in import_statements(source) if len(s.names) > 1]
    assume(statements)
    statement = data.draw(st.sampled_from(statements))
    aliases = data.draw(st.lists(st.sampled_from(statement.names), min_size=1, max_size=len(statement.names) - 1))
    after = apply_edits(text, dropping_names(source, statement, aliases))
    expected = bindings(source.tree)
    for alias in {id(alias): alias for alias in aliases}.values():
        expected.remove(f"{ast.unparse(statement).partition('import ')[0]}{ast.unparse(alias)}")
    check(source, after, expected)


@given(
    headers,
    st.lists(
        st.sampled_from(
            (
                NewImport("flask", "from flask import url_for"),
                NewImport("os", "import os"),
                NewImport("re", "import re as r"),
                NewImport(".models", "from .models import M"),
                NewImport("zzz", "import zzz"),
                NewImport("aaa", "from aaa import b"),
            )
        ),
        min_size=1,
        unique=True,
    ),
)
def test_statements_are_added_anywhere(text: str, new: list[NewImport]) -> None:
    assume(is_valid(text))
    source = SourceFile(text)
    after = apply_edits(text, inserting_statements(source, source.tree, new))
    added = bindings(ast.parse("\n".join(statement.text for statement in new)))
    check(source, after, [*bindings(source.tree), *added])
    assert [c.text for c in SourceFile(after).comments] == [c.text for c in source.comments]


def with_names(text: str, *names: str) -> str:
    source = SourceFile(text)
    statement = source.tree.body[0]
    assert isinstance(statement, ast.ImportFrom)
    return apply_edits(text, inserting_names(source, statement, names))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from x import a", "from x import a, f"),
        ("from x import a, z  # c", "from x import a, f, z  # c"),
        ("from x import z, a", "from x import z, a, f"),
        ("from x import G, a", "from x import G, a, f"),
        ("from x import a, F, g", "from x import a, F, f, g"),
        ("from x import (a, z)", "from x import (a, f, z)"),
        ("from x import (a,)", "from x import (a, f,)"),
        ("from x import a, \\\n    z", "from x import a, \\\n    f, z"),
        ("from x import (\n    a,\n    z,\n)", "from x import (\n    a,\n    f,\n    z,\n)"),
        ("from x import (\n    z,\n)", "from x import (\n    f,\n    z,\n)"),
        ("from x import (  # why\n    z,\n)", "from x import (  # why\n    f,\n    z,\n)"),
        ("from x import (\n    a  # a\n)", "from x import (\n    a,  # a\n    f\n)"),
        (
            "from x import (\n    a,  # a\n    # z\n    z,\n)",
            "from x import (\n    a,  # a\n    f,\n    # z\n    z,\n)",
        ),
        ("from x import (a,\n               z)", "from x import (a,\n               f,\n               z)"),
        ("from x import (a,\n               b)", "from x import (a,\n               b,\n               f)"),
        ("from x import (g,\n               z)", "from x import (f,\n               g,\n               z)"),
        ("from x import (\n    a, b,\n    y, z,\n)", "from x import (\n    a, b, f,\n    y, z,\n)"),
    ],
)
def test_a_name_is_written_like_those_that_are_there(before: str, after: str) -> None:
    assert with_names(before + "\n", "f") == after + "\n"
    assert with_names((before + "\n").replace("\n", "\r\n"), "f") == (after + "\n").replace("\n", "\r\n")


def test_several_names_are_sorted_among_the_others() -> None:
    assert (
        with_names("from x import C, b, y\n", "z", "a", "KEY", "c as d") == "from x import KEY, C, a, b, c as d, y, z\n"
    )
    assert with_names("from x import z, a\n", "c", "b") == "from x import z, a, c, b\n"
    assert joined(["b", "A", "KEY"]) == "KEY, A, b"


def without(text: str, *names: str) -> str:
    source = SourceFile(text)
    statement = source.tree.body[0]
    assert isinstance(statement, (ast.Import, ast.ImportFrom))
    aliases = [alias for alias in statement.names if alias.name in names]
    return apply_edits(text, dropping_names(source, statement, aliases))


@pytest.mark.parametrize(
    ("before", "names", "after"),
    [
        ("import a, b, c", "a", "import b, c"),
        ("import a, b, c", "bc", "import a"),
        ("from x import (a, b,)  # c", "b", "from x import (a,)  # c"),
        ("from x import a, \\\n    b, c", "a", "from x import b, c"),
        ("from x import a, \\\n    b", "b", "from x import a"),
        ("from x import (\n  a,  # a\n  # b\n  b,  # b\n  c,\n)", "b", "from x import (\n  a,  # a\n  # b\n  c,\n)"),
        ("from x import (\n    a,  # a\n    b,  # b\n    c  # c\n)", "bc", "from x import (\n    a,  # a\n)"),
        ("from x import (\n    a,  # a\n    b)", "b", "from x import (\n    a,  # a\n    )"),
        ("from x import (a,  # a\n    b)", "a", "from x import (  # a\n    b)"),
    ],
)  # fmt: skip
def test_a_name_goes_with_its_comment_and_line(before: str, names: str, after: str) -> None:
    assert without(before + "\n", *names) == after + "\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "from flask import g\n"),
        ("# License", "# License\nfrom flask import g\n"),
        ("#!/bin/sh\n\nx\n", "#!/bin/sh\n\nfrom flask import g\n\nx\n"),
        ("#!/bin/sh\nx\n", "#!/bin/sh\nfrom flask import g\n\nx\n"),
        ("\n# about x\nx\n", "\nfrom flask import g\n\n# about x\nx\n"),
        ("@dec\ndef f(): pass\n", "from flask import g\n\n\n@dec\ndef f(): pass\n"),
        ('"""Doc."""', '"""Doc."""\n\nfrom flask import g'),
        ('"""Doc."""; import os\n', '"""Doc."""; import os\n\nfrom flask import g\n'),
        ('"""Doc."""; from . import a\n', '"""Doc."""; from . import a\nfrom flask import g\n'),
        ("import os; t = '''\n'''; b\nc\n", "import os; t = '''\n'''; b\n\nfrom flask import g\nc\n"),
        ("import attr\nimport zope\n", "import attr\nimport zope\nfrom flask import g\n"),
        ("from attr import a\nfrom zope import z\n", "from attr import a\nfrom flask import g\nfrom zope import z\n"),
        ("import os\n\nfrom . import a\n", "import os\n\nfrom flask import g\n\nfrom . import a\n"),
        ("from . import a\n", "from flask import g\n\nfrom . import a\n"),
        ("from __future__ import annotations\nx\n", "from __future__ import annotations\n\nfrom flask import g\nx\n"),
        ("import os\nx = 1\nimport flask_login\n", "import os\n\nfrom flask import g\nx = 1\nimport flask_login\n"),
        ("\ufeffx\n", "\ufefffrom flask import g\n\nx\n"),
    ],
)
def test_where_a_statement_is_added(before: str, after: str) -> None:
    source = SourceFile(before)
    edits = inserting_statements(source, source.tree, [NewImport("flask", "from flask import g")])
    assert apply_edits(before, edits) == after


def test_statements_added_at_one_place_are_sorted_and_grouped() -> None:
    source = SourceFile("x = 1\n")
    new = [NewImport("flask", "from flask import g"), NewImport("os", "import os"), NewImport("attr", "import attr")]
    after = apply_edits(source.text, inserting_statements(source, source.tree, new))
    assert after == "import os\n\nimport attr\nfrom flask import g\n\nx = 1\n"


def test_leading_imports_end_at_the_first_other_statement_below_them() -> None:
    tree = ast.parse(
        "'''doc'''\nfrom __future__ import a\n__version__ = 1\nimport b\nfrom c import d\nx = 1\nimport e\n"
    )
    assert [ast.unparse(s) for s in leading_imports(tree)] == [
        *("from __future__ import a", "import b", "from c import d")
    ]
