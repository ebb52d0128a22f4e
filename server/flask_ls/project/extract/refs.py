"""Small readings of expressions as written."""

from __future__ import annotations

import ast

from flask_ls.project.facts import Ref
from flask_ls.syntax.parse import parse_expression


def dotted_name(node: ast.AST | None) -> str | None:
    """``a.b.c`` for a chain of a name and attributes; None for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if not isinstance(node, ast.Attribute):
        return None
    parts = [node.attr]
    inner = node.value
    while isinstance(inner, ast.Attribute):
        parts.append(inner.attr)
        inner = inner.value
    if not isinstance(inner, ast.Name):
        return None
    parts.append(inner.id)
    return ".".join(reversed(parts))


def ref(node: ast.AST) -> Ref | None:
    """A name chain, or the call of one; None for any other expression."""
    if isinstance(node, ast.Call):
        dotted = dotted_name(node.func)
        return Ref(dotted, called=True) if dotted else None
    dotted = dotted_name(node)
    return Ref(dotted) if dotted else None


def annotation_ref(node: ast.AST | None) -> Ref | None:
    """The class an annotation names: ``X``, ``"X"``, ``X | None``, ``Optional[X]``, ``Annotated[X, ...]``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return annotation_ref(parse_expression(node.value).body)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        sides = [side for side in (node.left, node.right) if not is_none(side)]
        return annotation_ref(sides[0]) if len(sides) == 1 else None
    if isinstance(node, ast.Subscript):
        outer = (dotted_name(node.value) or "").rpartition(".")[2]
        inner = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
        return annotation_ref(inner) if outer in ("Optional", "Annotated", "Final", "ClassVar") else None
    return ref(node) if isinstance(node, (ast.Name, ast.Attribute)) else None


def is_none(node: ast.AST | None) -> bool:
    """Whether the expression is the literal None."""
    return isinstance(node, ast.Constant) and node.value is None


def is_type_checking(test: ast.AST) -> bool:
    """Whether the test is ``TYPE_CHECKING``, however spelled."""
    dotted = dotted_name(test)
    return dotted is not None and dotted.rpartition(".")[2] == "TYPE_CHECKING"
