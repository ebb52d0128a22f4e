"""The bodies of a file (see ``project.bodies``) from its tree, and the nodes behind their operations."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask_ls.project.bodies import Block, Body, BodyKind, Op, Symbol, collect_names, leaves
from flask_ls.project.extract.definitions import identify, parameters_of
from flask_ls.project.extract.guards import Guards
from flask_ls.project.extract.placing import Placed, Placing
from flask_ls.project.extract.refs import dotted_name, is_type_checking
from flask_ls.project.extract.symbols import Symbols
from flask_ls.project.extract.touching import is_construction
from flask_ls.project.index import FUNCTIONS, FileIndex, FunctionNode
from flask_ls.project.modules import resolve_relative

_ENDS = frozenset({"sys.exit", "exit", "quit", "os._exit", "pytest.skip", "pytest.fail"})


@dataclass(slots=True)
class Extracted:
    """``bodies`` by id; ``nodes``: body id -> the node of each numbered leaf; ``roots``: body id -> its own node."""

    bodies: dict[str, Body] = field(default_factory=dict)
    nodes: dict[str, list[ast.AST]] = field(default_factory=dict)
    roots: dict[str, ast.AST] = field(default_factory=dict)

    @property
    def mentioned(self) -> tuple[str, ...]:
        """The names that the bodies call, read or hand over, sorted."""
        names: set[str] = set()
        for body in self.bodies.values():
            for op in set(leaves(body.block)):
                collect_names(op, names)
        return tuple(sorted(names))


def bodies(index: FileIndex) -> dict[str, Body]:
    """The bodies of a file, by id; those that do nothing are left out."""
    return extract_bodies(index).bodies


def extract_bodies(index: FileIndex) -> Extracted:
    """The bodies of a file with the nodes of their operations."""
    ids = identify(index)
    symbols = Symbols(index, ids)
    return _Builder(index, ids, symbols, Placing(index, symbols)).build()


class _Builder:
    def __init__(self, index: FileIndex, ids: dict[ast.AST, str], symbols: Symbols, placing: Placing) -> None:
        self.index = index
        self.ids = ids
        self.symbols = symbols
        self.guards = Guards(symbols)
        self.at = placing.at
        self.result = Extracted()
        self.nodes: list[ast.AST] = []
        self.imports = self.asserts = False
        self._yielding: set[ast.AST | None] = set()
        for kind in (ast.Yield, ast.YieldFrom):
            self._yielding.update(index.function_of(n) for n in index.nodes(kind))

    def build(self) -> Extracted:
        self._body("", "module", self.index.tree, self._statements)
        for function in self.index.functions():
            self._body(self.ids[function], "function", function, self._statements)
        for expression in (*self.index.nodes(ast.Lambda), *self.index.nodes(ast.GeneratorExp)):
            kind: BodyKind = "lambda" if isinstance(expression, ast.Lambda) else "generator"
            self._body(self.ids[expression], kind, expression, self._expression)
        return self.result

    def _body(self, name: str, kind: BodyKind, node: ast.AST, read: Callable[[ast.AST], Block]) -> None:
        self.nodes = []
        self.imports = self.asserts = False
        block = read(node)
        decorators = node.decorator_list if isinstance(node, FUNCTIONS) else []
        is_generator = kind == "generator" or node in self._yielding
        if not block and not decorators and not is_generator:
            return
        self.result.nodes[name] = self.nodes
        self.result.roots[name] = node
        self.result.bodies[name] = Body(
            name,
            kind,
            block,
            cls=self._class_of(node),
            owner=self._owner(node),
            parameters=parameters_of(node.args) if isinstance(node, (*FUNCTIONS, ast.Lambda)) else (),
            decorators=tuple(self.symbols.of(d) for d in decorators),
            is_async=isinstance(node, ast.AsyncFunctionDef),
            is_generator=is_generator,
            imports=self.imports,
            asserts=self.asserts,
        )

    def _class_of(self, node: ast.AST) -> str:
        cls = self.index.class_of(node) if isinstance(node, FUNCTIONS) else None
        return self.ids[cls] if cls is not None else ""

    def _owner(self, node: ast.AST) -> str:
        for ancestor in self.index.ancestors(node):
            if isinstance(ancestor, (*FUNCTIONS, ast.Lambda, ast.GeneratorExp)):
                return self.ids[ancestor]
        return ""

    # Blocks

    def _statements(self, node: ast.AST) -> Block:
        return self._block(node.body)  # type: ignore[attr-defined]

    def _expression(self, node: ast.AST) -> Block:
        out: list[Op] = []
        self._emit(node, out)
        if isinstance(node, ast.Lambda):
            self._leaf(("R", self.symbols.of(node.body)), node.body, out)
        return tuple(out)

    def _block(self, statements: list[ast.stmt]) -> Block:
        out: list[Op] = []
        for statement in statements:
            reader = _READERS.get(statement.__class__)
            if reader is not None:
                reader(self, statement, out)
            elif statement in self.at:
                self._emit(statement, out)
        return tuple(out)

    def _emit(self, owner: ast.AST, out: list[Op]) -> None:
        for placed in self.at.get(owner, ()):
            self._emit_one(placed, out)

    def _emit_one(self, placed: Placed, out: list[Op]) -> None:
        op = placed.op
        for test, holds in placed.guards:
            guard = self.guards.of(test)
            if guard is not None:
                op = ("if", guard, (op,), ()) if holds else ("if", guard, (), (op,))
        out.append(op)
        self.nodes.append(placed.node)

    def _leaf(self, op: Op, node: ast.AST, out: list[Op]) -> None:
        if op[1] is not None or op[0] == "y":
            out.append(op)
            self.nodes.append(node)

    def _expr(self, node: ast.Expr, out: list[Op]) -> None:
        self._emit(node, out)
        value = node.value
        if isinstance(value, ast.Await):
            value = value.value
        if isinstance(value, (ast.Yield, ast.YieldFrom)):
            self._yield(value, out)
        elif isinstance(value, ast.Call) and dotted_name(value.func) in _ENDS:
            out.append(("x",))

    def _assign(self, node: ast.Assign, out: list[Op]) -> None:
        self._emit(node, out)
        if isinstance(node.value, (ast.Yield, ast.YieldFrom)):
            self._yield(node.value, out)
        elif isinstance(node.targets[0], ast.Name) and node.targets[0].id == "pytestmark":
            marks = self.symbols.of_all(node.value)
            if marks is not None:
                self._leaf(("a", "pytestmark", "=", marks), node, out)
        elif isinstance(node.targets[0], ast.Name) and node.targets[0].id == "pytest_plugins":
            # pytest imports these modules, and their fixtures are there like those of a star import.
            names = [c.value for c in ast.walk(node.value) if isinstance(c, ast.Constant) and isinstance(c.value, str)]
            self.imports = True
            self._leaf(("m", tuple(f"{n}:*" for n in names)), node, out)
        else:
            self._kept(node, node.targets[0], out)

    def _ann_assign(self, node: ast.AnnAssign, out: list[Op]) -> None:
        self._emit(node, out)
        self._kept(node, node.target, out)

    def _kept(self, node: ast.Assign | ast.AnnAssign, target: ast.expr, out: list[Op]) -> None:
        """Functions are kept: in a variable of the module, in a class, in a container."""
        if isinstance(target, ast.Subscript):
            base = self.symbols.container(target.value) if self.symbols.may_hold(target.value) else None
            value = self.symbols.of(node.value)
            if base is not None and value is not None:
                self._leaf(("a", base, "[]=", value), node, out)
        elif isinstance(target, ast.Name):
            scope = self.index.scope(target)
            if not scope.is_module and not scope.is_class:
                return
            value = self.symbols.held(node.value)
            if _carries_function(value):
                cls = self.ids[scope.node] if scope.is_class else ""
                self._leaf(("a", f"&{cls}|{target.id}" if cls else target.id, "=", value), node, out)

    def _yield(self, node: ast.Yield | ast.YieldFrom, out: list[Op]) -> None:
        symbol = self.symbols.of(node.value)
        self._leaf(("y", symbol, "from") if isinstance(node, ast.YieldFrom) else ("y", symbol), node, out)

    def _return(self, node: ast.Return, out: list[Op]) -> None:
        self._emit(node, out)
        value = node.value
        if isinstance(value, ast.Tuple) and value.elts:
            value = value.elts[0]
        if value is not None:
            self._leaf(("R", self.symbols.of(value) or self._answer(value)), value, out)
        out.append(("x",))

    def _answer(self, value: ast.expr) -> Symbol | None:
        """``return bool(current_app)``: a function whose truth says something about contexts."""
        guard = self.guards.of(value) if isinstance(value, (ast.BoolOp, ast.Compare, ast.UnaryOp, ast.Call)) else None
        return ("g", guard) if isinstance(guard, tuple) and guard[0] in ("?", "and") else None

    def _leave(self, node: ast.stmt, out: list[Op]) -> None:
        self._emit(node, out)
        out.append(("x",))

    def _assert(self, node: ast.Assert, out: list[Op]) -> None:
        self.asserts = True
        self._emit(node, out)
        guard = self.guards.of(node.test)
        if guard is not None:
            out.append(("if", guard, (), (("x",),)))

    def _if(self, node: ast.If, out: list[Op]) -> None:
        self._emit(node, out)
        if is_type_checking(node.test) or (isinstance(node.test, ast.Constant) and not node.test.value):
            out.extend(self._block(node.orelse))
            return
        guard = self.guards.of(node.test)
        then, otherwise = self._block(node.body), self._block(node.orelse)
        if guard is not None or _does_something(then) or _does_something(otherwise):
            out.append(("if", guard, then, otherwise))

    def _for(self, node: ast.For | ast.AsyncFor, out: list[Op]) -> None:
        self._emit(node, out)
        self._loop(node, None, out)

    def _while(self, node: ast.While, out: list[Op]) -> None:
        self._emit(node, out)
        self._loop(node, self.guards.of(node.test), out)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, guard: Symbol | None, out: list[Op]) -> None:
        block = self._block(node.body)
        if _does_something(block):
            out.append(("loop", block if guard is None else (("if", guard, block, (("x",),)),)))
        out.extend(self._block(node.orelse))

    def _with(self, node: ast.With | ast.AsyncWith, out: list[Op]) -> None:
        self._with_items(node, 0, out)

    def _with_items(self, node: ast.With | ast.AsyncWith, number: int, out: list[Op]) -> None:
        if number == len(node.items):
            out.extend(self._block(node.body))
            return
        item = node.items[number]
        self._emit(item, out)
        symbol = self.symbols.of(item.context_expr)
        if symbol is None and self.symbols.is_inert(item.context_expr):
            symbol = "'"
        inside: list[Op] = []
        self._with_items(node, number + 1, inside)
        out.append(("with", symbol, tuple(inside)))

    def _try(self, node: ast.Try, out: list[Op]) -> None:
        body = self._block(node.body)
        handlers = []
        for handler in node.handlers:
            types = self._types(handler.type)
            caught = tuple(self.symbols.of(t) for t in types) if types is not None else None
            handlers.append((caught, _raises_again(handler), self._block(handler.body)))
        orelse, final = self._block(node.orelse), self._block(node.finalbody)
        if body or orelse or final or any(h[2] for h in handlers):
            out.append(("try", None, body, tuple(handlers), orelse, final))

    def _types(self, node: ast.expr | None, left: int = 3) -> list[ast.expr] | None:
        """The exception classes of a handler, also through a name for them; None for ``except:``."""
        if node is None:
            return None
        if isinstance(node, ast.Tuple):
            return [t for element in node.elts for t in self._types(element, left) or ()]
        bindings = self.index.lookup(node.id, node) if isinstance(node, ast.Name) and left else []
        value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        return self._types(value, left - 1) if isinstance(value, (ast.Tuple, ast.Name, ast.Attribute)) else [node]

    def _match(self, node: ast.Match, out: list[Op]) -> None:
        self._emit(node, out)
        rest: Block = ()
        blocks = [(self._block(case.body), self.guards.of_case(node.subject, case.pattern)) for case in node.cases]
        for block, guard in reversed(blocks):
            # Leaves are numbered in source order, which this nesting keeps.
            rest = (("if", guard, block, rest),) if block or rest else ()
        out.extend(rest)

    def _function(self, node: FunctionNode, out: list[Op]) -> None:
        self._emit(node, out)
        self._decorated(node, out)

    def _class(self, node: ast.ClassDef, out: list[Op]) -> None:
        self._emit(node, out)
        out.extend(self._block(node.body))
        self._made(node, out)
        self._decorated(node, out)

    def _made(self, node: ast.ClassDef, out: list[Op]) -> None:
        metaclass = next((self.symbols.of(k.value) for k in node.keywords if k.arg == "metaclass"), None)
        values = (getattr(statement, "value", None) for statement in node.body)
        parts = tuple(self.symbols.of(v.func) for v in values if isinstance(v, ast.Call) and is_construction(v))
        if node.bases or metaclass is not None or parts:
            self._leaf(("k", f"@{self.ids[node]}", metaclass, parts), node.bases[0] if node.bases else node, out)

    def _decorated(self, node: FunctionNode | ast.ClassDef, out: list[Op]) -> None:
        for decorator in reversed(node.decorator_list):
            symbol = self.symbols.of(decorator)
            if symbol is not None:
                self._leaf(("c", symbol, (f"@{self.ids[node]}",), (), "decorator"), decorator, out)

    def _import(self, node: ast.Import, out: list[Op]) -> None:
        self.imports = True
        self._leaf(("m", tuple(a.name for a in node.names)), node, out)

    def _import_from(self, node: ast.ImportFrom, out: list[Op]) -> None:
        self.imports = True
        source = resolve_relative(self.index.module, self.index.is_package, node.level, node.module)
        self._leaf(("m", tuple(f"{source}:{a.name}" for a in node.names)), node, out)


_READERS: dict[type[ast.AST], Callable[[_Builder, Any, list[Op]], None]] = {
    ast.Expr: _Builder._expr,
    ast.AnnAssign: _Builder._ann_assign,
    ast.Assign: _Builder._assign,
    ast.Return: _Builder._return,
    ast.Raise: _Builder._leave,
    ast.Break: _Builder._leave,
    ast.Continue: _Builder._leave,
    ast.Assert: _Builder._assert,
    ast.If: _Builder._if,
    ast.For: _Builder._for,
    ast.AsyncFor: _Builder._for,
    ast.While: _Builder._while,
    ast.With: _Builder._with,
    ast.AsyncWith: _Builder._with,
    ast.Try: _Builder._try,
    ast.Match: _Builder._match,
    ast.FunctionDef: _Builder._function,
    ast.AsyncFunctionDef: _Builder._function,
    ast.ClassDef: _Builder._class,
    ast.Import: _Builder._import,
    ast.ImportFrom: _Builder._import_from,
}
if hasattr(ast, "TryStar"):
    _READERS[ast.TryStar] = _Builder._try


def _carries_function(symbol: Symbol | None) -> bool:
    """Whether a symbol is a container, or a call that is given names which may be those of functions."""
    if not isinstance(symbol, tuple) or symbol[0] not in ("()", "{}"):
        return False
    given = (*symbol[2], *(v for _, v in symbol[3])) if symbol[0] == "()" else ()
    return symbol[0] == "{}" or any(isinstance(g, str) and g[:1] != "'" for g in given)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    """Whether the handler lets the exception go on: it ends in ``raise``, ``raise error``."""
    last = handler.body[-1]
    if not isinstance(last, ast.Raise):
        return False
    return last.exc is None or (isinstance(last.exc, ast.Name) and last.exc.id == handler.name)


def _does_something(block: Block) -> bool:
    return any(op[0] != "x" for op in block)
