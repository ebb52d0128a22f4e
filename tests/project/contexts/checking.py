"""The one way the tests of contexts ask: which lines of a project lack their context."""

from __future__ import annotations

import textwrap

from flask_ls.project.contexts.analysis import Contexts
from flask_ls.project.contexts.witness import extracted_of
from flask_ls.project.distributions import Distributions
from flask_ls.project.extract import extract
from flask_ls.project.model import ProjectModel
from flask_ls.project.modules import ModuleIndex
from flask_ls.syntax.source import SourceFile

FOLDER = "/project"


class Required(Distributions):
    """Distributions that a project requires, given by name."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__()
        self._names = names

    def may_be_used(self, name: str) -> bool:
        return name in self._names


def model_of(files: dict[str, str], *requires: str) -> ProjectModel:
    """The model of a project given as relative path -> text."""
    texts = {f"{FOLDER}/{path}": textwrap.dedent(text).lstrip("\n") for path, text in files.items()}
    modules = ModuleIndex(texts, [FOLDER])
    facts = []
    for path, text in texts.items():
        module = modules.by_path(path)
        assert module is not None
        words = frozenset({"SERVER_NAME"})
        source = SourceFile(text)
        facts.append(extract(source, path, module.name, is_package=module.is_package, vocabulary=words))
    model = ProjectModel(facts, modules)
    model.read = {path: SourceFile(text) for path, text in texts.items()}.get
    model.distributions = Required(frozenset(requires))
    return model


def lacking(files: dict[str, str] | str, *requires: str) -> list[str]:
    """``path:line code`` of every use that provably lacks its context; a single text is ``app.py``."""
    model = model_of({"app.py": files} if isinstance(files, str) else files, *requires)
    return lacking_in(model)


def lacking_in(model: ProjectModel) -> list[str]:
    """``path:line code`` of every use in a model that provably lacks its context."""
    contexts: Contexts = model.contexts
    found = []
    for path, facts in model.files.items():
        for problem in contexts.problems(path):
            assert model.read is not None
            source = model.read(path)
            assert source is not None
            site = problem.use.site
            node = extracted_of(source, facts.module, facts.is_package).nodes[site.body.id][site.leaf]
            line = source.position(source.span(node).start)[0] + 1
            found.append(f"{path.removeprefix(FOLDER + '/')}:{line} {problem.code}")
    return sorted(set(found))
