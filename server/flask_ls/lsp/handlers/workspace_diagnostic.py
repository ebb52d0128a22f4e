"""``workspace/diagnostic``: the findings of all files, for a client that pulls and a user who wants them."""

from __future__ import annotations

from lsprotocol import types

from flask_ls.lsp import uris
from flask_ls.lsp.language_server import FlaskLanguageServer
from flask_ls.lsp.publisher import Report

_Item = types.WorkspaceFullDocumentDiagnosticReport | types.WorkspaceUnchangedDocumentDiagnosticReport


async def handle(ls: FlaskLanguageServer, params: types.WorkspaceDiagnosticParams) -> types.WorkspaceDiagnosticReport:
    """The reports that differ from those the client has; when none does, the answer waits until one may."""
    known = {uris.key(previous.uri): previous for previous in params.previous_result_ids}
    while True:
        items: list[_Item] = []
        is_news = not known
        seen: set[str] = set()
        async for uri, report in ls.session.publisher.all_files():
            key = uris.key(uri)
            seen.add(key)
            previous = known.get(key)
            if previous is not None and previous.value == report.result_id:
                continue
            if previous is not None or report.items:
                is_news = True
                items.append(_full(uri, report))
        for gone in known.keys() - seen:
            is_news = True
            items.append(_full(known[gone].uri, Report(None, (), "")))
        if is_news:
            return types.WorkspaceDiagnosticReport(items)
        await ls.session.publisher.wait_for_news()


def _full(uri: str, report: Report) -> types.WorkspaceFullDocumentDiagnosticReport:
    return types.WorkspaceFullDocumentDiagnosticReport(
        uri=uri, items=report.items, version=report.version, result_id=report.result_id
    )
