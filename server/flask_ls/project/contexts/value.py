"""What a symbol stands for, as data."""

from __future__ import annotations

from typing import Literal, NamedTuple


class BodyKey(NamedTuple):
    """A body of the project: its file and its id."""

    path: str
    id: str


class Value(NamedTuple):
    """What a symbol stands for.

    ``name``: something external or a project variable of unknown class, by canonical name. ``class``: a class object.
    ``instance`` of the class ``name``. ``member``: attribute ``extra`` of an instance of the external class ``name``.
    ``function``: the body ``key``; ``generator``, ``coroutine``: what calling it gives. ``called``: the result of the
    external callable ``name``. ``literal``: the text ``name``. ``parameter`` ``extra`` of body ``key``.
    """

    kind: Literal[
        "name", "class", "instance", "member", "function", "generator", "coroutine", "called", "literal", "parameter"
    ]
    name: str = ""
    extra: str = ""
    key: BodyKey | None = None
