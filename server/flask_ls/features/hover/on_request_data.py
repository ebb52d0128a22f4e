"""On ``request.args``, ``form``, ``values``, ``json``, ``get_json`` and ``files``: what each holds and how it fails."""

from __future__ import annotations

from packaging.version import Version

from flask_ls.features.hover.asking import at_least, name_here
from flask_ls.features.hover.provider import Place, Section, paragraphs
from flask_ls.rules.context import Unit

_URL = "https://flask.palletsprojects.com/en/stable/api/#flask.Request"
_PARSED = frozenset({"flask.request.args", "flask.request.form", "flask.request.values"})
_MISSING_IS_400 = "`[...]` with a missing key answers 400 (`BadRequestKeyError`), `.get()` gives None."


def section(place: Place) -> Section | None:
    """The attribute of ``flask.request`` under the cursor."""
    name = name_here(place)
    text = _text(place.unit, name) if name is not None else None
    if text is None or place.node is None:
        return None
    return Section(paragraphs(text, f"[Flask documentation]({_URL})"), place.unit.source.span(place.node))


def _text(unit: Unit, name: str) -> str | None:
    owner, _, attribute = name.rpartition(".")
    if owner in _PARSED and attribute == "get":
        return paragraphs(
            f"**{owner.removeprefix('flask.')}.get** → the value of a key as text, converted with `type`",
            _get(unit),
        )
    if owner != "flask.request":
        return None
    match attribute:
        case "args":
            return paragraphs(
                "**request.args** → the query string: what follows `?` in the URL",
                f"All values are text. {_MISSING_IS_400} {_get(unit)}",
            )
        case "form":
            return paragraphs(
                "**request.form** → the fields of a form in the body",
                "Filled when the body is sent as `application/x-www-form-urlencoded` or `multipart/form-data`; empty "
                f"for a JSON body. Uploaded files are in `request.files`. All values are text. {_MISSING_IS_400}",
            )
        case "values":
            return paragraphs(
                "**request.values** → `request.args` and, for POST, PUT and PATCH, `request.form` together",
                f"A key of the query string comes before the same key of the form. {_MISSING_IS_400}",
            )
        case "files":
            return paragraphs(
                "**request.files** → the uploaded files",
                'Filled only when the form is sent with `enctype="multipart/form-data"`. '
                f"{_MISSING_IS_400} The `filename` comes from the client: use `secure_filename()` before storing "
                "under it.",
            )
        case "json":
            return paragraphs("**request.json** → the body, parsed as JSON", _json(unit))
        case "get_json":
            return paragraphs(
                "**request.get_json** → the body, parsed as JSON",
                f"{_json(unit)} `force=True` ignores the content type; `silent=True` gives None instead of both "
                "errors.",
            )
    return None


def _json(unit: Unit) -> str:
    if at_least(unit, "2.3"):
        refused = f"Another content type, or none, is answered with 415 in Flask {unit.flask}"
    elif at_least(unit, "2.1"):
        refused = f"Another content type, or none, is answered with 400 in Flask {unit.flask} (415 from 2.3 on)"
    else:
        refused = f"Another content type, or none, gives None in Flask {unit.flask} (an error from 2.1 on)"
    return (
        "The content type has to be `application/json` or `application/*+json`. "
        f"{refused}; a body that is not JSON with 400. "
        "The result is what was sent, not always a dict: a missing key raises `KeyError`, which is a 500."
    )


def _get(unit: Unit) -> str:
    werkzeug = unit.installed.get("werkzeug")
    is_new = werkzeug >= Version("3.0") if werkzeug is not None else at_least(unit, "3.0")
    errors = "`ValueError` or `TypeError`" if is_new else "`ValueError`"
    return (
        f"`.get(key, default, type=int)` gives the default when the key is missing or `type` raises {errors}. "
        "`type=bool` is True for every text that is not empty, also for `false` and `0`."
    )
