"""What names and places of files say by convention."""

from __future__ import annotations

import posixpath
from functools import lru_cache


@lru_cache(4096)
def is_test_path(path: str) -> bool:
    """Whether a file is one of tests or helps them, by the naming conventions of pytest and unittest."""
    return is_test_module(path) or any(p in ("tests", "test", "testing", "testsuite") for p in path.split("/")[-4:-1])


def is_test_module(path: str) -> bool:
    """Whether pytest collects a file, or reads it as a conftest."""
    name = posixpath.basename(path)
    return name.startswith("test_") or name.endswith("_test.py") or name in ("tests.py", "conftest.py")


def is_entry_name(path: str) -> bool:
    """Whether a file is what servers and commands are pointed at (flask/cli.py, ``prepare_import``; WSGI servers)."""
    name = posixpath.basename(path)
    return name in (
        "__main__.py",
        "wsgi.py",
        "app.py",
        "application.py",
        "asgi.py",
        "autoapp.py",
        "main.py",
        "manage.py",
        "run.py",
    )
