"""Builds the edits of a fix in one file; all or nothing.

The methods say what to change; what is written keeps the file's indentation, line endings, comments and style of
argument lists and imports. Edits are computed together at the end, so that several changes of one import or block fit.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import cached_property

from flask_ls.project.index import FUNCTIONS, FileIndex, FunctionNode
from flask_ls.project.scopes import Binding, Scope
from flask_ls.rules.edits.blocks import dedenting, indent_unit, indenting, reindented
from flask_ls.rules.edits.calls import Argument, Arguments
from flask_ls.rules.edits.imports import ImportEdits
from flask_ls.rules.edits.parsing import still_parses
from flask_ls.rules.edits.statements import (
    blank_lines_around,
    comment_behind,
    deleting,
    full_span,
    indentation,
    line_of,
)
from flask_ls.rules.edits.unused import plain_imports_of, unused_imports, uses_of
from flask_ls.syntax.edit import TextEdit
from flask_ls.syntax.imports import ImportNode, leading_imports
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span


class EditBuilder:
    """Collects changes of one file. What cannot be done soundly sets ``impossible``, and the fix is not offered."""

    def __init__(
        self,
        path: str,
        source: SourceFile,
        index: FileIndex | None = None,
        is_imported: Callable[[str], bool] = lambda name: False,
    ) -> None:
        """``is_imported``: whether other files import a name from this one."""
        self.path = path
        self.source = source
        self.index = index or FileIndex(source.tree)
        self._refused = source.is_broken
        self._edits: list[TextEdit] = []
        self._deleted: list[ast.stmt] = []
        self._arguments: dict[ast.Call, set[int]] = {}
        self._added_arguments: dict[ast.Call, int] = {}
        self._imports = ImportEdits(source, self.index.tree)
        self._maybe_unused: list[str] = []
        self._is_imported = is_imported

    @property
    def impossible(self) -> bool:
        """Whether the fix must not be offered."""
        return self._refused or self._finished is None

    @property
    def edits(self) -> list[TextEdit]:
        """All edits, to be applied at once. Ask when everything has been said."""
        return self._finished or []

    @property
    def freed(self) -> list[str]:
        """The names whose imports go when nothing uses them any more."""
        return list(dict.fromkeys(self._maybe_unused))

    def refuse(self) -> EditBuilder:
        """Say that the fix is not possible here."""
        self._refused = True
        return self

    # Text

    def replace(self, where: ast.AST | Span, text: str) -> EditBuilder:
        """Put ``text`` in the place of a node or span."""
        return self._add(TextEdit(self._span(where), text))

    def insert(self, offset: int, text: str) -> EditBuilder:
        """Insert ``text`` before the code point at ``offset``."""
        return self._add(TextEdit(Span(offset, offset), text))

    def before(self, where: ast.AST | Span, text: str) -> EditBuilder:
        """Insert ``text`` directly before a node."""
        return self.insert(self._span(where).start, text)

    def after(self, where: ast.AST | Span, text: str) -> EditBuilder:
        """Insert ``text`` directly after a node."""
        return self.insert(self._span(where).end, text)

    def remove(self, where: ast.AST | Span) -> EditBuilder:
        """Remove exactly a node's text."""
        return self.replace(where, "")

    def quoted(self, text: str, like: ast.AST | None = None) -> str:
        """A string literal in the quotes of ``like``, or in those most strings of the file have."""
        written = self.source.segment(like).lstrip("rRbBuUfF") if like is not None else ""
        quote = written[:1] if written[:1] in ("'", '"') else self._quote
        escaped = text.encode("unicode_escape").decode() if not text.isprintable() else text.replace("\\", "\\\\")
        if quote in escaped:
            other = "'" if quote == '"' else '"'
            if other not in escaped:
                quote = other
            else:
                escaped = escaped.replace(quote, f"\\{quote}")
        return f"{quote}{escaped}{quote}"

    # Statements

    def delete_statement(self, statement: ast.stmt) -> EditBuilder:
        """Delete a statement with its lines and trailing comment; an otherwise empty block keeps ``pass``."""
        if statement not in self._deleted:
            self._deleted.append(statement)
            for name in plain_imports_of(self.index, statement):
                self.remove_unused_import(name)
        return self

    def insert_line_before(self, statement: ast.stmt, text: str) -> EditBuilder:
        """Insert lines above a statement and its decorators. ``text``: four spaces a level, from the margin."""
        lines = line_of(self.source, statement)
        if lines is None:
            return self.refuse()
        return self.insert(lines.start, self._reindented(text, indentation(self.source, statement)) + self.newline)

    def insert_line_after(self, statement: ast.stmt, text: str) -> EditBuilder:
        """Insert lines below a statement, at its level. ``text``: four spaces a level, from the margin."""
        lines = line_of(self.source, statement)
        if lines is None:
            return self.refuse()
        written = self._reindented(text, indentation(self.source, statement))
        if isinstance(statement, ast.Pass):  # it was there for an empty block
            return self.replace(statement, written.lstrip())
        if isinstance(statement, (*FUNCTIONS, ast.ClassDef)) and isinstance(self.index.parent(statement), ast.Module):
            written = self.newline * 2 + written
        ended = self.source.text[: lines.end].endswith(("\n", "\r"))
        return self.insert(lines.end, written + self.newline if ended else self.newline + written)

    def from_margin(self, statement: ast.stmt) -> str:
        """A statement with its trailing comment as the methods above take it, to put the statement elsewhere."""
        first, *others = self.source.segment(statement).splitlines()
        indent = indentation(self.source, statement)
        strings = [n for n in ast.walk(statement) if isinstance(n, ast.Constant) and isinstance(n.value, (str, bytes))]
        if any(n.lineno != n.end_lineno for n in strings):
            self.refuse()  # moving the lines of a string changes it
        lines = [first]
        for line in others:
            rest = line.removeprefix(indent)
            levels = 0
            while rest.startswith(self.indent_unit):
                rest = rest[len(self.indent_unit) :]
                levels += 1
            lines.append(" " * 4 * levels + rest)
        comment = comment_behind(self.source, statement)
        return "\n".join(lines) + (f"  {comment}" if comment else "")

    def wrap_in_with(self, statements: Sequence[ast.stmt], header: str) -> EditBuilder:
        """Put neighbouring statements of one block under ``header`` (``with app.app_context():``), one level in."""
        first, last = line_of(self.source, statements[0]), line_of(self.source, statements[-1])
        if first is None or last is None:
            return self.refuse()
        self.insert(first.start, self._reindented(header, indentation(self.source, statements[0])) + self.newline)
        return self.indent(Span(first.start, last.end))

    def set_apart(self, statement: ast.stmt, wanted: int, *, below: bool = True) -> EditBuilder:
        """Leave ``wanted`` blank lines above a statement and its comments, and below it."""
        over, under = blank_lines_around(self.source, self.index, statement, wanted)
        return self._add(over)._add(under) if below else self._add(over)

    def indent(self, span: Span) -> EditBuilder:
        """Move the lines of a span one level in; the text of strings stays."""
        self._edits.extend(indenting(self.source, span, self.indent_unit))
        return self

    def dedent(self, span: Span) -> EditBuilder:
        """Move the lines of a span one level out; the text of strings stays."""
        self._edits.extend(dedenting(self.source, span, self.indent_unit))
        return self

    def add_decorator(self, function: FunctionNode | ast.ClassDef, decorator: str) -> EditBuilder:
        """Put ``@decorator`` directly above ``def``, below the other decorators."""
        start = self.source.span(function).start
        line = self.source.line_span(self.source.position(start)[0]).start
        indent = self.source.text[line:start]
        return self.refuse() if indent.strip() else self.insert(line, f"{indent}@{decorator}{self.newline}")

    # Arguments

    def remove_argument(self, call: ast.Call, argument: Argument | str) -> EditBuilder:
        """Remove an argument (its node or keyword name) with its comma; on a line of its own, with that line."""
        number = Arguments(self.source, call).find(argument)
        if number < 0:
            return self.refuse()
        self._arguments.setdefault(call, set()).add(number)
        return self

    def add_argument(self, call: ast.Call, argument: str) -> EditBuilder:
        """Add a keyword argument at the end, in the style of the argument list."""
        nth = self._added_arguments.get(call, 0)
        self._added_arguments[call] = nth + 1
        self._edits.extend(Arguments(self.source, call).adding(argument, nth=nth))
        return self

    # Names

    def import_name(self, module: str, name: str, *, at: ast.AST) -> str:
        """How ``name`` of ``module`` is written at ``at``, importing it if needed: ``url_for``, ``flask.url_for``."""
        for local, bindings in self.index.root.bindings.items():
            for b in bindings:
                if b.kind == "from" and (b.module, b.attribute) == (module, name) and self._usable(local, b, at):
                    return local
        prefix = self._imported_module(module, at)
        if prefix is not None and self._is_mostly_prefixed(prefix, module):
            return f"{prefix}.{name}"
        free = self._free_name(name, module, at)
        if free is None:
            self.refuse()
            return name
        self._imports.add_name(module, name, free)
        return free

    def import_module(self, module: str, *, at: ast.AST) -> str:
        """How the top-level module ``module`` is written at ``at``, importing it if needed: ``os``."""
        imported = self._imported_module(module, at)
        if imported is not None:
            return imported
        local = self._free_name(module, "", at)
        if local is None:
            self.refuse()
            return module
        self._imports.add_module(module, local)
        return local

    def remove_unused_import(self, name: str) -> EditBuilder:
        """Remove the import of a name, at module level or in a function, if the finished fix leaves no use of it."""
        if not self._is_imported(name):
            self._maybe_unused.append(name)
        return self

    def remove_import(self, statement: ImportNode, alias: ast.alias) -> EditBuilder:
        """Remove one name of an import statement; the statement goes with its last name."""
        self._imports.drop(statement, alias)
        return self

    def rename(self, name: str, scope: Scope, text: str) -> EditBuilder:
        """Put ``text`` in the place of every use of the name that ``scope`` binds; its binding stays."""
        for node in self.uses(name, scope):
            if not isinstance(node.ctx, ast.Load) or self.source.segment(node) != name:
                return self.refuse()  # ast of Python 3.11 and older misplaces names inside some f-strings
            self.replace(node, text)
        return self

    def uses(self, name: str, scope: Scope) -> list[ast.Name]:
        """Every use of the name that ``scope`` binds."""
        return uses_of(self.index, name, scope)

    # Style of the file

    @property
    def newline(self) -> str:
        """The file's line ending."""
        return self.source.newline

    @cached_property
    def indent_unit(self) -> str:
        """One level of the file's indentation."""
        return indent_unit(self.source, self.index)

    @cached_property
    def _quote(self) -> str:
        written = [self.source.segment(c)[:1] for c in self.index.nodes(ast.Constant)[:60] if isinstance(c.value, str)]
        return "'" if written.count("'") > written.count('"') else '"'

    # Finishing

    @cached_property
    def _finished(self) -> list[TextEdit] | None:
        edits = list(self._edits)
        for call, numbers in self._arguments.items():
            edits += [TextEdit(span, "") for span in Arguments(self.source, call).without(numbers)]
        edits += deleting(self.source, self.index, self._deleted)
        for name in self.freed:
            for statement, alias in unused_imports(self.source, self.index, name, edits):
                self._imports.drop(statement, alias)
        edits += deleting(self.source, self.index, self._imports.gone())
        imports = self._imports.edits()
        edits = _without_covered(edits + imports)
        if any(e.text and e not in edits for e in imports):
            return None  # what is needed would go with what is deleted
        return edits if still_parses(self.source, edits) else None

    def _imported_module(self, module: str, at: ast.AST) -> str | None:
        for local, bindings in self.index.root.bindings.items():
            for b in bindings:
                if b.kind == "import" and b.module == module and self._usable(local, b, at):
                    return local
        return None

    def _is_mostly_prefixed(self, prefix: str, module: str) -> bool:
        """Whether the file writes ``module.name`` more often than names that it imports from the module."""
        imported = {
            local
            for local, bindings in self.index.root.bindings.items()
            if any(b.kind == "from" and b.module == module for b in bindings)
        }
        written = [n.id for n in self.index.nodes(ast.Name) if n.id == prefix or n.id in imported]
        return 2 * written.count(prefix) > len(written) or not imported

    def _usable(self, local: str, binding: Binding, at: ast.AST) -> bool:
        """Whether the module-level import is what ``local`` means at ``at``, and has run when ``at`` runs."""
        if len(self.index.root.bindings[local]) != 1 or not isinstance(self.index.parent(binding.node), ast.Module):
            return False
        if self.index.scope(at).owner(local) is not self.index.root:
            return False
        runs_later = self.index.function_of(at) is not None
        return runs_later or self.source.span(binding.node).start < self.source.span(at).start

    def _free_name(self, name: str, module: str, at: ast.AST) -> str | None:
        if self.index.function_of(at) is None:
            leading = leading_imports(self.index.tree)
            if leading and self.source.span(at).start < self.source.span(leading[-1]).end:
                return None
        prefix = module.rpartition(".")[2]
        for candidate in (name, f"{prefix}_{name}" if prefix else f"{name}_module"):
            taken = candidate in self.index.root.bindings or self.index.scope(at).owner(candidate) is not None
            if not taken and "*" not in self.index.root.bindings:
                return candidate
            if not taken and not any(n.id == candidate for n in self.index.nodes(ast.Name)):
                return candidate
        return None

    def _reindented(self, text: str, indent: str) -> str:
        return reindented(text, indent, self.indent_unit, self.newline)

    def _add(self, edit: TextEdit) -> EditBuilder:
        self._edits.append(edit)
        return self

    def _span(self, where: ast.AST | Span) -> Span:
        if isinstance(where, Span):
            return where
        if isinstance(where, (*FUNCTIONS, ast.ClassDef)):
            return full_span(self.source, where)
        span = self.source.span(where)
        if isinstance(where, ast.GeneratorExp):
            call = self.index.parent(where)
            if isinstance(call, ast.Call) and self.source.span(call).end == span.end:
                return Span(span.start + 1, span.end - 1)  # the brackets are those of the call
        return span


def _without_covered(edits: list[TextEdit]) -> list[TextEdit]:
    """Deletions that touch or overlap become one; what lies inside a deletion goes with it."""
    deletions: list[Span] = []
    for span in sorted(e.span for e in edits if not e.text):
        if deletions and span.start < deletions[-1].end:
            deletions[-1] = Span(deletions[-1].start, max(span.end, deletions[-1].end))
        else:
            deletions.append(span)
    kept = [e for e in edits if e.text and not any(d.start < e.span.start and e.span.end < d.end for d in deletions)]
    return [*kept, *(TextEdit(d, "") for d in deletions)]


__all__ = ["EditBuilder", "TextEdit"]
