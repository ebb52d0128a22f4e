"""The findings of a whole workspace at once, over two processes where that pays."""

from __future__ import annotations

import logging
import os
import pickle
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from flask_ls.features.loading import Loading, Progress
from flask_ls.features.parsed import Parsed
from flask_ls.features.snapshot import Snapshot
from flask_ls.features.workspace import Workspace
from flask_ls.project.contexts.conventions import is_test_path
from flask_ls.project.facts import FileFacts
from flask_ls.project.interp.evaluation import Evaluation
from flask_ls.project.packing import dumps
from flask_ls.project.peer import Claims, Peer, PeerLostError, can_fork, fork
from flask_ls.project.scan import uncollected, unpack
from flask_ls.rules.finding import Finding, ordered

log = logging.getLogger(__name__)

# Below this many bytes to parse, one process is done before two have shared the work.
_WORTH_SHARING = 150_000


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
    """A check by this process, or by this and a second one.

    The second process evaluates the start while the first reads files, then both read; each hands the other what it
    read, and keeps the trees. Then the second one runs the rules that only knowledge of the whole project wakes, which
    share most of what they ask, and both run the others, each on the files whose trees it has and then on the rest.
    """

    def __init__(
        self, workspace: Workspace, loading: Loading, wanted: Callable[[str], bool], progress: Progress | None
    ) -> None:
        self._workspace = workspace
        self._loading = loading
        self._progress = progress
        self._parsed = Parsed(loading.scan, wanted)
        self._processes = 1
        deployment = [p for p in loading.found.deployment if not p.endswith(".py")]
        to_run = (*loading.scan.relevant, *deployment, *loading.found.templates)
        # The start of a program lies in none of its tests: they are what is left for the first process to read.
        self._to_read = Claims(sorted(loading.todo, key=is_test_path, reverse=True))
        self._to_run = Claims([p for p in to_run if wanted(p)])
        self.asked: list[str] = []

    def nothing(self) -> list[Finding]:
        self._workspace.adopt(self._loading)
        self._loading.scan.save(self._loading.known.values)
        return []

    def run(self, *, share: bool) -> list[Finding]:
        work = sum(map(self._size, self._to_read.paths)) + sum(map(self._size, self._to_run.paths))
        peer = fork() if share and work > _WORTH_SHARING and can_fork() else None
        if peer is None:
            return self._alone()
        if peer.is_parent:
            return self._with(peer)
        # Whatever goes wrong from here on, the first process sees that this one is gone.
        status = 1
        try:
            self._progress = None
            self._beside(peer)
            peer.flush()
            status = 0
        except BaseException:
            log.exception("the second process failed")
        finally:
            os._exit(status)

    def _alone(self) -> list[Finding]:
        self._adopt(self._extract(self._to_read.paths))
        found = self._findings(self._to_run.paths, self._workspace.snapshot().findings)
        self._save(self._pack(self._read()))
        return _all_of(found)

    def _with(self, peer: Peer) -> list[Finding]:
        """The first process."""
        self._processes = 2
        facts: list[FileFacts] = []
        found: dict[str, list[Finding]] = {}
        mine = None
        try:
            facts = self._extract(self._to_read.take())
            mine = self._pack(facts)
            peer.send(mine)
            evaluation, theirs = pickle.loads(peer.receive()), peer.receive()
            self._adopt([*facts, *unpack(theirs)], evaluation)
            found = self._of_words(self._to_run.take(self._parsed.documents))
            others, of_project, asked = pickle.loads(peer.receive())
        except PeerLostError:
            log.warning("the second process ended unexpectedly; continuing with one")
            return self._without(facts, found)
        finally:
            peer.end()
        self.asked += asked
        return _all_of({**found, **others}, of_project)

    def _beside(self, peer: Peer) -> None:
        """The second process."""
        self._adopt(())
        model = self._workspace.snapshot().model
        model.read = self._parsed.source
        evaluation = model.evaluation
        peer.send(dumps(evaluation))
        facts = self._extract(self._to_read.take(self._parsed.documents, backwards=True))
        self._parsed.forget_texts()
        mine = self._pack(facts)
        peer.send(mine)
        theirs = peer.receive()
        self._adopt([*facts, *unpack(theirs)], evaluation)
        self._save(mine, theirs)
        of_project = self._of_project(self._to_run.paths)
        found = self._of_words(self._to_run.take(self._parsed.documents, backwards=True))
        peer.send(dumps((found, of_project, self.asked)))

    def _without(self, facts: list[FileFacts], found: dict[str, list[Finding]]) -> list[Finding]:
        """What the second process was to do; ``facts`` and ``found`` are what this one did."""
        self._loading.add(facts)
        self._adopt(self._extract(p for p in self._to_read.paths if p not in self._loading.known))
        of_project = self._of_project(self._to_run.paths)
        others = self._of_words(p for p in self._to_run.paths if p not in found)
        self._save(self._pack(self._read()))
        return _all_of({**found, **others}, of_project)

    def _read(self) -> list[FileFacts]:
        return [facts for path in self._to_read.paths if (facts := self._loading.known.get(path)) is not None]

    def _pack(self, facts: list[FileFacts]) -> bytes:
        return self._loading.scan.pack(facts)

    def _save(self, *packs: bytes) -> None:
        for pack in packs if self._to_read.paths else ():
            self._loading.scan.add(pack)
        self._loading.scan.save(self._loading.known.values)

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

        return self._loading.scan.extract(
            paths, self._loading.index, self._parsed.keep, progress=report, document=self._parsed.take
        )

    def _adopt(self, facts: Iterable[FileFacts], evaluation: Evaluation | None = None) -> None:
        self._loading.add(facts)
        self._workspace.adopt(self._loading, self._parsed.documents, evaluation)
        self._workspace.snapshot().model.tree = self._parsed.tree

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
            self._parsed.drop(path)
            if self._progress is not None:
                self._progress(min(total + len(found) * self._processes, 2 * total), 2 * total)
        self.asked += snapshot.store.saved.asked
        return found


def _all_of(*parts: Mapping[str, list[Finding]]) -> list[Finding]:
    return ordered(finding for part in parts for findings in part.values() for finding in findings)
