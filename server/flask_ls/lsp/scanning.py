"""The first look at a folder, with a progress bar that can be cancelled."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from typing import TYPE_CHECKING

from lsprotocol import types

from flask_ls.lsp.engine import Priority, Token
from flask_ls.lsp.folder import Folder

if TYPE_CHECKING:
    from flask_ls.lsp.session import Session

log = logging.getLogger(__name__)

# A scan that is over sooner is not worth a progress bar.
_QUIET_SECONDS = 0.3
_TICK_SECONDS = 0.1


async def scan(session: Session, folder: Folder) -> None:
    """Read a folder's files; afterwards questions about it are answered."""
    token = Token()
    started = time.monotonic()
    session.status.scanning(folder)
    bar = session.spawn(_show_progress(session, folder, token)) if session.client.progress else None
    try:
        await session.engine.run(Priority.SCAN, folder.scan, token)
        log.info("read %s in %.2f s", folder.path, time.monotonic() - started)
    except Exception:
        log.exception("reading %s failed", folder.path)
    finally:
        folder.scan_cancelled = token()
        folder.ready.set()
        if bar is not None:
            bar.cancel()
    session.model_changed(folder, None)
    session.tidying.made()


async def _show_progress(session: Session, folder: Folder, token: Token) -> None:
    await asyncio.sleep(_QUIET_SECONDS)
    name = str(uuid.uuid4())
    progress = session.server.work_done_progress
    await progress.create_async(name)
    progress.begin(
        name, types.WorkDoneProgressBegin(title=f"Flask: reading {folder.name}", cancellable=True, percentage=0)
    )
    last = -1
    try:
        while True:
            if progress.tokens[name].cancelled():
                token.cancel()
                return
            done, total = folder.progress
            percentage = 100 * done // total if total else 0
            if percentage != last:
                last = percentage
                message = f"{done} of {total} files" if total else None
                progress.report(name, types.WorkDoneProgressReport(message=message, percentage=percentage))
            await asyncio.sleep(_TICK_SECONDS)
    finally:
        progress.end(name, types.WorkDoneProgressEnd())
        progress.tokens.pop(name, None)
