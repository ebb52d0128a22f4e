"""Parsing where the interpreter itself gets into trouble."""

from __future__ import annotations

import ast

import pytest

from flask_ls.syntax.parse import parse, parse_module


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
