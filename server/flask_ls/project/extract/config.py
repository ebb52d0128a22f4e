"""What a file hands to ``from_object`` and ``from_pyfile``: what becomes configuration."""

from __future__ import annotations

import ast

from flask_ls.project.extract.refs import ref
from flask_ls.project.facts import ConfigSource, Ref
from flask_ls.project.index import FUNCTIONS, FileIndex

_LIMIT = 6
_ENDINGS = (".yml", ".yaml", ".json", ".toml", ".ini", ".cfg")
# Keys whose value is followed into the module that it is imported from.
FOLLOWED_KEYS = frozenset({"SECRET_KEY"})
_ATTRIBUTES = {"secret_key": "SECRET_KEY"}
_OF_DATA = frozenset({"from_file", "from_json", "from_toml", "from_yaml"})
# Functions that read a file of data.
_LOADING = frozenset({"load", "safe_load", "full_load"})
CONFIG_SOURCES = frozenset({"from_object", "from_pyfile", "from_mapping", "configparser"}) | _OF_DATA | _LOADING
CONFIG_VALUES = FOLLOWED_KEYS | _ATTRIBUTES.keys()
"""The words without which a file has neither ``config_sources`` nor ``config_values``."""


def config_sources(index: FileIndex) -> tuple[ConfigSource, ...]:
    """The arguments of every ``x.from_object(...)`` and ``x.from_pyfile(...)``, and what names stand for them.

    Of ``x.from_file(...)`` and alike, the name of the file when it is written there.
    """
    found: list[ConfigSource] = []
    for call in index.nodes(ast.Call):
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        given = call.args[0] if call.args else next((k.value for k in call.keywords), None)
        if given is None:
            continue
        if method in ("from_object", "from_pyfile"):
            found += _sources(index, given, method == "from_pyfile", _LIMIT)
        elif method in _OF_DATA and isinstance(given, ast.Constant) and isinstance(given.value, str):
            found.append(ConfigSource("file", given.value))
        elif method in ("update", "from_mapping") and _is_config(call.func):
            if _is_loaded(index, given):
                found += [ConfigSource("file", name) for name in _opened(index, "open")]
            elif isinstance(getattr(call.func, "value", None), ast.Attribute) and (written := _name(given)) is not None:
                found.append(ConfigSource("mapping", written))
    found += _of_parser(index)
    return tuple(dict.fromkeys(found))


def _name(node: ast.expr) -> str | None:
    written = ref(node) if isinstance(node, (ast.Name, ast.Attribute)) else None
    return written.dotted if written is not None else None


def _is_config(method: ast.expr) -> bool:
    """Whether the receiver of a method is written like a configuration: ``app.config``, ``config``."""
    receiver = method.value if isinstance(method, ast.Attribute) else None
    return "config" in (getattr(receiver, "attr", ""), getattr(receiver, "id", ""))


def _is_loaded(index: FileIndex, given: ast.expr) -> bool:
    """``config.update(yaml.safe_load(stream))``, also through a name."""
    bindings = index.lookup(given.id, given) if isinstance(given, ast.Name) else []
    value = bindings[0].value if len(bindings) == 1 else given
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _LOADING


def _opened(index: FileIndex, function: str) -> list[str]:
    """The names of the files that calls of ``open`` or ``parser.read`` name: the last string of what they are given."""
    found = []
    for call in index.nodes(ast.Call):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name == function:
            # `open(os.path.join(here, "config.yml"))`, `(HERE / "config.yml").open()`
            given = call.func if isinstance(call.func, ast.Attribute) and function == "open" else call
            texts = (n.value for n in ast.walk(given) if isinstance(n, ast.Constant))
            found += [text for text in texts if isinstance(text, str) and text.endswith(_ENDINGS)]
    return found


def _of_parser(index: FileIndex) -> list[ConfigSource]:
    """``app.secret_key = parser["flask"]["secret_key"]`` where ``parser.read("config.ini")`` was called."""
    if "configparser" not in {b.module for bindings in index.root.bindings.values() for b in bindings}:
        return []
    found = []
    for assignment in index.nodes(ast.Assign):
        place = _option(assignment.value)
        targets = [t.attr if isinstance(t, ast.Attribute) else _key(t) for t in assignment.targets]
        if place is not None and any(t in ("secret_key", "SECRET_KEY") for t in targets):
            section, name = place
            found += [ConfigSource("option", f"{file}:{section}:{name.lower()}") for file in _opened(index, "read")]
    return found


def _option(node: ast.expr) -> tuple[str, str] | None:
    """Section and name in ``parser["flask"]["key"]`` and ``parser.get("flask", "key")``."""
    if isinstance(node, ast.Subscript):
        section, name = _key(node.value), _key(node)
        return (section, name) if section and name else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        given = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        return (given[0], given[1]) if len(given) == len(node.args) == 2 else None
    return None


def _key(node: ast.expr) -> str:
    """The key of a subscript, when it is a string."""
    key = node.slice if isinstance(node, ast.Subscript) else None
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


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
    """Keys that get the value of an imported name, or what an imported function returns: key and name as written.

    The receiver is not looked at.
    """
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
    value = value.func if isinstance(value, ast.Call) and not value.args and not value.keywords else value
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
