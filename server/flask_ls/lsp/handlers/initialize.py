"""``initialize``: who the client is and what it will ask for."""

from __future__ import annotations

from lsprotocol import types

from flask_ls.lsp.handlers import document_diagnostic, workspace_diagnostic
from flask_ls.lsp.language_server import FlaskLanguageServer


def handle(ls: FlaskLanguageServer, params: types.InitializeParams) -> None:
    """Diagnostics are offered for pulling to a client that pulls, and to no other: nobody gets them twice."""
    encoding = ls.workspace.position_encoding
    ls.session.start(params, str(getattr(encoding, "value", encoding)))
    if not ls.session.client.pulls_diagnostics:
        return
    options = types.DiagnosticOptions(identifier="flask-ls", inter_file_dependencies=True, workspace_diagnostics=False)
    ls.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)(document_diagnostic.handle)
    if ls.session.settings.diagnostic_mode == "workspace":
        ls.feature(types.WORKSPACE_DIAGNOSTIC)(workspace_diagnostic.handle)
