"""``textDocument/completion``."""

from __future__ import annotations

from lsprotocol import types

from flask_ls.features.completion import Completion, completions, completions_in_template, may_complete
from flask_ls.features.documentation import plain
from flask_ls.lsp.engine import Priority, Token
from flask_ls.lsp.language_server import FlaskLanguageServer
from flask_ls.lsp.session import Moment
from flask_ls.syntax.source import SourceFile

# In these places general servers offer nothing, and editors ask no server of their own accord.
TRIGGERS = ('"', "'", ".")
_KINDS = {
    "endpoint": types.CompletionItemKind.Reference,
    "template": types.CompletionItemKind.File,
    "key": types.CompletionItemKind.Property,
}


async def handle(ls: FlaskLanguageServer, params: types.CompletionParams) -> list[types.CompletionItem] | None:
    """Endpoints, templates and configuration keys, inside the texts that name them; None everywhere else."""
    document = ls.session.documents.get(params.text_document.uri)
    if document is None:
        return None
    # An editor asks at every full stop: most are in no text, and to those the answer costs nothing.
    if not may_complete(document.source, ls.session.converter.offset(document.source, params.position)):
        return None

    def question(moment: Moment, path: str, token: Token) -> list[types.CompletionItem] | None:
        snapshot = moment.snapshot
        unit, source = snapshot.unit(path), snapshot.source(path)
        if source is None:
            return None
        offset = moment.converter.offset(source, params.position)
        found = (
            completions(unit, offset)
            if unit is not None
            else completions_in_template(snapshot.model, path, source, offset)
        )
        return [_item(moment, source, n, proposal) for n, proposal in enumerate(found)] or None

    return await ls.session.ask_about(params.text_document.uri, Priority.REQUEST, question, settled=True)


def _item(moment: Moment, source: SourceFile, number: int, proposal: Completion) -> types.CompletionItem:
    return types.CompletionItem(
        label=proposal.text,
        kind=_KINDS[proposal.kind],
        detail=proposal.detail or None,
        documentation=plain(proposal.documentation) if proposal.documentation else None,
        sort_text=f"{number:05}",
        text_edit=types.TextEdit(moment.converter.range(source, proposal.span), proposal.text),
    )
