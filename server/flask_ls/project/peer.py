"""A second process that takes half of a large job: a fork of this one, and messages in both directions."""

from __future__ import annotations

import gc
import mmap
import os
import signal
import struct
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence

_LENGTH = struct.Struct("!Q")


class PeerLostError(Exception):
    """The other process is gone; what it was to do must be done without it."""


class Peer:
    """The other of two processes. Messages are bytes; sending never waits for the receiver."""

    def __init__(self, reader: int, writer: int, child: int | None) -> None:
        self._reader = reader
        self._writer = writer
        self._child = child
        self._senders: list[threading.Thread] = []

    @property
    def is_parent(self) -> bool:
        """Whether *this* process is the one that was there first."""
        return self._child is not None

    def send(self, message: bytes) -> None:
        """Send in the background: if both sides sent first and received then, large messages would block both."""
        if self._senders:
            self._senders[-1].join()
        sender = threading.Thread(target=self._send, args=(message,), daemon=True)
        sender.start()
        self._senders.append(sender)

    def _send(self, message: bytes) -> None:
        try:
            for part in (_LENGTH.pack(len(message)), message):
                view = memoryview(part)
                while view:
                    view = view[os.write(self._writer, view) :]
        except OSError:
            pass  # the receiver notices by itself

    def receive(self) -> bytes:
        """The next message.

        :raises PeerLostError: the other process ended before it was sent.
        """
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size))
        return self._read(length)

    def _read(self, length: int) -> bytes:
        parts: list[bytes] = []
        while length:
            part = os.read(self._reader, min(length, 1 << 20))
            if not part:
                raise PeerLostError
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def flush(self) -> None:
        """Wait until everything is sent."""
        for sender in self._senders:
            sender.join()

    def end(self) -> None:
        """The parent: end the child if it still runs, and forget it."""
        if self._child is None:
            return
        for descriptor in (self._reader, self._writer):
            os.close(descriptor)
        try:
            os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
        except OSError:
            pass
        self._child = None


class Claims:
    """A list of paths that two processes share out while they go along. Made before the fork.

    The claim is no lock: at worst both processes take the same path, and the work is done twice.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = paths
        self._numbers = {path: number for number, path in enumerate(paths)}
        self._taken = mmap.mmap(-1, max(len(paths), 1))

    def take(self, first: Iterable[str] = (), *, backwards: bool = False) -> Iterator[str]:
        """The paths that nobody has taken when their turn comes: ``first`` some, then from the first or the last on."""
        for path in tuple(first):
            number = self._numbers.get(path)
            if number is not None and self._take(number):
                yield path
        order = range(len(self.paths) - 1, -1, -1) if backwards else range(len(self.paths))
        for number in order:
            if self._take(number):
                yield self.paths[number]

    def _take(self, number: int) -> bool:
        if self._taken[number]:
            return False
        self._taken[number] = 1
        return True


def can_fork() -> bool:
    """Whether a fork is safe (one thread, Linux) and of use (two processors) here."""
    return sys.platform == "linux" and threading.active_count() == 1 and len(os.sched_getaffinity(0)) > 1


def fork() -> Peer | None:
    """Fork: both processes get their other side. None when the system refuses a new process."""
    to_child, to_parent = os.pipe(), os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    gc.freeze()  # a collection in the child would write to, and so copy, every page it shares
    try:
        child = os.fork()
    except OSError:
        for descriptor in (*to_child, *to_parent):
            os.close(descriptor)
        return None
    if child == 0:
        os.close(to_child[1])
        os.close(to_parent[0])
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # the parent is interrupted as well and says what there is to say
        return Peer(to_child[0], to_parent[1], None)
    os.close(to_child[0])
    os.close(to_parent[1])
    return Peer(to_parent[0], to_child[1], child)
