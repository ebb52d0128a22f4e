"""The outcome of an earlier check with the same options, while nothing it depends on has changed.

This is all that a repeated check needs: neither the engine nor the rules are loaded for it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

from flask_ls.project.cache import Cache, default_folder, key_of
from flask_ls.project.inputs import Inputs, unchanged

# Variables of the environment that a check may depend on.
_VARIABLES = ("VIRTUAL_ENV", "CONDA_PREFIX", "FLASK_APP", "HOME", "USERPROFILE")


class Earlier:
    """Finds and stores outcomes: plain data as JSON has it."""

    def __init__(self, *what: object, enabled: bool = True) -> None:
        self._cache = Cache(default_folder() if enabled else None)
        variables = [os.environ.get(name) for name in _VARIABLES]
        self._name = f"{key_of(*what, *variables)}.check" if enabled else ""

    def find(self) -> dict[str, Any] | None:
        """The stored outcome; None when there is none that still holds."""
        payload = self._cache.read(self._name)
        if payload is None:
            return None
        try:
            stored = json.loads(payload)
            state = {path: tuple(known) if known else None for path, known in stored["state"].items()}
            outcome = stored["outcome"]
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        return outcome if isinstance(outcome, dict) and unchanged(state) else None

    def store(self, outcome: dict[str, Any], inputs: Iterable[str], start: int) -> None:
        """Store an outcome. ``start``: ``time.time_ns`` from before the first input was read."""
        known = Inputs(start)
        known.add(inputs)
        payload = json.dumps({"state": known.state(), "outcome": outcome})
        self._cache.write(self._name, payload.encode("ascii"))
