"""``workspace/symbol``."""

from __future__ import annotations

from lsprotocol import types

from flask_ls.features.symbols import in_project
from flask_ls.lsp.engine import Priority, Token
from flask_ls.lsp.language_server import FlaskLanguageServer
from flask_ls.lsp.session import Moment


async def handle(ls: FlaskLanguageServer, params: types.WorkspaceSymbolParams) -> list[types.SymbolInformation] | None:
    """The routes and blueprints of all folders that match the query; ``@/`` begins the name of every route."""

    def question(moment: Moment, token: Token) -> list[types.SymbolInformation]:
        table = moment.snapshot.model.routes
        found = (moment.converter.symbol_information(moment.snapshot, s) for s in in_project(table, params.query))
        return [symbol for symbol in found if symbol is not None]

    answers = [
        await ls.session.ask_when_settled(folder, Priority.REQUEST, question) for folder in tuple(ls.session.folders)
    ]
    return [symbol for found in answers for symbol in found or ()]
