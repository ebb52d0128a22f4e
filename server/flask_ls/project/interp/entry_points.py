"""Entry points that the projects of a workspace declare: names of groups, and the objects that are found by them."""

from __future__ import annotations

import ast
import configparser
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flask_ls.project import toml

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Sources

# Groups whose objects are called for something else than being plugged into an application.
_OF_TOOLS = ("console_scripts", "gui_scripts", "pytest11", "flask.commands", "distutils.", "babel.", "setuptools.")


class EntryPoint(NamedTuple):
    """One declaration: ``name = package.module:attribute`` in a group."""

    group: str
    name: str
    value: str

    @property
    def module(self) -> str:
        """The dotted name of the module."""
        return self.value.partition(":")[0].strip()

    @property
    def attribute(self) -> str:
        """The dotted name of what is taken from the module; empty for the module itself."""
        return self.value.partition(":")[2].partition("[")[0].strip()

    @property
    def is_of_tool(self) -> bool:
        """Whether it starts a program or extends a tool."""
        return self.group.startswith(_OF_TOOLS)


def declared(sources: Sources) -> tuple[EntryPoint, ...]:
    """What the ``pyproject.toml``, ``setup.cfg`` and ``setup.py`` of the roots of a workspace declare."""
    if sources.entry_points is None:
        found: dict[EntryPoint, None] = {}
        for folder in sources.index.project_folders():
            for name, read in (("pyproject.toml", _of_pyproject), ("setup.cfg", _of_cfg), ("setup.py", _of_script)):
                text = sources.data(f"{folder}/{name}")
                # Most declare none, which a look at the text tells.
                if text is not None and ("entry" in text or "plugins" in text):
                    found.update(dict.fromkeys(read(text)))
        sources.entry_points = tuple(found)
    return sources.entry_points


def _of_pyproject(text: str) -> Iterator[EntryPoint]:
    try:
        document = toml.loads(text)
    except ValueError:
        return
    poetry = _table(_table(document.get("tool")).get("poetry"))
    for groups in (_table(document.get("project")).get("entry-points"), poetry.get("plugins")):
        for group, points in _table(groups).items():
            for name, value in _table(points).items():
                if isinstance(value, str):
                    yield EntryPoint(group, name, value)


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _of_cfg(text: str) -> Iterator[EntryPoint]:
    parser = configparser.RawConfigParser(allow_no_value=True, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    if parser.has_section("options.entry_points"):
        for group, lines in parser.items("options.entry_points"):
            yield from _of_lines(group, (lines or "").splitlines())


def _of_lines(group: str, lines: list[object] | list[str]) -> Iterator[EntryPoint]:
    for line in lines:
        name, separator, value = str(line).partition("=")
        if separator and name.strip() and not name.strip().startswith("#"):
            yield EntryPoint(group, name.strip(), value.strip())


def _of_script(text: str) -> Iterator[EntryPoint]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        for keyword in node.keywords if isinstance(node, ast.Call) else ():
            if keyword.arg == "entry_points":
                yield from _of_value(_literal(keyword.value, tree))


def _literal(node: ast.expr, tree: ast.Module) -> object:
    if isinstance(node, ast.Name):
        name = node.id
        for statement in tree.body:
            if isinstance(statement, ast.Assign) and any(ast.unparse(t) == name for t in statement.targets):
                node = statement.value
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _of_value(value: object) -> Iterator[EntryPoint]:
    if isinstance(value, str):
        yield from _of_cfg("[options.entry_points]\n" + _as_options(value))
    for group, lines in _table(value).items():
        if isinstance(lines, str):
            lines = lines.splitlines()
        if isinstance(lines, (list, tuple)):
            yield from _of_lines(str(group), list(lines))


def _as_options(text: str) -> str:
    """The sections of a text as options with lines: ``[group]`` becomes ``group =``."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(f"{line[1:-1]} =" if line[:1] == "[" else f"    {line}" for line in lines if line)
