"""Notices that the client's process is gone, in case it left without closing our input."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable

_POLL_SECONDS = 2.0


async def watch(pid: int, gone: Callable[[], None]) -> None:
    """Call ``gone`` once the process ends. A process that cannot be seen (another container's) is not watched."""
    if not _is_alive(pid):
        return
    if not await _wait_for_end(pid):
        while _is_alive(pid):
            await asyncio.sleep(_POLL_SECONDS)
    gone()


async def _wait_for_end(pid: int) -> bool:
    """Sleep until the process ends where the system can wake us; False at once where it cannot."""
    if sys.platform != "linux":
        return False
    try:
        descriptor = os.pidfd_open(pid)
    except (AttributeError, OSError):
        return False
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    try:
        loop.add_reader(descriptor, ended.set)
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
    return True


def _is_alive(pid: int) -> bool:
    if sys.platform == "win32":
        return _is_alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _is_alive_on_windows(pid: int) -> bool:
    import ctypes

    synchronize, timed_out = 0x00100000, 0x00000102
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    handle = kernel.OpenProcess(synchronize, False, pid)
    if not handle:
        return False
    try:
        return bool(kernel.WaitForSingleObject(handle, 0) == timed_out)
    finally:
        kernel.CloseHandle(handle)
