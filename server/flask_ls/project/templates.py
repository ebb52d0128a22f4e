"""Which apps render a template file."""

from __future__ import annotations

from flask_ls.project.model import ProjectModel
from flask_ls.project.routes import App


def apps_rendering(model: ProjectModel, path: str) -> tuple[App, ...]:
    """The apps in whose template folders, or in whose blueprints' ones, a file lies."""
    return next((apps for folder, apps in model.once(_folders).items() if path.startswith(folder)), ())


def _folders(model: ProjectModel) -> dict[str, tuple[App, ...]]:
    """Folder with a slash at its end -> the apps that look for templates there, the deepest folder first."""
    by_name = {app.name: app for app in model.routes.apps}
    found: dict[str, dict[str, App]] = {}
    for app in model.routes.apps:
        if app.template_folder is not None:
            found.setdefault(app.template_folder, {})[app.name] = app
    for blueprint in model.routes.blueprints:
        for registration in blueprint.registrations:
            known = by_name.get(registration.app)
            if blueprint.template_folder is not None and known is not None:
                found.setdefault(blueprint.template_folder, {})[known.name] = known
    return {
        f"{folder.rstrip('/')}/": tuple(apps.values())
        for folder, apps in sorted(found.items(), key=lambda item: -len(item[0]))
    }
