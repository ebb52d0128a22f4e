"""Saved files with open buffers laid over them."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Mapping

from flask_ls.project.index import FileIndex
from flask_ls.project.modules import Module
from flask_ls.project.reading import read_bytes
from flask_ls.syntax.source import SourceFile

# How many saved files to keep parsed: those that others look at (fixes over several files, related places).
_KEEP = 16


class Document:
    """One text with what is computed from it alone. Immutable, so it outlives models and snapshots."""

    __slots__ = ("_index", "source")

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self._index: FileIndex | None = None

    def index(self, module: Module | None) -> FileIndex:
        """The walked tree, as the file of this module."""
        name = module.name if module is not None else ""
        is_package = module is not None and module.is_package
        index = self._index
        if index is None or index.module != name or index.is_package != is_package:
            index = self._index = FileIndex(self.source.tree, name, is_package=is_package)
        return index


class Saved:
    """Reads saved files; keeps the last few while they stay unchanged on disk. Safe to use from several threads."""

    def __init__(self) -> None:
        self.asked: dict[str, None] = {}
        """Every path that was asked for, whether there is such a file or not."""
        self._kept: OrderedDict[str, tuple[tuple[int, int, int], Document]] = OrderedDict()
        self._lock = threading.Lock()

    def document(self, path: str) -> Document | None:
        """The file as it is on disk now; None when it cannot be read."""
        self.asked[path] = None
        try:
            status = os.stat(path)
            identity = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            with self._lock:
                known = self._kept.get(path)
                if known is not None and known[0] == identity:
                    self._kept.move_to_end(path)
                    return known[1]
            data = read_bytes(path)
        except (OSError, ValueError):
            return None
        document = Document(SourceFile.from_bytes(data))
        with self._lock:
            self._kept[path] = (identity, document)
            while len(self._kept) > _KEEP:
                self._kept.popitem(last=False)
        return document


class Store:
    """The texts of one moment: open buffers over saved files. Immutable.

    ``parsed`` are saved files that are kept parsed, whatever happens to them on disk meanwhile.
    """

    __slots__ = ("open", "parsed", "saved")

    def __init__(
        self,
        saved: Saved | None = None,
        open_documents: Mapping[str, Document] | None = None,
        parsed: Mapping[str, Document] | None = None,
    ) -> None:
        self.saved = saved or Saved()
        self.open = dict(open_documents or {})
        self.parsed = parsed if parsed is not None else {}

    def document(self, path: str) -> Document | None:
        """The open buffer, else the saved file; None when there is neither."""
        return self.open.get(path) or self.parsed.get(path) or self.saved.document(path)

    def source(self, path: str) -> SourceFile | None:
        """The text of ``document``."""
        document = self.document(path)
        return document.source if document is not None else None

    def opened(self, path: str, document: Document) -> Store:
        """This store with one buffer more, or another text in it."""
        return Store(self.saved, {**self.open, path: document}, self.parsed)

    def closed(self, path: str) -> Store:
        """This store without that buffer."""
        return Store(self.saved, {p: d for p, d in self.open.items() if p != path}, self.parsed)

    def keeping(self, parsed: Mapping[str, Document]) -> Store:
        """This store with these saved files kept parsed, and no others."""
        return Store(self.saved, self.open, parsed)
