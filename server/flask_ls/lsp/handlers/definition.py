"""``textDocument/definition``."""

from __future__ import annotations

from lsprotocol import types

from flask_ls.features.deployed_app import definition
from flask_ls.lsp.engine import Priority, Token
from flask_ls.lsp.language_server import FlaskLanguageServer
from flask_ls.lsp.session import Moment

_Answer = types.Location | list[types.LocationLink]


async def handle(ls: FlaskLanguageServer, params: types.DefinitionParams) -> _Answer | None:
    """Where the application that a deployment file names is made; Python files are for a Python server."""

    def question(moment: Moment, path: str, token: Token) -> _Answer | None:
        source = moment.snapshot.source(path)
        if source is None:
            return None
        found = definition(moment.snapshot, path, moment.converter.offset(source, params.position))
        location = moment.converter.location(moment.snapshot, found.site) if found is not None else None
        if found is None or location is None or not ls.session.client.links_definitions:
            return location
        origin = moment.converter.range(source, found.origin)
        return [types.LocationLink(location.uri, location.range, location.range, origin)]

    return await ls.session.ask_about(params.text_document.uri, Priority.REQUEST, question)
