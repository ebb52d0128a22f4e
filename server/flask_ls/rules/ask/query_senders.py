"""What templates and a file of the project put into query strings: ``?edit=1``, ``url_for(..., edit=True)``, forms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flask_ls.rules.context import Context

_ON = frozenset({"1", "on", "true", "y", "yes"})
_LINK = re.compile(r"(?:[?&]|&amp;)([A-Za-z_]\w*)=(\w*)")
_BUILT = re.compile(r"\burl_for\(((?:[^()]|\([^()]*\))*)\)")
_KEYWORD = re.compile(r"\b([A-Za-z_]\w*)\s*=\s*([^,=]+)")
_FORM = re.compile(r"<form\b([^<>]*)>(.*?)</form>", re.IGNORECASE | re.DOTALL)
_POSTED = re.compile(r"""\bmethod\s*=\s*["']?post\b""", re.IGNORECASE)
_INPUT = re.compile(r"<(input|button)\b[^<>]*>|<(?:select|textarea)\b[^<>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(name|value|type)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)


def only_switches_on(ctx: Context, parameter: str) -> bool:
    """Whether templates or this file send the parameter, and always with a text that says yes."""
    sent = ctx.model.combined_of_templates(_sent, _by_name).get(parameter, frozenset())
    sent |= {is_on for name, is_on in ctx.once(_sent_here) if name == parameter}
    return sent == {True}


def _sent_here(ctx: Context) -> frozenset[tuple[str, bool]]:
    return _sent(ctx.source.text)


def _sent(text: str) -> frozenset[tuple[str, bool]]:
    """The parameters in a text, each with whether what is sent for it says yes."""
    return frozenset((*_in_links(text), *_in_built(text), *_in_forms(text)))


def _in_links(text: str) -> Iterator[tuple[str, bool]]:
    return ((m.group(1), m.group(2).lower() in _ON) for m in _LINK.finditer(text))


def _in_built(text: str) -> Iterator[tuple[str, bool]]:
    for call in _BUILT.finditer(text):
        for keyword in _KEYWORD.finditer(call.group(1)):
            yield keyword.group(1), keyword.group(2).strip().strip("\"'").lower() in _ON


def _in_forms(text: str) -> Iterator[tuple[str, bool]]:
    inside = (form.group(2) for form in _FORM.finditer(text) if not _POSTED.search(form.group(1)))
    for field in (field for fields in inside for field in _INPUT.finditer(fields)):
        given = {m.group(1).lower(): m.group(2) or m.group(3) or "" for m in _ATTRIBUTE.finditer(field.group())}
        if "name" in given:
            is_box = given.get("type", "").lower() == "checkbox"
            is_on = is_box or given.get("value", "").lower() in _ON
            yield given["name"], is_on and field.group(1) is not None


def _by_name(sent: Mapping[str, frozenset[tuple[str, bool]]]) -> dict[str, frozenset[bool]]:
    found: dict[str, frozenset[bool]] = {}
    for pairs in sent.values():
        for name, is_on in pairs:
            found[name] = found.get(name, frozenset()) | {is_on}
    return found
