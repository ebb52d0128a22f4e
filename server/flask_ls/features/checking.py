"""The findings of a whole workspace at once, over two processes where that pays."""

from __future__ import annotations

import logging
import os
import pickle
from collections.abc import Callable, Iterable, Mapping
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
_KEEP_TREES = 1_800_000


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
        self._shares = False
        self._processes = 1
        self._new: list[FileFacts] = []
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
        self._shares = share and work > _WORTH_SHARING
        self._learn(Claims(loading.todo))
        return self._say(Claims(to_check))

    # First half: what the files say

    def _learn(self, todo: Claims) -> None:
        """Facts from the front of the list, while a second process evaluates the start and goes on from the back."""
        peer = self._second(lambda peer: self._evaluate_and_extract(peer, todo))
        facts = self._extract(todo.take())
        evaluation, their_pack = None, b""
        try:
            if peer is not None:
                evaluation, their_pack = pickle.loads(peer.receive()), peer.receive()
        except PeerLostError:
            log.warning("the second process ended unexpectedly; continuing with one")
            done = {f.path for f in facts}
            facts += self._extract(p for p in todo.paths if p not in done)
        finally:
            if peer is not None:
                peer.end()
        self._new = facts
        if their_pack:
            self._loading.scan.add(their_pack)
            facts = [*facts, *unpack(their_pack)]
        self._adopt(facts, evaluation)

    def _evaluate_and_extract(self, peer: Peer, todo: Claims) -> None:
        self._adopt(())
        peer.send(dumps(self._workspace.snapshot().model.evaluation))
        peer.send(self._loading.scan.pack(self._extract(todo.take(backwards=True))))

    def _save(self) -> None:
        if self._new:
            self._loading.scan.add(self._loading.scan.pack(self._new))
        self._loading.scan.save(self._loading.known.values)

    # Second half: what the rules say

    def _say(self, to_run: Claims) -> list[Finding]:
        """The findings. Of two processes, which have all that was learnt, one also saves it for the next run."""
        peer = self._second(lambda peer: self._save_and_run(peer, to_run))
        if peer is None:
            snapshot = self._workspace.snapshot()
            found = self._findings(to_run.paths, snapshot.findings)
            self._save()
            return _all_of(found)
        try:
            found = self._of_words(to_run.take())
            theirs, of_project, asked = pickle.loads(peer.receive())
        except PeerLostError:
            log.warning("the second process ended unexpectedly; continuing with one")
            of_project, asked = self._of_project(to_run.paths), []
            theirs = self._of_words(p for p in to_run.paths if p not in found)
            self._save()
        finally:
            peer.end()
        self.asked += asked
        return _all_of({**found, **theirs}, of_project)

    def _save_and_run(self, peer: Peer, to_run: Claims) -> None:
        self._save()
        of_project = self._of_project(to_run.paths)
        found = self._of_words(to_run.take(backwards=True))
        peer.send(dumps((found, of_project, self.asked)))

    def _second(self, work: Callable[[Peer], None]) -> Peer | None:
        """A second process that does this work and ends; None when this one is to do all by itself."""
        peer = fork() if self._shares and can_fork() else None
        if peer is None:
            self._processes = 1
            return None
        self._processes = 2
        if peer.is_parent:
            return peer
        # Whatever goes wrong from here on, the first process sees that this one is gone.
        status = 1
        try:
            self._progress = None
            work(peer)
            peer.flush()
            status = 0
        except BaseException:
            log.exception("the second process failed")
        finally:
            os._exit(status)

    # Steps

    def _size(self, path: str) -> int:
        glance = self._loading.scan.glances.get(path)
        return glance.size if glance is not None else 0

    def _extract(self, paths: Iterable[str]) -> list[FileFacts]:
        total = len(self._loading.todo)

        def report(number: int) -> None:
            if self._progress is not None:
                # The other process is as far as this one, near enough for a bar. The rules are half of the work.
                self._progress(min(number * self._processes, total), 2 * total)

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


def _all_of(*parts: Mapping[str, list[Finding]]) -> list[Finding]:
    return ordered(finding for part in parts for findings in part.values() for finding in findings)
