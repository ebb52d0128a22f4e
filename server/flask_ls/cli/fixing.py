"""``--fix`` and ``--diff``: the fixes of all findings, round after round until nothing is left to fix."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from flask_ls.cli.errors import CommandError
from flask_ls.cli.formats import shown_path
from flask_ls.features.checking import Checked, check
from flask_ls.features.fixes import chosen_together, safe_fix, together
from flask_ls.features.workspace import Workspace
from flask_ls.rules.finding import FileRename, Finding, Fix
from flask_ls.syntax.edit import TextEdit, apply_edits
from flask_ls.syntax.source import SourceFile

# A fix that brings up another finding is fixed in the next round; two that undo each other must not go on for ever.
_ROUNDS = 10


@dataclass(frozen=True)
class Fixed:
    """The outcome of fixing. ``changed``: path -> the file as it was and its new text. Nothing is saved yet.

    ``renames`` come after the changes. ``checked`` speaks of the texts with their changes, without what the renames
    settle.
    """

    changed: dict[str, tuple[SourceFile, str]]
    count: int
    checked: Checked
    renames: tuple[FileRename, ...] = ()


def fix_all(workspace: Workspace, checked: Checked, wanted: Callable[[str], bool], *, unsafe: bool) -> Fixed:
    """Apply the first fix of each finding, where it is safe or ``unsafe`` is asked for, to the texts in memory."""
    original: dict[str, SourceFile] = {}
    count = 0
    for _ in range(_ROUNDS):
        fixes = [fix for finding in checked.findings if (fix := _chosen(finding, unsafe)) and fix.rename is None]
        edits: dict[str, list[TextEdit]] = {}
        chosen = chosen_together(fix for fix in fixes if all(map(wanted, fix.paths)))
        for edit in together(chosen, checked.snapshot.source):
            edits.setdefault(edit.path, []).append(edit.edit)
        texts: dict[str, str] = {}
        for path, of_file in edits.items():
            source = checked.snapshot.source(path)
            if source is None:
                continue
            original.setdefault(path, source)
            texts[path] = apply_edits(source.text, of_file)
        if not texts or all(checked.snapshot.source(p).text == t for p, t in texts.items()):  # type: ignore[union-attr]
            break
        made = {edit for fix in chosen for edit in fix.edits}
        count += sum(1 for fix in fixes if made.issuperset(fix.edits))
        for path, text in texts.items():
            workspace.set_text(path, text)
        checked = check(workspace, wanted, share=False)
    sources = {path: checked.snapshot.source(path) for path in original}
    changed = {
        path: (before, now.text)
        for path, before in original.items()
        if (now := sources[path]) is not None and now.text != before.text
    }
    renamed = [(f, fix.rename) for f in checked.findings if (fix := _chosen(f, unsafe)) and fix.rename is not None]
    settled = [f for f, rename in renamed if wanted(rename.path)]
    checked = replace(checked, findings=[f for f in checked.findings if f not in settled])
    renames = dict.fromkeys(rename for _, rename in renamed if wanted(rename.path))
    return Fixed(changed, count + len(renames), checked, tuple(renames))


def diff(fixed: Fixed) -> Iterator[str]:
    """The changes as a unified diff."""
    for path, (before, text) in sorted(fixed.changed.items()):
        name = shown_path(path)
        signature = "\ufeff" if before.has_bom else ""
        lines = difflib.unified_diff(_lines(signature + before.text), _lines(signature + text), name, name)
        for line in lines:
            shown = line.removesuffix("\n")
            # `patch` compares line ends too. Where the terminal's own are CRLF, each line gets one by itself.
            yield shown if line.endswith("\r\n") and os.linesep == "\n" else shown.removesuffix("\r")
            if not line.endswith(("\n", "\r")):
                yield "\\ No newline at end of file"
    for rename in fixed.renames:
        yield f"rename from {shown_path(rename.path)}"
        yield f"rename to {shown_path(rename.to)}"


def save(fixed: Fixed) -> None:
    """Write all changed files or none: each is prepared beside the old one before the first takes its place.

    :raises CommandError: a text does not fit its encoding, or a file cannot be written.
    """
    contents = {path: _encoded(path, before, text) for path, (before, text) in fixed.changed.items()}
    with contextlib.ExitStack() as stack:
        prepared = [(path, _prepared(path, data, stack)) for path, data in contents.items()]
        for path, temporary in prepared:
            with _naming(path, "written"):
                os.replace(temporary, os.path.realpath(path))
    for rename in fixed.renames:
        _rename(rename)


def _encoded(path: str, before: SourceFile, text: str) -> bytes:
    try:
        return before.encode(text)
    except UnicodeEncodeError as error:
        why = f"its encoding {before.encoding} lacks the character {error.object[error.start]!a}"
        raise CommandError(f"{shown_path(path)}: cannot be fixed, as {why}.") from None


def _prepared(path: str, data: bytes, stack: contextlib.ExitStack) -> str:
    """The name of a file beside ``path`` with the new content and its mode, which ``stack`` removes if it is left."""
    real = os.path.realpath(path)
    with _naming(path, "written"):
        mode = stat.S_IMODE(os.stat(real).st_mode)
        if not os.access(real, os.W_OK):
            raise PermissionError(13, "Permission denied", real)
        descriptor, temporary = tempfile.mkstemp(prefix=".flask-ls-", dir=os.path.dirname(real))
        stack.callback(_remove, temporary)
        with open(descriptor, "wb") as stream:
            stream.write(data)
        os.chmod(temporary, mode)
    return temporary


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)


def _rename(rename: FileRename) -> None:
    with _naming(rename.path, "renamed"):
        if os.path.exists(rename.to):
            raise FileExistsError(17, "the new name is taken", rename.to)
        os.rename(rename.path, rename.to)


@contextlib.contextmanager
def _naming(path: str, what: str) -> Iterator[None]:
    """Say which file an ``OSError`` is about."""
    try:
        yield
    except OSError as error:
        raise CommandError(f"{shown_path(path)}: cannot be {what}: {error.strerror}.") from None


def _chosen(finding: Finding, unsafe: bool) -> Fix | None:
    if unsafe and finding.fixes:
        return finding.fixes[0]
    return safe_fix(finding)


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)
