"""On ``url_for`` and ``redirect``: what they need and what they give, in the installed Flask."""

from __future__ import annotations

from flask_ls.features.hover.asking import at_least, name_here
from flask_ls.features.hover.provider import Place, Section, paragraphs
from flask_ls.rules.context import Unit

_URL = "https://flask.palletsprojects.com/en/stable/quickstart/#url-building"


def section(place: Place) -> Section | None:
    """One of the two under the cursor, in an expression or where it is imported."""
    unit, name = place.unit, name_here(place)
    if place.node is None:
        return None
    if name == "flask.url_for":
        text = _url_for(unit)
    elif name in ("flask.redirect", "werkzeug.utils.redirect"):
        text = _redirect(unit, is_of_flask=name == "flask.redirect")
    else:
        return None
    return Section(paragraphs(text, f"[Flask documentation]({_URL})"), unit.source.span(place.node))


def _url_for(unit: Unit) -> str:
    others = (
        "Setting `SERVER_NAME` does not restrict which hosts are served."
        if at_least(unit, "3.1")
        else f"In Flask {unit.flask} setting `SERVER_NAME` also answers requests for other hosts with 404."
    )
    return paragraphs(
        "**url_for** → the URL of an endpoint",
        "Needs a request, or an application context and `SERVER_NAME`; otherwise it raises `RuntimeError`. "
        "In an application context the result is absolute by default, in a request it is relative. "
        "`_external=True` makes it absolute and does not stand in for `SERVER_NAME`. "
        f"{others}",
        "An endpoint that starts with a dot is one of the current request's blueprint. Values that the rule has no "
        "variable for become the query string. It knows where the app is mounted; a literal path does not.",
    )


def _redirect(unit: Unit, *, is_of_flask: bool) -> str:
    status = "303 (302 before Flask 3.2)" if at_least(unit, "3.2.dev0") else "302 (303 from Flask 3.2 on)"
    answer = f"The status is {status} unless `code` says otherwise. " if is_of_flask else ""
    return paragraphs(
        "**redirect** → a response that sends the browser to another URL",
        f"{answer}The view has to return it. Give it `url_for(...)`: where the app is mounted below a prefix, a "
        "literal `/login` still leads to `/login` at the root of the host. A target taken from the request lets "
        "others send your users to any site.",
    )
