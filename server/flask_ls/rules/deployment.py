"""What a check of a deployment file may ask, and help with its findings and fixes."""

from __future__ import annotations

from dataclasses import dataclass

from flask_ls.project.deploy import DeploymentFile, Variable
from flask_ls.rules.rule import Rule
from flask_ls.rules.text_file import TextContext, TextEdits, TextUnit


@dataclass(frozen=True, kw_only=True)
class DeploymentUnit(TextUnit):
    """One deployment file with what rules want to know."""

    document: DeploymentFile


class DeploymentContext(TextContext):
    """A deployment unit seen by one rule."""

    def __init__(self, unit: DeploymentUnit, rule: Rule) -> None:
        super().__init__(unit, rule)
        self.document = unit.document

    def assigned(self, variable: Variable, value: str) -> str:
        """How ``value`` is written in the place of a variable's value: quoted where the old one was, or must be."""
        if variable.value_span is None:
            return value
        written = self.text(variable.value_span)
        quote = written[:1] if written[:1] in ("'", '"') else ""
        # An unquoted 1 is a number in YAML and TOML, and Kubernetes takes strings only.
        is_typed = self.document.kind in ("compose", "descriptor", "workflow", "toml")
        is_key = variable.name_span.end < variable.value_span.start - 1
        if not quote and is_typed and is_key:
            quote = '"'
        return f"{quote}{value}{quote}"


__all__ = ["DeploymentContext", "DeploymentUnit", "TextEdits"]
