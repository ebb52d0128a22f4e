"""What makes Flask save the session, across functions and files. Generous: what may save counts as saving."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from flask_ls.project.facts import FileFacts, FunctionFacts
from flask_ls.project.model import ProjectModel
from flask_ls.rules.ask.apps import keeps_sessions_elsewhere
from flask_ls.rules.ask.views import handlers
from flask_ls.rules.context import Context, is_test_path

_HOOKS = frozenset(
    {"before_request", "before_app_request", "after_request", "after_app_request", "context_processor"}
    | {"app_context_processor", "url_value_preprocessor", "app_url_value_preprocessor"}
)


def is_always_saved(ctx: Context) -> bool:
    """Whether every request may save the session: permanent sessions, hooks that write, another session interface."""
    return keeps_sessions_elsewhere(ctx.model) or bool(ctx.model.each(_saves_always))


def _saves_always(facts: FileFacts) -> bool:
    if is_test_path(facts.path):
        return False
    if any(s.endswith("session.permanent") for s in facts.stores):
        return True
    for qualname in facts.session_writers:
        function = facts.functions.get(qualname)
        if function is not None and any(d.dotted.rpartition(".")[2] in _HOOKS for d in function.decorators):
            return True
    return False


def may_save(ctx: Context, call: ast.Call) -> bool:
    """Whether a call may run code that writes to the session itself."""
    writers = ctx.model.combined(_writers, _names_in)
    name = ctx.called(call)
    known = ctx.model.names.function(name) if name is not None else None
    if known is not None:
        return _writes(ctx, known[0], known[1], writers)
    func = call.func
    if isinstance(func, ast.Attribute):
        cls = ctx.infer.class_of(func.value)
        if cls is not None and ctx.model.names.class_(cls) is None:
            return False  # a method of a library
        return func.attr in writers
    return isinstance(func, ast.Name) and func.id in writers


def _writers(facts: FileFacts) -> frozenset[str]:
    return facts.session_writers


def _names_in(writers: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset(q.rpartition(".")[2] for found in writers.values() for q in found if q)


def _writes(ctx: Context, facts: FileFacts, function: FunctionFacts, writers: frozenset[str]) -> bool:
    if function.qualname in facts.session_writers:
        return True
    source = ctx.read(facts.path)
    if source is None:
        return True
    text = source.text[function.span.start : function.span.end]
    return any(m[1] in writers and m[1] != function.qualname.rpartition(".")[2] for m in _CALL.finditer(text))


_CALL = re.compile(r"\b([A-Za-z_]\w*)\s*\(")


def is_saved_around(ctx: Context, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether what runs around the function may save: its decorators, or its callers when Flask does not call it."""
    for decorator in function.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = ctx.name(target)
        known = ctx.model.names.function(name) if name is not None else None
        if known is not None:
            own = known[1].qualname
            if any(q == own or q.startswith(f"{own}.") for q in known[0].session_writers):
                return True
    return not handlers(ctx).roles(function) and _callers_may_save(ctx, function)


def _callers_may_save(ctx: Context, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function that calls this one may save; also when no caller is known."""
    facts = ctx.model.files.get(ctx.path)
    if facts is None or _is_used_elsewhere(ctx.model, facts, function.name, ctx.index.qualname(function)):
        return True
    callers = set()
    for call in ctx.index.nodes(ast.Call):
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if called == function.name:
            callers.add(ctx.index.function_of(call))
    if not callers or None in callers:
        return True
    return any(
        not isinstance(c, (ast.FunctionDef, ast.AsyncFunctionDef))
        or ctx.index.qualname(c) in facts.session_writers
        or not handlers(ctx).roles(c)
        for c in callers
    )


def _is_used_elsewhere(model: ProjectModel, facts: FileFacts, name: str, qualname: str) -> bool:
    """Whether another file that writes to the session imports the function, its class or its module."""
    top = qualname.partition(".")[0]
    for path in model.each(_writers):
        other = model.files[path]
        if path == facts.path:
            continue
        for imported in other.imports:
            names = {n for n, _ in imported.names}
            if imported.module == facts.module and (not names or names & {top, name, "*"}):
                return True
            if facts.module in {f"{imported.module}.{n}" for n in names}:
                return True
    return False
