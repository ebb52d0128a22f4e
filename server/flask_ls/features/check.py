"""Findings of files, from texts: the engine's smallest use, for tests and embedding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_ls.project.deploy import read_deployment
from flask_ls.project.extract import extract
from flask_ls.project.index import FileIndex
from flask_ls.project.inference import Inference
from flask_ls.project.model import ProjectModel
from flask_ls.project.modules import ModuleIndex
from flask_ls.rules.context import Unit
from flask_ls.rules.deployment import DeploymentUnit
from flask_ls.rules.finding import Finding
from flask_ls.rules.registry import all_rules, vocabulary
from flask_ls.rules.rule import Rule
from flask_ls.rules.runner import run, run_deployment
from flask_ls.syntax.source import SourceFile


def check_texts(files: Mapping[str, str], rules: Iterable[Rule] | None = None, folder: str = "/") -> list[Finding]:
    """The findings of a small project given as path -> text; paths are absolute, below ``folder``."""
    chosen = tuple(all_rules() if rules is None else rules)
    modules = ModuleIndex(files, [folder])
    sources = {path: SourceFile(text) for path, text in files.items()}
    facts = []
    for path, source in sources.items():
        module = modules.by_path(path)
        if module is not None:
            name, is_package = module.name, module.is_package
            facts.append(extract(source, path, name, is_package=is_package, vocabulary=vocabulary()))
    deployment = {p: d for p, text in files.items() if (d := read_deployment(p, text)) is not None}
    model = ProjectModel(facts, modules, deployment)
    model.read = sources.get
    found: list[Finding] = []
    for fact in facts:
        source = sources[fact.path]
        index = FileIndex(source.tree, fact.module, is_package=fact.is_package)
        unit = Unit(fact.path, source, index, model, Inference(index, model), read=sources.get)
        found.extend(run(unit, chosen, facts=fact))
    for path, document in deployment.items():
        found.extend(run_deployment(DeploymentUnit(path, sources[path], document, model, read=sources.get), chosen))
    return found
