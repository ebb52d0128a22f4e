"""``flask.Blueprint``: what is said to it is kept until it is registered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp.flask_core import registration, scaffold, setup_state
from flask_ls.project.interp.functions import make_class
from flask_ls.project.interp.library.table import text_of
from flask_ls.project.interp.paths import extend
from flask_ls.project.interp.records import BlueprintState, Deferred
from flask_ls.project.interp.values import Args, ClassV, DictV, External, Instance, Native, Unknown, Value

if TYPE_CHECKING:
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
            "register": Native("register", registration.register),
            "register_blueprint": Native("register_blueprint", _register_blueprint),
            "make_setup_state": Native("make_setup_state", _make_setup_state),
            "record": Native("record", _record),
            "record_once": Native("record_once", _record_once),
        }
    )
    cls = make_class(m, "flask.Blueprint", names=names)
    cls.native = BlueprintState
    return cls


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
            m.recorder.progress += 1
            m.recorder.blueprints.append(state)
    for name in ("static_folder", "template_folder"):
        m.write(self_.attrs, name, text_of(m, self_.attrs[name]))
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


def copied(m: Machine, original: Instance) -> Instance:
    """``copy.deepcopy`` of a blueprint: another one, with what was added so far."""
    twin = m.new_instance(original.cls)
    twin.attrs.update(original.attrs)
    state, source = twin.native, original.native
    state.instance, state.places, state.path = twin, m.stack_of(), m.path
    state.deferred, state.nested, state.blinds = list(source.deferred), list(source.nested), list(source.blinds)
    state.has_routes = source.has_routes
    source.escapes = True  # it is in use, though not registered itself
    if not m.dry:
        m.recorder.blueprints.append(state)
    return twin


def _defer(m: Machine, self_: Instance, run: Value) -> None:
    m.oldest_write = 0
    if m.dry:
        return
    state: BlueprintState = self_.native
    m.recorder.progress += 1
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
        m.recorder.progress += 1
        self_.native.nested.append((extend(m.path, m.extra), m.stack_of(), child, mapping))
        if self_.native.registered:
            self_.native.after.append((m.stack_of(), self_.native.registered[-1]))
    return None


def _make_setup_state(m: Machine, args: Args) -> Value:
    setup = m.new_instance(m.flask_class("flask.blueprints.BlueprintSetupState"))
    setup_state.init(m, Args([setup, *args.pos], args.kw))
    return setup
