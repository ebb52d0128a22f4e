"""The server object that pygls hands to every handler."""

from __future__ import annotations

import logging
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

import flask_ls
from flask_ls.lsp.protocol import Protocol
from flask_ls.lsp.session import Session

log = logging.getLogger(__name__)


class FlaskLanguageServer(LanguageServer):
    """``session`` is the state of the conversation with one client."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__(
            "flask-ls",
            flask_ls.__version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            protocol_cls=Protocol,
        )
        self.session = Session(self)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """An internal error costs one answer: it is logged, and shown only to those who asked for that."""
        log.error("%s", error, exc_info=error)
        if self.session.settings.notifications != "off":
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"flask-ls: {error}"))
