"""``flask.blueprints.BlueprintSetupState``: prefix, name and defaults of one registration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp import formatting, mappings, reasons
from flask_ls.project.interp.flask_core import rules, scaffold
from flask_ls.project.interp.functions import make_class
from flask_ls.project.interp.values import MISSING, Args, ClassV, DictV, Instance, Native, Unknown, Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


def make(m: Machine) -> ClassV:
    """The class of setup states."""
    names = {"__init__": Native("__init__", init), "add_url_rule": Native("add_url_rule", _add_url_rule)}
    return make_class(m, "flask.blueprints.BlueprintSetupState", names=names)


def init(m: Machine, args: Args) -> Value:
    """``BlueprintSetupState(blueprint, app, options, first_registration)``."""
    self_ = args.pos[0]
    blueprint, app, options = args.get(1, "blueprint"), args.get(2, "app"), args.get(3, "options")
    # make_setup_state is bound: (self, app, options, first_registration).
    first = args.get(4, "first_registration", False)
    subdomain = m.settle(option(m, options, "subdomain"))
    prefix = m.settle(option(m, options, "url_prefix"))
    prefix = m.get(blueprint, "url_prefix") if prefix is None else prefix
    values = {
        "app": app,
        "blueprint": blueprint,
        "options": options,
        "first_registration": first,
        "subdomain": m.get(blueprint, "subdomain") if subdomain is None else subdomain,
        "url_prefix": formatting.plain(m.settle(prefix)),
        "name": option(m, options, "name", m.get(blueprint, "name")),
        "name_prefix": option(m, options, "name_prefix", ""),
        "url_defaults": m.get(blueprint, "url_values_defaults", None) or m.new_dict(),
    }
    extra = m.settle(option(m, options, "url_defaults"))
    if isinstance(extra, DictV):
        merged = m.new_dict()
        mappings.update_dict(m, merged, values["url_defaults"])
        mappings.update_dict(m, merged, extra)
        values["url_defaults"] = merged
    for key, value in values.items():
        m.write(self_.attrs, key, value)
    return None


def _add_url_rule(m: Machine, args: Args) -> Value:
    """``BlueprintSetupState.add_url_rule``: prefix, name and defaults are put in front."""
    self_ = args.pos[0]
    given = Args(args.pos[1:], args.kw, args.star, args.starstar)
    rule = given.get(0, "rule", Unknown("there is no rule"))
    endpoint, view = given.get(1, "endpoint", None), given.get(2, "view_func", None)
    options = {k: v for k, v in args.kw.items() if k not in ("rule", "endpoint", "view_func")}
    prefix = m.settle(m.get(self_, "url_prefix"))
    app = m.get(self_, "app")

    def text(own: Value) -> Value:
        if prefix is None:
            return own
        if isinstance(own, str) and isinstance(prefix, str):
            return "/".join((prefix.rstrip("/"), own.lstrip("/"))) if own else prefix
        return own if isinstance(own, Unknown) else reasons.unknown_from(prefix, "the url_prefix is not known")

    full = m.lift(formatting.plain(m.settle(rule)), text)
    options.setdefault("subdomain", m.get(self_, "subdomain"))
    if options["subdomain"] is None:
        del options["subdomain"]
    endpoint = m.settle(endpoint)
    if endpoint is None:
        endpoint = rules.endpoint_of(m, view, app if isinstance(app, Instance) else None)
    before, name = m.get(self_, "name_prefix"), m.get(self_, "name")
    defaults = m.new_dict()
    mappings.update_dict(m, defaults, m.get(self_, "url_defaults"))
    if isinstance(m.settle(options.get("defaults")), DictV):
        mappings.update_dict(m, defaults, m.settle(options["defaults"]))
    options["defaults"] = defaults

    def named(own: Value) -> Value:
        if isinstance(own, str) and isinstance(before, str) and isinstance(name, str):
            return f"{before}.{name}.{own}".lstrip(".")
        return reasons.unknown_from(own, "the endpoint is only known at run time")

    saved = m.url_parts
    own = m.stack_of()
    m.url_parts = (*m.prefix_parts, (rule if isinstance(rule, str) else "", own[0] if own else None))
    try:
        values = Args([full, m.lift(endpoint, named), view], options, None, args.starstar)
        scaffold.add_rule_through(m, app, values, app)
    finally:
        m.url_parts = saved
    return None


def option(m: Machine, options: Value, name: str, default: Value = None) -> Value:
    """An option of a registration: what was given, else ``default``; unknown where it may have been given."""
    options = m.settle(options)
    if not isinstance(options, DictV):
        return reasons.unknown_from(options, "these options are only known at run time")
    value = options.items.get(name, MISSING)
    if value is MISSING:
        return options.rest if options.rest is not None else default
    return value
