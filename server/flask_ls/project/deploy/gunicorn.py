"""gunicorn's configuration file, a Python file: its settings and ``raw_env``."""

from __future__ import annotations

import ast

from flask_ls.project.deploy.document import Variable
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span


def gunicorn_contents(text: str) -> tuple[list[Variable], list[Variable]]:
    """Environment variables (``raw_env``, ``os.environ[...] = ...`` is ordinary code), string and number settings."""
    source = SourceFile(text)
    variables: list[Variable] = []
    settings: list[Variable] = []
    for statement in source.tree.body:
        if not (isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)):
            continue
        name, value = statement.targets[0].id, statement.value
        if name == "raw_env" and isinstance(value, (ast.List, ast.Tuple)):
            variables.extend(v for item in value.elts if (v := _variable(source, item)) is not None)
        elif isinstance(value, ast.Constant) and isinstance(value.value, (str, int)):
            spans = source.span(statement), source.span(statement.targets[0]), source.span(value)
            settings.append(Variable(name, str(value.value), *spans))
    return variables, settings


def _variable(source: SourceFile, item: ast.expr) -> Variable | None:
    if not (isinstance(item, ast.Constant) and isinstance(item.value, str) and "=" in item.value):
        return None
    name, _, value = item.value.partition("=")
    span = source.span(item)
    written = source.text[span.start : span.end]
    if written[1:-1] != item.value:
        return Variable(name, value, span, span)
    start = span.start + 1
    split = start + len(name)
    return Variable(name, value, span, Span(start, split), Span(split + 1, span.end - 1))
