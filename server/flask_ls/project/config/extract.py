"""Configuration facts of one file. Deliberately generous: a place that might set a key counts as one that may."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set

from flask_ls.project.config.facts import ConfigFacts, Mention, OpenSource, SourceKind
from flask_ls.project.config.keys import KNOWN_KEYS, WATCHED_KEYS, WATCHED_VARIABLES
from flask_ls.project.config.spelling import meant_key
from flask_ls.project.index import FileIndex
from flask_ls.syntax.source import SourceFile

_OPEN: dict[str, SourceKind] = {
    "from_envvar": "envvar",
    "from_prefixed_env": "prefixed_env",
    "from_pyfile": "pyfile",
    "from_file": "file",
    "from_json": "file",
    "from_toml": "file",
    "from_yaml": "file",
}
_OPENING = _OPEN.keys() | {"session_interface"}
_READING = frozenset({"get", "getenv", "pop", "get_namespace", "config", "str", "int", "bool", "__contains__"})
_ATTRIBUTES = {"secret_key": "SECRET_KEY", "debug": "DEBUG", "testing": "TESTING"}


_WATCHED_WORDS = WATCHED_KEYS | WATCHED_VARIABLES
_WATCHED = _WATCHED_WORDS | _ATTRIBUTES.keys()


def config_facts(source: SourceFile, index: FileIndex, words: Set[str]) -> ConfigFacts:
    """The configuration facts of a file, which names these words (see ``extract``)."""
    watched = not words.isdisjoint(_WATCHED)
    reads = list(_reads(index)) if watched else []
    return ConfigFacts(
        mentions=tuple(_mentions(source, index)) if watched else (),
        open_sources=tuple(_open_sources(source, index)) if _may_open(source.text, words) else (),
        odd_reads=frozenset(_odd_reads(index)),
        reads=frozenset(key for key, _ in reads),
        tested=frozenset(key for key, node in reads if _is_tested(index, node)),
        keys=frozenset(_keys(index)) if "conf" in source.text or "cfg" in source.text else frozenset(),
    )


def _keys(index: FileIndex) -> Iterator[str]:
    """``config["KEY"]``, ``config.get("KEY")``, ``config.update(KEY=...)`` and ``config.update({"KEY": ...})``."""
    for subscript in index.nodes(ast.Subscript):
        if isinstance(subscript.slice, ast.Constant) and _is_config(subscript.value):
            yield from _key(subscript.slice)
    for call in index.nodes(ast.Call):
        if isinstance(call.func, ast.Attribute) and _is_config(call.func.value):
            for argument in call.args[:1]:
                for key in argument.keys if isinstance(argument, ast.Dict) else [argument]:
                    yield from _key(key)
            yield from (k.arg for k in call.keywords if k.arg is not None and k.arg.isupper())


def _key(node: ast.expr | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isupper():
        yield node.value


def _reads(index: FileIndex) -> Iterator[tuple[str, ast.AST]]:
    for constant in index.nodes(ast.Constant):
        value = constant.value
        if isinstance(value, str) and value in _WATCHED_WORDS and _is_read(index, constant):
            yield value, constant
    for attribute in index.nodes(ast.Attribute):
        if isinstance(attribute.ctx, ast.Load):
            key = _ATTRIBUTES.get(attribute.attr) or (attribute.attr if attribute.attr in WATCHED_KEYS else None)
            if key is not None:
                yield key, attribute
    for name in index.nodes(ast.Name):
        if name.id in WATCHED_KEYS and isinstance(name.ctx, ast.Load):
            yield name.id, name


def _is_tested(index: FileIndex, node: ast.AST) -> bool:
    child = node
    for ancestor in index.ancestors(node):
        if isinstance(ancestor, ast.stmt):
            return isinstance(ancestor, ast.Assert) or getattr(ancestor, "test", None) is child
        if isinstance(ancestor, (ast.BoolOp, ast.IfExp)) and getattr(ancestor, "test", child) is child:
            return True
        child = ancestor
    return False


def _mentions(source: SourceFile, index: FileIndex) -> Iterator[Mention]:
    for constant in index.nodes(ast.Constant):
        if isinstance(constant.value, str) and constant.value in WATCHED_KEYS and not _is_read(index, constant):
            yield _mention(source, index, constant.value, constant, _value_of(index, constant))
    for keyword in index.nodes(ast.keyword):
        if keyword.arg in WATCHED_KEYS:
            yield _mention(source, index, keyword.arg, keyword, keyword.value)
    for name in index.nodes(ast.Name):
        if name.id in WATCHED_KEYS and isinstance(name.ctx, ast.Store):
            yield _mention(source, index, name.id, name, _assigned(index.parent(name)))
    for function in index.functions():
        if function.name in WATCHED_KEYS:  # a property of a configuration object
            yield _mention(source, index, function.name, function, None)
    for attribute in index.nodes(ast.Attribute):
        if isinstance(attribute.ctx, ast.Store):
            key = _ATTRIBUTES.get(attribute.attr) or (attribute.attr if attribute.attr in WATCHED_KEYS else None)
            if key is not None:
                yield _mention(source, index, key, attribute, _assigned(index.parent(attribute)))


def _mention(source: SourceFile, index: FileIndex, key: str, node: ast.AST, value: ast.expr | None) -> Mention:
    literal = value if isinstance(value, ast.Constant) else None
    return Mention(
        key,
        truth=bool(literal.value) if literal is not None else None,
        span=source.span(node),
        is_none=literal is not None and literal.value is None,
        is_loose=isinstance(node, ast.Constant) and value is None,
        function=_function_around(index, node),
    )


def _function_around(index: FileIndex, node: ast.AST) -> str:
    function = index.function_of(node)
    while isinstance(function, ast.Lambda):
        function = index.function_of(function)
    return index.qualname(function) if function is not None else ""


def _assigned(statement: ast.AST | None) -> ast.expr | None:
    return statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None


def _value_of(index: FileIndex, key: ast.Constant) -> ast.expr | None:
    """The expression that the key is given, where it stands next to it."""
    parent = index.parent(key)
    if isinstance(parent, ast.Dict) and key in parent.keys:
        return parent.values[parent.keys.index(key)]
    if isinstance(parent, ast.Subscript):
        return _assigned(index.parent(parent))
    if isinstance(parent, ast.Call) and len(parent.args) == 2 and parent.args[0] is key:
        return parent.args[1]
    return None


def _is_read(index: FileIndex, key: ast.Constant) -> bool:
    parent = index.parent(key)
    if isinstance(parent, ast.Subscript):
        return isinstance(parent.ctx, ast.Load)
    if isinstance(parent, ast.Compare):
        return True
    return isinstance(parent, ast.Call) and key in parent.args and _called(parent) in _READING


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _may_open(text: str, words: Set[str]) -> bool:
    """Whether anything here may be one of ``_open_sources``: see ``_is_config``."""
    return "conf" in text or "cfg" in text or not words.isdisjoint(_OPENING)


def _open_sources(source: SourceFile, index: FileIndex) -> Iterator[OpenSource]:
    for call in index.nodes(ast.Call):
        if not isinstance(call.func, ast.Attribute):
            continue
        kind = _OPEN.get(call.func.attr)
        if kind is not None and not _is_class_name(call.func.value):
            yield OpenSource(kind, source.span(call))
        elif call.func.attr in ("update", "from_mapping") and _is_config(call.func.value):
            mappings = (*call.args, *(k.value for k in call.keywords if not k.arg))
            if not all(_is_display(index, m) for m in mappings):
                yield OpenSource("mapping", source.span(call))
    for subscript in index.nodes(ast.Subscript):
        # `app.config[name] = value` of a loop.
        unknown = not (isinstance(subscript.slice, ast.Constant) and isinstance(subscript.slice.value, str))
        if unknown and isinstance(subscript.ctx, ast.Store) and _is_config(subscript.value):
            yield OpenSource("mapping", source.span(subscript))
    for attribute in index.nodes(ast.Attribute):
        if attribute.attr == "session_interface" and isinstance(attribute.ctx, ast.Store):
            yield OpenSource("session_interface", source.span(attribute))
    for cls in index.nodes(ast.ClassDef):
        for statement in cls.body:
            targets = statement.targets if isinstance(statement, ast.Assign) else []
            if any(isinstance(t, ast.Name) and t.id in ("session_interface", "config_class") for t in targets):
                yield OpenSource("session_interface", source.span(statement))


def _is_config(node: ast.expr) -> bool:
    """Whether this is written like a configuration; generous, because a wrong yes only keeps a rule silent."""
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in ("config", "conf", "cfg") or name.endswith("config")


def _is_class_name(node: ast.expr) -> bool:
    """``Comment.from_json(...)`` makes an object of a class; a configuration is an object itself."""
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name == "cls" or (name[:1].isupper() and not name.isupper())


def _is_display(index: FileIndex, node: ast.expr) -> bool:
    if isinstance(node, ast.Dict):
        return all(isinstance(k, ast.Constant) for k in node.keys)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        return not node.args and all(k.arg for k in node.keywords)
    if isinstance(node, ast.Name):
        bindings = index.lookup(node.id, node)
        values = [b.value for b in bindings]
        return bool(values) and all(isinstance(v, ast.Dict) and _is_display(index, v) for v in values)
    return False


def _odd_reads(index: FileIndex) -> Iterator[str]:
    for subscript in index.nodes(ast.Subscript):
        if isinstance(subscript.slice, ast.Constant) and isinstance(subscript.ctx, ast.Load):
            yield from _odd(subscript.slice.value)
    for call in index.nodes(ast.Call):
        if call.args and isinstance(call.args[0], ast.Constant) and _called(call) in _READING:
            yield from _odd(call.args[0].value)
    for attribute in index.nodes(ast.Attribute):
        if attribute.attr.isupper() and isinstance(attribute.ctx, ast.Load):
            yield from _odd(attribute.attr)


def _odd(key: object) -> Iterator[str]:
    if isinstance(key, str) and key.isidentifier() and meant_key(key, KNOWN_KEYS) is not None:
        yield key
