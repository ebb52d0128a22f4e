"""What a deployment file says: environment variables and commands, each with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flask_ls.syntax.span import Span

Kind = Literal[
    "dotenv",
    "dockerfile",
    "compose",
    "descriptor",
    "workflow",
    "procfile",
    "systemd",
    "supervisor",
    "uwsgi",
    "shell",
    "makefile",
    "gunicorn",
    "toml",
    "settings",
]
Role = Literal["run", "build", "release", "test", "setup"]


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command, quotes removed.

    ``inner`` is where ``text`` stands letter by letter; None when escapes or folding lie between text and file.
    ``expands`` says that the word holds an expansion (``$PORT``), which ``text`` then shows as written.
    """

    text: str
    span: Span
    inner: Span | None = None
    expands: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable that the file sets.

    ``value`` is None when the file passes one on from outside, and may hold expansions as written (``expands``).
    ``span`` is the assignment; ``removal`` is what to delete so that the rest of the file stays valid, None when that
    cannot be said. ``owner`` is the service, stage, process or section it is set for.
    """

    name: str
    value: str | None
    span: Span
    name_span: Span
    value_span: Span | None = None
    removal: Span | None = None
    expands: bool = False
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A command with the variables set in front of it (``FLASK_DEBUG=1 flask run``).

    ``role``: ``run`` serves the application, ``build`` and ``setup`` run while an image is made or a unit is prepared,
    ``release`` before a deploy, ``test`` are checks. ``is_development``: it stands in a branch of a shell script that
    only development or tests take, or in a service of Compose whose image is built for them.
    """

    words: tuple[Word, ...]
    span: Span
    role: Role = "run"
    owner: str = ""
    variables: tuple[Variable, ...] = ()
    is_development: bool = False


@dataclass(frozen=True, slots=True)
class DeploymentFile:
    """Everything of a deployment file that the project wants to know. ``path`` is absolute.

    ``settings`` are the assignments of a server's own configuration file (``wsgi_app`` of gunicorn, ``module`` of
    uWSGI), or of a configuration file that Flask reads. ``is_development`` says that the file's name keeps it away from
    production (``docker-compose.dev.yml``).
    """

    path: str
    kind: Kind
    variables: tuple[Variable, ...] = ()
    commands: tuple[Command, ...] = ()
    settings: tuple[Variable, ...] = ()
    is_development: bool = False
    problem: str = ""

    def variable(self, name: str) -> Variable | None:
        """The last assignment of a variable."""
        return next((v for v in reversed(self.variables) if v.name == name), None)
