"""Several fixes as one: which of them go together, and their edits."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask_ls.rules.finding import FileEdit, Finding, Fix
from flask_ls.syntax.edit import TextEdit

_IMPORT_LINES = re.compile(r"(?:[ \t]*(?:from[ \t]+[.\w]+[ \t]+import|import)[ \t]+[^\r\n]+(?:\r\n|\r|\n))+")
_IMPORTED_NAME = re.compile(r",?\s*\w+(?:\s+as\s+\w+)?\s*,?")


def safe_fix(finding: Finding) -> Fix | None:
    """The fix that may be applied without a look: the first one, when it is safe."""
    return finding.fixes[0] if finding.fixes and finding.fixes[0].safe else None


def together(fixes: Iterable[Fix]) -> tuple[FileEdit, ...]:
    """The edits of as many of the fixes as go together, taken in order.

    A fix is taken whole or not at all. An edit that several fixes share, such as the import they need, is made once.
    What is left out can be fixed in a second round, on the text that the first one gives.
    """
    taken: dict[FileEdit, None] = {}
    for fix in fixes:
        new = [e for e in fix.edits if e not in taken]
        if not any(_conflict(e, t) for e in new for t in taken):
            taken.update(dict.fromkeys(new))
    return tuple(taken)


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
