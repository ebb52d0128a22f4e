"""Uses that provably lack their context, each with the way there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flask_ls.project.bodies import Symbol, last_name
from flask_ls.project.contexts.conventions import is_test_path
from flask_ls.project.contexts.entries import Entry
from flask_ls.project.contexts.flow import Condition
from flask_ls.project.contexts.needs import Need
from flask_ls.project.contexts.roles import SOURCES
from flask_ls.project.contexts.states import APP, NONE, UNKNOWN, Mask, apply, lacks_app, lacks_request
from flask_ls.project.contexts.uses import Use

if TYPE_CHECKING:
    from flask_ls.project.contexts.analysis import Contexts


# unittest.mock: the decorated test runs with doubles in the place of what it names.
_DOUBLES = ("patch", "object", "dict", "multiple")


class Problem(NamedTuple):
    """A use that lacks its context when it is reached by ``witness``.

    ``code`` is the rule it belongs to. ``always``: every known way there lacks it. ``pushed``: an application context
    is active there, only the request is missing.
    """

    code: str
    use: Use
    need: Need
    witness: Entry
    always: bool
    pushed: bool


def problems_of(contexts: Contexts, path: str) -> Iterator[Problem]:
    """The problems of a file, in order of body and operation."""
    for use in contexts.uses(path):
        problem = _problem(contexts, use)
        if problem is not None:
            yield problem


def _problem(contexts: Contexts, use: Use) -> Problem | None:
    flow = contexts.flow(use.site.body)
    leaf = use.site.leaf
    if flow is None or leaf in flow.caught:
        return None
    vector = flow.at[leaf]
    if use.need.family == "database" and contexts.finds_application_alone:
        return None
    if not any(_lacks(contexts, use.need, mask) for mask in vector):
        return None
    lacking: list[tuple[Entry, Mask]] = []
    has = False
    for entry in contexts.entries.of(use.site.body):
        mask = apply(vector, entry.mask)
        if not mask or mask & UNKNOWN or _is_a_test_of_other_code(contexts, entry):
            continue
        if not _lacks(contexts, use.need, mask):
            has = True
        elif _proves(contexts, entry, flow.conditions.get(leaf), leaf):
            lacking.append((entry, mask))
    if not lacking:
        return None
    witness, mask = min(lacking, key=lambda pair: _order(pair[0]))
    after_client = leaf in flow.after_client
    code = _code(use.need, witness, mask, after_client)
    return Problem(code, use, use.need, witness, not has, mask != NONE)


def _proves(contexts: Contexts, entry: Entry, conditions: frozenset[Condition] | None, leaf: int) -> bool:
    """Whether a way in is sure to lead to a use, and nothing on it catches the error."""
    holds = contexts.entries.arguments.may_hold(entry, conditions)
    return entry.proves and holds is True and _is_first_import(contexts, entry, leaf)


def _is_first_import(contexts: Contexts, entry: Entry, leaf: int) -> bool:
    """Whether a module that a way starts in is surely imported without a context before it may be with one."""
    while entry.caller is not None:
        leaf = entry.at.leaf if entry.at is not None else leaf
        entry = entry.caller
    if entry.key.id:
        return True
    flow = contexts.flow(entry.key)
    if flow is not None and leaf in flow.script:
        return contexts.makes_apps
    return not any(e.mask & (APP | UNKNOWN) for e in contexts.entries.of(entry.key))


def _is_a_test_of_other_code(contexts: Contexts, entry: Entry) -> bool:
    """A test calls code of the application with arguments and doubles that decide which way it goes: no proof."""
    if entry.source not in ("test", "fixture"):
        return False
    path, is_called = entry.key.path, entry.caller is not None
    while entry.caller is not None:
        entry = entry.caller
    if entry.key.path != path and not is_test_path(path):
        return True
    body = contexts.values.signature(entry.key)
    return is_called and body is not None and any(last_name(_function(d)) in _DOUBLES for d in body.decorators)


def _function(decorator: Symbol | None) -> Symbol | None:
    return decorator[1] if isinstance(decorator, tuple) and decorator[0] == "()" else decorator


def _lacks(contexts: Contexts, need: Need, mask: Mask) -> bool:
    if need.level == "app":
        return lacks_app(mask)
    if need.level == "request":
        return lacks_request(mask)
    if need.level == "url":
        return lacks_app(mask) or (lacks_request(mask) and mask == APP and not contexts.may_know_server_name)
    return lacks_request(mask) and not contexts.may_know_server_name


def _order(entry: Entry) -> tuple[int, int, str]:
    return entry.length, 0 if SOURCES[entry.source].background else 1, entry.source


def _code(need: Need, witness: Entry, mask: Mask, after_client: bool) -> str:
    reads_request = need.what in ("request", "session", "g")
    if mask != NONE:
        if after_client and reads_request:
            return "FLK206"
        return "FLK204" if need.family == "url" else "FLK202"
    if need.level == "app url":
        return "FLK204"
    if witness.source == "stream":
        return "FLK203"
    if SOURCES[witness.source].background:
        return "FLK104"
    if need.family == "url":
        return "FLK204"
    if need.family == "database":
        return "FLK702"
    if after_client and reads_request:
        return "FLK206"
    return "FLK101" if need.level == "app" else "FLK201"


__all__ = ["NONE", "Problem", "problems_of"]
