"""Which Python environment a project uses and which versions are installed there, read as plain files.

Nothing is started: an environment is a folder with ``pyvenv.cfg`` or ``conda-meta`` or ``lib/python*/site-packages``;
what is installed there is told by the names of its ``*.dist-info`` folders; ``.pth`` files are read as data.
"""

from __future__ import annotations

import glob
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from flask_ls.project.discovery import normal
from flask_ls.project.pins import FOLDER_NAMES, LATEST_FLASK, normal_name, pin_files, pins
from flask_ls.project.reading import read_text

_LEVELS_ABOVE = 4
_BY_SETTING = "the setting `environment`"
_DIST_INFO = re.compile(r"(?P<name>[A-Za-z0-9][\w.]*?)-(?P<version>\d[^-]*)\.(?:dist|egg)-info$")


@dataclass(frozen=True)
class Environment:
    """A Python environment. ``folder`` and ``site_packages`` are empty when none was found.

    ``why`` says in plain words how it was chosen. ``pinned`` are versions that requirement and lock files name; they
    speak where nothing is installed, and before an environment that may be another project's.
    """

    folder: str = ""
    site_packages: tuple[str, ...] = ()
    why: str = "no Python environment was found"
    folders: tuple[str, ...] = ()
    problem: str | None = None
    inputs: tuple[str, ...] = ()

    @cached_property
    def pinned(self) -> dict[str, str]:
        """Normalised name -> version that a requirement or lock file of the workspace names."""
        return pins(self.folders)

    @cached_property
    def installed(self) -> dict[str, str]:
        """Normalised name -> version of every installed distribution."""
        found: dict[str, str] = {}
        for folder in self.site_packages:
            try:
                names = os.listdir(folder)
            except OSError:
                continue
            for name in names:
                match = _DIST_INFO.match(name) if name.endswith("-info") else None
                if match:
                    found.setdefault(normal_name(match["name"]), match["version"])
        return found

    @property
    def is_own(self) -> bool:
        """Whether the user set it or it lies in the workspace; one around it or an active one may be another's."""
        return self.why == _BY_SETTING or any(self.folder.startswith(f"{f.rstrip('/')}/") for f in self.folders)

    @cached_property
    def versions(self) -> dict[str, str]:
        """Normalised name -> the version that the project runs with, as far as it is known."""
        return {**self.pinned, **self.installed} if self.is_own else {**self.installed, **self.pinned}

    def version(self, distribution: str) -> str | None:
        """The version of a distribution that is installed, else pinned; None when neither is known."""
        return self.versions.get(normal_name(distribution))

    @property
    def flask(self) -> tuple[str, str]:
        """Flask's version and where it was learnt."""
        if "flask" in self.installed and (self.is_own or "flask" not in self.pinned):
            return self.installed["flask"], f"installed in {self.folder}"
        if "flask" in self.pinned:
            return self.pinned["flask"], "named in the project's requirements"
        return LATEST_FLASK, "the latest known release, as none was found"

    @cached_property
    def search_path(self) -> tuple[str, ...]:
        """The ``site-packages`` folders and the folders that their ``.pth`` files add."""
        found: dict[str, None] = {}
        for folder in self.site_packages:
            found.setdefault(folder)
            for path in sorted(glob.glob(f"{glob.escape(folder)}/*.pth")):
                for line in _lines(path):
                    entry = line.strip()
                    # Lines that begin with `import` are code for the interpreter; they are not for us.
                    if not entry or entry.startswith(("#", "import ", "import\t")):
                        continue
                    target = normal(os.path.join(folder, entry))
                    if os.path.isdir(target):
                        found.setdefault(target)
        return tuple(found)


def discover(
    folders: Sequence[str],
    setting: str | None = None,
    *,
    trusted: bool = True,
    environ: Mapping[str, str] | None = None,
    base: str = "",
) -> Environment:
    """The environment of a workspace: the setting, then the active one, then one that lies in the folders.

    Untrusted: nothing inside the folders is used. ``base`` is the folder that a relative ``setting`` counts from.
    """
    environ = os.environ if environ is None else environ
    inside = tuple(normal(f) for f in folders)
    found: list[Environment] = []
    inputs = [path for folder in inside for path in pin_files(folder)]
    problem = None
    for place, why in _candidates(inside, setting, environ, base):
        path = normal(place)
        if not trusted and any(path == f or path.startswith(f.rstrip("/") + "/") for f in inside):
            problem = problem or f"{path} is not used because the workspace is not trusted"
            continue
        packages = site_packages(path)
        inputs += [path, f"{path}/pyvenv.cfg", f"{path}/conda-meta", *packages]
        if packages:
            found.append(Environment(path, packages, why, inside))
            if why == _BY_SETTING or "flask" in found[-1].installed:
                break
        elif why == _BY_SETTING:
            problem = f"`environment` is {setting}, which is no Python environment (no site-packages folder in it)"
    if not trusted and not found:
        own = Environment(sys.prefix, _own_site_packages(), "the server's own, as the workspace is not trusted", inside)
        found.append(own)
    # An environment without Flask is not the one the application runs in, if there is another.
    best = next((e for e in found if "flask" in e.installed), found[0] if found else Environment(folders=inside))
    return replace(best, problem=problem, inputs=tuple(dict.fromkeys((*inputs, *best.search_path))))


def site_packages(folder: str) -> tuple[str, ...]:
    """The ``site-packages`` folders of an environment's folder, or of the interpreter in its ``bin``; may be empty."""
    if os.path.isfile(folder):  # an interpreter, as editors give it
        folder = os.path.dirname(os.path.dirname(folder))
    patterns = ("lib/python3*/site-packages", "lib64/python3*/site-packages", "Lib/site-packages")
    found: dict[str, str] = {}
    for pattern in patterns:
        for path in sorted(glob.glob(f"{glob.escape(folder)}/{pattern}"), key=_python_version, reverse=True):
            found.setdefault(os.path.realpath(path), normal(path))
    result = list(found.values())
    result += [p for f in result if (p := f.replace("site-packages", "dist-packages")) and os.path.isdir(p)]
    config = _config(os.path.join(folder, "pyvenv.cfg"))
    if result and config.get("include-system-site-packages", "").lower() == "true" and config.get("home"):
        system = os.path.dirname(config["home"])
        if normal(system) != normal(folder):
            result += [p for p in site_packages(system) if p not in result]
    return tuple(result)


def _candidates(
    folders: Sequence[str], setting: str | None, environ: Mapping[str, str], base: str
) -> Iterator[tuple[str, str]]:
    if setting:
        yield os.path.join(base or (folders[0] if folders else ""), os.path.expanduser(setting)), _BY_SETTING
    if environ.get("VIRTUAL_ENV"):
        yield environ["VIRTUAL_ENV"], "VIRTUAL_ENV, the active virtual environment"
    for folder in folders:
        for name in FOLDER_NAMES:
            path = os.path.join(folder, name)
            if os.path.isfile(os.path.join(path, "pyvenv.cfg")) or os.path.isdir(os.path.join(path, "conda-meta")):
                yield path, f"{name} in the workspace"
    for folder in folders:
        yield from _elsewhere(folder)
    if environ.get("CONDA_PREFIX"):
        yield environ["CONDA_PREFIX"], "CONDA_PREFIX, the active conda environment"
    for folder in folders:
        here = os.path.dirname(folder)
        for _ in range(_LEVELS_ABOVE):
            for name in FOLDER_NAMES[:3]:
                path = os.path.join(here, name)
                if os.path.isfile(os.path.join(path, "pyvenv.cfg")):
                    yield path, f"{name} in {here}, above the workspace"
            here = os.path.dirname(here)


def _elsewhere(folder: str) -> Iterator[tuple[str, str]]:
    """Environments in any folder directly inside the workspace folder (``backend/.venv``, ``my-env``)."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(e.name for e in entries if e.is_dir(follow_symlinks=False))
    except OSError:
        return
    for name in names:
        if name in FOLDER_NAMES or name in (".git", "node_modules"):
            continue
        for inner in ("", *FOLDER_NAMES[:3]):
            path = os.path.join(folder, name, inner)
            if os.path.isfile(os.path.join(path, "pyvenv.cfg")):
                yield path.rstrip("/\\"), f"{os.path.join(name, inner).rstrip('/')} in the workspace"


def _own_site_packages() -> tuple[str, ...]:
    return tuple(normal(p) for p in sys.path if os.path.basename(p) in ("site-packages", "dist-packages"))


def _python_version(path: str) -> tuple[int, ...]:
    match = re.search(r"python(\d+)\.(\d+)", path)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _config(path: str) -> dict[str, str]:
    return {k.strip().lower(): v.strip() for line in _lines(path) if "=" in line for k, v in [line.split("=", 1)]}


def _lines(path: str) -> list[str]:
    return read_text(path).splitlines()
