"""What a condition says about contexts, symbolically (see ``project.bodies``)."""

from __future__ import annotations

import ast

from flask_ls.project.bodies import MAIN, Symbol
from flask_ls.project.extract.symbols import Symbols


class Guards:
    """The guards of one file."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols

    def of(self, test: ast.expr) -> Symbol | None:
        """What a condition says about contexts, symbolically."""
        if isinstance(test, ast.BoolOp):
            parts = tuple(self.of(v) for v in test.values)
            if all(p is None for p in parts):
                return None
            return ("and" if isinstance(test.op, ast.And) else "or", *parts)
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            inner = self.of(test.operand)
            return ("not", inner) if inner is not None else None
        if isinstance(test, ast.NamedExpr):
            return self.of(test.value)
        if isinstance(test, ast.Compare):
            return self._comparison(test)
        if isinstance(test, (ast.Name, ast.Attribute, ast.Call)):
            parameter = self._parameter_guard(test, "truth")
            if parameter is not None:
                return parameter
            if isinstance(test, ast.Call) and isinstance(test.func, ast.Name) and test.func.id == "bool" and test.args:
                return self.of(test.args[0])
            condition = self.symbols.condition(test) if isinstance(test, ast.Name) else None
            if condition is not None:
                return self.of(condition)
            symbol = self.symbols.of(test)
            return ("?", symbol) if symbol is not None else self._of_variable(test)
        return None

    def _of_variable(self, test: ast.expr) -> Symbol | None:
        """``active = has_request_context() and ...; if active:``."""
        bindings = self.symbols.index.lookup(test.id, test) if isinstance(test, ast.Name) else []
        value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        return self.of(value) if isinstance(value, (ast.BoolOp, ast.UnaryOp, ast.Compare)) else None

    def _parameter_guard(self, node: ast.expr, test: str) -> Symbol | None:
        found = self.symbols.tested_parameter(node) if isinstance(node, ast.Name) else None
        return ("p", found[0], test if found[1] else "?") if found is not None else None

    def _comparison(self, test: ast.Compare) -> Symbol | None:
        if len(test.ops) != 1:
            return None
        left, op, right = test.left, test.ops[0], test.comparators[0]
        if isinstance(left, ast.Name) and left.id == "__name__" and isinstance(op, ast.Eq):
            return MAIN if isinstance(right, ast.Constant) and right.value == "__main__" else None
        if not isinstance(right, ast.Constant):
            return None
        inner = self.of(left) if right.value is not None else self._parameter_guard(left, "none")
        if inner is not None and right.value is None:
            return ("not", inner) if isinstance(op, (ast.IsNot, ast.NotEq)) else inner
        inner = inner or self.of(left)
        if inner is None:
            return None
        if right.value is None and isinstance(left, ast.Call | ast.Attribute):
            # `top is None` of the context stacks; a proxy itself is never None, so plain names say nothing.
            return ("not", inner) if isinstance(op, ast.Is) else inner if isinstance(op, ast.IsNot) else None
        if right.value is True or right.value is False:
            positive = isinstance(op, (ast.Is, ast.Eq)) == right.value
            return inner if positive else ("not", inner)
        return None
