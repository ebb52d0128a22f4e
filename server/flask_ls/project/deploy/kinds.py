"""Which files say how a project is deployed, by their names."""

from __future__ import annotations

import posixpath
import re

from flask_ls.project.deploy.document import Kind

_PATTERNS: tuple[tuple[str, Kind], ...] = (
    (r"\.env(\..+)?|\.flaskenv|.+\.env", "dotenv"),
    (r"(docker|container)file([.-].+)?|.+\.(docker|container)file", "dockerfile"),
    (r"(docker-)?compose([.-].+)?\.ya?ml", "compose"),
    (r"procfile([.-].+)?|.+\.procfile", "procfile"),
    (r".+\.service", "systemd"),
    (r"supervisord?([._-].+)?\.(conf|ini)", "supervisor"),
    (r"(.+[._-])?uwsgi([._-].+)?\.ini", "uwsgi"),
    (r".+\.(sh|bash)|\.envrc", "shell"),
    (r"(gnu)?makefile|.+\.mk", "makefile"),
    (r"gunicorn([._-].+)?\.py", "gunicorn"),
    (r"(app|render|heroku|koyeb|zeabur|\.platform\.app|apprunner|app-spec|\.?appspec)\.ya?ml", "descriptor"),
    (r"app\.json|railway\.json", "descriptor"),
    (r"(fly|railway)(\..+)?\.toml", "toml"),
    (r"(.+[._-])?(config|conf|settings|secrets?|defaults?)([._-].+)?\.(json|toml|ya?ml|ini)|.+\.cfg", "settings"),
)
# One expression: every file name of a workspace is asked.
_BY_NAME = re.compile("|".join(f"({pattern.replace('(', '(?:')})" for pattern, _ in _PATTERNS), re.I)
# Manifests have names of their own; the folder says what they are.
_MANIFEST_FOLDERS = frozenset({"k8s", "kubernetes", "kube", "manifests", "deploy", "deployment", "deployments", ".do"})
# Files of tools that have an ending of Flask's configuration.
_OF_TOOLS = frozenset({"setup.cfg", "tox.cfg", "pyvenv.cfg", "babel.cfg", "versioneer.cfg", "pylint.cfg"})
_DEVELOPMENT = re.compile(
    r"(^|[._/-])(dev|devel|development|devcontainer|test|tests|testing|local|example|sample|ci)([._/-]|$)"
    r"|(?<!la)tests?\.(sh|bash)$",
    re.I,
)

# Compose adds the first by itself to the one that is deployed (Compose documentation, "Merge Compose files"), and
# `heroku local` reads the second on a developer's machine.
_OVERRIDE = re.compile(r"compose\.override\.ya?ml$|procfile\.windows$", re.I)


def deployment_kind(path: str) -> Kind | None:
    """What sort of deployment file this is; None when it is none. ``path`` has ``/`` and need not exist."""
    name = posixpath.basename(path)
    match = _BY_NAME.fullmatch(name)
    if match is not None and match.lastindex is not None:
        kind = _PATTERNS[match.lastindex - 1][1]
        if kind != "settings":
            return kind
    if name.lower().endswith((".yml", ".yaml")):
        folders = posixpath.dirname(path).lower().split("/")
        if folders[-2:] == [".github", "workflows"] or name == ".gitlab-ci.yml":
            return "workflow"
        if not _MANIFEST_FOLDERS.isdisjoint(folders[-3:]):
            return "descriptor"
    if match is not None:
        return "settings" if name.lower() not in _OF_TOOLS else None
    if name.lower().endswith((".conf", ".ini")) and posixpath.basename(posixpath.dirname(path)).startswith(
        "supervisor"
    ):
        return "supervisor"
    return None


def is_deployment_path(path: str) -> bool:
    """Whether a file says how a project is deployed."""
    return deployment_kind(path) is not None


def is_development_path(path: str) -> bool:
    """Whether the file's name keeps it away from production: ``.env.development``, ``docker-compose.test.yml``."""
    name = posixpath.basename(path)
    # `.flaskenv` holds what the `flask` command reads on a developer's machine (Flask's "Environment Variables From
    # dotenv"); a server such as gunicorn never reads it.
    return name == ".flaskenv" or _OVERRIDE.search(name) is not None or _DEVELOPMENT.search(name) is not None
