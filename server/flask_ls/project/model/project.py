"""The project: a frozen reduction of all facts, with the costly parts computed on first use."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from copy import copy
from typing import TYPE_CHECKING, TypeVar, cast

from flask_ls.project.checkpoint import Checkpoint, no_checkpoint
from flask_ls.project.config.model import AppConfig
from flask_ls.project.contexts.analysis import Contexts
from flask_ls.project.deploy import DeploymentFile
from flask_ls.project.distributions import Distributions
from flask_ls.project.facts import FileFacts, Ref
from flask_ls.project.import_order import ImportFailure, ImportOrder, imports_of
from flask_ls.project.interp.evaluation import Evaluation
from flask_ls.project.lazy import lazy
from flask_ls.project.model.classes import Classes
from flask_ls.project.model.config import ConfigObjects
from flask_ls.project.model.kept import Kept, NotYet, evaluation_after, imports_alike, names_alike
from flask_ls.project.model.names import Names
from flask_ls.project.model.parts import NamedParts, Parts, TemplateParts
from flask_ls.project.modules import ModuleIndex
from flask_ls.project.pins import LATEST_FLASK
from flask_ls.project.routes import RouteTable
from flask_ls.project.shape import same_shape
from flask_ls.project.tracking import Tracker
from flask_ls.syntax.source import SourceFile

if TYPE_CHECKING:
    from flask_ls.project.start_code import Around

T = TypeVar("T")
V = TypeVar("V")


class ProjectModel:
    """What all files together say. Replaced, never mutated."""

    def __init__(
        self,
        facts: Iterable[FileFacts] = (),
        index: ModuleIndex | None = None,
        deployment: Mapping[str, DeploymentFile] | None = None,
        templates: Iterable[str] = (),
    ) -> None:
        """``deployment``: what the deployment files say, by path. ``templates``: paths of files that may be some."""
        self.index = index
        self.read: Callable[[str], SourceFile | None] | None = None
        """Gives the texts that the facts were taken from; what has to evaluate code is unknown without it."""
        self.tree: Callable[[str], ast.Module | None] | None = None
        """Gives the trees that are kept whatever happens here, for what would else parse a text again."""
        self.distributions = Distributions()
        """What is installed or required, for what differs from version to version."""
        self.app_hint: str | None = None
        """What the user or the environment names as "the" application, as ``FLASK_APP`` does."""
        self._started: Kept[Evaluation] | None = None
        self._failures: Kept[Mapping[str, tuple[ImportFailure, ...]]] | None = None
        self.defers = False
        """Whether what takes long and is not known is left to a ``twin`` that is computed elsewhere."""
        self.awaited: dict[object, Callable[[ProjectModel], object]] = {}
        """What of that was asked for, each as the question to be put to the twin."""
        self._failing: set[object] = set()
        self.checkpoint: Checkpoint = no_checkpoint
        """To be called by long work, again and again."""
        self.is_edited = True
        """Whether another model may be made of it by an edit."""
        self._is_without_contexts = False
        self.is_moved = False
        """Whether it says what the model before it said, only that things stand elsewhere in one file."""
        self._parts = Parts(self)
        self._template_parts = TemplateParts()
        self.deployment: dict[str, DeploymentFile] = dict(deployment or {})
        self.templates: frozenset[str] = frozenset(templates)
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
        model = self._like()
        model.files = {**self.files, facts.path: facts}
        model.modules = {**self.modules, facts.module: facts} if facts.module else self.modules
        text = self.read(facts.path) if self.read is not None else None
        if self._started is not None:
            model._started = self._started.edited(facts.path, text)
        if self._failures is not None and before is not None and imports_alike(before, facts):
            model._failures = self._failures.edited(facts.path, text)
        alike = before is not None and names_alike(before, facts)
        model.is_moved = before is not None and alike and same_shape(before, facts)
        if before is not None:
            if self.is_edited or model.is_moved:
                model._take_over(self)
            if not alike and "names" in model.__dict__:
                model.names.changed(facts.path)
            model._parts = self._parts.after_edit(model, facts)
            model._template_parts = self._template_parts
            if "_named_parts" in model.__dict__:
                model._named_parts.edited(facts.path)
            if not model.is_moved:
                model.tracker.edited(facts.path)
                if "contexts" in model.__dict__:
                    model.contexts.edited(before, facts)
        return model

    def _take_over(self, other: ProjectModel) -> None:
        """Go on with what the other model, which is not used any more, found out of names, classes and contexts."""
        for part in ("tracker", "names", "classes", "contexts", "_named_parts"):
            self.__dict__.pop(part, None)  # what is made with one tracker is not mixed with what is made with another
            if part in other.__dict__:
                self.__dict__[part] = other.__dict__[part]
        self.tracker.files = self.files
        if "names" in self.__dict__:
            self.names.of_modules(self.modules)
        if "contexts" in self.__dict__:
            self.contexts.of_model(self)
        if "_named_parts" in self.__dict__:
            self._named_parts.of_model(self)

    def with_deployment(self, path: str, document: DeploymentFile | None) -> ProjectModel:
        """The model after a deployment file changed or went away (None); itself when it says what it said."""
        if self.deployment.get(path) == document:
            return self
        files = {p: d for p, d in self.deployment.items() if p != path}
        if document is not None:
            files[path] = document
        model = self._like()
        model.deployment, model.files, model.modules = files, self.files, self.modules
        return model

    def with_template(self, path: str) -> ProjectModel:
        """The model with one more template. Nothing that was computed depends on it."""
        model = copy(self)
        model.templates = self.templates | {path}
        return model

    def template_edited(self, path: str) -> None:
        """A template has another text: what is asked about the texts of templates is found anew."""
        self._template_parts.changed(path)

    def twin(self, checkpoint: Checkpoint) -> ProjectModel:
        """The same project once more, which waits for what takes long and shares nothing that changes.

        It may be used on another thread than this one. ``checkpoint`` is called again and again by what takes long.
        What this model knows of contexts stays here until the twin takes its place.
        """
        twin = self._like()
        twin.files, twin.modules = self.files, self.modules
        twin._started, twin._failures = self._started, self._failures
        twin.defers, twin.checkpoint = False, checkpoint
        twin._is_without_contexts = "contexts" in self.__dict__
        return twin

    def replaces(self, other: ProjectModel) -> None:
        """This twin takes the place of the other model, which is not used any more."""
        self.checkpoint = no_checkpoint
        if self._is_without_contexts:
            self._is_without_contexts = False
            self._take_over(other)

    def find_out(self, awaited: Mapping[object, Callable[[ProjectModel], object]]) -> None:
        """Answer what another model left to this one. A question that fails is not left to anybody again."""
        for key, question in tuple(awaited.items()):
            self._failing.add(key)
            with suppress(Exception):
                question(self)
                self._failing.discard(key)

    def _takes_long(self, key: object, question: Callable[[ProjectModel], object]) -> None:
        if self.defers and key not in self._failing:
            self.awaited[key] = question
            raise NotYet

    def _like(self) -> ProjectModel:
        model = type(self)((), self.index, self.deployment, self.templates)
        model.read = self.read
        model.distributions = self.distributions
        model.app_hint = self.app_hint
        model.defers = self.defers
        model.is_edited = self.is_edited
        return model

    def each(self, part: Callable[[FileFacts], T]) -> Mapping[str, T]:
        """Path -> ``part(facts)`` of the files where that is true, in order. After an edit, only its file is asked.

        ``part`` is a function of a module, as it is remembered by its identity.
        """
        return self._parts.plain(part)

    def each_named(self, part: Callable[[FileFacts, ProjectModel], T]) -> Mapping[str, T]:
        """The same for a part that also asks what names and classes are, but nothing else of other files."""
        return self._named_parts(part)

    def combined(self, part: Callable[[FileFacts], T], combine: Callable[[Mapping[str, T]], V]) -> V:
        """``combine(each(part))``, remembered while the parts stay the same."""
        return self._parts.reduced(part, combine)

    def combined_of_templates(self, part: Callable[[str], T], combine: Callable[[Mapping[str, T]], V]) -> V:
        """The same for the texts of the templates: after an edit, only that of its template is asked."""
        return self._template_parts.reduced(self.templates, self.read or (lambda path: None), part, combine)

    def once(self, compute: Callable[[ProjectModel], T]) -> T:
        """``compute(self)``, computed once for this model whoever asks."""
        memo: dict[object, object] = self.__dict__.setdefault("_memo", {})
        if compute not in memo:
            memo[compute] = compute(self)
        return cast("T", memo[compute])

    @property
    def routes(self) -> RouteTable:
        """Every app of the workspace with its routes."""
        return self.evaluation.table

    @lazy
    def evaluation(self) -> Evaluation:
        """What running the program's start would build, read off without running anything.

        An edit that changes nothing of the start keeps it; only places are moved then.

        :raises NotYet: as ``contexts``, when it is not known and this model ``defers``.
        """
        if self._started is not None and self.read is not None and "evaluation" not in self.awaited:
            kept = evaluation_after(self._started, self.read, self._around)
            if kept is not None:
                return kept
        self._takes_long("evaluation", lambda model: model.evaluation)
        found = self._evaluate()
        self._started = Kept(found)
        return found

    def evaluated(self, evaluation: Evaluation) -> None:
        """Take over an evaluation that was made of the same files elsewhere."""
        self.__dict__["evaluation"] = evaluation
        self._started = Kept(evaluation)

    @property
    def _flask_version(self) -> tuple[int, int]:
        numbers = (self.distributions.version("flask") or LATEST_FLASK).split(".")[:2]
        major, minor = (*numbers, "0")[:2]
        return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else (3, 1)

    def _around(self, path: str) -> Around:
        from flask_ls.project.model.surroundings import Surroundings

        return Surroundings(self, path)

    def _evaluate(self) -> Evaluation:
        from flask_ls.project.interp.build import evaluate
        from flask_ls.project.interp.discover import Hints
        from flask_ls.project.interp.sources import WorkspaceSources

        read = self.read
        if self.index is None or read is None:
            return Evaluation(RouteTable(complete=False))

        def text(path: str) -> str | None:
            self.checkpoint()
            source = read(path)
            return source.text if source is not None else None

        known = self.distributions
        sources = WorkspaceSources(self.index, text, whole=self.tree, used=known.may_be_used, version=known.version)
        return evaluate(sources, read, Hints(self.app_hint), self._flask_version, self.checkpoint)

    @property
    def configs(self) -> tuple[AppConfig, ...]:
        """The configuration of every app of the workspace."""
        return self.evaluation.configs

    @lazy
    def config_objects(self) -> ConfigObjects:
        """The classes and modules that become configuration."""
        return ConfigObjects(self)

    @lazy
    def tracker(self) -> Tracker:
        """Notes what the answers on names, classes and contexts are made of."""
        return Tracker(self.files, notes=self.is_edited)

    @lazy
    def _named_parts(self) -> NamedParts:
        return NamedParts(self)

    @lazy
    def contexts(self) -> Contexts:
        """Which code runs with which Flask context."""
        if self._is_without_contexts:
            raise NotYet
        self._takes_long("contexts", lambda model: model.contexts)
        return Contexts(self, self.tracker)

    @lazy
    def names(self) -> Names:
        """Names -> canonical origins."""
        return Names(self.modules, self.index, self.tracker)

    @lazy
    def import_failures(self) -> Mapping[str, tuple[ImportFailure, ...]]:
        """Imports that fail because a cycle closes too early, by the path of the file they stand in."""
        kept = self._failures.moved(self.read) if self._failures is not None and self.read is not None else None
        if kept is not None:
            return kept
        imports = self.each_named(_imports)
        graph = {facts.module: imports.get(path, frozenset()) for path, facts in self.files.items() if facts.module}
        found: dict[str, tuple[ImportFailure, ...]] = {}
        for failure in ImportOrder(self.modules, self.names, graph).failures():
            found[failure.site.path] = (*found.get(failure.site.path, ()), failure)
        self._failures = Kept(found)
        return found

    @lazy
    def classes(self) -> Classes:
        """The classes of values."""
        return Classes(self.names, self.tracker)

    def mro(self, cls: str) -> list[str]:
        """A class and all its known bases, nearest first (see ``Classes.mro``)."""
        return self.classes.mro(cls)

    def class_of_name(self, name: str) -> str | None:
        """The class of the value that a canonical dotted name stands for; None when unknown."""
        return self.classes.of_name(name)

    def class_of_ref(self, module: str, ref: Ref) -> str | None:
        """The class of an expression as written at module level of ``module``."""
        return self.classes.of_ref(module, ref)

    def class_of_result(self, function: str) -> str | None:
        """The class of what calling this canonical name gives: the class itself, or what the function returns."""
        return self.classes.of_result(function)

    def class_of_method_result(self, cls: str, method: str) -> str | None:
        """The class of ``instance.method()``."""
        return self.classes.of_method_result(cls, method)

    def class_of_member(self, cls: str, attribute: str) -> str | None:
        """The class of ``instance.attribute``."""
        return self.classes.of_member(cls, attribute)

    def class_of_parameter(self, function: str, parameter: str) -> str | None:
        """The class that every known caller passes for a parameter; None when unknown."""
        return None


def _imports(facts: FileFacts, model: ProjectModel) -> frozenset[str]:
    return imports_of(facts, model.modules, model.names)
