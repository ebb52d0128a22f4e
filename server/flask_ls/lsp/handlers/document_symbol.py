"""``textDocument/documentSymbol``."""

from __future__ import annotations

from lsprotocol import types

from flask_ls.features.route_text import routes_of
from flask_ls.features.symbols import in_file
from flask_ls.lsp.engine import Priority, Token
from flask_ls.lsp.language_server import FlaskLanguageServer
from flask_ls.lsp.session import Moment

_Symbols = list[types.DocumentSymbol] | list[types.SymbolInformation]


async def handle(ls: FlaskLanguageServer, params: types.DocumentSymbolParams) -> _Symbols | None:
    """The applications, blueprints and routes of a file."""

    def question(moment: Moment, path: str, token: Token) -> _Symbols:
        unit = moment.snapshot.unit(path)
        if unit is None:
            return []
        found = in_file(routes_of(unit), path)
        if ls.session.client.nested_symbols:
            return [moment.converter.document_symbol(unit.source, symbol) for symbol in found]
        flat = [moment.converter.symbol_information(moment.snapshot, symbol) for symbol in found]
        return [symbol for symbol in flat if symbol is not None]

    return await ls.session.ask_about(params.text_document.uri, Priority.REQUEST, question)
