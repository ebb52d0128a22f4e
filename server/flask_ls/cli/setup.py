"""Options -> settings and workspace."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from flask_ls.cli.errors import CommandError
from flask_ls.cli.targets import Targets
from flask_ls.features.workspace import Workspace
from flask_ls.project.discovery import normal
from flask_ls.project.settings import ConfigProblem, Settings, find_config, parse_options, read_config
from flask_ls.rules.registry import by_code


def settings_of(options: argparse.Namespace, targets: Targets) -> Settings:
    """The settings of the configuration file with the options of the command over them.

    :raises CommandError: something in them cannot be used.
    """
    settings = Settings()
    path = None if options.isolated else options.config or _nearest(targets)
    if path is not None:
        config = read_config(normal(path), by_code())
        _refuse(config.problems)
        settings = settings.merged({**config.values, "folder": normal(config.folder)})
    given = {name: getattr(options, name, None) for name in ("select", "extend_select", "ignore", "app")}
    problems: list[ConfigProblem] = []
    values = parse_options(
        {name.replace("_", "-"): value for name, value in given.items() if value is not None},
        lambda key, message: problems.append(ConfigProblem(f"--{key}", None, message.removeprefix(f"`{key}`: "))),
        by_code(),
    )
    _refuse(problems)
    settings = settings.merged(values)
    return settings.merged({"source": (*settings.source, *targets.roots)}) if targets.roots else settings


def workspace_of(options: argparse.Namespace, targets: Targets) -> Workspace:
    """The workspace of a command, not loaded yet.

    :raises CommandError: something in the settings cannot be used.
    """
    settings = settings_of(options, targets)
    return Workspace(
        targets.folders,
        settings,
        use_cache=not getattr(options, "no_cache", False),
        extra_files=sorted(targets.files),
        waits=True,
        is_edited=False,
    )


def _nearest(targets: Targets) -> str | None:
    places = targets.folders or tuple(file.rpartition("/")[0] for file in sorted(targets.files))
    return next((path for folder in places if (path := find_config(folder)) is not None), None)


def _refuse(problems: Iterable[ConfigProblem]) -> None:
    lines = [str(problem) for problem in problems]
    if lines:
        raise CommandError("\nflask-ls: ".join(lines))
