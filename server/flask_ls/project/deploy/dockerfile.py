"""Dockerfiles: instructions, their variables and commands (Dockerfile reference: ENV, ARG, CMD, ENTRYPOINT, RUN)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask_ls.project.deploy.commands import joined
from flask_ls.project.deploy.document import Command, Role, Variable, Word
from flask_ls.project.deploy.json_words import json_words
from flask_ls.project.deploy.shell import Simple, Text, parse_shell
from flask_ls.project.deploy.text_formats import commands_of
from flask_ls.syntax.span import Span

_INSTRUCTION = re.compile(r"^[ \t]*(?P<name>[A-Za-z]+)(?P<gap>[ \t]+|(?=\\\r?\n))", re.MULTILINE)
_ROLES: dict[str, Role] = {"CMD": "run", "ENTRYPOINT": "run", "RUN": "build", "HEALTHCHECK": "test"}
_HEREDOC = re.compile(r"<<-?\s*['\"]?(?P<name>[A-Za-z_]\w*)['\"]?")
_FLAG = re.compile(r"(?:--[a-z][a-z-]*(?:=\S*)?[ \t]+)+")


def dockerfile_contents(text: str) -> tuple[list[Variable], list[Command]]:
    """The variables (ENV, ARG) and commands of a Dockerfile. ``owner`` is the build stage's name.

    Of the commands that containers run, only those count that the last stage has in the end: its own last CMD and
    ENTRYPOINT, or those of the stage that it is built from.
    """
    variables: list[Variable] = []
    commands: list[Command] = []
    # The effective ENTRYPOINT and CMD of each stage, by its name; stages without a name share "".
    started: dict[str, _Start] = {}
    stage = ""
    for name, start, whole, body in _instructions(text):
        if name == "ONBUILD":
            continue
        if name == "FROM":
            words = body.text.split()
            stage = words[2] if len(words) > 2 and words[1].upper() == "AS" else ""
            base = started.get(words[0]) if words else None
            started[stage] = base if base is not None else _Start()
        elif name in ("ENV", "ARG"):
            variables.extend(_variables(body, Span(start, whole.end), stage, is_arg=name == "ARG"))
        elif name in _ROLES:
            found = list(_commands(name, body, stage))
            before = started.get(stage, _Start())
            if name == "ENTRYPOINT":
                started[stage] = _Start(tuple(found))  # it takes the CMD of a base away
            elif name == "CMD":
                started[stage] = replace(before, command=tuple(found))
            else:
                commands.extend(found)
    commands.extend(started.get(stage, _Start()).commands())
    return variables, sorted(commands, key=lambda c: c.span)


@dataclass(frozen=True)
class _Start:
    """What a container of a stage starts."""

    entrypoint: tuple[Command, ...] = ()
    command: tuple[Command, ...] = ()

    def commands(self) -> Iterator[Command]:
        yield from self.entrypoint
        for command in self.command:
            yield joined(self.entrypoint[0], command) if self.entrypoint else command


def _instructions(text: str) -> Iterator[tuple[str, int, Span, Text]]:
    """Name, start, whole span (with the line end) and body of each instruction; continuation lines joined."""
    position = 0
    while match := _INSTRUCTION.search(text, position):
        characters: list[str] = []
        places: list[int] = []
        line_start, end = match.end(), match.end()
        while True:
            line_end = text.find("\n", line_start)
            end = len(text) if line_end < 0 else line_end
            line = text[line_start:end].rstrip("\r")
            is_comment = line_start != match.end() and line.lstrip().startswith("#")
            continues = line.rstrip().endswith("\\") or is_comment or (line_start != match.end() and not line.strip())
            content = "" if is_comment else line.rstrip()[:-1] if line.rstrip().endswith("\\") else line
            characters.append(content)
            places.extend(range(line_start, line_start + len(content)))
            if not continues or line_end < 0:
                break
            characters.append(" ")
            places.append(line_start + len(content))
            line_start = line_end + 1
        places.append(end)
        after = min(end + 1, len(text))
        body = Text("".join(characters), places)
        heredoc = _HEREDOC.search(body.text) if match["name"].upper() in ("RUN", "COPY") else None
        if heredoc:
            closing = re.compile(rf"^\t*{re.escape(heredoc['name'])}[ \t]*\r?$", re.MULTILINE).search(text, after)
            after = min(closing.end() + 1, len(text)) if closing else after
        yield match["name"].upper(), match.start("name"), Span(match.start(), after), body
        position = after


def _variables(body: Text, line: Span, stage: str, *, is_arg: bool) -> Iterator[Variable]:
    simples = list(parse_shell(body))
    assigned = [v for s in simples[:1] for v in s.variables]
    if not assigned and not is_arg:
        yield from _old_style(body, line, stage)
        return
    for variable in assigned:
        alone = len(assigned) == 1 and _has_no_words(simples)
        yield Variable(
            name=variable.name,
            value=variable.value,
            span=variable.span,
            name_span=variable.name_span,
            value_span=variable.value_span,
            removal=line if alone else variable.removal,
            expands=variable.expands,
            owner=stage,
        )


def _has_no_words(simples: list[Simple]) -> bool:
    return all(not s.words for s in simples)


def _old_style(body: Text, line: Span, stage: str) -> Iterator[Variable]:
    """``ENV NAME value with spaces``: one variable, everything after the first space is its value."""
    match = re.match(r"\s*(?P<name>[A-Za-z_]\w*)[ \t]+(?P<value>.*\S)", body.text, re.DOTALL)
    if match is None:
        return
    yield Variable(
        name=match["name"],
        value=match["value"],
        span=body.span(match.start("name"), match.end("value")),
        name_span=body.span(*match.span("name")),
        value_span=body.span(*match.span("value")),
        removal=line,
        expands="$" in match["value"],
        owner=stage,
    )


def _commands(name: str, body: Text, stage: str) -> Iterator[Command]:
    text = body
    if name == "HEALTHCHECK" or body.text.lstrip().startswith("--"):
        flags = _FLAG.match(body.text.lstrip())
        skip = len(body.text) - len(body.text.lstrip()) + (flags.end() if flags else 0)
        text = body.without(skip)
    if name == "HEALTHCHECK":
        skip = 4 if text.text.upper().startswith("CMD ") else 0
        text = text.without(skip)
    words: tuple[Word, ...] | None = json_words(text)
    if words is not None:
        if words:
            span = Span(words[0].span.start, words[-1].span.end)
            yield Command(words, span, _ROLES[name], stage)
        return
    yield from commands_of(text, _ROLES[name], stage)
