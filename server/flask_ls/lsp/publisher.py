"""Diagnostics on their way to the client: pushed to one that waits for them, pulled by one that asks.

The edited file's findings go out as soon as typing pauses; those of other open files follow when what files see of
each other changed. Findings of a text that is no longer current are dropped.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from flask_ls.lsp import uris
from flask_ls.lsp.engine import Priority, Token
from flask_ls.lsp.folder import Folder
from flask_ls.lsp.sync import Document

if TYPE_CHECKING:
    from flask_ls.lsp.session import Moment, Session

log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.05
"""How long typing must rest before the edited file is looked at. The first edit after a rest does not wait."""
REST_SECONDS = 0.25
"""How long nobody typed when that is a rest."""
OTHERS_PAUSE_SECONDS = 0.25
"""How long it must rest before the other files are."""


@dataclass(frozen=True)
class Report:
    """The diagnostics of one text. Equal ``result_id`` means equal diagnostics; ``version`` is None on disk."""

    version: int | None
    items: tuple[types.Diagnostic, ...]
    result_id: str


def report_on(moment: Moment, path: str, token: Token) -> Report | None:
    """The report on one file; None when the job was told to stop. Runs on the engine's thread."""
    snapshot, version = moment.snapshot, moment.versions.get(path)
    source = snapshot.source(path)
    found = snapshot.findings(path, token) if source is not None else []
    if token():
        return None
    items = tuple(
        moment.converter.diagnostic(snapshot, source, finding, version) for finding in found if source is not None
    )
    # The version in `data` differs from edit to edit; it is no part of what the user sees.
    seen = [(i.range, i.severity, i.code, i.message, i.related_information) for i in items]
    return Report(version, items, hashlib.blake2b(repr(seen).encode("utf-8", "replace"), digest_size=12).hexdigest())


class Publisher:
    """Knows what the client was told last of each file."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._told: dict[str, tuple[int | None, str]] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._refreshing: dict[Folder, tuple[asyncio.Task[None], frozenset[str | None]]] = {}
        self._news = asyncio.Event()
        self._edited = 0.0

    @property
    def _pushes(self) -> bool:
        return not self._session.client.pulls_diagnostics

    # What happens to documents

    def opened(self, document: Document) -> None:
        """Look at it at once."""
        self._look(document, 0)

    def edited(self, document: Document) -> None:
        """Look at it when typing rests."""
        now = time.monotonic()
        self._look(document, PAUSE_SECONDS if now - self._edited < REST_SECONDS else 0)
        self._edited = now

    def closed(self, document: Document) -> None:
        """Take its diagnostics away, unless those of closed files are shown too."""
        self._withdraw(document, keep=self._shows_closed_files)
        if document.path is not None:
            self.refresh(self._session.folder_of(document.path), None)

    def moved(self, document: Document) -> None:
        """It belongs to another folder than before, or to none."""
        self._withdraw(document, keep=self._session.checks(document.path))
        self._look(document, 0)

    async def ask_to_pull_again(self) -> None:
        """Have a client that pulls ask for everything again."""
        if not self._pushes and self._session.client.refreshes_diagnostics:
            await self._session.server.workspace_diagnostic_refresh_async(None)

    def _withdraw(self, document: Document, *, keep: bool) -> None:
        running = self._running.pop(document.uri, None)
        if running is not None:
            running.cancel()
        told = self._told.pop(document.uri, None)
        if self._pushes and told is not None and not keep:
            self._send(document.uri, Report(None, (), ""))

    def _look(self, document: Document, pause: float) -> None:
        if not self._pushes or not self._session.checks(document.path):
            return
        running = self._running.get(document.uri)
        if running is not None:
            running.cancel()
        self._running[document.uri] = self._session.spawn(self._push(document.uri, Priority.EDITED_FILE, pause))

    # Pushing

    async def _push(self, uri: str, priority: Priority, pause: float, *, only_news: bool = False) -> None:
        if pause:
            await asyncio.sleep(pause)
        report = await self._session.ask_about(uri, priority, report_on)
        document = self._session.documents.get(uri)
        if report is None or document is None or report.version != document.version:
            return
        told = self._told.get(uri)
        if told == (report.version, report.result_id) or (only_news and told and told[1] == report.result_id):
            return
        self._told[uri] = (report.version, report.result_id)
        self._send(uri, report)

    def _send(self, uri: str, report: Report) -> None:
        self._session.server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=uri, version=report.version, diagnostics=report.items)
        )

    # When other files change

    def refresh(self, folder: Folder, edited: str | None, pause: float | None = None) -> None:
        """What the files of a folder see of each other changed, by an edit of ``edited`` or by something else."""
        self._news.set()
        self._news = asyncio.Event()
        causes: frozenset[str | None] = frozenset({edited})
        running = self._refreshing.get(folder)
        if running is not None and not running[0].done():
            running[0].cancel()
            causes |= running[1]
        self._refreshing[folder] = (self._session.spawn(self._refresh(folder, causes, pause)), causes)

    async def _refresh(self, folder: Folder, causes: frozenset[str | None], pause: float | None) -> None:
        await asyncio.sleep(OTHERS_PAUSE_SECONDS if pause is None else pause)
        for document in self._session.documents:
            # A file that was itself the only one edited is looked at for that reason already.
            if causes == {document.path} or not self._session.checks(document.path, folder):
                continue
            if self._pushes:
                await self._push(document.uri, Priority.OPEN_FILE, 0, only_news=True)
            elif await self._is_outdated(document):
                await self.ask_to_pull_again()
                break
        if self._pushes and self._shows_closed_files:
            await self._push_closed_files(folder)

    async def _is_outdated(self, document: Document) -> bool:
        told = self._told.get(document.uri)
        if told is None:
            return False
        report = await self._session.ask_about(document.uri, Priority.OPEN_FILE, report_on)
        return report is not None and report.result_id != told[1]

    # Pulling

    async def pull(self, uri: str) -> Report:
        """The report on one document that the client asks for; an empty one for what is not analysed."""
        report = None
        if self._session.checks(uris.to_path(uri)):
            report = await self._session.ask_about(uri, Priority.REQUEST, report_on)
        report = report or Report(None, (), "")
        self._told[uri] = (report.version, report.result_id)
        return report

    async def all_files(self) -> AsyncIterator[tuple[str, Report]]:
        """The reports on all files of all folders, with their URIs."""
        for folder in tuple(self._session.folders):
            async for path, report in self._files_of(folder):
                yield self._session.documents.uri_of(path), report

    async def wait_for_news(self) -> None:
        """Sleep until something changed that may change the diagnostics of some file."""
        await self._news.wait()

    # Files that are not open

    @property
    def _shows_closed_files(self) -> bool:
        return self._session.settings.diagnostic_mode == "workspace"

    async def _files_of(self, folder: Folder) -> AsyncIterator[tuple[str, Report]]:
        # There is no haste: better once, with everything that takes long found out.
        await self._session.catching_up.settled(folder)
        paths = await self._session.ask(folder, Priority.BACKGROUND, lambda moment, _: moment.snapshot.paths())
        for path in paths or ():
            if self._session.folder_of(path) is not folder:
                continue

            def question(moment: Moment, token: Token, path: str = path) -> Report | None:
                return report_on(moment, path, token)

            report = await self._session.ask(folder, Priority.BACKGROUND, question)
            if report is not None:
                yield path, report

    async def _push_closed_files(self, folder: Folder) -> None:
        seen: set[str] = set()
        async for path, report in self._files_of(folder):
            uri = self._session.documents.uri_of(path)
            seen.add(uri)
            told = self._told.get(uri)
            is_news = bool(report.items) if told is None else told[1] != report.result_id
            if self._session.documents.get(uri) is None and is_news:
                self._told[uri] = (None, report.result_id)
                self._send(uri, report)
        for uri in [u for u in self._told if u not in seen and self._session.documents.get(u) is None]:
            if self._is_of(folder, uri):
                del self._told[uri]
                self._send(uri, Report(None, (), ""))

    def _is_of(self, folder: Folder, uri: str) -> bool:
        path = uris.to_path(uri)
        return path is not None and folder.contains(path)
