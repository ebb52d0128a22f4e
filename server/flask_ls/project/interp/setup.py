"""Everything a fresh machine knows: built-in names, the standard library, Flask, modelled extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp import (
    attempts,
    builtin_names,
    displays,
    environment_variables,
    expressions,
    external,
    functions,
    imports,
    library,
    loops,
    pattern_matching,
    primitives,
    statements,
)
from flask_ls.project.interp.flask_core import app, blueprint, config, rules, setup_state, views
from flask_ls.project.interp.values import Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine
    from flask_ls.project.interp.values import ClassV

# Importing these modules fills the tables from syntax to meaning.
PARTS = (attempts, displays, expressions, functions, imports, loops, pattern_matching, statements, external)

_FLASK_PLACES = {
    "flask.Flask": ("flask.app.Flask", "flask.sansio.app.App"),
    "flask.Blueprint": ("flask.blueprints.Blueprint", "flask.sansio.blueprints.Blueprint"),
    "flask.blueprints.BlueprintSetupState": ("flask.sansio.blueprints.BlueprintSetupState",),
    "flask.Config": ("flask.config.Config",),
    "flask.views.View": (),
    "flask.views.MethodView": (),
    "werkzeug.routing.Map": ("werkzeug.routing.map.Map",),
    "werkzeug.routing.Rule": ("werkzeug.routing.rules.Rule",),
    "werkzeug.routing.Submount": ("werkzeug.routing.rules.Submount",),
    "werkzeug.routing.EndpointPrefix": ("werkzeug.routing.rules.EndpointPrefix",),
    "werkzeug.routing.Subdomain": ("werkzeug.routing.rules.Subdomain",),
    "werkzeug.routing.RuleTemplate": ("werkzeug.routing.rules.RuleTemplate",),
}


def install(m: Machine) -> None:
    """Fill the machine."""
    builtin_names.install(m)
    library.install(m)
    primitives.install(m)
    environment_variables.install(m)
    for path, cls in rules.make_rule_class(m, functions.make_class).items():
        m.classes[path] = cls
    m.externals["werkzeug.routing.Rule"] = lambda m_: m_.classes["werkzeug.routing.Rule"]
    made: dict[str, ClassV] = {
        "flask.Flask": app.make(m),
        "flask.Blueprint": blueprint.make(m),
        "flask.blueprints.BlueprintSetupState": setup_state.make(m),
        "flask.Config": config.make(m),
        "werkzeug.routing.Map": app.make_map(m),
        **views.make(m),
    }
    m.classes.update(made)
    for path, others in _FLASK_PLACES.items():
        for place in (path, *others):
            m.externals[place] = lambda m_, p=path: m_.classes[p]  # type: ignore[misc]
    m.externals["flask.current_app"] = m.externals["flask.globals.current_app"] = _current_app


def _current_app(m: Machine) -> Value:
    return m.current_app
