"""Configuration files: the Python text of ``from_pyfile``; JSON, TOML, YAML and INI that code loads for Flask."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

from flask_ls.project import toml
from flask_ls.project.deploy.document import Variable
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span

_ENTRY = re.compile(
    r"""^[ \t]*[{]?[ \t]*(?P<quote>["']?)(?P<key>[A-Z][A-Z0-9_]*)(?P=quote)[ \t]*[:=][ \t]*
        (?P<value>"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[^\s\#,}"'][^\#,}\n]*?)[ \t]*[,}]?[ \t]*(?:\#.*)?$""",
    re.MULTILINE | re.VERBOSE,
)

_OPTION = re.compile(
    r"""^[ \t]*(?:\[(?P<section>[^\]\n]+)\]|(?P<key>[A-Za-z_]\w*)[ \t]*[=:][ \t]*(?P<value>\S[^\n]*?)[ \t]*$)""",
    re.MULTILINE,
)


def settings_contents(path: str, text: str) -> list[Variable]:
    """The keys at the top of a configuration file whose values are literals.

    ``value`` is the text of a string, and any other literal as written; ``value_span`` has the quotes in it.
    """
    ending = path.rpartition(".")[2].lower()
    if ending == "json":
        return list(_entries(text, _top_of(json.loads, text)))
    if ending == "toml":
        return list(_entries(text, _top_of(toml.loads, text)))
    if ending in ("yml", "yaml"):
        return [v for v in _entries(text, None) if text[: v.span.start].rpartition("\n")[2] == ""]
    return list(_of_sections(text) if ending == "ini" else _assignments(text))


def _top_of(load: Any, text: str) -> dict[str, Any]:
    try:
        document = load(text)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _entries(text: str, top: dict[str, Any] | None) -> Iterator[Variable]:
    for match in _ENTRY.finditer(text):
        name, written = match["key"], match["value"]
        value = written[1:-1] if written[0] in "\"'" else written
        if top is not None and str(top.get(name)).lower() != value.lower():
            continue
        start = match.start("key") - len(match["quote"])
        yield Variable(
            name=name,
            value=value,
            span=Span(start, match.end("value")),
            name_span=Span(*match.span("key")),
            value_span=Span(*match.span("value")),
            expands=bool(re.search(r"\$\{|\{\{|<|%\(|^!", value)),
        )


def _of_sections(text: str) -> Iterator[Variable]:
    """The options of an INI file; ``owner`` is the section, names are lower case as ``configparser`` makes them."""
    section = ""
    for match in _OPTION.finditer(text):
        if match["section"] is not None:
            section = match["section"]
            continue
        yield Variable(
            name=match["key"].lower(),
            value=match["value"],
            span=Span(match.start("key"), match.end("value")),
            name_span=Span(*match.span("key")),
            value_span=Span(*match.span("value")),
            expands="%(" in match["value"] or "${" in match["value"],
            owner=section,
        )


def _assignments(text: str) -> Iterator[Variable]:
    source = SourceFile(text)
    for statement in source.tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            value = statement.value.value
            shown = value.decode("latin-1") if isinstance(value, bytes) else str(value)
            for target in statement.targets:
                if isinstance(target, ast.Name) and target.id.isupper():
                    spans = source.span(statement), source.span(target), source.span(statement.value)
                    yield Variable(target.id, shown, *spans)
