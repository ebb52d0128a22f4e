"""What an evaluation finds out. Apart from what does it, which whoever only reads the result need not load."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

from flask_ls.project.config.model import AppConfig
from flask_ls.project.routes import RouteTable


@dataclass(slots=True)
class Evaluation:
    """The route table and what else the evaluation found out."""

    table: RouteTable
    entered: dict[str, frozenset[str]] = field(default_factory=dict)  # path -> qualnames of functions that ran
    loaded: frozenset[str] = frozenset()  # paths of modules that ran
    configs: tuple[AppConfig, ...] = ()  # of the apps of the table
    app_parameters: frozenset[tuple[str, str]] = frozenset()  # (function, parameter) that only apps were given to
    sought: frozenset[str] = frozenset()  # names of functions whose callers count, wherever they are
    opened: dict[str, int] = field(default_factory=dict)  # files that were read as data -> ``mark_of`` their text


def mark_of(text: str | None) -> int:
    """A number that is another one for another text, in every process."""
    return -1 if text is None else zlib.crc32(text.encode("utf-8", "surrogatepass"))
