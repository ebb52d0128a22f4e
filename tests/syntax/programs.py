"""Generated Python programs, valid and broken."""

from __future__ import annotations

import ast

from hypothesis import strategies as st

SIMPLE = (
    "x = 1",
    "pass",
    "foo(a, b)",
    "x.y.z = [1, 2, 3]",
    "name = 'é' + \"𝄞\"  # ü",
    "call(first,\n     second=2,  # why\n\n     third={'a': 1})",
    '"""A string\n  of several lines # no comment\n\n"""',
    "text = '''don't'''",
    "rows = [\n1,\n2,\n]",
    "total = one + \\\n    two",
    "a = 1; b = 2; c(d)",
    "print(f'{x.y} {z!r:>{w}}')",
    "import os.path as p, sys",
    "from a.b import (\n    c,\n    d as e,\n)",
    "assert x, 'naïve'",
    "lambda q: q",
    "del x[0]",
    "# only a comment",
    "",
    "raw = r'\\d'",
    "wide = '漢字', call(ключ)",
)
_HEADERS = (
    ("if x:", "elif y:", "else:"),
    ("if call(a,\n        b):",),
    ("for i in x:", "else:"),
    ("while x:",),
    ("with a as b:",),
    ("try:", "except E as e:", "finally:"),
    ("try:", "except (A, B):", "else:"),
    ("def f(a, *, b=1):",),
    ("async def g(\n    a,\n    b: int = 2,\n) -> None:",),
    ("@app.route('/é')\n@cached\ndef view():",),
    ("class A(B):",),
)
HALF_TYPED = (
    "foo(a, ",
    "foo(bar(b, [c",
    "x.",
    "x.y.z(a.",
    "x = ",
    "x: ",
    "return foo(",
    "return x +",
    "'abc",
    "foo('abc, d)",
    "if x",
    "if foo(x",
    "if x:",
    "while",
    "def f(",
    "def f(a, b",
    "def f(a):",
    "async def f",
    "class A(",
    "class",
    "with open(x) as",
    "for i in",
    "try:",
    "@",
    "@app.route(",
    "[",
    "{'a': 1, 'b':",
    ")",
    "foo(a))",
    "foo(a]",
    "import ",
    "from x import ",
    "from x import (a, b",
    "lambda",
    "x = = 2",
    "$ ?",
    "print 'x'",
    "f'{x",
    "0x",
    "else",
)


@st.composite
def programs(draw: st.DrawFn, newlines: tuple[str, ...] = ("\n", "\r\n", "\r")) -> str:
    """A program that parses. Blocks, comments, strings of several lines, any line ending and indentation."""
    unit = draw(st.sampled_from(("    ", "  ", "\t")))
    lines = _block(draw, unit, "", 0)
    text = "\n".join(lines) + draw(st.sampled_from(("", "\n", "\n\n")))
    ast.parse(text)
    return text.replace("\n", draw(st.sampled_from(newlines)))


def _block(draw: st.DrawFn, unit: str, indent: str, depth: int) -> list[str]:
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 4 - depth))):
        if depth < 3 and draw(st.booleans()):
            for header in draw(st.sampled_from(_HEADERS)):
                lines += [indent + line for line in header.split("\n")]
                lines += _block(draw, unit, indent + unit, depth + 1)
        else:
            lines += _indented(draw(st.sampled_from(SIMPLE)), indent)
    if depth and not any(line.strip() and not line.strip().startswith("#") for line in lines):
        lines.append(indent + "pass")
    return lines


def _indented(statement: str, indent: str) -> list[str]:
    first, *rest = statement.split("\n")
    return [indent + first if first else "", *rest]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A program with some characters taken out, doubled or put in."""
    text = draw(programs())
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        piece = draw(st.sampled_from(_PIECES))
        text = text[:start] + piece + text[draw(st.sampled_from((start, end))) :]
    return text


_PIECES = (
    *HALF_TYPED,
    *("", "(", ")", "]", "}", "{", '"', "'", '"""', "'''", "\\", "\n", "\r", "\r\n", "\t", " ", "    ", ":", ";", ","),
    *(
        "#",
        "@",
        "=",
        ".",
        "\f",
        "\0",
        "\ud800",
        "\udfff",
        "\ufeff",
        "\u2028",
        "\x1c",
        "\x85",
        "é",
        "𝄞",
        "case x:",
        "match x:",
    ),
    *("else:", "elif x:", "except:", "finally:", "match x:\n case 1:\n", "\\\n", "f'{x", "f'''{", "lambda:", "async "),
)

soups = st.lists(st.sampled_from((*_PIECES, *SIMPLE, "\n", "\n    ", "\n        ", "x")), max_size=30).map("".join)
"""Text that was never a program."""
