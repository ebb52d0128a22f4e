"""The findings of a whole workspace at once, over two processes where that pays."""

from __future__ import annotations

import logging
import os
import pickle
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from flask_ls.features.loading import Loading, Progress
from flask_ls.features.snapshot import Snapshot
from flask_ls.features.workspace import Workspace
from flask_ls.project.facts import FileFacts
from flask_ls.project.interp.build import Evaluation
from flask_ls.project.packing import dumps
from flask_ls.project.peer import Claims, Peer, PeerLostError, can_fork, fork
from flask_ls.project.scan import uncollected, unpack
from flask_ls.project.store import Document
from flask_ls.rules.finding import Finding, ordered

log = logging.getLogger(__name__)

# Below this many bytes to parse, one process is done before two have shared the work.
_WORTH_SHARING = 150_000
# Trees are kept from extraction to the rules up to this size of their files, in bytes; beyond, memory counts more.
_KEEP_TREES = 2_000_000


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
        self._processes = 1
        self.asked: list[str] = []

    def nothing(self) -> list[Finding]:
        self._workspace.adopt(self._loading)
        self._loading.scan.save(self._loading.known.values)
        return []

    def run(self, *, share: bool) -> list[Finding]:
        loading = self._loading
        deployment = [p for p in loading.found.deployment if not p.endswith(".py")]
        templates = loading.found.templates
        to_check = [p for p in (*loading.scan.relevant, *deployment, *templates) if self._wanted(p)]
        work = sum(map(self._size, loading.todo)) + sum(map(self._size, to_check))
        if share and work > _WORTH_SHARING and can_fork():
            to_extract, to_run = Claims(loading.todo), Claims(to_check)
            peer = fork()
            if peer is not None and not peer.is_parent:
                self._serve(peer, to_extract, to_run)
            if peer is not None:
                self._processes = 2
                try:
                    return self._with(peer, to_extract, to_run)
                finally:
                    peer.end()
        return self._alone(loading.todo, to_check)

    def _alone(self, todo: Sequence[str], to_check: Sequence[str]) -> list[Finding]:
        facts = self._extract(todo)
        if facts:
            self._loading.scan.add(self._loading.scan.pack(facts))
        self._adopt(facts)
        snapshot = self._workspace.snapshot()
        found = self._findings(to_check, snapshot.findings)
        self._loading.scan.save(self._loading.known.values)
        return ordered(f for findings in found.values() for f in findings)

    def _with(self, peer: Peer, to_extract: Claims, to_run: Claims) -> list[Finding]:
        """The first process: facts from the front of the list, while the second one evaluates the start."""
        scan = self._loading.scan
        facts = self._extract(to_extract.take())
        pack = scan.pack(facts)
        peer.send(pack)
        try:
            evaluation = pickle.loads(peer.receive())
            their_pack = peer.receive()
        except PeerLostError:
            log.warning("the second process ended unexpectedly; continuing with one")
            self._adopt(facts)
            done = {f.path for f in facts}
            return self._alone([p for p in to_extract.paths if p not in done], to_run.paths)
        self._adopt([*facts, *unpack(their_pack)], evaluation)
        found = self._of_words(to_run.take(first=self._documents))
        if facts or to_extract.paths:
            scan.add(pack)
            scan.add(their_pack)
        scan.save(self._loading.known.values)
        try:
            theirs, of_project, asked = pickle.loads(peer.receive())
        except PeerLostError:
            log.warning("the second process ended unexpectedly; continuing with one")
            of_project, asked = self._of_project(to_run.paths), []
            theirs = self._of_words(p for p in to_run.paths if p not in found)
        self.asked += asked
        found.update(theirs)
        return ordered(f for findings in (*found.values(), *of_project.values()) for f in findings)

    def _serve(self, peer: Peer, to_extract: Claims, to_run: Claims) -> None:
        """The second process. Never returns; whatever goes wrong, the first one sees that this one is gone."""
        status = 1
        try:
            self._progress = None
            self._adopt(())
            evaluation = self._workspace.snapshot().model.evaluation
            peer.send(dumps(evaluation))
            facts = self._extract(to_extract.take(backwards=True))
            peer.send(self._loading.scan.pack(facts))
            self._adopt([*unpack(peer.receive()), *facts], evaluation)
            of_project = self._of_project(to_run.paths)
            found = self._of_words(to_run.take(first=self._documents, backwards=True))
            peer.send(dumps((found, of_project, self.asked)))
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

    def _extract(self, paths: Iterable[str]) -> list[FileFacts]:
        report: Callable[[int], None] | None = None
        total = len(self._loading.todo)
        if self._progress is not None and total:
            progress = self._progress
            # The other process is as far as this one, near enough for a bar. The rules are half of the work.
            report = lambda number: progress(min(number * self._processes, total), 2 * total)  # noqa: E731
        return self._loading.scan.extract(paths, self._loading.index, self._keep, progress=report)

    def _keep(self, facts: FileFacts, document: Document) -> None:
        size = len(document.source.text)
        if facts.words and self._kept + size <= _KEEP_TREES and self._wanted(facts.path):
            self._kept += size
            self._documents[facts.path] = document

    def _adopt(self, facts: Iterable[FileFacts], evaluation: Evaluation | None = None) -> None:
        self._loading.add(facts)
        self._workspace.adopt(self._loading, self._documents, evaluation)

    def _of_words(self, paths: Iterable[str]) -> dict[str, list[Finding]]:
        snapshot = self._workspace.snapshot()
        return self._findings(paths, lambda path: snapshot.findings_of(path, "words"))

    def _of_project(self, paths: Iterable[str]) -> dict[str, list[Finding]]:
        """These rules share most of what they ask, so one process runs them on all files."""
        snapshot = self._workspace.snapshot()
        found: dict[str, list[Finding]] = {}
        for path in paths:
            found[path] = snapshot.findings_of(path, "project")
            snapshot.forget(path)
        return found

    def _findings(self, paths: Iterable[str], of: Callable[[str], list[Finding]]) -> dict[str, list[Finding]]:
        snapshot = self._workspace.snapshot()
        total = len(self._loading.scan.relevant)
        found: dict[str, list[Finding]] = {}
        for path in paths:
            found[path] = of(path)
            snapshot.forget(path)
            self._documents.pop(path, None)
            if self._progress is not None:
                self._progress(min(total + len(found) * self._processes, 2 * total), 2 * total)
        self.asked += snapshot.store.saved.asked
        return found
