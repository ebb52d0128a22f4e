"""One workspace folder: its engine, the texts on their way to it, and how far it is."""

from __future__ import annotations

import asyncio
import logging
import posixpath
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

from flask_ls.features.snapshot import Snapshot
from flask_ls.features.workspace import CaughtUp, Workspace
from flask_ls.lsp.engine import Token
from flask_ls.lsp.tidying import keep_for_long
from flask_ls.project.checkpoint import Checkpoint
from flask_ls.project.settings import ConfigProblem

log = logging.getLogger(__name__)

# These say which files belong to the project or what is installed.
_DECIDES_WHAT_IS_READ = re.compile(
    r"\.gitignore|pyvenv\.cfg|(?:requirements|constraints).*\.(?:txt|in)|.*\.lock|pylock\.toml|setup\.(?:py|cfg)"
)


@dataclass(frozen=True)
class Change:
    """An open text (``text`` None: it was closed, the saved file counts again)."""

    path: str
    version: int
    text: str | None


class Folder:
    """``path`` is None for the files that lie in no workspace folder; only those that are open are known then.

    What begins with an underscore belongs to the engine's thread; the rest to the event loop.
    """

    def __init__(self, path: str | None, name: str, uri: str | None, *, trusted: bool) -> None:
        self.path = path
        self.name = name
        self.uri = uri
        self.ready = asyncio.Event()
        self.scan_cancelled = False
        self.progress = (0, 0)
        self.options: dict[str, object] = {}
        self._workspace = Workspace([path] if path is not None else [], trusted=trusted, defers=True)
        self._versions: dict[str, int] = {}
        self._waiting: dict[str, Change] = {}
        self._waiting_lock = threading.Lock()

    @property
    def is_loose(self) -> bool:
        """Whether this stands for the files outside of all workspace folders."""
        return self.path is None

    def contains(self, path: str) -> bool:
        """Whether a file lies in the folder."""
        return self.path is not None and path.startswith(self.path.rstrip("/") + "/")

    def put(self, change: Change) -> None:
        """Hand over a text; it reaches the workspace before the next question."""
        with self._waiting_lock:
            self._waiting[change.path] = change

    # On the engine's thread

    def scan(self, token: Token) -> None:
        """The first look at all files, or another one."""

        def report(done: int, total: int) -> None:
            self.progress = (done, total)

        self._workspace.load(report, token)
        keep_for_long()
        if not token():
            self._workspace.warm_up()

    def snapshot(self, changed: Callable[[str], None]) -> Snapshot:
        """The present moment, with all texts that were handed over.

        ``changed`` is told the path of each text that changed what other files see.
        """
        with self._waiting_lock:
            waiting, self._waiting = self._waiting, {}
        for change in waiting.values():
            if self._take(change):
                changed(change.path)
        return self._workspace.snapshot()

    @property
    def is_behind(self) -> bool:
        """Whether findings are withheld until ``catch_up`` and ``settle`` were called."""
        return self._workspace.is_behind

    def catch_up(self, checkpoint: Checkpoint) -> CaughtUp:
        """Find out what takes long. On any thread."""
        return self._workspace.catch_up(checkpoint)

    def settle(self, found: CaughtUp) -> bool:
        """Take over what ``catch_up`` found; False when the project is another by now."""
        return self._workspace.settle(found)

    def _take(self, change: Change) -> bool:
        """Hand one text to the workspace. True when what other files see changed.

        A text that it cannot take costs nobody else's: what is known of that file has no version then, so that it is
        not told as if it were about the new text.
        """
        self._versions.pop(change.path, None)
        try:
            if change.text is None:
                return self._workspace.close(change.path)
            is_new_model = self._workspace.set_text(change.path, change.text)
        except Exception:
            log.exception("taking over the text of %s failed", change.path)
            return False
        self._versions[change.path] = change.version
        return is_new_model

    @property
    def versions(self) -> dict[str, int]:
        """Path -> version of the open texts that the workspace has."""
        return self._versions

    def files_changed(self, paths: list[str]) -> bool:
        """Saved files changed. True when what other files see changed."""
        if any(_DECIDES_WHAT_IS_READ.fullmatch(posixpath.basename(path)) for path in paths):
            self._workspace.load()
            return True
        return self._workspace.files_changed(paths)

    def configure(self) -> list[ConfigProblem]:
        """Read the configuration files again and lay the client's options over them; what is wrong in them."""
        return self._workspace.configure_options(self.options, "the editor's settings")

    def on_late_answer(self, call: Callable[[], None]) -> None:
        """``call`` is called, on any thread, when something that took longer was learnt."""
        self._workspace.on_late_answer = call
