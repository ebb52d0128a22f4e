"""A route, or a nested blueprint, repeats the prefix that the blueprint is registered under: ``/api/api/users``.

Why: Rules in a blueprint are relative to its ``url_prefix``. Written with the prefix once more, the URL has it twice,
and the expected one answers 404.

Instead: Leave the prefix out of the rule; ``""`` is the prefix itself.

Fix: Removes the prefix from the rule. Unsafe: the URL changes, and something may use the doubled one.

Quiet: When the effective prefix is another or none, for equal beginnings of words (``/api`` and ``/apikeys``), when the
blueprint is also registered where nothing is repeated, and when more than three times as many of its routes do not
repeat it: ``/admin/admin`` is meant then.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from flask_ls.project.model import ProjectModel
from flask_ls.project.routes import Route, UrlPart
from flask_ls.project.site import Site
from flask_ls.rules.ask.routing import blueprints, call_at, prefix_of, reachable
from flask_ls.rules.ask.values import argument
from flask_ls.rules.ask.views import registers_routes
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

_MANY = 3

rule = Rule(
    __name__,
    code="FLK601",
    severity=Severity.WARNING,
    guide=(
        "Blueprints / url_prefix set at registration",
        "Blueprints / routes of a blueprint are relative to its prefix",
    ),
    triggers=frozenset({"add_url_rule", "register_blueprint"}),
    when=registers_routes,
    examples=(
        Bad(
            """
            === app.py
            from flask import Flask
            from users import bp

            app = Flask(__name__)
            app.register_blueprint(bp, url_prefix="/api")
            === users.py
            from flask import Blueprint

            bp = Blueprint("users", __name__)


            @bp.get("/api/users")
            #       ^^^^^^^^^^^^ The URL is /api/api/users
            def index():
                return []
            """,
            fixed="""
            === users.py
            from flask import Blueprint

            bp = Blueprint("users", __name__)


            @bp.get("/users")
            def index():
                return []
            """,
            drive="assert client.get('/api/users').status_code == 200",
            fails="AssertionError",
        ),
        Bad(
            """
            from flask import Blueprint, Flask

            api = Blueprint("api", __name__, url_prefix="/api")
            users = Blueprint("users", __name__)


            @users.get("/list")
            def index():
                return []


            api.register_blueprint(users, url_prefix="/api/users")
            #                                        ^^^^^^^^^^^^ The URLs begin with /api/api/users
            app = Flask(__name__)
            app.register_blueprint(api)
            """,
            drive="assert client.get('/api/users/list').status_code == 200",
            fails="AssertionError",
        ),
        Good(
            """
            from flask import Blueprint, Flask

            bp = Blueprint("users", __name__, url_prefix="/api")


            @bp.get("/users")
            def index():
                return []


            app = Flask(__name__)
            app.register_blueprint(bp)
            """,
            drive="assert client.get('/api/users').status_code == 200",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Routes that are registered in this file."""
    by_site: defaultdict[tuple[Site, str], list[Route]] = defaultdict(list)
    for route in ctx.model.routes.routes:
        if route.site.path == ctx.path and route.parts and not (route.by_extension or route.is_static):
            by_site[route.site, route.parts[-1].text].append(route)
    calls = {ctx.span(call): call for call in ctx.index.nodes(ast.Call)} if by_site else {}
    for (site, text), routes in by_site.items():
        repeated = [_repeated(route, text) for route in routes]
        prefix = repeated[0]
        call = calls.get(site.span)
        if prefix is None or call is None or any(r is None for r in repeated):
            continue
        meant = ctx.model.once(_meant)
        if all((r.app, r.blueprint) in meant for r in routes):
            continue
        written = argument(call, 0, "rule")
        where = written if written is not None else call
        message = f"The URL is {routes[0].rule}: the rule repeats the prefix {prefix.text} of its blueprint."
        related = [ctx.related(prefix.site, f"the prefix {prefix.text} is given here")]
        yield ctx.finding(where, message, related=related, fixes=[_without(ctx, written, text, prefix.text)])


@rule.on_file
def check_nested(ctx: Context) -> Iterator[Finding]:
    """Prefixes of blueprints that repeat the prefix of the blueprint that they are nested in."""
    around = {(r.app, r.name): r for b in blueprints(ctx.model) for r in reachable(b)}
    for blueprint in blueprints(ctx.model):
        for registration in reachable(blueprint):
            outer = around.get((registration.app, registration.parent or ""))
            site = registration.site if registration.given_prefix is not None else blueprint.site
            if outer is None or site.path != ctx.path or not blueprint.has_routes:
                continue
            prefix, whole = (outer.url_prefix or "").rstrip("/"), registration.url_prefix or ""
            call = call_at(ctx, site.span)
            if call is not None and len(prefix) > 1 and f"{whole}/".startswith(f"{prefix}{prefix}/"):
                yield ctx.finding(
                    prefix_of(call) or call,
                    f"The URLs begin with {whole}: this repeats the prefix {prefix} of the blueprint around it.",
                    related=[ctx.related(outer.site, f"the prefix {prefix} comes from here")],
                )
                break


def _meant(model: ProjectModel) -> frozenset[tuple[str, str | None]]:
    """Apps and blueprints most of whose routes do not repeat the prefix: ``/admin/users`` beside ``/admin/admin``."""
    counts: defaultdict[tuple[str, str | None], list[int]] = defaultdict(lambda: [0, 0])
    for route in model.routes.routes:
        if route.parts and not route.is_static:
            counts[route.app, route.blueprint][_repeated(route, route.parts[-1].text) is not None] += 1
    return frozenset(key for key, (relative, repeating) in counts.items() if relative > _MANY * repeating)


def _repeated(route: Route, text: str) -> UrlPart | None:
    """The prefix with which the rule begins: the longest end of the prefixes around it."""
    prefixes = [p for p in route.parts[:-1] if p.text.strip("/")]
    for start in range(len(prefixes)):
        joined = "".join("/" + p.text.strip("/") for p in prefixes[start:])
        own = "/" + text.lstrip("/")
        if "<" not in joined and (own == joined or own.startswith(f"{joined}/")):
            return UrlPart(joined, prefixes[-1].site)
    return None


def _without(ctx: Context, written: ast.expr | None, text: str, prefix: str) -> Fix | None:
    if not isinstance(written, ast.Constant) or written.value != text:
        return None
    rest = ("/" + text.lstrip("/"))[len(prefix) :]
    edit = ctx.edit()
    edit.replace(written, edit.quoted(rest, like=written))
    return ctx.fix(f"Remove the prefix {prefix} from the rule", edit, safe=False)
