"""An import that fails, or adds routes to a second app, because two modules import each other.

Why: While module A is imported, it holds only the names bound so far. B, imported by A above ``app = Flask(...)``,
cannot import ``app`` from A: ImportError, partially initialized module. A file that is run as a script is the module
``__main__``; importing it by its name makes a second copy, and routes added to that copy's app answer 404.

Instead: put extensions into their own module, create the app in ``create_app()``, use ``current_app`` in functions, or
import inside the function. An import below the definition works, too.

Fix: Uses ``current_app``, which is safe where views and hooks use the name; imports inside the functions that use it,
which is safe; or moves the import that closes the circle below the definition, which is unsafe, as it then runs later.

Quiet: For imports below the definition, inside functions, under ``TYPE_CHECKING`` or in ``try``, for submodules, and
when the order in which modules are imported is not certain.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask_ls.project.facts import FileFacts
from flask_ls.project.import_order import ImportFailure
from flask_ls.project.index import FUNCTIONS, FileIndex
from flask_ls.project.model import ProjectModel
from flask_ls.project.site import Site
from flask_ls.rules.ask.current_app import with_current_app
from flask_ls.rules.ask.views import handler_around
from flask_ls.rules.context import Context
from flask_ls.rules.edits.statements import comment_behind
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Related, Severity
from flask_ls.rules.fixing import EditBuilder
from flask_ls.rules.rule import Rule

_NOQA = re.compile(r"#\s*noqa(?:\s*:\s*(?P<codes>[A-Z]+[0-9]+))?", re.IGNORECASE)


def _paths(model: ProjectModel) -> set[str]:
    found = set(model.import_failures)
    for path in model.each(_is_script):
        facts = model.files[path]
        for event in facts.import_time.events:
            if event.kind in ("import", "from"):
                module = model.names.imported(facts.module, event.module)
                names = (module, *(f"{module}.{n}" for n in event.names))
                found.update(model.modules[n].path for n in names if n in model.modules)
    return found


def _is_script(facts: FileFacts) -> bool:
    return bool(facts.import_time.main)


rule = Rule(
    __name__,
    code="FLK301",
    severity=Severity.ERROR,
    guide=(
        "Circular imports / from app import app in models is circular",
        "Circular imports / import inside the function, or current_app",
    ),
    triggers=frozenset(),
    paths=_paths,
    error_text="ImportError: cannot import name 'app' from partially initialized module 'app' "
    "(most likely due to a circular import)",
    overlaps=("pylint R0401",),
    examples=(
        Bad(
            """
            from flask import Flask
            import models

            app = Flask(__name__)
            === models.py
            from app import app
            #^^^^^^^^^^^^^^^^^^ importing app fails
            === main.py
            """,
            fails="ImportError: cannot import name 'app' from partially initialized module 'app'",
        ),
        Bad(
            """
            from flask import Flask
            import models

            app = Flask(__name__)
            === models.py
            from app import app
            #^^^^^^^^^^^^^^^^^^ importing app fails


            def name():
                return app.name
            """,
            fixed="""
            from flask import Flask
            import models

            app = Flask(__name__)
            === models.py
            def name():
                from app import app
                return app.name
            """,
            fails="ImportError: cannot import name 'app' from partially initialized module 'app'",
        ),
        Bad(
            """
            from flask import Flask
            from views import bp

            app = Flask(__name__)
            app.register_blueprint(bp)
            === views.py
            from flask import Blueprint

            from app import app
            #^^^^^^^^^^^^^^^^^^ importing app fails

            bp = Blueprint("views", __name__)


            @bp.get("/")
            def index():
                return app.name
            """,
            fixed="""
            from flask import Flask
            from views import bp

            app = Flask(__name__)
            app.register_blueprint(bp)
            === views.py
            from flask import Blueprint, current_app

            bp = Blueprint("views", __name__)


            @bp.get("/")
            def index():
                return current_app.name
            """,
            drive="assert client.get('/').text == 'app'",
            fails="ImportError: cannot import name 'app' from partially initialized module 'app'",
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)
            import views  # noqa: E402

            if __name__ == "__main__":
                app.run()
            === views.py
            from app import app
            #^^^^^^^^^^^^^^^^^^ a second copy


            @app.get("/")
            def index():
                return "x"
            """,
        ),
        Good(
            """
            from flask import Flask

            app = Flask(__name__)

            import models  # noqa: E402
            === models.py
            from app import app

            NAME = app.name
            """,
            drive="client.get('/')",
        ),
        Good(
            """
            from typing import TYPE_CHECKING

            from flask import Flask
            import models

            app = Flask(__name__)
            === models.py
            from typing import TYPE_CHECKING

            if TYPE_CHECKING:
                from app import app


            def name():
                from app import app

                return app.name
            """,
            drive="client.get('/')",
        ),
        Good(
            """
            import config
            from shop import app
            === shop/__init__.py
            from flask import Flask

            import shop.model

            app = Flask(__name__)
            === shop/model.py
            import config


            class User:
                debug = config
            === shop/paths.py
            from shop.model import User
            === config.py
            import shop.paths
            """,
            drive="pass",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Imports of this file that fail in the simulation of the import order."""
    for failure in ctx.model.import_failures.get(ctx.path, ()):
        if failure.importer == failure.module:
            continue  # a file that imports itself hides a library: FLK307
        yield _failing(failure, ctx)
    yield from _second_copies(ctx)


def _failing(failure: ImportFailure, ctx: Context) -> Finding:
    what = f'{failure.module} has not bound "{failure.name}" yet'
    raised = "AttributeError" if failure.is_attribute else "ImportError"
    related = [Related(s.site, f"{s.importer} imports {s.module}") for s in failure.chain]
    if failure.bound is not None:
        related.append(Related(failure.bound, f'{failure.module} binds "{failure.name}" only here'))
    return ctx.finding(
        failure.site.span,
        f"importing {failure.entry} fails here with {raised}: {what} when it imports this module.",
        related=related,
        fixes=[] if failure.is_attribute else [*_without_import(failure, ctx), _moved_below(failure, ctx)],
    )


def _without_import(failure: ImportFailure, ctx: Context) -> list[Fix | None]:
    """``current_app``, which is the same in views and other handlers, or an import inside the functions."""
    inside = _moved_into_functions(failure, ctx)
    statement = _import_at(failure.site, ctx)
    if statement is None or len(statement.names) != 1 or not _is_app(failure.module, failure.name, ctx):
        return [inside]
    local = statement.names[0].asname or statement.names[0].name
    uses = ctx.edit().uses(local, ctx.index.root)
    handled = all(handler_around(ctx, use) is ctx.index.function_of(use) is not None for use in uses)
    proxied = with_current_app(ctx, statement, statement.names[0], safe=handled) if uses else None
    return [proxied, inside] if handled else [inside, proxied]


def _moved_into_functions(failure: ImportFailure, ctx: Context) -> Fix | None:
    """The import where the name is used, when that is in functions only."""
    statement = _import_at(failure.site, ctx)
    if statement is None or len(statement.names) != 1 or statement not in ctx.tree.body:
        return None
    local = statement.names[0].asname or statement.names[0].name
    edit = ctx.edit()
    functions: dict[ast.AST, ast.stmt] = {}
    for use in edit.uses(local, ctx.index.root):
        outermost = [a for a in ctx.index.ancestors(use) if isinstance(a, FUNCTIONS)]
        if not outermost or ctx.index.function_of(use) is None:
            return None
        function = outermost[-1]
        if use in ast.walk(function.args) or any(use in ast.walk(d) for d in function.decorator_list):
            return None
        first = function.body[0]
        is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        if is_docstring and len(function.body) < 2:
            return None
        functions[function] = function.body[1] if is_docstring else first
    if not functions:
        return None
    for first in functions.values():
        edit.insert_line_before(first, edit.from_margin(statement))
    return ctx.fix("Import it inside the function", edit.delete_statement(statement), safe=True)


def _moved_below(failure: ImportFailure, ctx: Context) -> Fix | None:
    """The import that closes the cycle, moved below the definition in the other module."""
    step = next((s for s in failure.chain if s.importer == failure.module), None)
    if step is None or failure.bound is None or step.site.path != failure.bound.path:
        return None
    edit = ctx.edit(step.site.path)
    body = edit.index.tree.body
    moved = next((s for s in body if edit.source.span(s) == step.site.span), None)
    target = next((s for s in body if edit.source.span(s) == failure.bound.span), None)
    if moved is None or target is None or moved.lineno > target.lineno or _is_used_between(moved, target, edit.index):
        return None
    edit.delete_statement(moved).insert_line_after(target, _allowed_below(edit, moved))
    return ctx.fix(f"Move the import of {step.module} below the definition", edit, safe=False)


def _is_used_between(moved: ast.stmt, target: ast.stmt, index: FileIndex) -> bool:
    """Whether the module itself uses what the import brings before the statement below which it would stand."""
    names = {(a.asname or a.name).partition(".")[0] for a in getattr(moved, "names", ())}
    return any(
        n.id in names and moved.lineno < n.lineno <= (target.end_lineno or target.lineno)
        for n in index.nodes(ast.Name)
        if index.function_of(n) is None
    )


def _allowed_below(edit: EditBuilder, statement: ast.stmt) -> str:
    """The import with word to linters that it may stand below other code."""
    text, comment = edit.from_margin(statement), comment_behind(edit.source, statement)
    known = _NOQA.search(comment)
    if known is None:
        return f"{text.removesuffix(comment).rstrip()}  # noqa: E402{f'  {comment}' if comment else ''}"
    if known["codes"] is None or "E402" in comment:
        return text
    start = len(text) - len(comment) + known.start("codes")
    return f"{text[:start]}E402, {text[start:]}"


def _import_at(site: Site, ctx: Context) -> ast.ImportFrom | None:
    return next((n for n in ctx.index.nodes(ast.ImportFrom) if ctx.span(n) == site.span), None)


def _second_copies(ctx: Context) -> Iterator[Finding]:
    """``from app import app`` in a module that ``python app.py`` imports, with routes added to that second app."""
    for node in ctx.index.nodes(ast.ImportFrom):
        if node not in ctx.tree.body or not node.module or node.level:
            continue
        module = ctx.model.names.imported(ctx.index.module, node.module)
        facts = ctx.model.modules.get(module)
        if facts is None or facts.is_package or not facts.import_time.main:
            continue
        for alias in node.names:
            if alias.name not in facts.import_time.main or not _is_app(module, alias.name, ctx):
                continue
            importing = next(
                (e for e in facts.import_time.events if _imports(e.module, e.names, facts.module, ctx)), None
            )
            registered = _registers_on(alias.asname or alias.name, ctx)
            if importing is None or registered is None:
                continue
            yield ctx.finding(
                node,
                f"run as a script, {module} is imported here as a second copy: routes added to its app answer 404.",
                severity=Severity.WARNING,
                related=[
                    Related(Site(facts.path, importing.span), f"python {module}.py imports this module"),
                    ctx.related(registered, "this route goes to the app of the second copy"),
                ],
            )


def _imports(module: str, names: tuple[str, ...], importer: str, ctx: Context) -> bool:
    found = ctx.model.names.imported(importer, module) if module else ""
    return ctx.index.module in (found, *(f"{found}.{n}" for n in names))


_REGISTERING = frozenset({"add_url_rule", "register_blueprint", "register_error_handler"})


def _is_app(module: str, name: str, ctx: Context) -> bool:
    cls = ctx.model.class_of_name(ctx.model.names.canonical(f"{module}:{name}"))
    return cls is not None and "flask.Flask" in ctx.model.mro(cls)


def _registers_on(name: str, ctx: Context) -> ast.AST | None:
    for call in ctx.index.nodes(ast.Call):
        method = call.func if isinstance(call.func, ast.Attribute) and call.func.attr in _REGISTERING else None
        if method is not None and isinstance(method.value, ast.Name) and method.value.id == name:
            return call
    for function in ctx.index.functions():
        for decorator in function.decorator_list:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == name:
                return decorator
    return None
