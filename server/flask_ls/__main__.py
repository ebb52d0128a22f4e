"""``python -m flask_ls``."""

from __future__ import annotations

import contextlib
import os
import sys


def main() -> None:
    """Run the command line; ends the process, at once: to free every tree and fact first takes a tenth of the time."""
    _leave_current_folder()
    try:
        from flask_ls.cli.main import run

        status = run(sys.argv[1:])
    except KeyboardInterrupt:
        status = 130
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def _leave_current_folder() -> None:
    """``python -m`` looks into the current folder first, which is what is to be analysed, not to be run."""
    first = sys.path[0] if sys.path else None
    try:
        here = os.getcwd()
    except OSError:
        here = ""  # deleted in the meantime
    if first in ("", here) and first != os.path.dirname(os.path.dirname(os.path.abspath(__file__))):
        del sys.path[0]


if __name__ == "__main__":
    main()
