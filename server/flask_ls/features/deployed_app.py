"""From the application that a deployment file names (``gunicorn shop.wsgi:app``) to where it is made."""

from __future__ import annotations

from dataclasses import dataclass

from flask_ls.features.snapshot import Snapshot
from flask_ls.project.facts import FileFacts
from flask_ls.project.model import ProjectModel
from flask_ls.project.site import Site
from flask_ls.rules.ask.wsgi import Target, flask_apps, module_of, targets
from flask_ls.syntax.span import Span


@dataclass(frozen=True, slots=True)
class Definition:
    """``origin`` is the text that was asked about, ``site`` where it leads."""

    origin: Span
    site: Site


def definition(snapshot: Snapshot, path: str, offset: int) -> Definition | None:
    """Where the module or the application at an offset of a deployment file is defined; None when it names none."""
    document = snapshot.model.deployment.get(path)
    if document is None:
        return None
    for target in (*targets(document), *flask_apps(document)):
        if not target.span.start <= offset <= target.span.end:
            continue
        facts, _ = module_of(target, document, snapshot.model)
        if facts is None:
            return None
        on_module = target.module_span is not None and offset <= target.module_span.end
        if on_module and target.module_span is not None and target.attribute_span is not None:
            return Definition(target.module_span, Site(facts.path, Span(0, 0)))
        origin = target.attribute_span or target.module_span or target.span
        return Definition(origin, _site_of(target, facts, snapshot.model))
    return None


def _site_of(target: Target, facts: FileFacts, model: ProjectModel) -> Site:
    """Where the application or factory is bound, through imports; else the module."""
    if not target.attribute:
        made = next((app.site for app in model.routes.apps if app.site.path == facts.path), None)
        return made or Site(facts.path, Span(0, 0))
    name = target.attribute.partition(".")[0]
    for dotted in (model.names.canonical(f"{facts.module}:{name}"), f"{facts.module}.{name}"):
        home, rest = model.names.split(dotted)
        if home is None or not rest:
            continue
        if rest in home.functions:
            return Site(home.path, home.functions[rest].name_span)
        if rest in home.exports:
            return Site(home.path, home.exports[rest][0].span)
    return Site(facts.path, Span(0, 0))
