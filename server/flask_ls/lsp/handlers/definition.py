"""``textDocument/definition``."""

from __future__ import annotations

from lsprotocol import types

from flask_ls.features.definition import definition
from flask_ls.lsp.engine import Priority, Token
from flask_ls.lsp.language_server import FlaskLanguageServer
from flask_ls.lsp.session import Moment

_Answer = list[types.Location] | list[types.LocationLink]


async def handle(ls: FlaskLanguageServer, params: types.DefinitionParams) -> _Answer | None:
    """Where endpoints, templates, configuration keys and the applications of deployment files are defined."""

    def question(moment: Moment, path: str, token: Token) -> _Answer | None:
        source = moment.snapshot.source(path)
        if source is None:
            return None
        found = definition(moment.snapshot, path, moment.converter.offset(source, params.position))
        if found is None:
            return None
        places = (moment.converter.location(moment.snapshot, site) for site in found.sites)
        locations = [place for place in places if place is not None]
        if not ls.session.client.links_definitions:
            return locations
        origin = moment.converter.range(source, found.origin)
        return [types.LocationLink(place.uri, place.range, place.range, origin) for place in locations]

    return await ls.session.ask_about(params.text_document.uri, Priority.REQUEST, question, settled=True)
