"""All rules, found by looking at the rule files: a new rule is one new file."""

from __future__ import annotations

import functools
import importlib
import pkgutil

import flask_ls.rules as package
from flask_ls.rules.rule import Rule


@functools.cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by code."""
    found: list[Rule] = []
    for chapter in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if not chapter.ispkg:
            continue
        module = importlib.import_module(chapter.name)
        for entry in pkgutil.iter_modules(module.__path__, f"{chapter.name}."):
            rule = getattr(importlib.import_module(entry.name), "rule", None)
            if isinstance(rule, Rule):
                found.append(rule)
    return tuple(sorted(found, key=lambda r: r.code))


@functools.cache
def by_code() -> dict[str, Rule]:
    """Rules by code."""
    return {rule.code: rule for rule in all_rules()}


@functools.cache
def vocabulary() -> frozenset[str]:
    """Every trigger word of every rule."""
    return frozenset().union(*(rule.triggers for rule in all_rules()))


def find(name_or_code: str) -> Rule | None:
    """The rule of this code (any case) or name."""
    wanted = name_or_code.strip()
    rule = by_code().get(wanted.upper())
    if rule is not None:
        return rule
    return next((r for r in all_rules() if r.name == wanted.lower()), None)
