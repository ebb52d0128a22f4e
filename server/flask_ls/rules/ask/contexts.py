"""Uses that lack their Flask context: what the analysis proves, with nodes, words and the way there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from packaging.version import Version

from flask_ls.project.bodies import last_name
from flask_ls.project.contexts.entries import Entry
from flask_ls.project.contexts.meaning import receiver_of
from flask_ls.project.contexts.needs import PROXIES
from flask_ls.project.contexts.problems import Problem
from flask_ls.project.contexts.roles import SOURCES
from flask_ls.project.contexts.sites import Site
from flask_ls.project.contexts.witness import Places, Step, extracted_of, kind_of, steps
from flask_ls.project.extract.calls import Extracted
from flask_ls.project.facts import FileFacts
from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.project.model import ProjectModel, union
from flask_ls.rules.ask.project import APP
from flask_ls.rules.context import Context, is_test_path
from flask_ls.rules.finding import Finding, Fix, Related, Severity

_PUSHES_FOR_COMMANDS = Version("2.2")
_APP_GROUP = "flask.cli.AppGroup"


@dataclass(frozen=True)
class Lacking:
    """One use that lacks its context. ``node`` is the use, ``mark`` the part of it to show.

    ``source`` is the kind of the way there (see ``contexts.roles.SOURCES``), ``function`` the function around the use.
    Of the way, when it stands in this file: ``first_node`` is the first call of it, ``start_node`` the operation that
    hands over what it starts with, ``start_function`` the function that it starts with.
    """

    problem: Problem
    node: ast.AST
    mark: ast.AST
    source: str
    function: FunctionNode | ast.Lambda | None
    first_node: ast.AST | None = None
    start_node: ast.AST | None = None
    start_function: FunctionNode | None = None
    is_run_by_flask: bool = False
    """It stands in a click command of the application: `flask NAME` pushes a context for it, others do not."""

    @property
    def what(self) -> str:
        """What is used: `current_app`, `url_for()`."""
        return self.problem.need.what

    @property
    def clause(self) -> str:
        """How the code around the use runs: "runs in a new thread"."""
        return SOURCES[self.source].clause


def lacking(ctx: Context, code: str | None = None) -> Iterator[Lacking]:
    """The uses of this file that lack their context and belong to this rule.

    Only the first use of a command that `flask` runs in a context, and on each way that is one of several.
    """
    told: set[object] = set()
    for found in ctx.once(_all):
        problem = found.problem
        if problem.code != (code or ctx.rule.code) or (found.is_run_by_flask and problem.witness.caller):
            continue
        if found.is_run_by_flask and ctx.model.once(_tests_no_commands):
            continue
        # Flask-SQLAlchemy 2 takes the application from `db.app` or an argument where there is no context.
        if problem.need.family == "database" and ctx.is_older("flask-sqlalchemy", "3"):
            continue
        if found.is_run_by_flask or not problem.always:
            way = found.function if found.is_run_by_flask else _start(problem.witness)
            if way in told:
                continue
            told.add(way)
        yield found


def _tests_no_commands(model: ProjectModel) -> bool:
    """Whether the project has tests, and none that runs commands without the ``flask`` command."""
    tests = [facts for path, facts in model.files.items() if is_test_path(path)]
    return bool(tests) and not any({"test_cli_runner", "CliRunner"} & set(facts.mentioned) for facts in tests)


def _start(entry: Entry) -> Entry:
    """Where a way in starts."""
    while entry.caller is not None:
        entry = entry.caller
    return entry


def problems_of(code: str) -> Callable[[FileFacts, ProjectModel], bool]:
    """``Rule.when`` of a context rule: the file has a use that belongs to it."""
    return lambda facts, model: any(problem.code == code for problem in model.contexts.problems(facts.path))


def report(ctx: Context, found: Lacking, message: str, fixes: list[Fix | None]) -> Finding:
    """The finding for a use: an error when every known way lacks the context, else a warning."""
    problem = found.problem
    severity = ctx.rule.severity if problem.always else Severity.WARNING
    if found.is_run_by_flask:
        message = f"{found.what} needs a context, which only `flask` pushes here: app.test_cli_runner() does not."
        severity = Severity.INFORMATION
    elif problem.always and _may_be_fed_to_a_shell(ctx, found):
        severity = Severity.WARNING
    elif not problem.always:
        message = f"{message.rstrip('.')}, on one of the ways that lead here."
    return ctx.finding(found.mark, message, related=witness(ctx, found), fixes=fixes, severity=severity)


def _may_be_fed_to_a_shell(ctx: Context, found: Lacking) -> bool:
    """Whether it is a script without an application, as for ``flask shell < seed.py``.

    What needs no request works there.
    """
    if found.source != "import" or found.problem.need.level != "app":
        return False
    if ctx.index.module in ctx.model.combined(_imported, union):
        return False
    return not any(ctx.is_instance(node, APP) for kind in (ast.Name, ast.Call) for node in ctx.index.nodes(kind))


def _imported(facts: FileFacts) -> frozenset[str]:
    return frozenset(name for i in facts.imports for name in (i.module, *(f"{i.module}.{n}" for n, _ in i.names)))


def witness(ctx: Context, found: Lacking) -> list[Related]:
    """The way to a use, in order."""
    contexts = ctx.model.contexts
    way: list[Step] = steps(contexts, places(ctx), found.problem.witness)
    return [Related(step.site, step.message) for step in way]


def places(ctx: Context) -> Places:
    """The places of operations, in all files."""
    return Places(ctx.model.contexts, ctx.read)


def _all(ctx: Context) -> list[Lacking]:
    contexts = ctx.model.contexts
    problems = contexts.problems(ctx.path)
    if not problems:
        return []
    extracted = extracted_of(ctx.source, ctx.index.module, ctx.index.is_package, ctx.index)
    found = []
    for problem in problems:
        site = problem.use.site
        nodes = extracted.nodes.get(site.body.id, [])
        if site.leaf >= len(nodes):
            continue
        node = nodes[site.leaf]
        function = _function(extracted.roots.get(site.body.id))
        source = kind_of(contexts, problem.witness, site.leaf)
        way = _way(ctx, extracted, problem)
        # flask/cli.py, `FlaskGroup.get_command`; it pushes an application context, never a request.
        is_url = problem.need.family == "url"
        is_enough = contexts.may_know_server_name if is_url else problem.need.level == "app"
        by_flask = (
            source == "command" and is_enough and ctx.flask >= _PUSHES_FOR_COMMANDS and _application_commands(ctx)
        )
        found.append(
            Lacking(problem, node, _mark(ctx, node, problem), source, function, *way, is_run_by_flask=by_flask)
        )
    return found


def _application_commands(ctx: Context) -> bool:
    """Whether the project gives its application commands that click knows: ``app.cli.add_command(seed)``."""
    contexts = ctx.model.contexts
    for site in contexts.sites.mentions("add_command"):
        if site.op[0] == "c" and last_name(site.op[1]) == "add_command":
            receiver = receiver_of(site.op[1])
            value = contexts.values.of(site.body.path, receiver)
            is_group = value is not None and value.kind == "instance" and _APP_GROUP in contexts.values.mro(value.name)
            if is_group or last_name(receiver) == "cli":
                return True
    return False


def _way(
    ctx: Context, extracted: Extracted, problem: Problem
) -> tuple[ast.AST | None, ast.AST | None, FunctionNode | None]:
    """The nodes of the way's start that stand in this file."""
    entry, first = problem.witness, None
    while entry.caller is not None:
        first, entry = entry.at, entry.caller
    function = extracted.roots.get(entry.key.id) if entry.key.path == ctx.path else None
    return (
        _node(ctx, extracted, first),
        _node(ctx, extracted, entry.at),
        function if isinstance(function, FUNCTIONS) else None,
    )


def _node(ctx: Context, extracted: Extracted, site: Site | None) -> ast.AST | None:
    nodes = extracted.nodes.get(site.body.id, []) if site is not None and site.body.path == ctx.path else []
    return nodes[site.leaf] if site is not None and site.leaf < len(nodes) else None


def _function(node: ast.AST | None) -> FunctionNode | ast.Lambda | None:
    return node if isinstance(node, (*FUNCTIONS, ast.Lambda)) else None


def _mark(ctx: Context, node: ast.AST, problem: Problem) -> ast.AST:
    """The part of a use to show: the proxy itself, the name of the function that is called."""
    if isinstance(node, ast.Call):
        node = node.func
    chain: list[ast.AST] = [node]
    while isinstance(chain[-1], ast.Attribute):
        chain.append(chain[-1].value)
    if problem.need.family == "proxy":
        for part in reversed(chain):
            if ctx.name(part) in PROXIES:
                return part
    if problem.need.what == "Model.query":
        return next((p for p in reversed(chain) if isinstance(p, ast.Attribute) and p.attr == "query"), node)
    return node
