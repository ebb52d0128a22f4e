"""The configuration keys of a project: which there are, where each is set and read."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flask_ls.features.asking import context, unit_beside
from flask_ls.features.flask_text import flask_text
from flask_ls.project.facts import FileFacts
from flask_ls.project.model import ProjectModel, union
from flask_ls.project.site import Site
from flask_ls.rules.ask import config
from flask_ls.rules.context import Context, Unit, is_test_path

# Files looked at for one key, at most: each has to be parsed.
_MAX_FILES = 12


class Places(NamedTuple):
    """Where a key is given a value and where it is read: this file first, then others, tests apart."""

    set: tuple[Site, ...]
    read: tuple[Site, ...]


def places_of(unit: Unit, key: str) -> Places:
    """The places of a key in the files that name it."""
    contexts = [context(u) for u in _units(unit, key)]
    written = [c.site(w.target) for c in contexts for w in config.writes_of(c, key)]
    read = [c.site(n) for c in contexts for n in _reads(c, key)]
    return Places(tuple(dict.fromkeys(written)), tuple(s for s in dict.fromkeys(read) if s not in written))


def known_keys(model: ProjectModel) -> frozenset[str]:
    """The keys that the project sets or reads anywhere, tests apart."""
    used = model.combined(_named_in, union)
    given: set[str] = set()
    for name in model.config_objects.names:
        facts, rest = model.names.split(name)
        if facts is None:
            continue
        found: Iterable[str] = facts.exports if not rest else getattr(facts.classes.get(rest), "attributes", ())
        given.update(k for k in found if k.isupper())
    return used | given


def _named_in(facts: FileFacts) -> frozenset[str]:
    return facts.config.keys if not is_test_path(facts.path) else frozenset()


def _reads(ctx: Context, key: str) -> Iterator[ast.AST]:
    for node in ctx.index.nodes(ast.Constant):
        if node.value == key and (found := flask_text(ctx, node)) is not None and found.kind == "key":
            yield node if not isinstance(parent := ctx.parent(node), ast.Subscript) else parent


def _units(unit: Unit, key: str) -> Iterator[Unit]:
    yield unit
    model = unit.model
    named = [p for p, keys in model.each(_named_in).items() if key in keys]
    objects = [f.path for n in sorted(model.config_objects.names) if (f := model.names.split(n)[0]) is not None]
    others = [p for p in dict.fromkeys((*objects, *named)) if p != unit.path and not is_test_path(p)]
    yield from (found for path in others[:_MAX_FILES] if (found := unit_beside(unit, path)) is not None)
