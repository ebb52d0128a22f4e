"""One moment of a workspace: texts, model and settings that belong together. Immutable; costs are paid on first use."""

from __future__ import annotations

import ast
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import get_args

from packaging.version import InvalidVersion, Version

from flask_ls.features.earlier import Earlier
from flask_ls.features.status import Status, status_of
from flask_ls.project.checkpoint import Checkpoint
from flask_ls.project.discovery import Patterns
from flask_ls.project.environment import Environment
from flask_ls.project.inference import Inference, Mro, Resolver, asking
from flask_ls.project.model import NotYet, ProjectModel
from flask_ls.project.reading import read_bytes
from flask_ls.project.settings import Settings
from flask_ls.project.store import Store
from flask_ls.project.templates import apps_rendering
from flask_ls.rules.context import LATEST_FLASK, Unit, is_test_path
from flask_ls.rules.deployment import DeploymentUnit
from flask_ls.rules.finding import Finding, ordered
from flask_ls.rules.rule import Rule
from flask_ls.rules.runner import run, run_deployment, run_template
from flask_ls.rules.selection import Selection
from flask_ls.rules.text_file import TextUnit
from flask_ls.rules.waking import Part, Waking
from flask_ls.syntax.source import SourceFile

log = logging.getLogger(__name__)


class Snapshot:
    """What a feature is given. Two snapshots with the same ``model`` object differ at most in function bodies."""

    def __init__(
        self,
        model: ProjectModel,
        settings: Settings,
        store: Store,
        environment: Environment,
        folders: tuple[str, ...],
        *,
        uses_flask: bool = True,
        loaded: bool = True,
        resolver: Resolver | None = None,
        earlier: Earlier | None = None,
    ) -> None:
        """``earlier`` holds what was found before, for rules that cannot tell yet."""
        self.model = model
        # A model goes with its texts: facts carry their digests, so every snapshot of it reads the same.
        model.read = model.read or self.source
        self.settings = settings
        self.store = store
        self.environment = environment
        self.folders = folders
        self.uses_flask = uses_flask
        self.loaded = loaded
        self._resolver = resolver
        self._earlier = earlier or Earlier()
        self._units: dict[str, Unit] = {}
        self._findings: dict[str, list[Finding]] = {}
        self._withheld: set[str] = set()

    def paths(self) -> list[str]:
        """The project's files that take part in the analysis, in order: Python, deployment files and templates."""
        return sorted({*self.model.files, *self.model.deployment, *self.model.templates})

    def source(self, path: str) -> SourceFile | None:
        """A file's text: the open buffer, else the saved file."""
        return self.store.source(path)

    def unit(self, path: str) -> Unit | None:
        """A file with everything that rules and features ask of it; None when it is not part of the analysis."""
        unit = self._units.get(path)
        if unit is not None:
            return unit
        if path not in self.model.files:
            return None
        document = self.store.document(path)
        if document is None:
            return None
        module = self.model.index.by_path(path) if self.model.index is not None else None
        index = document.index(module)
        unit = Unit(
            path,
            document.source,
            index,
            self.model,
            Inference(index, self.model, self._asking(path, document.source)),
            flask=self.flask,
            read=self.source,
            installed=self.installed,
        )
        self._units[path] = unit
        return unit

    def _asking(self, path: str, source: SourceFile) -> Callable[[ast.expr], Mro] | None:
        # In tests nearly every application comes from a fixture, and no rule needs to know more of it.
        if self._resolver is None or is_test_path(path):
            return None
        return asking(self._resolver, path, source)

    def deployment_unit(self, path: str) -> DeploymentUnit | None:
        """A deployment file with what rules ask of it; None when it is not one of the project."""
        document = self.model.deployment.get(path)
        source = self.source(path) if document is not None else None
        if document is None or source is None:
            return None
        return DeploymentUnit(path, source, self.model, flask=self.flask, read=self.source, document=document)

    def template_unit(self, path: str) -> TextUnit | None:
        """A template with what rules ask of it; None when no app renders it or no rule has a word to say."""
        words = {word for rule in self._rules if rule.template_checks for word in rule.template_words(self.model)}
        if not words or path not in self.model.templates or not apps_rendering(self.model, path):
            return None
        if path not in self.store.open and not _holds(path, words):
            return None
        source = self.source(path)
        if source is None:
            return None
        return TextUnit(path, source, self.model, flask=self.flask, read=self.source)

    def findings(self, path: str, cancelled: Callable[[], bool] | None = None) -> list[Finding]:
        """The findings of one file under the settings, in order. An empty list when cancelled."""
        known = self._findings.get(path)
        if known is not None:
            return known
        if not self.uses_flask:
            return []
        withheld: set[str] = set()
        found = self._found(path, self._waking, withheld, cancelled)
        if cancelled is not None and cancelled():
            return []
        found += self._found_in_text(path, withheld)
        found = [self._shown(f) for f in found if not self._ignored(f)]
        source = self.source(path) if withheld or found or path in self._earlier else None
        if withheld and source is not None:
            self._withheld.add(path)
            found = ordered([*found, *self._earlier.of(path, source, withheld)])
        if source is not None:
            self._earlier.keep(path, source, found)
        self._findings[path] = found
        return found

    def findings_of(self, path: str, part: Part) -> list[Finding]:
        """The findings of some of the rules: both parts together, in order, are all findings."""
        withheld: set[str] = set()
        found = self._found(path, self._waking_of[part], withheld)
        if part == "words":
            found += self._found_in_text(path, withheld)
        return [self._shown(f) for f in found if not self._ignored(f)]

    def _found(
        self, path: str, waking: Waking, withheld: set[str], cancelled: Callable[[], bool] | None = None
    ) -> list[Finding]:
        facts = self.model.files.get(path)
        rules = waking.of(facts, self.model, withheld) if facts is not None else []
        # The tree of a file that concerns no rule is never made.
        unit = self.unit(path) if rules else None
        return run(unit, rules, cancelled=cancelled, withheld=withheld) if unit is not None else []

    def _found_in_text(self, path: str, withheld: set[str]) -> list[Finding]:
        deployment = self.deployment_unit(path)
        found = run_deployment(deployment, self._rules, withheld=withheld) if deployment is not None else []
        if path in self.model.templates:
            try:
                template = self.template_unit(path)
            except NotYet:
                withheld |= {r.code for r in self._rules if r.template_checks}
                template = None
            found += run_template(template, self._rules, withheld=withheld) if template is not None else []
        return found

    def caught_up(self, checkpoint: Checkpoint) -> Snapshot:
        """The same moment with all known that took long, as an object of its own: it may be made on another thread.

        It is complete when its model has taken the place of this one's.
        """
        model = self.model.twin(checkpoint)
        found = Snapshot(
            model,
            self.settings,
            self.store,
            self.environment,
            self.folders,
            uses_flask=self.uses_flask,
            loaded=self.loaded,
            resolver=self._resolver,
            earlier=self._earlier,
        )

        def rest() -> bool:
            checkpoint()
            return False

        model.find_out(self.model.awaited)
        for path in {*self._withheld, *self.store.open}:
            found.findings(path, rest)
            if path not in self.store.open:
                found.forget(path)
        for path in found._withheld:
            del found._findings[path]
        found._withheld.clear()
        return found

    def forget(self, path: str) -> None:
        """Let go of a file's tree: in a check of a whole project, each file is looked at once."""
        self._units.pop(path, None)

    def status(self) -> Status:
        """What is known of the project."""
        return status_of(self)

    @cached_property
    def flask(self) -> Version:
        """The Flask version of the project."""
        try:
            return Version(self.environment.flask[0])
        except InvalidVersion:
            return LATEST_FLASK

    @cached_property
    def installed(self) -> dict[str, Version]:
        """Normalised distribution name -> version, of what is installed or pinned."""
        found: dict[str, Version] = {}
        for name, version in self.environment.versions.items():
            with suppress(InvalidVersion):
                found[name] = Version(version)
        return found

    @cached_property
    def selection(self) -> Selection:
        """Which rules run, and how loud."""
        settings = self.settings
        return Selection(settings.select, settings.extend_select, settings.ignore, settings.severity)

    @cached_property
    def _rules(self) -> tuple[Rule, ...]:
        return self.selection.rules()

    @cached_property
    def _waking(self) -> Waking:
        return Waking(self._rules)

    @cached_property
    def _waking_of(self) -> dict[Part, Waking]:
        return {part: Waking(self._rules, part) for part in get_args(Part)}

    @cached_property
    def _per_file(self) -> list[tuple[Patterns, tuple[str, ...]]]:
        bases = [self.settings.folder] if self.settings.folder else list(self.folders)
        return [
            (Patterns(base, [pattern]), codes)
            for pattern, codes in self.settings.per_file_ignores.items()
            for base in bases
        ]

    def _ignored(self, finding: Finding) -> bool:
        return any(
            any(code == "ALL" or finding.code.startswith(code) for code in codes) and patterns.verdict(finding.path)
            for patterns, codes in self._per_file
        )

    def _shown(self, finding: Finding) -> Finding:
        severity = self.selection.severity_of(finding.code, finding.severity)
        if severity is finding.severity:
            return finding
        return replace(finding, severity=severity)


def _holds(path: str, words: Iterable[str]) -> bool:
    """Whether the saved file holds one of the words; most templates need not be decoded to know."""
    try:
        data = read_bytes(path)
    except OSError:
        return False
    return any(word.encode() in data for word in words)
