"""An import of ``app`` from a module that builds its application in a factory and has no ``app``.

Why: ``app`` is a local variable of ``create_app()``. At module level there is no such name, so the import raises
ImportError as soon as it runs.

Instead: In code that runs during a request use ``from flask import current_app``; in scripts and tests call
``create_app()``.

Fix: Imports ``current_app`` and uses it wherever ``app`` was used. Safe: the import failed in any case. Not offered
when a use runs at import time or needs the real application, as ``app.run()`` does.

Quiet: When a submodule or anything else may bind the name: a star import, ``__getattr__``, ``globals()``; under
``TYPE_CHECKING`` and where ImportError is caught.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flask_ls.project.extract.refs import is_type_checking
from flask_ls.project.facts import FileFacts
from flask_ls.project.index import FileIndex
from flask_ls.project.model import ProjectModel
from flask_ls.project.modules import resolve_relative
from flask_ls.project.site import Site
from flask_ls.rules.ask.current_app import with_current_app
from flask_ls.rules.ask.flow import is_caught
from flask_ls.rules.ask.project import APP, Factory, factories, other_file, stored_attributes
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Related, Severity
from flask_ls.rules.rule import Rule


def _may_miss_a_name(facts: FileFacts, model: ProjectModel) -> bool:
    """Whether it imports a name from a module with a factory that, as far as facts tell, is not bound there."""
    makers = {f.function.qualname for f in factories(model)}
    for imported in facts.imports if makers else ():
        module = model.modules.get(model.names.imported(facts.module, imported.module)) if imported.names else None
        if module is None or module.path == facts.path or makers.isdisjoint(module.exports):
            continue
        bound = model.once(_Offers).bound(module)
        if any(name not in bound and not _is_there(model, module, name) for name, _ in imported.names):
            return True
    return False


rule = Rule(
    __name__,
    code="FLK302",
    severity=Severity.ERROR,
    guide=(
        "Circular imports / from app import app in models is circular",
        "Circular imports / import inside the function, or current_app",
        "Application context / create_app() avoids circular imports",
    ),
    triggers=frozenset(),
    when=_may_miss_a_name,
    error_text="ImportError: cannot import name 'app' from 'shop'",
    examples=(
        Bad(
            """
            === shop/__init__.py
            from flask import Flask


            def create_app():
                app = Flask(__name__)
                from shop import models
                return app
            === shop/models.py
            from shop import app
            #                ^^^ shop has no "app"


            def page_size():
                return app.config["PAGE_SIZE"]
            """,
            fixed="""
            === shop/models.py
            from flask import current_app


            def page_size():
                return current_app.config["PAGE_SIZE"]
            """,
            drive="",
            fails="ImportError: cannot import name 'app' from 'shop'",
        ),
        Good(
            """
            === shop/__init__.py
            from flask import Flask


            def create_app():
                app = Flask(__name__)
                from shop import models
                return app
            === shop/models.py
            from flask import current_app


            def page_size():
                return current_app.config["PAGE_SIZE"]
            """,
            drive="",
        ),
    ),
)


@rule.on(ast.ImportFrom)
def check(node: ast.ImportFrom, ctx: Context) -> Iterator[Finding]:
    """``from shop import app``, ``from . import app``."""
    names = ctx.model.names
    written = resolve_relative(ctx.index.module, ctx.index.is_package, node.level, node.module)
    facts = ctx.model.modules.get(names.imported(ctx.index.module, written)) if written else None
    if facts is None or facts.path == ctx.path or _is_optional(ctx, node):
        return
    for alias in node.names:
        factory = _factory(ctx, facts, alias.name)
        if factory is not None:
            name = factory.function.qualname
            yield ctx.finding(
                alias,
                f'This raises ImportError: {written} has no "{alias.name}", its app is built in {name}().',
                related=[Related(Site(factory.file.path, factory.function.name_span), "the factory")],
                fixes=[with_current_app(ctx, node, alias, safe=True)],
            )


def _factory(ctx: Context, facts: FileFacts, name: str) -> Factory | None:
    """The factory that keeps this name of the module to itself; None when the module has the name."""
    if _is_there(ctx.model, facts, name):
        return None
    offered = ctx.model.once(_Offers).of(facts)
    if not offered or _may_be_bound(ctx, facts, name):
        return None
    return next((f for f in offered if name in ("app", "application") or _has_local_app(ctx, f, name)), None)


class _Offers:
    """What can be had from a module with a factory, looked up once for each module."""

    def __init__(self, model: ProjectModel) -> None:
        self._model = model
        self._known: dict[str, list[Factory]] = {}
        self._bound: dict[str, frozenset[str]] = {}
        self.names_of_main: dict[str, _Names | None] = {}

    def of(self, facts: FileFacts) -> list[Factory]:
        """The factories that a module defines or imports."""
        if facts.path not in self._known:
            made = factories(self._model)
            canonical = self._model.names.canonical
            names = {canonical(f"{facts.module}:{export}") for export in facts.exports} if made else set()
            self._known[facts.path] = [f for f in made if f.dotted in names]
        return self._known[facts.path]

    def bound(self, facts: FileFacts) -> frozenset[str]:
        """The names that importing a module binds, whatever is imported before it."""
        if facts.path not in self._bound:
            events = facts.import_time.events
            self._bound[facts.path] = frozenset(name for event in events for name in event.bound)
        return self._bound[facts.path]


class _Names(NamedTuple):
    """What a module binds where: ``always`` outside of ``if __name__ == "__main__"``."""

    always: frozenset[str]
    is_dynamic: bool


def _is_there(model: ProjectModel, facts: FileFacts, name: str) -> bool:
    """Whether facts alone tell that a module has a name, or may have it."""
    if name == "*" or name in facts.functions or name in facts.classes or "__getattr__" in facts.functions:
        return True
    if any(export.kind in ("alias", "def", "class") for export in facts.exports.get(name, ())):
        return True
    if any(s.rpartition(".")[2] == name for s in facts.stores):
        return True
    if facts.stars and not all(s in model.modules for s in facts.stars):
        return True
    if model.names.in_module(facts.module, name) is not None and name not in facts.exports:
        return True
    module = model.index.by_path(facts.path) if model.index is not None else None
    return model.index is None or module is None or model.index.submodule(module, name) is not None


def _may_be_bound(ctx: Context, facts: FileFacts, name: str) -> bool:
    if name in stored_attributes(ctx.model):
        return True
    bound = _names_of(ctx, facts.path)
    return bound is None or bound.is_dynamic or name in bound.always


def _names_of(ctx: Context, path: str) -> _Names | None:
    known = ctx.model.once(_Offers).names_of_main
    if path not in known:
        other = other_file(ctx, path)
        known[path] = _read_names(other.index) if other is not None else None
    return known[path]


def _read_names(index: FileIndex) -> _Names:
    always = {
        name
        for name, bindings in index.root.bindings.items()
        if not all(_is_in_main_guard(index, b.node) for b in bindings)
    }
    dynamic = ("globals", "exec", "setattr", "vars")
    return _Names(frozenset(always), any(n.id in dynamic for n in index.nodes(ast.Name)))


def _has_local_app(ctx: Context, factory: Factory, name: str) -> bool:
    other = other_file(ctx, factory.file.path)
    if other is None:
        return False
    for function in other.index.functions():
        if other.index.qualname(function) == factory.function.qualname:
            bindings = other.index.scope_made_by(function).bindings.get(name, [])
            return any(b.value is not None and other.is_instance(b.value, APP) for b in bindings)
    return False


def _is_in_main_guard(index: FileIndex, node: ast.AST) -> bool:
    """Whether the node runs only when its file is the script: ``if __name__ == "__main__":``."""
    for ancestor in index.ancestors(node):
        if isinstance(ancestor, ast.If) and isinstance(ancestor.test, ast.Compare):
            sides = [ancestor.test.left, *ancestor.test.comparators]
            names = {s.id for s in sides if isinstance(s, ast.Name)}
            values = {s.value for s in sides if isinstance(s, ast.Constant)}
            if "__name__" in names and "__main__" in values and isinstance(ancestor.test.ops[0], ast.Eq):
                return True
    return False


def _is_optional(ctx: Context, node: ast.ImportFrom) -> bool:
    """Whether the import does not run, or may fail."""
    if is_caught(ctx, node, "ImportError"):
        return True
    return any(isinstance(a, ast.If) and is_type_checking(a.test) for a in ctx.index.ancestors(node))
