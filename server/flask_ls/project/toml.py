"""TOML on every supported Python: the standard library's reader, or its ancestor before 3.11."""

from __future__ import annotations

import sys
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def loads(text: str) -> dict[str, Any]:
    """Read a TOML document.

    :raises ValueError: it is not valid; the message ends with the place.
    """
    document: dict[str, Any] = tomllib.loads(text)
    return document
