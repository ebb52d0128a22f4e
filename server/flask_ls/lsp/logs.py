"""Log records to the client's output. Nothing is written to standard error unless the server itself crashes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from lsprotocol import types

_BEFORE_START = 200
Send = Callable[[types.LogMessageParams], None]


class ClientHandler(logging.Handler):
    """Hands records to ``send``, which may be called from any thread; keeps them until there is one."""

    def __init__(self) -> None:
        super().__init__()
        self._send: Send | None = None
        self._waiting: list[types.LogMessageParams] = []
        self._waiting_lock = threading.Lock()
        self.setFormatter(logging.Formatter("%(name)s: %(message)s"))

    def connect(self, send: Send) -> None:
        """The client may be written to now."""
        with self._waiting_lock:
            self._send = send
            waiting, self._waiting = self._waiting, []
        for params in waiting:
            send(params)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            params = types.LogMessageParams(_type_of(record.levelno), self.format(record))
        except Exception:
            self.handleError(record)
            return
        with self._waiting_lock:
            if self._send is None:
                if len(self._waiting) < _BEFORE_START:
                    self._waiting.append(params)
                return
        self._send(params)


def install(handler: ClientHandler) -> None:
    """Make the handler the only one."""
    root = logging.getLogger()
    for other in list(root.handlers):
        root.removeHandler(other)
    root.addHandler(handler)
    set_level(logging.INFO)


def set_level(level: int) -> None:
    """What is logged: our own records from ``level`` on, those of libraries when they report failures."""
    logging.getLogger().setLevel(logging.ERROR)
    logging.getLogger("flask_ls").setLevel(level)
    # It warns of every cancelled request that was answered meanwhile, which is no news.
    logging.getLogger("pygls").setLevel(logging.ERROR)


def _type_of(level: int) -> types.MessageType:
    if level >= logging.ERROR:
        return types.MessageType.Error
    if level >= logging.WARNING:
        return types.MessageType.Warning
    return types.MessageType.Info if level >= logging.INFO else types.MessageType.Log
