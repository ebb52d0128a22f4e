"""The configuration an app ends up with, as far as it can be known: data, no values of secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from flask_ls.project.site import Site

# What a key may be in the end: not there, None, falsy, truthy, or not known.
Possibility = Literal["absent", "none", "false", "true", "unknown"]
UNKNOWN: frozenset[Possibility] = frozenset({"unknown"})
ABSENT: frozenset[Possibility] = frozenset({"absent"})


@dataclass(frozen=True, slots=True)
class ExtensionStart:
    """An extension was given the app: ``extension`` is its dotted class, ``keys`` what the configuration held then.

    ``conditional`` says that only one arm of an unknown condition does it.
    """

    extension: str
    site: Site
    keys: Mapping[str, frozenset[Possibility]]
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class AppConfig:
    """The configuration of one app. ``app`` is its name in the route table.

    ``modules`` are the paths of the files that ran while it was built. ``reason`` is one clause that says why keys may
    be there that were not seen, empty when all are known. ``own_sessions`` says that the app does not keep its
    sessions in Flask's signed cookie, or may not.
    """

    app: str
    site: Site
    keys: Mapping[str, frozenset[Possibility]]
    modules: frozenset[str] = frozenset()
    reason: str = ""
    own_sessions: bool = False
    starts: tuple[ExtensionStart, ...] = ()
    factory: str | None = field(default=None)

    def possible(self, key: str) -> frozenset[Possibility]:
        """What a key may be in the end. ``key`` is one of ``EVALUATED_KEYS``."""
        return self.keys.get(key, UNKNOWN)

    def lacks(self, key: str) -> bool:
        """Whether it is certain that the key is not set to anything truthy."""
        return not self.possible(key) & {"true", "unknown"}


def merged(app: str, views: Sequence[AppConfig]) -> AppConfig:
    """One configuration of one app that several ways to start the program build: what any of them may have."""
    keys = {k: frozenset[Possibility]().union(*(v.possible(k) for v in views)) for k in views[0].keys}
    return replace(
        views[0],
        app=app,
        keys=keys,
        modules=frozenset[str]().union(*(v.modules for v in views)),
        reason=next((v.reason for v in views if v.reason), ""),
        own_sessions=any(v.own_sessions for v in views),
        starts=_merged_starts([s for v in views for s in v.starts]),
    )


def _merged_starts(starts: Sequence[ExtensionStart]) -> tuple[ExtensionStart, ...]:
    found: dict[tuple[str, Site], ExtensionStart] = {}
    for start in starts:
        known = found.get((start.extension, start.site))
        if known is not None:
            keys = {k: known.keys[k] | start.keys[k] for k in known.keys}
            start = replace(known, keys=keys, conditional=known.conditional or start.conditional)
        found[start.extension, start.site] = start
    return tuple(found.values())
