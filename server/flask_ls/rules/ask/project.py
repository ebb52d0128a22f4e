"""Questions about the whole project: its factories, its extension objects, other files' trees."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from flask_ls.project.facts import Export, FileFacts, FunctionFacts, Ref
from flask_ls.project.index import FileIndex
from flask_ls.project.inference import Inference
from flask_ls.project.model import ProjectModel, union
from flask_ls.rules.ask.flow import assigned_value, targets_of
from flask_ls.rules.ask.values import UNKNOWN
from flask_ls.rules.context import Context, is_test_path

APP = "flask.Flask"

# Extension class -> what fails while no app was given, as the run-time error says it (each extension's own source);
# None: nothing fails, the extension merely does nothing. Those that work without an app (Bcrypt, Marshmallow) are not
# listed.
EXTENSIONS: dict[str, str | None] = {
    "flask_sqlalchemy.SQLAlchemy": "The current Flask app is not registered with this 'SQLAlchemy' instance",
    "flask_migrate.Migrate": "KeyError: 'migrate'",
    "flask_login.LoginManager": "'Flask' object has no attribute 'login_manager'",
    "flask_caching.Cache": "KeyError: 'cache'",
    "flask_mail.Mail": "The curent application was not configured with Flask-Mail",
    "flask_jwt_extended.JWTManager": "You must initialize a JWTManager with this flask application",
    "flask_babel.Babel": "KeyError: 'babel'",
    "flask_socketio.SocketIO": "'NoneType' object has no attribute 'emit'",
    "flask_pymongo.PyMongo": "'NoneType' object has no attribute",
    "flask_redis.FlaskRedis": "'NoneType' object has no attribute",
    "flask_limiter.Limiter": None,
    "flask_wtf.CSRFProtect": None,
    "flask_wtf.csrf.CSRFProtect": None,
    "flask_cors.CORS": None,
    "flask_session.Session": None,
    "flask_moment.Moment": None,
    "flask_bootstrap.Bootstrap": None,
    "flask_talisman.Talisman": None,
    "flask_compress.Compress": None,
    "flask_debugtoolbar.DebugToolbarExtension": None,
}


@dataclass(frozen=True, slots=True)
class Factory:
    """A function that makes an application: ``dotted`` is its project name."""

    dotted: str
    file: FileFacts
    function: FunctionFacts


def factories(model: ProjectModel) -> tuple[Factory, ...]:
    """The application factories outside of tests: module-level functions that return a ``Flask``."""
    return tuple(factory for found in model.each_named(_factories).values() for factory in found)


def _factories(facts: FileFacts, model: ProjectModel) -> tuple[Factory, ...]:
    if is_test_path(facts.path):
        return ()
    found = []
    for qualname, function in facts.functions.items():
        dotted = f"{facts.module}.{qualname}"
        if _may_return_app(function, facts) and APP in model.mro(model.class_of_result(dotted) or ""):
            found.append(Factory(dotted, facts, function))
    return tuple(found)


def _may_return_app(function: FunctionFacts, facts: FileFacts) -> bool:
    """Judged without other files: the functions of Flask that nearly every view ends with return no application."""
    if "." in function.qualname or (function.returns and all(_is_made_elsewhere(r, facts) for r in function.returns)):
        return False
    if function.annotation is not None:
        return True
    targets = {e.target for r in function.returns for e in facts.exports.get(r.dotted, (_UNKNOWN,))}
    return any(not target.startswith("flask:") or target[len("flask:") :][:1].isupper() for target in targets)


def _is_made_elsewhere(returned: Ref, facts: FileFacts) -> bool:
    """Whether it is what the module bound once, when it was imported: ``def create_app(): return app``."""
    bound = facts.exports.get(returned.dotted, ())
    return not returned.called and len(bound) == 1 and bound[0].kind in ("alias", "name", "value")


_UNKNOWN = Export("other")


def factories_near(ctx: Context) -> list[Factory]:
    """The factories in the file's own project: a workspace may hold several, each with an import path of its own."""
    index = ctx.model.index
    here = index.by_path(ctx.path) if index is not None else None
    found = []
    for factory in factories(ctx.model):
        module = index.by_path(factory.file.path) if index is not None else None
        if here is None or module is None or module.root == here.root:
            found.append(factory)
    return found


def is_made_by(ctx: Context, app: ast.expr, factory: Factory) -> bool:
    """Whether the app is a module-level name for what the factory gave: ``app = create_app()``, in any file."""
    dotted = ctx.name(app)
    facts, name = ctx.model.names.split(dotted) if dotted is not None else (None, "")
    exports = facts.exports.get(name, ()) if facts is not None else ()
    return facts is not None and any(
        e.kind == "value" and ctx.model.names.in_module(facts.module, e.target) == factory.dotted for e in exports
    )


def module_apps(model: ProjectModel) -> tuple[str, ...]:
    """The dotted names of applications bound at module level, outside of tests."""
    return tuple(app for found in model.each_named(_module_apps).values() for app in found)


def _module_apps(facts: FileFacts, model: ProjectModel) -> tuple[str, ...]:
    if is_test_path(facts.path):
        return ()
    return tuple(
        f"{facts.module}.{name}"
        for name, exports in facts.exports.items()
        if any(e.kind == "value" for e in exports)
        and APP in model.mro(model.class_of_name(f"{facts.module}.{name}") or "")
    )


def has_app(model: ProjectModel) -> bool:
    """Whether the project makes an application at all; a library of blueprints or an extension does not."""
    return bool(factories(model) or module_apps(model))


def factory_of(ctx: Context, node: ast.AST) -> Factory | None:
    """The factory in whose body the node stands."""
    function = ctx.index.function_of(node)
    if function is None:
        return None
    dotted = ctx.index.dotted(function)
    return next((f for f in factories(ctx.model) if f.dotted == dotted), None)


def extension_class(ctx: Context, node: ast.expr) -> str | None:
    """The known extension class that a call builds an instance of."""
    if not isinstance(node, ast.Call):
        return None
    return next((c for c in ctx.infer.classes_of(node) if c in EXTENSIONS), None)


def given_app(ctx: Context, call: ast.Call) -> ast.expr | None:
    """The app given to an extension's constructor; None without one."""
    for keyword in call.keywords:
        if keyword.arg == "app":
            return keyword.value
    for argument in call.args:
        if ctx.is_instance(argument, APP):
            return argument
    return None


def other_file(ctx: Context, path: str) -> Inference | None:
    """Another file of the project, to ask about its expressions; None when it cannot be read."""
    facts = ctx.model.files.get(path)
    source = ctx.read(path) if facts is not None else None
    if facts is None or source is None:
        return None
    return Inference(FileIndex(source.tree, facts.module, is_package=facts.is_package), ctx.model)


def literal_elsewhere(ctx: Context, node: ast.expr) -> Any:
    """The literal that a name of another module of the project stands for; UNKNOWN when anything may change it."""
    module, _, name = (ctx.name(node) or "").rpartition(".")
    facts = ctx.model.modules.get(module)
    if facts is None or facts.stars or len(facts.exports.get(name, ())) != 1 or name in stored_attributes(ctx.model):
        return UNKNOWN
    source = ctx.read(facts.path)
    # Not one that a condition or an exception decides.
    for statement in source.tree.body if source is not None else ():
        if any(isinstance(t, ast.Name) and t.id == name for t in targets_of(statement)):
            value = assigned_value(statement)
            return value.value if isinstance(value, ast.Constant) else UNKNOWN
    return UNKNOWN


def stored_attributes(model: ProjectModel) -> frozenset[str]:
    """The names of all attributes that any file sets on anything but ``self``: ``env`` for ``app.env = ...``."""
    return model.combined(_stored, union)


def _stored(facts: FileFacts) -> frozenset[str]:
    return frozenset(name.rpartition(".")[2] for name in facts.stores)


def mentions_g(facts: FileFacts) -> bool:
    """Whether the file imports something by the name of Flask's ``g``, or Flask itself and says ``g``."""
    return any(
        (not imported.names and imported.module == "flask" and "g" in facts.words)
        or any(name == "g" for name, _ in imported.names)
        for imported in facts.imports
    )
