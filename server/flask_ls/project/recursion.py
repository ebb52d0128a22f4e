"""The interpreter's recursion limit, which is one for all threads."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

STACK_BYTES = 256 * 1024 * 1024
"""The stack that a thread needs to reach ``_DEEP``."""
_DEEP = 30_000

_lock = threading.Lock()
_diving = 0
_usual = sys.getrecursionlimit()


@contextmanager
def deep_recursion() -> Iterator[None]:
    """A high limit until the last of those who need it is done."""
    global _diving, _usual
    with _lock:
        if not _diving:
            _usual = sys.getrecursionlimit()
        _diving += 1
        sys.setrecursionlimit(max(_usual, _DEEP))
    try:
        yield
    finally:
        with _lock:
            _diving -= 1
            if not _diving:
                sys.setrecursionlimit(_usual)


@contextmanager
def limit_may_be_raised() -> Iterator[None]:
    """Around what sets the limit for itself: it is not lowered, and who needs it high keeps it high."""
    global _usual
    with _lock:
        before = sys.getrecursionlimit()
        try:
            yield
        finally:
            wanted = sys.getrecursionlimit()
            if _diving:
                _usual = max(_usual, wanted)
            sys.setrecursionlimit(max(before, wanted))
