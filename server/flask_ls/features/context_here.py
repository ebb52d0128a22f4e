"""Which Flask context is active at a place, in the words of a hover."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from flask_ls.features.documentation import code
from flask_ls.features.places import link
from flask_ls.features.route_text import label, routes_of
from flask_ls.project.contexts.entries import Entry
from flask_ls.project.contexts.roles import SOURCES
from flask_ls.project.contexts.states import APP, NONE, REQUEST, Mask, Vector, apply, lacks_app, lacks_request
from flask_ls.project.contexts.values import BodyKey
from flask_ls.project.contexts.witness import Places, called, extracted_of, kind_of
from flask_ls.rules.context import Unit

Needs = Literal["application", "request"]

_MAX_SHOWN = 3
# The clauses of these say that no context is there, which is what the rules tell of them.
_HAVING = {"test": "runs in a test for which one is pushed", "fixture": "runs in a fixture for which one is pushed"}
_WORDS = {"application": "an application context", "request": "a request"}


def context_here(unit: Unit, node: ast.AST, needs: Needs) -> str:
    """What holds where the code at ``node`` runs: ``*active*: `GET /users` (`users.index`)``, without a full stop."""
    operation = _operation(unit, node)
    return context_at(unit, *operation, needs) if operation is not None else "*depends on the caller*"


def context_at(unit: Unit, body: BodyKey, leaf: int, needs: Needs) -> str:
    """The same for an operation of the analysis.

    A function may be called from code that nobody can see, so where it has callers its answer depends on them.
    """
    flow = unit.model.contexts.flow(body)
    if flow is None:
        return "*depends on the caller*"
    vector = flow.at[leaf]
    if _is_pushed(vector, needs):
        return "*active*: this code pushes it"
    reached = [(e, mask) for e in unit.model.contexts.entries.of(body) if (mask := apply(vector, e.mask))]
    having = [e for e, mask in reached if _has(mask, needs)]
    lacking = [e for e, mask in reached if _lacks(mask, needs)]
    if having and len(having) == len(reached) and all(e.length == 0 for e in having):
        return f"*active*: {_routes(unit, body) or f'this code {_says(unit, having, leaf, _HAVING)}'}"
    if lacking and len(lacking) == len(reached):
        reason = f"*not active*: this code {_says(unit, lacking, leaf, {})}"
        because = _because(unit, min(lacking, key=lambda e: e.length))
        return f"{reason}, because {because}" if because else reason
    return f"*depends on the caller*{_callers(unit, body, vector, needs)}"


def _operation(unit: Unit, node: ast.AST) -> tuple[BodyKey, int] | None:
    """The operation of the analysis that a node is part of: its body and number."""
    span = unit.source.span(node)
    found: tuple[int, str, int] | None = None
    extracted = extracted_of(unit.source, unit.index.module, unit.index.is_package, unit.index)
    for body, nodes in extracted.nodes.items():
        for number, candidate in enumerate(nodes):
            start, end = unit.source.span(candidate)
            if start <= span.start and span.end <= end and (found is None or end - start < found[0]):
                found = (end - start, body, number)
    return (BodyKey(unit.path, found[1]), found[2]) if found is not None else None


def _is_pushed(vector: Vector, needs: Needs) -> bool:
    """Whether the body itself sees to the context: with none, it has one all the same."""
    return all(_has(apply(vector, entered), needs) for entered in (NONE, APP, REQUEST))


def _has(mask: Mask, needs: Needs) -> bool:
    return mask in (APP, REQUEST, APP | REQUEST) if needs == "application" else mask == REQUEST


def _lacks(mask: Mask, needs: Needs) -> bool:
    return lacks_app(mask) if needs == "application" else lacks_request(mask)


def _routes(unit: Unit, body: BodyKey) -> str:
    """The routes that a view, or a method of a view class, answers: ```GET /users` (`users.index`)``."""
    function = unit.model.contexts.values.dotted(body)
    cls, _, method = function.rpartition(".")
    routes, only = routes_of(unit).routes, frozenset({method.upper()})
    found = [r for r in routes if r.function == function]
    found += [replace(r, methods=only) for r in routes if r.function == cls and only <= r.methods]
    shown = [f"{code(label(r))} ({code(r.endpoint)})" for r in found[:_MAX_SHOWN]]
    return f"{', '.join(shown)}{' and others' if len(found) > _MAX_SHOWN else ''}"


def _says(unit: Unit, entries: list[Entry], leaf: int, instead: Mapping[str, str]) -> str:
    """How code that is entered so runs: "runs in a view or runs as a command"; ``instead`` has other words by kind."""
    kinds = dict.fromkeys(kind_of(unit.model.contexts, e, leaf) for e in entries)
    clauses = [instead.get(kind, SOURCES[kind].clause) for kind in kinds if kind in SOURCES]
    shown = " or ".join(clauses[:_MAX_SHOWN])
    return f"{shown} or in other ways" if len(clauses) > _MAX_SHOWN else shown


def _places(unit: Unit) -> Places:
    return Places(unit.model.contexts, lambda path: unit.source if path == unit.path else unit.read(path))


def _because(unit: Unit, entry: Entry) -> str:
    """What starts the way: "`seed()` is called at `app.py:12`", "`work()` is started at ..."."""
    contexts = unit.model.contexts
    second, first = None, entry
    while first.caller is not None:
        second, first = first, first.caller
    at, what, verb = (first.at, first, "started") if first.at is not None else (None, first, "")
    if at is None and second is not None and second.at is not None:
        at, what, verb = second.at, second, "called"
    site = _places(unit).site(at.body.path, at.body.id, at.leaf) if at is not None else None
    return f"{called(contexts, what)} is {verb} at {link(unit, site)}" if site is not None else ""


def _callers(unit: Unit, body: BodyKey, vector: Vector, needs: Needs) -> str:
    """``: 2 of 3 known callers have a request``, with the first one that has none; empty when no caller is known."""
    contexts = unit.model.contexts
    known = {c.site: c for c in contexts.entries.ways(body).calls}
    if not known:
        return ""
    having, lacking = 0, None
    for site, call in known.items():
        flow = contexts.flow(site.body)
        entries = contexts.entries.of(site.body) if flow is not None else ()
        masks = [apply(vector, apply(call.vector, apply(flow.at[site.leaf], e.mask))) for e in entries] if flow else []
        masks = [m for m in masks if m]
        if masks and all(_has(m, needs) for m in masks):
            having += 1
        elif lacking is None and any(_lacks(m, needs) for m in masks):
            lacking = site
    verb = "has" if having == 1 else "have"
    text = f": {having} of {len(known)} known caller{'s' if len(known) != 1 else ''} {verb} {_WORDS[needs]}"
    place = _places(unit).site(lacking.body.path, lacking.body.id, lacking.leaf) if lacking is not None else None
    return f"{text}, not the one at {link(unit, place)}" if place is not None else text
