"""The mutable owner of a project: files, open buffers, settings and the current model.

One per server and per command. Snapshots are taken at any time, from any thread; changes are made by one at a time.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from flask_ls.features.earlier import Earlier
from flask_ls.features.loading import Cancelled, Loading, Progress, app_hint, deployment_file
from flask_ls.features.snapshot import Snapshot
from flask_ls.project.cache import Cache, default_folder
from flask_ls.project.checkpoint import Checkpoint
from flask_ls.project.deploy import is_deployment_path
from flask_ls.project.discovery import Walker, normal
from flask_ls.project.distributions import Distributions
from flask_ls.project.environment import Environment
from flask_ls.project.inference import Resolver
from flask_ls.project.interp.evaluation import Evaluation
from flask_ls.project.look import mentions_flask
from flask_ls.project.model import ProjectModel
from flask_ls.project.modules import ModuleIndex
from flask_ls.project.resolve import JediResolver, NullResolver
from flask_ls.project.scan import Known, facts_of, uncollected
from flask_ls.project.settings import ConfigProblem, Settings, find_config, parse_options, read_config
from flask_ls.project.store import Document, Saved, Store
from flask_ls.project.template_files import is_template_path
from flask_ls.rules.registry import by_code, vocabulary
from flask_ls.syntax.source import SourceFile

log = logging.getLogger(__name__)


class CaughtUp(NamedTuple):
    """The same moment twice: as it was, and with all that was withheld."""

    before: Snapshot
    snapshot: Snapshot


# Settings that decide which files and which environment there are.
_OF_THE_SCAN = ("app", "exclude", "extend_exclude", "respect_gitignore", "environment", "source", "folder")


class Workspace:
    """A project that changes. ``folders`` are absolute; none means that only opened files are looked at."""

    def __init__(
        self,
        folders: Sequence[str],
        settings: Settings | None = None,
        *,
        trusted: bool = True,
        use_cache: bool = True,
        extra_files: Iterable[str] = (),
        waits: bool = False,
        defers: bool = False,
        is_edited: bool = True,
    ) -> None:
        """``extra_files`` take part even where they are excluded or lie outside of the folders.

        ``waits``: what only type inference can tell is waited for. Otherwise it may be told later, by a call of
        ``on_late_answer`` on another thread; a new snapshot then knows more.

        ``defers``: after ``warm_up``, no question waits for what takes long and has to be found out again. What depends
        on it is withheld, or as it was, until ``catch_up`` and ``settle`` were called.

        ``is_edited``: texts will change. It is noted then what depends on what.
        """
        self._defers = defers
        self._is_edited = is_edited
        self._waits = waits
        self._extra_files = tuple(normal(f) for f in extra_files)
        self.folders = tuple(normal(f) for f in folders)
        self.trusted = trusted
        self.cache = Cache(default_folder() if use_cache else None)
        self.on_late_answer: Callable[[], None] | None = None
        self._lock = threading.RLock()
        self._given = settings
        self._options: dict[str, object] = {}
        self._settings = settings or Settings()
        self._environment = Environment()
        self._store = Store(Saved())
        self._model = ProjectModel((), ModuleIndex((), self.folders))
        self._known = Known()
        self._walker = Walker(self.folders, self._settings)
        self._resolver: Resolver = NullResolver()
        self._uses_flask = False
        self._loaded = False
        self._snapshot: Snapshot | None = None
        self._earlier = Earlier()
        if settings is None:
            self.reload_config()

    # Loading

    def load(self, progress: Progress | None = None, cancelled: Cancelled | None = None) -> None:
        """The first scan, or a new one: files, environment, facts. Buffers stay open. Cancelled: nothing changes."""
        with self._lock, uncollected():
            loading = self.begin(cancelled)
            loading.extract(progress, cancelled)
            if cancelled is None or not cancelled():
                self.adopt(loading)

    def survey(self) -> None:
        """A first look that leaves the files unread: enough to evaluate the start, as the route table needs it."""
        with self._lock, uncollected():
            self.adopt(self.begin())

    def begin(self, cancelled: Cancelled | None = None) -> Loading:
        """Look at the files without taking anything over yet."""
        return Loading(
            self.folders,
            self._settings,
            self._store,
            self.cache,
            known=self._known,
            extra_files=self._extra_files,
            trusted=self.trusted,
            cancelled=cancelled,
        )

    def adopt(
        self, loading: Loading, parsed: Mapping[str, Document] | None = None, evaluation: Evaluation | None = None
    ) -> None:
        """Take over what a look at the files gave.

        ``parsed``: saved files that are kept parsed. ``evaluation``: that of these files, when it is known already.
        """
        with self._lock:
            self._environment = loading.environment
            self._walker = loading.walker
            self._uses_flask = loading.uses_flask
            self._known = loading.remember()
            self._model = loading.model()
            self._model.distributions = Distributions(loading.environment, self.folders)
            self._model.app_hint = app_hint(self._settings, self.folders, self._store)
            self._store = self._store.keeping(parsed or {})
            self._resolver = self._new_resolver()
            self._model.read = self._store.source
            self._model.is_edited = self._is_edited
            if evaluation is not None:
                self._model.evaluated(evaluation)
            self._model.defers = self._defers and self._loaded
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
            return self._text_changed(path)

    def close(self, path: str) -> bool:
        """The buffer is closed: the saved file counts again. True when the model was replaced."""
        path = normal(path)
        with self._lock:
            if path not in self._store.open:
                return False
            self._store = self._store.closed(path)
            return self._text_changed(path)

    def files_changed(self, paths: Iterable[str]) -> bool:
        """Saved files or folders were created, changed or deleted. True when what other files see changed."""
        with self._lock:
            changed = False
            for path in map(normal, paths):
                if path in self._store.open:
                    continue
                is_known = self._index.by_path(path) is not None or path in self._model.templates
                if os.path.isfile(path) and (is_known or is_deployment_path(path)):
                    changed |= self._text_changed(path)
                elif is_known or not os.path.isfile(path) or self._walker.belongs(path):
                    # Files came or went: which module is which, and what matters, is asked again.
                    self.load()
                    return True
            return changed

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
        if any(getattr(before, name) != getattr(settings, name) for name in _OF_THE_SCAN):
            self._walker = Walker(self.folders, settings)
            if self._loaded:
                self.load()

    # What takes long

    def warm_up(self) -> None:
        """Find out what takes long. From now on nothing of that kind is waited for, where this ``defers``."""
        with self._lock:
            if self._uses_flask:
                _ = self._model.evaluation, self._model.contexts, self._model.import_failures
            self._model.defers = self._defers

    @property
    def is_behind(self) -> bool:
        """Whether something was asked for that takes long, and is withheld."""
        return bool(self._model.awaited)

    def catch_up(self, checkpoint: Checkpoint) -> CaughtUp:
        """Find out what was withheld, beside everything else: on any thread, without touching what others use."""
        snapshot = self.snapshot()
        return CaughtUp(snapshot, snapshot.caught_up(checkpoint))

    def settle(self, found: CaughtUp) -> bool:
        """Take over what ``catch_up`` found. False when things have changed since."""
        with self._lock:
            if found.before is not self._snapshot:
                return False
            self._snapshot = found.snapshot
            found.snapshot.model.replaces(self._model)
            self._model = found.snapshot.model
            self._model.defers = self._defers
            return True

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
                    uses_flask=self._uses_flask,
                    resolver=self._resolver,
                    loaded=self._loaded,
                    earlier=self._earlier,
                )
            return self._snapshot

    # Inside

    @property
    def _index(self) -> ModuleIndex:
        index = self._model.index
        assert index is not None
        return index

    def _new_resolver(self) -> Resolver:
        self._resolver.close()
        # Without trust, nothing of the workspace is followed but the file that the question is about.
        roots = [*self.folders, *self._index.roots] if self.trusted else []
        return JediResolver(
            list(dict.fromkeys((*roots, *self._environment.search_path))),
            waits=self._waits,
            digest_of=self._digest_of,
            on_answer=self._answered_late,
        )

    def _digest_of(self, path: str) -> str | None:
        facts = self._model.files.get(path)
        return facts.digest if facts is not None else None

    def _answered_late(self) -> None:
        self._snapshot = None  # what was found without the answer is found anew
        if self.on_late_answer is not None:
            self.on_late_answer()

    def _text_changed(self, path: str) -> bool:
        self._snapshot = None
        if not self._takes_part(path):
            return False
        if is_template_path(path):
            if path not in self._model.templates:
                self._model = self._model.with_template(path)
            self._model.template_edited(path)
            return False
        document = self._store.document(path)
        before = self._model
        if is_deployment_path(path):
            self._model = before.with_deployment(path, deployment_file(path, self._store))
            if self._model is not before:
                self._model.read = self._store.source
            if not path.endswith(".py"):
                return self._model is not before
        module = self._index.by_path(path)
        if document is None or module is None or self._matters_anew(path, document):
            self.load()
            return True
        facts = facts_of(document, path, self._index, vocabulary()) if self._uses_flask else None
        if facts is not None:
            self._model = self._model.with_file(facts)
        if self._model is not before:
            self._model.read = self._store.source
        return self._model is not before and not self._model.is_moved

    def _takes_part(self, path: str) -> bool:
        if not path.endswith(".py") and not is_deployment_path(path) and not is_template_path(path):
            return False
        is_inside = any(path.startswith(folder.rstrip("/") + "/") for folder in self.folders)
        return not is_inside or self._index.by_path(path) is not None or self._walker.belongs(path)

    def _matters_anew(self, path: str, document: Document) -> bool:
        """Whether a file that had nothing to do with Flask has now, so that others may have as well."""
        if self._uses_flask and path in self._model.files:
            return False
        return mentions_flask(document.source.text.encode("utf-8", "surrogatepass"))
