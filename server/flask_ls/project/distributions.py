"""Which distributions a project uses: installed in its environment, or named by its requirement files."""

from __future__ import annotations

import glob
import re
from collections.abc import Sequence
from functools import cached_property

from flask_ls.project.environment import Environment
from flask_ls.project.pins import normal_name
from flask_ls.project.reading import read_text

_FILES = (
    "requirement*.txt",
    "requirements*.in",
    "*requirements.txt",
    "requirements/*.txt",
    "requirements/*.in",
    "constraints*.txt",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "Pipfile",
    "tox.ini",
    "environment*.yml",
    "poetry.lock",
    "uv.lock",
)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_.][A-Za-z0-9]+)*")


class Distributions:
    """Looks at files when it is first asked."""

    def __init__(self, environment: Environment | None = None, folders: Sequence[str] = ()) -> None:
        self._environment = environment or Environment()
        self._folders = tuple(folders)

    def version(self, name: str) -> str | None:
        """The version that is installed, else pinned; None when neither is known."""
        return self._environment.version(name)

    def versions(self, name: str) -> list[str]:
        """The versions that are installed and pinned, where they are known; they may differ."""
        name = normal_name(name)
        known = (self._environment.installed.get(name), self._environment.pinned.get(name))
        return [v for v in known if v is not None]

    def may_be_used(self, name: str) -> bool:
        """Whether the distribution is installed or a requirement file has its name anywhere."""
        return self.version(name) is not None or normal_name(name) in self._words

    @cached_property
    def _words(self) -> frozenset[str]:
        found: set[str] = set()
        for folder in self._folders:
            for pattern in _FILES:
                for path in glob.glob(f"{glob.escape(folder)}/{pattern}"):
                    # Lock files run to megabytes; the names of direct requirements come first elsewhere too.
                    found.update(normal_name(w) for w in _WORD.findall(read_text(path)[:2_000_000]))
        return frozenset(found)
