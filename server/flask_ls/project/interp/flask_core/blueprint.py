"""``flask.Blueprint`` and ``BlueprintSetupState``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flask_ls.project.interp import operators
from flask_ls.project.interp.builtin_names import make_class
from flask_ls.project.interp.flask_core import rules, scaffold
from flask_ls.project.interp.paths import compatible, extend
from flask_ls.project.interp.records import AppState, BlueprintState, Clash, Deferred, Registered
from flask_ls.project.interp.values import (
    MISSING,
    Args,
    Bound,
    Choice,
    ClassV,
    DictV,
    External,
    Instance,
    Native,
    Unknown,
    Value,
)
from flask_ls.project.interp.world import Raised

if TYPE_CHECKING:
    from flask_ls.project.interp.frames import Place
    from flask_ls.project.interp.machine import Machine

_PARAMETERS = (
    "name",
    "import_name",
    "static_folder",
    "static_url_path",
    "template_folder",
    "url_prefix",
    "subdomain",
    "url_defaults",
    "root_path",
    "cli_group",
)


def make(m: Machine) -> ClassV:
    """The class."""
    names: dict[str, Value] = {}
    scaffold.install(m, names)
    names.update(
        {
            "__init__": Native("__init__", _init),
            "add_url_rule": Native("add_url_rule", _add_url_rule),
            "register": Native("register", _register),
            "register_blueprint": Native("register_blueprint", _register_blueprint),
            "make_setup_state": Native("make_setup_state", _make_setup_state),
            "record": Native("record", _record),
            "record_once": Native("record_once", _record_once),
        }
    )
    cls = make_class(m, "flask.Blueprint", names=names)
    cls.native = BlueprintState
    return cls


def make_state(m: Machine) -> ClassV:
    """The class of setup states."""
    names = {"__init__": Native("__init__", _state_init), "add_url_rule": Native("add_url_rule", _state_add)}
    return make_class(m, "flask.blueprints.BlueprintSetupState", names=names)


def _init(m: Machine, args: Args) -> Value:
    self_ = args.pos[0]
    if not isinstance(self_, Instance):
        return None
    given = Args(args.pos[1:], args.kw, args.star, args.starstar)
    for index, name in enumerate(_PARAMETERS):
        m.write(self_.attrs, name, scaffold.given(given.get(index, name), None))
    state: BlueprintState = self_.native
    m.oldest_write = 0
    if state.instance is None:
        state.instance = self_
        state.places = m.stack_of()
        state.path = m.path
        if not m.dry:
            m.recorder.blueprints.append(state)
    folder = self_.attrs["static_folder"]
    m.write(self_.attrs, "has_static_folder", folder is not None)
    m.write(self_.attrs, "static_url_path", scaffold.static_url_path(folder, self_.attrs["static_url_path"]))
    m.write(self_.attrs, "root_path", scaffold.root_path(m, self_.attrs["import_name"]))
    m.write(self_.attrs, "view_functions", m.new_dict())
    m.write(self_.attrs, "cli", External("click.Group()", m.serial))
    m.write(self_.attrs, "jinja_loader", External("jinja2.BaseLoader()", m.serial))
    if not isinstance(self_.attrs["url_defaults"], DictV):
        m.write(self_.attrs, "url_defaults", m.new_dict())
    m.write(self_.attrs, "url_values_defaults", self_.attrs["url_defaults"])
    m.write(self_.attrs, "deferred_functions", m.new_list([]))
    return None


def _defer(m: Machine, self_: Instance, run: Value) -> None:
    m.oldest_write = 0
    if m.dry:
        return
    state: BlueprintState = self_.native
    state.deferred.append(Deferred(extend(m.path, m.extra), m.stack_of(), run))
    if state.registered:
        state.after.append((m.stack_of(), state.registered[-1]))


def _add_url_rule(m: Machine, args: Args) -> Value:
    self_ = args.pos[0]
    if not isinstance(self_, Instance) or not isinstance(self_.native, BlueprintState):
        return None
    self_.native.has_routes = True
    given = Args(args.pos[1:], args.kw, args.star, args.starstar)
    _defer(m, self_, given)
    return None


def _record(m: Machine, args: Args) -> Value:
    if isinstance(args.pos[0], Instance):
        _defer(m, args.pos[0], args.get(1, "func"))
    return None


def _record_once(m: Machine, args: Args) -> Value:
    func = args.get(1, "func")

    def once(m_: Machine, given: Args) -> Value:
        state = given.get(0, "state")
        first = m_.truth(m_.get(state, "first_registration"))
        return None if first is False else m_.call(func, Args([state]))

    if isinstance(args.pos[0], Instance):
        _defer(m, args.pos[0], m.native("record_once", once))
    return None


def _register_blueprint(m: Machine, args: Args) -> Value:
    self_, child = args.pos[0], args.get(1, "blueprint", Unknown("there is no blueprint"))
    options = {k: v for k, v in args.kw.items() if k != "blueprint"}
    m.oldest_write = 0
    if isinstance(self_, Instance) and isinstance(self_.native, BlueprintState) and not m.dry:
        mapping = m.new_dict(options, args.starstar)
        self_.native.nested.append((extend(m.path, m.extra), m.stack_of(), child, mapping))
        if self_.native.registered:
            self_.native.after.append((m.stack_of(), self_.native.registered[-1]))
    return None


def _option(m: Machine, options: Value, name: str, default: Value = None) -> Value:
    options = m.settle(options)
    if not isinstance(options, DictV):
        return operators.unknown_from(options, "these options are only known at run time")
    value = options.items.get(name, MISSING)
    if value is MISSING:
        return options.rest if options.rest is not None else default
    return value


def _register(m: Machine, args: Args) -> Value:
    """``Blueprint.register(app, options)``."""
    self_, app = args.pos[0], m.settle(args.get(1, "app"))
    options = m.settle(args.get(2, "options", MISSING))
    if not isinstance(self_, Instance) or not isinstance(self_.native, BlueprintState):
        return None
    if not isinstance(app, Instance) or not isinstance(app.native, AppState):
        if isinstance(app, Choice):
            return m.each(app, lambda a: _register(m, Args([self_, a, options])))
        return None
    if not isinstance(options, DictV):
        options = m.new_dict()
    return _register_each(m, self_, app, options, ("url_prefix", "name", "subdomain"))


def _register_each(m: Machine, self_: Instance, app: Instance, options: DictV, undecided: tuple[str, ...]) -> Value:
    """Register once for each possible value of the options that are not decided yet."""
    if not undecided:
        return _register_one(m, self_, app, options)
    name, *others = undecided
    value, own = m.settle(_option(m, options, name)), m.settle(self_.attrs.get(name))
    if not isinstance(own if value is None else value, Choice):
        return _register_each(m, self_, app, options, tuple(others))

    def given(option: Value) -> Value:
        decided = m.new_dict(dict(options.items), options.rest)
        decided.items[name] = option
        return _register_each(m, self_, app, decided, tuple(others))

    def of_blueprint(option: Value) -> Value:
        # The blueprint has this one value while it is registered.
        m.write(self_.attrs, name, option)
        _register_each(m, self_, app, options, tuple(others))
        m.write(self_.attrs, name, own)
        return None

    return m.each(own, of_blueprint) if value is None else m.each(value, given)


def _register_one(m: Machine, self_: Instance, app: Instance, options: DictV) -> Value:
    state: BlueprintState = self_.native
    own_name = m.settle(_option(m, options, "name", self_.attrs.get("name")))
    if own_name is None:
        own_name = self_.attrs.get("name")
    prefix = m.settle(_option(m, options, "name_prefix", ""))
    if not isinstance(own_name, str) or not isinstance(prefix, str):
        why = operators.why(own_name, "it is only known at run time")
        m.blind(f"the name of a blueprint is not known: {why}", target=app)
        return None
    name = f"{prefix}.{own_name}".lstrip(".")
    path = extend(m.path, m.extra)
    if not _may_take_name(m, app, state, name):
        return None
    first = not any(r.blueprint is state for r in app.native.registered)
    saved = (m.places, m.url_parts, m.blueprint_name, m.prefix_parts)
    setup = m.call_method(self_, "make_setup_state", Args([app, options, first]))
    url_prefix = m.settle(m.get(setup, "url_prefix"))
    given = m.settle(_option(m, options, "url_prefix"))
    is_readable = url_prefix is None or isinstance(url_prefix, str)
    registered = Registered(
        app.native,
        name,
        m.stack_of(),
        path,
        url_prefix if isinstance(url_prefix, str) else None,
        given if isinstance(given, str) else None,
        prefix or None,
        state,
        is_readable,
    )
    if not is_readable or options.rest is not None:
        unknown = operators.why(url_prefix, "it is only known at run time")
        why = options.rest.reason if options.rest is not None else unknown
        m.blind(f"the url_prefix of this registration is not known: {why}", target=app)
    m.oldest_write = 0
    if not m.dry:
        state.registered.append(registered)
        app.native.registered.append(registered)
        app.native.blinds.extend(b for b in state.blinds if compatible(b.path, path))
    taken = app.attrs.get("blueprints")
    if isinstance(taken, DictV):
        m.write(taken.items, name, self_)
    if is_readable:
        m.blueprint_name = name
        m.prefix_parts = _prefix_parts(m, state, registered, given)
        _replay(m, self_, app, setup, name)
    m.places, m.url_parts, m.blueprint_name, m.prefix_parts = saved
    return None


def _may_take_name(m: Machine, app: Instance, state: BlueprintState, name: str) -> bool:
    for other in app.native.registered:
        if other.name != name or not compatible(other.path, m.path):
            continue
        if other.blueprint is state and m.flask_version < (2, 1):
            continue
        if not m.dry:
            app.native.clashes.append(Clash("name", name, other.places, m.stack_of(), extend(other.path, m.path)))
        if m.catching("ValueError"):
            raise Raised("ValueError", ("Exception",))
        return False
    return True


def _replay(m: Machine, self_: Instance, app: Instance, setup: Value, name: str) -> None:
    state: BlueprintState = self_.native
    here = m.stack_of()
    if m.truth(self_.attrs.get("has_static_folder")) is not False:
        text = operators.binary(m, ast.Add, self_.attrs.get("static_url_path"), "/<path:filename>")
        view = m.native("send_static_file", lambda m_, a: Unknown("a file"))
        options = {"view_func": view, "endpoint": "static", "__static__": True}
        scaffold.add_rule_through(m, setup, Args([text], options), app)
    for deferred in list(state.deferred):
        if not compatible(deferred.path, m.path):
            continue
        before = m.path
        m.path = extend(before, deferred.path)
        m.places = deferred.places
        try:
            if isinstance(deferred.run, Args):
                scaffold.add_rule_through(m, setup, deferred.run, app)
            else:
                m.places = None
                m.call(deferred.run, Args([setup]))
        finally:
            m.path = before
            m.places = here
    extra = self_.attrs.get("deferred_functions")
    for func in m.iterate(extra)[0] if extra is not None else ():
        m.call(func, Args([setup]))
    for path, places, child, given in list(state.nested):
        if not compatible(path, m.path):
            continue
        before = m.path
        m.path = extend(before, path)
        m.places = places
        try:
            _register_nested(m, app, setup, child, given, name)
        finally:
            m.path = before
            m.places = here


def _register_nested(m: Machine, app: Instance, setup: Value, child: Value, given: DictV, name: str) -> None:
    def one(blueprint: Value) -> Value:
        if not isinstance(blueprint, Instance):
            why = operators.why(blueprint, "it is only known at run time")
            m.blind(f"a blueprint that is registered is not known: {why}", target=app)
            return None
        options = m.new_dict(dict(given.items), given.rest)
        outer = m.settle(m.get(setup, "url_prefix"))
        own = m.settle(_option(m, given, "url_prefix"))
        m.prefix_is_given = own is not None
        own = m.settle(m.get(blueprint, "url_prefix")) if own is None else own
        if outer is not None and own is not None:
            options.items["url_prefix"] = _join(m, outer, own)
        elif own is not None:
            options.items["url_prefix"] = own
        elif outer is not None:
            options.items["url_prefix"] = outer
        parent, sub = m.settle(m.get(setup, "subdomain")), m.settle(_option(m, given, "subdomain"))
        sub = m.settle(m.get(blueprint, "subdomain")) if sub is None else sub
        if parent is not None and sub is not None and m.flask_version >= (2, 3):
            joined = operators.concatenate(m, [sub, ".", parent])
            options.items["subdomain"] = joined
        elif sub is not None:
            options.items["subdomain"] = sub
        elif parent is not None:
            options.items["subdomain"] = parent
        options.items["name_prefix"] = name
        return m.call_method(blueprint, "register", Args([app, options]))

    m.each(m.settle(child), one)


def _join(m: Machine, outer: Value, own: Value) -> Value:
    if isinstance(outer, str):
        outer = f"{outer.rstrip('/')}/"
    own = m.lift(own, lambda v: v.lstrip("/") if isinstance(v, str) else v)
    return operators.concatenate(m, [outer, own])


def _make_setup_state(m: Machine, args: Args) -> Value:
    setup = m.new_instance(m.flask_class("flask.blueprints.BlueprintSetupState"))
    _state_init(m, Args([setup, *args.pos], args.kw))
    return setup


def _state_init(m: Machine, args: Args) -> Value:
    self_ = args.pos[0]
    blueprint, app, options = args.get(1, "blueprint"), args.get(2, "app"), args.get(3, "options")
    # make_setup_state is bound: (self, app, options, first_registration).
    first = args.get(4, "first_registration", False)
    subdomain = m.settle(_option(m, options, "subdomain"))
    prefix = m.settle(_option(m, options, "url_prefix"))
    values = {
        "app": app,
        "blueprint": blueprint,
        "options": options,
        "first_registration": first,
        "subdomain": m.get(blueprint, "subdomain") if subdomain is None else subdomain,
        "url_prefix": m.get(blueprint, "url_prefix") if prefix is None else prefix,
        "name": _option(m, options, "name", m.get(blueprint, "name")),
        "name_prefix": _option(m, options, "name_prefix", ""),
        "url_defaults": m.get(blueprint, "url_values_defaults", None) or m.new_dict(),
    }
    extra = m.settle(_option(m, options, "url_defaults"))
    if isinstance(extra, DictV):
        merged = m.new_dict()
        operators.update_dict(m, merged, values["url_defaults"])
        operators.update_dict(m, merged, extra)
        values["url_defaults"] = merged
    for key, value in values.items():
        m.write(self_.attrs, key, value)
    return None


def _state_add(m: Machine, args: Args) -> Value:
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
        return own if isinstance(own, Unknown) else operators.unknown_from(prefix, "the url_prefix is not known")

    full = m.lift(m.settle(rule), text)
    options.setdefault("subdomain", m.get(self_, "subdomain"))
    if options["subdomain"] is None:
        del options["subdomain"]
    endpoint = m.settle(endpoint)
    if endpoint is None:
        endpoint = rules.endpoint_of(m, view, app if isinstance(app, Instance) else None)
    before, name = m.get(self_, "name_prefix"), m.get(self_, "name")
    defaults = m.new_dict()
    operators.update_dict(m, defaults, m.get(self_, "url_defaults"))
    if isinstance(m.settle(options.get("defaults")), DictV):
        operators.update_dict(m, defaults, m.settle(options["defaults"]))
    options["defaults"] = defaults

    def named(own: Value) -> Value:
        if isinstance(own, str) and isinstance(before, str) and isinstance(name, str):
            return f"{before}.{name}.{own}".lstrip(".")
        return operators.unknown_from(own, "the endpoint is only known at run time")

    saved = m.url_parts
    own = m.stack_of()
    m.url_parts = (*m.prefix_parts, (rule if isinstance(rule, str) else "", own[0] if own else None))
    try:
        values = Args([full, m.lift(endpoint, named), view], options, None, args.starstar)
        scaffold.add_rule_through(m, app, values, app)
    finally:
        m.url_parts = saved
    return None


def _prefix_parts(
    m: Machine, state: BlueprintState, registered: Registered, given: Value
) -> tuple[tuple[str, Place | None], ...]:
    """The prefixes around the rules of a registration, outermost first, each with where it was written."""
    outer = m.prefix_parts if registered.parent is not None else ()
    before = "".join(text.rstrip("/") for text, _ in outer)
    own = (registered.prefix or "").removeprefix(before)
    if not own.strip("/"):
        return outer
    is_given = given is not None if registered.parent is None else m.prefix_is_given
    places = registered.places if is_given else state.places
    return (*outer, (own, places[0] if places else None))


__all__ = ["Bound", "make", "make_state"]
