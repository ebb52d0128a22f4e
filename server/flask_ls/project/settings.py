"""What the user may set, and how it is read from configuration files and client options.

``[tool.flask-ls]`` of ``pyproject.toml`` and ``flask-ls.toml`` hold the same keys; the nearest file upwards from a
folder is taken, ``flask-ls.toml`` before ``pyproject.toml`` in one folder. A bad value never stops the tool: it is
left out and described by a ``ConfigProblem``.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple

from flask_ls.project import toml

OWN_FILE = "flask-ls.toml"
SHARED_FILE = "pyproject.toml"
CONFIG_FILES = (OWN_FILE, SHARED_FILE)
TABLE = "tool.flask-ls"

SEVERITIES = ("error", "warning", "information", "hint", "off")
DEFAULT_EXCLUDE = (
    ".git",
    ".hg",
    ".svn",
    ".venv",
    ".tox",
    ".nox",
    ".eggs",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".ipynb_checkpoints",
    ".idea",
    ".vscode",
    "__pycache__",
    "__pypackages__",
    "_build",
    "bower_components",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "*.egg-info",
)


class ConfigProblem(NamedTuple):
    """Something in the configuration that cannot be used. ``row`` is 0-based; None when it has no place in a file.

    ``path`` is a file, or the name of another source (``settings of the editor``, ``--select``).
    """

    path: str
    row: int | None
    message: str

    def __str__(self) -> str:
        place = self.path if self.row is None else f"{self.path}:{self.row + 1}"
        return f"{place}: {self.message}"


@dataclass(frozen=True)
class Settings:
    """All settings. Lists of codes hold prefixes or ``ALL``; ``exclude`` and keys of ``per_file_ignores`` are
    patterns in the language of ``.gitignore``, relative to the folder of the configuration file.

    ``environment`` is a folder of a Python environment, ``app`` the dotted name of "the" application, ``source`` the
    folders that are on the import path besides those that are found.
    """

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = field(default_factory=dict)
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    environment: str | None = None
    app: str | None = None
    source: tuple[str, ...] = ()
    respect_gitignore: bool = True
    folder: str = ""
    """Where relative patterns and folders count from; empty for each workspace folder."""

    def merged(self, values: Mapping[str, Any]) -> Settings:
        """These settings with some fields replaced; lists named ``extend_...`` are added to."""
        changed = dict(values)
        for name in ("extend_select", "extend_exclude"):
            if name in changed:
                changed[name] = (*getattr(self, name), *changed[name])
        if "severity" in changed:
            changed["severity"] = {**self.severity, **changed["severity"]}
        return replace(self, **changed)

    def key(self) -> str:
        """A text equal for equal settings."""
        parts = []
        for entry in fields(self):
            value = getattr(self, entry.name)
            parts.append(f"{entry.name}={sorted(value.items()) if isinstance(value, Mapping) else value!r}")
        return ";".join(parts)


@dataclass(frozen=True)
class ConfigFile:
    """A configuration file that was read: its path, its settings and what was wrong with it."""

    path: str
    values: Mapping[str, Any]
    problems: tuple[ConfigProblem, ...] = ()

    @property
    def folder(self) -> str:
        """What relative paths and patterns count from."""
        return os.path.dirname(self.path)


def find_config(folder: str) -> str | None:
    """The nearest configuration file of ``folder`` or of a folder above it."""
    for path in config_candidates(folder):
        if os.path.isfile(path) and (os.path.basename(path) == OWN_FILE or _has_table(path)):
            return path
    return None


def config_candidates(folder: str) -> list[str]:
    """Where a configuration file for a folder may lie, the nearest place first."""
    found: list[str] = []
    here = os.path.abspath(folder)
    while True:
        found += [os.path.join(here, name) for name in CONFIG_FILES]
        parent = os.path.dirname(here)
        if parent == here:
            return found
        here = parent


def read_config(path: str, codes: Collection[str] = ()) -> ConfigFile:
    """Read a configuration file. ``codes`` are the codes of all rules, to find misspelt ones; empty: not checked."""
    try:
        with open(path, "rb") as stream:
            text = stream.read().decode("utf-8")
    except OSError as error:
        return ConfigFile(path, {}, (ConfigProblem(path, None, f"cannot be read: {error.strerror}."),))
    except UnicodeDecodeError:
        return ConfigFile(path, {}, (ConfigProblem(path, None, "is not UTF-8, which TOML requires."),))
    try:
        document = toml.loads(text)
    except ValueError as error:
        message = str(error)
        place = re.search(r" \(at line (\d+), column \d+\)$", message)
        row = int(place[1]) - 1 if place else text.count("\n")
        message = message[: place.start()] if place else message.removesuffix(" (at end of document)")
        return ConfigFile(path, {}, (ConfigProblem(path, row, f"is no valid TOML: {message}."),))
    if os.path.basename(path) == SHARED_FILE:
        tool = document.get("tool")
        table = tool.get("flask-ls", {}) if isinstance(tool, dict) else {}
    else:
        table = document
    if not isinstance(table, dict):
        problem = ConfigProblem(path, _row_of(text, "flask-ls"), f"[{TABLE}] must be a table.")
        return ConfigFile(path, {}, (problem,))
    problems: list[ConfigProblem] = []
    values = parse_options(
        table, lambda key, said: problems.append(ConfigProblem(path, _row_of(text, key), said)), codes
    )
    return ConfigFile(path, values, tuple(problems))


def parse_options(
    table: Mapping[str, Any], report: Callable[[str, str], None], codes: Collection[str] = ()
) -> dict[str, Any]:
    """Fields of ``Settings`` from a table as written by a user, in a file or in an editor's settings.

    Keys may be written ``extend-select``, ``extend_select`` or ``extendSelect``. ``report(key, message)`` is told of
    every entry that cannot be used, which is then left out.
    """
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = _field_name(key)
        parser = _PARSERS.get(name)
        if parser is None:
            close = difflib.get_close_matches(name, _PARSERS, 1)
            hint = f" Did you mean `{_shown(close[0])}`?" if close else ""
            report(
                key,
                f"`{key}` is no setting of flask-ls.{hint or ' Known are: ' + ', '.join(map(_shown, _PARSERS)) + '.'}",
            )
            continue
        if value is None:
            continue
        try:
            values[name] = parser(value)
        except ValueError as error:
            report(key, f"`{key}` {error}")
            continue
        _check_codes(key, values[name], codes, report)
    return values


def _check_codes(key: str, value: Any, codes: Collection[str], report: Callable[[str, str], None]) -> None:
    name = _field_name(key)
    if not codes or name not in ("select", "extend_select", "ignore", "severity", "per_file_ignores"):
        return
    written = [c for group in value.values() for c in group] if name == "per_file_ignores" else list(value)
    for code in written:
        if code != "ALL" and not any(known.startswith(code) for known in codes):
            close = difflib.get_close_matches(code, codes, 1)
            hint = f" Did you mean `{close[0]}`?" if close else " `flask-ls rule --all` lists them."
            report(key, f"`{key}`: no rule has the code `{code}`.{hint}")


def _strings(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        raise ValueError(f'must be a list of strings: write ["{value}"].')
    if not isinstance(value, (list, tuple)) or not all(isinstance(v, str) for v in value):
        raise ValueError("must be a list of strings.")
    return tuple(value)


def _codes(value: Any) -> tuple[str, ...]:
    return tuple(v.strip().upper() for v in _strings(value))


def _severity(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError('must be a table of codes and severities, as in { FLK905 = "error" }.')
    found: dict[str, str] = {}
    for code, severity in value.items():
        if severity not in SEVERITIES:
            close = difflib.get_close_matches(str(severity), SEVERITIES, 1)
            hint = f" Did you mean `{close[0]}`?" if close else ""
            raise ValueError(f"has {severity!r} for {code}; it must be one of {', '.join(SEVERITIES)}.{hint}")
        found[str(code).strip().upper()] = severity
    return found


def _per_file(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        raise ValueError('must be a table of patterns and lists of codes, as in { "tests/*" = ["FLK905"] }.')
    for pattern, written in value.items():
        if not isinstance(written, (list, tuple)) or not all(isinstance(v, str) for v in written):
            raise ValueError(f'for "{pattern}" must be a list of codes, as in ["FLK905"].')
    return {str(pattern): _codes(written) for pattern, written in value.items()}


def _string(value: Any) -> str | None:
    if not isinstance(value, str):
        raise ValueError(f"must be a string, not {value!r}.")
    return value.strip() or None


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {value!r}.")
    return value


_PARSERS: dict[str, Callable[[Any], Any]] = {
    "select": _codes,
    "extend_select": _codes,
    "ignore": _codes,
    "severity": _severity,
    "per_file_ignores": _per_file,
    "exclude": _strings,
    "extend_exclude": _strings,
    "environment": _string,
    "app": _string,
    "source": _strings,
    "respect_gitignore": _bool,
}


def _field_name(key: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", key).replace("-", "_").lower()


def _shown(name: str) -> str:
    return name.replace("_", "-")


def _row_of(text: str, key: str) -> int | None:
    pattern = re.compile(rf"""(?m)^[ \t]*(?:\[[^\]\n]*?)?["']?{re.escape(key)}["']?[ \t]*(?:\]|=|\.)""")
    start = text.find(f"[{TABLE}")
    match = pattern.search(text, max(start, 0))
    return text.count("\n", 0, match.start()) if match else None


def _has_table(path: str) -> bool:
    try:
        with open(path, "rb") as stream:
            text = stream.read()
    except OSError:
        return False
    # Whatever the spelling (`[tool.flask-ls]`, `[tool]` with `flask-ls = {...}`), these bytes are in it.
    return b"flask-ls" in text
