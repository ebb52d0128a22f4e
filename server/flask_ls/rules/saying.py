"""How a check says what it found, whatever kind of file it looks at."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from flask_ls.project.site import Site
from flask_ls.rules.finding import FileEdit, FileRename, Finding, Fix, Related, Severity
from flask_ls.syntax.edit import TextEdit
from flask_ls.syntax.span import Span

if TYPE_CHECKING:
    from flask_ls.rules.rule import Rule

Where_contra = TypeVar("Where_contra", contravariant=True)
"""What a check points at: a node of a tree, or a span."""


class Edits(Protocol):
    """Collects edits of one file. ``impossible``: what was asked cannot be done soundly."""

    path: str

    @property
    def impossible(self) -> bool:
        """Whether there is no sound edit."""

    @property
    def edits(self) -> Sequence[TextEdit]:
        """What was collected."""

    @property
    def freed(self) -> Sequence[str]:
        """Names that are used less, so that their imports may be in vain."""


class Saying(Generic[Where_contra]):
    """Findings and fixes of one rule in one file."""

    rule: Rule
    path: str

    @abstractmethod
    def span(self, where: Where_contra) -> Span:
        """Where something stands."""

    def finding(
        self,
        where: Where_contra | Span,
        message: str,
        *,
        related: Iterable[Related] = (),
        fixes: Iterable[Fix | None] = (),
        severity: Severity | None = None,
        unnecessary: bool = False,
    ) -> Finding:
        """A finding of this rule in this file. ``fixes``: the best first; None entries are dropped."""
        return Finding(
            code=self.rule.code,
            path=self.path,
            span=where if isinstance(where, Span) else self.span(where),
            message=message,
            severity=severity or self.rule.severity,
            related=tuple(related),
            fixes=tuple(f for f in fixes if f is not None),
            unnecessary=unnecessary,
        )

    def related(self, where: Where_contra | Site, message: str) -> Related:
        """A step of the proof; what is no site stands in this file."""
        return Related(where if isinstance(where, Site) else Site(self.path, self.span(where)), message)

    def fix(self, title: str, *builders: Edits, safe: bool, rename: FileRename | None = None) -> Fix | None:
        """A fix from builders; None when one of them found its edit impossible. ``rename`` is done after the edits."""
        if any(b.impossible for b in builders):
            return None
        edits = tuple(FileEdit(b.path, e) for b in builders for e in b.edits)
        freed = tuple((b.path, name) for b in builders for name in b.freed)
        return Fix(title, edits, safe, rename, freed) if edits or rename is not None else None
