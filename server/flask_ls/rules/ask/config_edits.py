"""Edits of configuration writes: remove one, put another key beside it."""

from __future__ import annotations

import ast
import re

from flask_ls.rules.ask.config import Write
from flask_ls.rules.context import Context
from flask_ls.rules.fixing import EditBuilder
from flask_ls.syntax.span import Span


def without(ctx: Context, write: Write) -> EditBuilder:
    """A builder that removes a configuration write; impossible when other code hangs on it."""
    edit = ctx.edit()
    node = write.node
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return edit.delete_statement(node) if write.is_sole_statement else edit.refuse()
    if isinstance(node, ast.keyword):
        call = ctx.parent(node)
        if not isinstance(call, ast.Call):
            return edit.refuse()
        if _is_alone(ctx, call, len(call.args) + len(call.keywords)):
            return edit.delete_statement(ctx.index.statement(call) or ast.Pass())
        return edit.remove_argument(call, node)
    if isinstance(node, ast.Call):
        statement = ctx.parent(node)
        return edit.delete_statement(statement) if isinstance(statement, ast.Expr) else edit.refuse()
    mapping = ctx.parent(node)
    if isinstance(mapping, ast.Dict) and node in mapping.values:
        call = ctx.parent(mapping)
        keys = len(mapping.keys)
        if isinstance(call, ast.Call) and _is_alone(ctx, call, len(call.args) + len(call.keywords) + keys - 1):
            return edit.delete_statement(ctx.index.statement(call) or ast.Pass())
        return edit.remove(_item_span(ctx, mapping, mapping.values.index(node)))
    return edit.refuse()


def beside(ctx: Context, write: Write, key: str, value: str) -> EditBuilder:
    """A builder that sets another key in the same way and place, directly after ``write``. ``value`` is source."""
    edit = ctx.edit()
    node = write.node
    if isinstance(node, ast.keyword):
        call = ctx.parent(node)
        return edit.add_argument(call, f"{key}={value}") if isinstance(call, ast.Call) else edit.refuse()
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        if write.form in ("class", "module"):
            return edit.insert_line_after(node, f"{key} = {value}")
        if isinstance(write.target, ast.Subscript):
            config = ctx.text(write.target.value)
            return edit.insert_line_after(node, f"{config}[{edit.quoted(key, like=write.target.slice)}] = {value}")
    mapping = ctx.parent(node)
    if isinstance(mapping, ast.Dict) and node in mapping.values:
        written = edit.quoted(key, like=mapping.keys[mapping.values.index(node)])
        return edit.after(node, f", {written}: {value}")
    return edit.refuse()


def renamed(ctx: Context, write: Write, key: str) -> EditBuilder:
    """A builder that writes another key in the place of the one of ``write``."""
    edit = ctx.edit()
    node = _key_node(write)
    if isinstance(node, ast.Constant):
        return edit.replace(node, edit.quoted(key, like=node))
    if isinstance(node, ast.keyword) or (isinstance(node, ast.Name) and write.form in ("class", "module")):
        return edit.replace(key_span(ctx, write), key)
    return edit.refuse()


def key_span(ctx: Context, write: Write) -> Span:
    """Where the key of a configuration write stands."""
    node = _key_node(write)
    start, end = ctx.span(node)
    return Span(start, start + len(write.key) if isinstance(node, ast.keyword) else end)


def _key_node(write: Write) -> ast.AST:
    return write.target.slice if isinstance(write.target, ast.Subscript) else write.target


def _is_alone(ctx: Context, call: ast.Call, count: int) -> bool:
    """Whether the call is a statement of its own that exists for this one key."""
    return count == 1 and isinstance(ctx.parent(call), ast.Expr)


def _item_span(ctx: Context, mapping: ast.Dict, number: int) -> Span:
    """An item of a dict display with its comma and, where it has lines of its own, with these."""
    text = ctx.source.text
    key = mapping.keys[number]
    start = ctx.span(key).start if key is not None else ctx.span(mapping.values[number]).start
    end = ctx.span(mapping.values[number]).end
    after = re.compile(r"[ \t]*,").match(text, end)
    line = text.rfind("\n", 0, start) + 1
    if after:
        end = after.end()
        rest = re.compile(r"[ \t]*(#[^\r\n]*)?(\r\n|\n|\r)").match(text, end)
        if rest and not text[line:start].strip():
            return Span(line, rest.end())
        return Span(start, re.compile(r"[ \t]*").match(text, end).end())  # type: ignore[union-attr]
    before = re.compile(r",\s*$").search(text, 0, start)
    return Span(before.start(), end) if before else Span(start, end)
