"""Fixes for test clients: a request's context kept for what reads it, requests moved out of a pushed context."""

from __future__ import annotations

import ast

from flask_ls.project.contexts.witness import extracted_of
from flask_ls.rules.ask.contexts import Lacking
from flask_ls.rules.context import Context
from flask_ls.rules.edits.statements import indentation, line_of
from flask_ls.rules.finding import Fix
from flask_ls.rules.fixing import EditBuilder
from flask_ls.syntax.span import Span

CLIENT = "flask.testing.FlaskClient"
METHODS = frozenset("get post put patch delete head options trace open".split())


def enter_client(ctx: Context, found: Lacking) -> Fix | None:
    """``with client:`` from the request to the reading."""
    statement = ctx.index.statement(found.node)
    while statement is not None:
        fix = _in_block(ctx, statement)
        if fix is not None:
            return fix
        parent = ctx.index.parent(statement)
        statement = parent if isinstance(parent, (ast.If, ast.For, ast.With, ast.Try)) else None
    return None


def _in_block(ctx: Context, statement: ast.stmt) -> Fix | None:
    block = ctx.index.block_of(statement)
    last = block.index(statement)
    for first in range(last, -1, -1):
        if isinstance(block[first], ast.With) and _enters_client(ctx, block[first]) and first < last:
            edit = _joined(ctx, block[first + 1 : last + 1])
            return ctx.fix("Read it before the `with` block ends", edit, safe=True)
        call = next((n for n in ast.walk(block[first]) if isinstance(n, ast.Call) and is_request(ctx, n)), None)
        if call is not None:
            return _entered(ctx, block[first : last + 1], call)
    return None


def _joined(ctx: Context, statements: list[ast.stmt]) -> EditBuilder:
    """Statements moved into the block that ends above them."""
    first, last = line_of(ctx.source, statements[0]), line_of(ctx.source, statements[-1])
    edit = ctx.edit()
    return edit.refuse() if first is None or last is None else edit.indent(Span(first.start, last.end))


def _enters_client(ctx: Context, block: ast.stmt) -> bool:
    return isinstance(block, ast.With) and any(ctx.is_instance(i.context_expr, CLIENT) for i in block.items)


def _entered(ctx: Context, statements: list[ast.stmt], call: ast.Call) -> Fix | None:
    assert isinstance(call.func, ast.Attribute)
    receiver = call.func.value
    edit = ctx.edit()
    if isinstance(receiver, (ast.Name, ast.Attribute)):
        header = f"with {ctx.text(receiver)}:"
    elif not ctx.index.lookup("client", call):
        header = f"with {ctx.text(receiver)} as client:"
        edit.replace(receiver, "client")
    else:
        return None
    return ctx.fix(f"Keep the request's context with `{header}`", edit.wrap_in_with(statements, header), safe=True)


def is_request(ctx: Context, call: ast.Call) -> bool:
    """Whether a call makes a request with a test client, as far as its receiver is known."""
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr not in METHODS:
        return False
    receiver = function.value
    if ctx.is_instance(receiver, CLIENT):
        return True
    name = (
        receiver.id if isinstance(receiver, ast.Name) else receiver.attr if isinstance(receiver, ast.Attribute) else ""
    )
    return "client" in name or name == "c"


def requests_outside(ctx: Context, block: ast.With) -> Fix | None:
    """The statements of a ``with app.app_context():`` block that make requests, moved out of it.

    Statements that may need the block's context stay, under a block of their own where they follow.
    """
    header = _header(ctx, block)
    runs = _runs(ctx, block)
    if header is None or runs is None:
        return None
    edit = ctx.edit()
    unit, outer = edit.indent_unit, indentation(ctx.source, block)
    if runs[0][0]:
        edit.remove(header)
        for node in ast.walk(block.items[0].context_expr):
            if isinstance(node, ast.Name):
                edit.remove_unused_import(node.id)
    before = header.end
    for number, (is_out, statements) in enumerate(runs):
        first, last = (line_of(ctx.source, s) for s in (statements[0], statements[-1]))
        if first is None or last is None or indentation(ctx.source, statements[0]) != outer + unit:
            return None
        if is_out:
            edit.dedent(Span(before, last.end))
        elif number:
            edit.insert(first.start, f"{outer}with {ctx.text(block.items[0].context_expr)}:{edit.newline}")
        before = last.end
    return ctx.fix("Make the requests outside of the block", edit, safe=False)


def _header(ctx: Context, block: ast.With) -> Span | None:
    """The lines of ``with app.app_context():``; None when it does more, or has a comment."""
    item = block.items[0]
    if len(block.items) != 1 or item.optional_vars is not None:
        return None
    first = ctx.source.line_span(ctx.source.position(ctx.span(block).start)[0])
    last = ctx.source.line_span(ctx.source.position(ctx.span(item.context_expr).end)[0])
    end = last.end + len(ctx.source.newline)
    text = ctx.source.text[ctx.span(block).start : last.end]
    return Span(first.start, end) if text.rstrip().endswith(":") and ctx.span(block.body[0]).start >= end else None


def _needs_context(ctx: Context, statement: ast.stmt) -> bool:
    """Whether a statement uses what needs an application context, or calls code of the project, which may."""
    extracted = extracted_of(ctx.source, ctx.index.module, ctx.index.is_package, ctx.index)
    sites = [use.site for use in ctx.model.contexts.uses(ctx.path)]
    uses = {extracted.nodes[s.body.id][s.leaf] for s in sites if s.body.id in extracted.nodes}
    for node in ast.walk(statement):
        called = ctx.called(node) if isinstance(node, ast.Call) else None
        if node in uses or (called is not None and ctx.model.names.function(called) is not None):
            return True
    return False


def _shares_context(ctx: Context, node: ast.AST) -> bool:
    """Whether a function of an extension is called, which may read what the request left (``get_locale``)."""
    name = (ctx.called(node) or "") if isinstance(node, ast.Call) else ""
    return name.startswith("flask_") and name == name.lower()


def _runs(ctx: Context, block: ast.With) -> list[tuple[bool, list[ast.stmt]]] | None:
    """Neighbouring statements that belong outside (True) or inside; those that may be anywhere stay together."""
    marks: list[bool | None] = []
    if any(_shares_context(ctx, node) for statement in block.body for node in ast.walk(statement)):
        return None
    for statement in block.body:
        requests = any(isinstance(n, ast.Call) and is_request(ctx, n) for n in ast.walk(statement))
        needs = _needs_context(ctx, statement)
        if requests and needs:
            return None
        marks.append(requests or (False if needs else None))
    current = next((m for m in marks if m is not None), True)
    runs: list[tuple[bool, list[ast.stmt]]] = []
    for mark, statement in zip(marks, block.body, strict=True):
        current = current if mark is None else mark
        if runs and runs[-1][0] == current:
            runs[-1][1].append(statement)
        else:
            runs.append((current, [statement]))
    return runs
