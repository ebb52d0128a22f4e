"""What one process of a check holds of the files it parsed, so that it parses none of them twice."""

from __future__ import annotations

import ast
from collections.abc import Callable

from flask_ls.project.facts import FileFacts
from flask_ls.project.scan import Scan
from flask_ls.project.store import Document
from flask_ls.syntax.source import SourceFile

# Trees are kept up to this size of their files, in characters; beyond, memory counts more.
_KEEP_TREES = 600_000


class Parsed:
    """``documents`` are kept from the evaluation of the start to the extraction, and from that to the rules."""

    def __init__(self, scan: Scan, wanted: Callable[[str], bool]) -> None:
        """``wanted``: the files on which rules will run."""
        self.documents: dict[str, Document] = {}
        self._scan = scan
        self._wanted = wanted
        self._kept = 0
        self._sources: dict[str, SourceFile] = {}

    def source(self, path: str) -> SourceFile | None:
        """The text of a file of the scan, remembered until ``forget_texts``; None for others."""
        if path in self.documents:
            return self.documents[path].source
        if path not in self._sources and path in self._scan.glances:
            document = self._scan.document(path)
            if document is not None:
                self._sources[path] = document.source
        return self._sources.get(path)

    def forget_texts(self) -> None:
        """Only what is kept parsed is needed from now on."""
        self._sources.clear()

    def tree(self, path: str) -> ast.Module | None:
        """The tree of a file that is kept, from now on if there is room; None for others, and for broken text."""
        source = self.source(path)
        # Whether it is broken is known once it is parsed.
        if source is None or not self._has_room(path, source) or source.is_broken:
            return None
        return source.tree

    def take(self, path: str) -> Document | None:
        """The document of a file, for extraction."""
        known = self.documents.get(path)
        if known is None and path in self._sources:
            return Document(self._sources[path])
        return known or self._scan.document(path)

    def keep(self, facts: FileFacts, document: Document) -> None:
        """Keep a document whose facts were extracted, if rules may look at it and there is room."""
        if not facts.words:
            self.drop(facts.path)
        elif self._has_room(facts.path, document.source):
            self.documents[facts.path] = document

    def drop(self, path: str) -> None:
        """The rules have looked at a file, or will not."""
        document = self.documents.pop(path, None)
        if document is not None:
            self._kept -= len(document.source.text)

    def _has_room(self, path: str, source: SourceFile) -> bool:
        if path in self.documents:
            return True
        size = len(source.text)
        if self._kept + size > _KEEP_TREES or not self._wanted(path):
            return False
        self._kept += size
        self.documents[path] = Document(source)
        return True
