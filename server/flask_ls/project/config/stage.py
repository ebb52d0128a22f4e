"""Which stage a configuration is for, by the names developers give."""

from __future__ import annotations

import re
from typing import Literal

Stage = Literal["test", "development", "production", "any"]

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_STAGES: dict[str, Stage] = {
    **dict.fromkeys(("test", "tests", "testing", "unittest", "pytest", "ci"), "test"),
    **dict.fromkeys(
        (
            "dev",
            "devel",
            "debug",
            "local",
            "localhost",
            "sandbox",
            "example",
            "demo",
            "documentation",
            "migration",
            "migrations",
            "profiling",
        ),
        "development",
    ),
    **dict.fromkeys(
        ("prod", "production", "productive", "live", "deploy", "deployment", "heroku", "staging", "release"),
        "production",
    ),
}


def stage_of_name(name: str) -> Stage:
    """The stage that a class, module, file or key name speaks of: ``TestingConfig``, ``dev``, ``config.production``."""
    for part in _WORD.findall(name):
        word = part.lower()
        stage = _STAGES.get(word) or _STAGES.get(word.removesuffix("config").removesuffix("settings"))
        if stage is None and (word.startswith("develop") or word.endswith("dev")):  # `develompent`, `webdev`
            stage = "development"
        if stage is not None:
            return stage
    return "any"
