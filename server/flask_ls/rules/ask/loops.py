"""What the variable of a loop over a display holds in each turn."""

from __future__ import annotations

import ast

from flask_ls.rules.ask.values import definition
from flask_ls.rules.context import Context


def values_in_turns(ctx: Context, node: ast.expr) -> list[ast.expr]:
    """The expressions that a loop variable stands for, one for each turn, first turn first.

    ``for rule in ("a", "b")``, ``for rule, view in [("a", f), ("b", g)]``, ``for rule, view in {"a": f}.items()``.
    Empty when the name is not a loop variable alone, when not every turn comes to the node, or when an element is
    hidden behind ``*``.
    """
    if not isinstance(node, ast.Name):
        return []
    bindings = ctx.index.lookup(node.id, node)
    statement = ctx.index.statement(node)
    loops = [b.node for b in bindings if isinstance(b.node, ast.For)]
    loop = next((n for n in loops if statement in n.body), None)
    if loop is None or len(loops) < len(bindings):
        return []
    if any(isinstance(n, (ast.Break, ast.Continue)) for n in ast.walk(loop)):
        return []
    turns = _turns(ctx, loop.iter)
    if isinstance(loop.target, ast.Name):
        return turns
    if not isinstance(loop.target, ast.Tuple):
        return []
    names = [t.id if isinstance(t, ast.Name) else "" for t in loop.target.elts]
    position = names.index(node.id) if node.id in names else -1
    rows = [t.elts for t in turns if isinstance(t, (ast.Tuple, ast.List)) and len(t.elts) == len(names)]
    return [row[position] for row in rows] if position >= 0 and len(rows) == len(turns) else []


def _turns(ctx: Context, iterated: ast.expr) -> list[ast.expr]:
    iterated = definition(ctx, iterated)
    if isinstance(iterated, ast.Call) and isinstance(iterated.func, ast.Attribute) and iterated.func.attr == "items":
        items = definition(ctx, iterated.func.value)
        pairs = zip(items.keys, items.values, strict=True) if isinstance(items, ast.Dict) else ()
        return [ast.Tuple([key, value]) for key, value in pairs if key is not None]
    if isinstance(iterated, ast.Dict):
        return [key for key in iterated.keys if key is not None]
    if not isinstance(iterated, (ast.List, ast.Tuple)) or any(isinstance(e, ast.Starred) for e in iterated.elts):
        return []
    return iterated.elts
