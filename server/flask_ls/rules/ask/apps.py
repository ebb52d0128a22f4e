"""Which apps a file belongs to, and the configuration they end up with."""

from __future__ import annotations

import ast

from flask_ls.project.config.model import AppConfig
from flask_ls.project.model import ProjectModel
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
    dotted = ctx.index.dotted(function)
    return {r.app for r in ctx.model.evaluation.table.routes if r.function == dotted}


def imports_package(model: ProjectModel, *packages: str) -> bool:
    """Whether a file of the project outside of tests imports one of these packages."""
    return not imported_packages(model).isdisjoint(packages)


def imported_packages(model: ProjectModel) -> frozenset[str]:
    """The top-level packages that files outside of tests import."""
    return model.once(_imported_packages)


def _imported_packages(model: ProjectModel) -> frozenset[str]:
    files = (f for f in model.files.values() if not is_test_path(f.path))
    return frozenset(i.module.partition(".")[0] for f in files for i in f.imports)


def uses_sessions(model: ProjectModel) -> bool:
    """Whether the project writes to Flask's session, itself or through Flask-Login."""
    return model.once(_uses_sessions)


def _uses_sessions(model: ProjectModel) -> bool:
    written = any(f.session_writers for f in model.files.values() if not is_test_path(f.path))
    return written or imports_package(model, "flask_login", "flask_security")


def keeps_sessions_elsewhere(model: ProjectModel) -> bool:
    """Whether sessions are, or may be, kept outside of Flask's signed cookie."""
    return model.once(_keeps_sessions_elsewhere)


def _keeps_sessions_elsewhere(model: ProjectModel) -> bool:
    stores = any(o.kind == "session_interface" for f in model.files.values() for o in f.config.open_sources)
    return stores or imports_package(model, "flask_session", "flask_kvsession", "flask_sessionstore", "beaker")


def may_be_set_out_of_sight(model: ProjectModel, key: str) -> bool:
    """Whether code that no start of the program was seen to run may give a watched key a value."""
    evaluation = model.evaluation
    for facts in model.files.values():
        if is_test_path(facts.path):
            continue
        entered = evaluation.entered.get(facts.path, frozenset())
        for mention in facts.config.mentions:
            if mention.key != key or mention.truth is False:
                continue
            if facts.path not in evaluation.loaded or (mention.function and mention.function not in entered):
                return True
    return False
