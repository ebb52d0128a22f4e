"""The operations of a file that need a context."""

from __future__ import annotations

from typing import NamedTuple

from flask_ls.project.bodies import EQUALS, MARKS, Op, Symbol, last_name
from flask_ls.project.contexts import needs
from flask_ls.project.contexts.needs import Need
from flask_ls.project.contexts.sites import Site, Sites
from flask_ls.project.contexts.values import Value, Values

# `current_app.url_for(...)`: the proxy needs an application context, what it calls a request or SERVER_NAME.
_URL = needs.CALLS["flask.url_for"]


class Use(NamedTuple):
    """An operation and what it needs."""

    site: Site
    need: Need


def uses_of(values: Values, sites: Sites, path: str, words: frozenset[str]) -> list[Use]:
    """The uses of a file. ``words``: the names under which things that need a context may be mentioned."""
    found = []
    for site in sites.of_any(path, words):
        need = need_of(values, path, site.op)
        if need is not None:
            found.append(Use(site, need))
    return found


def need_of(values: Values, path: str, op: Op) -> Need | None:
    """What an operation needs; None when nothing is known of it or it needs nothing."""
    if op[0] == "a":
        return _touched(values, path, op[1], by_operator=op[2] not in ("", "x", "=", "[]=", EQUALS))
    if op[0] != "c":
        return None
    need = _touched(values, path, op[1], by_operator=False)
    if need is not None:
        return _URL if need.what == "current_app" and last_name(op[1]) == "url_for" else need
    value = values.of(path, op[1])
    if value is not None and value.name == "flask.stream_with_context":
        given = values.of(path, op[2][0]) if op[2] and op[4] != "decorator" else None
        return needs.STREAM_WITH_CONTEXT if given is not None and given.kind == "generator" else None
    return _called(values, op, value)


def _called(values: Values, op: Op, value: Value | None) -> Need | None:
    if value is None:
        return None
    if value.kind == "name":
        return needs.CALLS.get(value.name) or needs.CONSTRUCTORS.get(value.name) or needs.PROXIES.get(value.name)
    if value.kind == "member":
        order = values.mro(value.name)
        if needs.SESSION in order and value.extra not in needs.SESSION_FREE and "." not in value.extra:
            return needs.SESSION_NEED
        need = next((n for cls in order if (n := needs.METHODS.get((cls, value.extra))) is not None), None)
        # `get_engine(app)` of Flask-SQLAlchemy 2 is given what it needs.
        return None if need is not None and value.extra == "get_engine" and op[2] else need
    if value.kind == "class":
        return next((needs.CONSTRUCTORS[c] for c in values.mro(value.name) if c in needs.CONSTRUCTORS), None)
    if value.kind == "instance" and value.name == needs.SESSION:
        return needs.SESSION_NEED
    return None


def _touched(values: Values, path: str, symbol: Symbol, *, by_operator: bool) -> Need | None:
    """The first thing on the way through a chain that must be bound to answer."""
    if isinstance(symbol, tuple):
        if symbol[0] == ".":
            base = values.of(path, symbol[1])
            inner = _touched(values, path, symbol[1], by_operator=False) if _is_chain(symbol[1]) else None
            return inner or _attribute(values, base, symbol[2])
        return _operator(values.of(path, symbol)) if by_operator else None
    if symbol[0] in MARKS:
        head, _, rest = symbol.partition("|")
        joint = "|"
    else:
        head, _, rest = symbol.partition(".")
        joint = "."
    written = head
    for name in rest.split(".") if rest else ():
        need = _attribute(values, values.of(path, written), name)
        if need is not None:
            return need
        written = f"{written}{joint}{name}"
        joint = "."
    return _operator(values.of(path, symbol)) if by_operator else None


def _is_chain(symbol: Symbol) -> bool:
    return isinstance(symbol, str) or symbol[0] == "."


def _attribute(values: Values, base: Value | None, name: str) -> Need | None:
    if base is None:
        return None
    if base.kind == "name":
        proxy = needs.PROXIES.get(base.name)
        return proxy if proxy is not None and not needs.is_own_attribute(name) else None
    if base.kind in ("instance", "class"):
        return next((n for cls in values.mro(base.name) if (n := needs.ATTRIBUTES.get((cls, name))) is not None), None)
    return None


def _operator(value: Value | None) -> Need | None:
    if value is None:
        return None
    if value.kind == "name":
        return needs.PROXIES.get(value.name)
    return needs.SESSION_NEED if value.kind == "instance" and value.name == needs.SESSION else None
