"""What one file says about configuration that other files want to know: frozen, picklable, no values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flask_ls.syntax.span import Span

SourceKind = Literal["envvar", "prefixed_env", "pyfile", "file", "mapping", "session_interface"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that may give a watched key a value.

    ``truth`` is the truth of the value: None when it is not a plain literal. ``is_none`` says that it is the literal
    None. ``is_loose``: the key merely stands there as a string, with no value beside it. ``function`` is the qualified
    name of the function around it, empty at module level. The value itself is never kept: it may be a secret.
    """

    key: str
    truth: bool | None
    span: Span
    is_none: bool = False
    is_loose: bool = False
    function: str = ""


@dataclass(frozen=True, slots=True)
class OpenSource:
    """A source whose keys cannot be read from the code: ``from_envvar``, ``from_prefixed_env``, an unknown mapping."""

    kind: SourceKind
    span: Span


@dataclass(frozen=True, slots=True)
class ConfigFacts:
    """``odd_reads`` are keys that the file reads and that look like misspelt known ones: then they are its own.

    ``reads`` are the watched keys and environment variables that the file reads, ``tested`` the watched keys that a
    condition looks at. ``keys`` are all keys that it names beside something written like a configuration.
    """

    mentions: tuple[Mention, ...] = ()
    open_sources: tuple[OpenSource, ...] = ()
    odd_reads: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    tested: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
