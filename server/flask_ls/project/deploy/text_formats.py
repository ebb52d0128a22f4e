"""Line formats: .env files, Procfiles, shell scripts and makefiles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from flask_ls.project.deploy.document import Command, Role, Variable
from flask_ls.project.deploy.shell import Simple, Text, parse_shell
from flask_ls.syntax.lines import line_starts
from flask_ls.syntax.span import Span

# python-dotenv's grammar (`dotenv.parser`): an optional `export`, a key (may be quoted), `=`, a quoted value that may
# span lines or an unquoted one that a ` #` ends.
_DOTENV = re.compile(
    r"""[ \t]*(?P<export>export[ \t]+)?
        (?:'(?P<quoted_key>[^'\n]+)'|(?P<key>[^\s=\#'"]+))[ \t]*
        (?:=[ \t]*(?P<value>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^\r\n]*?(?=[ \t]+\#|[ \t]*(?:\r|\n|$))))?
        (?P<comment>[ \t]*\#[^\r\n]*)?[ \t]*(?=\r|\n|$)""",
    re.VERBOSE,
)
_PROCESS = re.compile(r"^(?P<name>[A-Za-z0-9_-]+):[ \t]*(?P<command>[^\r\n]*)", re.MULTILINE)
_RECIPE = re.compile(r"^\t[@+-]*[ \t]*", re.MULTILINE)
_MAKE_VARIABLE = re.compile(
    r"^[ \t]*(?P<export>export[ \t]+)(?P<name>[A-Za-z_][A-Za-z0-9_]*)[ \t]*[:?+]?=[ \t]*"
    r"(?P<value>[^\r\n#]*?)[ \t]*(?=\r|\n|$|#)",
    re.MULTILINE,
)
_ROLES: dict[str, Role] = {"release": "release", "build": "build", "test": "test", "postdeploy": "release"}


def dotenv_variables(text: str) -> Iterator[Variable]:
    """The variables of a ``.env`` file, as python-dotenv reads it; lines it cannot read are left out."""
    position = 0
    while position < len(text):
        match = _DOTENV.match(text, position)
        end = _line_end(text, match.end() if match else position)
        if match is not None and (match["key"] or match["quoted_key"]):
            group = "quoted_key" if match["quoted_key"] else "key"
            name_span = Span(*match.span(group))
            raw = match["value"]
            value_span = Span(*match.span("value")) if raw is not None else None
            stop = value_span.end if value_span else name_span.end
            yield Variable(
                name=match[group],
                value=_dotenv_value(raw),
                span=Span(match.start("export") if match["export"] else match.start(group), stop),
                name_span=name_span,
                value_span=value_span,
                removal=Span(position, end),
                expands=raw is not None and not raw.startswith("'") and "${" in raw,
            )
        position = max(end, position + 1)


def _dotenv_value(raw: str | None) -> str | None:
    if raw is None:
        return None
    if raw[:1] == "'" and raw[-1:] == "'" and len(raw) > 1:
        return re.sub(r"\\([\\'])", r"\1", raw[1:-1])
    if raw[:1] == '"' and raw[-1:] == '"' and len(raw) > 1:
        return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t", "r": "\r"}.get(m[1], m[1]), raw[1:-1])
    return raw


def procfile_commands(text: str) -> Iterator[Command]:
    """The processes of a Procfile: one command for each program that a process starts."""
    for match in _PROCESS.finditer(text):
        role = _ROLES.get(match["name"], "run")
        yield from commands_of(Text.at(match["command"], match.start("command")), role, match["name"])


def shell_contents(text: str) -> tuple[list[Variable], list[Command]]:
    """Exported and assigned variables and the commands of a shell script."""
    variables: list[Variable] = []
    commands: list[Command] = []
    for simple in parse_shell(Text.at(text, 0)):
        if simple.words:
            commands.append(_command(simple, "run", ""))
        else:
            variables.extend(_whole_line(text, v, simple) for v in simple.variables)
    return variables, commands


def makefile_contents(text: str) -> tuple[list[Variable], list[Command]]:
    """Exported variables and the commands of the recipes of a makefile."""
    variables = [
        Variable(
            name=m["name"],
            value=m["value"],
            span=Span(m.start("export"), m.end("value")),
            name_span=Span(*m.span("name")),
            value_span=Span(*m.span("value")),
            removal=Span(m.start(), _line_end(text, m.end())),
            expands="$" in m["value"],
        )
        for m in _MAKE_VARIABLE.finditer(text)
    ]
    commands: list[Command] = []
    for match in _RECIPE.finditer(text):
        end = match.end()
        while True:
            end = _line_end(text, end)
            if not text[:end].rstrip("\r\n").endswith("\\") or end >= len(text):
                break
        line = text[match.end() : end].rstrip("\r\n")
        commands.extend(commands_of(Text.at(line, match.end()), "run", ""))
    return variables, commands


def commands_of(text: Text, role: Role, owner: str) -> Iterator[Command]:
    """The commands of a piece of shell text; assignments on their own count for the commands after them."""
    before: tuple[Variable, ...] = ()
    for simple in parse_shell(text):
        if simple.words:
            command = _command(simple, role, owner)
            yield replace(command, variables=(*before, *command.variables))
        else:
            before = (*before, *simple.variables)


def _command(simple: Simple, role: Role, owner: str) -> Command:
    variables = tuple(simple.variables)
    return Command(tuple(simple.words), simple.span, role, owner, variables, simple.is_development)


def _whole_line(text: str, variable: Variable, simple: Simple) -> Variable:
    """The variable with its line as what to remove, when it stands there alone."""
    starts = line_starts(text)
    start = max(s for s in starts if s <= simple.span.start)
    end = _line_end(text, simple.span.end)
    alone = not text[start : simple.span.start].strip() and not text[simple.span.end : end].strip()
    if len(simple.variables) == 1 and alone:
        return Variable(
            variable.name,
            variable.value,
            variable.span,
            variable.name_span,
            variable.value_span,
            Span(start, end),
            variable.expands,
        )
    return variable


def _line_end(text: str, position: int) -> int:
    """Past the end of the line that ``position`` is on."""
    match = re.compile(r"\r\n|\r|\n").search(text, position)
    return match.end() if match else len(text)
