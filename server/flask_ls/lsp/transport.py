"""Standard input and output: a thread that reads, a thread that writes, and the event loop between them.

Neither a busy loop nor a client that does not read can stop the other direction. File descriptors 0 and 1 are put
out of reach first, so that a stray ``print`` or a child process cannot speak in the protocol's name.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import queue
import re
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Protocol

log = logging.getLogger(__name__)

_LENGTH = re.compile(rb"content-length:[ \t]*(\d+)[ \t]*\r?\n?", re.IGNORECASE)
_PARSE_ERROR = -32700


class Peer(Protocol):
    """Who the messages are for. Called on the event loop only."""

    def receive(self, message: Any) -> None:
        """One message, as JSON gives it."""

    def fail(self, code: int, text: str) -> None:
        """One message that is no JSON."""


class Writer:
    """Writes messages on a thread of its own; ``broken`` is called when nobody reads any more."""

    def __init__(self, stream: BinaryIO, broken: Callable[[], None]) -> None:
        self._stream = stream
        self._broken = broken
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="flask-ls writer", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Queue one message."""
        self._queue.put(data)

    def close(self, timeout: float = 2.0) -> None:
        """Write what is queued, unless nobody reads it in time."""
        self._queue.put(None)
        self._thread.join(timeout)

    def _work(self) -> None:
        try:
            while (data := self._queue.get()) is not None:
                self._stream.write(data)
                self._stream.flush()
        except (OSError, ValueError):
            self._broken()


def messages(stream: BinaryIO) -> Iterator[bytes]:
    """The bodies of the messages in a stream, up to its end. Lines that are no header are skipped."""
    length = 0
    while line := stream.readline():
        match = _LENGTH.fullmatch(line)
        if match:
            length = int(match[1])
        elif length and not line.strip():
            body = stream.read(length)
            if len(body) < length:
                return
            yield body
            length = 0


def claim_stdio() -> tuple[BinaryIO, BinaryIO]:
    """The process's input and output for us alone: others read nothing, and what they print goes to standard error."""
    reader, writer = os.dup(sys.stdin.fileno()), os.dup(sys.stdout.fileno())
    if os.name == "nt":
        import msvcrt

        for descriptor in (reader, writer):
            msvcrt.setmode(descriptor, os.O_BINARY)  # type: ignore[attr-defined,unused-ignore]
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(reader, "rb"), os.fdopen(writer, "wb")


def _delivery(peer: Peer, body: bytes) -> tuple[Any, ...]:
    try:
        return peer.receive, json.loads(body)
    except (ValueError, RecursionError) as error:
        return peer.fail, _PARSE_ERROR, str(error)


async def converse(peer: Peer, stream: BinaryIO, stopped: asyncio.Future[None]) -> None:
    """Give the peer the messages of the stream until it ends or ``stopped`` is done."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if not stopped.done():
            stopped.set_result(None)

    def read() -> None:
        try:
            for body in messages(stream):
                loop.call_soon_threadsafe(*_delivery(peer, body))
            loop.call_soon_threadsafe(stop)
        except RuntimeError:
            return  # the loop has ended
        except (OSError, ValueError):
            loop.call_soon_threadsafe(stop)

    threading.Thread(target=read, name="flask-ls reader", daemon=True).start()
    await stopped
