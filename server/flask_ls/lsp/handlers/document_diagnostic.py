"""``textDocument/diagnostic``: the findings of one document, for a client that pulls."""

from __future__ import annotations

from lsprotocol import types

from flask_ls.lsp.language_server import FlaskLanguageServer


async def handle(ls: FlaskLanguageServer, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
    """The report, or word that it is the one the client has."""
    report = await ls.session.publisher.pull(params.text_document.uri)
    if report.result_id and report.result_id == params.previous_result_id:
        return types.RelatedUnchangedDocumentDiagnosticReport(result_id=report.result_id)
    return types.RelatedFullDocumentDiagnosticReport(items=report.items, result_id=report.result_id)
