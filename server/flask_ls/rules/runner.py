"""Runs rules over one file."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from flask_ls.project.facts import FileFacts
from flask_ls.project.model import NotYet
from flask_ls.rules.context import Context, Unit
from flask_ls.rules.deployment import DeploymentContext, DeploymentUnit
from flask_ls.rules.finding import Finding, ordered
from flask_ls.rules.rule import Rule
from flask_ls.rules.suppress import Suppressions
from flask_ls.rules.text_file import TextContext, TextUnit

log = logging.getLogger(__name__)


def run(
    unit: Unit,
    rules: Iterable[Rule],
    *,
    facts: FileFacts | None = None,
    cancelled: Callable[[], bool] | None = None,
    withheld: set[str] | None = None,
) -> list[Finding]:
    """The findings of these rules in one file, suppressed ones left out, in order.

    A line that does not parse says nothing: what is read in it is a guess at what is being typed.

    ``facts``: those of the file, to leave out the rules that it does not concern; None runs every rule. A rule that
    raises loses its own findings in this file, and says so in the log; the other rules still speak. The codes of those
    that need what is still to be found out are added to ``withheld``.
    """
    found: list[Finding] = []
    for rule in rules:
        if cancelled is not None and cancelled():
            return []
        if facts is not None and not rule.concerns(facts, unit.model):
            continue
        try:
            found.extend(_run_one(unit, rule))
        except NotYet:
            if withheld is not None:
                withheld.add(rule.code)
        except Exception:
            log.exception("%s failed on %s", rule.code, unit.path)
    found = [finding for finding in found if not unit.source.is_guess(finding.span)]
    return ordered(Suppressions(unit.source).keep(found)) if found else []


def run_deployment(unit: DeploymentUnit, rules: Iterable[Rule], *, withheld: set[str] | None = None) -> list[Finding]:
    """The findings of these rules in one deployment file, suppressed ones left out, in order. ``withheld`` as above."""
    found: list[Finding] = []
    withheld = set() if withheld is None else withheld
    for rule in rules:
        if rule.deployment_checks:
            found.extend(_run_deployment_checks(unit, rule, withheld))
    return ordered(Suppressions(unit.source, "deployment").keep(found)) if found else []


def run_template(unit: TextUnit, rules: Iterable[Rule], *, withheld: set[str] | None = None) -> list[Finding]:
    """The findings of these rules in one template, suppressed ones left out, in order. ``withheld`` as above."""
    found: list[Finding] = []
    withheld = set() if withheld is None else withheld
    for rule in rules:
        context = TextContext(unit, rule)
        try:
            for words, check in rule.template_checks:
                if any(word in unit.source.text for word in unit.model.once(words)):
                    found.extend(check(context))
        except NotYet:
            withheld.add(rule.code)
        except Exception:
            log.exception("%s failed on %s", rule.code, unit.path)
    return ordered(Suppressions(unit.source, "template").keep(found)) if found else []


def _run_deployment_checks(unit: DeploymentUnit, rule: Rule, withheld: set[str]) -> list[Finding]:
    context = DeploymentContext(unit, rule)
    try:
        return [finding for check in rule.deployment_checks for finding in check(unit.document, context)]
    except NotYet:
        withheld.add(rule.code)
    except Exception:
        log.exception("%s failed on %s", rule.code, unit.path)
    return []


def _run_one(unit: Unit, rule: Rule) -> list[Finding]:
    context = Context(unit, rule)
    found: list[Finding] = []
    for check in rule.file_checks:
        found.extend(check(context))
    for kind, node_check in rule.node_checks:
        for node in unit.index.nodes(kind):
            found.extend(node_check(node, context))
    return found
