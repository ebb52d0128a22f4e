"""A WSGI server is told to load a module or a name that the project does not have, or a factory as the application.

Why: ``gunicorn module:attribute`` imports the module and reads the attribute when it starts; without them the workers
exit with "Failed to find attribute 'app' in 'main'" or ModuleNotFoundError. ``gunicorn module`` means
``module:application``. A factory without parentheses is called for each request, with the request in the place of its
arguments: each one answers 500.

Instead: the module and name of the application, or of the factory: ``gunicorn "main:create_app()"``.

Fix: Names the only application or factory there is; unsafe, as only you know which one is meant.

Quiet: For modules in a folder that the server goes to and the project does not show, for modules that may be
installed packages, and for modules whose names cannot all be known (star imports of other packages, ``__getattr__``,
``globals()``, ``exec``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask_ls.project.deploy import DeploymentFile
from flask_ls.project.facts import FileFacts
from flask_ls.project.site import Site
from flask_ls.rules.ask.binding import may_have
from flask_ls.rules.ask.command_text import written
from flask_ls.rules.ask.project import Factory, factories, module_apps
from flask_ls.rules.ask.wsgi import Target, module_of, targets
from flask_ls.rules.deployment import DeploymentContext
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Related, Severity
from flask_ls.rules.rule import Rule
from flask_ls.syntax.span import Span

rule = Rule(
    __name__,
    code="FLK806",
    severity=Severity.ERROR,
    guide=("Production / flask run is a development server",),
    triggers=frozenset(),
    error_text="Failed to find attribute 'app' in 'main'.",
    examples=(
        Bad(
            """
            === Procfile
            web: gunicorn -w 4 main:app
            #                  ^^^^^^^^ main has no "app"
            === main.py
            from flask import Flask

            application = Flask(__name__)
            """,
            fixed="""
            === Procfile
            web: gunicorn -w 4 main:application
            === main.py
            from flask import Flask

            application = Flask(__name__)
            """,
        ),
        Bad(
            """
            === Procfile
            web: gunicorn application:app
            #             ^^^^^^^^^^^^^^^ no module "application"
            === main.py
            from flask import Flask

            app = Flask(__name__)
            """,
            fixed="""
            === Procfile
            web: gunicorn main:app
            === main.py
            from flask import Flask

            app = Flask(__name__)
            """,
        ),
        Bad(
            """
            === Dockerfile
            FROM python:3.13
            CMD ["gunicorn", "-w", "4", "main:app"]
            #                           ^^^^^^^^^^ main has no "app"
            === main.py
            from flask import Flask


            def create_app():
                return Flask(__name__)
            """,
            fixed="""
            === Dockerfile
            FROM python:3.13
            CMD ["gunicorn", "-w", "4", "main:create_app()"]
            === main.py
            from flask import Flask


            def create_app():
                return Flask(__name__)
            """,
        ),
        Bad(
            """
            === Procfile
            web: gunicorn main:app --bind 0.0.0.0:$PORT
            #             ^^^^^^^^ main has no "app"
            === main.py
            from flask import Flask


            def create_app():
                return Flask(__name__)
            """,
            fixed="""
            === Procfile
            web: gunicorn "main:create_app()" --bind 0.0.0.0:$PORT
            === main.py
            from flask import Flask


            def create_app():
                return Flask(__name__)
            """,
        ),
        Bad(
            """
            === Procfile
            web: gunicorn -w 4 main:create_app
            #                  ^^^^^^^^^^^^^^^ takes the factory create_app for the application
            === main.py
            from flask import Flask


            def create_app(config=None):
                return Flask(__name__)
            """,
            fixed="""
            === Procfile
            web: gunicorn -w 4 "main:create_app()"
            === main.py
            from flask import Flask


            def create_app(config=None):
                return Flask(__name__)
            """,
        ),
        Bad(
            """
            === uwsgi.ini
            [uwsgi]
            wsgi-file = main.py
            callable = application
            #          ^^^^^^^^^^^ main has no "application": uwsgi cannot start with it
            === main.py
            from flask import Flask

            app = Flask(__name__)
            """,
        ),
        Good(
            """
            === web.service
            [Service]
            ExecStart=/srv/venv/bin/gunicorn main:create_app()
            === compose.yml
            services:
              web:
                command: gunicorn main:create_app() -b 0.0.0.0:80
            === Procfile
            web: uwsgi --wsgi-file wsgi.py --http :$PORT
            === wsgi.py
            from main import create_app

            application = create_app()
            === main.py
            from flask import Flask


            def create_app():
                return Flask(__name__)
            """,
        ),
        Good(
            """
            === uwsgi.ini
            [uwsgi]
            module = main
            callable = app
            === main.py
            from flask import Flask

            app = Flask(__name__)
            """,
        ),
        Good(
            """
            === Procfile
            web: gunicorn wsgi
            worker: waitress-serve --call main:create_app
            === main.py
            from flask import Flask


            def create_app():
                return Flask(__name__)
            === wsgi.py
            from main import create_app

            application = create_app()
            """,
        ),
    ),
)


@rule.on_deployment
def check(document: DeploymentFile, ctx: DeploymentContext) -> Iterator[Finding]:
    """The targets of gunicorn, waitress and uWSGI."""
    if not ctx.model.files:
        return
    for target in targets(document):
        facts, certain = module_of(target, document, ctx.model)
        if facts is None:
            if certain:
                yield ctx.finding(
                    target.span,
                    f'{target.server} finds no module "{target.module}" in the project.',
                    fixes=[_named(target, _only(module_apps(ctx.model), factories(ctx.model), target), ctx)],
                )
            continue
        name = target.attribute.partition(".")[0]
        if may_have(ctx.model, facts, name, ctx.read):
            factory = _uncalled_factory(target, facts, ctx)
            if factory is not None:
                yield ctx.finding(
                    target.span,
                    f"{target.server} takes the factory {name} for the application: each request answers 500.",
                    related=[
                        Related(Site(factory.file.path, factory.function.name_span), f"{name} makes the application")
                    ],
                    fixes=[_called(target, factory, ctx)],
                )
            continue
        # The module is written as the target has it, whatever folder it is found from.
        apps = [
            f"{target.module}.{name}"
            for app in module_apps(ctx.model)
            for module, _, name in [app.rpartition(".")]
            if module == facts.module
        ]
        makers = [f for f in factories(ctx.model) if f.file is facts]
        yield ctx.finding(
            target.span,
            f'{facts.module} has no "{name}": {target.server} cannot start with it.',
            related=[Related(Site(facts.path, Span(0, 0)), f"the module {facts.module}")],
            fixes=[_named(target, _only(apps, makers, target), ctx)],
        )


def _uncalled_factory(target: Target, facts: FileFacts, ctx: DeploymentContext) -> Factory | None:
    if target.is_call or target.calls or "." in target.attribute:
        return None
    dotted = ctx.model.names.canonical(f"{facts.module}:{target.attribute}")
    return next((f for f in factories(ctx.model) if f.dotted == dotted), None)


def _called(target: Target, factory: Factory, ctx: DeploymentContext) -> Fix | None:
    """The factory called, where it can be called without arguments."""
    if (
        any(not p.has_default and p.kind in ("positional", "keyword") for p in factory.function.parameters)
        or target.server == "waitress-serve"
    ):
        return None
    return _named(target, f"{target.module}:{target.attribute}()", ctx)


def _only(apps: Sequence[str], makers: Sequence[Factory], target: Target) -> str | None:
    """The target when there is one application that it can mean, or else one factory."""
    if len(apps) == 1 and not target.is_call:
        module, _, name = apps[0].rpartition(".")
        return f"{module}:{name}"
    if len(makers) != 1 or (apps and not target.is_call):
        return None
    module = target.module if target.folder else makers[0].file.module
    maker = f"{module}:{makers[0].function.qualname}"
    if target.server == "waitress-serve":
        return maker if target.calls else None
    return f"{maker}()"


def _named(target: Target, name: str | None, ctx: DeploymentContext) -> Fix | None:
    text = written([name], target.span, ctx) if name is not None and not target.is_file else None
    if text is None:
        return None
    return ctx.fix(f"Change to {name}", ctx.edit().replace(target.span, text), safe=False)
