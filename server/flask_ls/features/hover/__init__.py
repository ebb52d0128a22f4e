"""What a hover says at a place: the sections of all providers that have something to say there, best first."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from packaging.version import Version

from flask_ls.features.hover import (
    on_application,
    on_blueprint,
    on_config_key,
    on_context_use,
    on_db_session,
    on_endpoint,
    on_finding,
    on_hook,
    on_json,
    on_proxy,
    on_request_data,
    on_route,
    on_run,
    on_testing,
    on_url_building,
    on_url_prefix,
)
from flask_ls.features.hover.provider import Place, Section
from flask_ls.features.places import node_at
from flask_ls.project.model import NotYet
from flask_ls.rules.context import Unit
from flask_ls.rules.finding import Finding
from flask_ls.syntax.span import Span

log = logging.getLogger(__name__)

_PROVIDERS: tuple[Callable[[Place], Section | None], ...] = (
    on_route.section,
    on_blueprint.section,
    on_application.section,
    on_proxy.section,
    on_config_key.section,
    on_url_prefix.section,
    on_endpoint.section,
    on_hook.section,
    on_db_session.section,
    on_run.section,
    on_json.section,
    on_request_data.section,
    on_url_building.section,
    on_testing.section,
    on_context_use.section,
    on_finding.section,
)


@dataclass(frozen=True, slots=True)
class Hover:
    """``markdown`` about the text at ``span``."""

    markdown: str
    span: Span


def hover(unit: Unit, findings: Sequence[Finding], offset: int) -> Hover | None:
    """The hover at an offset; None where nothing is known that a general Python server would not say.

    ``findings`` are those of this file. A provider that raises loses its own section, and says so in the log; one that
    needs what is still to be found out has nothing to say for a moment.
    """
    place = Place(unit, tuple(f for f in findings if f.span.contains(offset)), offset, node_at(unit.source, offset))
    sections: list[Section] = []
    for provider in _PROVIDERS:
        try:
            section = provider(place)
        except NotYet:
            continue
        except Exception:
            log.exception("hover %s failed on %s", provider.__module__, unit.path)
            continue
        if section is not None:
            sections.append(section)
    return _together(sections)


def hover_findings(findings: Iterable[Finding], offset: int, flask: Version) -> Hover | None:
    """The hover at an offset of a file that is not Python."""
    section = on_finding.of((f for f in findings if f.span.contains(offset)), flask)
    return _together([section] if section is not None else [])


def _together(sections: list[Section]) -> Hover | None:
    if not sections:
        return None
    return Hover("\n\n---\n\n".join(s.markdown for s in sections), sections[0].span)
