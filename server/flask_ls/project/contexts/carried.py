"""Functions that are kept before they are called: in variables, attributes, containers, by registering decorators."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from flask_ls.project.bodies import Op, Symbol, last_name
from flask_ls.project.contexts.flow import Condition
from flask_ls.project.contexts.meaning import receiver_of
from flask_ls.project.contexts.sites import Site, Sites
from flask_ls.project.contexts.targets import argument_of, first_parameter
from flask_ls.project.contexts.value import BodyKey, Value
from flask_ls.project.contexts.values import Values
from flask_ls.project.tracking import Memo, Tracker

# Methods that put something into a container -> the position of what they put there.
_ADDING = {"append": 0, "add": 0, "appendleft": 0, "insert": 1, "setdefault": 1}
_PROXIES = ("werkzeug.local.LocalProxy", "werkzeug.LocalProxy")
# A name that is mentioned more often is a common word.
_MOST_MENTIONS = 300
_NOTHING: set[str] = set()


class Kept(NamedTuple):
    """Something kept, as a symbol of a file; ``condition`` says for which key it is what a container gives."""

    path: str
    symbol: Symbol
    condition: Condition | None = None


_Addition: TypeAlias = "tuple[Kept, Symbol | None]"


class Carried:
    """Follows functions through what keeps them; every answer is remembered."""

    def __init__(self, values: Values, sites: Sites, tracker: Tracker) -> None:
        self._values = values
        self._sites = sites
        self._given: Memo[tuple[str, str], list[Kept]] = Memo(tracker, self._find_given, [])
        self._added: Memo[tuple[str, str], list[_Addition]] = Memo(tracker, self._find_added, [])
        self._names: Memo[str, frozenset[str]] = Memo(tracker, self._find_names, frozenset())
        self._has_proxies: Memo[None, bool] = Memo(tracker, lambda _: bool(sites.files_with("LocalProxy")), False)

    # From where something is called to what was kept

    def assigned(self, path: str, symbol: Symbol | None) -> Kept | None:
        """What a variable of a module or an attribute of a class is bound to."""
        if not isinstance(symbol, str) or not symbol or symbol[0] in "'?*@":
            return None
        if symbol[0] in "$&":
            cls, _, name = symbol[1:].partition("|")
            return self._of_class(f"{self._values.model.files[path].module}.{cls}", name)
        if symbol[0] == "%":
            return None
        dotted = self._values.identity(path, symbol)
        facts, rest = self._values.model.names.split(dotted) if dotted is not None else (None, "")
        if facts is None or not rest:
            return None
        found = self._values.variable(facts, rest)
        return Kept(facts.path, found) if found is not None else None

    def _of_class(self, cls: str, name: str) -> Kept | None:
        if not name or "." in name:
            return None
        for base in self._values.mro(cls):
            known = self._values.model.names.class_(base)
            if known is not None:
                symbols = self._values.attributes.assigned(known[0], known[1].qualname, name)
                if symbols:
                    only = next(iter(symbols)) if len(symbols) == 1 else None
                    return Kept(known[0].path, only) if only is not None else None
        return None

    def elements(self, path: str, symbol: Symbol) -> list[Kept]:
        """What ``("[", container, key)`` or ``container.get(key)`` may be."""
        if symbol[0] == "[":
            base, key = symbol[1], symbol[2]
        elif symbol[0] == "()" and last_name(symbol[1]) in ("get", "pop") and symbol[2]:
            base, key = receiver_of(symbol[1]), symbol[2][0]
        else:
            return []
        found: list[tuple[Kept, Symbol | None]] = []
        display = Kept(path, base) if isinstance(base, tuple) else self.assigned(path, base)
        if display is not None and isinstance(display.symbol, tuple) and display.symbol[0] == "{}":
            found += [(Kept(display.path, part), written) for written, part in display.symbol[1]]
        if isinstance(base, str):
            found += self._additions(path, base)
        asked = (_under(kept, written, key) for kept, written in found)
        return [kept for kept in asked if kept is not None]

    def _additions(self, path: str, base: str) -> list[_Addition]:
        """What is put into a container later: ``handlers.append(f)``, ``handlers[name] = f``, by decorators too."""
        identity = self._identity(path, base)
        return self._added((identity, last_name(base))) if identity is not None else []

    def _find_added(self, container: tuple[str, str]) -> list[_Addition]:
        identity, name = container
        found: list[_Addition] = []
        for site in self._sites.mentions(name, tests=False):
            stored = _stored(site.op)
            if stored is None or self._identity(site.body.path, stored[0]) != identity:
                continue
            value = stored[1]
            if isinstance(value, str) and value[:1] == "%":
                found += [(kept, None) for kept in self._given((site.body.path, value))]
            else:
                found.append((Kept(site.body.path, value), stored[2]))
        return found

    def _identity(self, path: str, symbol: Symbol | None) -> str | None:
        if isinstance(symbol, str) and symbol[:1] in ("$", "&"):
            return f"{self._values.model.files[path].module}.{symbol[1:].replace('|', '.')}"
        return self._values.identity(path, symbol)

    def _find_given(self, place: tuple[str, str]) -> list[Kept]:
        """What decorating and calling give to a parameter."""
        path, parameter = place
        found: list[Kept] = []
        owner, _, name = parameter[1:].rpartition(":")
        key, body = BodyKey(path, owner), self._values.signature(BodyKey(path, owner))
        if body is None:
            return found
        names = {body.name, body.cls.rpartition(".")[2]} - {""}
        outer = self._values.signature(BodyKey(path, body.owner)) if body.owner else None
        names |= {outer.name} if outer is not None else set()
        for site in dict.fromkeys(s for n in names for s in self._sites.mentions(n, tests=False)):
            if site.op[0] != "c" or self._function(site) != key:
                continue
            if site.op[4] == "decorator":
                if name == first_parameter(body):
                    found.append(Kept(site.body.path, site.op[2][0]))
                continue
            symbol = argument_of(body, name, site.op)
            if symbol is not None:
                found.append(Kept(site.body.path, symbol))
        return found

    def _function(self, site: Site) -> BodyKey | None:
        value = self._values.of(site.body.path, site.op[1])
        return self.entered(value, is_decorator=site.op[4] == "decorator")

    def entered(self, value: Value | None, *, is_decorator: bool) -> BodyKey | None:
        """The function of the project that a call of a value hands its arguments to."""
        if value is not None and value.kind in ("class", "instance"):
            name = "__init__" if value.kind == "class" else "__call__"
            value = self._values.attribute(value._replace(kind="instance"), name)
        return value.key if value is not None and value.kind == "function" else None

    def proxied(self, path: str, symbol: Symbol | None) -> Kept | None:
        """The function that a ``LocalProxy`` of the project asks whenever it is used."""
        kept = self.assigned(path, symbol) if self._has_proxies(None) else None
        if kept is None or kept.symbol[0] != "()" or not kept.symbol[2] or kept.symbol[2][0] is None:
            return None
        function = self._values.of(kept.path, kept.symbol[1])
        is_proxy = function is not None and function.kind == "name" and function.name in _PROXIES
        return kept._replace(symbol=kept.symbol[2][0]) if is_proxy else None

    def factories(self, cls: str) -> list[Kept]:
        """What making an instance of a dataclass calls for the defaults of its fields."""
        found = []
        for base in self._values.mro(cls):
            known = self._values.model.names.class_(base)
            for symbols in self._values.attributes.all_assigned(*known).values() if known is not None else ():
                for symbol in symbols:
                    if isinstance(symbol, tuple) and symbol[0] == "()" and last_name(symbol[1]) == "field":
                        given = dict(symbol[3]).get("default_factory")
                        found += [Kept(known[0].path, given)] if known is not None and given is not None else []
        return found

    # From a function to the names under which it may be called

    def names(self, name: str) -> frozenset[str]:
        """The names of what may keep a function of this name; too many rather than too few."""
        return self._names(name)

    def _find_names(self, name: str) -> frozenset[str]:
        mentions = self._sites.mentions(name)
        if len(mentions) > _MOST_MENTIONS:
            return frozenset()
        written = self._sites.names_of(name)
        found = {n for site in mentions for n in self._keepers(site, written)}
        found = found.union(*(self._sites.holders(other) for other in found - {name}))
        return frozenset(n for n in found if len(self._sites.mentions(n)) <= _MOST_MENTIONS)

    def _keepers(self, site: Site, names: set[str]) -> set[str]:
        op = site.op
        if op[0] == "a":
            if len(op) < 4 or not _carries(op[3], names):
                return _NOTHING
            cls = op[1][1:].partition("|")[0] if isinstance(op[1], str) and op[1][:1] == "&" else ""
            return {last_name(op[1]), cls.rpartition(".")[2]} - {""}
        if op[0] != "c":
            return _NOTHING
        if op[4] == "decorator":
            key = self._function(site)
            body = self._values.signature(key)
            parameter = first_parameter(body) if body is not None else None
            return self._kept_by(key, parameter) if key is not None and parameter is not None else _NOTHING
        if not any(_carries(a, names) for a in op[2]) and not any(_carries(a, names) for _, a in op[3]):
            return _NOTHING
        stored = _stored(op)
        if stored is not None:
            return {last_name(stored[0])}
        key = self._function(site)
        body = self._values.signature(key)
        if key is None or body is None:
            return _NOTHING
        carrying = (p.name for p in body.parameters if _carries(argument_of(body, p.name, op), names))
        return {n for parameter in carrying for n in self._kept_by(key, parameter)}

    def _kept_by(self, key: BodyKey, parameter: str) -> set[str]:
        """The names under which a function keeps what it is given."""
        wanted = f"%{key.id}:{parameter}"
        found: set[str] = set()
        for site in self._sites.in_file(key.path, parameter):
            if site.op[0] == "a" and len(site.op) > 3 and site.op[3] == wanted:
                found.add(last_name(site.op[1]))
            stored = _stored(site.op)
            if stored is not None and stored[1] == wanted:
                found.add(last_name(stored[0]))
        return found


def _carries(symbol: Symbol | None, names: set[str]) -> bool:
    """Whether a function of one of these names is a value, or part of one; not what calling it gives."""
    if not isinstance(symbol, tuple):
        return symbol is not None and (symbol in names or last_name(symbol) in names)
    if symbol[0] == "()":
        return any(_carries(s, names) for s in symbol[2]) or any(_carries(s, names) for _, s in symbol[3])
    if symbol[0] == "{}":
        return any(_carries(s, names) for _, s in symbol[1])
    return symbol[0] == "." and symbol[2] in names


def _stored(op: Op) -> tuple[Symbol, Symbol, Symbol | None] | None:
    """Container, value and key of an operation that stores into a container."""
    if op[0] == "a" and op[2] == "[]=":
        return op[1], op[3], None
    position = _ADDING.get(last_name(op[1])) if op[0] == "c" and op[4] != "decorator" else None
    if position is None or position >= len(op[2]) or op[2][position] is None:
        return None
    receiver = receiver_of(op[1])
    return (receiver, op[2][position], None) if receiver is not None else None


def _under(kept: Kept, written: Symbol | None, key: Symbol | None) -> Kept | None:
    """What is kept under a key, when that is asked for; None when another key is."""
    if written is None or key is None or not isinstance(key, str) or not isinstance(written, str):
        return kept
    if key[0] == "%" and written[0] == "'":
        return kept._replace(condition=Condition(key, f"={written[1:]}", True))
    return None if key[0] == written[0] == "'" and key != written else kept
