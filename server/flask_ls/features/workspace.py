"""The mutable owner of a project: files, open buffers, settings and the current model.

One per server and per command. Snapshots are taken at any time, from any thread; changes are made by one at a time.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Sequence

from flask_ls.features.snapshot import Snapshot
from flask_ls.project.deploy import DeploymentFile, is_deployment_path, read_deployment
from flask_ls.project.discovery import Walker, normal
from flask_ls.project.environment import Environment, discover
from flask_ls.project.extract import extract
from flask_ls.project.facts import FileFacts
from flask_ls.project.model import ProjectModel
from flask_ls.project.modules import ModuleIndex
from flask_ls.project.settings import ConfigProblem, Settings, find_config, parse_options, read_config
from flask_ls.project.store import Document, Saved, Store
from flask_ls.rules.registry import by_code, vocabulary
from flask_ls.syntax.source import SourceFile

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


class Workspace:
    """A project that changes. ``folders`` are absolute; none means that only opened files are looked at."""

    def __init__(
        self,
        folders: Sequence[str],
        settings: Settings | None = None,
        *,
        trusted: bool = True,
        use_cache: bool = True,
    ) -> None:
        self.folders = tuple(normal(f) for f in folders)
        self.trusted = trusted
        self.use_cache = use_cache
        self.on_late_answer: Callable[[], None] | None = None
        self._lock = threading.RLock()
        self._given = settings
        self._options: dict[str, object] = {}
        self._settings = settings or Settings()
        if settings is None:
            self.reload_config()
        self._environment = Environment()
        self._files: tuple[str, ...] = ()
        self._store = Store(Saved())
        self._model = ProjectModel((), ModuleIndex((), self.folders))
        self._loaded = False
        self._snapshot: Snapshot | None = None

    # Loading

    def load(self, progress: Progress | None = None, cancelled: Cancelled | None = None) -> None:
        """The first scan, or a new one from scratch: files, environment, facts. Buffers stay open."""
        with self._lock:
            settings = self._settings
            self._environment = discover(self.folders, settings.environment, trusted=self.trusted, base=settings.folder)
            walked = Walker(self.folders, settings).walk(cancelled)
            self._files = walked.files
            paths = list(dict.fromkeys((*self._files, *self._store.open)))
            index = self._module_index(paths)
            facts: list[FileFacts] = []
            for done, path in enumerate(paths):
                if cancelled is not None and cancelled():
                    return
                found = self._extract(path, index)
                if found is not None:
                    facts.append(found)
                if progress is not None:
                    progress(done + 1, len(paths))
            self._model = ProjectModel(facts, index, self._deployment((*walked.deployment, *self._store.open)))
            self._loaded = True
            self._snapshot = None

    # Changes

    def set_text(self, path: str, text: str) -> bool:
        """An open buffer has this text now. True when the model was replaced."""
        path = normal(path)
        with self._lock:
            known = self._store.open.get(path)
            if known is not None and known.source.text == text:
                return False
            self._store = self._store.opened(path, Document(SourceFile(text)))
            return self._refresh([path])

    def close(self, path: str) -> bool:
        """The buffer is closed: the saved file counts again. True when the model was replaced."""
        path = normal(path)
        with self._lock:
            if path not in self._store.open:
                return False
            self._store = self._store.closed(path)
            return self._refresh([path])

    def files_changed(self, paths: Iterable[str]) -> bool:
        """Saved files were created, changed or deleted. True when the model was replaced."""
        with self._lock:
            return self._refresh([normal(p) for p in paths])

    # Settings

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._settings

    def configure(self, settings: Settings) -> None:
        """Use these settings from now on, whatever configuration files say."""
        with self._lock:
            self._given = settings
            self._apply(settings)

    def configure_options(self, options: dict[str, object], source: str = "settings") -> list[ConfigProblem]:
        """Take over options of a client, which are merged over those of the configuration file."""
        problems: list[ConfigProblem] = []
        values = parse_options(
            options, lambda key, message: problems.append(ConfigProblem(source, None, message)), by_code()
        )
        with self._lock:
            self._options = values
            return [*problems, *self.reload_config()]

    def reload_config(self) -> list[ConfigProblem]:
        """Read the configuration file again; what is wrong in it. The rest of it is in force nevertheless."""
        problems: list[ConfigProblem] = []
        with self._lock:
            settings = Settings()
            for folder in self.folders if self._given is None else ():
                path = find_config(folder)
                if path is not None:
                    config = read_config(path, by_code())
                    problems = list(config.problems)
                    settings = settings.merged({**config.values, "folder": normal(config.folder)})
                    break
            self._apply(self._given if self._given is not None else settings.merged(self._options))
        return problems

    def _apply(self, settings: Settings) -> None:
        before, self._settings = self._settings, settings
        self._snapshot = None
        scanned = ("exclude", "extend_exclude", "respect_gitignore", "environment", "source", "folder")
        if getattr(self, "_loaded", False) and any(getattr(before, n) != getattr(settings, n) for n in scanned):
            self.load()

    # Reading

    def snapshot(self) -> Snapshot:
        """The present moment."""
        with self._lock:
            if self._snapshot is None:
                self._snapshot = Snapshot(
                    self._model,
                    self._settings,
                    self._store,
                    self._environment,
                    self.folders,
                    uses_flask=bool(self._model.files),
                    loaded=self._loaded,
                )
            return self._snapshot

    # Inside

    def _module_index(self, paths: Iterable[str]) -> ModuleIndex:
        base = self._settings.folder or (self.folders[0] if self.folders else "")
        return ModuleIndex(paths, self.folders, [normal(os.path.join(base, s)) for s in self._settings.source])

    def _extract(self, path: str, index: ModuleIndex) -> FileFacts | None:
        document = self._store.document(path)
        module = index.by_path(path)
        if document is None or module is None:
            return None
        walked = document.index(module)
        return extract(
            document.source, path, module.name, is_package=module.is_package, vocabulary=vocabulary(), index=walked
        )

    def _deployment(self, paths: Iterable[str]) -> dict[str, DeploymentFile]:
        found = ((path, self._read_deployment(path)) for path in dict.fromkeys(paths) if is_deployment_path(path))
        return {path: document for path, document in found if document is not None}

    def _read_deployment(self, path: str) -> DeploymentFile | None:
        document = self._store.document(path)
        return read_deployment(path, document.source.text) if document is not None else None

    def _refresh(self, paths: list[str]) -> bool:
        before = self._model
        self._snapshot = None
        known = set(self._files)
        walker = Walker(self.folders, self._settings)
        for path in paths:
            exists = os.path.isfile(path) and walker.belongs(path)
            if exists and path.endswith(".py"):
                known.add(path)
            else:
                known.discard(path)
        files = known | {p for p in self._store.open if p.endswith(".py")}
        index = before.index
        if known != set(self._files) or index is None or any(index.by_path(p) is None for p in files):
            self._files = tuple(sorted(known))
            self.load()
            return True
        model = before
        for path in paths:
            facts = self._extract(path, index)
            if facts is not None:
                model = model.with_file(facts)
            if is_deployment_path(path):
                belongs = path in self._store.open or (os.path.isfile(path) and walker.belongs(path))
                model = model.with_deployment(path, self._read_deployment(path) if belongs else None)
        self._model = model
        return model is not before
