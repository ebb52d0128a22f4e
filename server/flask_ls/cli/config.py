"""``flask-ls config``: the settings in force and where they come from, and the environment that is used."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from flask_ls.cli.formats import write
from flask_ls.cli.setup import settings_of
from flask_ls.cli.targets import resolve
from flask_ls.project.environment import discover
from flask_ls.project.settings import find_config


def run(options: argparse.Namespace) -> int:
    """Print the settings; the exit status."""
    targets = resolve([options.path])
    settings = settings_of(options, targets)
    folder = targets.folders[0] if targets.folders else ""
    environment = discover(targets.folders, settings.environment, base=settings.folder)
    file = None if options.isolated else options.config or (find_config(folder) if folder else None)
    values = {f.name.replace("_", "-"): getattr(settings, f.name) for f in dataclasses.fields(settings)}
    del values["folder"]
    version, why = environment.flask
    about = {
        "project": folder,
        "configuration-file": file,
        "python-environment": environment.folder or None,
        "why-this-environment": environment.why,
        "flask": version,
        "why-this-flask": why,
    }
    if environment.problem is not None:
        about["problem"] = environment.problem
    if options.output_format == "json":
        write(iter([json.dumps({**about, "settings": values}, indent=2)]), sys.stdout)
    else:
        write(_text(about, values), sys.stdout)
    return 0


def _text(about: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in about.items():
        yield f"{name.replace('-', ' ')}: {value if value is not None else 'none'}"
    yield ""
    for name, value in values.items():
        shown = list(value) if isinstance(value, tuple) else value
        yield f"{name} = {json.dumps(shown) if shown is not None else 'not set'}"
