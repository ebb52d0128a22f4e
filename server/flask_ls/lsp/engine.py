"""The one thread on which everything that takes time runs, so that the event loop and the reader never wait.

Jobs run one at a time, the most urgent first and in order among equals. A job is told to stop by the token it is
given; what it answers after that is dropped. Work that takes seconds runs beside it, on a thread of its own, and rests
while there is any job.
"""

from __future__ import annotations

import asyncio
import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from enum import IntEnum
from typing import Any, TypeVar

from flask_ls.project.checkpoint import Abandoned, Checkpoint
from flask_ls.project.recursion import STACK_BYTES

T = TypeVar("T")


class Priority(IntEnum):
    """Who is served first."""

    SCAN = 0
    REQUEST = 1
    EDITED_FILE = 2
    OPEN_FILE = 3
    BACKGROUND = 4


class Token:
    """Calling it tells whether the job shall stop."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Ask the job to stop at its next look."""
        self._cancelled.set()

    def __call__(self) -> bool:
        return self._cancelled.is_set()


Job = Callable[[Token], T]
_Entry = tuple[int, int, Token, "Future[Any]", "Job[Any]"]


class Engine:
    """A thread and the queue before it."""

    def __init__(self) -> None:
        self._queue: queue.PriorityQueue[_Entry] = queue.PriorityQueue()
        self._number = itertools.count()
        self._current: Token | None = None
        self._closed = False
        self._idle = threading.Event()
        self._thread = threading.Thread(target=self._work, name="flask-ls engine", daemon=True)
        # Deep recursion in another thread raises the limit for this one too; its stack must be able to hold it.
        before = threading.stack_size(STACK_BYTES)
        try:
            self._thread.start()
        finally:
            threading.stack_size(before)

    async def run(self, priority: Priority, job: Job[T], token: Token | None = None) -> T:
        """What the job answers. Cancelling the awaiting task cancels the job.

        :raises Exception: what the job raises.
        """
        token = token or Token()
        future: Future[T] = Future()
        self._idle.clear()
        self._queue.put((priority, next(self._number), token, future, job))
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            token.cancel()
            raise

    async def run_beside(self, work: Callable[[Checkpoint], T], token: Token) -> T | None:
        """What long work answers; None when it was told to stop.

        It rests at its checkpoints while there is any job.
        """

        def checkpoint() -> None:
            if not self._idle.is_set():
                self._idle.wait()
            if token():
                raise Abandoned

        def guarded() -> T | None:
            try:
                return work(checkpoint)
            except Abandoned:
                return None

        try:
            return await asyncio.get_running_loop().run_in_executor(None, guarded)
        except asyncio.CancelledError:
            token.cancel()
            raise

    def close(self) -> None:
        """Stop the running job as soon as it looks, and start no other."""
        self._closed = True
        if self._current is not None:
            self._current.cancel()

    def _work(self) -> None:
        while True:
            if self._queue.empty():
                self._idle.set()
            _, _, token, future, job = self._queue.get()
            self._idle.clear()
            if self._closed or token() or not future.set_running_or_notify_cancel():
                continue
            self._current = token
            try:
                result = job(token)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)
            self._current = None
