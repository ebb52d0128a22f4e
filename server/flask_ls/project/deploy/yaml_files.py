"""YAML and JSON descriptors: docker-compose, Kubernetes, app.yaml, render.yaml, heroku.yml, app.json, workflows.

The nodes of ruamel.yaml carry positions. The formats differ in where they nest things, not in what they call them, so
the tree is searched for the keys that hold an environment or a command.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from flask_ls.project.deploy.commands import joined
from flask_ls.project.deploy.document import Command, Kind, Role, Variable, Word
from flask_ls.project.deploy.kinds import is_development_path
from flask_ls.project.deploy.shell import Text
from flask_ls.project.deploy.text_formats import commands_of
from flask_ls.syntax.span import Span

_ENVIRONMENTS = frozenset({"environment", "env", "env_variables", "envvars", "envs", "variables", "build_env"})
_COMMANDS: dict[str, Role] = {
    "command": "run",
    "entrypoint": "run",
    "args": "run",
    "startcommand": "run",
    "start_command": "run",
    "run_command": "run",
    "cmd": "run",
    "start": "run",
    "web": "run",
    "worker": "run",
    "run": "run",
    "script": "run",
    "buildcommand": "build",
    "build_command": "build",
    "predeploycommand": "release",
    "release_command": "release",
    "postdeploy": "release",
    "test": "test",
}
# Keys whose value is a command in one sort of file only; elsewhere they mean something else.
_ONLY_IN: dict[str, frozenset[Kind]] = {
    "run": frozenset({"workflow", "descriptor"}),
    "script": frozenset({"workflow"}),
    "start": frozenset({"descriptor"}),
    "web": frozenset({"descriptor"}),
    "worker": frozenset({"descriptor"}),
    "cmd": frozenset({"descriptor"}),
    "args": frozenset({"descriptor"}),
    "test": frozenset({"compose"}),
}


def yaml_contents(text: str, kind: Kind) -> tuple[list[Variable], list[Command], str]:
    """Variables, commands and what is wrong with the text (empty when it could be read)."""
    variables: list[Variable] = []
    commands: list[Command] = []
    try:
        # Nodes only: values are never constructed, so tags cannot do anything.
        for document in YAML(typ="safe", pure=True).compose_all(text):
            reader = _Reader(text, kind)
            reader.visit(document, "", 0)
            variables += reader.variables
            commands += reader.commands
    except (YAMLError, ValueError, RecursionError) as error:
        return variables, commands, str(getattr(error, "problem", None) or error)
    return variables, commands, ""


class _Reader:
    def __init__(self, text: str, kind: Kind) -> None:
        self.text = text
        self.kind = kind
        self.variables: list[Variable] = []
        self.commands: list[Command] = []
        self._seen: set[int] = set()

    def visit(self, node: Node | None, owner: str, depth: int) -> None:
        """Look for environments and commands below a node; ``owner`` is the service it belongs to."""
        if node is None or depth > 40 or id(node) in self._seen:
            return
        self._seen.add(id(node))
        if isinstance(node, SequenceNode):
            for item in node.value:
                self.visit(item, _name_in(item) or owner, depth + 1)
        elif isinstance(node, MappingNode):
            first = len(self.commands)
            for key, value in node.value:
                name = str(key.value) if isinstance(key, ScalarNode) else ""
                lowered = name.lower()
                if lowered in _ENVIRONMENTS:
                    self._environment(value, owner)
                elif lowered in _COMMANDS and self.kind in _ONLY_IN.get(lowered, {self.kind}):
                    self._command(value, _COMMANDS[lowered], owner, depth)
                else:
                    inner = name if owner in ("services", "jobs") or depth == 0 else owner
                    self.visit(value, inner if isinstance(value, MappingNode) else owner, depth + 1)
            self._join(node, first)
            if self.kind == "compose" and _is_built_for_development(node):
                self.commands[first:] = [replace(c, is_development=True) for c in self.commands[first:]]

    def _join(self, node: MappingNode, first: int) -> None:
        """``entrypoint`` and ``command`` of compose, ``command`` and ``args`` of Kubernetes are one command."""
        outer, inner = ("entrypoint", "command") if self.kind == "compose" else ("command", "args")
        found = _field(node, outer), _field(node, inner)
        if found[0] is None or found[1] is None or not all(isinstance(f[1], SequenceNode) for f in found if f):
            return
        outer_span, inner_span = _span(found[0][1]), _span(found[1][1])
        added = self.commands[first:]
        entrypoint = next((c for c in added if outer_span.contains(c.span.start)), None)
        command = next((c for c in added if inner_span.contains(c.span.start)), None)
        if entrypoint is None or command is None:
            return
        whole = joined(entrypoint, command)
        if whole is not command:
            self.commands[first:] = [c for c in added if c not in (entrypoint, command)] + [whole]

    # Environments

    def _environment(self, node: Node, owner: str) -> None:
        if isinstance(node, MappingNode):
            for key, value in node.value:
                if isinstance(key, ScalarNode):
                    self._pair(key, value, owner, alone=len(node.value) == 1)
        elif isinstance(node, SequenceNode):
            for item in node.value:
                if isinstance(item, ScalarNode):
                    self._item(item, owner, alone=len(node.value) == 1)
                elif isinstance(item, MappingNode):
                    self._named(item, owner, alone=len(node.value) == 1)

    def _pair(self, key: ScalarNode, value: Node, owner: str, *, alone: bool) -> None:
        if isinstance(value, MappingNode):  # app.json: {"NAME": {"description": ..., "value": ...}}
            found = _field(value, "value")
            if found is None or not isinstance(found[1], ScalarNode):
                return
            value = found[1]
        if not isinstance(value, ScalarNode):
            return
        removal = self._lines(key.start_mark.index, value.end_mark.index)
        self._add(str(key.value), value, key, owner, None if alone else removal)

    def _item(self, item: ScalarNode, owner: str, *, alone: bool) -> None:
        name, equals, value = str(item.value).partition("=")
        span = _span(item)
        inner = _inner(self.text, item)
        start = inner.start if inner else span.start
        self.variables.append(
            Variable(
                name=name,
                value=value if equals else None,
                span=span,
                name_span=Span(start, start + len(name)) if inner else span,
                value_span=Span(start + len(name) + 1, inner.end) if inner and equals else None,
                removal=None if alone else self._lines(span.start, span.end),
                expands="$" in value,
                owner=owner,
            )
        )

    def _named(self, item: MappingNode, owner: str, *, alone: bool) -> None:
        key = _field(item, "name") or _field(item, "key") or _field(item, "variable")
        value = _field(item, "value")
        if key is None or not isinstance(key[1], ScalarNode):
            return
        if value is None or not isinstance(value[1], ScalarNode):
            self.variables.append(Variable(str(key[1].value), None, _span(key[1]), _span(key[1]), owner=owner))
            return
        removal = None if alone else self._lines(item.start_mark.index, value[1].end_mark.index)
        self._add(str(key[1].value), value[1], key[1], owner, removal)

    def _add(self, name: str, value: ScalarNode, key: Node, owner: str, removal: Span | None) -> None:
        self.variables.append(
            Variable(
                name=name,
                value=str(value.value),
                span=Span(min(key.start_mark.index, value.start_mark.index), value.end_mark.index),
                name_span=(_inner(self.text, key) if isinstance(key, ScalarNode) else None) or _span(key),
                value_span=_span(value),
                removal=removal,
                expands="${" in str(value.value),
                owner=owner,
            )
        )

    def _lines(self, start: int, end: int) -> Span | None:
        """The whole lines from ``start`` to ``end`` when nothing else stands on them."""
        first = self.text.rfind("\n", 0, start) + 1
        last = self.text.find("\n", end)
        last = len(self.text) if last < 0 else last + 1
        before, after = self.text[first:start].strip(), self.text[end:last].strip()
        return Span(first, last) if before in ("", "-") and (not after or after.startswith("#")) else None

    # Commands

    def _command(self, node: Node, role: Role, owner: str, depth: int) -> None:
        if isinstance(node, ScalarNode):
            self.commands.extend(commands_of(_text(self.text, node), role, owner))
        elif isinstance(node, SequenceNode):
            items = [item for item in node.value if isinstance(item, ScalarNode)]
            if self.kind == "workflow":
                for item in items:
                    self.commands.extend(commands_of(_text(self.text, item), role, owner))
            elif items and len(items) == len(node.value):
                words = tuple(Word(str(i.value), _span(i), _inner(self.text, i)) for i in items)
                if words[0].text in ("CMD", "CMD-SHELL") and role == "test":
                    words = words[1:]
                if words:
                    span = Span(words[0].span.start, words[-1].span.end)
                    self.commands.append(Command(words, span, role, owner))
            else:
                self.visit(node, owner, depth + 1)
        else:
            self.visit(node, owner, depth + 1)


def _field(node: MappingNode, name: str) -> tuple[Node, Node] | None:
    for key, value in node.value:
        if isinstance(key, ScalarNode) and str(key.value).lower() == name:
            return key, value
    return None


def _name_in(node: Node) -> str:
    found = _field(node, "name") if isinstance(node, MappingNode) else None
    return str(found[1].value) if found is not None and isinstance(found[1], ScalarNode) else ""


def _span(node: Node) -> Span:
    return Span(node.start_mark.index, node.end_mark.index)


def _inner(text: str, node: ScalarNode) -> Span | None:
    """Where a scalar's value stands letter by letter."""
    span = _span(node)
    written = text[span.start : span.end]
    value = str(node.value)
    if written == value:
        return span
    return Span(span.start + 1, span.end - 1) if written[1:-1] == value and written[:1] in "'\"" else None


def _text(text: str, node: ScalarNode) -> Text:
    """A scalar's value with the places of its code points, as far as they can be told."""
    value = str(node.value)
    inner = _inner(text, node)
    if inner is not None:
        return Text.at(value, inner.start)
    span = _span(node)
    places: list[int] = []
    position = span.start
    # Folding and block scalars keep the words in order and change only what is between them.
    for match in re.finditer(r"\S+|\s+", value):
        piece = match[0]
        if not piece.isspace():
            found = text.find(piece, position, span.end)
            if found < 0:
                return Text.within(value, span)
            places.extend(range(found, found + len(piece)))
            position = found + len(piece)
        else:
            places.extend([position] * len(piece))
    return Text(value, [*places, position])


def _is_built_for_development(service: MappingNode) -> bool:
    """``build: {target: dev}``: the stage of the Dockerfile that is for development."""
    build = _field(service, "build")
    target = _field(build[1], "target") if build is not None and isinstance(build[1], MappingNode) else None
    return target is not None and isinstance(target[1], ScalarNode) and is_development_path(str(target[1].value))
