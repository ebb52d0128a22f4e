"""For which stage code is meant: tests, development, production."""

from __future__ import annotations

import ast
import posixpath
import re

from flask_ls.project.config.keys import DEFAULTED_KEYS
from flask_ls.project.config.stage import Stage, stage_of_name
from flask_ls.project.deploy import DeploymentFile
from flask_ls.project.deploy.kinds import is_development_path
from flask_ls.project.facts import FileFacts
from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.rules.ask.config import Write
from flask_ls.rules.ask.flow import assigned_value, own_nodes, targets_of, tests_before
from flask_ls.rules.ask.values import constant
from flask_ls.rules.context import Context, is_test_path
from flask_ls.rules.deployment import DeploymentContext

_FLIPPED: dict[Stage, Stage] = {"production": "development", "development": "any", "test": "any"}
_TESTING = frozenset({"test_client", "test_cli_runner", "test_request_context"})
# Celery runs tasks at once, in the same process, where one of these is on: its way to test.
_TEST_SWITCHES = frozenset({"CELERY_ALWAYS_EAGER", "CELERY_TASK_ALWAYS_EAGER", "task_always_eager"})
_EXAMPLES = frozenset({"demo", "demos", "example", "examples", "mock", "mocks", "sample", "samples"})
_EXAMPLE = re.compile(r"\w+_(demo|examples?|sample)|examples?_\w+")
_BESIDE = _EXAMPLES | {"doc", "docs"}


def stage_of(ctx: Context, write: Write) -> Stage:
    """The stage that a configuration write is for; ``any`` when nothing says so."""
    if ctx.is_test:
        return "test"
    if write.owner is not None:
        stage = stage_of_class(ctx, write.owner)
        if stage != "any":
            return stage
    elif write.form == "module":
        stage = stage_of_name(ctx.index.module)
        if stage != "any":
            return stage
    return stage_here(ctx, write.node)


def stage_here(ctx: Context, node: ast.AST) -> Stage:
    """The stage that the function around a node, or a condition known to be true there, speaks of."""
    if ctx.is_test:
        return "test"
    stage = stage_of_conditions(ctx, node)
    if stage != "any":
        return stage
    function = ctx.index.function_of(node)
    return _stage_of_function(ctx, function) if isinstance(function, FUNCTIONS) else "any"


def stage_of_conditions(ctx: Context, node: ast.AST) -> Stage:
    """The stage that a condition known to be true at the node speaks of: ``if app.debug:``."""
    stages = (_stage_of_test(ctx, test, truth) for test, truth in tests_before(ctx, node))
    return next((stage for stage in stages if stage != "any"), "any")


def stage_of_class(ctx: Context, cls: ast.ClassDef) -> Stage:
    """The stage of a configuration class: by its name, by ``TESTING = True``, by the names of its bases."""
    stage = stage_of_name(cls.name)
    if stage != "any":
        return stage
    for statement in cls.body:
        is_testing = any(isinstance(t, ast.Name) and t.id == "TESTING" for t in targets_of(statement))
        if is_testing and constant(ctx, assigned_value(statement)) is True:
            return "test"
    for base in ctx.model.mro(ctx.index.dotted(cls))[1:]:
        stage = stage_of_name(base.rpartition(".")[2])
        if stage in ("test", "development"):
            return stage
    return "any"


def is_example(ctx: Context) -> bool:
    """Whether the file is an example, or a mock, beside a program or library, by its name or folder: nobody serves it.

    Where there is nothing but examples, they are the program; so is a folder that other code or a server loads.
    """
    name = posixpath.basename(ctx.path.replace("\\", "/")).removesuffix(".py")
    folder = next((f for f in _folders(ctx, ctx.path) if f.lower() in _EXAMPLES), None)
    if folder is None and not _EXAMPLE.fullmatch(name):
        return False
    others = [path for path in ctx.model.each(_is_code) if _BESIDE.isdisjoint(map(str.lower, _folders(ctx, path)))]
    return any(path != ctx.path for path in others) and not _is_loaded(ctx, folder or name, others)


def _is_code(facts: FileFacts) -> bool:
    return not is_test_path(facts.path) and posixpath.basename(facts.path) not in ("setup.py", "noxfile.py")


def _folders(ctx: Context, path: str) -> list[str]:
    """The folders between the workspace folder and a file."""
    workspace = ctx.model.index.workspace_of(path) if ctx.model.index is not None else ""
    return posixpath.dirname(path.replace("\\", "/").removeprefix(workspace)).split("/")


def _is_loaded(ctx: Context, module: str, others: list[str]) -> bool:
    """Whether one of these files imports a top-level module, or a deployment file starts it."""
    if any(i.module.partition(".")[0] == module for path in others for i in ctx.model.files[path].imports):
        return True
    documents = ctx.model.deployment.values()
    words = [word.text for document in documents for command in document.commands for word in command.words]
    words += [variable.value or "" for document in documents for variable in document.variables]
    return any(re.match(rf"(\./)?{re.escape(module)}([.:/]|$)", word) for word in words)


def reaches_production(ctx: Context, write: Write) -> bool:
    """Whether what the write says may be in force in production: it is not for tests or development only.

    The value of a base class counts for the classes that do not override it.
    """
    if not takes_effect(write):
        return False
    if write.owner is None:
        return not is_off_production(stage_of(ctx, write))
    takers = ctx.model.config_objects.takers(ctx.index.dotted(write.owner), write.key)
    stages = {stage_of_dotted(ctx, name) for name in takers}
    if stages and stages <= {"test", "development"} and len(takers) < len(ctx.model.config_objects.handed):
        return False
    return not is_off_production(stage_of(ctx, write))


def stage_of_dotted(ctx: Context, cls: str) -> Stage:
    """The stage of a configuration class of the project by its dotted name and those of its bases."""
    for base in ctx.model.mro(cls):
        stage = stage_of_name(base.rpartition(".")[2])
        if stage != "any":
            return stage
    return "any"


def is_in_development_folder(document: DeploymentFile, ctx: DeploymentContext) -> bool:
    """Whether a folder of the project around the file is for development: ``dev/ansible/site.service``."""
    folders = {posixpath.dirname(p.replace("\\", "/")) for p in (*ctx.model.files, *ctx.model.deployment)}
    # What all files of the project have in common is not of the project.
    project = posixpath.commonpath(folders | {posixpath.dirname(document.path.replace("\\", "/"))})
    inside = posixpath.dirname(document.path.replace("\\", "/")).removeprefix(project)
    return any(is_development_path(folder) for folder in inside.split("/"))


def takes_effect(write: Write) -> bool:
    """Whether the write changes anything: ``setdefault`` does nothing for a key that Flask itself gives a default."""
    call = write.node
    is_default = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "setdefault"
    return not (is_default and write.key in DEFAULTED_KEYS)


def is_off_production(stage: Stage) -> bool:
    """Whether what is done at this stage never reaches users."""
    return stage in ("test", "development")


def _stage_of_function(ctx: Context, function: FunctionNode) -> Stage:
    stage = stage_of_name(function.name)
    if stage == "test" and _keeps_its_app(ctx, function):
        return "any"
    return stage


def _keeps_its_app(ctx: Context, function: FunctionNode) -> bool:
    """Whether the function makes an app, gives it to nobody and asserts nothing: no test, whatever its name says."""
    makes = False
    for node in own_nodes(ctx, function):
        if isinstance(node, (ast.Assert, ast.Yield)) or (isinstance(node, ast.Return) and node.value is not None):
            return False
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in _TESTING:
                return False
            makes = makes or ctx.called(node) == "flask.Flask"
    return makes


def _stage_of_test(ctx: Context, test: ast.expr, truth: bool) -> Stage:
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        if isinstance(test.ops[0], (ast.NotEq, ast.NotIn, ast.IsNot)):
            truth = not truth
        elif not isinstance(test.ops[0], (ast.Eq, ast.In, ast.Is)):
            return "any"
        if any(isinstance(c, ast.Constant) and c.value is False for c in test.comparators):
            truth = not truth
    # What is compared with says more than the name of the variable: `getenv("DEPLOYMENT") == "dev"`.
    asked = {n for k in ast.walk(test) if isinstance(k, (ast.Call, ast.Subscript)) for n in ast.walk(k)}
    texts = [n for n in ast.walk(test) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    names = [str(n.value) for n in sorted(texts, key=lambda n: n in asked)]
    names += [n.attr for n in ast.walk(test) if isinstance(n, ast.Attribute)]
    names += [n.id for n in ast.walk(test) if isinstance(n, ast.Name)]
    for name in names:
        stage = "test" if name in _TEST_SWITCHES else stage_of_name(name)
        if stage != "any":
            return stage if truth else _FLIPPED[stage]
    return "any"
