"""On a configuration key: what it means, where it is set and what is in force. Never the value."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.features.asking import context
from flask_ls.features.config_places import places_of
from flask_ls.features.documentation import code
from flask_ls.features.flask_text import is_config_key
from flask_ls.features.hover.asking import at_least, is_app
from flask_ls.features.hover.config_keys import KEYS, SWITCHES, Key
from flask_ls.features.hover.provider import Place, Section, lines, paragraphs
from flask_ls.features.places import link
from flask_ls.project.config.keys import EXTENSION_KEYS
from flask_ls.project.config.model import AppConfig
from flask_ls.project.site import Site
from flask_ls.rules.ask import config
from flask_ls.rules.ask.values import environment_read
from flask_ls.rules.context import Context, Unit, is_test_path

_URL = "https://flask.palletsprojects.com/en/stable/config/"
_MAX_PLACES = 6
_SOURCES = {
    "envvar": "`from_envvar` reads the file that an environment variable names",
    "prefixed_env": "`from_prefixed_env` reads environment variables",
    "pyfile": "`from_pyfile` reads a file",
    "file": "`from_file` reads a file",
    "mapping": "a mapping is merged that cannot be read",
}


def section(place: Place) -> Section | None:
    """The key under the cursor: as a string, as an attribute of the app or of a configuration class, as a keyword."""
    unit, node = place.unit, place.node
    if node is None:
        return None
    ctx = context(unit)
    name = _key_here(ctx, node)
    key = KEYS.get(name or "")
    if name is None or not name.isupper():
        return None
    if key is None:
        return _own_key(ctx, node, name)
    text = paragraphs(
        f"**{name}** · {key.type} · default: {key.default}",
        lines(key.meaning, _version(unit, name, key)),
        lines(*_in_force(unit, name)),
        _places(ctx, name),
        "" if name.startswith("SQLALCHEMY_") else f"[Flask documentation]({_URL}#{name})",
    )
    return Section(text, unit.source.span(node))


def _own_key(ctx: Context, node: ast.AST, name: str) -> Section | None:
    """A key of the project, or of an extension that nothing is said of here."""
    unit = ctx.unit
    readers = [package for package, keys in EXTENSION_KEYS.items() if name in keys]
    places = places_of(unit, name)
    if not readers and not places.set and not places.read:
        return None
    whose = f"read by {code(readers[0])}" if readers else "a configuration key of this project"
    sources = list(_open_sources(unit))
    text = paragraphs(
        f"**{name}** · {whose}",
        _listed("Set at:", [link(unit, site) for site in places.set]),
        _listed("May also be set where:", sources),
        _listed("Read at:", [link(unit, site) for site in places.read]),
    )
    return Section(text, unit.source.span(node))


def _listed(title: str, found: list[str]) -> str:
    if not found:
        return ""
    more = [f"- and {len(found) - _MAX_PLACES} more"] if len(found) > _MAX_PLACES else []
    return "\n".join([title, *(f"- {line}" for line in found[:_MAX_PLACES]), *more])


def _key_here(ctx: Context, node: ast.AST) -> str | None:
    for write in config.writes(ctx):
        if write.target is node or (isinstance(write.target, ast.Subscript) and write.target.slice is node):
            return write.key
    if isinstance(node, ast.Attribute):
        return _attribute(ctx, node)
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and is_config_key(ctx, node):
        return node.value
    return None


def _attribute(ctx: Context, node: ast.Attribute) -> str | None:
    """``app.secret_key``, and ``Config.SECRET_KEY`` of a class that becomes configuration."""
    if node.attr in config.ATTRIBUTES and is_app(ctx.unit, node.value):
        return config.ATTRIBUTES[node.attr]
    owner = ctx.name(node.value)
    return node.attr if owner is not None and owner in ctx.model.config_objects.names else None


def _version(unit: Unit, name: str, key: Key) -> str:
    if key.since and not at_least(unit, key.since):
        return f"Flask {unit.flask} does not read it: it is new in {key.since}."
    if key.until and at_least(unit, key.until):
        return f"Flask {unit.flask} does not read it: it was removed in {key.until}."
    if name == "SECRET_KEY" and at_least(unit, "3.1"):
        return "To change it without ending sessions, move the old key to `SECRET_KEY_FALLBACKS`."
    if name == "SERVER_NAME":
        if at_least(unit, "3.1"):
            return "It does not restrict which hosts are served."
        return f"In Flask {unit.flask} requests for other hosts are answered with 404."
    return ""


def _in_force(unit: Unit, name: str) -> Iterator[str]:
    """What each app ends up with, in words that give no value away."""
    for found in unit.model.configs:
        if name in found.keys and not is_test_path(found.site.path):
            yield f"In {code(found.app)}: {_state(found, name)}"


def _state(found: AppConfig, name: str) -> str:
    possible = found.possible(name)
    if "unknown" in possible:
        reason = f" ({found.reason})" if found.reason else ""
        return f"what is in force is not known from the code{reason}."
    words = {
        "absent": "not set",
        "none": "None",
        "false": "False" if name in SWITCHES else "empty",
        "true": "True" if name in SWITCHES else "set",
    }
    said = [words[p] for p in ("true", "false", "none", "absent") if p in possible]
    if len(said) > 1:
        return f"{' or '.join(said)}, by condition or order."
    return f"{said[0]} (the default)." if said[0] == KEYS[name].default else f"{said[0]}."


def _places(ctx: Context, name: str) -> str:
    found = [*_here(ctx, name), *_elsewhere(ctx.unit, name)]
    sources = list(_open_sources(ctx.unit))
    if not found and not sources:
        return ""
    several = len(found) + len(sources) > 1
    last = "The source that runs last wins; a class wins over its bases." if several else ""
    return paragraphs(
        _listed("Set at:", found),
        _listed("May also be set where:", sources),
        last,
    )


def _here(ctx: Context, name: str) -> Iterator[str]:
    for write in config.writes_of(ctx, name):
        read = environment_read(ctx, write.value)
        notes = []
        if read is not None and read.key is not None:
            notes.append(f"from the environment variable {code(read.key)}{', with a fallback' if read.default else ''}")
        if write.owner is not None:
            notes.append(f"class {code(write.owner.name)}")
        if config.is_overridden(ctx, write):
            notes.append("replaced later")
        yield f"{link(ctx.unit, ctx.site(write.target))}{': ' + ', '.join(notes) if notes else ''}"


def _elsewhere(unit: Unit, name: str) -> Iterator[str]:
    """In other files, for the keys that files watch for one another; tests apart."""
    for facts in unit.model.files.values():
        if facts.path == unit.path or is_test_path(facts.path):
            continue
        for mention in facts.config.mentions:
            if mention.key == name and not mention.is_loose:
                yield link(unit, Site(facts.path, mention.span))


def _open_sources(unit: Unit) -> Iterator[str]:
    for facts in unit.model.files.values():
        if is_test_path(facts.path):
            continue
        for source in facts.config.open_sources:
            if source.kind in _SOURCES:
                yield f"{_SOURCES[source.kind]}: {link(unit, Site(facts.path, source.span))}"
