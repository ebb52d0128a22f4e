"""What one keystroke costs in a loaded workspace, with no editor in between. Used by ``run.py``; prints JSON."""

from __future__ import annotations

import gc
import json
import os
import resource
import statistics
import sys
import time
from pathlib import Path

from flask_ls.features.workspace import Workspace

WARM_UP, KEYSTROKES = 10, 120
TYPED = "\n\ndef typed():\n    value = request.args.get('name')\n    return redirect(url_for('index', name=value))\n"


def main(folder: str) -> None:
    """Load the workspace, type a function into a view module character by character, and time each keystroke."""
    workspace = Workspace([folder])
    begin = time.perf_counter()
    workspace.load()
    loaded = time.perf_counter() - begin
    gc.freeze()
    views = sorted(p for p in workspace.snapshot().paths() if os.path.basename(p) == "views.py")
    path = views[len(views) // 2]
    text = Path(path).read_text(encoding="utf-8")
    workspace.set_text(path, text)
    workspace.snapshot().findings(path)
    times: list[float] = []
    for number in range(WARM_UP + KEYSTROKES):
        typed = text + TYPED[: number % len(TYPED) + 1]
        begin = time.perf_counter()
        workspace.set_text(path, typed)
        workspace.snapshot().findings(path)
        if number >= WARM_UP:
            times.append(time.perf_counter() - begin)
    print(
        json.dumps(
            {
                "load": loaded,
                "median": statistics.median(times),
                "p95": sorted(times)[int(len(times) * 0.95)],
                "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
