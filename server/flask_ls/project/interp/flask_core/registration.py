"""``Blueprint.register``: what a blueprint kept is done to an app."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flask_ls.project.interp import arithmetic, formatting, reasons
from flask_ls.project.interp.flask_core import scaffold, setup_state
from flask_ls.project.interp.paths import compatible, extend, may_both_hold
from flask_ls.project.interp.records import AppState, BlueprintState, Clash, Registered
from flask_ls.project.interp.values import MISSING, Args, Choice, DictV, Instance, Unknown, Value
from flask_ls.project.interp.world import Raised

if TYPE_CHECKING:
    from flask_ls.project.interp.frames import Place
    from flask_ls.project.interp.machine import Machine


def register(m: Machine, args: Args) -> Value:
    """``Blueprint.register(app, options)``."""
    self_, app = args.pos[0], m.settle(args.get(1, "app"))
    options = m.settle(args.get(2, "options", MISSING))
    if not isinstance(self_, Instance) or not isinstance(self_.native, BlueprintState):
        return None
    if not isinstance(app, Instance) or not isinstance(app.native, AppState):
        if isinstance(app, Choice):
            return m.each(app, lambda a: register(m, Args([self_, a, options])))
        return None
    if not isinstance(options, DictV):
        options = m.new_dict()
    return _register_each(m, self_, app, options, ("url_prefix", "name", "subdomain"))


def _register_each(m: Machine, self_: Instance, app: Instance, options: DictV, undecided: tuple[str, ...]) -> Value:
    """Register once for each possible value of the options that are not decided yet."""
    if not undecided:
        return _register_one(m, self_, app, options)
    name, *others = undecided
    value, own = m.settle(setup_state.option(m, options, name)), m.settle(self_.attrs.get(name))
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
    own_name = m.settle(setup_state.option(m, options, "name", self_.attrs.get("name")))
    if own_name is None:
        own_name = self_.attrs.get("name")
    prefix = m.settle(setup_state.option(m, options, "name_prefix", ""))
    if not isinstance(own_name, str) or not isinstance(prefix, str):
        why = reasons.why(own_name, "it is only known at run time")
        m.blind(f"the name of a blueprint is not known: {why}", target=app)
        return None
    name = f"{prefix}.{own_name}".lstrip(".")
    path = extend(m.path, m.extra)
    if not _may_take_name(m, app, state, name):
        return None
    first = not any(r.blueprint is state for r in app.native.registered)
    saved = (m.places, m.url_parts, m.blueprint_name, m.prefix_parts)
    setup = m.call_method(self_, "make_setup_state", Args([app, options, first]))
    url_prefix = formatting.plain(m.settle(m.get(setup, "url_prefix")))
    given = m.settle(setup_state.option(m, options, "url_prefix"))
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
        unknown = reasons.why(url_prefix, "it is only known at run time")
        why = options.rest.reason if options.rest is not None else unknown
        m.blind(f"the url_prefix of this registration is not known: {why}", target=app)
    m.oldest_write = 0
    if not m.dry:
        m.recorder.progress += 1
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
        if other.name != name or not may_both_hold(other.path, m.path):
            continue
        if other.blueprint is state and m.flask_version < (2, 1):
            continue
        if not m.dry:
            app.native.clashes.append(Clash("name", name, other.places, m.stack_of(), extend(other.path, m.path)))
        if m.catching("ValueError"):
            raise Raised("ValueError", ("Exception",))
        return False
    return True


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


def _replay(m: Machine, self_: Instance, app: Instance, setup: Value, name: str) -> None:
    state: BlueprintState = self_.native
    here = m.stack_of()
    if m.truth(self_.attrs.get("has_static_folder")) is not False:
        text = arithmetic.binary(m, ast.Add, self_.attrs.get("static_url_path"), "/<path:filename>")
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
            why = reasons.why(blueprint, "it is only known at run time")
            m.blind(f"a blueprint that is registered is not known: {why}", target=app)
            return None
        options = m.new_dict(dict(given.items), given.rest)
        outer = m.settle(m.get(setup, "url_prefix"))
        own = m.settle(setup_state.option(m, given, "url_prefix"))
        m.prefix_is_given = own is not None
        own = formatting.plain(m.settle(m.get(blueprint, "url_prefix")) if own is None else own)
        if outer is not None and own is not None:
            options.items["url_prefix"] = _join(m, outer, own)
        elif own is not None:
            options.items["url_prefix"] = own
        elif outer is not None:
            options.items["url_prefix"] = outer
        parent, sub = m.settle(m.get(setup, "subdomain")), m.settle(setup_state.option(m, given, "subdomain"))
        sub = m.settle(m.get(blueprint, "subdomain")) if sub is None else sub
        if parent is not None and sub is not None and m.flask_version >= (2, 3):
            joined = arithmetic.concatenate(m, [sub, ".", parent])
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
    return arithmetic.concatenate(m, [outer, own])
