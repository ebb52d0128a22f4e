"""Apps and configurations that are given to code outside the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.config.evaluated import config_dict, snapshot
from flask_ls.project.interp import mappings, packages
from flask_ls.project.interp.records import AppState, Start
from flask_ls.project.interp.values import Args, DictV, Instance, Unknown, Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


def given_away(m: Machine, path: str, args: Args, reached: tuple[Value, ...] = (), *, known: bool) -> None:
    """Record what the configuration of a given app holds now; open it when the callee may write to it.

    ``known``: the package is one whose behaviour is known. ``reached`` are the apps that lie inside the arguments.
    """
    writes = not known or path.partition(".")[0] in packages.SETS_CONFIGURATION
    for value in args.all() if known else (*args.all(), *reached):
        if not isinstance(value, Instance):
            continue
        if isinstance(value.native, AppState):
            config = config_dict(value)
            if not m.dry:
                value.native.starts.append(Start(path, m.stack_of(), m.path, snapshot(config)))
            extensions = value.attrs.get("extensions")
            if isinstance(extensions, DictV):
                mappings.open_dict(m, extensions, Unknown("the extensions that were given the app may be there"))
            if writes and config is not None:
                _open(m, config, path)
        elif value.cls.path == "flask.Config" and isinstance(value.native, DictV) and not known:
            _open(m, value.native, path)


def _open(m: Machine, config: DictV, path: str) -> None:
    mappings.open_dict(m, config, Unknown(f"{path.replace('()', '')}() may set more of it"))
