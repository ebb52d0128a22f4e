"""The values of attributes: of classes and instances of the project, of external things, of click's groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project import catalog
from flask_ls.project.bodies import Body, Symbol
from flask_ls.project.contexts.needs import PROXIES
from flask_ls.project.contexts.value import BodyKey, Value
from flask_ls.project.facts import ClassFacts, FileFacts, Ref

if TYPE_CHECKING:
    from flask_ls.project.contexts.values import Values

# (class, attribute) -> class of the value, where contexts need more than `catalog.ATTRIBUTES` tells. The session of
# Flask-SQLAlchemy is told apart from a plain `scoped_session`, which needs no context.
_MEMBERS = {
    ("flask_sqlalchemy.SQLAlchemy", "session"): "flask_sqlalchemy.SQLAlchemy.session",
    ("flask_sqlalchemy.SQLAlchemy", "Model"): None,
    ("flask_sqlalchemy.SQLAlchemy", "engine"): None,
}
# Receivers that nothing is known of: these methods exist on Flask applications and on little else.
DUCK_RESULTS = {
    "app_context": "flask.ctx.AppContext",
    "test_request_context": "flask.ctx.RequestContext",
    "request_context": "flask.ctx.RequestContext",
    "test_client": "flask.testing.FlaskClient",
}
_GROUPS = frozenset({"click.Group", "flask.cli.AppGroup", "flask.cli.FlaskGroup"})


class Attributes:
    """Looks attributes up."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def attribute(self, base: Value | None, name: str, left: int) -> Value | None:
        """The value of an attribute."""
        if base is None or left <= 0:
            return None
        kind = base.kind
        if kind == "name":
            if base.name.endswith("()"):
                return Value("called", f"{base.name}.{name}")
            return self._values.named(self._values.model.names.canonical(f"{base.name}.{name}"), left - 1)
        if kind in ("class", "instance"):
            return self.member(base, name, left - 1)
        if kind == "function" and base.key is not None:
            group = self._group(base.key, left - 1)
            return self.member(Value("instance", group), name, left - 1) if group is not None else None
        if kind == "member":
            return Value("member", base.name, f"{base.extra}.{name}")
        if kind == "called":
            return Value("called", f"{base.name}.{name}")
        if kind == "parameter":
            return duck(name)
        return None

    def _group(self, key: BodyKey, left: int) -> str | None:
        """The class of click's group that a function has become by ``@click.group()``, ``@app.cli.group()``."""
        body = self._values.signature(key)
        if body is None or not body.decorators or left <= 0:
            return None
        for decorator in body.decorators:
            keywords = dict(decorator[3]) if isinstance(decorator, tuple) and decorator[0] == "()" else {}
            if "cls" in keywords:
                cls = self._values.of(key.path, keywords["cls"], left)
                return cls.name if cls is not None and cls.kind in ("name", "class") else None
            made = self._values.of(key.path, decorator, left)
            if made is None or made.kind not in ("name", "called", "member"):
                continue
            if made.name in ("click.group", "click.group()"):
                return "click.Group"
            if made.kind == "called" and made.name.rpartition(".")[0] in _GROUPS and made.name.endswith(".group()"):
                return made.name.rpartition(".")[0]
        return None

    def owner_function(self, path: str, method: Symbol) -> BodyKey | None:
        """The function of which a method is taken: ``group`` of ``group.command``."""
        base = method[1] if isinstance(method, tuple) else method.rpartition("." if "|" not in method else "|")[0]
        value = self._values.of(path, base) if base else None
        return value.key if value is not None and value.kind == "function" else None

    def member(self, base: Value, name: str, left: int) -> Value | None:
        """The attribute of a class or instance, looked up through the bases."""
        order = self._values.mro(base.name)
        if base.extra == "super":
            order = order[1:]
        external: str | None = None
        for cls in order:
            known = self._values.model.names.class_(cls)
            if known is None:
                if (cls, name) in _MEMBERS or (cls, name) in catalog.ATTRIBUTES:
                    found = _MEMBERS.get((cls, name)) or catalog.ATTRIBUTES.get((cls, name))
                    return Value("instance", found) if found else None
                external = external or cls
                continue
            facts, definition = known
            qualname = definition.qualname
            if f"{qualname}.{name}" in facts.functions:
                return self._method(BodyKey(facts.path, f"{qualname}.{name}"), left)
            if f"{qualname}.{name}" in facts.classes:
                return Value("class", f"{facts.module}.{qualname}.{name}")
            body = self._values.signature(BodyKey(facts.path, f"{qualname}.{name}"))
            if body is not None and body.kind == "lambda":
                return Value("function", key=BodyKey(facts.path, body.id))
            if base.kind == "class" and name in definition.attributes and "enum.Enum" in order:
                return Value("instance", base.name)  # its members
            values = self._values.code.assigned(facts.path, qualname, name)
            if values is not None:
                return self.one(facts.path, values, left)
            if name in definition.attributes:
                proxy = self._proxy(facts, definition.attributes[name], left)
                if proxy is not None:
                    return proxy
                cls_name = self._values.model.class_of_member(cls, name)
                if cls_name is not None:
                    return Value("instance", cls_name)
                written = definition.attributes[name]
                if written is not None and not written.called:
                    return self._values.of(facts.path, written.dotted, left)
                return None
        if external is not None:
            return Value("member", base.name, name)
        return None

    def _proxy(self, facts: FileFacts, written: Ref | None, left: int) -> Value | None:
        """``app = current_app`` in a class: what is used later is the proxy, not the object behind it."""
        if written is None or written.called:
            return None
        value = self._values.of(facts.path, written.dotted, left)
        return value if value is not None and value.kind == "name" and value.name in PROXIES else None

    def _method(self, key: BodyKey, left: int) -> Value | None:
        body = self._values.signature(key)
        if body is not None and is_property(body):
            return self._values.result(key, left)
        return Value("function", key=key)

    def one(self, path: str, symbols: set[Symbol | None], left: int) -> Value | None:
        """The value of several symbols when all have the same."""
        found = {self._values.of(path, s, left) for s in symbols}
        return found.pop() if len(found) == 1 else None

    def assigned(self, facts: FileFacts, cls: str, name: str) -> set[Symbol | None]:
        """What the body and the methods of a class assign to an attribute, as far as that can be followed."""
        return self._values.code.assigned(facts.path, cls, name) or set()

    def all_assigned(self, facts: FileFacts, cls: ClassFacts) -> dict[str, set[Symbol | None]]:
        """The same for every attribute of a class of this file."""
        return self._values.code.all_assigned(facts.path, cls.qualname)

    def is_of_instances(self, facts: FileFacts, cls: str, name: str) -> bool:
        """Whether methods of a class assign the attribute to ``self``, so that it is none of the class."""
        return self._values.code.assigned(facts.path, cls, name) is not None


def duck(name: str) -> Value | None:
    """A method of an unknown receiver that only Flask applications have."""
    return Value("member", "flask.Flask", name) if name in DUCK_RESULTS else None


def is_property(body: Body) -> bool:
    """Whether the function is a property, cached or not."""
    for decorator in body.decorators:
        name = decorator if isinstance(decorator, str) else ""
        if name.rpartition(".")[2].endswith("property"):
            return True
    return False
