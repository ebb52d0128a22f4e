"""Asks Jedi what the index cannot answer. The only module that knows Jedi.

Jedi runs in this process and only reads files: no interpreter is started, no compiled module outside this program's own
environment is loaded, and nothing is imported because its name is on a list. It is not thread-safe, so one thread
serves all questions. Whatever it does - raise, recurse, hang - the answer is "unknown" and the program lives on.
"""

from __future__ import annotations

import gc
import logging
import os
import sysconfig
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from typing import Any, NamedTuple

from flask_ls.project.cache import default_folder
from flask_ls.project.extract.file import text_digest
from flask_ls.project.inference import ClassName, Mro
from flask_ls.project.recursion import limit_may_be_raised
from flask_ls.syntax.source import SourceFile

log = logging.getLogger(__name__)

# Answers are the same on a slow machine, so this only ends what would never end.
_DEADLINE_SECONDS = 10.0
_STACK_BYTES = 64 * 1024 * 1024
_QUESTIONS_PER_FILE = 40


class NullResolver:
    """Knows nothing."""

    def mro_of(self, path: str, source: SourceFile, offset: int) -> Mro:
        """Unknown."""
        return ()

    def close(self) -> None:
        """Nothing to end."""


@dataclass(frozen=True)
class _Answer:
    mro: Mro
    # Workspace files that were read for it, with the digests of their texts.
    seen: dict[str, str | None] = field(default_factory=dict)


class _Question(NamedTuple):
    path: str
    source: SourceFile
    offset: int
    keep: Callable[[_Answer], None]
    done: threading.Event


class JediResolver:
    """Jedi behind one thread, which is started with the first question.

    ``waits``: a question is answered when it is asked (command line). Otherwise an answer that is not there yet is
    given later: ``on_answer`` is called, on Jedi's thread, and whoever asks again gets it (server). Meanwhile the
    answer to the same words in an earlier text of the file stands in.
    """

    def __init__(
        self,
        search_path: Sequence[str],
        *,
        waits: bool,
        digest_of: Callable[[str], str | None] = lambda path: None,
        on_answer: Callable[[], None] | None = None,
    ) -> None:
        self._search_path = tuple(search_path)
        self._waits = waits
        self._digest_of = digest_of
        self._on_answer = on_answer
        self._known: dict[tuple[str, str, int], _Answer] = {}
        self._earlier: dict[tuple[str, str], _Answer] = {}
        self._pending: set[tuple[str, str, int]] = set()
        self._asked: dict[tuple[str, str], int] = {}
        self._queue: SimpleQueue[_Question | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._given_up = False

    def mro_of(self, path: str, source: SourceFile, offset: int) -> Mro:
        """As ``Resolver`` says."""
        digest = text_digest(source.text)
        key = (path, digest, offset)
        answer = self._known.get(key)
        if answer is not None and self._holds(answer):
            return answer.mro
        words = (path, _words_before(source.text, offset))
        self._ask(key, words, source)
        answer = self._known.get(key)
        if answer is None or not self._waits:
            answer = self._earlier.get(words)
        return answer.mro if answer is not None else ()

    def close(self) -> None:
        """Answer nothing more."""
        self._given_up = True
        self._queue.put(None)

    def _holds(self, answer: _Answer) -> bool:
        return all(self._digest_of(path) == digest for path, digest in answer.seen.items())

    def _ask(self, key: tuple[str, str, int], words: tuple[str, str], source: SourceFile) -> None:
        path, digest, offset = key
        count = self._asked.get((path, digest), 0)
        if self._given_up or key in self._pending or count >= _QUESTIONS_PER_FILE:
            return
        self._asked[path, digest] = count + 1
        self._pending.add(key)
        question = _Question(path, source, offset, partial(self._keep, key, words), threading.Event())
        self._start()
        self._queue.put(question)
        if self._waits and not question.done.wait(_DEADLINE_SECONDS):
            log.warning("type inference did not come to an end in %s; going on without it", path)
            self._given_up = True

    def _keep(self, key: tuple[str, str, int], words: tuple[str, str], answer: _Answer) -> None:
        is_news = self._earlier.get(words, _Answer(())).mro != answer.mro
        self._known[key] = self._earlier[words] = answer
        self._pending.discard(key)
        if is_news and not self._waits and self._on_answer is not None:
            self._on_answer()

    def _start(self) -> None:
        if self._thread is None:
            before = threading.stack_size(_STACK_BYTES)
            try:
                self._thread = threading.Thread(target=self._serve, name="flask-ls jedi", daemon=True)
                self._thread.start()
            finally:
                threading.stack_size(before)

    # On the thread

    def _serve(self) -> None:
        engine = _Engine(self._search_path)
        while (question := self._queue.get()) is not None:
            answer = _Answer(())
            try:
                with _collecting_as_before():
                    mro, read = engine.mro_of(question)
                seen = {path: self._digest_of(path) for path in read}
                answer = _Answer(mro, {p: d for p, d in seen.items() if d is not None and p != question.path})
            except Exception as error:  # RecursionError and every mistake of an inference engine
                log.debug("type inference failed in %s: %r", question.path, error)
            question.keep(answer)
            question.done.set()


@contextmanager
def _collecting_as_before() -> Iterator[None]:
    """Leave garbage collection off where it is off: parso switches it on whenever it has read its cache.

    Meanwhile it does not look at what is there already, which would cost more than the answer.
    """
    is_on = gc.isenabled()
    if not is_on:
        gc.freeze()
    try:
        yield
    finally:
        if not is_on:
            gc.disable()


class _Engine:
    """Jedi itself. One ``Script`` serves the questions of one text, as each begins its inference anew."""

    def __init__(self, search_path: Sequence[str]) -> None:
        with limit_may_be_raised():
            import jedi
            from jedi.api.environment import InterpreterEnvironment

        # By default Jedi imports modules of these names, wherever it finds them.
        jedi.settings.auto_import_modules = []
        folder = default_folder()
        if folder is not None:
            jedi.settings.cache_directory = os.path.join(folder, "jedi")
        self._jedi = jedi
        self._environment = InterpreterEnvironment()
        self._search_path = [*search_path, sysconfig.get_path("stdlib")]
        self._script: Any = None
        self._of: SourceFile | None = None

    def mro_of(self, question: _Question) -> tuple[Mro, set[str]]:
        """The classes, and the files that were read so far."""
        script = self._script_for(question)
        found: set[Mro] = set()
        for value in _values(script, *question.source.position(question.offset)):
            if not value.is_instance():
                return (), set()
            found.add(tuple(_class_names(value.py__class__().py__mro__())))
        mro = found.pop() if len(found) == 1 else ()
        return mro, _files_read(script)

    def _script_for(self, question: _Question) -> Any:
        if self._of is not question.source:
            project = self._jedi.Project(
                os.path.dirname(question.path),
                sys_path=self._search_path,
                smart_sys_path=False,
                load_unsafe_extensions=False,
            )
            # Jedi splits lines where Python's tokenizer does, as `SourceFile` does.
            self._script = self._jedi.Script(
                question.source.text, path=question.path, environment=self._environment, project=project
            )
            self._of = question.source
        return self._script


def _values(script: Any, row: int, column: int) -> list[Any]:
    # Of two neighbours Jedi takes the one that ends at the position.
    leaf = script._module_node.get_leaf_for_position((row + 1, column))
    if leaf is not None and leaf.type == "operator":
        # The closing bracket of a call or subscript stands for the whole of it.
        from jedi.inference.helpers import infer_call_of_leaf

        return list(infer_call_of_leaf(script._get_module_context().create_context(leaf), leaf))
    return [value for name in script.infer(row + 1, column) for value in name._name.infer()]


def _class_names(classes: Iterable[Any]) -> Iterable[ClassName]:
    for cls in classes:
        root = cls.get_root_context()
        file = root.py__file__() if hasattr(root, "py__file__") else None
        names = [cls.py__name__()]
        parent = cls.parent_context
        while parent is not None and parent is not root and parent != root:
            names.append(parent.py__name__())
            parent = parent.parent_context
        qualname = ".".join(reversed(names))
        yield ClassName(f"{root.py__name__()}.{qualname}", str(file) if file is not None else None, qualname)


def _files_read(script: Any) -> set[str]:
    paths: set[str] = set()
    for values in script._inference_state.module_cache._name_cache.values():
        for value in values:
            file = value.py__file__() if hasattr(value, "py__file__") else None
            if file is not None:
                paths.add(str(file))
    return paths


def _words_before(text: str, offset: int) -> str:
    """The line up to the end of what is asked about: it stays when lines are added elsewhere."""
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    return text[start:offset].strip()
