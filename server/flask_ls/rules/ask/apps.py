"""Which apps a file belongs to, and the configuration they end up with."""

from __future__ import annotations

import ast

from flask_ls.project.config.facts import Mention
from flask_ls.project.config.model import AppConfig
from flask_ls.project.facts import FileFacts
from flask_ls.project.model import ProjectModel, union
from flask_ls.rules.context import Context, is_test_path


def configs_for(ctx: Context, node: ast.AST) -> list[AppConfig]:
    """The configurations of the apps that may run the code at ``node``: by its routes, else by what loads the file.

    Empty when no app is known to.
    """
    loading = [c for c in ctx.model.configs if ctx.path in c.modules and not is_test_path(c.site.path)]
    names = _routed(ctx, node)
    routed = [c for c in loading if c.app in names]
    return routed or loading


def _routed(ctx: Context, node: ast.AST) -> set[str]:
    function = ctx.index.function_of(node)
    if function is None or isinstance(function, ast.Lambda):
        return set()
    return ctx.model.once(_apps_of_functions).get(ctx.index.dotted(function), set())


def _apps_of_functions(model: ProjectModel) -> dict[str | None, set[str]]:
    found: dict[str | None, set[str]] = {}
    for route in model.routes.routes:
        found.setdefault(route.function, set()).add(route.app)
    return found


def imports_package(model: ProjectModel, *packages: str) -> bool:
    """Whether a file of the project outside of tests imports one of these packages."""
    return not imported_packages(model).isdisjoint(packages)


def imported_packages(model: ProjectModel) -> frozenset[str]:
    """The top-level packages that files outside of tests import."""
    return model.combined(_packages, union)


def _packages(facts: FileFacts) -> frozenset[str]:
    imports = facts.imports if not is_test_path(facts.path) else ()
    return frozenset(imported.module.partition(".")[0] for imported in imports)


def uses_sessions(model: ProjectModel) -> bool:
    """Whether the project writes to Flask's session, itself or through Flask-Login."""
    return bool(model.each(_writes_session)) or imports_package(model, "flask_login", "flask_security")


def _writes_session(facts: FileFacts) -> bool:
    return bool(facts.session_writers) and not is_test_path(facts.path)


def keeps_sessions_elsewhere(model: ProjectModel) -> bool:
    """Whether sessions are, or may be, kept outside of Flask's signed cookie."""
    libraries = ("flask_session", "flask_kvsession", "flask_sessionstore", "beaker")
    return bool(model.each(_sets_session_interface)) or imports_package(model, *libraries)


def _sets_session_interface(facts: FileFacts) -> bool:
    return any(source.kind == "session_interface" for source in facts.config.open_sources)


def may_be_set_out_of_sight(model: ProjectModel, key: str) -> bool:
    """Whether code that no start of the program was seen to run may give a watched key a value."""
    evaluation = model.evaluation
    for path, mentions in model.each(_mentions).items():
        entered = evaluation.entered.get(path, frozenset())
        for mention in mentions:
            if mention.key != key or mention.truth is False:
                continue
            if path not in evaluation.loaded or (mention.function and mention.function not in entered):
                return True
    return False


def _mentions(facts: FileFacts) -> tuple[Mention, ...]:
    return facts.config.mentions if not is_test_path(facts.path) else ()
