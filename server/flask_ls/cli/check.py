"""``flask-ls check``."""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from flask_ls.cli import formats
from flask_ls.cli.earlier import Earlier
from flask_ls.cli.errors import CommandError
from flask_ls.cli.progress import bar
from flask_ls.cli.sources import lines_of
from flask_ls.cli.targets import Targets, resolve

if TYPE_CHECKING:
    from flask_ls.features.checking import Checked
    from flask_ls.features.workspace import Workspace

_ALARMING = frozenset({"error", "warning"})


def run(options: argparse.Namespace) -> int:
    """Check, fix if asked to, print; the exit status."""
    start, begun = time.time_ns(), time.monotonic()
    if options.config is not None and not os.path.isfile(options.config):
        raise CommandError(f"--config: {options.config}: no such file.")
    targets = resolve(options.paths)
    if options.fix or options.diff:
        outcome = _fixed(options, targets)
        if outcome is None:
            return 0
    else:
        chosen = (options.select, options.extend_select, options.ignore, options.config, options.isolated)
        earlier = Earlier("check", os.getcwd(), targets, *chosen, enabled=not options.no_cache)
        outcome = earlier.find()
        if outcome is None:
            outcome, inputs = _checked(options, targets)
            earlier.store(outcome, inputs, start)
    _print(options, outcome, time.monotonic() - begun)
    for path in outcome["unreadable"]:
        print(f"flask-ls: {formats.shown_path(path)}: cannot be read.", file=sys.stderr)
    if outcome["unreadable"]:
        return 2
    alarming = any(r["severity"] in _ALARMING for r in outcome["records"])
    return 1 if alarming and not options.exit_zero else 0


def _checked(options: argparse.Namespace, targets: Targets) -> tuple[dict[str, Any], list[str]]:
    from flask_ls.cli.setup import workspace_of
    from flask_ls.project.settings import config_candidates

    workspace = workspace_of(options, targets)
    checked = _check(options, workspace, targets)
    folders = {*targets.folders, *(f.rpartition("/")[0] for f in targets.files)}
    configuration = [path for folder in folders for path in config_candidates(folder)]
    given = [os.path.abspath(options.config)] if options.config else []
    return _outcome(checked), [*checked.inputs, *configuration, *given]


def _check(options: argparse.Namespace, workspace: Workspace, targets: Targets) -> Checked:
    from flask_ls.features.checking import check

    progress = bar(options.quiet)
    try:
        return check(workspace, targets.wants, progress)
    finally:
        if progress is not None:
            progress.clear()


def _outcome(checked: Checked) -> dict[str, Any]:
    from flask_ls.cli.records import Recorder

    return {
        "records": Recorder(checked.snapshot.source).records(checked.findings),
        "files": checked.files,
        "uses_flask": checked.snapshot.uses_flask,
        "unreadable": sorted(set(checked.unreadable)),
    }


def _fixed(options: argparse.Namespace, targets: Targets) -> dict[str, Any] | None:
    """The outcome after the fixes were made. With ``--diff`` they are printed instead and there is none."""
    from flask_ls.cli.fixing import diff, fix_all, save
    from flask_ls.cli.setup import workspace_of

    workspace = workspace_of(options, targets)
    checked = _check(options, workspace, targets)
    fixed = fix_all(workspace, checked, targets.wants, unsafe=options.unsafe_fixes)
    if options.diff:
        formats.write(diff(fixed), sys.stdout)
    else:
        save(fixed)
    if not options.quiet:
        files = len({*fixed.changed, *(rename.path for rename in fixed.renames)})
        verb = "Would fix" if options.diff else "Fixed"
        what = f"{fixed.count} {'finding' if fixed.count == 1 else 'findings'}"
        where = f" in {files} {'file' if files == 1 else 'files'}" if files else ""
        print(f"{verb} {what}{where}.", file=sys.stderr)
    return None if options.diff else _outcome(fixed.checked)


def _print(options: argparse.Namespace, outcome: dict[str, Any], seconds: float) -> None:
    records = outcome["records"]
    style = formats.standard_style()
    if options.statistics and options.output_format != "json":
        lines = formats.statistics(records, style)
    else:
        lines = formats.FORMATS[options.output_format](records, lines_of, style)
    formats.write(lines, sys.stdout)
    if not options.quiet and options.output_format in ("full", "concise"):
        sys.stdout.flush()
        text = formats.summary(records, outcome["files"], seconds, outcome["uses_flask"])
        print(text, file=sys.stderr)
