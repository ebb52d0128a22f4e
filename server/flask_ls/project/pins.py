"""Which versions a project's requirement and lock files name, read as plain text."""

from __future__ import annotations

import contextlib
import glob
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask_ls.project import toml
from flask_ls.project.reading import read_text

LATEST_FLASK = "3.1.3"
FOLDER_NAMES = (".venv", "venv", "env", ".env", "virtualenv")
_MOST_NESTED = 40
_PIN_PATTERNS = (
    "requirement*.txt",
    "requirements/*.txt",
    "requirements/*/*.txt",
    "etc/requirement*.txt",
    "constraints*.txt",
    "requirements*.in",
)
_PIN_NAMES = (
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "pylock.toml",
    "Pipfile.lock",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
)
_PIN = re.compile(
    r"^\s*[\"']?(?P<name>[A-Za-z][\w.-]*)(?:\[[^\]]*\])?\s*(?:===?|~=)\s*(?P<version>\d[\w.]*)(?P<star>\.\*)?"
)
_CAPPED = re.compile(
    r"\s*(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*>=\s*(?P<version>\d[\w.]*)\s*,\s*<\s*(?P<upper>\d+)(?:\.0)*\s*(?:[;#]|$)"
)
_BELOW = re.compile(
    r"""\s*["']?(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?[\s(,>=!~\d.*]*<(?P<same>=?)\s*(?P<major>\d+)(?:\.(?P<minor>\d+))?(?:\.(?P<micro>\d+))?"""
)
# The newest release below a major version; of others the oldest with the major version before is taken.
_NEWEST_BELOW = {
    ("flask", 1): "0.12.5",
    ("flask", 2): "1.1.4",
    ("flask", 3): "2.3.3",
    ("flask-sqlalchemy", 3): "2.5.1",
    ("sqlalchemy", 2): "1.4.54",
    ("werkzeug", 1): "0.16.1",
    ("werkzeug", 2): "1.0.1",
    ("werkzeug", 3): "2.3.8",
}
_ASKS_FOR_FLASK = re.compile(r"(?:^|[\"'])\s*flask\s*(?:[\[=<>~!;,\"'#]|$)", re.I | re.M)
_KEYWORDS = re.compile(r"^\s*keywords\s*=\s*\[[^\]]*\]", re.M)
_LOCKED = re.compile(r'^\[\[packages?\]\]\s*\nname = "(?P<name>[^"\n]+)"\nversion = "(?P<version>[^"\n]+)"', re.M)


def normal_name(name: str) -> str:
    """A distribution's name as PEP 503 normalises it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pin_files(folder: str) -> list[str]:
    """The files that may name versions, whether they are there or not."""
    found: list[str] = []
    for place in (folder, *_nested(folder)):
        found += [os.path.join(place, name) for name in _PIN_NAMES]
        for pattern in _PIN_PATTERNS:
            found += sorted(glob.glob(f"{glob.escape(place)}/{pattern}"))
    return found


def pins(folders: Sequence[str]) -> dict[str, str]:
    """Normalised name -> version that a requirement or lock file of the folders, or of projects in them, names."""
    found: dict[str, str] = {}
    for folder in folders:
        for name, version in _pins_in(folder).items():
            found.setdefault(name, version)
    # `backend/requirements.txt`: what all nested projects that name a distribution agree on.
    nested: dict[str, set[str]] = {}
    for place in (place for folder in folders for place in _nested(folder)):
        for name, version in _pins_in(place).items():
            nested.setdefault(name, set()).add(version)
    for name, versions in nested.items():
        if len(versions) == 1:
            found.setdefault(name, versions.pop())
    # Flask-SQLAlchemy 3 asks for Flask 2.2 and SQLAlchemy 1.4.18 (its setup.cfg).
    if "flask-sqlalchemy" not in found and (_is_before(found, "flask", 2, 2) or _is_before(found, "sqlalchemy", 1, 4)):
        found["flask-sqlalchemy"] = "2.5.1"
    if "sqlalchemy" not in found:
        # Releases of Flask-SQLAlchemy fail with later SQLAlchemy: 2.4 with 1.4, whose URLs do not change, 2.5 with 2.
        extension = found.get("flask-sqlalchemy", "")
        match = re.match(r"2\.(\d+)|[01]\.", extension)
        if match:
            found["sqlalchemy"] = "1.4.54" if int(match[1] or 0) >= 5 else "1.3.24"
    return found


def _is_before(found: dict[str, str], name: str, major: int, minor: int) -> bool:
    match = re.match(r"(\d+)\.(\d+)", found.get(name, ""))
    return match is not None and (int(match[1]), int(match[2])) < (major, minor)


def _pins_in(folder: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for read in (_lock_files, _requirements, _pyproject):
        for name, version in read(folder):
            found.setdefault(normal_name(name), version)
    return found


def _nested(folder: str) -> list[str]:
    """The folders directly below one that does not ask for Flask itself, as they may be its projects."""
    try:
        entries = sorted(os.scandir(folder), key=lambda e: e.name)
    except OSError:
        return []
    own = [e.path for e in entries if e.name in _PIN_NAMES or e.name.startswith("requirements")]
    for path in own:
        files = glob.glob(f"{glob.escape(path)}/**/*.txt", recursive=True) if os.path.isdir(path) else [path]
        if any(_ASKS_FOR_FLASK.search(_KEYWORDS.sub("", read_text(file))) for file in files):
            return []
    found = _folders(entries)
    # `services/users/requirements.txt`
    for path in found[:_MOST_NESTED] if len(found) <= _MOST_NESTED else ():
        with contextlib.suppress(OSError):
            inside = sorted(os.scandir(path), key=lambda e: e.name)
            if not any(e.name in _PIN_NAMES or e.name.startswith("requirements") for e in inside):
                found += _folders(inside)
    return found[:_MOST_NESTED]


def _folders(entries: Iterable[os.DirEntry[str]]) -> list[str]:
    skipped = {*FOLDER_NAMES, "node_modules"}
    inside = (e for e in entries if not e.name.startswith(".") and e.name not in skipped)
    # A link may lead to itself.
    return [e.path for e in inside if e.is_dir(follow_symlinks=False)]


def _lock_files(folder: str) -> Iterator[tuple[str, str]]:
    for name in ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"):
        # Lock files are written by machines and long; reading them as TOML would cost more than all else here.
        for match in _LOCKED.finditer(read_text(os.path.join(folder, name))):
            yield match["name"], match["version"]
    text = read_text(os.path.join(folder, "Pipfile.lock"))
    if not text:
        return
    import json

    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    for group in ("default", "develop"):
        for name, entry in (document.get(group) or {}).items() if isinstance(document, dict) else ():
            if isinstance(entry, dict) and isinstance(entry.get("version"), str):
                yield name, entry["version"].lstrip("=")


def _requirements(folder: str) -> Iterator[tuple[str, str]]:
    for pattern in _PIN_PATTERNS:
        for path in sorted(glob.glob(f"{glob.escape(folder)}/{pattern}")):
            yield from _pinned(read_text(path).splitlines())


def _pyproject(folder: str) -> Iterator[tuple[str, str]]:
    document = _toml(os.path.join(folder, "pyproject.toml"))
    project = document.get("project")
    if isinstance(project, dict):
        yield from _pinned(d for d in project.get("dependencies") or [] if isinstance(d, str))
    tool = document.get("tool")
    poetry = tool.get("poetry") if isinstance(tool, dict) else None
    dependencies = poetry.get("dependencies") if isinstance(poetry, dict) else None
    for name, wanted in dependencies.items() if isinstance(dependencies, dict) else ():
        match = re.match(r"[\^~=]*\s*(\d[\w.]*)", wanted) if isinstance(wanted, str) else None
        if match:
            yield name, match[1].rstrip(".")
    yield from _pinned(
        re.findall(
            r"[\"']([A-Za-z][\w.-]*(?:\[[^\]]*\])?\s*(?:==|~=|<|>=)[^\"']*)[\"']",
            read_text(os.path.join(folder, "setup.py")),
        )
    )
    yield from _pinned(read_text(os.path.join(folder, "setup.cfg")).splitlines())


def _pinned(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        match = _PIN.match(line)
        if match:
            yield match["name"], match["version"].rstrip(".")
            continue
        capped = _CAPPED.match(line)
        # `>=1.4, <2` allows one major version: as good as a pin to know what the project can be using.
        if capped and int(capped["upper"]) <= int(capped["version"].partition(".")[0]) + 1:
            yield capped["name"], capped["version"].rstrip(".")
            continue
        below = _BELOW.match(line)
        newest = _newest(below) if below else None
        if below and newest:
            yield below["name"], newest


def _newest(below: re.Match[str]) -> str | None:
    """The newest version that `<2`, `<2.3` or `<=2.2.5` allows, as an installer takes it; None when none is known."""
    major, minor, micro = (int(below[part] or 0) for part in ("major", "minor", "micro"))
    if below["same"]:
        return ".".join(
            str(part) for part in (major, minor, micro)[: 1 + sum(below[p] is not None for p in ("minor", "micro"))]
        )
    if micro:
        return f"{major}.{minor}.{micro - 1}"
    if minor:
        return f"{major}.{minor - 1}"
    name = normal_name(below["name"])
    if not major or (name == "flask" and major > int(LATEST_FLASK.partition(".")[0])):
        return None
    return _NEWEST_BELOW.get((name, major), str(major - 1))


def _toml(path: str) -> dict[str, Any]:
    text = read_text(path)
    if not text:
        return {}
    try:
        return toml.loads(text)
    except ValueError:
        return {}
