"""Flask-SQLAlchemy is given the app before the database is configured.

Why: ``SQLAlchemy(app)`` and ``init_app(app)`` read SQLALCHEMY_DATABASE_URI at once. Since Flask-SQLAlchemy 3 there is
no in-memory default: without the key, and without SQLALCHEMY_BINDS, they raise RuntimeError.

Instead: configure the app first, then hand it over.

Fix: Moves the hand-over below the configuration in the same block, which is safe. Where nothing sets the key, it is
read from the environment before; unsafe, as the variable must be set. A misspelt key gets its name, which is safe.

Quiet: When a part of the configuration cannot be read, and with Flask-SQLAlchemy 2.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.config.keys import keys_of_packages
from flask_ls.project.config.model import ExtensionStart
from flask_ls.project.config.spelling import meant_key
from flask_ls.project.model import ProjectModel
from flask_ls.rules.ask.apps import imports_package, may_be_set_out_of_sight
from flask_ls.rules.ask.config import Write, app_text, writes, writes_of
from flask_ls.rules.ask.config_edits import renamed
from flask_ls.rules.ask.flow import is_caught
from flask_ls.rules.ask.routing import call_at
from flask_ls.rules.ask.values import argument
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK707",
    severity=Severity.ERROR,
    guide=("Circular imports / extensions use init_app(app)",),
    triggers=frozenset({"SQLAlchemy", "init_app"}),
    error_text="RuntimeError: Either 'SQLALCHEMY_DATABASE_URI' or 'SQLALCHEMY_BINDS' must be set.",
    examples=(
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            db = SQLAlchemy(app)
            #    ^^^^^^^^^^^^^^^ SQLALCHEMY_DATABASE_URI is not set yet: this raises RuntimeError
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            """,
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)
            """,
            drive="pass",
            fails="RuntimeError: Either 'SQLALCHEMY_DATABASE_URI' or 'SQLALCHEMY_BINDS' must be set",
        ),
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()


            class Config:
                SQLALCHEMY_ECHO = False


            def create_app():
                app = Flask(__name__)
                app.config.from_object(Config)
                db.init_app(app)
            #   ^^^^^^^^^^^^^^^^ SQLALCHEMY_DATABASE_URI is not set: this raises RuntimeError
                return app


            app = create_app()
            """,
            fixed="""
            import os

            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()


            class Config:
                SQLALCHEMY_ECHO = False


            def create_app():
                app = Flask(__name__)
                app.config.from_object(Config)
                app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["SQLALCHEMY_DATABASE_URI"]
                db.init_app(app)
                return app


            app = create_app()
            """,
            drive="pass",
            fails="RuntimeError: Either 'SQLALCHEMY_DATABASE_URI' or 'SQLALCHEMY_BINDS' must be set",
        ),
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy


            class Database(SQLAlchemy):
                pass


            app = Flask(__name__)
            db = Database(app)
            #    ^^^^^^^^^^^^^ SQLALCHEMY_DATABASE_URI is not set yet: this raises RuntimeError
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            """,
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy


            class Database(SQLAlchemy):
                pass


            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = Database(app)
            """,
            drive="pass",
            fails="RuntimeError: Either 'SQLALCHEMY_DATABASE_URI' or 'SQLALCHEMY_BINDS' must be set",
        ),
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()


            def add_database(app):
                db.init_app(app)
            #   ^^^^^^^^^^^^^^^^ SQLALCHEMY_DATABASE_URI is not set yet: this raises RuntimeError


            app = Flask(__name__)
            add_database(app)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            """,
            drive="pass",
            fails="RuntimeError: Either 'SQLALCHEMY_DATABASE_URI' or 'SQLALCHEMY_BINDS' must be set",
        ),
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URL"] = "sqlite://"
            db = SQLAlchemy(app)
            #    ^^^^^^^^^^^^^^^ SQLALCHEMY_DATABASE_URI is not set: this raises RuntimeError
            """,
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)
            """,
            drive="pass",
            fails="RuntimeError: Either 'SQLALCHEMY_DATABASE_URI' or 'SQLALCHEMY_BINDS' must be set",
        ),
        Good(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()


            def configure(app):
                app.config.update(SQLALCHEMY_BINDS={"users": "sqlite://"})


            def create_app():
                app = Flask(__name__)
                configure(app)
                db.init_app(app)
                return app


            app = create_app()
            """,
            drive="client.get('/')",
        ),
    ),
)

_URI = "SQLALCHEMY_DATABASE_URI"
_NOTHING = frozenset({"absent", "none", "false"})


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Every hand-over at a moment when the keys are known to be missing."""
    if ctx.is_test or not imports_package(ctx.model, "flask_sqlalchemy"):
        return
    if ctx.model.once(_may_be_configured) or ctx.is_older("flask-sqlalchemy", "3"):
        return
    for config in ctx.model.configs:
        for start in config.starts:
            if start.site.path != ctx.path or start.conditional or not _fails(start):
                continue
            call = call_at(ctx, start.site.span)
            if call is None or is_caught(ctx, call, "RuntimeError") or _has_options(ctx):
                continue
            later = bool(config.possible("SQLALCHEMY_DATABASE_URI") - _NOTHING)
            yield ctx.finding(
                call,
                f"SQLALCHEMY_DATABASE_URI is not set{' yet' if later else ''}: this raises RuntimeError.",
                fixes=[_moved_down(ctx, call) if later else _from_environment(ctx, call)],
            )


def _may_be_configured(model: ProjectModel) -> bool:
    return may_be_set_out_of_sight(model, "SQLALCHEMY_DATABASE_URI")


def _fails(start: ExtensionStart) -> bool:
    if start.extension != "flask_sqlalchemy.SQLAlchemy":
        return False
    uri = start.keys.get("SQLALCHEMY_DATABASE_URI", frozenset({"unknown"}))
    others = [start.keys.get(k, frozenset({"unknown"})) for k in ("SQLALCHEMY_BINDS", "SQLALCHEMY_ENGINE_OPTIONS")]
    return uri <= {"absent", "none"} and all(o <= _NOTHING for o in others)


def _has_options(ctx: Context) -> bool:
    """Whether an extension object is built with engine options, which may hold the address."""
    return any(k.arg == "engine_options" for k in ctx.index.nodes(ast.keyword))


def _moved_down(ctx: Context, call: ast.Call) -> Fix | None:
    """Move the statement below the last write of the key in the same block."""
    statement = ctx.index.statement(call)
    if statement is None:
        return None
    block = ctx.index.block_of(statement)
    writes = [
        w for w in writes_of(ctx, "SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_BINDS") if _is_later(ctx, w, block, statement)
    ]
    target = ctx.index.statement(writes[-1].node) if writes else None
    if target is None or target not in block or _is_used_between(ctx, block, statement, target):
        return None
    edit = ctx.edit()
    edit.delete_statement(statement).insert_line_after(target, edit.from_margin(statement))
    return ctx.fix("Configure first", edit, safe=True)


def _from_environment(ctx: Context, call: ast.Call) -> Fix | None:
    """Set the key directly before the hand-over, or give a misspelt one its name."""
    statement = ctx.index.statement(call)
    app = argument(call, 0, "app")
    candidates = keys_of_packages(frozenset({"flask_sqlalchemy"}))
    for write in writes(ctx):
        if write.key != _URI and meant_key(write.key, candidates) == _URI:
            return ctx.fix(f"Rename {write.key} to {_URI}", renamed(ctx, write, _URI), safe=True)
    if statement is None or app is None or any("DATABASE" in w.key.upper() for w in writes(ctx)):
        return None
    edit = ctx.edit()
    environ = f"{edit.import_module('os', at=call)}.environ"
    key = edit.quoted("SQLALCHEMY_DATABASE_URI")
    edit.insert_line_before(statement, f"{ctx.text(app)}.config[{key}] = {environ}[{key}]")
    return ctx.fix("Read SQLALCHEMY_DATABASE_URI from the environment", edit, safe=False)


def _is_later(ctx: Context, write: Write, block: list[ast.stmt], statement: ast.stmt) -> bool:
    there = ctx.index.statement(write.node)
    return there in block and ctx.span(there).start > ctx.span(statement).start and app_text(ctx, write) is not None


def _is_used_between(ctx: Context, block: list[ast.stmt], statement: ast.stmt, target: ast.stmt) -> bool:
    """Whether a name that the statement binds is used before it would stand again."""
    bound = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    between = block[block.index(statement) + 1 : block.index(target) + 1]
    return any(isinstance(n, ast.Name) and n.id in bound for s in between for n in ast.walk(s))
