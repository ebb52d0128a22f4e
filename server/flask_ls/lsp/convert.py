"""Spans, findings, edits and symbols to LSP types. Nothing is decided here, only translated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from lsprotocol import types

from flask_ls.features import symbols
from flask_ls.features.actions import Action
from flask_ls.lsp.client import Client
from flask_ls.project.site import Site
from flask_ls.rules.finding import FileEdit, FileRename, Finding, Related, Severity
from flask_ls.rules.registry import by_code
from flask_ls.syntax.lines import Encoding
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span

SOURCE = "flask-ls"
FIX_ALL = "source.fixAll.flask-ls"

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFORMATION: types.DiagnosticSeverity.Information,
    Severity.HINT: types.DiagnosticSeverity.Hint,
}
_SYMBOL_KINDS: Mapping[symbols.Kind, types.SymbolKind] = {
    "application": types.SymbolKind.Module,
    "blueprint": types.SymbolKind.Namespace,
    "route": types.SymbolKind.Method,
}


class Texts(Protocol):
    """The texts of the moment that is translated."""

    def source(self, path: str) -> SourceFile | None:
        """A file's text as it was analysed."""


class Converter:
    """Translates for one client. ``uri_of`` gives the client's spelling of a file's URI."""

    def __init__(self, client: Client, encoding: Encoding, uri_of: Callable[[str], str]) -> None:
        self.client = client
        self.encoding: Encoding = encoding
        self.uri_of = uri_of

    # Places

    def range(self, source: SourceFile, span: Span) -> types.Range:
        """A span of a text."""
        return types.Range(
            types.Position(*source.to_units(span.start, self.encoding)),
            types.Position(*source.to_units(span.end, self.encoding)),
        )

    def offset(self, source: SourceFile, position: types.Position) -> int:
        """A position in a text."""
        return source.from_units(position.line, position.character, self.encoding)

    def span(self, source: SourceFile, range_: types.Range) -> Span:
        """A range in a text."""
        return Span(self.offset(source, range_.start), self.offset(source, range_.end))

    def location(self, texts: Texts, site: Site) -> types.Location | None:
        """A place in a file; None when the file cannot be read."""
        source = texts.source(site.path)
        return types.Location(self.uri_of(site.path), self.range(source, site.span)) if source is not None else None

    # Diagnostics

    def diagnostic(self, texts: Texts, source: SourceFile, finding: Finding, version: int | None) -> types.Diagnostic:
        """A finding. A client that cannot show the steps of the proof gets them as lines of the message."""
        rule = by_code().get(finding.code)
        href = rule.url if rule is not None and self.client.code_description else None
        related = self.client.related_information
        return types.Diagnostic(
            range=self.range(source, finding.span),
            message=finding.message if related else self._message_with_steps(texts, finding),
            severity=_SEVERITIES[finding.severity],
            code=finding.code,
            code_description=types.CodeDescription(href) if href else None,
            source=SOURCE,
            tags=self._tags(finding),
            related_information=self._related(texts, finding.related) if related and finding.related else None,
            data={"version": version, "fixes": [fix.title for fix in finding.fixes]},
        )

    def _tags(self, finding: Finding) -> list[types.DiagnosticTag] | None:
        unnecessary = types.DiagnosticTag.Unnecessary
        return [unnecessary] if finding.unnecessary and unnecessary in self.client.diagnostic_tags else None

    def _related(self, texts: Texts, steps: Iterable[Related]) -> list[types.DiagnosticRelatedInformation]:
        return [
            types.DiagnosticRelatedInformation(location, step.message)
            for step in steps
            if (location := self.location(texts, step.site)) is not None
        ]

    def _message_with_steps(self, texts: Texts, finding: Finding) -> str:
        lines = [finding.message]
        for step in finding.related:
            source = texts.source(step.site.path)
            row = f":{source.position(step.site.span.start)[0] + 1}" if source is not None else ""
            lines.append(f"{step.site.path.rpartition('/')[2]}{row}: {step.message}")
        return "\n".join(lines)

    # Edits

    def workspace_edit(
        self,
        texts: Texts,
        edits: Iterable[FileEdit],
        versions: Mapping[str, int],
        rename: FileRename | None = None,
    ) -> types.WorkspaceEdit | None:
        """Edits of one or more files, then a rename; None when a file cannot be read, or the client cannot rename.

        ``versions``: of the open files.
        """
        if rename is not None and not self.client.renames_files:
            return None
        changes: dict[str, list[types.TextEdit]] = {}
        for change in edits:
            source = texts.source(change.path)
            if source is None:
                return None
            edit = types.TextEdit(self.range(source, change.edit.span), change.edit.text)
            changes.setdefault(change.path, []).append(edit)
        # Files are renamed in document changes only: a client that can rename them knows these.
        if not self.client.document_changes and rename is None:
            return types.WorkspaceEdit(changes={self.uri_of(path): found for path, found in changes.items()})
        steps: list[types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile] = [
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(uri=self.uri_of(path), version=versions.get(path)),
                found,
            )
            for path, found in changes.items()
        ]
        if rename is not None:
            steps.append(types.RenameFile(self.uri_of(rename.path), self.uri_of(rename.to)))
        return types.WorkspaceEdit(document_changes=steps)

    def code_action(self, action: Action, diagnostics: list[types.Diagnostic]) -> types.CodeAction:
        """An action without its edit."""
        kind = FIX_ALL if action.kind == "fix-all" else types.CodeActionKind.QuickFix
        return types.CodeAction(
            title=action.title,
            kind=kind,
            diagnostics=diagnostics or None,
            is_preferred=True if action.preferred else None,
        )

    # Symbols

    def document_symbol(self, source: SourceFile, symbol: symbols.Symbol) -> types.DocumentSymbol:
        """A symbol of the file ``source``."""
        return types.DocumentSymbol(
            name=symbol.name,
            detail=symbol.detail,
            kind=_SYMBOL_KINDS[symbol.kind],
            range=self.range(source, symbol.site.span),
            selection_range=self.range(source, symbol.name_site.span),
        )

    def symbol_information(self, texts: Texts, symbol: symbols.Symbol) -> types.SymbolInformation | None:
        """A symbol anywhere in the project."""
        location = self.location(texts, symbol.site)
        if location is None:
            return None
        return types.SymbolInformation(
            location=location,
            name=symbol.name,
            kind=_SYMBOL_KINDS[symbol.kind],
            container_name=symbol.detail or None,
        )


def wants(only: Iterable[str] | None, kind: str) -> bool:
    """Whether a client that asks for these kinds of actions wants this one; kinds are nested by dots."""
    if only is None:
        return True
    return any(kind == o or not o or kind.startswith(f"{o}.") for o in map(_value, only))


def _value(kind: Any) -> str:
    return str(getattr(kind, "value", kind))
