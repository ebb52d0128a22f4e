"""``flask.Flask``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flask_ls.project.interp import arithmetic, subscripts
from flask_ls.project.interp.flask_core import config, rules, scaffold
from flask_ls.project.interp.functions import make_class
from flask_ls.project.interp.library.table import text_of
from flask_ls.project.interp.records import AppState
from flask_ls.project.interp.values import (
    MISSING,
    Args,
    Choice,
    ClassV,
    Descriptor,
    DictV,
    External,
    Instance,
    Native,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

_PARAMETERS = (
    "import_name",
    "static_url_path",
    "static_folder",
    "static_host",
    "host_matching",
    "subdomain_matching",
    "template_folder",
    "instance_path",
    "instance_relative_config",
    "root_path",
)


def make(m: Machine) -> ClassV:
    """The class."""
    names: dict[str, Value] = {}
    scaffold.install(m, names)
    names.update(
        {
            "__init__": Native("__init__", _init),
            "add_url_rule": Native("add_url_rule", add_url_rule),
            "register_blueprint": Native("register_blueprint", register_blueprint),
            "url_rule_class": m.external("werkzeug.routing.Rule"),
            "url_map_class": External("werkzeug.routing.Map"),
            "testing": _config_attribute("testing", "TESTING"),
            "debug": _config_attribute("debug", "DEBUG"),
            "secret_key": _config_attribute("secret_key", "SECRET_KEY"),
            "default_config": m.new_dict(),
            "test_client_class": None,
            "jinja_options": m.new_dict(),
        }
    )
    cls = make_class(m, "flask.Flask", names=names)
    cls.native = AppState
    return cls


def make_map(m: Machine) -> ClassV:
    """``werkzeug.routing.Map`` as far as an application has one."""

    def init(m_: Machine, args: Args) -> Value:
        converters = args.kw.get("converters")
        args.pos[0].attrs.setdefault("converters", converters if isinstance(converters, DictV) else m_.new_dict())
        first = args.get(1, "rules", None)
        args.pos[0].attrs["_rules"] = first
        return None

    def add(m_: Machine, args: Args) -> Value:
        app = args.pos[0].attrs.get("app")
        for value in args.pos[1:]:
            if isinstance(app, Instance):
                for option in [v for _, v in m_.alternatives(value)]:
                    rules.add_werkzeug(m_, app, option)
        return None

    unknown = "the rules so far are not listed here"
    names = {
        "__init__": Native("__init__", init),
        "add": Native("add", add),
        "iter_rules": Native("iter_rules", lambda m_, a: Unknown(unknown)),
        "_rules": Unknown(unknown),
        "update": Native("update", lambda m_, a: None),
    }
    return make_class(m, "werkzeug.routing.Map", names=names)


def _config_attribute(name: str, key: str) -> Descriptor:
    """``ConfigAttribute``: an attribute that stands for a key of the configuration."""

    def read(m: Machine, args: Args) -> Value:
        return _option(m, args.pos[0], key)

    def write(m: Machine, args: Args) -> Value:
        config = m.get(args.pos[0], "config")
        if isinstance(config, Instance) and isinstance(config.native, DictV):
            m.write(config.native.items, key, args.pos[1])
        return None

    return Descriptor("property", Native(name, read), Native(name, write))


def _option(m: Machine, app: Value, name: str) -> Value:
    return subscripts.subscript(m, m.get(app, "config"), name)


def _init(m: Machine, args: Args) -> Value:
    self_ = args.pos[0]
    if not isinstance(self_, Instance):
        return None
    given = Args(args.pos[1:], args.kw, args.star, args.starstar)
    values = {n: given.get(i, n) for i, n in enumerate(_PARAMETERS)}
    import_name = scaffold.given(values["import_name"], Unknown("the import name is not known"))
    state: AppState = self_.native
    m.oldest_write = 0
    if state.instance is None:
        state.instance = self_
        state.places = m.stack_of()
        state.functions = m.functions()
        state.path = m.path
        if not m.dry:
            m.recorder.progress += 1
            m.recorder.apps.append(state)

    def write(key: str, value: Value) -> None:
        m.write(self_.attrs, key, value)

    write("import_name", import_name)
    write("name", import_name if import_name != "__main__" else "app")
    folder = text_of(m, scaffold.given(values["static_folder"], "static"))
    root = scaffold.given(values["root_path"], MISSING)
    write("root_path", scaffold.root_path(m, import_name) if root is MISSING or root is None else root)
    write("static_folder", folder)
    url_path = scaffold.static_url_path(folder, scaffold.given(values["static_url_path"], None))
    write("static_url_path", url_path)
    write("has_static_folder", folder is not None)
    write("template_folder", text_of(m, scaffold.given(values["template_folder"], "templates")))
    write("instance_path", Unknown("the instance path is only known at run time"))
    for name in ("blueprints", "view_functions", "extensions"):
        write(name, m.new_dict())
    for name in ("before_request_funcs", "after_request_funcs", "teardown_request_funcs", "error_handler_spec"):
        write(name, DictV(m.serial, None, m.builtins["list"]))
    write("jinja_env", External("jinja2.Environment()", m.serial))
    write("cli", External("click.Group()", m.serial))
    write("logger", External("logging.Logger()", m.serial))
    write("config", config.new(m, self_))
    url_map = m.new_instance(m.flask_class("werkzeug.routing.Map"))
    url_map.attrs.update({"app": self_, "converters": m.new_dict()})
    write("url_map", url_map)
    if folder is not None:
        rule = arithmetic.binary(m, ast.Add, url_path, "/<path:filename>")
        host = scaffold.given(values["static_host"], None)
        view = m.native("static", lambda m_, a: Unknown("a file"))
        options = {"host": host, "__static__": True} if host is not None else {"__static__": True}
        m.call_method(self_, "add_url_rule", Args([rule, "static", view], options))
    return None


def add_url_rule(m: Machine, args: Args) -> Value:
    """``add_url_rule(rule, endpoint=None, view_func=None, provide_automatic_options=None, **options)``."""
    self_ = args.pos[0]
    given = Args(args.pos[1:], args.kw, args.star, args.starstar)
    rule = given.get(0, "rule", Unknown("there is no rule"))
    endpoint, view = given.get(1, "endpoint", None), given.get(2, "view_func", None)
    if args.star is None and args.starstar is not None:
        endpoint = endpoint if "endpoint" in args.kw or len(args.pos) > 2 else args.starstar
        view = view if "view_func" in args.kw or len(args.pos) > 3 else args.starstar
    options = {k: v for k, v in args.kw.items() if k not in ("rule", "endpoint", "view_func")}
    if len(args.pos) > 4:
        options["provide_automatic_options"] = args.pos[4]
    if isinstance(self_, Instance) and isinstance(self_.native, AppState):
        rules.add_rule(m, self_, rule, endpoint, view, options, unknown_options=args.star or args.starstar)
        settled = m.settle(endpoint)
        name = rules.endpoint_of(m, view) if settled is None and view is not None else settled
        views = self_.attrs.get("view_functions")
        if view is not None and isinstance(name, str) and isinstance(views, DictV):
            m.write(views.items, name, view)
    return None


def register_blueprint(m: Machine, args: Args) -> Value:
    """``register_blueprint(blueprint, **options)``: calls the blueprint's own ``register``."""
    self_ = args.pos[0]
    blueprint = args.get(1, "blueprint", Unknown("there is no blueprint"))
    options = {k: v for k, v in args.kw.items() if k != "blueprint"}

    def one(value: Value) -> Value:
        if isinstance(value, Instance):
            return m.call_method(value, "register", Args([self_, m.new_dict(dict(options), args.starstar)]))
        if isinstance(value, External) and value.package not in ("flask",):
            m.blind(f"the blueprint {value.path} is outside the workspace", target=self_)
        elif isinstance(value, Unknown):
            m.blind(f"the blueprint that is registered is not known: {value.reason}", target=self_)
        return None

    m.each(m.settle(blueprint), one) if isinstance(blueprint, Choice) else one(blueprint)
    return None
