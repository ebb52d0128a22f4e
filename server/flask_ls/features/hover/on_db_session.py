"""On ``db.session`` of Flask-SQLAlchemy and its methods: how long it lives and what is written when."""

from __future__ import annotations

import ast

from packaging.version import Version

from flask_ls.features.asking import context
from flask_ls.features.hover.provider import Place, Section, paragraphs
from flask_ls.rules.ask.values import definition
from flask_ls.rules.context import Unit

_URL = "https://docs.sqlalchemy.org/en/20/orm/session_basics.html"
_EXTENSION = "flask_sqlalchemy.SQLAlchemy"

_NOTHING_COMMITS = (
    "Nothing commits by itself: what is not committed is rolled back when the context ends. "
    "`with db.session.begin():` commits by itself, at the end of its block."
)
_AFTER_A_FAILURE = (
    "After a flush that failed, also the one that `commit()` does, the session raises `PendingRollbackError` until "
    "`rollback()`, for the rest of this "
    "context; the next request has a fresh session."
)
_METHODS = {
    "commit": (
        "writes what is pending to the database and ends the transaction",
        f"{_NOTHING_COMMITS} {_AFTER_A_FAILURE} The attributes of its objects are read anew at the next use after it; "
        "where their session is gone by then, that raises `DetachedInstanceError`.",
    ),
    "rollback": (
        "gives up everything since the last commit",
        f"{_AFTER_A_FAILURE} Objects that were only added are no longer in the session, the attributes of the others "
        "are read anew.",
    ),
    "add": (
        "puts an object into the session, to be inserted",
        "The INSERT is sent at the next flush: before a query, or with `commit()`. Its primary key is None until then. "
        f"{_NOTHING_COMMITS} An object of another session that is still alive raises `InvalidRequestError: ... is "
        "already attached to session`; `merge()` makes a copy for this one.",
    ),
    "add_all": ("puts objects into the session, to be inserted", f"As `add` for each of them. {_NOTHING_COMMITS}"),
    "delete": ("marks an object for deletion", f"The DELETE is sent at the next flush. {_NOTHING_COMMITS}"),
    "flush": (
        "sends what is pending to the database, inside the transaction",
        f"Keys made by the database are known afterwards. It does not commit. {_AFTER_A_FAILURE}",
    ),
    "merge": (
        "gives the copy of an object that belongs to this session",
        "For objects whose session is gone, or that belong to another one. Work on with what it returns; the object "
        f"given is not changed. {_NOTHING_COMMITS}",
    ),
}


def section(place: Place) -> Section | None:
    """The session of Flask-SQLAlchemy, or one of its methods, under the cursor."""
    node = place.node
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return None
    if isinstance(node, ast.Attribute) and node.attr in _METHODS and _is_session(place.unit, node.value):
        meaning, truth = _METHODS[node.attr]
        text = paragraphs(f"**db.session.{node.attr}** → {meaning}", truth)
    elif _is_session(place.unit, node):
        text = _session(place.unit)
    else:
        return None
    return Section(paragraphs(text, f"[SQLAlchemy documentation]({_URL})"), place.unit.source.span(node))


def _is_session(unit: Unit, node: ast.expr) -> bool:
    meant = definition(context(unit), node)
    return (
        isinstance(meant, ast.Attribute) and meant.attr == "session" and unit.infer.is_instance(meant.value, _EXTENSION)
    )


def _session(unit: Unit) -> str:
    installed = unit.installed.get("flask-sqlalchemy")
    if installed is not None and installed < Version("3.0"):
        life = (
            f"In Flask-SQLAlchemy {installed} there is one session for each thread or greenlet (from 3.0 on, for each "
            "application context); it is removed when an application context ends."
        )
    else:
        life = (
            "There is one session for each application context: for each request, command and "
            "`with app.app_context():`. A context inside of a request has another session. Outside of any, using it "
            "raises `RuntimeError: Working outside of application context.`"
        )
    return paragraphs(
        "**db.session** → the database session of this context",
        f"{life} {_NOTHING_COMMITS}",
        "With the session its objects are detached: reading an attribute that is not loaded raises "
        "`DetachedInstanceError`. Query them again, or `merge()` them into the session of the other context.",
    )
