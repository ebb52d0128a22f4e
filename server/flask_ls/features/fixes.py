"""Several fixes as one: which of them go together, and their edits."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence

from flask_ls.project.index import FileIndex
from flask_ls.rules.finding import FileEdit, Finding, Fix
from flask_ls.rules.fixing import EditBuilder
from flask_ls.syntax.edit import TextEdit, apply_edits, composed
from flask_ls.syntax.source import SourceFile

SourceOf = Callable[[str], "SourceFile | None"]
"""The text of a file that fixes edit, by its path."""

_IMPORT_LINES = re.compile(r"(?:[ \t]*(?:from[ \t]+[.\w]+[ \t]+import|import)[ \t]+[^\r\n]+(?:\r\n|\r|\n))+")
_IMPORTED_NAME = re.compile(r",?\s*\w+(?:\s+as\s+\w+)?\s*,?")


def safe_fix(finding: Finding) -> Fix | None:
    """The fix that may be applied without a look: the first one, when it is safe."""
    return finding.fixes[0] if finding.fixes and finding.fixes[0].safe else None


def chosen_together(fixes: Iterable[Fix]) -> list[Fix]:
    """As many of the fixes as go together, taken in order. A fix is taken whole or not at all.

    What is left out can be fixed in a second round, on the text that the first one gives.
    """
    chosen: list[Fix] = []
    taken: set[FileEdit] = set()
    for fix in fixes:
        new = [e for e in fix.edits if e not in taken]
        if not any(_conflict(e, t) for e in new for t in taken):
            taken.update(new)
            chosen.append(fix)
    return chosen


def together(fixes: Sequence[Fix], source_of: SourceOf) -> tuple[FileEdit, ...]:
    """The edits of fixes that go together.

    An edit that several fixes share, such as the import they need, is made once. An import that only all of them leave
    without a use goes as well.
    """
    edits = tuple(dict.fromkeys(e for fix in fixes for e in fix.edits))
    freed: dict[str, dict[str, None]] = {}
    for path, name in (each for fix in fixes for each in fix.freed):
        freed.setdefault(path, {})[name] = None
    for path, names in freed.items():
        source = source_of(path)
        if source is not None and sum(path in fix.paths for fix in fixes) > 1:
            of_file = [e.edit for e in edits if e.path == path]
            others = tuple(e for e in edits if e.path != path)
            edits = (*others, *(FileEdit(path, e) for e in _without_unused(path, source, of_file, names)))
    return edits


def _without_unused(path: str, source: SourceFile, edits: Sequence[TextEdit], names: Iterable[str]) -> list[TextEdit]:
    """The edits, and then the removal of the imports of these names that nothing uses in the text they give."""
    edited = SourceFile(apply_edits(source.text, edits))
    index = FileIndex(edited.tree, is_package=os.path.basename(path) == "__init__.py")
    builder = EditBuilder(path, edited, index)
    for name in names:
        builder.remove_unused_import(name)
    return composed(source.text, edits, builder.edits) if builder.edits else list(edits)


def _conflict(one: FileEdit, other: FileEdit) -> bool:
    if one.path != other.path:
        return False
    first, second = one.edit, other.edit
    if first.span.start == first.span.end == second.span.start == second.span.end:
        return not (_is_import(first) and _is_import(second))
    return first.span.overlaps(second.span)


def _is_import(edit: TextEdit) -> bool:
    """Whether an insertion adds import lines, or one more name to an import: the order of those does not matter."""
    return bool(_IMPORT_LINES.fullmatch(edit.text) or _IMPORTED_NAME.fullmatch(edit.text))
