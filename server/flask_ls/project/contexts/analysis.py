"""The contexts of a project: which code runs with which Flask context, and what that breaks.

Everything is computed when asked and remembered. A new model takes over what its change cannot have affected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from flask_ls.project.lazy import lazy

if TYPE_CHECKING:
    from flask_ls.project.model import ProjectModel


class Contexts:
    """The analysis of one model. ``problems(path)`` is what rules read; ``entries`` and ``flow`` are for hovers."""

    def __init__(self, model: ProjectModel, before: Sites | None = None) -> None:
        """``before``: the sites of the model before this one, of which most are the same."""
        self.model = model
        self.values = Values(model)
        self.sites = Sites(model.files, before if before is not None and not before.is_worn else None)
        self._flows: dict[tuple[BodyKey, bool], Flow | None] = {}
        self.graph = Graph(self.values, self.sites, self.flow)
        self.tests = Tests(self.values, self.flow, self.left_by_module, lambda key: self.meaning.after_fixture(key))
        self.imports = Imports(self)
        self.tasks = Tasks(self)
        self.outside = Outside(self)
        self.entries = Entries(self.values, self.sites, self.graph, self.flow, self._starts)
        self.entries.imports = self.imports
        self.graph.task_mask = self.tasks.mask
        self.graph.job_mask = self.tasks.job_mask
        self.graph.left_by_module = self.left_by_module
        self.values.parameter_value = self.outside.parameter
        self._uses: dict[str, list[Use]] = {}
        self._problems: dict[str, tuple[Problem, ...]] = {}

    def of_model(self, model: ProjectModel) -> Contexts:
        """The same analysis for a model whose facts say the same at other places; this one is not used any more."""
        self.model = self.values.model = model
        return self

    @lazy
    def meaning(self) -> ProjectMeaning:
        """What operations do to contexts."""
        return ProjectMeaning(self.values, self.sites, self.flow)

    def flow(self, key: BodyKey) -> Flow | None:
        """The flow of a body; None for bodies that do nothing, and while it is being computed."""
        body = self.values.body(key)
        if body is None:
            return None
        keeps = self._keeps_client(key, body)
        known = (key, keeps)
        if known not in self._flows:
            self._flows[known] = None
            self._flows[known] = flow_of(key.path, body, self.meaning, keeps_client=keeps)
        return self._flows[known]

    def _keeps_client(self, key: BodyKey, body: Body) -> bool:
        if not body.parameters or not self.tests.is_test(key, body):
            return False
        return self.tests.keeps_client(key, body)

    def left_by_module(self, path: str) -> Vector:
        flow = self.flow(BodyKey(path, "")) if "" in self.meaning.pushing else None
        return flow.leave if flow is not None and flow.leave != NOWHERE else IDENTITY

    @lazy
    def _words(self) -> frozenset[str]:
        forms = [name.rpartition(".")[2] for cls in CONSTRUCTORS for name in self.values.subclasses(cls)]
        return frozenset(self.sites.names_of(*WORDS, *forms))

    @lazy
    def may_know_server_name(self) -> bool:
        """Whether SERVER_NAME may be configured: it is mentioned somewhere, or some configuration cannot be read."""
        return any("SERVER_NAME" in f.words or _has_unread_config(f) for f in self.model.files.values())

    @lazy
    def finds_application_alone(self) -> bool:
        """Whether Flask-SQLAlchemy is older than 3: ``SQLAlchemy(app)`` remembers its application (``get_app``)."""
        versions = self.model.distributions.versions("flask-sqlalchemy")
        if not any(version.startswith(("0.", "1.", "2.")) for version in versions):
            return False
        made = (site.op for site in self.sites.mentions("SQLAlchemy") if site.op[0] == "c")
        if any(last_name(op[1]) == "SQLAlchemy" and op[2] for op in made):
            return True
        given = (site.op for site in self.sites.mentions("app") if site.op[0] == "a" and site.op[2] == "=")
        return any(last_name(op[1]) == "app" for op in given)  # `db.app = app`

    @lazy
    def makes_apps(self) -> bool:
        """Whether some file of the project makes an application, as far as its names tell.

        The scripts of a project that makes none are for the shell of an application from elsewhere, if anything.
        """
        if any(True for _ in self.sites.files_with("Flask")):
            return True
        imported = (f"{i.module}.{name}" for f in self.model.files.values() for i in f.imports for name, _ in i.names)
        return any("flask.Flask" in self.values.mro(name) for name in imported)

    def uses(self, path: str) -> list[Use]:
        """The operations of a file that need a context."""
        known = self._uses.get(path)
        if known is None:
            known = self._uses[path] = uses_of(self.values, self.sites, path, self._words)
        return known

    def problems(self, path: str) -> tuple[Problem, ...]:
        """The uses of a file that are proven to lack their context, in order."""
        known = self._problems.get(path)
        if known is None:
            known = self._problems[path] = tuple(problems_of(self, path))
        return known

    def _starts(self, key: BodyKey, body: Body, ways: Ways) -> list[Start]:
        return list(self.outside.starts(key, body, ways))


def _has_unread_config(facts: FileFacts) -> bool:
    return any(source.kind in ("unknown", "file") for source in facts.config_sources)


__all__ = ["Contexts", "leaves"]
