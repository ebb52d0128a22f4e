"""Which Flask context is active at a place, in the words of a hover."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Literal

from flask_ls.project.contexts.entries import Entry
from flask_ls.project.contexts.roles import SOURCES
from flask_ls.project.contexts.states import APP, NONE, REQUEST, Mask, Vector, apply, lacks_app, lacks_request
from flask_ls.project.contexts.values import BodyKey
from flask_ls.project.contexts.witness import extracted_of, kind_of
from flask_ls.rules.context import Unit

Needs = Literal["application", "request"]
State = Literal["active", "inactive", "depends"]

_MAX_WAYS = 3


@dataclass(frozen=True, slots=True)
class ContextHere:
    """``depends``: on who calls this code. ``reason`` is a clause that says why, empty when nothing is known."""

    state: State
    reason: str = ""


def context_here(unit: Unit, node: ast.AST, needs: Needs) -> ContextHere:
    """Whether the context that ``needs`` names is active when the code at ``node`` runs, on all ways that are known.

    A function may be called from code that nobody can see, so where it has callers its answer depends on them.
    """
    operation = _operation(unit, node)
    flow = unit.model.contexts.flow(operation[0]) if operation is not None else None
    if operation is None or flow is None:
        return ContextHere("depends")
    body, leaf = operation
    vector = flow.at[leaf]
    if _is_pushed(vector, needs):
        return ContextHere("active", "pushes it")
    reached = [(e, mask) for e in unit.model.contexts.entries.of(body) if (mask := apply(vector, e.mask))]
    having = [e for e, mask in reached if _has(mask, needs)]
    lacking = [e for e, mask in reached if _lacks(mask, needs)]
    others = len(reached) - len(having) - len(lacking)
    if having and not lacking and not others:
        if all(e.length == 0 for e in having):
            return ContextHere("active", _says(unit, having, leaf))
        return ContextHere("depends", f"it is on every way known: this code {_says(unit, having, leaf)}")
    if lacking and not having and not others:
        return ContextHere("inactive", _says(unit, lacking, leaf))
    if having and lacking:
        with_it, without_it = _says(unit, having, leaf), _says(unit, lacking, leaf)
        return ContextHere("depends", f"active where this code {with_it}, not where it {without_it}")
    return ContextHere("depends")


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


def _says(unit: Unit, entries: list[Entry], leaf: int) -> str:
    """How code that is entered so runs: "runs in a view or runs as a command"."""
    kinds = dict.fromkeys(kind_of(unit.model.contexts, e, leaf) for e in entries)
    clauses = [SOURCES[kind].clause for kind in kinds if kind in SOURCES]
    shown = " or ".join(clauses[:_MAX_WAYS])
    return f"{shown} or in other ways" if len(clauses) > _MAX_WAYS else shown
