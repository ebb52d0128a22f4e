"""Which changes of the database session a function leaves without a commit."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask_ls.project.index import FUNCTIONS
from flask_ls.rules.ask import values
from flask_ls.rules.ask.commits import MAY_COMMIT, may_commit
from flask_ls.rules.ask.detached import pushes_context
from flask_ls.rules.ask.queries import model_of_element, model_of_iterated
from flask_ls.rules.ask.session import RESETS, function_named, is_write, loaded_model, session_call
from flask_ls.rules.context import Context

# Categories of flashed messages that say something went wrong.
_OF_ERRORS = ("error", "danger", "warning", "alert", "failure")


_MAX_DEPTH = 6
# Stands for what was pending before a function was called.
_BEFORE = ast.Pass()


class _Effect(NamedTuple):
    """What calling a function does: whether what was pending stays so, and what becomes pending."""

    keeps: bool
    added: tuple[ast.AST, ...]


def _committing(ctx: Context) -> frozenset[ast.AST]:
    """The functions that commit themselves."""
    calls = (n for n in ctx.index.nodes(ast.Call) if session_call(ctx, n) == "commit")
    return frozenset(f for n in calls if (f := ctx.index.function_of(n)) is not None)


def _effects(ctx: Context) -> dict[ast.AST, _Effect]:
    return {}


class PendingWrites:
    """Follows the statements of a function: which writes are pending, which are lost at an exit."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        # The write, and the return or the block with whose context it is lost.
        self.lost: list[tuple[ast.AST, ast.AST | None]] = []
        self._calling: list[ast.AST] = []
        self._finally: list[Sequence[ast.stmt]] = []
        self._known = ctx.once(_effects)
        self._is_cut = False  # a call was not followed, as it leads back or too deep

    def function(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Collect the writes that no commit follows before the function ends."""
        self._calling.append(function)
        pending, ends = self._block(function.body, ())
        if ends:
            self.lost += [(w, None) for w in pending]

    def block(self, block: ast.With) -> None:
        """The same of a block that pushes a context, outside of functions."""
        self._statement(block, ())

    def _block(self, block: Sequence[ast.stmt], pending: tuple[ast.AST, ...]) -> tuple[tuple[ast.AST, ...], bool]:
        """The writes pending after the block, and whether control runs past its end."""
        for statement in block:
            pending, continues = self._statement(statement, pending)
            if not continues:
                return pending, False
        return pending, True

    def _statement(self, node: ast.stmt, pending: tuple[ast.AST, ...]) -> tuple[tuple[ast.AST, ...], bool]:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            return pending, True
        if isinstance(node, ast.Return):
            pending = self._last(self._expressions(node, pending))
            if not self._is_error(node):
                self.lost += [(w, node) for w in pending]
            return pending, False
        if isinstance(node, (ast.Raise, ast.Break, ast.Continue)):
            return pending, False
        if isinstance(node, ast.If):
            pending = self._expressions(node.test, pending)
            joined, ends = self._joined([self._block(node.body, pending), self._block(node.orelse, pending)], pending)
            if ends and not node.orelse and self._is_of_request(node.test):
                # Made whatever the request says, and committed only for some.
                block = self.ctx.index.block_of(node)
                joined = tuple(dict.fromkeys([*(w for w in pending if self.ctx.index.statement(w) in block), *joined]))
            return joined, ends
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            head = node.test if isinstance(node, ast.While) else node.iter
            pending = self._expressions(head, pending)
            inner, _ = self._block(node.body, pending)
            cleared = tuple(w for w in pending if w in inner)
            added = tuple(w for w in inner if w not in pending)
            after, ends = self._block(node.orelse, cleared + added)
            return after, ends
        if isinstance(node, ast.Try):
            self._finally.append(node.finalbody)
            inner, ends = self._block(node.body, pending)
            if ends:
                inner, ends = self._block(node.orelse, inner)
            # What a handler does after a failure is no promise to write.
            handled = [self._quietly(h.body) for h in node.handlers]
            self._finally.pop()
            after, final = self._block(node.finalbody, inner)
            return after, final and (ends or any(handled))
        if isinstance(node, (ast.With, ast.AsyncWith)):
            inner, ends = self._block(node.body, self._expressions_of(node.items, pending))
            if isinstance(node, ast.With) and pushes_context(node, self.ctx):
                # Its session ends here, whatever is committed afterwards.
                if ends and not any(session_call(self.ctx, i.context_expr) == "begin" for i in node.items):
                    self.lost += [(w, node) for w in inner if w not in pending]
                return pending, ends
            commits = any(session_call(self.ctx, i.context_expr) == "begin" for i in node.items) or any(
                session_call(self.ctx, i.context_expr) is None
                and self.ctx.model.names.is_project(self.ctx.called(i.context_expr) or "")
                for i in node.items
            )
            return (() if commits else inner), ends
        if isinstance(node, ast.Match):
            arms = [self._block(case.body, pending) for case in node.cases]
            return self._joined([*arms, (pending, True)], pending)
        return self._expressions(node, pending), not self._aborts(node)

    def _last(self, pending: tuple[ast.AST, ...]) -> tuple[ast.AST, ...]:
        """What is pending after the ``finally`` blocks that a return runs through."""
        blocks, self._finally = self._finally, []
        for block in reversed(blocks):
            pending, _ = self._block(block, pending)
        self._finally = blocks
        return pending

    def _quietly(self, block: Sequence[ast.stmt]) -> bool:
        kept, self.lost = self.lost, []
        _, ends = self._block(block, ())
        self.lost = kept
        return ends

    def _joined(
        self, arms: list[tuple[tuple[ast.AST, ...], bool]], before: tuple[ast.AST, ...]
    ) -> tuple[tuple[ast.AST, ...], bool]:
        """After a branch: an arm that commits is taken to be the one that wrote, so it clears for all."""
        open_arms = [pending for pending, ends in arms if ends]
        if not open_arms:
            return (), False
        everywhere = [w for w in before if all(w in pending for pending in open_arms)]
        added = [w for pending in open_arms for w in pending if w not in before]
        return tuple(dict.fromkeys(everywhere + added)), True

    def _expressions_of(self, items: list[ast.withitem], pending: tuple[ast.AST, ...]) -> tuple[ast.AST, ...]:
        for item in items:
            pending = self._expressions(item.context_expr, pending)
        return pending

    def _expressions(self, node: ast.AST, pending: tuple[ast.AST, ...]) -> tuple[ast.AST, ...]:
        """The effects of a simple statement or expression, in no particular order inside it."""
        for inner in own_nodes_of(node):
            if isinstance(inner, ast.Call):
                pending = self._call(inner, pending)
            elif (
                isinstance(inner, ast.Attribute)
                and isinstance(inner.ctx, ast.Store)
                and self._is_column(inner.value, inner.attr)
            ):
                pending = (*pending, self.ctx.index.statement(inner) or inner)
        return pending

    def _call(self, call: ast.Call, pending: tuple[ast.AST, ...]) -> tuple[ast.AST, ...]:
        if is_write(self.ctx, call) or self._sets_column(call) or self._relates(call):
            return (*pending, call)
        method = session_call(self.ctx, call)
        if method is not None:
            return () if method in ("commit", "expunge", "expunge_all") or method in RESETS else pending
        member = self.ctx.member(call.func) or ""
        is_query = member.startswith(("flask_sqlalchemy.", "sqlalchemy.")) or loaded_model(self.ctx, call) is not None
        if is_query or model_of_iterated(self.ctx, call) is not None:
            return pending  # builds a statement or a query
        name = self.ctx.called(call)
        if name is not None and self.ctx.model.names.is_project(name):
            function = function_named(self.ctx, name)
            if function is None:
                is_class = self.ctx.model.names.class_(name) is not None
                return pending if is_class or (pending and not may_commit(self.ctx, name)) else ()
            return self._inner(function, pending)
        last = call.func.attr.lower() if isinstance(call.func, ast.Attribute) else ""
        unknown = name is None and not self._is_plain(call)
        return () if unknown and last.startswith(MAY_COMMIT) else pending

    def _is_plain(self, call: ast.Call) -> bool:
        cls = self.ctx.infer.class_of(call.func.value) if isinstance(call.func, ast.Attribute) else None
        return cls is not None and not self.ctx.model.names.is_project(cls)

    def _inner(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef, pending: tuple[ast.AST, ...]
    ) -> tuple[ast.AST, ...]:
        if function in self._calling or len(self._calling) > _MAX_DEPTH:
            self._is_cut = True
            return ()
        known = self._known.get(function)
        if known is None:
            outer, self._is_cut = self._is_cut, False
            known = self._effect(function)
            if not self._is_cut:
                self._known[function] = known
            self._is_cut = self._is_cut or outer
        return tuple(dict.fromkeys([*(pending if known.keeps else ()), *known.added]))

    def _effect(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> _Effect:
        if function in self.ctx.once(_committing):
            return _Effect(keeps=False, added=())
        self._calling.append(function)
        kept, self.lost = self.lost, []
        blocks, self._finally = self._finally, []
        after, ends = self._block(function.body, (_BEFORE,))
        self._finally = blocks
        left = list(dict.fromkeys([*(after if ends else ()), *(w for w, _ in self.lost)]))
        self.lost = kept
        self._calling.pop()
        return _Effect(keeps=_BEFORE in left or not left, added=tuple(w for w in left if w is not _BEFORE))

    def _is_of_request(self, test: ast.expr) -> bool:
        """Whether the condition asks the request itself, and nothing that was made before."""
        roots = [n for n in ast.walk(test) if isinstance(n, ast.Name)]
        wholes = [self.ctx.parent(n) if self.ctx.name(n) == "flask" else n for n in roots]
        return bool(roots) and all(self.ctx.name(n) == "flask.request" for n in wholes if n is not None)

    def _sets_column(self, call: ast.Call) -> bool:
        """``setattr(user, "name", value)``."""
        if self.ctx.called(call) != "builtins.setattr" or len(call.args) != 3:
            return False
        return self._is_column(call.args[0], values.text(self.ctx, call.args[1]) or "")

    def _relates(self, call: ast.Call) -> bool:
        """``user.groups.append(group)``."""
        method = call.func
        if not isinstance(method, ast.Attribute) or method.attr not in ("append", "extend", "remove"):
            return False
        related = method.value
        return isinstance(related, ast.Attribute) and self._declares(related.value, related.attr, "relationship")

    def _is_column(self, node: ast.expr, name: str) -> bool:
        """Whether ``name`` is a column of an object that was loaded from the database."""
        return self._declares(node, name, "Column", "mapped_column")

    def _declares(self, node: ast.expr, name: str, *kinds: str) -> bool:
        """Whether the model of an object that was loaded from the database declares ``name`` as one of these."""
        if not isinstance(node, ast.Name):
            return False
        bindings = self.ctx.index.lookup(node.id, node)
        models = {loaded_model(self.ctx, b.value) if b.kind == "assign" else None for b in bindings}
        model = (models.pop() if len(models) == 1 else None) or model_of_element(self.ctx, node)
        for cls in self.ctx.model.mro(model) if model is not None else ():
            known = self.ctx.model.names.class_(cls)
            value = known[1].attributes.get(name) if known is not None else None
            if value is not None:
                return value.called and value.dotted.rpartition(".")[2] in kinds
        return False

    def _is_error(self, node: ast.Return) -> bool:
        """Whether the answer says that nothing was done: a status of 400 or more, ``abort()``, a flashed error."""
        value = node.value
        if isinstance(value, ast.Tuple) and len(value.elts) > 1 and not _is_nothing(value):
            status = values.constant(self.ctx, value.elts[1])
            return isinstance(status, int) and status >= 400
        if isinstance(value, ast.Call) and (self.ctx.called(value) == "flask.abort" or _is_given_an_error(value)):
            return True
        if _says_error(value) or (_is_nothing(value) and self._commits_elsewhere(node)):
            return True
        if any(isinstance(s, ast.Expr) and self._flashes_error(s.value) for s in self.ctx.index.block_of(node)):
            return True
        parent = self.ctx.parent(node)
        return isinstance(parent, ast.If) and node in parent.body and _is_of(parent.test, value)

    def _commits_elsewhere(self, node: ast.Return) -> bool:
        """Whether the function commits, on another way than this one."""
        return self.ctx.index.function_of(node) in self.ctx.once(_committing)

    def _flashes_error(self, node: ast.expr) -> bool:
        if not isinstance(node, ast.Call) or self.ctx.called(node) != "flask.flash":
            return False
        return values.constant(self.ctx, values.argument(node, 1, "category")) in _OF_ERRORS

    def _aborts(self, node: ast.stmt) -> bool:
        return isinstance(node, ast.Expr) and self.ctx.called(node.value) in ("flask.abort", "sys.exit")


def _is_given_an_error(call: ast.Call) -> bool:
    """``page(400)``, ``answer("no", status=409)``: a helper gets the status of the answer."""
    given = [*call.args, *(k.value for k in call.keywords)]
    return any(isinstance(a, ast.Constant) and type(a.value) is int and 400 <= a.value < 600 for a in given)


def _says_error(value: ast.expr | None) -> bool:
    """``{"error": "..."}``, also inside a call such as ``jsonify``."""
    if isinstance(value, ast.Call) and len(value.args) == 1:
        value = value.args[0]
    keys = [k.value for k in value.keys if isinstance(k, ast.Constant)] if isinstance(value, ast.Dict) else []
    return any(key in ("error", "errors") for key in keys)


def _is_nothing(value: ast.expr | None) -> bool:
    """``return``, ``return False`` and ``return None, "not found"``."""
    if isinstance(value, ast.Tuple) and value.elts:
        value = value.elts[0]
    return value is None or (isinstance(value, ast.Constant) and (value.value is None or value.value is False))


def _is_of(test: ast.expr, value: ast.expr | None) -> bool:
    """Whether a return hands on what a check gave: ``if problem: return problem``."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.IsNot):
        test = test.left
    if isinstance(test, ast.NamedExpr):
        test = test.target
    return isinstance(test, ast.Name) and isinstance(value, ast.Name) and test.id == value.id


def own_nodes_of(node: ast.AST) -> Iterator[ast.AST]:
    """A node and the nodes in it, without the bodies of functions."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        if not isinstance(current, (*FUNCTIONS, ast.Lambda)):
            stack.extend(reversed(list(ast.iter_child_nodes(current))))
