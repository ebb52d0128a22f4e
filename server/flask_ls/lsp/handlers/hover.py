"""``textDocument/hover``."""

from __future__ import annotations

from lsprotocol import types

from flask_ls.features.documentation import plain
from flask_ls.features.hover import hover, hover_findings
from flask_ls.lsp.engine import Priority, Token
from flask_ls.lsp.language_server import FlaskLanguageServer
from flask_ls.lsp.session import Moment


async def handle(ls: FlaskLanguageServer, params: types.HoverParams) -> types.Hover | None:
    """What Flask means here; None where a general Python server has said all there is."""

    def question(moment: Moment, path: str, token: Token) -> types.Hover | None:
        snapshot = moment.snapshot
        source = snapshot.source(path)
        if source is None:
            return None
        offset = moment.converter.offset(source, params.position)
        findings = snapshot.findings(path, token) if ls.session.checks(path) else []
        unit = snapshot.unit(path)
        found = hover(unit, findings, offset) if unit else hover_findings(findings, offset, snapshot.flask)
        if found is None:
            return None
        markdown = ls.session.client.markdown_hover
        contents = types.MarkupContent(
            types.MarkupKind.Markdown if markdown else types.MarkupKind.PlainText,
            found.markdown if markdown else plain(found.markdown),
        )
        return types.Hover(contents, moment.converter.range(source, found.span))

    return await ls.session.ask_about(params.text_document.uri, Priority.REQUEST, question)
