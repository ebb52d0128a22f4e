"""The findings of a whole workspace at once, over two processes where that pays."""

from __future__ import annotations

import logging
import os
import pickle
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_ls.features.loading import Loading, Progress
from flask_ls.features.snapshot import Snapshot
from flask_ls.features.workspace import Workspace
from flask_ls.project.facts import FileFacts
from flask_ls.project.packing import dumps
from flask_ls.project.peer import Peer, PeerLostError, can_fork, fork
from flask_ls.project.scan import uncollected, unpack
from flask_ls.project.store import Document
from flask_ls.rules.finding import Finding, ordered

log = logging.getLogger(__name__)

# Below this many bytes to parse, one process is done before two have shared the work.
_WORTH_SHARING = 150_000
# Trees are kept from extraction to the rules up to this size of their files, in bytes; beyond, memory counts more.
_KEEP_TREES = 4_000_000


@dataclass(frozen=True)
class Checked:
    """The outcome. ``inputs`` are all files and folders it depends on; ``files`` counts what was looked at."""

    snapshot: Snapshot
    findings: list[Finding] = field(default_factory=list)
    files: int = 0
    unreadable: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()


def check(
    workspace: Workspace,
    wanted: Callable[[str], bool] = lambda path: True,
    progress: Progress | None = None,
    *,
    share: bool = True,
) -> Checked:
    """Load the workspace and run the rules on all files that are ``wanted``."""
    with uncollected():
        loading = workspace.begin()
        job = _Job(workspace, loading, wanted, progress)
        findings = job.run(share=share) if loading.uses_flask else job.nothing()
        snapshot = workspace.snapshot()
        return Checked(
            snapshot=snapshot,
            findings=findings,
            files=len(loading.scan.paths),
            unreadable=(*loading.found.unreadable, *loading.scan.unreadable),
            inputs=(*loading.inputs(), *job.asked),
        )


class _Job:
    def __init__(
        self, workspace: Workspace, loading: Loading, wanted: Callable[[str], bool], progress: Progress | None
    ) -> None:
        self._workspace = workspace
        self._loading = loading
        self._wanted = wanted
        self._progress = progress
        self._documents: dict[str, Document] = {}
        self._kept = 0
        self.asked: list[str] = []

    def nothing(self) -> list[Finding]:
        self._workspace.adopt(self._loading)
        self._loading.scan.save(self._loading.known.values)
        return []

    def run(self, *, share: bool) -> list[Finding]:
        loading = self._loading
        relevant = loading.scan.relevant
        deployment = [p for p in loading.found.deployment if not p.endswith(".py")]
        to_check = [p for p in (*relevant, *deployment) if self._wanted(p)]
        work = sum(map(self._size, loading.todo)) + sum(map(self._size, to_check))
        peer = fork() if share and work > _WORTH_SHARING and can_fork() else None
        if peer is None:
            return self._alone(loading.todo, to_check)
        mine, theirs = _halves(loading.todo, self._size)
        # Each process checks the files whose trees it has.
        rest = set(to_check) - set(loading.todo)
        first, second = _halves([p for p in to_check if p in rest], self._size)
        to_check_first = [p for p in to_check if p in {*mine, *first}]
        to_check_second = [p for p in to_check if p in {*theirs, *second}]
        if not peer.is_parent:
            self._serve(peer, theirs, to_check_second)
        try:
            return self._with(peer, mine, theirs, to_check_first, to_check_second)
        finally:
            peer.end()

    def _alone(self, todo: Sequence[str], to_check: Sequence[str]) -> list[Finding]:
        facts = self._extract(todo)
        if facts:
            self._loading.scan.add(self._loading.scan.pack(facts))
        self._adopt(facts)
        found = self._findings(to_check)
        self._loading.scan.save(self._loading.known.values)
        return found

    def _with(
        self, peer: Peer, mine: list[str], theirs: list[str], to_check: list[str], others: list[str]
    ) -> list[Finding]:
        facts = self._extract(mine, of_all=len(mine) + len(theirs))
        scan = self._loading.scan
        pack = scan.pack(facts)
        peer.send(pack)
        try:
            their_pack = peer.receive()
        except PeerLostError:
            log.warning("the second process ended unexpectedly; continuing with one")
            self._adopt(facts)
            return self._alone(theirs, [*to_check, *others])
        self._adopt([*facts, *unpack(their_pack)])
        found = self._findings(to_check)
        if facts or theirs:
            scan.add(pack)
            scan.add(their_pack)
        scan.save(self._loading.known.values)
        try:
            their_findings, asked = pickle.loads(peer.receive())
        except PeerLostError:
            log.warning("the second process ended unexpectedly; continuing with one")
            return ordered([*found, *self._findings(others)])
        self.asked += asked
        return ordered([*found, *their_findings])

    def _serve(self, peer: Peer, todo: list[str], to_check: list[str]) -> None:
        """The second process. Never returns; whatever goes wrong, the first one sees that this one is gone."""
        status = 1
        try:
            self._progress = None
            facts = self._extract(todo)
            peer.send(self._loading.scan.pack(facts))
            self._adopt([*unpack(peer.receive()), *facts])
            found = self._findings(to_check)
            peer.send(dumps((found, self.asked)))
            peer.flush()
            status = 0
        except PeerLostError:
            pass
        except BaseException:
            log.exception("the second process failed")
        finally:
            os._exit(status)

    # Steps

    def _size(self, path: str) -> int:
        glance = self._loading.scan.glances.get(path)
        return glance.size if glance is not None else 0

    def _extract(self, paths: Iterable[str], of_all: int = 0) -> list[FileFacts]:
        paths = list(paths)
        total = max(of_all, len(paths))
        report: Callable[[int], None] | None = None
        if self._progress is not None and total:
            progress = self._progress
            # The other process is as far as this one, near enough for a bar. The rules are half of the work.
            report = lambda number: progress(number * total // len(paths), 2 * total)  # noqa: E731
        return self._loading.scan.extract(paths, self._loading.index, self._keep, progress=report)

    def _keep(self, facts: FileFacts, document: Document) -> None:
        size = len(document.source.text)
        if self._kept + size <= _KEEP_TREES and self._wanted(facts.path):
            self._kept += size
            self._documents[facts.path] = document

    def _adopt(self, facts: Iterable[FileFacts]) -> None:
        self._loading.add(facts)
        self._workspace.adopt(self._loading, self._documents)

    def _findings(self, paths: Sequence[str]) -> list[Finding]:
        snapshot = self._workspace.snapshot()
        found: list[Finding] = []
        for number, path in enumerate(paths, 1):
            found += snapshot.findings(path)
            snapshot.forget(path)
            if self._progress is not None:
                self._progress(len(paths) + number, 2 * len(paths))
        self.asked += snapshot.store.saved.asked
        return ordered(found)


def _halves(paths: Sequence[str], size: Callable[[str], int]) -> tuple[list[str], list[str]]:
    """Two parts of about the same size, each in the order given."""
    loads = [0, 0]
    parts: tuple[list[str], list[str]] = ([], [])
    for path in sorted(paths, key=size, reverse=True):
        lighter = 0 if loads[0] <= loads[1] else 1
        parts[lighter].append(path)
        loads[lighter] += size(path) + 1
    place: dict[str, Any] = {path: number for number, path in enumerate(paths)}
    return sorted(parts[0], key=place.__getitem__), sorted(parts[1], key=place.__getitem__)
