"""Files to facts: from what was stored, from another process, or by reading them; for a whole workspace.

A scan has three steps: ``look`` (identities, bytes, which files matter), ``extract`` (facts of what is not stored) and
``save``. Facts are stored in packs: a few pickles per workspace, a later one overriding an earlier one, so that a small
change is stored without touching the rest.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import pickle
import struct
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from flask_ls.project import look
from flask_ls.project.cache import Cache, key_of
from flask_ls.project.extract import extract
from flask_ls.project.facts import FileFacts
from flask_ls.project.inputs import Identity, identity, is_settled
from flask_ls.project.modules import ModuleIndex
from flask_ls.project.packing import dumps
from flask_ls.project.reading import read_bytes
from flask_ls.project.store import Document
from flask_ls.syntax.source import SourceFile

log = logging.getLogger(__name__)

_KEEP_BYTES = 64 * 1024 * 1024
# A file of data this long is not parsed unless it names Flask: generated tables would cost more than all the rest.
_LARGE = 1024 * 1024
_MAX_PACKS = 12
_LENGTH = struct.Struct("!Q")


@dataclass(slots=True)
class Glance:
    """What is known of a file's bytes. ``identity`` is None when it cannot be trusted to change with the content."""

    identity: Identity
    digest: str
    size: int
    mentions_flask: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What an earlier scan of this process learnt: of the saved files, not of buffers."""

    glances: Mapping[str, Glance] = field(default_factory=dict)
    facts: Mapping[str, FileFacts] = field(default_factory=dict)


class Scan:
    """One scan of a list of files. ``open_documents`` are buffers that count instead of what is saved."""

    def __init__(
        self,
        paths: Sequence[str],
        vocabulary: frozenset[str],
        *,
        open_documents: Mapping[str, Document] | None = None,
        cache: Cache | None = None,
        name: str = "",
        known: Known | None = None,
    ) -> None:
        self.paths = paths
        self.unreadable: list[str] = []
        self.glances: dict[str, Glance] = {}
        self.relevant: list[str] = []
        self._vocabulary = vocabulary
        self._open = open_documents or {}
        self._cache = cache or Cache(None)
        self._name = f"{name}.facts"
        if not name:
            self._cache = Cache(None)
        self._start = time.time_ns()
        self._bytes: dict[str, bytes] = {}
        self._known = known or Known()
        self._new_packs: list[bytes] = []

    @cached_property
    def _stored(self) -> _Stored:
        return _open_store(self._cache.read(self._name))

    # Step one

    def look(self, cancelled: Callable[[], bool] | None = None) -> bool:
        """Look at every file; whether the project uses Flask. Afterwards ``relevant`` are the files that matter."""
        held = 0
        for path in self.paths:
            if cancelled is not None and cancelled():
                return False
            glance, data = self._glance(path)
            if glance is None:
                self.unreadable.append(path)
                continue
            self.glances[path] = glance
            if data is not None and held + len(data) <= _KEEP_BYTES:
                held += len(data)
                self._bytes[path] = data
        seen = list(self.glances)
        mentions = [self.glances[p].mentions_flask for p in seen]
        chosen = look.connected(seen, mentions, self._read)
        self.relevant = [p for p in chosen if self.glances[p].size <= _LARGE or self.glances[p].mentions_flask]
        return bool(self.relevant)

    def _glance(self, path: str) -> tuple[Glance | None, bytes | None]:
        document = self._open.get(path)
        if document is not None:
            data = document.source.text.encode("utf-8", "surrogatepass")
            return Glance(None, "", len(data), look.mentions_flask(data)), data
        now = identity(path)
        known = (self._known.glances or self._stored.glances).get(path)
        if known is not None and known.identity is not None and known.identity == now:
            return known, None
        try:
            data = read_bytes(path)
        except (OSError, ValueError):
            return None, None
        trusted = now if is_settled(now, self._start) else None
        digest = hashlib.blake2b(data, digest_size=16).hexdigest()
        if known is not None and known.digest == digest:
            return Glance(trusted, digest, len(data), known.mentions_flask), data
        return Glance(trusted, digest, len(data), look.mentions_flask(data)), data

    def _read(self, path: str) -> bytes | None:
        data = self._bytes.get(path)
        if data is None:
            document = self._open.get(path)
            if document is not None:
                return document.source.text.encode("utf-8", "surrogatepass")
            try:
                return read_bytes(path)
            except (OSError, ValueError):
                return None
        return data

    def document(self, path: str) -> Document | None:
        """A file as this scan sees it; None when it cannot be read. What was read is held until then."""
        document = self._open.get(path)
        if document is not None:
            return document
        data = self._bytes.pop(path, None) or self._read(path)
        return Document(SourceFile.from_bytes(data)) if data is not None else None

    # Step two

    def stored(self, index: ModuleIndex) -> dict[str, FileFacts]:
        """The facts that need no extraction: of the same bytes, as the same module."""
        stored: dict[str, tuple[str, FileFacts]]
        if self._known.glances:
            stored = {p: (g.digest, f) for p, f in self._known.facts.items() if (g := self._known.glances.get(p))}
        else:
            stored = self._stored.facts() if self._stored.glances else {}
        found: dict[str, FileFacts] = {}
        for path in self.relevant:
            module = index.by_path(path)
            if path not in stored or module is None:
                continue
            digest, facts = stored[path]
            if not digest or digest != self.glances[path].digest:
                continue
            if facts.module == module.name and facts.is_package == module.is_package:
                found[path] = facts
        return found

    def size(self, path: str) -> int:
        """The length of a file in bytes."""
        return self.glances[path].size

    def extract(
        self,
        paths: Iterable[str],
        index: ModuleIndex,
        keep: Callable[[FileFacts, Document], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        progress: Callable[[int], None] | None = None,
        document: Callable[[str], Document | None] | None = None,
    ) -> list[FileFacts]:
        """Parse files and extract their facts. ``keep`` is handed what was parsed, which is dropped otherwise.

        ``document``: gives the documents, of which some may be parsed already.
        """
        found: list[FileFacts] = []
        for number, path in enumerate(paths, 1):
            if cancelled is not None and cancelled():
                break
            parsed = (document or self.document)(path)
            if parsed is None:
                continue
            try:
                facts = facts_of(parsed, path, index, self._vocabulary)
            except Exception:
                log.exception("cannot take the facts of %s", path)
                facts = None
            if facts is not None:
                found.append(facts)
                if keep is not None:
                    keep(facts, parsed)
            if progress is not None:
                progress(number)
        return found

    # Step three

    def pack(self, facts: Iterable[FileFacts]) -> bytes:
        """Facts of this scan as bytes, for another process or for storing."""
        return dumps([(self.glances[f.path].digest, f) for f in facts])

    def add(self, pack: bytes) -> None:
        """Have ``save`` store this pack, whose facts are those of the saved files."""
        self._new_packs.append(pack)

    def save(self, complete: Callable[[], Iterable[FileFacts]]) -> None:
        """Store what is new. ``complete`` gives all facts, for when the packs are to be made anew."""
        glances = {p: g for p, g in self.glances.items() if p not in self._open}
        if not self._new_packs and glances == self._stored.glances:
            return
        packs = [*self._stored.packs, *self._new_packs] if self._stored.glances else self._new_packs
        if len(packs) > _MAX_PACKS:
            packs = [self.pack(f for f in complete() if f.path in glances)]
        for path in self._open:
            # A buffer's facts are not those of the file; whether the file's are stored is unchanged.
            if path in self._stored.glances:
                glances[path] = self._stored.glances[path]
        self._cache.write(self._name, _joined([dumps(glances), *packs]))


def facts_of(document: Document, path: str, index: ModuleIndex, vocabulary: frozenset[str]) -> FileFacts | None:
    """The facts of one text as the file at ``path``; None when that is no module."""
    module = index.by_path(path)
    if module is None:
        return None
    walked = document.index(module)
    return extract(
        document.source, path, module.name, is_package=module.is_package, vocabulary=vocabulary, index=walked
    )


def store_name(folders: Sequence[str], vocabulary: frozenset[str]) -> str:
    """Under which name the facts of a workspace are stored."""
    return key_of(*sorted(folders), *sorted(vocabulary))


def unpack(data: bytes) -> list[FileFacts]:
    """The facts of a pack. The bytes must be of this program's own making."""
    return [facts for _, facts in _unpack(data)]


def _unpack(data: bytes) -> list[tuple[str, FileFacts]]:
    with uncollected():
        return list(pickle.loads(data))


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage collection meanwhile: trees and facts have no cycles, and looking for some doubles the cost."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _Stored:
    def __init__(self, glances: dict[str, Glance], packs: list[bytes]) -> None:
        self.glances = glances
        self.packs = packs

    def facts(self) -> dict[str, tuple[str, FileFacts]]:
        try:
            return {facts.path: (digest, facts) for data in self.packs for digest, facts in _unpack(data)}
        except Exception:
            self.glances, self.packs = {}, []
            return {}


def _open_store(payload: bytes | None) -> _Stored:
    if payload is not None:
        try:
            first, *packs = _parts(payload)
            glances = pickle.loads(first)
            return _Stored(glances, packs)
        except Exception:
            pass
    return _Stored({}, [])


def _joined(parts: Sequence[bytes]) -> bytes:
    return b"".join(piece for part in parts for piece in (_LENGTH.pack(len(part)), part))


def _parts(payload: bytes) -> list[bytes]:
    found: list[bytes] = []
    position = 0
    while position < len(payload):
        (length,) = _LENGTH.unpack_from(payload, position)
        position += _LENGTH.size
        found.append(payload[position : position + length])
        position += length
    return found
