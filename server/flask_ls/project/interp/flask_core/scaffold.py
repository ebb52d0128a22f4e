"""What applications and blueprints share: decorators that add rules, hooks, static folders."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import subscripts
from flask_ls.project.interp.library import data_files
from flask_ls.project.interp.library.table import text_of
from flask_ls.project.interp.records import BlueprintState
from flask_ls.project.interp.values import MISSING, Args, External, Instance, ModuleV, Namespace, Native, Unknown, Value

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

VERBS = ("get", "post", "put", "delete", "patch")

# Decorators that take the function directly and give it back.
HOOKS = (
    "before_request after_request teardown_request teardown_appcontext context_processor url_value_preprocessor "
    "url_defaults shell_context_processor before_first_request before_serving after_serving while_serving "
    "before_app_request after_app_request teardown_app_request app_context_processor app_url_value_preprocessor "
    "app_url_defaults before_app_first_request"
).split()
# Decorators with arguments.
HOOK_MAKERS = (
    "errorhandler app_errorhandler template_filter template_test template_global app_template_filter "
    "app_template_test app_template_global"
).split()
# Methods that change nothing about the routes.
QUIET = (
    "register_error_handler add_template_filter add_template_test add_template_global add_app_template_filter "
    "add_app_template_test add_app_template_global run test_cli_runner log_exception make_shell_context "
    "create_jinja_environment select_jinja_autoescape update_template_context make_response iter_blueprints "
    "full_dispatch_request dispatch_request process_response finalize_request handle_exception handle_user_exception "
    "open_instance_resource send_static_file get_send_file_max_age inject_url_defaults ensure_sync "
    "async_to_sync do_teardown_request do_teardown_appcontext preprocess_request wsgi_app create_url_adapter "
    "auto_find_instance_path create_global_jinja_loader should_ignore_error raise_routing_exception url_for aborter "
    "redirect make_aborter make_config handle_url_build_error handle_http_exception trap_http_exception "
    "try_trigger_before_first_request_functions make_default_options_response init_jinja_globals logger json "
    "instance_path secret_key session_interface jinja_env jinja_loader got_first_request name import_name debug "
    "template_folder jinja_options import_name cli json_encoder json_decoder session_cookie_name env "
    "propagate_exceptions "
    "permanent_session_lifetime send_file_max_age_default use_x_sendfile response_class request_class config_class "
    "app_ctx_globals_class test_client_class test_cli_runner_class json_provider_class url_build_error_handlers "
    "teardown_appcontext_funcs shell_context_processors jinja_environment aborter_class extensions "
    "url_value_preprocessors url_default_functions template_context_processors before_request_funcs "
    "after_request_funcs "
    "teardown_request_funcs error_handler_spec static_folder static_url_path has_static_folder root_path testing "
    "instance_relative_config preserve_context_on_exception templates_auto_reload subdomain_matching"
).split()


def install(m: Machine, names: dict[str, Value]) -> None:
    """Add the shared methods to the names of a class."""
    names["route"] = Native("route", route)
    for verb in VERBS:
        names[verb] = Native(verb, _verb(verb.upper()))
    names["endpoint"] = Native("endpoint", _endpoint)
    for name in HOOKS:
        names[name] = Native(name, _hook)
    for name in HOOK_MAKERS:
        names[name] = Native(name, _hook_maker)
    names["open_resource"] = Native("open_resource", _open_resource)
    for name in QUIET:
        names.setdefault(name, External(f"flask.Flask.{name}"))
    names["app_context"] = names["test_request_context"] = names["request_context"] = Native(
        "app_context", _app_context
    )
    names["test_client"] = Native("test_client", lambda m_, a: External("flask.testing.FlaskClient()", m_.serial))


def _open_resource(m: Machine, args: Args) -> Value:
    root, name = m.settle(m.get(args.pos[0], "root_path")), text_of(m, args.get(1, "resource"))
    known = isinstance(root, str) and isinstance(name, str)
    return data_files.opened(m, Args([posixpath.join(root, name) if known else Unknown("which file this is")]))


def add_rule_through(m: Machine, owner: Value, args: Args, app: Value) -> None:
    """Call ``owner.add_url_rule``, whoever has overridden it."""
    method = m.get(owner, "add_url_rule")
    if isinstance(method, Unknown):
        m.blind("rules are added by a method that cannot be read", target=app, place=None)
    m.call(method, args)


def route(m: Machine, args: Args) -> Value:
    """``route(rule, **options)``: a decorator that calls ``add_url_rule`` and gives the function back."""
    self_ = args.pos[0]
    rule = args.get(1, "rule", Unknown("there is no rule"))
    options = {k: v for k, v in args.kw.items() if k != "rule"}

    def decorate(m_: Machine, given: Args) -> Value:
        view = given.get(0, "f")
        own = dict(options)
        endpoint = own.pop("endpoint", None)
        add_rule_through(m_, self_, Args([rule, endpoint, view], own, None, args.starstar), self_)
        return view

    return m.native("route", decorate)


def _verb(method: str) -> Any:
    def run(m: Machine, args: Args) -> Value:
        self_ = args.pos[0]
        options = {**args.kw, "methods": (method,)}
        return m.call_method(self_, "route", Args(args.pos[1:], options, args.star, args.starstar))

    return run


def _endpoint(m: Machine, args: Args) -> Value:
    self_, endpoint = args.pos[0], args.get(1, "endpoint")

    def decorate(m_: Machine, given: Args) -> Value:
        view = given.get(0, "f")
        views = m_.get(self_, "view_functions", None)
        if views is not None:
            subscripts.set_item(m_, views, endpoint, view)
        return view

    return m.native("endpoint", decorate)


def _changed(m: Machine, self_: Value) -> None:
    if isinstance(self_, Instance) and isinstance(self_.native, BlueprintState) and not m.dry:
        state = self_.native
        if state.registered:
            state.after.append((m.stack_of(), state.registered[-1]))


def _hook(m: Machine, args: Args) -> Value:
    _changed(m, args.pos[0])
    return args.get(1, "f", None)


def _hook_maker(m: Machine, args: Args) -> Value:
    self_ = args.pos[0]
    first = args.get(1, "name", None)
    if (
        first is not None
        and not isinstance(first, (str, int, Unknown))
        and m.truth(m.builtins["callable"].run(m, Args([first])))
    ):
        return first

    def decorate(m_: Machine, given: Args) -> Value:
        _changed(m_, self_)
        return given.get(0, "f")

    return m.native("decorate", decorate)


def _app_context(m: Machine, args: Args) -> Value:
    app = args.pos[0]
    made = External("app_context()", m.serial)
    made.held = (app,)
    made.attrs = Namespace(m.serial)
    made.attrs["push"] = made.attrs["__enter__"] = m.native("push", lambda m_, _: m_.app_contexts.append(app))
    made.attrs["pop"] = made.attrs["__exit__"] = m.native("pop", lambda m_, _: _pop_context(m_, app))
    return made


def _pop_context(m: Machine, app: Value) -> Value:
    if m.app_contexts and m.app_contexts[-1] is app:
        m.app_contexts.pop()
    return None


def static_url_path(folder: Value, url_path: Value) -> Value:
    """The URL path of the static files, from the folder when not given."""
    if isinstance(url_path, str):
        return url_path.rstrip("/")
    if url_path is None and isinstance(folder, str):
        return f"/{posixpath.basename(folder.rstrip('/'))}".rstrip("/")
    return Unknown("the URL path of the static files is not known")


def root_path(m: Machine, import_name: Value) -> Value:
    """The folder of the module that an app or blueprint is named after."""
    name = m.settle(import_name)
    frame = m.frame
    while frame is not None:
        module = frame.module
        if isinstance(module, ModuleV) and not module.is_model:
            if name == module.module.import_name or not isinstance(name, str):
                return module.module.folder
            found = m.sources.index.find(name, module.module)
            return found.folder if found is not None else module.module.folder
        frame = frame.caller
    return Unknown("the root path is not known")


def given(value: Value, default: Value) -> Value:
    """A value or its default when it was not given."""
    return default if value is MISSING else value
