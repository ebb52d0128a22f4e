"""What every editor must show of ``project/app.py`` and make of it."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = Path(__file__).resolve().parent / "project"

# Code -> the text under the squiggle. On two of the lines it stands behind é and 𝄞.
FINDINGS = {
    "FLK105": "current_app",
    "FLK501": "debug=True",
    "FLK901": '"/login"',
    "FLK905": 'int(request.args.get("page", 1))',
}

# The finding whose quick fix is applied alone, and what the file is then.
FIXED_ALONE = "FLK105"


def original() -> str:
    """The file as it is opened."""
    return (PROJECT / "app.py").read_text(encoding="utf-8")


def fixed() -> str:
    """After the quick fix of ``FIXED_ALONE``."""
    return original().replace('𝄞", current_app)', '𝄞", current_app._get_current_object())')


def all_fixed() -> str:
    """After fix-all besides."""
    return (
        fixed()
        .replace(
            "import Flask, current_app, redirect, request\n", "import Flask, current_app, redirect, request, url_for\n"
        )
        .replace('redirect("/login")', 'redirect(url_for("login"))')
        .replace('int(request.args.get("page", 1))', 'request.args.get("page", default=1, type=int)')
        .replace("app.run(debug=True)", "app.run()")
    )
