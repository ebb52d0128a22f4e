"""What an edit costs in a loaded workspace, kind by kind, with no editor in between. Used by ``run.py``.

    python benchmarks/edits.py FOLDER [--json]

Each kind types its text into a file character by character, as a person does. A time is that of one keystroke: from
the text to the findings of its file.
"""

from __future__ import annotations

import argparse
import ast
import gc
import json
import resource
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from flask_ls.features.workspace import Workspace
from flask_ls.lsp import tidying

MODEL_BASES = ("Model", "Base", "BaseModel", "DeclarativeBase")


class Typing(NamedTuple):
    """``typed`` goes into the file at ``offset``, one character at a time."""

    kind: str
    path: str
    offset: int
    typed: str

    def texts(self) -> Iterator[str]:
        """The file's text after each keystroke."""
        text = Path(self.path).read_text(encoding="utf-8")
        for end in range(1, len(self.typed) + 1):
            yield text[: self.offset] + self.typed[:end] + text[self.offset :]


def kinds(workspace: Workspace) -> list[Typing]:
    """Every kind of edit, in files of this workspace that it is usual in."""
    model = workspace.snapshot().model
    # The first app of a generated workspace is the same in a small and in a large one.
    views = [r.view.path for r in model.routes.routes if r.view is not None and not r.is_static and r.function]
    path = next((p for p in dict.fromkeys(views) if _decorated(p) is not None), views[0])
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    found: list[Typing] = []
    view = _decorated(path)
    below = _line_after(path, _last_import(tree))
    if view is not None:
        inside = _offset(path, view.body[0].lineno)
        indent = " " * view.body[0].col_offset
        found.append(Typing("body of a function", path, inside, f"{indent}value = request.args.get('name', 'none')\n"))
        found.append(Typing("a line that is broken", path, inside, f"{indent}value = (request.args['name'"))
        decorator = ast.unparse(view.decorator_list[0]).partition("(")[0]
        end = len(Path(path).read_text(encoding="utf-8"))
        route = f"\n\n@{decorator}('/typed')\ndef typed():\n    return redirect(url_for('index'))\n"
        found.append(Typing("a new route", path, end, route))
    found.append(Typing("an import", path, below, "from flask import current_app\n"))
    found.append(Typing("a constant of a module", path, below, "TYPED_LIMIT = 20\n"))
    classes = [
        (facts.path, cls)
        for facts in model.files.values()
        for cls in facts.classes.values()
        if any(base.dotted.rpartition(".")[2] in MODEL_BASES for base in cls.bases) and "test" not in facts.path
    ]
    for where, cls in sorted(classes, key=lambda pair: (pair[0], pair[1].span))[:1]:
        text = Path(where).read_text(encoding="utf-8")
        node = next(n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.ClassDef) and n.name == cls.qualname)
        indent = " " * node.body[0].col_offset
        column = f"{indent}typed = db.Column(db.Integer)\n"
        found.append(Typing("a column of a model", where, _offset(where, node.body[-1].end_lineno + 1), column))
    return found


def measure(workspace: Workspace, edit: Typing) -> dict[str, float]:
    """Milliseconds a keystroke: on the clock, and of all processors together."""
    gc.collect()
    workspace.set_text(edit.path, Path(edit.path).read_text(encoding="utf-8"))
    workspace.snapshot().findings(edit.path)
    wall, cpu = [], []
    for number, text in enumerate(edit.texts(), 1):
        if number % tidying.EDITS == 0:  # the server does so between keystrokes
            gc.collect(0)
        begin, used = time.perf_counter(), time.process_time()
        workspace.set_text(edit.path, text)
        workspace.snapshot().findings(edit.path)
        wall.append((time.perf_counter() - begin) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    workspace.close(edit.path)
    workspace.snapshot().findings(edit.path)
    return {
        "keystrokes": len(wall),
        "median": statistics.median(wall),
        "p95": sorted(wall)[int(len(wall) * 0.95)],
        "max": max(wall),
        "cpu": statistics.median(cpu),
        "cpu_p95": sorted(cpu)[int(len(cpu) * 0.95)],
    }


def _decorated(path: str) -> ast.FunctionDef | None:
    """The first function of a module that has a decorator with arguments."""
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list and isinstance(node.decorator_list[0], ast.Call):
            return node
    return None


def _last_import(tree: ast.Module) -> int:
    return max((n.end_lineno or 0 for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom))), default=0)


def _line_after(path: str, line: int) -> int:
    return _offset(path, line + 1)


def _offset(path: str, line: int) -> int:
    """Where a line begins; lines count from one."""
    lines = Path(path).read_text(encoding="utf-8").splitlines(keepends=True)
    return sum(map(len, lines[: line - 1]))


def main() -> None:
    """Load the workspace, make every kind of edit, print what each cost."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--json", action="store_true")
    options = arguments.parse_args()
    workspace = Workspace([str(options.folder.resolve())], defers=True)
    begin = time.perf_counter()
    workspace.load()
    workspace.warm_up()
    loaded = time.perf_counter() - begin
    edits = kinds(workspace)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*tidying.THRESHOLDS)
    found = {edit.kind: measure(workspace, edit) for edit in edits}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if options.json:
        print(json.dumps({"load": loaded, "memory": memory, "edits": found}))
        return
    print(f"{options.folder}: loaded in {loaded:.2f} s, {memory:.0f} MiB")
    for edit in edits:
        row = found[edit.kind]
        print(
            f"  {edit.kind:<24} {row['keystrokes']:3.0f} keystrokes: median {row['median']:7.1f} ms,"
            f" p95 {row['p95']:7.1f}, max {row['max']:7.1f};"
            f" CPU {row['cpu']:7.1f}, p95 {row['cpu_p95']:7.1f}  {Path(edit.path).name}"
        )


if __name__ == "__main__":
    main()
