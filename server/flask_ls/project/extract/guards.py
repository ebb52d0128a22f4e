"""What a condition says about contexts, symbolically (see ``project.bodies``)."""

from __future__ import annotations

import ast

from flask_ls.project.bodies import MAIN, UNDECIDED, Symbol, literal_text
from flask_ls.project.extract.symbols import Symbols
from flask_ls.project.walk import names_in

# How many local names are followed from a condition to the parameters it depends on.
_STEPS = 3


class Guards:
    """The guards of one file."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols

    def of(self, test: ast.expr) -> Symbol | None:
        """What a condition says about contexts and parameters, symbolically."""
        found = self._of(test)
        return UNDECIDED if found is None and self._depends_on_parameters(test) else found

    def of_case(self, subject: ast.expr, pattern: ast.pattern) -> Symbol | None:
        """What it says that a ``match`` chose a pattern; None for patterns that match anything."""
        if isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
            return None
        if isinstance(pattern, ast.MatchSingleton) and pattern.value is not None:
            guard = self.of(subject)
            return guard if guard is None or pattern.value else ("not", guard)
        parts = pattern.patterns if isinstance(pattern, ast.MatchOr) else [pattern]
        values = [part.value for part in parts if isinstance(part, ast.MatchValue)]
        if len(values) == len(parts):
            compared = self._equals(subject, values)
            if compared is not None:
                return compared
        return UNDECIDED if self._depends_on_parameters(subject) else None

    def _depends_on_parameters(self, node: ast.expr, left: int = _STEPS) -> bool:
        """Whether a value follows from what the function around it is given, ``self`` included."""
        index = self.symbols.index
        for name in names_in(node):
            owner = index.scope(name).owner(name.id)
            if owner is None or owner.is_module or owner.is_class:
                continue
            for binding in owner.bindings[name.id]:
                if binding.kind == "param":
                    return True
                if binding.value is not None and left and self._depends_on_parameters(binding.value, left - 1):
                    return True
        return False

    def _equals(self, left: ast.expr, values: list[ast.expr]) -> Symbol | None:
        """A parameter is compared with words: ``("p", parameter, "=word,word")``."""
        words = [literal_text(v.value) if isinstance(v, ast.Constant) else None for v in values]
        if not words or None in words:
            return None
        return self._parameter_guard(left, f"={','.join(w for w in words if w)}")

    def _of(self, test: ast.expr) -> Symbol | None:
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
        if isinstance(op, (ast.In, ast.NotIn)) and isinstance(right, (ast.Tuple, ast.List, ast.Set)):
            compared = self._equals(left, right.elts)
            return ("not", compared) if compared is not None and isinstance(op, ast.NotIn) else compared
        if not isinstance(right, ast.Constant):
            return None
        if isinstance(op, (ast.Eq, ast.NotEq)) and isinstance(right.value, str):
            compared = self._equals(left, [right])
            return ("not", compared) if compared is not None and isinstance(op, ast.NotEq) else compared
        inner = self._of(left) if right.value is not None else self._parameter_guard(left, "none")
        if inner is not None and right.value is None:
            return ("not", inner) if isinstance(op, (ast.IsNot, ast.NotEq)) else inner
        inner = inner or self._of(left)
        if inner is None:
            return None
        if right.value is None and isinstance(left, ast.Call | ast.Attribute):
            # `top is None` of the context stacks; a proxy itself is never None, so plain names say nothing.
            return ("not", inner) if isinstance(op, ast.Is) else inner if isinstance(op, ast.IsNot) else None
        if right.value is True or right.value is False:
            positive = isinstance(op, (ast.Is, ast.Eq)) == right.value
            return inner if positive else ("not", inner)
        return None
