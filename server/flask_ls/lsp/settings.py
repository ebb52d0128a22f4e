"""What a client sends as settings: those of the project, and those of the server itself."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SECTION = "flask-ls"

LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO, "debug": logging.DEBUG}
NOTIFICATIONS = ("off", "onError", "onWarning", "always")
MODES = ("openFilesOnly", "workspace")

# Settings that only mean something to the program that starts the server.
_OF_THE_CLIENT = frozenset({"enable", "interpreter", "importStrategy", "path", "args", "trace", "trace.server"})


@dataclass(frozen=True)
class ClientSettings:
    """``project`` holds the options for :meth:`flask_ls.features.workspace.Workspace.configure_options`.

    ``problems`` are values of the server's own settings that cannot be used, in plain words.
    """

    project: dict[str, object] = field(default_factory=dict)
    log_level: int = logging.INFO
    notifications: str = "off"
    diagnostic_mode: str = "openFilesOnly"
    problems: tuple[str, ...] = ()


def parse(raw: object) -> ClientSettings:
    """Settings as any client sends them: the section, or an object that holds it, with nested or dotted keys.

    Empty values are those of an editor's form that nobody filled in; they leave the project's configuration alone.
    ``exclude`` adds to what is left out anyway.
    """
    project: dict[str, object] = {}
    problems: list[str] = []
    own: dict[str, Any] = {}
    for key, value in _section(raw).items():
        if key in _OF_THE_CLIENT or value is None or value in ("", [], (), {}):
            continue
        if key == "logLevel":
            own["log_level"] = LEVELS[_one_of(key, value, LEVELS, "info", problems)]
        elif key == "showNotifications":
            own["notifications"] = _one_of(key, value, NOTIFICATIONS, "off", problems)
        elif key == "diagnosticMode":
            own["diagnostic_mode"] = _one_of(key, value, MODES, "openFilesOnly", problems)
        else:
            project["extend-exclude" if key == "exclude" else key] = value
    return ClientSettings(project=project, problems=tuple(problems), **own)


def _section(raw: object) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        return {}
    for inner in (raw.get(SECTION), raw.get("settings")):
        if isinstance(inner, Mapping):
            return _section(inner)
    return {str(key).removeprefix(f"{SECTION}."): value for key, value in raw.items()}


def _one_of(key: str, value: object, allowed: Any, default: str, problems: list[str]) -> str:
    if isinstance(value, str) and value in allowed:
        return value
    problems.append(f"`{SECTION}.{key}` must be one of {', '.join(allowed)}, not {value!r}.")
    return default
