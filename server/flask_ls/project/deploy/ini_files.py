"""Section files: systemd units, supervisor, uWSGI and the TOML of fly.io and Railway."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask_ls.project.deploy.document import Command, Role, Variable
from flask_ls.project.deploy.json_words import json_words
from flask_ls.project.deploy.shell import Text, parse_shell
from flask_ls.project.deploy.text_formats import commands_of
from flask_ls.syntax.span import Span

_SECTION = re.compile(r"\s*\[+(?P<name>[^\]]*)\]+\s*")
_ENTRY = re.compile(r"[ \t]*(?P<key>[A-Za-z_][\w.-]*|\"[^\"]*\")[ \t]*[=:][ \t]*")
_UNIT_COMMANDS: dict[str, Role] = {
    "ExecStart": "run",
    "ExecStartPre": "setup",
    "ExecStartPost": "setup",
    "ExecReload": "setup",
}
_PAIR = re.compile(r"""(?P<name>[A-Za-z_]\w*)=(?P<value>"[^"]*"|'[^']*'|[^,\s]*)""")
_TOML_COMMANDS: dict[str, Role] = {
    "release_command": "release",
    "startCommand": "run",
    "buildCommand": "build",
    "cmd": "run",
    "app": "run",
    "web": "run",
    "worker": "run",
}


@dataclass(frozen=True, slots=True)
class _Entry:
    section: str
    key: str
    key_span: Span
    value: Text
    line: Span


def systemd_contents(text: str) -> tuple[list[Variable], list[Command]]:
    """``Environment=`` and ``Exec...=`` of a unit (systemd.exec(5), systemd.service(5))."""
    variables: list[Variable] = []
    commands: list[Command] = []
    for entry in _entries(text, continued=True):
        if entry.key == "Environment":
            variables.extend(_assignments(entry))
        elif entry.key in _UNIT_COMMANDS:
            skip = len(entry.value.text) - len(entry.value.text.lstrip("-@:+!"))
            value = entry.value.without(skip)
            commands.extend(commands_of(value, _UNIT_COMMANDS[entry.key], ""))
    return variables, commands


def supervisor_contents(text: str) -> tuple[list[Variable], list[Command]]:
    """``command=`` and ``environment=A="b",C="d"`` of supervisor's programs."""
    variables: list[Variable] = []
    commands: list[Command] = []
    for entry in _entries(text):
        if entry.key == "environment":
            for match in _PAIR.finditer(entry.value.text):
                raw = match["value"]
                variables.append(
                    Variable(
                        name=match["name"],
                        value=raw.strip("'\""),
                        span=entry.value.span(*match.span()),
                        name_span=entry.value.span(*match.span("name")),
                        value_span=entry.value.span(*match.span("value")),
                        expands="%(" in raw,
                        owner=entry.section.partition(":")[2],
                    )
                )
        elif entry.key == "command":
            commands.extend(commands_of(entry.value, "run", entry.section.partition(":")[2]))
    return variables, commands


def uwsgi_contents(text: str) -> tuple[list[Variable], list[Variable]]:
    """Environment variables (``env = A=b``) and the settings of a uWSGI file."""
    variables: list[Variable] = []
    settings: list[Variable] = []
    for entry in _entries(text):
        if entry.key == "env":
            variables.extend(_assignments(entry))
        else:
            whole = entry.value.span(0, len(entry.value.text))
            settings.append(
                Variable(
                    entry.key,
                    entry.value.text,
                    Span(entry.key_span.start, whole.end),
                    entry.key_span,
                    whole,
                    entry.line,
                    "$(" in entry.value.text or "%" in entry.value.text,
                )
            )
    return variables, settings


def toml_contents(text: str) -> tuple[list[Variable], list[Command]]:
    """``[env]`` tables and commands of fly.toml and railway.toml."""
    variables: list[Variable] = []
    commands: list[Command] = []
    for entry in _entries(text):
        value = _unquoted(entry.value)
        if entry.section.rpartition(".")[2] == "env":
            whole = entry.value.span(0, len(entry.value.text))
            variables.append(
                Variable(
                    entry.key,
                    value.text,
                    Span(entry.key_span.start, whole.end),
                    entry.key_span,
                    whole,
                    entry.line,
                    owner=entry.section,
                )
            )
        elif entry.key in _TOML_COMMANDS and (entry.section or entry.key != "app"):
            words = json_words(entry.value)
            role = _TOML_COMMANDS[entry.key]
            if words:
                span = Span(words[0].span.start, words[-1].span.end)
                commands.append(Command(words, span, role, entry.section))
            elif words is None:
                commands.extend(commands_of(value, role, entry.section))
    return variables, commands


def _unquoted(value: Text) -> Text:
    text = value.text
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return Text(text[1:-1], value.places[1:-1])
    return value


def _assignments(entry: _Entry) -> Iterator[Variable]:
    simples = list(parse_shell(entry.value))
    # `Environment="A=b c"` quotes the whole assignment, which a shell would take for a word.
    words = [w for s in simples for w in s.words if "=" in w.text]
    found = [v for s in simples for v in s.variables]
    alone = len(found) + len(words) == 1
    for variable in found:
        yield Variable(
            variable.name,
            variable.value,
            variable.span,
            variable.name_span,
            variable.value_span,
            entry.line if alone else variable.removal,
            variable.expands,
        )
    for word in words:
        name, _, value = word.text.partition("=")
        inner = word.inner
        yield Variable(
            name,
            value,
            word.span,
            Span(inner.start, inner.start + len(name)) if inner else word.span,
            Span(inner.start + len(name) + 1, inner.end) if inner else None,
            entry.line if alone else None,
            word.expands,
        )


def _entries(text: str, *, continued: bool = False) -> Iterator[_Entry]:
    section = ""
    position = 0
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        line = text[position:end].rstrip("\r")
        start, position = position, min(end + 1, len(text)) if end < len(text) else len(text)
        if not line.strip() or line.lstrip()[0] in "#;":
            continue
        header = _SECTION.fullmatch(line)
        if header:
            section = header["name"].strip()
            continue
        match = _ENTRY.match(line)
        if match is None:
            continue
        characters = [line[match.end() :]]
        places = list(range(start + match.end(), start + len(line)))
        while continued and characters[-1].endswith("\\") and position < len(text):
            characters[-1] = characters[-1][:-1] + " "
            end = text.find("\n", position)
            end = len(text) if end < 0 else end
            following = text[position:end].rstrip("\r")
            characters.append(following)
            places.extend(range(position, position + len(following)))
            position = min(end + 1, len(text))
        joined = "".join(characters).rstrip()
        last = places[len(joined) - 1] + 1 if joined else start + match.end()
        value = Text(joined, [*places[: len(joined)], last])
        key_span = Span(start + match.start("key"), start + match.end("key"))
        yield _Entry(section, match["key"].strip('"'), key_span, value, Span(start, position))
