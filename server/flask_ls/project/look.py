"""A look at the bytes of files: which can matter to a Flask project at all. Files that cannot are never parsed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence

# `flask` in code rather than in a comment: the word may be part of another one (`apiflask`, `FlaskForm`).
_IN_CODE = re.compile(rb"(?im)^(?:[^#\n\"']*|.*__import__.*|.*import_module.*)flask")
_IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t][^\n]*(?:\([^)]*\))?", re.MULTILINE)
# Plain words, because looking for each of them is much faster than one pattern for all.
_DYNAMIC = (
    *(b"import_module", b"import_string", b"__import__", b"find_modules"),
    *(b"autodiscover", b"entry_points", b"pkgutil", b"importlib"),
)
_NO_WORD = bytes(c if chr(c).isalnum() or c == 0x5F or c > 0x7F else 0x20 for c in range(256))
# Settings are also named by environment variables, which are in no file.
_BY_ENVIRONMENT = re.compile(rb"config|settings")


def mentions_flask(data: bytes) -> bool:
    """Whether the code of a file names Flask or something named after it."""
    return b"flask" in data.lower() and _IN_CODE.search(data) is not None


def connected(paths: Sequence[str], mentions: Sequence[bool], read: Callable[[str], bytes | None]) -> list[str]:
    """The files of a project that can have to do with its Flask parts.

    These are the files that mention Flask, and then, again and again: files that a connected file names in any way (an
    import, a string for a dynamic import, an object for ``from_object``), files that import a connected one, and what
    shares fixtures (``conftest.py``) with a connected one. Names are compared by their last part only, so the answer
    errs on the side of too many files. Everything else can neither reach Flask objects nor be reached by them.
    """
    seeds = [number for number, mention in enumerate(mentions) if mention]
    if not seeds:
        return []
    if len(seeds) * 4 >= len(paths):
        # Looking at the others would cost more than it spares.
        return list(paths)
    stems = [_stem(path) for path in paths]
    by_stem: dict[bytes, list[int]] = {}
    for number, stem in enumerate(stems):
        by_stem.setdefault(stem, []).append(number)
    known = frozenset(by_stem)
    importers: dict[bytes, list[int]] = {}
    for number, path in enumerate(paths):
        data = read(path) or b""
        imports = data if any(word in data for word in _DYNAMIC) else b" ".join(_IMPORT.findall(data))
        for stem in _named(imports, known):
            importers.setdefault(stem, []).append(number)
    folders = _fixture_folders(paths)
    chosen: set[int] = set()
    todo = seeds + [n for n, stem in enumerate(stems) if _BY_ENVIRONMENT.search(stem)]
    while todo:
        number = todo.pop()
        if number in chosen:
            continue
        chosen.add(number)
        for stem in _named(read(paths[number]) or b"", known):
            todo += by_stem[stem]
        todo += importers.pop(stems[number], ())
        folder = posixpath.dirname(paths[number])
        while folder in folders or folder != posixpath.dirname(folder):
            todo += folders.pop(folder, ())
            folder = posixpath.dirname(folder)
    return [path for number, path in enumerate(paths) if number in chosen]


def _named(data: bytes, known: frozenset[bytes]) -> frozenset[bytes]:
    return known.intersection(data.translate(_NO_WORD).split())


def _stem(path: str) -> bytes:
    folder, name = posixpath.split(path)
    return (posixpath.basename(folder) if name == "__init__.py" else name[:-3]).encode("utf-8", "surrogateescape")


def _fixture_folders(paths: Sequence[str]) -> dict[str, list[int]]:
    """Folder with a ``conftest.py`` -> all files in and below it: pytest hands them fixtures without an import."""
    folders: dict[str, list[int]] = {posixpath.dirname(p): [] for p in paths if p.endswith("/conftest.py")}
    if folders:
        for number, path in enumerate(paths):
            folder = posixpath.dirname(path)
            while folder != posixpath.dirname(folder):
                if folder in folders:
                    folders[folder].append(number)
                folder = posixpath.dirname(folder)
    return folders
