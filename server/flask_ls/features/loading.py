"""A look at a whole workspace, shared by the server and the commands: environment, files, facts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence

from flask_ls.project.cache import Cache
from flask_ls.project.deploy import DeploymentFile, is_deployment_path, read_deployment
from flask_ls.project.discovery import Found, Walker, normal
from flask_ls.project.environment import discover
from flask_ls.project.facts import FileFacts
from flask_ls.project.model import ProjectModel
from flask_ls.project.modules import ModuleIndex
from flask_ls.project.scan import Known, Scan, store_name
from flask_ls.project.settings import Settings
from flask_ls.project.store import Store
from flask_ls.project.template_files import is_template_path
from flask_ls.rules.registry import vocabulary

Cancelled = Callable[[], bool]
Progress = Callable[[int, int], None]


class Loading:
    """A look at all files. ``todo`` are the files whose facts are not known from an earlier run."""

    def __init__(
        self,
        folders: Sequence[str],
        settings: Settings,
        store: Store,
        cache: Cache,
        *,
        known: Known | None = None,
        extra_files: Iterable[str] = (),
        trusted: bool = True,
        cancelled: Cancelled | None = None,
    ) -> None:
        self.environment = discover(folders, settings.environment, trusted=trusted, base=settings.folder)
        self.walker = Walker(folders, settings)
        self.found: Found = self.walker.walk(cancelled)
        self._store = store
        others = [p for p in (*extra_files, *store.open) if p.endswith(".py")]
        paths = list(dict.fromkeys((*self.found.files, *others)))
        self.index = module_index(paths, folders, settings)
        name = store_name(folders, vocabulary()) if folders else ""
        self.scan = Scan(paths, vocabulary(), open_documents=store.open, cache=cache, name=name, known=known)
        self.uses_flask = self.scan.look(cancelled)
        self.known: dict[str, FileFacts] = self.scan.stored(self.index) if self.uses_flask else {}
        self.todo = [p for p in self.scan.relevant if p not in self.known]

    def extract(self, progress: Progress | None = None, cancelled: Cancelled | None = None) -> None:
        """Extract what is not known yet, in this process, and store it for the next run."""
        total = len(self.scan.relevant)
        done = total - len(self.todo)
        report = None if progress is None else lambda number: progress(done + number, total)
        facts = self.scan.extract(self.todo, self.index, cancelled=cancelled, progress=report)
        if cancelled is not None and cancelled():
            return
        saved = [f for f in facts if f.path not in self._store.open]
        if saved:
            self.scan.add(self.scan.pack(saved))
        self.add(facts)
        self.scan.save(self.known.values)

    def add(self, facts: Iterable[FileFacts]) -> None:
        """Take over facts that were extracted."""
        self.known.update((f.path, f) for f in facts)

    def inputs(self) -> tuple[str, ...]:
        """All files and folders that this look depends on; some of them may not exist."""
        found = self.found
        return (*found.inputs, *self.scan.paths, *found.deployment, *found.templates, *self.environment.inputs)

    def remember(self) -> Known:
        """What the next look can build on."""
        return Known(self.scan.glances, {p: f for p, f in self.known.items() if p not in self._store.open})

    def model(self) -> ProjectModel:
        """The model of all files whose facts are known."""
        facts = [self.known[p] for p in self.scan.relevant if p in self.known]
        if not self.uses_flask:
            return ProjectModel(facts, self.index)
        templates = (*self.found.templates, *filter(is_template_path, self._store.open))
        return ProjectModel(facts, self.index, self.deployment(), templates)

    def deployment(self) -> Mapping[str, DeploymentFile]:
        """What the deployment files say."""
        paths = dict.fromkeys((*self.found.deployment, *filter(is_deployment_path, self._store.open)))
        return {p: document for p in paths if (document := deployment_file(p, self._store)) is not None}


def app_hint(settings: Settings, folders: Sequence[str], store: Store) -> str | None:
    """What names "the" application: the setting, the variable ``FLASK_APP``, or the file that sets it."""
    named = settings.app or os.environ.get("FLASK_APP")
    if named:
        return named
    from flask_ls.project.interp.discover import flask_app_of

    for folder in folders:
        # `flask run` reads both, and what the first one sets stays.
        for name in (".env", ".flaskenv"):
            source = store.source(f"{folder}/{name}")
            written = flask_app_of(source.text) if source is not None else None
            if written:
                return written
    return None


def deployment_file(path: str, store: Store) -> DeploymentFile | None:
    """What a deployment file says; None when it is none or cannot be read."""
    document = store.document(path)
    return read_deployment(path, document.source.text) if document is not None else None


def module_index(paths: Iterable[str], folders: Sequence[str], settings: Settings) -> ModuleIndex:
    """Which file is which module."""
    base = settings.folder or (folders[0] if folders else "")
    return ModuleIndex(paths, folders, [normal(os.path.join(base, s)) for s in settings.source])
