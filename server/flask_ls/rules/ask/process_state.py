"""Variables of modules and attributes of classes: values that each process has once, whatever file they are in."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from flask_ls.project.deploy import DeploymentFile, invocations
from flask_ls.project.extract.refs import is_none
from flask_ls.project.facts import FileFacts
from flask_ls.project.index import FUNCTIONS
from flask_ls.project.inference import Inference
from flask_ls.project.model import ProjectModel
from flask_ls.project.scopes import Binding
from flask_ls.project.site import Site
from flask_ls.rules.ask.apps import imports_package
from flask_ls.rules.ask.flow import assigned_value, targets_of
from flask_ls.rules.ask.project import other_file
from flask_ls.rules.context import Context
from flask_ls.syntax.span import Span

# What serves a program in the process that calls it.
_SERVING_ALONE = frozenset({"waitress", "cheroot", "cherrypy", "bjoern"})
_ALONE = frozenset({"waitress-serve"})
MESSAGE_QUEUE = "message_queue"
_WORKERS = frozenset({"gunicorn", "uwsgi", "hypercorn", "uvicorn", "granian", "mod_wsgi-express"})


@dataclass(frozen=True)
class ProcessState:
    """``cls`` is the class of the value that it is given where it is made, None when that is the value None."""

    cls: str | None
    site: Site


def is_one_process(model: ProjectModel) -> bool:
    """Whether files say how the program is served, and all that do say by one process."""
    configured = {
        setting.value
        for document in model.deployment.values()
        if document.kind == "gunicorn"
        for setting in document.settings
        if setting.name == "workers"
    }
    served = [alone for document in model.deployment.values() for alone in _served(document, configured == {"1"})]
    served += [configured == {"1"}] if configured else []
    if served:
        return all(served)
    return imports_package(model, *_SERVING_ALONE) or _is_socketio_server(model)


def _is_socketio_server(model: ProjectModel) -> bool:
    """Whether Flask-SocketIO decides: without a message queue between them it allows no second process."""
    return imports_package(model, "flask_socketio") and not model.each(_has_message_queue)


def _has_message_queue(facts: FileFacts) -> bool:
    return MESSAGE_QUEUE in facts.words


def _served(document: DeploymentFile, is_configured: bool) -> Iterator[bool]:
    """For each server that the file starts whether it is one process, by its options or gunicorn's configuration."""
    for command in document.commands:
        for started in invocations(command) if command.role == "run" else ():
            texts = started.texts
            if started.program in _ALONE:
                yield True
            elif started.program in _WORKERS:
                given = {f"{a}={b}" for a, b in itertools.pairwise(texts)} | set(texts)
                says = any(text.startswith(("-w", "--workers")) for text in given)
                is_set = is_configured and started.program == "gunicorn" and not says
                yield is_set or not given.isdisjoint({"-w=1", "-w1", "--workers=1"})


def process_state(ctx: Context, name: ast.expr) -> ProcessState | None:
    """What a name or attribute in a function stands for: a variable of a module, an attribute of a class.

    None for locals, attributes of instances, and values of a class that is not known.
    """
    if isinstance(name, ast.Name):
        scope = ctx.index.scope(name).owner(name.id)
        if scope is not ctx.index.root:
            return None
        own = [b for b in scope.bindings[name.id] if b.kind not in ("import", "from")]
        if own and all(ctx.index.function_of(b.node) is not None for b in own):
            return ProcessState(None, ctx.site(own[0].node))  # `global user` where the module has no such name
        if own:
            return _made(_made_by(own), ctx.infer, ctx.path, ctx)
    elif not isinstance(name, ast.Attribute):
        return None
    dotted = (_of_own_class(ctx, name) if isinstance(name, ast.Attribute) else None) or ctx.name(name)
    facts, rest = ctx.model.names.split(dotted or "")
    infer = (ctx.infer if facts.path == ctx.path else other_file(ctx, facts.path)) if facts is not None else None
    if facts is None or infer is None:
        return None
    owner, _, last = rest.rpartition(".")
    if not owner:
        return _made(_made_by(infer.index.root.bindings.get(last, [])), infer, facts.path, ctx)
    cls = next((c for c in infer.index.nodes(ast.ClassDef) if infer.index.qualname(c) == owner), None)
    statements = [s for s in (cls.body if cls is not None else ()) if last in _names(s)]
    return _made(statements[0] if len(statements) == 1 else None, infer, facts.path, ctx)


def _of_own_class(ctx: Context, node: ast.Attribute) -> str | None:
    """The attribute of the class that ``self.items`` or ``cls.items`` reads when no instance has one of its own."""
    function = ctx.index.function_of(node)
    if not isinstance(node.value, ast.Name) or not isinstance(function, FUNCTIONS):
        return None
    parameters = [*function.args.posonlyargs, *function.args.args]
    cls = ctx.index.class_of(function)
    if cls is None or not parameters or parameters[0].arg != node.value.id:
        return None
    stored = (a for a in ctx.index.nodes(ast.Attribute) if a.attr == node.attr and isinstance(a.ctx, ast.Store))
    return None if any(True for _ in stored) else f"{ctx.index.dotted(cls)}.{node.attr}"


def _names(statement: ast.stmt) -> Iterator[str]:
    return (t.id for t in targets_of(statement) if isinstance(t, ast.Name))


def _made_by(bindings: list[Binding]) -> ast.AST | None:
    made = [b for b in bindings if b.kind == "assign"]
    is_sure = len(made) == 1 or (made and all(b.kind in ("assign", "target") for b in bindings))
    return made[0].node if is_sure else None


def _made(statement: ast.AST | None, infer: Inference, path: str, ctx: Context) -> ProcessState | None:
    value = assigned_value(statement)
    if statement is None or value is None:
        return None
    cls = infer.class_of(value)
    if cls is None and not is_none(value):
        return None
    source = ctx.read(path)
    return ProcessState(cls, Site(path, source.span(statement) if source is not None else Span(0, 0)))
