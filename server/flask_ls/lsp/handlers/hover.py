"""``textDocument/hover``."""

from __future__ import annotations

from lsprotocol import types

from flask_ls.features.diagnostics import findings_of
from flask_ls.features.documentation import plain
from flask_ls.features.hover import hover
from flask_ls.lsp.engine import Priority, Token
from flask_ls.lsp.language_server import FlaskLanguageServer
from flask_ls.lsp.session import Moment


async def handle(ls: FlaskLanguageServer, params: types.HoverParams) -> types.Hover | None:
    """What Flask means here; None where a general Python server has said all there is."""

    def question(moment: Moment, path: str, token: Token) -> types.Hover | None:
        unit = moment.snapshot.unit(path)
        if unit is None:
            return None
        offset = moment.converter.offset(unit.source, params.position)
        found = hover(unit, findings_of(moment.snapshot, path, token), offset)
        if found is None:
            return None
        markdown = ls.session.client.markdown_hover
        contents = types.MarkupContent(
            types.MarkupKind.Markdown if markdown else types.MarkupKind.PlainText,
            found.markdown if markdown else plain(found.markdown),
        )
        return types.Hover(contents, moment.converter.range(unit.source, found.span))

    return await ls.session.ask_about(params.text_document.uri, Priority.REQUEST, question)
