"""The ids and the parameters of the functions, classes, lambdas and generator expressions of a file."""

from __future__ import annotations

import ast

from flask_ls.project.bodies import Parameter, literal_text
from flask_ls.project.extract.refs import annotation_ref
from flask_ls.project.index import FileIndex


def identify(index: FileIndex) -> dict[ast.AST, str]:
    """Ids of functions and classes (qualified names), of lambdas and generator expressions."""
    found: dict[ast.AST, str] = {}
    taken: dict[str, int] = {}

    def give(node: ast.AST, name: str) -> None:
        count = taken[name] = taken.get(name, 0) + 1
        found[node] = name if count == 1 else f"{name}#{count}"

    definitions = [*index.functions(), *index.nodes(ast.ClassDef)]
    for definition in sorted(definitions, key=_start):
        give(definition, index.qualname(definition))
    for node in (*index.nodes(ast.Lambda), *index.nodes(ast.GeneratorExp)):
        around = index.qualname(node)
        name = _assigned_name(index, node) or ("<lambda>" if isinstance(node, ast.Lambda) else "<generator>")
        give(node, f"{around}.{name}" if around else name)
    return found


def _assigned_name(index: FileIndex, node: ast.AST) -> str | None:
    """``key`` of ``key = lambda: ...``: such a lambda is found by its name like a function."""
    parent = index.parent(node)
    if isinstance(node, ast.Lambda) and isinstance(parent, ast.Assign) and len(parent.targets) == 1:
        target = parent.targets[0]
        return target.id if isinstance(target, ast.Name) else None
    return None


def _start(node: ast.AST) -> tuple[int, int]:
    return node.lineno, node.col_offset  # type: ignore[attr-defined]


def parameters_of(arguments: ast.arguments) -> tuple[Parameter, ...]:
    """The parameters of a function, in order."""
    positional = [*arguments.posonlyargs, *arguments.args]
    required = len(positional) - len(arguments.defaults)
    defaults = [*[None] * required, *arguments.defaults, *arguments.kw_defaults]
    names = zip([*positional, *arguments.kwonlyargs], defaults, strict=True)
    return tuple(Parameter(a.arg, _annotation(a), _default(default)) for a, default in names)


def _default(node: ast.expr | None) -> str | None:
    if node is None:
        return None
    value = node.value if isinstance(node, ast.Constant) else ...
    if value is None or value is True or value is False:
        return f"'{value}"
    word = literal_text(value)
    return f"'{word}" if word is not None else "?"


def _annotation(argument: ast.arg) -> str | None:
    found = annotation_ref(argument.annotation)
    return found.dotted if found is not None else None
