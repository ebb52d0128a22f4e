"""``textDocument/references``."""

from __future__ import annotations

from lsprotocol import types

from flask_ls.features.references import references
from flask_ls.lsp.engine import Priority, Token
from flask_ls.lsp.language_server import FlaskLanguageServer
from flask_ls.lsp.session import Moment


async def handle(ls: FlaskLanguageServer, params: types.ReferenceParams) -> list[types.Location] | None:
    """Where endpoints, templates and configuration keys are named; None for all else."""

    def question(moment: Moment, path: str, token: Token) -> list[types.Location] | None:
        source = moment.snapshot.source(path)
        if source is None:
            return None
        found = references(moment.snapshot, path, moment.converter.offset(source, params.position))
        if found is None:
            return None
        sites = (*(found.definitions if params.context.include_declaration else ()), *found.uses)
        places = (moment.converter.location(moment.snapshot, site) for site in sites)
        return [place for place in places if place is not None]

    return await ls.session.ask_about(params.text_document.uri, Priority.REQUEST, question, settled=True)
