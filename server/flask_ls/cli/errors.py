"""What ends a command before it has done its work."""

from __future__ import annotations


class CommandError(Exception):
    """One clear line for standard error; the command ends with status 2."""
