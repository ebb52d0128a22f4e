"""The project: a frozen reduction of all facts, with the costly parts computed on first use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar, cast

from flask_ls.project import catalog
from flask_ls.project.config.model import AppConfig
from flask_ls.project.deploy import DeploymentFile
from flask_ls.project.facts import FileFacts, Ref
from flask_ls.project.import_order import ImportFailure, ImportOrder
from flask_ls.project.model.config import ConfigObjects
from flask_ls.project.model.names import Names
from flask_ls.project.modules import ModuleIndex
from flask_ls.project.routes import RouteTable
from flask_ls.project.shape import same_shape
from flask_ls.syntax.source import SourceFile

if TYPE_CHECKING:
    from flask_ls.project.interp.build import Evaluation

T = TypeVar("T")

_LIMIT = 12


class ProjectModel:
    """What all files together say. Replaced, never mutated."""

    def __init__(
        self,
        facts: Iterable[FileFacts] = (),
        index: ModuleIndex | None = None,
        deployment: Mapping[str, DeploymentFile] | None = None,
    ) -> None:
        """``deployment``: what the deployment files say, by path."""
        self.index = index
        self.read: Callable[[str], SourceFile | None] | None = None
        """Gives the texts that the facts were taken from; what has to evaluate code is unknown without it."""
        self.is_moved = False
        """Whether it says what the model before it said, only that things stand elsewhere in one file."""
        self.deployment: dict[str, DeploymentFile] = dict(deployment or {})
        self.files: dict[str, FileFacts] = {f.path: f for f in facts}
        self.modules: dict[str, FileFacts] = {f.module: f for f in self.files.values() if f.module}

    def with_file(self, facts: FileFacts) -> ProjectModel:
        """The model after the text of one file changed; itself when the facts are equal.

        The cost does not follow the size of the project. When the file says what it said at other places, everything
        that depends on no place is kept.
        """
        before = self.files.get(facts.path)
        if before == facts:
            return self
        model = type(self)((), self.index, self.deployment)
        model.files = {**self.files, facts.path: facts}
        model.modules = {**self.modules, facts.module: facts} if facts.module else self.modules
        if before is not None and same_shape(before, facts):
            model.is_moved = True
            if "names" in self.__dict__:
                model.__dict__["names"] = self.names.with_modules(model.modules)
        return model

    def without_file(self, path: str) -> ProjectModel:
        """The model after one file was taken away; itself when it was not there."""
        facts = self.files.get(path)
        if facts is None:
            return self
        model = type(self)((), self.index, self.deployment)
        model.files = {p: f for p, f in self.files.items() if p != path}
        model.modules = {n: f for n, f in self.modules.items() if f.path != path}
        return model

    def with_deployment(self, path: str, document: DeploymentFile | None) -> ProjectModel:
        """The model after a deployment file changed or went away (None); itself when it says what it said."""
        if self.deployment.get(path) == document:
            return self
        files = {p: d for p, d in self.deployment.items() if p != path}
        if document is not None:
            files[path] = document
        model = type(self)((), self.index, files)
        model.files, model.modules = self.files, self.modules
        return model

    def once(self, compute: Callable[[ProjectModel], T]) -> T:
        """``compute(self)``, computed once for this model whoever asks."""
        memo: dict[object, object] = self.__dict__.setdefault("_memo", {})
        if compute not in memo:
            memo[compute] = compute(self)
        return cast("T", memo[compute])

    @cached_property
    def routes(self) -> RouteTable:
        """Every app of the workspace with its routes."""
        return RouteTable(complete=False)

    @cached_property
    def evaluation(self) -> Evaluation:
        """What running the program's start would build, read off without running anything."""
        from flask_ls.project.interp.build import Evaluation, Hints, evaluate
        from flask_ls.project.interp.sources import WorkspaceSources

        read = self.read
        if self.index is None or read is None:
            return Evaluation(RouteTable(complete=False))

        def text(path: str) -> str | None:
            source = read(path)
            return source.text if source is not None else None

        return evaluate(WorkspaceSources(self.index, text), read, Hints())

    @property
    def configs(self) -> tuple[AppConfig, ...]:
        """The configuration of every app of the workspace."""
        return self.evaluation.configs

    @cached_property
    def config_objects(self) -> ConfigObjects:
        """The classes and modules that become configuration."""
        return ConfigObjects(self)

    @cached_property
    def names(self) -> Names:
        """Names -> canonical origins."""
        return Names(self.modules, self.index)

    @cached_property
    def import_failures(self) -> Mapping[str, tuple[ImportFailure, ...]]:
        """Imports that fail because a cycle closes too early, by the path of the file they stand in."""
        found: dict[str, tuple[ImportFailure, ...]] = {}
        for failure in ImportOrder(self.modules, self.names).failures():
            found[failure.site.path] = (*found.get(failure.site.path, ()), failure)
        return found

    def mro(self, cls: str) -> list[str]:
        """A class and all its known bases, nearest first.

        A base that is an attribute of an object has the name of the object's class: ``db.Model`` of a
        ``SQLAlchemy()`` is ``flask_sqlalchemy.SQLAlchemy.Model``.
        """
        order: list[str] = []
        for name in self.names.mro(cls):
            current: str | None = name
            if self.names.class_(name) is None and self.names.is_project(name):
                owner, _, attribute = name.rpartition(".")
                holder = self.class_of_name(owner) if owner else None
                current = self.class_of_member(holder, attribute) if holder else name
            while current is not None and current not in order:
                order.append(current)
                current = catalog.BASES.get(current)
        return order

    # Classes of values

    def class_of_name(self, name: str, left: int = _LIMIT) -> str | None:
        """The class of the value that a canonical dotted name stands for; None when unknown."""
        if left <= 0:
            return None
        known = catalog.INSTANCES.get(name)
        if known is not None:
            return known
        facts, rest = self.names.split(name)
        if facts is None:
            return self._class_of_external(name, left)
        if not rest:
            return None
        head, _, tail = rest.partition(".")
        exports = [e for e in facts.exports.get(head, ()) if not e.is_none]
        found = {
            self.class_of_ref(facts.module, Ref(e.target, called=True), left - 1) if e.kind == "value" else None
            for e in exports
        }
        cls = found.pop() if len(found) == 1 else None
        for attribute in tail.split(".") if tail else ():
            cls = self.class_of_member(cls, attribute, left - 1) if cls else None
        return cls

    def _class_of_external(self, name: str, left: int) -> str | None:
        owner, _, attribute = name.rpartition(".")
        cls = self.class_of_name(owner, left - 1) if owner else None
        return self.class_of_member(cls, attribute, left - 1) if cls else None

    def class_of_ref(self, module: str, ref: Ref, left: int = _LIMIT) -> str | None:
        """The class of an expression as written at module level of ``module``."""
        if left <= 0:
            return None
        name = self.names.in_module(module, ref.dotted)
        if name is not None:
            found = self.class_of_result(name, left - 1) if ref.called else self.class_of_name(name, left - 1)
            if found is not None:
                return found
        head, _, method = ref.dotted.rpartition(".")
        if head and ref.called:
            receiver = self.class_of_ref(module, Ref(head), left - 1)
            return self.class_of_method_result(receiver, method, left - 1) if receiver else None
        return None

    def class_of_result(self, function: str, left: int = _LIMIT) -> str | None:
        """The class of what calling this canonical name gives: the class itself, or what the function returns."""
        if left <= 0:
            return None
        if self.names.class_(function) is not None:
            return function
        known = self.names.function(function)
        if known is not None:
            facts, definition = known
            if definition.is_generator:
                return "types.GeneratorType"
            found = {self.class_of_ref(facts.module, r, left - 1) for r in definition.returns}
            if definition.opaque_return or len(found) != 1 or None in found:
                annotation = definition.annotation
                return self.names.in_module(facts.module, annotation.dotted) if annotation is not None else None
            return found.pop()
        if self.names.is_project(function):
            return None
        result = catalog.RETURNS.get(function)
        if result is not None:
            return result
        owner, _, last = function.rpartition(".")
        cls = self.class_of_name(owner, left - 1) if owner else None
        if cls is not None:
            return self.class_of_method_result(cls, last, left - 1)
        return function if last[:1].isupper() or function in catalog.LOWER_CASE_CLASSES else None

    def class_of_method_result(self, cls: str, method: str, left: int = _LIMIT) -> str | None:
        """The class of ``instance.method()``."""
        for base in self.mro(cls):
            result = catalog.METHOD_RETURNS.get((base, method))
            if result is not None:
                return result
            known = self.names.class_(base)
            if known is not None and method in known[1].methods:
                return self.class_of_result(f"{base}.{method}", left - 1)
        member = self.class_of_member(cls, method, left - 1)
        # `db.Model`-like members and class attributes are classes that can be called.
        return member if member is not None and member == f"{cls}.{method}" else None

    def class_of_member(self, cls: str, attribute: str, left: int = _LIMIT) -> str | None:
        """The class of ``instance.attribute``."""
        if left <= 0:
            return None
        for base in self.mro(cls):
            result = catalog.ATTRIBUTES.get((base, attribute))
            if result is not None:
                return result
            known = self.names.class_(base)
            if known is not None and attribute in known[1].attributes:
                value = known[1].attributes[attribute]
                return self.class_of_ref(known[0].module, value, left - 1) if value is not None else None
        return None

    def class_of_parameter(self, function: str, parameter: str) -> str | None:
        """The class that every known caller passes for a parameter; None when unknown."""
        return None
