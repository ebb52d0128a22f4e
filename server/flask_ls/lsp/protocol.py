"""LSP's rules of conversation where pygls leaves them open: order of start and end, bad messages, exit codes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, lsp_method

_INVALID_REQUEST = -32600
_NOT_INITIALIZED = -32002


class Protocol(LanguageServerProtocol):
    """Also keeps pygls from mirroring documents: its copies split lines where LSP does not."""

    stopped: asyncio.Future[None] | None = None
    """Done when the conversation is over."""

    on_initialized: Callable[[], None] | None = None
    """Called when the client may be written to."""

    _initialized = False

    @property
    def exit_code(self) -> int:
        """What the process ends with: success only after ``shutdown``."""
        return 0 if self._shutdown else 1

    def stop(self) -> None:
        """End the conversation, because the client said so or is gone."""
        if self.stopped is not None and not self.stopped.done():
            self.stopped.set_result(None)

    # Messages

    def receive(self, message: Any) -> None:
        """One message of the client, as JSON gives it."""
        if not isinstance(message, dict) or message.get("jsonrpc") != self.VERSION:
            self.fail(_INVALID_REQUEST, "not a JSON-RPC 2.0 message")
            return
        refusal = self._refusal(message.get("method"))
        if refusal is not None:
            if "id" in message:
                self._send_response(message["id"], error=refusal)
            return
        try:
            self.handle_message(self.structure_message(message))
        except JsonRpcException as error:
            if "id" in message and "method" in message:
                self._send_response(message["id"], error=error.to_response_error())
            elif "id" in message:
                self._handle_response(message["id"], error=error.to_response_error())
        if message.get("method") == types.INITIALIZE:
            self._initialized = True
            if self.on_initialized is not None:
                self.on_initialized()

    def fail(self, code: int, text: str) -> None:
        """One message that cannot be read."""
        self._send_data({"jsonrpc": self.VERSION, "id": None, "error": {"code": code, "message": text}})

    def _refusal(self, method: object) -> types.ResponseError | None:
        if method is None or method == types.EXIT:
            return None
        if self._shutdown:
            return types.ResponseError(_INVALID_REQUEST, "the server is shutting down")
        if not self._initialized and method != types.INITIALIZE:
            return types.ResponseError(_NOT_INITIALIZED, "initialize comes first")
        if self._initialized and method == types.INITIALIZE:
            return types.ResponseError(_INVALID_REQUEST, "initialize comes once")
        return None

    @lsp_method(types.EXIT)
    def lsp_exit(self, *args: Any) -> Generator[Any, Any, None]:
        """End the conversation."""
        self.stop()
        yield from ()

    # Documents are kept by `flask_ls.lsp.sync`, so only the handlers of the server are called.

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Generator[Any, Any, None]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Generator[Any, Any, None]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Generator[Any, Any, None]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE], (params,), None

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def lsp_notebook_document__did_open(self, params: types.DidOpenNotebookDocumentParams) -> None:
        """Notebooks are not analysed: their cells run in an order that nobody can read from the file."""

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def lsp_notebook_document__did_change(self, params: types.DidChangeNotebookDocumentParams) -> None:
        """Notebooks are not analysed."""

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def lsp_notebook_document__did_close(self, params: types.DidCloseNotebookDocumentParams) -> None:
        """Notebooks are not analysed."""
