"""The state of a conversation with one client, and the ways from a request to the engine and back."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types

from flask_ls.features.snapshot import Snapshot
from flask_ls.lsp import logs, uris
from flask_ls.lsp.catching_up import CatchingUp
from flask_ls.lsp.client import Client, read_client
from flask_ls.lsp.convert import Converter
from flask_ls.lsp.engine import Engine, Priority, Token
from flask_ls.lsp.folder import Change, Folder
from flask_ls.lsp.publisher import Publisher
from flask_ls.lsp.roots import project_root
from flask_ls.lsp.scanning import scan
from flask_ls.lsp.settings import SECTION, ClientSettings, parse
from flask_ls.lsp.status import StatusReporter
from flask_ls.lsp.sync import Document, Documents
from flask_ls.lsp.tidying import Tidying
from flask_ls.project.model import NotYet
from flask_ls.project.settings import ConfigProblem
from flask_ls.rules.suppress import Kind
from flask_ls.syntax.lines import Encoding

if TYPE_CHECKING:
    from flask_ls.lsp.language_server import FlaskLanguageServer

log = logging.getLogger(__name__)
T = TypeVar("T")
Question = Callable[["Moment", Token], T]

_ENCODINGS: Mapping[str, Encoding] = {"utf-8": "utf-8", "utf-16": "utf-16", "utf-32": "utf-32"}


class Moment:
    """What a question is answered from, on the engine's thread: texts, model and the versions of the open texts."""

    def __init__(self, folder: Folder, snapshot: Snapshot, versions: Mapping[str, int], converter: Converter) -> None:
        self.folder = folder
        self.snapshot = snapshot
        self.versions = versions
        self.converter = converter

    def kind(self, path: str) -> Kind:
        """What sort of file of the project it is."""
        model = self.snapshot.model
        if path in model.files:
            return "python"
        return "template" if path in model.templates else "deployment"


class Session:
    """Lives on the event loop; only :meth:`ask` reaches the engine's thread."""

    def __init__(self, server: FlaskLanguageServer) -> None:
        self.server = server
        self.engine = Engine()
        self.documents = Documents()
        self.client = Client()
        self.settings = ClientSettings()
        self.converter = Converter(self.client, "utf-16", self.documents.uri_of)
        self.publisher = Publisher(self)
        self.catching_up = CatchingUp(self)
        self.tidying = Tidying(self)
        self.status = StatusReporter(self)
        self.folders: list[Folder] = []
        self.has_workspace = False
        self.trusted = True
        self._loose: Folder | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._shown_problems: frozenset[str] = frozenset()

    # Start and end

    def start(self, params: types.InitializeParams, encoding: str) -> None:
        """Take over what ``initialize`` says."""
        options = params.initialization_options
        options = options if isinstance(options, Mapping) else {}
        trusted = options.get("trusted")
        self.trusted = trusted if isinstance(trusted, bool) else True
        self.client = read_client(params, options)
        self.documents.encoding = _ENCODINGS.get(encoding, "utf-16")
        self.converter = Converter(self.client, self.documents.encoding, self.documents.uri_of)
        given = options.get(
            "settings", {k: v for k, v in options.items() if k not in ("trusted", "showsDocumentation")}
        )
        self.apply(parse(given))
        for uri, name in _roots(params):
            self.add_folder(uri, name)

    def close(self) -> None:
        """Stop everything that runs."""
        for task in tuple(self._tasks):
            task.cancel()
        self.engine.close()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something beside the messages. What it raises is logged."""

        async def guarded() -> None:
            try:
                await work
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("internal error")

        task = asyncio.get_running_loop().create_task(guarded())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # A task that is cancelled before it ran leaves its work unawaited.
        task.add_done_callback(lambda _: work.close())
        return task

    # Folders

    def add_folder(self, uri: str, name: str) -> Folder | None:
        """A workspace folder; None when it is no folder of this machine or known already."""
        path = uris.to_path(uri)
        if path is None or any(f.path == path for f in self.folders):
            return None
        self.has_workspace = True
        return self._add(path, name or os.path.basename(path), uri)

    def _add(self, path: str, name: str, uri: str) -> Folder:
        folder = self._new_folder(path, name, uri)
        self.folders.append(folder)
        # The deepest folder comes first, as that is the one a file belongs to.
        self.folders.sort(key=lambda f: len(f.path or ""), reverse=True)
        return folder

    def remove_folder(self, uri: str) -> Folder | None:
        """The folder that is no longer part of the workspace."""
        folder = next((f for f in self.folders if f.path == uris.to_path(uri)), None)
        if folder is not None:
            self.folders.remove(folder)
        return folder

    def folder_of(self, path: str) -> Folder:
        """The folder a file belongs to; the one for all others when it lies in none.

        Where the user opened no folder at all, the file's own project is looked for.
        """
        found = next((f for f in self.folders if f.contains(path)), None)
        if found is not None:
            return found
        root = None if self.has_workspace else project_root(path)
        if root is not None:
            folder = self._add(root, os.path.basename(root), uris.from_path(root))
            self.spawn(self._begin(folder))
            return folder
        if self._loose is None:
            self._loose = self._new_folder(None, "", None)
            self._loose.ready.set()
        return self._loose

    async def _begin(self, folder: Folder) -> None:
        self.show_problems(list(map(str, await self.configure(folder))))
        await scan(self, folder)

    def checks(self, path: str | None, folder: Folder | None = None) -> bool:
        """Whether findings are shown for a file, and whether it is one of ``folder`` where that is given.

        A file outside of all projects is somebody else's: a library's, say.
        """
        if path is None:
            return False
        own = self.folder_of(path)
        return (folder is None or own is folder) and not own.is_loose

    def _new_folder(self, path: str | None, name: str, uri: str | None) -> Folder:
        folder = Folder(path, name, uri, trusted=self.trusted)
        folder.options = dict(self.settings.project)
        loop = asyncio.get_running_loop()

        def learnt() -> None:
            loop.call_soon_threadsafe(self.model_changed, folder, None)

        folder.on_late_answer(learnt)
        return folder

    # Texts

    def home(self, document: Document) -> Folder | None:
        """The folder that a document belongs to; None for what is no file."""
        return self.folder_of(document.path) if document.path is not None else None

    def put(self, document: Document) -> None:
        """Hand an open text to the folder it belongs to."""
        if document.path is not None:
            self._put(self.folder_of(document.path), Change(document.path, document.version, document.text))

    def drop(self, document: Document) -> None:
        """An open text was closed."""
        if document.path is not None:
            self._put(self.folder_of(document.path), Change(document.path, document.version, None))

    def _put(self, folder: Folder, change: Change) -> None:
        folder.put(change)
        self.catching_up.edited(folder)
        self.tidying.edited()

    # Questions

    async def ask_about(
        self, uri: str, priority: Priority, question: Callable[[Moment, str, Token], T], *, settled: bool = False
    ) -> T | None:
        """The answer to a question about a document's path; None for what is no file.

        ``settled``: what takes long to find out is waited for.
        """
        path = uris.to_path(uri)
        if path is None:
            return None
        ask = self.ask_when_settled if settled else self.ask
        return await ask(self.folder_of(path), priority, lambda moment, token: question(moment, path, token))

    async def ask(self, folder: Folder, priority: Priority, question: Question[T]) -> T | None:
        """The answer to a question about a folder, from a moment that has all texts the client sent before.

        None when the user stopped the folder's first scan: nothing is known then. None too when the answer depends on
        what takes long to find out and is not known for a moment.
        """
        with suppress(NotYet):
            return await self._ask(folder, priority, question)
        return None

    async def ask_when_settled(self, folder: Folder, priority: Priority, question: Question[T]) -> T | None:
        """As ``ask``, but what takes long to find out is waited for."""
        while True:
            with suppress(NotYet):
                return await self._ask(folder, priority, question)
            await self.catching_up.settled(folder)

    async def _ask(self, folder: Folder, priority: Priority, question: Question[T]) -> T | None:
        await folder.ready.wait()
        if folder.scan_cancelled:
            return None
        loop = asyncio.get_running_loop()

        def changed(path: str) -> None:
            loop.call_soon_threadsafe(self.model_changed, folder, path)

        def job(token: Token) -> T:
            snapshot = folder.snapshot(changed)
            return question(Moment(folder, snapshot, folder.versions, self.converter), token)

        try:
            return await self.engine.run(priority, job)
        finally:
            self.catching_up.look(folder)

    def model_changed(self, folder: Folder, path: str | None, *, pause: float | None = None) -> None:
        """What files of a folder see of each other changed, by an edit of ``path`` or by something else.

        ``pause``: how many seconds typing must rest before the open files are looked at, if not as usual.
        """
        self.publisher.refresh(folder, path, pause)
        self.status.refresh()

    # Settings

    def apply(self, settings: ClientSettings) -> None:
        """Use these settings of the server from now on; those of projects reach the folders with ``configure``."""
        self.settings = settings
        logs.set_level(settings.log_level)

    async def read_settings(self, sent: object = None) -> None:
        """Ask the client for the settings of each folder, or use what it sent, and tell the folders."""
        folders = tuple(self.folders)
        answers = await self._settings_of(folders) if self.client.pulls_configuration else [sent] * (len(folders) + 1)
        parsed = [parse(answer) for answer in answers]
        # A client that has nothing to say leaves in force what it said at the start.
        if any(answers):
            self.apply(parsed[-1])
            for folder, settings in zip(folders, parsed, strict=False):
                folder.options = dict(settings.project)
            if self._loose is not None:
                self._loose.options = dict(parsed[-1].project)
        problems = [p for settings in parsed for p in settings.problems] or list(self.settings.problems)
        for folder in self._all_folders():
            problems += map(str, await self.configure(folder))
        self.show_problems(problems)

    async def _settings_of(self, folders: tuple[Folder, ...]) -> list[object]:
        """The client's section for each folder, and the one for no folder in particular."""
        items = [types.ConfigurationItem(scope_uri=f.uri, section=SECTION) for f in folders]
        items.append(types.ConfigurationItem(section=SECTION))
        try:
            answers = await self.server.workspace_configuration_async(types.ConfigurationParams(items=items))
        except Exception as error:
            log.warning("the client did not tell its settings: %s", error)
            return []
        return list(answers or ()) if len(answers or ()) == len(items) else []

    async def configure(self, folder: Folder) -> list[ConfigProblem]:
        """Read a folder's configuration files again."""
        return await self.engine.run(Priority.SCAN, lambda token: folder.configure())

    def show_problems(self, problems: list[str]) -> None:
        """Say what cannot be used of the settings: once, and again only when it is something else."""
        found = frozenset(problems)
        if found and found != self._shown_problems:
            text = "\n".join(dict.fromkeys(problems))
            self.server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, f"flask-ls: {text}"))
        self._shown_problems = found

    def _all_folders(self) -> list[Folder]:
        return [*self.folders, *([self._loose] if self._loose is not None else [])]


def _roots(params: types.InitializeParams) -> list[tuple[str, str]]:
    if params.workspace_folders:
        return [(folder.uri, folder.name) for folder in params.workspace_folders]
    if params.root_uri:
        return [(params.root_uri, "")]
    return [(uris.from_path(params.root_path), "")] if params.root_path else []
