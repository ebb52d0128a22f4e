"""The language server: which handler serves which method, and how the process runs and ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Sequence
from typing import BinaryIO

from lsprotocol import types

from flask_ls.lsp import logs, transport
from flask_ls.lsp.handlers import (
    code_action,
    code_action_resolve,
    completion,
    definition,
    did_change,
    did_change_configuration,
    did_change_watched_files,
    did_change_workspace_folders,
    did_close,
    did_open,
    did_save,
    document_symbol,
    hover,
    initialize,
    initialized,
    references,
    workspace_symbol,
)
from flask_ls.lsp.handlers.commands import COMMANDS
from flask_ls.lsp.language_server import FlaskLanguageServer
from flask_ls.lsp.tidying import keep_for_long

_CODE_ACTIONS = types.CodeActionOptions(code_action_kinds=list(code_action.KINDS), resolve_provider=True)
_COMPLETION = types.CompletionOptions(trigger_characters=list(completion.TRIGGERS))
_HANDLERS = (
    (types.INITIALIZE, initialize.handle, None),
    (types.INITIALIZED, initialized.handle, None),
    (types.TEXT_DOCUMENT_DID_OPEN, did_open.handle, None),
    (types.TEXT_DOCUMENT_DID_CHANGE, did_change.handle, None),
    (types.TEXT_DOCUMENT_DID_CLOSE, did_close.handle, None),
    (types.TEXT_DOCUMENT_DID_SAVE, did_save.handle, types.SaveOptions(include_text=False)),
    (types.WORKSPACE_DID_CHANGE_WATCHED_FILES, did_change_watched_files.handle, None),
    (types.WORKSPACE_DID_CHANGE_CONFIGURATION, did_change_configuration.handle, None),
    (types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, did_change_workspace_folders.handle, None),
    (types.TEXT_DOCUMENT_CODE_ACTION, code_action.handle, _CODE_ACTIONS),
    (types.CODE_ACTION_RESOLVE, code_action_resolve.handle, None),
    (types.TEXT_DOCUMENT_COMPLETION, completion.handle, _COMPLETION),
    (types.TEXT_DOCUMENT_DEFINITION, definition.handle, None),
    (types.TEXT_DOCUMENT_REFERENCES, references.handle, None),
    (types.TEXT_DOCUMENT_HOVER, hover.handle, None),
    (types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, document_symbol.handle, None),
    (types.WORKSPACE_SYMBOL, workspace_symbol.handle, None),
)


def create_server() -> FlaskLanguageServer:
    """A server with all its handlers. Must be called on a running event loop."""
    server = FlaskLanguageServer()
    for method, handler, options in _HANDLERS:
        server.feature(method, options)(handler)
    for name, command in COMMANDS.items():
        server.command(name)(command)
    return server


def main(arguments: Sequence[str] = ()) -> int:
    """Serve the client on standard input and output until it leaves; does not return, the process ends.

    ``--stdio`` and ``--clientProcessId=...``, which many clients add, change nothing. Exit code: 0 after ``shutdown``,
    else 1.
    """
    handler = logs.ClientHandler()
    logs.install(handler)
    reader, writer = transport.claim_stdio()
    try:
        code = asyncio.run(_serve(reader, writer, handler))
    except KeyboardInterrupt:
        code = 1
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    # Threads that wait for input or for a slow answer must not keep the process alive.
    os._exit(code)


async def _serve(reader: BinaryIO, writer: BinaryIO, handler: logs.ClientHandler) -> int:
    loop = asyncio.get_running_loop()
    server = create_server()
    protocol = server.protocol
    protocol.stopped = loop.create_future()

    def broken() -> None:
        loop.call_soon_threadsafe(protocol.stop)

    def log(params: types.LogMessageParams) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(server.window_log_message, params)

    output = transport.Writer(writer, broken)
    protocol.set_writer(output)
    protocol.on_initialized = lambda: handler.connect(log)
    keep_for_long()
    await transport.converse(protocol, reader, protocol.stopped)
    server.session.close()
    output.close()
    return protocol.exit_code
