"""``codeAction/resolve``: the edit of the action that was chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from flask_ls.features.actions import Action, fix_all, fix_code, quick_actions
from flask_ls.lsp.engine import Priority, Token
from flask_ls.lsp.language_server import FlaskLanguageServer
from flask_ls.lsp.session import Moment
from flask_ls.syntax.span import Span


async def handle(ls: FlaskLanguageServer, params: types.CodeAction) -> types.CodeAction:
    """The action with its edit.

    :raises JsonRpcException: ``ContentModified``, as the text is another one than the action was offered for.
    """
    data = _fields(params.data)
    if not isinstance(data.get("uri"), str):
        return params

    def question(moment: Moment, path: str, token: Token) -> types.WorkspaceEdit | None:
        source = moment.snapshot.source(path)
        if source is None or data.get("version") != moment.versions.get(path):
            return None
        findings = moment.snapshot.findings(path, token)
        offered: Iterable[Action | None]
        if data["kind"] == "fix-all":
            offered = [fix_all(findings, moment.snapshot.source)]
        elif data["kind"] == "fix-code":
            offered = [fix_code(findings, str(data["code"]), moment.snapshot.source)]
        else:
            span = Span(int(data["start"]), int(data["end"]))
            at = [f for f in findings if f.span == span]
            offered = quick_actions(source, at, span, moment.snapshot.source, moment.kind(path))
        for action in offered:
            if action is not None and (action.kind, action.title) == (data["kind"], data["title"]):
                return moment.converter.workspace_edit(moment.snapshot, action.edits, moment.versions, action.rename)
        return None

    edit = await ls.session.ask_about(data["uri"], Priority.REQUEST, question)
    if edit is None:
        raise JsonRpcException("the text changed meanwhile", types.LSPErrorCodes.ContentModified.value)
    params.edit = edit
    return params


def _fields(data: Any) -> Mapping[str, Any]:
    return data if isinstance(data, Mapping) else {}
