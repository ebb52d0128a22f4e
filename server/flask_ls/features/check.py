"""Findings of files, from texts: the engine's smallest use, for tests and embedding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_ls.project.deploy import read_deployment
from flask_ls.project.extract import extract
from flask_ls.project.index import FileIndex
from flask_ls.project.inference import Inference
from flask_ls.project.model import ProjectModel
from flask_ls.project.modules import ModuleIndex
from flask_ls.project.template_files import is_template_path
from flask_ls.project.templates import apps_rendering
from flask_ls.rules.context import Unit
from flask_ls.rules.deployment import DeploymentUnit
from flask_ls.rules.finding import Finding
from flask_ls.rules.registry import all_rules, vocabulary
from flask_ls.rules.rule import Rule
from flask_ls.rules.runner import run, run_deployment, run_template
from flask_ls.rules.text_file import TextUnit
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
    model = ProjectModel(facts, modules, deployment, filter(is_template_path, files))
    model.read = sources.get
    found: list[Finding] = []
    for fact in facts:
        source = sources[fact.path]
        index = FileIndex(source.tree, fact.module, is_package=fact.is_package)
        unit = Unit(fact.path, source, index, model, Inference(index, model), read=sources.get)
        found.extend(run(unit, chosen, facts=fact))
    for path, document in deployment.items():
        written = DeploymentUnit(path, sources[path], model, read=sources.get, document=document)
        found.extend(run_deployment(written, chosen))
    for path in sorted(model.templates):
        if apps_rendering(model, path):
            found.extend(run_template(TextUnit(path, sources[path], model, read=sources.get), chosen))
    return found
