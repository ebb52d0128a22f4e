"""What a rule says: findings and fixes. Plain frozen data, picklable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from flask_ls.project.site import Site
from flask_ls.syntax.edit import TextEdit
from flask_ls.syntax.span import Span


class Severity(str, Enum):
    """How sure and how bad. ``ERROR``: it will raise, or the guarded thing is provably open."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Related:
    """One step of the proof, in the order in which things happen."""

    site: Site
    message: str


@dataclass(frozen=True, slots=True)
class FileEdit:
    """One edit in one file; ``path`` is absolute."""

    path: str
    edit: TextEdit


@dataclass(frozen=True, slots=True)
class FileRename:
    """A file gets another name; both paths are absolute, and there is no file ``to`` yet."""

    path: str
    to: str


@dataclass(frozen=True, slots=True)
class Fix:
    """All-or-nothing edits. ``safe`` means: the program's other behaviour stays the same.

    A fix with a ``rename`` has no edits. ``freed`` are a path and a name each: the name is used less there, and its
    import goes with the last use, which other fixes may take away.
    """

    title: str
    edits: tuple[FileEdit, ...]
    safe: bool
    rename: FileRename | None = None
    freed: tuple[tuple[str, str], ...] = ()

    def in_file(self, path: str) -> list[TextEdit]:
        """The edits of one file."""
        return [e.edit for e in self.edits if e.path == path]

    @property
    def paths(self) -> list[str]:
        """The files it edits, in order of first edit."""
        return list(dict.fromkeys(e.path for e in self.edits))


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake at one place. The first 90 characters of ``message`` carry the whole point, on one line."""

    code: str
    path: str
    span: Span
    message: str
    severity: Severity
    related: tuple[Related, ...] = ()
    fixes: tuple[Fix, ...] = ()
    unnecessary: bool = False

    @property
    def site(self) -> Site:
        """Where it is."""
        return Site(self.path, self.span)


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """By file, place and code; exact repetitions once."""
    unique = {(f.path, f.span, f.code, f.message): f for f in findings}
    return sorted(unique.values(), key=lambda f: (f.path, f.span, f.code))
