"""Trees of text that does not parse."""

from __future__ import annotations

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import HALF_TYPED, programs

from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span
from flask_ls.syntax.statement import PLACEHOLDER


def recovered(text: str) -> str:
    """What is left of a broken text, as the interpreter would write it."""
    source = SourceFile(text)
    assert source.is_broken
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name) and node.id != PLACEHOLDER:
            assert source.segment(node) == node.id
    return ast.unparse(source.tree).replace(PLACEHOLDER, "~")


def statements(source: SourceFile) -> dict[tuple[str, int], ast.stmt]:
    return {(type(n).__name__, source.span(n).start): n for n in ast.walk(source.tree) if isinstance(n, ast.stmt)}


@given(st.data(), programs(), st.sampled_from(HALF_TYPED))
def test_a_line_being_typed_leaves_all_other_statements_where_they_are(
    data: st.DataObject, text: str, typed: str
) -> None:
    before = SourceFile(text)
    places = {}
    for node in ast.walk(before.tree):
        if isinstance(node, ast.stmt):
            start = min(before.span(n).start for n in (node, *getattr(node, "decorator_list", ())))
            line = before.line_starts[before.position(start)[0]]
            if not text[line:start].strip(" \t@") and not text.startswith("elif", start):
                places[line] = text[line:start].rstrip("@")
    line = data.draw(st.sampled_from([*sorted(places), len(text)]))
    added = places.get(line, "") + typed + before.newline
    if line == len(text) and not text.endswith(("\n", "\r")):
        added = before.newline + added
    after = SourceFile(text[:line] + added + text[line:])
    found = statements(after)
    for (kind, start), node in statements(before).items():
        moved = start + (len(added) if start >= line else 0)
        assert (kind, moved) in found, after.text
        end = before.span(node).end
        if not hasattr(node, "body"):
            assert after.span(found[kind, moved]).end == end + (moved - start), after.text


@given(programs(), st.sampled_from(HALF_TYPED))
def test_functions_above_and_below_keep_their_place(text: str, typed: str) -> None:
    above = "def above():\n    return 1\n\n"
    below = "\n@app.route('/')\ndef below():\n    return 2\n"
    middle = text.replace("\r\n", "\n").replace("\r", "\n") + "\n" + typed
    source = SourceFile(above + middle + below)
    found = {n.name: n for n in source.tree.body if isinstance(n, ast.FunctionDef)}
    assert source.segment(found["above"]) == "def above():\n    return 1"
    assert source.segment(found["below"]) == "def below():\n    return 2"


BELOW = """

@app.route("/x")
def below():
    return 1
"""


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("foo(a, ", "foo(a)"),
        ("foo(a, b=", "foo(a, b=~)"),
        ("foo(a, , b)", "foo(a, ~, b)"),
        ("foo(x., b)", "foo(x, b)"),
        ("foo(a))", "foo(a)"),
        ("foo(a]", "foo(a)"),
        ("foo('abc", "foo('abc')"),
        ("x.", "x"),
        ("x = current_app.", "x = current_app"),
        ("x = ", "x = ~"),
        ("x: ", "x: ~"),
        ("x = 1 +", "x = 1 + ~"),
        ("x = [1, 2,\n  3", "x = [1, 2, 3]"),
        ("x = {'a': f(1,", "x = {'a': f(1)}"),
        ("x = '''abc", "x = 'abc'"),
        ("return foo(bar(1, [2, {3:", "return foo(bar(1, [2, {3: ~}]))"),
        ("def f(", "def f():\n    pass"),
        ("def f(a, b", "def f(a, b):\n    pass"),
        ("def f(a):", "def f(a):\n    pass"),
        ("def", "def ~():\n    pass"),
        ("async def f(", "async def f():\n    pass"),
        ("class A(B", "class A(B):\n    pass"),
        ("class None:\n    a", "class ~:\n    a"),
        ("if x", "if x:\n    pass"),
        ("if x:", "if x:\n    pass"),
        ("while True\n    foo()", "while True:\n    foo()"),
        ("for x in", "for x in ~:\n    pass"),
        ("with open(x) as", "with open(x) as ~:\n    pass"),
        ("@", "@~"),
        ("@app.route(", "@app.route()"),
        ("from flask import ", "from flask import ~"),
        ("from flask import (a, b", "from flask import a, b"),
        ("from fl", "pass"),
        ("lambda", "pass"),
        ("$ ?", "~"),
    ],
)
def test_what_was_typed_says_as_much_as_it_can(typed: str, expected: str) -> None:
    *typed_statements, below = ast.parse(recovered(typed + BELOW).replace("~", PLACEHOLDER)).body
    assert isinstance(below, ast.FunctionDef)
    if expected.startswith("@"):
        assert "@" + ast.unparse(below.decorator_list.pop(0)).replace(PLACEHOLDER, "~") == expected
    else:
        assert "\n".join(map(ast.unparse, typed_statements)).replace(PLACEHOLDER, "~") == expected
    assert ast.unparse(below) == BELOW.strip().replace('"', "'")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # brackets
        ("def f():\n    foo(a,\n        b\n    y = 2\n    z", "def f():\n    foo(a, b)\n    y = 2\n    z"),
        ("class A:\n    x = foo(\n    def f(self): a\n    y", "class A:\n    x = foo()\n    def f(self): a\n    y"),
        ("if foo(a:\n    bar()\n    baz()\nother()", "if foo(a):\n    bar()\n    baz()\nother()"),
        ("def f(a, b\n    x = 1\n    return x", "def f(a, b):\n    x = 1\n    return x"),
        ("def f(\n    a,\n    b: int=,\n    c=1,\n):\n    body()", "def f(a, b: int=~, c=1):\n    body()"),
        ("x = [\n1,\n2,\n]\nfoo(", "x = [1, 2]\nfoo()"),
        ("a = foo(  # why\nb = 1", "a = foo()\nb = 1"),
        # strings
        ('def f():\n  """A\n  x = 1\ndef g():\n  """B"""', 'def f():\n  """A"""\n  x = 1\ndef g():\n  """B"""'),
        ("x = '''a\ny = 1\nz = '''b'''", "x = 'a'\ny = 1\nz = 'b'"),
        # blocks
        ("def f():\n\ndef g():\n    x", "def f():\n    pass\n\ndef g():\n    x"),
        ("x = 1\n    y = 2\n  z = 3", "x = 1\ny = 2\nz = 3"),
        ("def f():\n        a\n      b\n    c", "def f():\n    a\n    b\n    c"),
        ("def f():\n    a\nb.\n    c\n", "def f():\n    a\n    b\n    c"),
        ("if x:\n        y\n\tz\n", "if x:\n    y\n    z"),
        ("if a: return\n    foo()\nelse:\n    bar()", "if a:\n    foo()\nelse:\n    bar()"),
        # clauses
        ("try:\n    foo()\nx = 1", "if 1:\n    foo()\nx = 1"),
        ("try:\n    foo()\nexcept \nx", "try:\n    foo()\nexcept:\n    pass\nx"),
        ("try:\n  a\nif x:\nexcept B:\n  b\nexcept C:\n  c", "if 1:\n  a\nif x:\n  pass\nif 1:\n  b\nif 1:\n  c"),
        ("else:\n    foo()", "if 1:\n    foo()"),
        ("elif x:\n    foo()", "if x:\n    foo()"),
        ("match x:\n  case 1:\n    foo(\n  case 2:\n    b", "match x:\n  case 1:\n    foo()\n  case 2:\n    b"),
        ("match x:\n    foo()", "if x:\n    foo()"),
        ("match x:\n  case 1:\n    a\n  b", "match x:\n  case 1:\n    a\n  case 0:\n    pass"),
        ("case 1:\n    a", "if 1:\n    a"),
        # decorators
        ("@app.route('/')\n@\ndef f(): pass", "@app.route('/')\n@~\ndef f():\n    pass"),
        ("@app.route('/')\nx = 1", "app.route('/')\nx = 1"),
        ("@app.route('/')\n    def f(): pass", "@app.route('/')\ndef f():\n    pass"),
        # others
        ("x = 1 \\\ndef f(): pass", "x = 1\n\ndef f():\n    pass"),
        ("x = 1\n\\", "x = 1\n~"),
        ("a = 1; b = ; c = 3", "a = 1\nb = ~\nc = 3"),
        ("def f(a):\n    x.\n    return x\n$", "def f(a):\n    x\n    return x\n~"),
    ],
)  # fmt: skip
def test_blocks_survive(text: str, expected: str) -> None:
    assert recovered(text) == ast.unparse(ast.parse(expected.replace("~", "tilde"))).replace("tilde", "~")


def test_the_first_problem_is_in_the_words_of_the_interpreter() -> None:
    source = SourceFile("x = 1\nfoo(a, \n\ny = [\n")
    with pytest.raises(SyntaxError) as raised:
        ast.parse(source.text)
    assert raised.value.msg in [problem.message for problem in source.problems]
    assert [source.position(problem.span.start)[0] for problem in source.problems] == [1, 3]


def test_a_missing_body_is_one_problem_and_no_guess() -> None:
    source = SourceFile("def f():\n\nx = 1\n")
    assert len(source.problems) == 1
    assert source.broken_spans == ()


def test_what_lies_in_a_changed_line_is_a_guess() -> None:
    text = "x = 1\nfoo(a,\n    b\ny = 2\nbar(\n"
    source = SourceFile(text)
    assert [text[slice(*span)] for span in source.broken_spans] == ["foo(a,\n    b", "bar("]
    guesses = [source.is_guess(source.span(statement)) for statement in source.tree.body]
    assert guesses == [False, True, False, True]
    assert source.is_guess(Span(text.index("b\n"), text.index("b\n") + 1))
    assert not SourceFile("x = 1\n").is_guess(Span(0, 5))


def test_positions_behind_a_change_on_the_same_line() -> None:
    source = SourceFile("é = foo(ü, , 'ä', b)\n")
    call = next(node for node in ast.walk(source.tree) if isinstance(node, ast.Call))
    assert [source.segment(argument) for argument in call.args] == ["ü", "", "'ä'", "b"]
    assert source.segment(call) == "foo(ü, , 'ä', b)"


def test_line_ends_in_text_that_is_given_up() -> None:
    source = SourceFile("from a\r\nx = (1\r$ ?\r\r\n$\ny = 2")
    assert source.segment(source.tree.body[-1]) == "y = 2"


HOSTILE = {
    "parentheses": "(" * 10_000,
    "closed parentheses": "(" * 10_000 + ")" * 10_000,
    "minus": "-" * 100_000 + "1",
    "attributes": "a" + ".a" * 50_000,
    "sum": "1" + "+1" * 50_000,
    "not": "not " * 50_000,
    "lambda": "lambda: " * 50_000,
    "subscripts": "x" + "[0]" * 50_000,
    "dicts": '{"a":' * 3_000,
    "elif": "if x: pass\n" + "elif x: pass\n" * 5_000,
    "nested blocks": "".join(" " * i + "if x:\n" for i in range(300)),
    "ninety-nine blocks": "".join(" " * i + "if x:\n" for i in range(99)) + " " * 99 + "x.\n",
    "fields": "f'{" * 20_000,
    "triple fields": "f'''{(" * 20_000,
    "backslashes": "\\\n" * 900,
    "decorators": "@\n" * 900,
    "open lines": "foo(\n" * 900,
    "open headers": "def f(\n" * 900,
    "semicolons": ";" * 100_000,
    "quotes": '"' * 100_001,
    "triple quotes": "'''x\n" * 3,
    "surrogates": "\ud800" * 100_000,
    "signatures": "\ufeff" * 10_000,
    "prose": "It's a (quick) brown fox.\n" * 900,
    "one statement": "x = [" + "1, " * 200_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_gives_a_tree(text: str) -> None:
    source = SourceFile(text + "\n\n\ndef below():\n    return 1\n")
    assert source.comments == ()
    assert "below" in [node.name for node in source.tree.body if isinstance(node, ast.FunctionDef)]


def test_text_that_is_no_program_is_given_up() -> None:
    source = SourceFile("It's a (quick) brown fox.\n" * 5_000)
    assert source.is_broken
    assert source.broken_spans[-1].end == len(source.text) - 1


def test_a_large_file_with_one_broken_line_keeps_everything_else() -> None:
    function = textwrap.dedent('''
        @app.route("/{n}")
        def view_{n}(name):
            """Doc # {n}"""
            rows = [
                current_app.config["KEY"],
            ]
            return render_template("page.html", rows=rows)  # é
    ''')
    parts = [function.replace("{n}", str(n)) for n in range(30_000)]
    parts.insert(12_000, "\nfoo(a, \n")
    source = SourceFile("".join(parts))
    assert len(source.text) > 5_000_000
    functions = [node for node in source.tree.body if isinstance(node, ast.FunctionDef)]
    assert [node.name for node in functions] == [f"view_{n}" for n in range(30_000)]
    assert source.segment(functions[-1]).startswith("def view_29999(name):")
    assert len(source.broken_spans) == 1
