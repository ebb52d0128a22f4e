"""What the files of a project say, in the pieces that answers depend on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Generic, TypeAlias, TypeVar

from flask_ls.project.bodies import MAIN, Body, Op, Symbol, last_name, leaves
from flask_ls.project.contexts.value import BodyKey
from flask_ls.project.facts import FileFacts
from flask_ls.project.tracking import Part, Relation, Tracker

DYNAMIC_IMPORTS = frozenset({"import_module", "__import__", "import_string"})
T = TypeVar("T")
# ``ProjectModel.each``, asked by what is remembered.
Each: TypeAlias = "Callable[[Callable[[FileFacts], Any]], Mapping[str, Any]]"


class Latest(Generic[T]):
    """Remembers ``make(facts)`` of each file, for the latest facts."""

    def __init__(self, make: Callable[[FileFacts], T]) -> None:
        self._make = make
        self._made: dict[str, tuple[FileFacts, T]] = {}

    def __call__(self, facts: FileFacts) -> T:
        """What is made of these facts."""
        known = self._made.get(facts.path)
        if known is None or known[0] is not facts:
            known = self._made[facts.path] = (facts, self._make(facts))
        return known[1]


class Code:
    """Reads the facts of files for the analysis of contexts, which is told of edits by its tracker."""

    def __init__(self, tracker: Tracker) -> None:
        self.based_on = Relation(tracker, _bases)
        """The last part of a class's name -> the classes of the project that name such a base."""
        self._is_class: Part[str, bool] = Part(tracker, lambda facts, name: name in facts.classes)
        self._body = Part(tracker, _body)
        self._signature = Part(tracker, _body, _same_signature)
        self._returned = Part(tracker, _returned)
        self._yielded = Part(tracker, _yielded)
        assignments = Latest(_assignments)
        self._assigned: Part[tuple[str, str], set[Symbol | None] | None] = Part(
            tracker, lambda facts, key: assignments(facts).get(key)
        )
        self._all_assigned: Part[str, dict[str, set[Symbol | None]]] = Part(
            tracker, lambda facts, cls: {name: s for (owner, name), s in assignments(facts).items() if owner == cls}
        )
        variables, metaclasses = Latest(_variables), Latest(_metaclasses)
        self._variable: Part[str, Symbol | None] = Part(tracker, lambda facts, name: variables(facts).get(name))
        self._metaclass: Part[str, Symbol | None] = Part(tracker, lambda facts, cls: metaclasses(facts).get(cls))
        self._decorated = Part(tracker, _decorated)
        self._imports = Part(tracker, _imports)
        self._has_main_guard = Part(tracker, _has_main_guard)
        self._is_run_by_alembic = Part(tracker, _is_run_by_alembic)
        self._makes_app = Part(tracker, _makes_app)
        self._files = tracker

    def is_class(self, path: str, name: str) -> bool:
        """Whether a definition of a file is a class."""
        return self._is_class(path, name)

    def body(self, key: BodyKey | None) -> Body | None:
        """A body with all that it does; None when it does nothing."""
        return self._body(key.path, key.id) if key is not None and key.path in self._files.files else None

    def signature(self, key: BodyKey | None) -> Body | None:
        """A body that is asked for anything but what it does; most edits leave that as it is."""
        return self._signature(key.path, key.id) if key is not None and key.path in self._files.files else None

    def returned(self, key: BodyKey) -> tuple[Symbol | None, ...]:
        """What a body returns."""
        return self._returned(key.path, key.id)

    def yielded(self, key: BodyKey) -> tuple[Symbol | None, ...]:
        """What a body yields."""
        return self._yielded(key.path, key.id)

    def assigned(self, path: str, cls: str, attribute: str) -> set[Symbol | None] | None:
        """What the methods of a class assign to ``self.attribute``; None when they do not."""
        return self._assigned(path, (cls, attribute))

    def all_assigned(self, path: str, cls: str) -> dict[str, set[Symbol | None]]:
        """The same for all attributes of a class."""
        return self._all_assigned(path, cls)

    def variable(self, path: str, name: str) -> Symbol | None:
        """What a variable of a module that keeps functions is bound to last."""
        return self._variable(path, name)

    def metaclass(self, path: str, cls: str) -> Symbol | None:
        """The metaclass that a class statement names."""
        return self._metaclass(path, cls)

    def decorated(self, path: str) -> tuple[Body, ...]:
        """The signatures of the functions of a file that have decorators."""
        return self._decorated(path, None)

    def imports(self, path: str) -> tuple[tuple[str, int, Op], ...]:
        """The operations of a file that import, each with its body and number."""
        return self._imports(path, None)

    def has_main_guard(self, path: str) -> bool:
        """Whether a file has a block for when it is run as a script."""
        return self._has_main_guard(path, None)

    def is_run_by_alembic(self, path: str) -> bool:
        """Whether it is an ``env.py`` or a revision of Alembic, which `flask db` runs in an application context."""
        return self._is_run_by_alembic(path, None)

    def makes_app(self, path: str) -> bool:
        """Whether a file makes an application, or has the factory that does: none can be in force before, as a rule."""
        return self._makes_app(path, None)


def _bases(facts: FileFacts) -> Iterator[tuple[str, str]]:
    for definition in facts.classes.values():
        for base in definition.bases:
            yield base.dotted.rpartition(".")[2], f"{facts.module}.{definition.qualname}"


def _body(facts: FileFacts, body_id: str) -> Body | None:
    return facts.bodies.get(body_id)


def _same_signature(one: Body | None, other: Body | None) -> bool:
    if one is None or other is None:
        return one is other
    return replace(one, block=()) == replace(other, block=())


def _returned(facts: FileFacts, body_id: str) -> tuple[Symbol | None, ...]:
    body = facts.bodies.get(body_id)
    return tuple(op[1] for op in leaves(body.block) if op[0] == "R") if body is not None else ()


def _yielded(facts: FileFacts, body_id: str) -> tuple[Symbol | None, ...]:
    body = facts.bodies.get(body_id)
    return tuple(op[1] for op in leaves(body.block) if op[0] == "y") if body is not None else ()


def _assignments(facts: FileFacts) -> dict[tuple[str, str], set[Symbol | None]]:
    found: dict[tuple[str, str], set[Symbol | None]] = {}
    for body in facts.bodies.values():
        for op in leaves(body.block):
            if op[0] == "a" and op[2] == "=" and op[1][0] in "$&" and isinstance(op[1], str):
                cls, _, attribute = op[1][1:].partition("|")
                if attribute and "." not in attribute:
                    found.setdefault((cls, attribute), set()).add(op[3])
    return found


def _variables(facts: FileFacts) -> dict[str, Symbol]:
    module = facts.bodies.get("")
    assigned = (op for op in leaves(module.block) if op[0] == "a" and op[2] == "=") if module is not None else ()
    return {op[1]: op[3] for op in assigned if isinstance(op[1], str)}


def _metaclasses(facts: FileFacts) -> dict[str, Symbol]:
    made = (op for body in facts.bodies.values() for op in leaves(body.block) if op[0] == "k")
    return {op[1][1:]: op[2] for op in made if op[2] is not None}


def _decorated(facts: FileFacts, _: None) -> tuple[Body, ...]:
    return tuple(replace(body, block=()) for body in facts.bodies.values() if body.decorators)


def _imports(facts: FileFacts, _: None) -> tuple[tuple[str, int, Op], ...]:
    is_dynamic = not DYNAMIC_IMPORTS.isdisjoint(facts.mentioned)
    return tuple(
        (body.id, number, op)
        for body in facts.bodies.values()
        if body.imports or is_dynamic
        for number, op in enumerate(leaves(body.block))
        if op[0] == "m" or (op[0] == "c" and last_name(op[1]) in DYNAMIC_IMPORTS)
    )


def _has_main_guard(facts: FileFacts, _: None) -> bool:
    module = facts.bodies.get("")
    return module is not None and any(op[0] == "if" and op[1] == MAIN for op in module.block)


def _makes_app(facts: FileFacts, _: None) -> bool:
    names = {
        "flask.Flask",
        *(local for i in facts.imports if i.module == "flask" for n, local in i.names if n == "Flask"),
    }
    makers = (f for name, f in facts.functions.items() if "." not in name)
    return any(e.kind == "value" and e.target in names for exports in facts.exports.values() for e in exports) or any(
        made.called and made.dotted in names for maker in makers for made in maker.returns
    )


def _is_run_by_alembic(facts: FileFacts, _: None) -> bool:
    if "revision" in facts.exports and "down_revision" in facts.exports:
        return True
    return any(i.module in ("alembic", "alembic.context") for i in facts.imports)
