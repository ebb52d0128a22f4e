"""The contexts of a project: which code runs with which Flask context, and what that breaks.

Everything is computed when asked and remembered. A new model takes over what its change cannot have affected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from flask_ls.project.bodies import Body, last_name, leaves
from flask_ls.project.contexts.entries import Entries, Start, Ways
from flask_ls.project.contexts.flow import Flow, flow_of
from flask_ls.project.contexts.graph import Graph
from flask_ls.project.contexts.imports import Imports
from flask_ls.project.contexts.meaning import ProjectMeaning
from flask_ls.project.contexts.needs import CONSTRUCTORS, WORDS
from flask_ls.project.contexts.outside import Outside
from flask_ls.project.contexts.problems import Problem, problems_of
from flask_ls.project.contexts.sites import Sites
from flask_ls.project.contexts.states import IDENTITY, NOWHERE, Vector
from flask_ls.project.contexts.tasks import Tasks
from flask_ls.project.contexts.testing import Tests
from flask_ls.project.contexts.uses import Use, uses_of
from flask_ls.project.contexts.values import BodyKey, Values
from flask_ls.project.facts import FileFacts
from flask_ls.project.tracking import Input, Memo, Tracker

if TYPE_CHECKING:
    from flask_ls.project.model import ProjectModel

V = TypeVar("V")


class Contexts:
    """The analysis of one model. ``problems(path)`` is what rules read; ``entries`` and ``flow`` are for hovers."""

    def __init__(self, model: ProjectModel, tracker: Tracker) -> None:
        self.model = model
        self._each: Input[Callable[[FileFacts], Any], Mapping[str, Any]] = Input(tracker, lambda p: self.model.each(p))
        self.values = Values(model, tracker)
        self.sites = Sites(tracker)
        self._flows: Memo[BodyKey, Flow | None] = Memo(tracker, self._find_flow, None)
        self.meaning = ProjectMeaning(self.values, self.sites, self.flow, tracker)
        self.graph = Graph(self.values, self.sites, self.flow, self.each, tracker)
        self.tests = Tests(
            self.values, self.meaning.left, self.left_by_module, self.meaning.after_fixture, self.each, tracker
        )
        self.imports = Imports(self, tracker)
        self.tasks = Tasks(self, tracker)
        self.outside = Outside(self, tracker)
        self.entries = Entries(self.values, self.sites, self.graph, self.flow, self._starts, tracker)
        self.entries.imports = self.imports
        self.graph.task_mask = self.tasks.mask
        self.graph.job_mask = self.tasks.job_mask
        self.graph.left_by_module = self.left_by_module
        self.values.parameter_value = self.outside.parameter
        self.values.without_parameters.parameter_value = self.outside.fixture
        self._words: Memo[None, frozenset[str]] = Memo(tracker, self._find_words, frozenset())
        self._makes_apps: Memo[None, bool] = Memo(tracker, self._find_makes_apps, False)
        self._finds_application_alone: Memo[None, bool] = Memo(tracker, self._find_finds_application_alone, False)
        self._uses: Memo[str, list[Use]] = Memo(tracker, self._find_uses, [])
        self._problems: Memo[str, tuple[Problem, ...]] = Memo(tracker, lambda path: tuple(problems_of(self, path)), ())

    def of_model(self, model: ProjectModel) -> Contexts:
        """The same analysis for a model made of this one; this one is not used any more."""
        self.model = model
        self.values.of_model(model)
        return self

    def edited(self, before: FileFacts, facts: FileFacts) -> None:
        """One file of the model says something else now."""
        self.sites.edited(before, facts)
        self.values.code.based_on.edited(before, facts)
        self._each.changed()

    def each(self, part: Callable[[FileFacts], V]) -> Mapping[str, V]:
        """``ProjectModel.each``, to be asked by what is remembered."""
        return self._each(part)

    def flow(self, key: BodyKey) -> Flow | None:
        """The flow of a body; None for bodies that do nothing, and while it is being computed."""
        return self._flows(key)

    def _find_flow(self, key: BodyKey) -> Flow | None:
        body = self.values.body(key)
        if body is None:
            return None
        return flow_of(key.path, body, self.meaning, keeps_client=self._keeps_client(key, body))

    def _keeps_client(self, key: BodyKey, body: Body) -> bool:
        if not body.parameters or not self.tests.is_test(key, body):
            return False
        return self.tests.keeps_client(key, body)

    def left_by_module(self, path: str) -> Vector:
        """What importing a module leaves behind."""
        left = self.meaning.left(BodyKey(path, "")) if "" in self.meaning.pushing else None
        return left if left not in (None, NOWHERE) else IDENTITY

    def _find_words(self, _: None) -> frozenset[str]:
        forms = [name.rpartition(".")[2] for cls in CONSTRUCTORS for name in self.values.subclasses(cls)]
        return frozenset(self.sites.names_of(*WORDS, *forms))

    @property
    def may_know_server_name(self) -> bool:
        """Whether SERVER_NAME may be configured: it is mentioned somewhere, or some configuration cannot be read."""
        return bool(self.each(_may_know_server_name))

    @property
    def finds_application_alone(self) -> bool:
        """Whether Flask-SQLAlchemy is older than 3: ``SQLAlchemy(app)`` remembers its application (``get_app``)."""
        return self._finds_application_alone(None)

    def _find_finds_application_alone(self, _: None) -> bool:
        versions = self.model.distributions.versions("flask-sqlalchemy")
        if not any(version.startswith(("0.", "1.", "2.")) for version in versions):
            return False
        made = (site.op for site in self.sites.mentions("SQLAlchemy") if site.op[0] == "c")
        if any(last_name(op[1]) == "SQLAlchemy" and op[2] for op in made):
            return True
        given = (site.op for site in self.sites.mentions("app") if site.op[0] == "a" and site.op[2] == "=")
        return any(last_name(op[1]) == "app" for op in given)  # `db.app = app`

    @property
    def makes_apps(self) -> bool:
        """Whether some file of the project makes an application, as far as its names tell.

        The scripts of a project that makes none are for the shell of an application from elsewhere, if anything.
        """
        return self._makes_apps(None)

    def _find_makes_apps(self, _: None) -> bool:
        if self.sites.files_with("Flask"):
            return True
        imported = dict.fromkeys(name for names in self.each(_imported_names).values() for name in names)
        return any("flask.Flask" in self.values.mro(name) for name in imported)

    def uses(self, path: str) -> list[Use]:
        """The operations of a file that need a context."""
        return self._uses(path)

    def _find_uses(self, path: str) -> list[Use]:
        return uses_of(self.values, self.sites, path, self._words(None))

    def problems(self, path: str) -> tuple[Problem, ...]:
        """The uses of a file that are proven to lack their context, in order."""
        return self._problems(path) if path in self.model.files else ()

    def _starts(self, key: BodyKey, body: Body, ways: Ways) -> list[Start]:
        return list(self.outside.starts(key, body, ways))


def _may_know_server_name(facts: FileFacts) -> bool:
    return "SERVER_NAME" in facts.words or any(s.kind in ("unknown", "file") for s in facts.config_sources)


def _imported_names(facts: FileFacts) -> tuple[str, ...]:
    return tuple(f"{i.module}.{name}" for i in facts.imports for name, _ in i.names)


__all__ = ["Contexts", "leaves"]
