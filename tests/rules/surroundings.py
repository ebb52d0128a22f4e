"""The same program written in odd ways: each function takes the text of a Python file and gives another spelling."""

from __future__ import annotations

import ast
import io
import itertools
import re
import tokenize
from collections.abc import Callable, Iterator

COMPOUND = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.If,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.With,
    ast.AsyncWith,
    ast.Try,
    ast.Match,
)
# Characters that are one, two and four bytes, and one or two UTF-16 units.
ODD = "a\N{LATIN SMALL LETTER U WITH DIAERESIS}\N{CJK UNIFIED IDEOGRAPH-65E5}\N{GRINNING FACE}"


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except SyntaxError:
        return None


def _offsets(text: str) -> list[int]:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _start(text: str, node: ast.stmt) -> int:
    line = _offsets(text)[node.lineno - 1]
    return line + len(text[line:].encode()[: node.col_offset].decode())


def _end(text: str, node: ast.stmt) -> int:
    line = _offsets(text)[(node.end_lineno or node.lineno) - 1]
    return line + len(text[line:].encode()[: node.end_col_offset].decode())


def _inserted(text: str, inserts: list[tuple[int, str]]) -> str:
    for offset, new in sorted(inserts, reverse=True):
        text = text[:offset] + new + text[offset:]
    return text


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Every statement but docstrings and imports from the future, which must come first."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            for number, statement in enumerate(block if isinstance(block, list) else ()):
                is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
                is_future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
                if not (number == 0 and is_text) and not is_future:
                    yield statement


def _simple(text: str) -> list[ast.stmt]:
    """The simple statements that begin a line."""
    tree = _parsed(text)
    found = [s for s in _statements(tree) if not isinstance(s, COMPOUND)] if tree is not None else []
    lines = text.split("\n")
    return [s for s in found if not lines[s.lineno - 1].encode()[: s.col_offset].strip()]


def crlf(text: str) -> str:
    """Line ends of Windows."""
    return text.replace("\n", "\r\n")


def carriage_returns(text: str) -> str:
    """Line ends of old Macs."""
    return text.replace("\n", "\r")


def tabs(text: str) -> str:
    """A tab for each level."""
    return re.sub(r"^(?: {4})+", lambda m: "\t" * (len(m[0]) // 4), text, flags=re.M)


def two_spaces(text: str) -> str:
    """Two spaces for each level."""
    return re.sub(r"^(?: {4})+", lambda m: "  " * (len(m[0]) // 4), text, flags=re.M)


def docstring_and_future(text: str) -> str:
    """What may only come first."""
    tree = _parsed(text)
    if tree is None or ast.get_docstring(tree) is not None or "__future__" in text:
        return text
    return f'"""What {ODD} is."""\n\nfrom __future__ import annotations\n\n' + text


def form_feeds(text: str) -> str:
    """A new page before each statement of the module."""
    tree = _parsed(text)
    if tree is None:
        return text
    offsets = _offsets(text)
    rows = {min([s.lineno, *(d.lineno for d in getattr(s, "decorator_list", ()))]) for s in tree.body[1:]}
    return _inserted(text, [(offsets[row - 1], "\f\n") for row in rows])


def after_semicolons(text: str) -> str:
    """Something odd before each simple statement, on its line."""
    return _inserted(text, [(_start(text, s), f'odd = "{ODD}"; ') for s in _simple(text)])


def before_semicolons(text: str) -> str:
    """Something odd after each simple statement, on its line."""
    return _inserted(text, [(_end(text, s), f'; odd = "{ODD}"') for s in _simple(text)])


def last_semicolons(text: str) -> str:
    """A semicolon at the end of each simple statement, as in other languages."""
    ends = (_end(text, s) for s in _simple(text))
    return _inserted(text, [(end, ";") for end in ends if text[end : end + 1] in ("", "\n")])


def one_line_blocks(text: str) -> str:
    """``if x: y`` wherever it can be."""
    for statement in sorted(_simple(text), key=lambda s: s.lineno, reverse=True):
        start = _start(text, statement)
        before = text[:start].rstrip()
        tree = _parsed(text[: len(before)] + " " + text[start:])
        if before.endswith(":") and tree is not None and statement.lineno == statement.end_lineno:
            text = before + " " + text[start:]
    return text


def comments(text: str) -> str:
    """A comment above each statement and one behind it."""
    lines = text.split("\n")
    inserts = []
    for s in _simple(text):
        start, end = _start(text, s), _end(text, s)
        line = text.rfind("\n", 0, start) + 1
        inserts.append((line, f"{text[line:start]}# above {ODD}\n"))
        if not lines[(s.end_lineno or s.lineno) - 1].encode()[s.end_col_offset :].strip():
            inserts.append((end, f"  # behind {ODD}"))
    return _inserted(text, inserts)


def spread_brackets(text: str) -> str:
    """Every bracket over several lines, with comments."""
    inserts: list[tuple[int, str]] = []
    offsets = _offsets(text)
    in_text = 0
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return text
    for token, following in itertools.pairwise(tokens):
        kind = tokenize.tok_name[token.type]
        in_text += {"FSTRING_START": 1, "FSTRING_END": -1}.get(kind, 0)
        if not in_text and token.type == tokenize.OP and token.string in "([{" and following.string not in ")]}":
            inserts.append((offsets[token.end[0] - 1] + token.end[1], f"  # {ODD}\n            "))
    return _inserted(text, inserts)


def continued_lines(text: str) -> str:
    """Assignments and returns over two lines, joined by a backslash."""
    inserts = []
    for s in _simple(text):
        if isinstance(s, (ast.Assign, ast.Return)) and s.value is not None:
            line = _offsets(text)[s.value.lineno - 1]
            start = line + len(text[line:].encode()[: s.value.col_offset].decode())
            if text[start - 1 : start] == " ":
                inserts.append((start, "\\\n                "))
    return _inserted(text, inserts)


def no_last_newline(text: str) -> str:
    """A file that ends in the middle of a line."""
    return text.rstrip("\n")


def in_a_condition(text: str) -> str:
    """All of it one level in."""
    tree = _parsed(text)
    if tree is None or "__future__" in text or '"""' in text or "'''" in text or "import *" in text:
        return text
    return "if __debug__:\n" + re.sub(r"^(?=.)", "    ", text, flags=re.M) if text.strip() else text


def annotated(text: str) -> str:
    """A type for each variable, as far as it may have one."""
    tree = _parsed(text)
    if tree is None:
        return text
    nodes = list(ast.walk(tree))
    elsewhere = {name for n in nodes if isinstance(n, (ast.Global, ast.Nonlocal)) for name in n.names}
    of_classes = {id(statement) for n in nodes if isinstance(n, ast.ClassDef) for statement in n.body}
    offsets = _offsets(text)
    inserts = []
    for node in nodes:
        if not isinstance(node, ast.Assign) or id(node) in of_classes or len(node.targets) != 1:
            continue
        target, value = node.targets[0], node.value
        if not isinstance(target, ast.Name) or target.id in elsewhere:
            continue
        called = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
        kind = called if called.rpartition(".")[2][:1].isupper() else "object"
        line = offsets[target.lineno - 1]
        inserts.append((line + len(text[line:].encode()[: target.end_col_offset].decode()), f": {kind}"))
    return _inserted(text, inserts)


def _flask_imports(text: str) -> list[ast.ImportFrom]:
    tree = _parsed(text)
    return [
        s for s in (tree.body if tree else ()) if isinstance(s, ast.ImportFrom) and s.module == "flask" and not s.level
    ]


def tried_imports(text: str) -> str:
    """Flask imported where it may fail."""
    for s in reversed(_flask_imports(text)):
        start, end = _start(text, s), _end(text, s)
        text = f"{text[:start]}try:\n    {text[start:end]}\nexcept ImportError:\n    raise{text[end:]}"
    return text


def star_import(text: str) -> str:
    """``from flask import *``."""
    for s in reversed(_flask_imports(text)):
        if not any(a.asname for a in s.names):
            text = f"{text[: _start(text, s)]}from flask import *{text[_end(text, s) :]}"
    return text


def aliased_names(text: str) -> str:
    """``from flask import request as request_``: no name is the one in the documentation."""
    imports = _flask_imports(text)
    names = {a.name for s in imports for a in s.names if a.asname is None}
    text = _renamed(text, {n: f"{n}_" for n in names}, imports)
    for s in reversed(_flask_imports(text)):
        written = ", ".join(f"{a.name} as {a.asname or f'{a.name}_'}" for a in s.names)
        text = f"{text[: _start(text, s)]}from flask import {written}{text[_end(text, s) :]}"
    return text


def aliased_module(text: str) -> str:
    """``import flask as fl``, and everything by it."""
    imports = _flask_imports(text)
    names = {a.asname or a.name: a.name for s in imports for a in s.names}
    if not names:
        return text
    text = _renamed(text, {local: f"fl.{name}" for local, name in names.items()}, imports)
    for s in reversed(_flask_imports(text)):
        text = f"{text[: _start(text, s)]}import flask as fl{text[_end(text, s) :]}"
    return text


def _renamed(text: str, names: dict[str, str], imports: list[ast.ImportFrom]) -> str:
    tree = _parsed(text)
    if tree is None:
        return text
    offsets = _offsets(text)
    bound = {a.arg for a in ast.walk(tree) if isinstance(a, ast.arg)}
    bound |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    in_text = [n for n in ast.walk(tree) if isinstance(n, ast.JoinedStr)]
    if bound & set(names) or any(isinstance(n, ast.Name) and n.id in names for j in in_text for n in ast.walk(j)):
        return text
    uses = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in names]
    for name in sorted(uses, key=lambda n: (n.lineno, n.col_offset), reverse=True):
        line = offsets[name.lineno - 1]
        start = line + len(text[line:].encode()[: name.col_offset].decode())
        text = text[:start] + names[name.id] + text[start + len(name.id) :]
    return text


def combined(*ways: Callable[[str], str]) -> Callable[[str], str]:
    """One after the other."""

    def way(text: str) -> str:
        for one in ways:
            text = one(text)
        return text

    return way


WAYS: dict[str, Callable[[str], str]] = {
    "crlf": crlf,
    "cr": carriage_returns,
    "tabs": tabs,
    "two spaces": two_spaces,
    "future": docstring_and_future,
    "form feeds": form_feeds,
    "after semicolons": after_semicolons,
    "before semicolons": before_semicolons,
    "last semicolons": last_semicolons,
    "one line": one_line_blocks,
    "comments": comments,
    "brackets": spread_brackets,
    "backslashes": continued_lines,
    "no newline": no_last_newline,
    "condition": in_a_condition,
    "annotated": annotated,
    "tried": tried_imports,
    "star": star_import,
    "aliased names": aliased_names,
    "aliased module": aliased_module,
    "module, one line, crlf": combined(aliased_module, one_line_blocks, crlf),
    "semicolons, tabs, no newline": combined(after_semicolons, tabs, no_last_newline),
    "comments, brackets, crlf": combined(comments, spread_brackets, crlf),
}
