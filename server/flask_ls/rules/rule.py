"""A rule: one file, one value, the checks it subscribes."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from flask_ls.rules.examples import Bad, Good
from flask_ls.rules.finding import Finding, Severity

if TYPE_CHECKING:
    from flask_ls.project.deploy import DeploymentFile
    from flask_ls.project.facts import FileFacts
    from flask_ls.project.model import ProjectModel
    from flask_ls.rules.context import Context
    from flask_ls.rules.deployment import DeploymentContext
    from flask_ls.rules.text_file import TextContext

N = TypeVar("N", bound=ast.AST)
NodeCheck = Callable[[Any, "Context"], Iterable[Finding]]
When = Callable[["FileFacts", "ProjectModel"], bool]
PathsOf = Callable[["ProjectModel"], Collection[str]]
FileCheck = Callable[["Context"], Iterable[Finding]]
DeploymentCheck = Callable[["DeploymentFile", "DeploymentContext"], Iterable[Finding]]
TemplateCheck = Callable[["TextContext"], Iterable[Finding]]
WordsOf = Callable[["ProjectModel"], Collection[str]]

DOCS = "https://flask-language-server.readthedocs.io/en/latest/rules/"
_HEADINGS = ("Why", "Instead", "Fix", "Quiet")


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence that is true only for some Flask versions (``when`` is a PEP 440 specifier: ``<3.2``)."""

    when: str
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """The single source of truth of one rule.

    ``module`` is the ``__name__`` of the rule's file: from its last part comes the rule's name, from its docstring the
    texts. The docstring's first paragraph says what is found; paragraphs beginning ``Why:``, ``Instead:``, ``Fix:``
    (what the fix does and how safe it is) and ``Quiet:`` (when it stays silent) follow.

    ``triggers``: the rule runs only on files that contain one of these words (identifiers, attribute and keyword names,
    parts of imported module names, short strings). ``paths``: it also runs on the files that this function of the model
    names, ``when``: on those for which this predicate of facts and model holds. With none of them it runs on every
    file, which costs a parse of each. ``asks_contexts``: it asks the analysis of contexts whatever file it runs on, so
    that one process of a check does this for all files.
    ``guide`` names the bullets of the Flask guide it covers. ``error_text`` is what Flask says when it fails.
    ``overlaps`` names rules of other tools (``ruff S201``).
    """

    module: str
    code: str
    severity: Severity
    guide: tuple[str, ...]
    triggers: frozenset[str]
    examples: tuple[Bad | Good, ...]
    default: bool = True
    error_text: str = ""
    notes: tuple[Note, ...] = ()
    overlaps: tuple[str, ...] = ()
    paths: PathsOf | None = None
    when: When | None = None
    asks_contexts: bool = False
    node_checks: list[tuple[type[ast.AST], NodeCheck]] = field(default_factory=list)
    file_checks: list[FileCheck] = field(default_factory=list)
    deployment_checks: list[DeploymentCheck] = field(default_factory=list)
    template_checks: list[tuple[WordsOf, TemplateCheck]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The kebab-case name, from the file's name."""
        return self.module.rpartition(".")[2].replace("_", "-")

    @property
    def chapter(self) -> str:
        """The guide's chapter, from the folder's name."""
        return self.module.split(".")[-2].replace("_", "-")

    @property
    def url(self) -> str:
        """The rule's page."""
        return f"{DOCS}{self.code}/"

    @property
    def what(self) -> str:
        """One paragraph: what is found."""
        return self._paragraphs().get("", "")

    @property
    def why(self) -> str:
        """What happens at run time."""
        return self._paragraphs().get("Why", "")

    @property
    def instead(self) -> str:
        """What to write."""
        return self._paragraphs().get("Instead", "")

    @property
    def fix(self) -> str:
        """What the fix does and why it is safe or not; empty when there is none or the titles say it all."""
        return self._paragraphs().get("Fix", "")

    @property
    def quiet(self) -> str:
        """When the rule stays silent."""
        return self._paragraphs().get("Quiet", "")

    @property
    def bad(self) -> list[Bad]:
        """Examples with the mistake."""
        return [e for e in self.examples if isinstance(e, Bad)]

    @property
    def good(self) -> list[Good]:
        """Examples without it."""
        return [e for e in self.examples if isinstance(e, Good)]

    def concerns(self, facts: FileFacts, model: ProjectModel) -> bool:
        """Whether the rule may have something to say in a file: a look at facts only, much cheaper than its checks."""
        if not self.node_checks and not self.file_checks:
            return False
        if self.triggers & facts.words:
            return True
        if self.paths is not None:
            return facts.path in model.once(self.paths)
        if self.when is not None:
            return self.when(facts, model)
        return not self.triggers

    def on(
        self, *kinds: type[N]
    ) -> Callable[[Callable[[N, Context], Iterator[Finding]]], Callable[[N, Context], Iterator[Finding]]]:
        """Subscribe a check to every node of these types of the files that have a trigger word."""

        def register(
            check: Callable[[N, Context], Iterator[Finding]],
        ) -> Callable[[N, Context], Iterator[Finding]]:
            self.node_checks.extend((kind, check) for kind in kinds)
            return check

        return register

    def on_file(self, check: Callable[[Context], Iterator[Finding]]) -> Callable[[Context], Iterator[Finding]]:
        """Subscribe a check that runs once for each file that has a trigger word."""
        self.file_checks.append(check)
        return check

    def on_deployment(self, check: DeploymentCheck) -> DeploymentCheck:
        """Subscribe a check that runs once for each deployment file (``.env``, Dockerfile, Procfile, ...)."""
        self.deployment_checks.append(check)
        return check

    def on_template(self, words: WordsOf) -> Callable[[TemplateCheck], TemplateCheck]:
        """Subscribe a check that runs once for each template an app renders that holds one of the ``words``."""

        def register(check: TemplateCheck) -> TemplateCheck:
            self.template_checks.append((words, check))
            return check

        return register

    def template_words(self, model: ProjectModel) -> frozenset[str]:
        """The texts that its checks of templates look for."""
        return frozenset(word for words, _ in self.template_checks for word in model.once(words))

    def _paragraphs(self) -> dict[str, str]:
        text = inspect.cleandoc(sys.modules[self.module].__doc__ or "")
        found: dict[str, str] = {}
        for paragraph in text.split("\n\n"):
            joined = " ".join(paragraph.split())
            heading, colon, rest = joined.partition(": ")
            key = heading if colon and heading in _HEADINGS else ""
            body = rest if key else joined
            found[key] = f"{found[key]}\n\n{body}" if key in found else body
        return found
