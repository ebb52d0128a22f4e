"""The notification ``flask-ls/status``: what is known of the workspace, for an editor's status item.

``{text: string, detail: string, severity: "information" | "warning" | "error", busy: boolean}``
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from flask_ls.features.status import Status
from flask_ls.lsp.engine import Priority
from flask_ls.lsp.folder import Folder

if TYPE_CHECKING:
    from flask_ls.lsp.session import Session

METHOD = "flask-ls/status"
_PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class Shown:
    """What a status item shows."""

    text: str
    detail: str = ""
    severity: str = "information"
    busy: bool = False


class StatusReporter:
    """Tells the client when what is known changed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._last: Shown | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def shown(self) -> Shown:
        """What was told last."""
        return self._last or Shown("Starting", busy=True)

    def show(self, shown: Shown) -> None:
        """Tell the client, unless it knows."""
        if shown != self._last:
            self._last = shown
            self._session.server.protocol.notify(METHOD, asdict(shown))

    def scanning(self, folder: Folder) -> None:
        """A folder's files are being read."""
        self.show(Shown("Reading the workspace", folder.name, busy=True))

    def refresh(self) -> None:
        """Something changed; the client is told when it rests."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
        self._task = self._session.spawn(self._refresh())

    async def _refresh(self) -> None:
        await asyncio.sleep(_PAUSE_SECONDS)
        self.show(await self.current())

    async def current(self) -> Shown:
        """What is to be shown now."""
        folders = tuple(self._session.folders)
        found: list[tuple[Folder, Status]] = []
        for folder in folders:
            status = await self._session.ask_when_settled(
                folder, Priority.BACKGROUND, lambda moment, _: moment.snapshot.status()
            )
            if status is None:
                return Shown("Not analysed", "Reading the workspace was cancelled; restart the server.", "warning")
            found.append((folder, status))
        return _shown(found)


def _shown(found: list[tuple[Folder, Status]]) -> Shown:
    if not found:
        return Shown("No folder", "Open a folder to check a whole project.")
    with_flask = [(f, s) for f, s in found if s.uses_flask] or found[:1]
    problem = any(s.environment_problem for _, s in with_flask)
    text = str(with_flask[0][1]) if len(with_flask) == 1 else f"{len(with_flask)} projects with Flask"
    detail = "\n".join(_details(f, s, named=len(with_flask) > 1) for f, s in with_flask)
    return Shown(text, detail, "warning" if problem else "information")


def _details(folder: Folder, status: Status, *, named: bool) -> str:
    if not status.uses_flask:
        return ""
    return "\n".join(
        line
        for line in (
            f"{folder.name}: {status}" if named else "",
            _completeness(status.complete, status.incomplete),
            f"Flask {status.flask}, {status.flask_why}",
            status.environment_problem or _environment(status),
        )
        if line
    )


def _completeness(complete: bool, reasons: Iterable[str]) -> str:
    if complete:
        return "The route table is complete"
    shown = list(reasons)[:3]
    return f"The route table is incomplete: {'; '.join(shown)}" if shown else "The route table is incomplete"


def _environment(status: Status) -> str:
    if not status.environment:
        return f"Environment: none ({status.environment_why})"
    return f"Environment: {status.environment} ({status.environment_why})"
