"""Configuration files that are not Python modules and that the project hands to Flask."""

from __future__ import annotations

import posixpath
from dataclasses import replace

from flask_ls.project.contexts.conventions import is_test_path
from flask_ls.project.deploy import DeploymentFile, Variable
from flask_ls.project.model import ProjectModel


def settings_in_force(document: DeploymentFile, model: ProjectModel) -> tuple[Variable, ...]:
    """What a configuration file sets, when code hands it to ``from_pyfile`` or ``from_file``.

    Nothing for files named for development or tests, and for other files.
    """
    if document.kind != "settings" or document.is_development:
        return ()
    path, handed = document.path.replace("\\", "/"), model.once(_handed_paths)
    if path in handed:
        return document.settings
    return tuple(
        replace(v, name="SECRET_KEY") for v in document.settings if v.owner and f"{path}:{v.owner}:{v.name}" in handed
    )


def _handed_paths(model: ProjectModel) -> frozenset[str]:
    """Where the files may lie that are handed over: by the code, the package or its instance folder.

    ``path:section:name`` is an option of an INI file that becomes the key.
    """
    found: set[str] = set()
    for path, facts in model.files.items():
        for source in facts.config_sources if not is_test_path(path) else ():
            if source.kind in ("file", "option"):
                here = posixpath.dirname(path.replace("\\", "/"))
                for folder in (here, posixpath.dirname(here)):
                    for root in (folder, f"{folder}/instance"):
                        found.add(posixpath.normpath(posixpath.join(root, source.text.replace("\\", "/"))))
    return frozenset(found)
