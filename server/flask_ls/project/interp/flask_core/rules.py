"""From the arguments of ``add_url_rule`` to rules of the URL map."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import arithmetic, formatting, reasons
from flask_ls.project.interp.paths import Path, extend, may_both_hold
from flask_ls.project.interp.records import AppState, Clash, Places, Rule, innermost
from flask_ls.project.interp.values import (
    MISSING,
    Args,
    Bound,
    Choice,
    ClassV,
    DictV,
    External,
    Function,
    Instance,
    ListV,
    Maybe,
    Native,
    Partial,
    Unknown,
    Value,
    Wrapped,
)

if TYPE_CHECKING:
    from flask_ls.project.interp.frames import Place
    from flask_ls.project.interp.machine import Machine

# What decides on a rule; a choice in one of them makes several rules.
_DECIDING = ("methods", "defaults", "subdomain", "host")


def add_rule(
    m: Machine,
    app: Instance,
    rule: Value,
    endpoint: Value,
    view: Value,
    options: dict[str, Value],
    *,
    unknown_options: Unknown | None = None,
) -> None:
    """``Flask.add_url_rule`` itself: every possible rule is recorded, what is unknown is a blind spot."""
    values = {"rule": rule, "endpoint": endpoint, "view": view, **{k: options[k] for k in _DECIDING if k in options}}
    for key, value in values.items():
        settled = formatting.plain(m.settle(value))
        if isinstance(settled, Choice):
            for path, option in m.decide(settled):
                before = m.path
                m.path = extend(before, path)
                try:
                    changed = {**values, key: option}
                    others = {**options, **{k: changed[k] for k in _DECIDING if k in changed}}
                    add_rule(
                        m,
                        app,
                        changed["rule"],
                        changed["endpoint"],
                        changed["view"],
                        others,
                        unknown_options=unknown_options,
                    )
                finally:
                    m.path = before
            return
        values[key] = settled
    rule, endpoint, view = values["rule"], values["endpoint"], values["view"]
    options = {**options, **{k: values[k] for k in _DECIDING if k in values}}
    _add_one(m, app, rule, endpoint, view, options, unknown_options)


def _add_one(
    m: Machine,
    app: Instance,
    rule: Value,
    endpoint: Value,
    view: Value,
    options: dict[str, Value],
    unknown_options: Unknown | None,
) -> None:
    problem: str | None = None
    if endpoint is None:
        endpoint = endpoint_of(m, view, app)
    if not isinstance(rule, str):
        problem = f"the rule is not known: {reasons.why(rule, 'it is only known at run time')}"
    elif not isinstance(endpoint, str):
        problem = f"the endpoint is not known: {reasons.why(endpoint, 'it is only known at run time')}"
    methods = options.get("methods")
    if methods is None:
        methods = m.settle(m.get(view, "methods", None) if not _is_plain(view) else None)
        if isinstance(methods, Unknown):
            methods = None if isinstance(methods, External) else methods
            if methods is None:
                m.blind("the methods of a view that cannot be read are not known", target=app, place=_place(m))
    allowed = frozenset(("GET",)) if methods is None else method_names(m, methods)
    if allowed is None:
        problem = problem or f"the methods are not known: {reasons.why(methods, 'they are only known at run time')}"
    if unknown_options is not None and problem is None:
        problem = f"some options are not known: {unknown_options.reason}"
    maker = m.settle(m.get(app, "url_rule_class", None))
    if problem is None and isinstance(maker, ClassV) and isinstance(maker.lookup("__init__"), Function):
        problem = f"{maker.name} makes the rules of this app in a way of its own"
    if problem is not None or not isinstance(rule, str) or not isinstance(endpoint, str) or allowed is None:
        m.blind(problem or "this rule is not known", target=app, place=_place(m))
        return
    if not rule.startswith("/"):
        # Werkzeug refuses it: ValueError.
        m.recorder.refused.append((rule, m.stack_of()))
        return
    required = m.settle(m.get(view, "required_methods", None) if not _is_plain(view) else None)
    if isinstance(required, (ListV, tuple)):
        allowed |= method_names(m, required) or frozenset()
    record(
        m,
        app,
        Rule(
            rule,
            endpoint,
            allowed,
            m.stack_of(),
            extend(m.path, m.extra),
            view,
            **details(m, options),
        ),
    )
    claim(m, app, endpoint, view)


def details(m: Machine, options: dict[str, Value]) -> dict[str, Any]:
    """The fields of a ``Rule`` that options decide and that may stay unknown."""

    def known(name: str, kind: type) -> Any:
        value = m.settle(options.get(name))
        return value if isinstance(value, kind) else None

    defaults = m.settle(options.get("defaults"))
    names = tuple(str(k) for k in defaults.items) if isinstance(defaults, DictV) else ()
    return {
        "defaults": names,
        "subdomain": known("subdomain", str),
        "host": known("host", str),
        "strict_slashes": known("strict_slashes", bool),
        "automatic_options": known("provide_automatic_options", bool),
        "parts": m.url_parts,
        "blueprint": m.blueprint_name,
        "is_static": bool(options.get("__static__")),
        "by_extension": m.in_model(),
    }


def record(m: Machine, app: Instance, rule: Rule) -> None:
    """Put a rule into the URL map."""
    state = app.native
    m.oldest_write = 0
    if isinstance(state, AppState) and not m.dry:
        m.recorder.progress += 1
        state.rules.append(rule)


def claim(m: Machine, app: Instance, endpoint: str, view: Value) -> None:
    """A view takes an endpoint; a different view that has it already is a clash."""
    state = app.native
    if view is None or m.dry or not isinstance(state, AppState):
        return
    here: Path = m.path
    taken = [t for t in state.views.get(endpoint, ()) if may_both_hold(t[0], here)]
    if taken and all(different(other, view) for _, other, _ in taken):
        path, _, places = taken[0]
        state.clashes.append(Clash("endpoint", endpoint, places, m.stack_of(), extend(path, here)))
    # Also after a clash: a third use of the same view adds nothing to say.
    state.views.setdefault(endpoint, []).append((here, view, m.stack_of()))


def different(a: Value, b: Value) -> bool:
    """Whether two views are surely different objects to Flask (compared with ``!=``)."""
    if a is b or isinstance(a, Unknown) or isinstance(b, Unknown):
        return False
    if isinstance(a, Bound) and isinstance(b, Bound):
        return a.func is not b.func or a.self is not b.self
    inner_a, inner_b = innermost(a), innermost(b)
    if isinstance(a, Wrapped) or isinstance(b, Wrapped):
        return inner_a is not inner_b and not isinstance(inner_a, Unknown) and not isinstance(inner_b, Unknown)
    return True


def endpoint_of(m: Machine, view: Value, app: Instance | None = None) -> Value:
    """The endpoint a view gives: its ``__name__``."""
    if isinstance(view, Choice):
        return m.lift(view, lambda v: endpoint_of(m, v, app))
    if view is None:
        return Unknown("there is neither an endpoint nor a view")
    seen = view
    for _ in range(30):
        if isinstance(seen, Bound):
            seen = seen.func
        elif isinstance(seen, Wrapped) and "__name__" not in seen.attrs:
            if not seen.trusted:
                by = seen.by.path if isinstance(seen.by, External) else seen.by.reason
                m.blind(
                    f"the endpoint is the name that a decorator leaves which cannot be read: {by}",
                    target=app,
                    place=_place(m),
                )
            seen = seen.func
        else:
            break
    if isinstance(seen, External):
        last = seen.path.rpartition(".")[2]
        if last.isidentifier():
            m.blind(f"the view {seen.path} is outside the workspace", target=app, place=_place(m))
            return last
    if isinstance(seen, (Partial, Instance)):
        name = m.get(seen, "__name__", MISSING)
        return name if name is not MISSING else Unknown("this view has no name")
    if isinstance(seen, Unknown):
        return Unknown(seen.reason)
    return m.settle(m.get(seen, "__name__"))


def _is_plain(view: Value) -> bool:
    return view is None or (isinstance(view, Function) and not view.attrs)


def method_names(m: Machine, value: Value) -> frozenset[str] | None:
    """The upper-case names of a list of methods; None when not all are known."""
    value = m.settle(value)
    if isinstance(value, str):
        return None
    if not isinstance(value, (ListV, tuple, DictV)):
        return None
    items, rest = m.iterate(value)
    if rest is not None:
        return None
    names: set[str] = set()
    for item in items:
        name = formatting.plain(m.settle(item))
        if not isinstance(name, str):
            return None
        names.add(name.upper())
    return frozenset(names)


def _place(m: Machine) -> Place | None:
    places: Places = m.stack_of()
    return places[0] if places else None


# werkzeug.routing


def make_rule_class(m: Machine, make_class: Any) -> dict[str, ClassV]:
    """``Rule`` and the rule factories."""

    def keep(*fields: str) -> Native:
        def init(m_: Machine, args: Args) -> Value:
            self_, given = args.pos[0], Args(args.pos[1:], args.kw, args.star, args.starstar)
            for index, name in enumerate(fields):
                value = given.get(index if index < 2 else -1, name)
                if value is not MISSING:
                    m_.write(self_.attrs, name, value)
            return None

        return Native("__init__", init)

    classes = {
        "Rule": ("string", "defaults", "subdomain", "methods", "endpoint", "strict_slashes", "host", "build_only"),
        "Submount": ("path", "rules"),
        "EndpointPrefix": ("prefix", "rules"),
        "Subdomain": ("subdomain", "rules"),
        "RuleTemplate": ("rules",),
    }
    made: dict[str, ClassV] = {}
    for name, fields in classes.items():
        path = f"werkzeug.routing.{name}"
        made[path] = make_class(m, path, names={"__init__": keep(*fields)})
    return made


def add_werkzeug(m: Machine, app: Instance, value: Value, mount: tuple[Value, Value, Value] = ("", "", None)) -> None:
    """``app.url_map.add``: a rule or a factory of rules. ``mount`` is path, endpoint prefix and subdomain so far."""
    value = m.settle(value)
    path, prefix, subdomain = mount
    if not isinstance(value, Instance):
        m.blind(f"a rule is not known: {reasons.why(value, 'it is only known at run time')}", target=app)
        return
    if value.cls.derives("werkzeug.routing.Rule"):
        options = {k: value.attrs[k] for k in ("defaults", "methods", "strict_slashes", "host") if k in value.attrs}
        options["subdomain"] = value.attrs.get("subdomain", subdomain)
        text = arithmetic.binary(m, ast.Add, path, value.attrs.get("string"))
        endpoint = arithmetic.binary(m, ast.Add, prefix, value.attrs.get("endpoint"))
        _add_rule_object(m, app, text, endpoint, options)
        return
    rules = value.attrs.get("rules")
    if rules is None:
        m.blind("a rule factory of a kind that cannot be read", target=app)
        return
    if value.cls.derives("werkzeug.routing.Submount"):
        own = m.settle(value.attrs.get("path"))
        path = arithmetic.binary(m, ast.Add, path, own.rstrip("/") if isinstance(own, str) else own)
    elif value.cls.derives("werkzeug.routing.EndpointPrefix"):
        prefix = arithmetic.binary(m, ast.Add, prefix, value.attrs.get("prefix"))
    elif value.cls.derives("werkzeug.routing.Subdomain"):
        subdomain = value.attrs.get("subdomain")
    items, rest = m.iterate(rules)
    for item in items:
        add_werkzeug(m, app, item.value if isinstance(item, Maybe) else item, (path, prefix, subdomain))
    if rest is not None:
        m.blind(f"a list of rules is not known: {rest.reason}", target=app)


def _add_rule_object(m: Machine, app: Instance, text: Value, endpoint: Value, options: dict[str, Value]) -> None:
    methods = options.get("methods")
    allowed = frozenset[str]() if methods is None else method_names(m, methods)
    if not isinstance(text, str) or not isinstance(endpoint, str) or allowed is None:
        m.blind("a rule that is added to the URL map is not known", target=app)
        return
    record(m, app, Rule(text, endpoint, allowed, m.stack_of(), extend(m.path, m.extra), None, **details(m, options)))
