"""A configuration key that nothing reads and that looks like a known one misspelt.

Why: Flask accepts every key silently. The misspelt one is stored, and the setting that was meant keeps its default.

Instead: write the key exactly as documented: upper case, these separators. ``app.config.KEY = value`` sets an attribute
of the object and no key; ``from_object()`` and ``from_mapping()`` leave out names that are not upper case.

Fix: Writes the key that Flask reads; safe, as nobody read the other one. What would make the application less secure
once it is in force (``SESSION_COOKIE_HTTPONLY`` off, debug mode on) is removed instead, which changes nothing, and a
secret key in the source becomes a read of the environment, which is not safe. No fix is offered where the right key is
set already.

Quiet: When the project reads the key itself, when the known key is set too, for keys of extensions that the project
does not import, and for attributes that only templates read (``app.config.SWAGGER_UI_DOC_EXPANSION``).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.config.keys import FLASK_KEYS, KNOWN_KEYS, keys_of_packages
from flask_ls.project.config.spelling import meant_key
from flask_ls.project.facts import FileFacts
from flask_ls.project.model import ProjectModel
from flask_ls.rules.ask import config_edits
from flask_ls.rules.ask.apps import imported_packages
from flask_ls.rules.ask.config import is_config, is_config_class, writes
from flask_ls.rules.ask.environment import from_environment
from flask_ls.rules.ask.flow import assigned_value, targets_of
from flask_ls.rules.ask.values import UNKNOWN, constant
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.fixing import EditBuilder
from flask_ls.rules.rule import Rule
from flask_ls.syntax.span import Span


def _may_be_configuration(facts: FileFacts, model: ProjectModel) -> bool:
    if not FLASK_KEYS.isdisjoint(facts.exports):
        return True
    if any(not FLASK_KEYS.isdisjoint(c.attributes) for c in facts.classes.values()):
        return True
    names = model.config_objects.names
    return facts.module in names or any(f"{facts.module}.{name}" in names for name in facts.classes)


# What these keys are set to when it is told by a rule of their own.
# Read by the templates of Flask-RESTX alone, as `config.SWAGGER_UI_...`: to Jinja an attribute is as good as an item.
_OF_TEMPLATES = "SWAGGER_UI_"
_WEAKENING = {
    "DEBUG": True,
    "PROPAGATE_EXCEPTIONS": True,
    "SESSION_COOKIE_HTTPONLY": False,
    "SESSION_COOKIE_SECURE": False,
}

rule = Rule(
    __name__,
    code="FLK409",
    severity=Severity.WARNING,
    guide=(
        "Sessions and security / SECRET_KEY is required: random bytes, not a weak string",
        "Sessions and security / SESSION_COOKIE_HTTPONLY=True",
    ),
    triggers=frozenset({"config", "from_mapping", "from_object"}),
    when=_may_be_configuration,
    examples=(
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)
            app.config["SESSION_COOKIE_HTTP_ONLY"] = True
            #          ^^^^^^^^^^^^^^^^^^^^^^^^^^ nothing reads this key: did you mean SESSION_COOKIE_HTTPONLY?
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)
            app.config["SESSION_COOKIE_HTTPONLY"] = True
            """,
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)
            app.config.update(SERVERNAME="x", MAX_CONTENT_LENGHT=16)
            #                 ^^^^^^^^^^ did you mean SERVER_NAME?
            #                                 ^^^^^^^^^^^^^^^^^^ did you mean MAX_CONTENT_LENGTH?
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)
            app.config.update(SERVER_NAME="x", MAX_CONTENT_LENGHT=16)
            """,
        ),
        Bad(
            """
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy


            class Config:
                SQLALCHEMY_DATABASE_URL = "sqlite://"
            #   ^^^^^^^^^^^^^^^^^^^^^^^ did you mean SQLALCHEMY_DATABASE_URI?
                server_name = "shop.example"
            #   ^^^^^^^^^^^ only upper-case names become configuration: did you mean SERVER_NAME?


            app = Flask(__name__)
            app.config.from_object(Config)
            db = SQLAlchemy(app)
            """,
            fixed="""
            from flask import Flask
            from flask_sqlalchemy import SQLAlchemy


            class Config:
                SQLALCHEMY_DATABASE_URI = "sqlite://"
                server_name = "shop.example"


            app = Flask(__name__)
            app.config.from_object(Config)
            db = SQLAlchemy(app)
            """,
            drive="pass",
            fails="RuntimeError: Either 'SQLALCHEMY_DATABASE_URI' or 'SQLALCHEMY_BINDS' must be set",
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)
            app.config.SERVER_NAME = "shop.example"
            #          ^^^^^^^^^^^ this sets an attribute, not the key SERVER_NAME
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)
            app.config["SERVER_NAME"] = "shop.example"
            """,
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)
            app.config["SESSION_COOKIE_HTTP_ONLY"] = False
            #          ^^^^^^^^^^^^^^^^^^^^^^^^^^ nothing reads this key: did you mean SESSION_COOKIE_HTTPONLY?
            """,
            fixed="""
            from flask import Flask

            app = Flask(__name__)
            """,
            title="A setting that is better not in force",
        ),
        Bad(
            """
            from flask import Flask

            app = Flask(__name__)
            app.config["secret_key"] = "b7e1f0c2a94d4c0f8e8f6b1f4a2c9d3e"
            #          ^^^^^^^^^^^^ nothing reads this key: did you mean SECRET_KEY?
            """,
            fixed="""
            import os

            from flask import Flask

            app = Flask(__name__)
            app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
            """,
        ),
        Good(
            """
            from flask import Flask, current_app

            app = Flask(__name__)
            app.config["SECRET_KEYS"] = ["a", "b"]
            app.config["AWS_SECRET_KEY"] = "x"
            app.config["SERVERNAME"] = "shop"


            @app.get("/")
            def index():
                return current_app.config["SERVERNAME"]
            """,
            drive="client.get('/')",
        ),
    ),
)


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Every key that is written."""
    written = writes(ctx)
    known = {w.key for w in written}
    candidates: frozenset[str] | None = None
    for write in written:
        if write.key in KNOWN_KEYS:
            continue
        candidates = candidates or keys_of_packages(imported_packages(ctx.model))
        meant = meant_key(write.key, candidates)
        if meant is None or meant in known or _is_own(ctx.model, write.key, meant):
            continue
        fix = _renaming(ctx, meant, write.value, f"Rename to {meant}", config_edits.renamed(ctx, write, meant))
        if _is_better_off(ctx, meant, write.value):
            fix = ctx.fix("Remove it, as it does nothing", config_edits.without(ctx, write), safe=True)
        yield ctx.finding(
            config_edits.key_span(ctx, write),
            f"{write.key}: nothing reads this key: did you mean {meant}?",
            fixes=[fix],
        )
    yield from _lower_case_names(ctx)
    yield from _attributes(ctx)


def _lower_case_names(ctx: Context) -> Iterator[Finding]:
    """``secret_key = ...`` in a configuration class: ``from_object`` takes upper-case names only."""
    for cls in ctx.index.nodes(ast.ClassDef):
        if not is_config_class(ctx, cls):
            continue
        targets = [(t, assigned_value(s)) for s in cls.body for t in targets_of(s) if isinstance(t, ast.Name)]
        names = {t.id for t, _ in targets}
        for target, value in targets:
            meant = target.id.upper()
            if target.id.isupper() or meant not in FLASK_KEYS or meant in names or len(meant) < 5:
                continue
            if not _is_own(ctx.model, target.id, meant):
                edit = ctx.edit().replace(target, meant)
                yield ctx.finding(
                    target,
                    f"{target.id}: only upper-case names become configuration: did you mean {meant}?",
                    fixes=[_renaming(ctx, meant, value, f"Rename to {meant}", edit)],
                )


def _attributes(ctx: Context) -> Iterator[Finding]:
    """``app.config.SECRET_KEY = ...``."""
    for node in ctx.index.nodes(ast.Attribute):
        if not isinstance(node.ctx, ast.Store) or not (node.attr.isupper() or node.attr.upper() in KNOWN_KEYS):
            continue
        if not is_config(ctx, node.value):
            continue
        config, key = ctx.text(node.value), node.attr.upper()
        if key.startswith(_OF_TEMPLATES):
            continue
        edit = ctx.edit()
        edit.replace(node, f"{config}[{edit.quoted(key)}]")
        end = ctx.span(node).end
        assignment = ctx.parent(node)
        value = assignment.value if isinstance(assignment, ast.Assign) else None
        yield ctx.finding(
            Span(end - len(node.attr), end),
            f"{config}.{node.attr}: this sets an attribute, not the key {key}.",
            fixes=[_renaming(ctx, key, value, "Set the key", edit)],
        )


def _renaming(ctx: Context, key: str, value: ast.expr | None, title: str, edit: EditBuilder) -> Fix | None:
    """The fix that puts the setting in force, if it may be."""
    if value is None or _is_better_off(ctx, key, value):
        return None
    if key == "SECRET_KEY" and constant(ctx, value) is not UNKNOWN:
        return ctx.fix(f"{title}, read from the environment", edit, from_environment(ctx, value, key), safe=False)
    return ctx.fix(title, edit, safe=True)


def _is_better_off(ctx: Context, key: str, value: ast.expr) -> bool:
    return key in _WEAKENING and constant(ctx, value) is _WEAKENING[key]


def _is_own(model: ProjectModel, key: str, meant: str) -> bool:
    """Whether the key is one of the project's own: it reads it, or sets the known one elsewhere as well."""
    return any(
        key in f.config.odd_reads
        or any(m.key == meant and m.truth is not False and not m.is_loose for m in f.config.mentions)
        for f in model.files.values()
    )
