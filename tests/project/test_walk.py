"""The one walk over a tree meets every node, whatever the syntax."""

from __future__ import annotations

import ast
import inspect
import textwrap

import pytest

from flask_ls.project.walk import walk

SOURCES = {
    "patterns": """
        match command.split():
            case True | False | None:
                pass
            case ["go", *rest] if rest:
                pass
            case {"x": 1, **others}:
                pass
            case Point(0, y=z) as point:
                pass
            case -1 | "text" | shop.RED:
                pass
            case _:
                pass
    """,
    "definitions": """
        @decorate(1)
        class A(Base, metaclass=Meta):
            x: int = 1
            y: str

            async def f(self, a, /, b: int = 2, *args: int, c, d=3, **kw) -> int:
                global g
                async for i in a:
                    await i
                else:
                    del a[0], b
                async with a as b, c:
                    return lambda p, *q, r=1, **s: (yield)
    """,
    "statements": """
        try:
            x += 1
            assert x, "no"
            raise ValueError from error
        except (A, B) as e:
            pass
        else:
            import a.b as c, d
        finally:
            from . import e as f
        while True:
            break
        for (a, b), *c in d: continue
        with open("x") as stream: nonlocal_ = 1
        if a: pass
        elif b: pass
    """,
    "expressions": """
        x = [i async for i in a if i if j], {i for i in b}, {k: v for k, v in c}, (y := 1)
        z = f"{x!r:>{width}} {y}" + (a if b else c) + -d ** e @ {**f, 1: 2}[1:2:3, ...]
        w = a < b <= c is not d and not e or g(*h, k=1, **m), {1, *n}, "text" "more", 1j, b""
    """,
}


@pytest.mark.parametrize("name", SOURCES)
def test_every_node_is_met_once_and_knows_what_is_around_it(name: str) -> None:
    tree = ast.parse(textwrap.dedent(SOURCES[name]))
    found = walk(tree, "module", False)
    met = [node for nodes in found.nodes.values() for node in nodes]
    assert len(met) == len(set(met))
    for around in ast.walk(tree):
        for node in ast.iter_child_nodes(around):
            if isinstance(node, (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)):
                continue  # one object stands for all of its kind
            assert node in set(met), ast.dump(node)
            assert found.parent[node] is around


def test_no_kind_of_node_is_unknown() -> None:
    kinds = [k for _, k in inspect.getmembers(ast, inspect.isclass) if issubclass(k, ast.AST) and k._fields]
    for kind in kinds:
        if issubclass(kind, (ast.stmt, ast.pattern)) and kind not in (ast.stmt, ast.pattern):
            assert any(kind.__name__ in ast.dump(ast.parse(textwrap.dedent(s))) for s in SOURCES.values()) or (
                kind.__name__ in ("Nonlocal", "TypeAlias", "TryStar")
            ), kind.__name__
