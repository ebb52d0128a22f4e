"""``flask.views``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.interp.flask_core.rules import method_names
from flask_ls.project.interp.functions import make_class
from flask_ls.project.interp.values import (
    MISSING,
    Args,
    ClassV,
    Descriptor,
    Native,
    SetV,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

_VERBS = ("get", "post", "head", "options", "delete", "put", "trace", "patch")


def make(m: Machine) -> dict[str, ClassV]:
    """``View`` and ``MethodView``."""
    view = make_class(
        m,
        "flask.views.View",
        names={
            "as_view": Descriptor("classmethod", Native("as_view", as_view)),
            "methods": None,
            "provide_automatic_options": None,
            "decorators": (),
            "init_every_request": True,
            "__init__": Native("__init__", lambda m_, a: None),
        },
    )
    hook = Native("__init_subclass__", _init_subclass)
    names = {
        "__init_subclass__": Descriptor("classmethod", hook),
        "dispatch_request": Native("dispatch", lambda m_, a: None),
    }
    method_view = make_class(m, "flask.views.MethodView", (view,), names)
    return {"flask.views.View": view, "flask.views.MethodView": method_view}


def _init_subclass(m: Machine, args: Args) -> Value:
    """A ``MethodView`` answers the methods it defines, unless ``methods`` says otherwise."""
    cls = args.pos[0]
    if not isinstance(cls, ClassV) or "methods" in cls.names:
        return None
    found: set[str] = set()
    unknown = cls.open
    for base in cls.bases:
        inherited = m.get(base, "methods", None)
        if inherited is not None:
            names = method_names(m, inherited)
            if names is None:
                unknown = unknown or Unknown("the inherited methods are not known")
            found |= names or set()
    found |= {verb.upper() for verb in _VERBS if cls.lookup(verb) is not MISSING}
    if found or unknown is not None:
        rest = Unknown(f"a base class of {cls.name} cannot be read") if unknown is not None else None
        cls.names["methods"] = SetV(sorted(found), m.serial, rest)
    return None


def as_view(m: Machine, args: Args) -> Value:
    """``as_view(name, *class_args, **class_kwargs)``: a function of that name that has the class's methods."""
    cls, name = args.pos[0], args.get(1, "name", Unknown("there is no name"))
    view: Value = m.native("view", lambda m_, a: Unknown("a response"))
    m.set(view, "__name__", name)
    m.set(view, "view_class", cls)
    decorators, rest = m.iterate(m.get(cls, "decorators", ()))
    for decorator in decorators:
        view = m.decorate(decorator, view)
    if rest is not None:
        pass  # the name is set again below, whatever the decorators did
    for key, value in (
        ("view_class", cls),
        ("__name__", name),
        ("__doc__", None),
        ("methods", m.get(cls, "methods", None)),
        ("provide_automatic_options", m.get(cls, "provide_automatic_options", None)),
    ):
        m.set(view, key, value)
    return view
