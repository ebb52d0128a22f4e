"""A blueprint with routes that no app registers.

Why: The routes of a blueprint exist only after ``app.register_blueprint(bp)``, directly or through a parent blueprint
that is registered. Until then their URLs answer 404.

Instead: register it where the app is made.

Fix: Registers it on the only app or in the only factory, with the import it needs; unsafe, as its routes then exist.

Quiet: In projects without an app (extensions, plugins), when the blueprint is handed to code that cannot be read, and
when a registration anywhere is computed at run time.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.model import ProjectModel
from flask_ls.project.routes import Blueprint
from flask_ls.rules.ask.project import factories, module_apps
from flask_ls.rules.ask.routing import is_certain, node_at, reachable
from flask_ls.rules.context import Context, is_test_path
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule


def _unregistered(model: ProjectModel) -> list[Blueprint]:
    if not is_certain(model):
        return []
    return [
        b
        for b in model.routes.blueprints
        if not b.registrations
        and not b.escapes
        and b.variable is not None
        and not is_test_path(b.site.path)
        and not reachable(b)
    ]


def _unloaded(model: ProjectModel) -> list[tuple[str, str]]:
    """Path and name of the blueprints in files that no file of the project imports: nothing can register them."""
    return model.once(_find_unloaded)


def _find_unloaded(model: ProjectModel) -> list[tuple[str, str]]:
    if not is_certain(model):
        return []
    imported = {i.module for f in model.files.values() for i in f.imports}
    imported |= {f"{i.module}.{name}" for f in model.files.values() for i in f.imports for name, _ in i.names}
    read = {b.site.path for b in model.routes.blueprints}
    return [
        (facts.path, name)
        for facts in model.files.values()
        if facts.path not in read and facts.module not in imported and not is_test_path(facts.path)
        for name, exports in facts.exports.items()
        if len(exports) == 1 and model.class_of_name(f"{facts.module}.{name}") == "flask.Blueprint"
    ]


def _paths(model: ProjectModel) -> set[str]:
    return {b.site.path for b in _unregistered(model)} | {path for path, _ in _unloaded(model)}


rule = Rule(
    __name__,
    code="FLK602",
    severity=Severity.WARNING,
    guide=("Circular imports / blueprints register at factory time",),
    triggers=frozenset(),
    paths=_paths,
    examples=(
        Bad(
            """
            from flask import Blueprint, Flask

            bp = Blueprint("api", __name__)
            #    ^^^^^^^^^^^^^^^^^^^^^^^^^^ no app registers "api"


            @bp.get("/users")
            def users():
                return "x"


            app = Flask(__name__)
            """,
            fixed="""
            from flask import Blueprint, Flask

            bp = Blueprint("api", __name__)


            @bp.get("/users")
            def users():
                return "x"


            app = Flask(__name__)
            app.register_blueprint(bp)
            """,
            drive="assert client.get('/users').status_code == 200",
            fails="AssertionError",
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)
            === views.py
            from flask import Blueprint

            bp = Blueprint("api", __name__)
            #    ^^^^^^^^^^^^^^^^^^^^^^^^^^ no file of the project imports this blueprint


            @bp.get("/users")
            def users():
                return "x"
            """,
            drive="assert client.get('/users').status_code == 200",
            fails="AssertionError",
        ),
        Bad(
            """
            from flask import Flask


            def create_app():
                app = Flask(__name__)
                from shop.index import bp

                app.register_blueprint(bp)
                return app
            === shop/__init__.py
            === shop/index.py
            from flask import Blueprint

            bp = Blueprint("index", __name__)
            === shop/users.py
            from flask import Blueprint

            bp = Blueprint("users", __name__)
            #    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no file of the project imports this blueprint


            @bp.get("/users")
            def users():
                return "x"
            """,
            fixed="""
            from flask import Flask


            def create_app():
                app = Flask(__name__)
                from shop.index import bp

                app.register_blueprint(bp)
                from shop.users import bp as users_bp

                app.register_blueprint(users_bp)
                return app
            """,
            drive="assert app_module.create_app().test_client().get('/users').status_code == 200",
            fails="AssertionError",
        ),
        Good(
            """
            import importlib

            from flask import Flask

            app = Flask(__name__)
            for name in ("views",):
                app.register_blueprint(importlib.import_module(name).bp)
            === views.py
            from flask import Blueprint

            bp = Blueprint("api", __name__)


            @bp.get("/users")
            def users():
                return "x"
            """,
            drive="assert client.get('/users').status_code == 200",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Blueprints made in this file."""
    for blueprint in _unregistered(ctx.model):
        if blueprint.site.path != ctx.path or blueprint.variable is None:
            continue
        is_alone = blueprint.has_routes and not _is_handed_on(blueprint.variable, ctx)
        if is_alone or _has_children(blueprint.variable, ctx):
            yield ctx.finding(
                blueprint.site.span,
                f'no app registers "{blueprint.name}": its URLs answer 404.',
                fixes=[
                    _registered(blueprint, ctx) or _registered_in_factory(blueprint.variable.rpartition(".")[2], ctx)
                ],
            )


@rule.on_file
def check_unloaded(ctx: Context) -> Iterator[Finding]:
    """Blueprints with routes in a file that nothing imports."""
    names = [name for path, name in _unloaded(ctx.model) if path == ctx.path]
    for name in names:
        # A plug-in file that a program is pointed at: it registers the blueprint itself.
        if name in ctx.model.files[ctx.path].passed:
            continue
        binding = ctx.index.root.bindings[name][0] if len(ctx.index.root.bindings.get(name, ())) == 1 else None
        made = binding.value if binding is not None else None
        routed = (d for f in ctx.index.functions() for d in f.decorator_list if isinstance(d, ast.Call))
        if made is not None and any(
            isinstance(d.func, ast.Attribute) and ctx.text(d.func.value) == name for d in routed
        ):
            yield ctx.finding(
                made,
                "no file of the project imports this blueprint: its URLs answer 404.",
                fixes=[_registered_in_factory(name, ctx)],
            )


def _registered_in_factory(name: str, ctx: Context) -> Fix | None:
    """A registration behind the others of the only factory, or before its end, with the import it needs."""
    made = factories(ctx.model)
    if len(made) != 1 or module_apps(ctx.model):
        return None
    edit = ctx.edit(made[0].file.path)
    function = next((f for f in edit.index.functions() if edit.index.qualname(f) == made[0].function.qualname), None)
    last = function.body[-1] if function is not None else None
    if function is None or not isinstance(last, ast.Return) or not isinstance(last.value, ast.Name):
        return None
    app = last.value.id
    registrations = [s for s in function.body if _registers(s, app)]
    lines = f"{app}.register_blueprint({name})"
    if made[0].file.path != ctx.path:
        taken = edit.index.scope(last).owner(name) is not None
        local = f"{ctx.index.module.rpartition('.')[2]}_{name}" if taken else name
        imported = name if local == name else f"{name} as {local}"
        lines = f"from {ctx.index.module} import {imported}\n\n{app}.register_blueprint({local})"
    if registrations:
        edit.insert_line_after(registrations[-1], lines)
    else:
        edit.insert_line_before(last, lines)
    return ctx.fix(f"Register it in {made[0].function.qualname}()", edit, safe=False)


def _registers(statement: ast.stmt, app: str) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "register_blueprint"
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == app
    )


def _is_handed_on(variable: str, ctx: Context) -> bool:
    """Whether anything in the project may be called with it: a parent blueprint, perhaps, that is not registered."""
    last = variable.rpartition(".")[2]
    names = ctx.model.names
    for facts in ctx.model.files.values():
        for passed in facts.passed:
            meant = names.in_module(facts.module, passed)
            if meant == variable or (meant is None and passed.rpartition(".")[2] == last):
                return True
    return False


def _has_children(variable: str, ctx: Context) -> bool:
    return any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr == "register_blueprint"
        and ctx.name(call.func.value) == variable
        for call in ctx.index.nodes(ast.Call)
    )


def _registered(blueprint: Blueprint, ctx: Context) -> Fix | None:
    """A registration after the app of this file is made, when that is at module level below the blueprint's routes."""
    apps = [a for a in module_apps(ctx.model) if ctx.model.names.split(a)[0] is ctx.model.files.get(ctx.path)]
    made = node_at(ctx, blueprint.site.span)
    if len(apps) != 1 or factories(ctx.model) or made is None or blueprint.variable is None:
        return None
    name = apps[0].rpartition(".")[2]
    bindings = ctx.index.root.bindings.get(name, [])
    statement = bindings[0].node if len(bindings) == 1 else None
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement not in ctx.tree.body:
        return None
    variable = blueprint.variable.rpartition(".")[2]
    uses = [n.lineno for n in ctx.index.nodes(ast.Name) if n.id == variable]
    if not uses or max(uses) > statement.lineno:
        return None
    edit = ctx.edit().insert_line_after(statement, f"{name}.register_blueprint({variable})")
    return ctx.fix(f"Register it on {name}", edit, safe=False)
