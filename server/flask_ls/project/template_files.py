"""Which files may be templates, by their names."""

from __future__ import annotations

_SUFFIXES = (".html", ".htm", ".jinja", ".jinja2", ".j2")


def is_template_path(path: str) -> bool:
    """Whether a file may be a template that gives HTML, by its name."""
    return path.endswith(_SUFFIXES)
