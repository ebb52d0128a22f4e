"""What a file hands to ``from_object`` and ``from_pyfile``: what becomes configuration."""

from __future__ import annotations

import ast

from flask_ls.project.extract.refs import ref
from flask_ls.project.facts import ConfigSource, Ref
from flask_ls.project.index import FUNCTIONS, FileIndex

_LIMIT = 6
# Keys whose value is followed into the module that it is imported from.
FOLLOWED_KEYS = frozenset({"SECRET_KEY"})
_ATTRIBUTES = {"secret_key": "SECRET_KEY"}
CONFIG_SOURCES = frozenset({"from_object", "from_pyfile"})
CONFIG_VALUES = FOLLOWED_KEYS | _ATTRIBUTES.keys()
"""The words without which a file has neither ``config_sources`` nor ``config_values``."""


def config_sources(index: FileIndex) -> tuple[ConfigSource, ...]:
    """The arguments of every ``x.from_object(...)`` and ``x.from_pyfile(...)``, and what names stand for them."""
    found: list[ConfigSource] = []
    for call in index.nodes(ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr in CONFIG_SOURCES:
            given = call.args[0] if call.args else next((k.value for k in call.keywords), None)
            if given is not None:
                found += _sources(index, given, call.func.attr == "from_pyfile", _LIMIT)
    return tuple(dict.fromkeys(found))


def _sources(index: FileIndex, node: ast.expr, is_file: bool, left: int) -> list[ConfigSource]:
    if left <= 0:
        return [ConfigSource("unknown")]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [ConfigSource("file" if is_file else "string", node.value)]
    if isinstance(node, ast.Name) and node.id == "__name__":
        return [ConfigSource("string", index.module)]
    if isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant) and isinstance(node.right.value, str):
        return [ConfigSource(s.kind, s.text + node.right.value) for s in _sources(index, node.left, is_file, left - 1)]
    if isinstance(node, ast.BoolOp):
        return [s for v in node.values for s in _sources(index, v, is_file, left - 1)]
    if isinstance(node, ast.IfExp):
        return [s for v in (node.body, node.orelse) for s in _sources(index, v, is_file, left - 1)]
    if isinstance(node, ast.Dict):
        return [s for v in node.values for s in _sources(index, v, is_file, left - 1)]
    if isinstance(node, ast.Subscript):
        return _of_container(index, node.value, is_file, left)
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop"):
            defaults = [s for a in node.args[1:] for s in _sources(index, a, is_file, left - 1)]
            return [*_of_container(index, node.func.value, is_file, left), *defaults]
        # `os.environ.get(...)` is followed to its default above; `Config(stage)` is an instance of a class.
        called = ref(node)
        return [ConfigSource("name", called.dotted)] if called is not None else [ConfigSource("unknown")]
    if isinstance(node, ast.Name):
        return _of_name(index, node, is_file, left)
    written = ref(node)
    return [ConfigSource("name", written.dotted)] if written is not None else [ConfigSource("unknown")]


def _of_name(index: FileIndex, node: ast.Name, is_file: bool, left: int) -> list[ConfigSource]:
    bindings = index.lookup(node.id, node)
    found: list[ConfigSource] = []
    for binding in bindings:
        if binding.kind == "assign" and binding.value is not None and not binding.is_with:
            found += _sources(index, binding.value, is_file, left - 1)
        elif binding.kind == "param" and isinstance(binding.node, ast.arg):
            found.append(ConfigSource("unknown"))
            default = _default(index, binding.node)
            if default is not None and not (isinstance(default, ast.Constant) and default.value is None):
                found += _sources(index, default, is_file, left - 1)
        elif binding.kind in ("class", "from", "import"):
            found.append(ConfigSource("name", node.id))
        else:
            found.append(ConfigSource("unknown"))
    return found or [ConfigSource("unknown")]


def _of_container(index: FileIndex, node: ast.expr, is_file: bool, left: int) -> list[ConfigSource]:
    """``configs[name]``: any member of the container."""
    if isinstance(node, ast.Name):
        bindings = index.lookup(node.id, node)
        if len(bindings) == 1 and isinstance(bindings[0].value, (ast.Dict, ast.Call)):
            return _members(index, bindings[0].value, is_file, left)
    written = ref(node)
    return [ConfigSource("member", written.dotted)] if written is not None else [ConfigSource("unknown")]


def _members(index: FileIndex, node: ast.expr, is_file: bool, left: int) -> list[ConfigSource]:
    values: list[ast.expr] = []
    if isinstance(node, ast.Dict):
        values = node.values
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args:
        values = [k.value for k in node.keywords]
    if not values:
        return [ConfigSource("unknown")]
    return [s for v in values for s in _sources(index, v, is_file, left - 1)]


def _default(index: FileIndex, argument: ast.arg) -> ast.expr | None:
    function = index.parent(index.parent(argument) or argument)
    if not isinstance(function, FUNCTIONS):
        return None
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    if argument in positional:
        number = positional.index(argument) - (len(positional) - len(arguments.defaults))
        return arguments.defaults[number] if number >= 0 else None
    if argument in arguments.kwonlyargs:
        return arguments.kw_defaults[arguments.kwonlyargs.index(argument)]
    return None


def config_values(index: FileIndex) -> tuple[tuple[str, str], ...]:
    """Keys that get the value of an imported name: key and name chain as written. The receiver is not looked at."""
    found: list[tuple[str, str]] = []
    for keyword in index.nodes(ast.keyword):
        found += _imported_value(index, keyword.arg, keyword.value)
    for assignment in index.nodes(ast.Assign):
        for target in assignment.targets:
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                found += _imported_value(index, target.slice.value, assignment.value)
            elif isinstance(target, ast.Attribute):
                found += _imported_value(index, _ATTRIBUTES.get(target.attr), assignment.value)
    for display in index.nodes(ast.Dict):
        for key, value in zip(display.keys, display.values, strict=True):
            if isinstance(key, ast.Constant):
                found += _imported_value(index, key.value, value)
    for cls in index.nodes(ast.ClassDef):
        for statement in cls.body:
            if isinstance(statement, ast.Assign):
                for name in statement.targets:
                    found += _imported_value(index, getattr(name, "id", None), statement.value)
    return tuple(dict.fromkeys(found))


def _imported_value(index: FileIndex, key: object, value: ast.expr) -> list[tuple[str, str]]:
    if key not in FOLLOWED_KEYS or not isinstance(value, (ast.Name, ast.Attribute)):
        return []
    written = ref(value)
    if written is None:
        return []
    bindings = index.lookup(written.dotted.partition(".")[0], value)
    imported = len(bindings) == 1 and bindings[0].kind in ("import", "from")
    # No binding of its own: a star import may bring the name.
    imported = imported or (not bindings and "*" in index.root.bindings)
    return [(str(key), written.dotted)] if imported else []


def containers(index: FileIndex) -> dict[str, tuple[Ref, ...]]:
    """Module-level dicts whose values are names (``config = {"default": DevelopmentConfig}``): name -> the values."""
    found: dict[str, tuple[Ref, ...]] = {}
    for name, bindings in index.root.bindings.items():
        if len(bindings) != 1 or bindings[0].kind != "assign":
            continue
        value = bindings[0].value
        values: list[ast.expr] = []
        if isinstance(value, ast.Dict):
            values = value.values
        elif isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "dict":
            values = [k.value for k in value.keywords]
        refs = tuple(r for v in values if isinstance(v, (ast.Name, ast.Attribute)) and (r := ref(v)) is not None)
        if refs:
            found[name] = refs
    return found
