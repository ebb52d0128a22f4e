"""Parsing where the interpreter itself gets into trouble."""

from __future__ import annotations

import ast

import pytest

from flask_ls.syntax.parse import parse, parse_module
from flask_ls.syntax.source import SourceFile


def failing(times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    real, left = ast.parse, [times]

    def parse_or_fail(*arguments: object, **options: object) -> object:
        if left[0]:
            left[0] -= 1
            raise SystemError("AST constructor recursion depth mismatch (before=120, after=450)")
        return real(*arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(ast, "parse", parse_or_fail)


def test_another_thread_that_parses_meanwhile_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(3, monkeypatch)
    assert ast.dump(parse_module("a = 1")) == ast.dump(ast.parse("a = 1"))


def test_an_interpreter_that_never_succeeds_gives_a_syntax_error(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(100, monkeypatch)
    assert isinstance(parse("a = 1"), SyntaxError)


@pytest.mark.parametrize(
    "text",
    [
        "def first[T](items: list[T]) -> T: ...",
        "class Box[T: (int, list[str]), *Ts, **P](Base):\n    async def get[U](self, x: U = a[0]): ...",
        "type Pair[T] = tuple[T, T]\ntype = 1\ntype(x) == y",
        "class Plain[T]:\n    x = 1",
    ],
)
def test_type_parameters_on_any_python(text: str) -> None:
    tree = parse(text)
    assert isinstance(tree, ast.Module)
    assert not SourceFile(text).is_broken
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            line = text.splitlines()[node.lineno - 1]
            assert line[node.col_offset :].startswith(node.arg)


def test_what_only_looks_like_type_parameters_stays_wrong() -> None:
    assert isinstance(parse("def first[T](items\nx = ["), SyntaxError)
    assert isinstance(parse("def [T](): ..."), SyntaxError)
