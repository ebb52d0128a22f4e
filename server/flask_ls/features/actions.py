"""What can be done about findings: fixes, silencing, documentation, all of a kind at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from flask_ls.features.fixes import SourceOf, chosen_together, safe_fix, together
from flask_ls.features.suppression import silence, silence_above
from flask_ls.rules.finding import FileEdit, FileRename, Finding
from flask_ls.rules.suppress import Kind as FileKind
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span

Kind = Literal["fix", "silence", "documentation", "fix-code", "fix-all"]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to choose. ``findings`` are those it settles; ``code`` is empty for the action over all rules.

    ``preferred`` marks the one action that is right without a look.
    """

    kind: Kind
    title: str
    code: str
    findings: tuple[Finding, ...]
    edits_of: Callable[[], tuple[FileEdit, ...]] = tuple
    preferred: bool = False
    rename: FileRename | None = None

    @property
    def edits(self) -> tuple[FileEdit, ...]:
        """What it changes; nothing for ``documentation``. Computed when asked: most actions are only offered."""
        return self.edits_of()


def quick_actions(
    source: SourceFile, findings: Sequence[Finding], span: Span, source_of: SourceOf, file: FileKind = "python"
) -> list[Action]:
    """The actions for the findings at ``span``: their fixes first, then silencing and documentation.

    ``findings`` are all of the file, as "fix all of a kind" looks at them too.
    """
    here = [f for f in findings if f.span.overlaps(span)]
    fixes = [action for finding in here for action in _fixes(finding)]
    kinds = [a for code in dict.fromkeys(f.code for f in here) if (a := fix_code(findings, code, source_of))]
    silences = [a for finding in here if (a := _silence(source, finding, file))]
    return [*fixes, *kinds, *_once(silences), *_once(_documentation(f) for f in here)]


def fix_code(findings: Sequence[Finding], code: str, source_of: SourceOf) -> Action | None:
    """Safe fixes for every finding of one rule in the file; None when fewer than two have one."""
    fixable = tuple(f for f in findings if f.code == code and safe_fix(f) is not None)
    if len(fixable) < 2:
        return None
    return Action("fix-code", f"Fix all {code} problems", code, fixable, _edits(fixable, source_of))


def fix_all(findings: Sequence[Finding], source_of: SourceOf) -> Action | None:
    """Safe fixes for every finding of the file; None when there is nothing to do."""
    fixable = tuple(f for f in findings if safe_fix(f) is not None)
    if not fixable:
        return None
    return Action("fix-all", "Fix all auto-fixable Flask problems", "", fixable, _edits(fixable, source_of))


def _fixes(finding: Finding) -> list[Action]:
    best = safe_fix(finding)
    return [
        Action(
            "fix",
            f"flask-ls ({finding.code}): {fix.title}",
            finding.code,
            (finding,),
            partial(tuple, fix.edits),
            preferred=fix is best,
            rename=fix.rename,
        )
        for fix in finding.fixes
    ]


def _silence(source: SourceFile, finding: Finding, file: FileKind) -> Action | None:
    if file == "python":
        edit = silence(source, finding.span, finding.code)
    else:
        edit = silence_above(source, finding.span, finding.code, is_template=file == "template")
    if edit is None:
        return None
    title = f"Disable {finding.code} for this line"
    return Action("silence", title, finding.code, (finding,), partial(tuple, [FileEdit(finding.path, edit)]))


def _documentation(finding: Finding) -> Action:
    return Action("documentation", f"Show documentation for {finding.code}", finding.code, (finding,))


def _edits(findings: tuple[Finding, ...], source_of: SourceOf) -> Callable[[], tuple[FileEdit, ...]]:
    fixes = (fix for f in findings if (fix := safe_fix(f)) is not None)
    return partial(together, chosen_together(fixes), source_of)


def _once(actions: Iterable[Action]) -> list[Action]:
    """One action where several findings on one line would give the same one, for all of them."""
    merged: dict[tuple[str, tuple[FileEdit, ...]], Action] = {}
    for action in actions:
        key = (action.title, action.edits)
        known = merged.get(key)
        merged[key] = action if known is None else replace(known, findings=(*known.findings, *action.findings))
    return list(merged.values())
