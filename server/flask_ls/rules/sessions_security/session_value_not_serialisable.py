"""A value that cannot be saved in the session cookie is put into the session.

Why: The cookie holds tagged JSON: dict, list, str, numbers and None, and also tuple, bytes, Markup, UUID and datetime,
which keep their type (date and Decimal become strings, dataclasses dicts). A set, a model or another object raises
TypeError when the response is finished.

Instead: store the id of a model, and a list for a set.

Fix: Stores a list, or the object's id; unsafe, as the code that reads the value gets something else.

Quiet: When sessions are kept in another way (Flask-Session, ``session_interface``), when the project has a JSON
provider of its own, when the type of the value is not known, and when the function may replace or remove the value
afterwards. A warning where a query may find no row.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flask_ls.project.facts import FileFacts
from flask_ls.rules.ask.apps import keeps_sessions_elsewhere
from flask_ls.rules.ask.serialising import Refused, unserialisable, with_member
from flask_ls.rules.ask.sessions import is_replaced, session_writes
from flask_ls.rules.context import Context
from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Fix, Severity
from flask_ls.rules.rule import Rule

rule = Rule(
    __name__,
    code="FLK411",
    severity=Severity.ERROR,
    guide=("Sessions and security / no SECRET_KEY means unsigned cookies",),
    triggers=frozenset({"session"}),
    error_text="TypeError: Object of type set is not JSON serializable",
    examples=(
        Bad(
            """
            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = "only for this example"


            @app.get("/")
            def index():
                session["ids"] = {1, 2}
            #                    ^^^^^^ A set cannot be saved in the session cookie: TypeError
                return "x"
            """,
            fixed="""
            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = "only for this example"


            @app.get("/")
            def index():
                session["ids"] = [1, 2]
                return "x"
            """,
            drive="client.get('/')",
            fails="TypeError: Object of type set is not JSON serializable",
        ),
        Bad(
            """
            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = "only for this example"


            class User:
                def __init__(self):
                    self.id = 1


            @app.get("/")
            def index():
                user = User()
                session.update(cart={"owner": user})
            #                                 ^^^^ A User cannot be saved in the session cookie: TypeError
                return "x"
            """,
            fixed="""
            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = "only for this example"


            class User:
                def __init__(self):
                    self.id = 1


            @app.get("/")
            def index():
                user = User()
                session.update(cart={"owner": user.id})
                return "x"
            """,
            drive="client.get('/')",
            fails="TypeError: Object of type User is not JSON serializable",
        ),
        Bad(
            """
            from flask import Flask, session
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.secret_key = "only for this example"
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)


            @app.get("/")
            def index():
                db.create_all()
                db.session.add(User())
                db.session.commit()
                session["users"] = User.query.all()
            #                      ^^^^^^^^^^^^^^^^ A list of User cannot be saved in the session cookie: TypeError
                return "x"
            """,
            fixed="""
            from flask import Flask, session
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            app.secret_key = "only for this example"
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
            db = SQLAlchemy(app)


            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)


            @app.get("/")
            def index():
                db.create_all()
                db.session.add(User())
                db.session.commit()
                session["users"] = [user.id for user in User.query.all()]
                return "x"
            """,
            drive="client.get('/')",
            fails="TypeError: Object of type User is not JSON serializable",
        ),
        Good(
            """
            import dataclasses
            import datetime
            import decimal
            import enum
            import uuid

            from flask import Flask, session

            app = Flask(__name__)
            app.secret_key = "only for this example"


            class Cart(dict):
                pass


            class Color(str, enum.Enum):
                RED = "red"


            @dataclasses.dataclass
            class Point:
                x: int = 1


            @app.get("/")
            def index():
                session["tuple"] = (1, b"x")
                session["uuid"] = uuid.uuid4()
                session["now"] = datetime.datetime.now(datetime.timezone.utc)
                session["day"] = datetime.date.today()
                session["price"] = decimal.Decimal("1.5")
                session["cart"] = Cart(a=1)
                session["color"] = Color.RED
                session["point"] = Point()
                session["ids"] = list({1, 2})
                return "x"
            """,
            drive="client.get('/')",
        ),
    ),
)

_JSON_ATTRIBUTES = (".json", ".json_encoder", ".json_decoder", ".json_provider_class", ".session_interface")


@rule.on_file
def check(ctx: Context) -> Iterator[Finding]:
    """Every value of a known type, also inside lists, tuples and dicts."""
    if ctx.is_test or keeps_sessions_elsewhere(ctx.model) or ctx.model.each(_has_own_json):
        return
    for write in session_writes(ctx):
        if is_replaced(ctx, write):
            continue
        for found in unserialisable(ctx, write.value):
            yield ctx.finding(
                found.given,
                f"{found.what} cannot be saved in the session cookie: TypeError when the response is finished.",
                severity=Severity.WARNING if found.may_be_empty else None,
                related=[ctx.related(found.node, "this is in it")] if found.inside is not None else [],
                fixes=[_as_list(ctx, found.node) if found.is_iterable else _as_id(ctx, found)],
            )


def _has_own_json(facts: FileFacts) -> bool:
    """Whether an app may turn other types into JSON, or keep sessions in another way."""
    return any(s.endswith(_JSON_ATTRIBUTES) for s in facts.stores) or any(
        "json_provider_class" in cls.attributes or any(b.dotted.endswith("JSONProvider") for b in cls.bases)
        for cls in facts.classes.values()
    )


def _as_list(ctx: Context, node: ast.expr) -> Fix | None:
    text = ctx.text(node)
    written = f"[{text[1:-1]}]" if isinstance(node, ast.Set) else f"list({text})"
    return ctx.fix("Store a list", ctx.edit().replace(node, written), safe=False)


def _as_id(ctx: Context, refused: Refused) -> Fix | None:
    for base in ctx.model.mro(refused.cls) if refused.cls is not None else ():
        known = ctx.model.names.class_(base)
        if known is not None and "id" in known[1].attributes:
            title = "Store the ids" if refused.is_rows else "Store the id"
            return ctx.fix(title, with_member(ctx, refused, "id"), safe=False)
    return None
