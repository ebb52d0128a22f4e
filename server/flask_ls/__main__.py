"""``python -m flask_ls``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; ends the process."""
    from flask_ls.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
