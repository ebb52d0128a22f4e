"""``textDocument/codeAction``."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from flask_ls.features.actions import Action, fix_all, quick_actions
from flask_ls.lsp.convert import FIX_ALL, wants
from flask_ls.lsp.engine import Priority, Token
from flask_ls.lsp.handlers.commands import documentation_command
from flask_ls.lsp.language_server import FlaskLanguageServer
from flask_ls.lsp.session import Moment
from flask_ls.rules.finding import Finding
from flask_ls.syntax.source import SourceFile

QUICK_FIX = types.CodeActionKind.QuickFix.value
KINDS = (QUICK_FIX, FIX_ALL)


async def handle(ls: FlaskLanguageServer, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    """The actions of the asked kinds; edits wait for ``codeAction/resolve`` where the client asks for them there."""
    only = params.context.only

    def question(moment: Moment, path: str, token: Token) -> list[types.CodeAction]:
        source = moment.snapshot.source(path)
        if source is None or not ls.session.checks(path):
            return []
        findings = moment.snapshot.findings(path, token)
        actions: list[Action] = []
        if wants(only, QUICK_FIX):
            span = moment.converter.span(source, params.range)
            actions += quick_actions(source, findings, span, moment.snapshot.source, moment.kind(path))
        if wants(only, FIX_ALL) and (everything := fix_all(findings, moment.snapshot.source)) is not None:
            actions.append(everything)
        found = [_offer(ls, params, moment, source, action) for action in actions]
        return [action for action in found if action is not None]

    return await ls.session.ask_about(params.text_document.uri, Priority.REQUEST, question)


def _offer(
    ls: FlaskLanguageServer, params: types.CodeActionParams, moment: Moment, source: SourceFile, action: Action
) -> types.CodeAction | None:
    if action.rename is not None and not ls.session.client.renames_files:
        return None
    shown = _shown_as(params.context.diagnostics, moment, source, action.findings)
    offered = moment.converter.code_action(action, shown)
    if action.kind == "documentation":
        offered.command = documentation_command(ls.session.client, action.code, action.title)
    elif ls.session.client.resolves_edits:
        first = action.findings[0]
        offered.data = {
            "uri": params.text_document.uri,
            "version": moment.versions.get(first.path),
            "kind": action.kind,
            "title": action.title,
            "code": action.code,
            "start": first.span.start,
            "end": first.span.end,
        }
    else:
        offered.edit = moment.converter.workspace_edit(moment.snapshot, action.edits, moment.versions, action.rename)
        if offered.edit is None:
            return None
    return offered


def _shown_as(
    diagnostics: Sequence[types.Diagnostic], moment: Moment, source: SourceFile, findings: Sequence[Finding]
) -> list[types.Diagnostic]:
    """The client's own diagnostics that the findings are shown as."""
    wanted = {(f.code, _key(moment.converter.range(source, f.span))) for f in findings}
    return [d for d in diagnostics if (d.code, _key(d.range)) in wanted]


def _key(range_: types.Range) -> tuple[int, int, int, int]:
    return (range_.start.line, range_.start.character, range_.end.line, range_.end.character)
