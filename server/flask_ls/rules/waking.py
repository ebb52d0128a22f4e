"""Which rules a file wakes, without asking every rule about every file."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Literal, TypeAlias

from flask_ls.project.facts import FileFacts
from flask_ls.project.model import NotYet, ProjectModel
from flask_ls.rules.rule import Rule

log = logging.getLogger(__name__)

Part: TypeAlias = Literal["words", "project"]
"""The rules that words of a file may wake, or those that need knowledge of the whole project to wake or to answer."""


def _part(rule: Rule) -> Part:
    return "words" if rule.triggers and not rule.asks_contexts else "project"


class Waking:
    """Rules by their trigger words. ``of`` is what asking ``Rule.concerns`` of each would give."""

    def __init__(self, rules: Iterable[Rule], part: Part | None = None) -> None:
        self._rules = [r for r in rules if (r.node_checks or r.file_checks) and part in (None, _part(r))]
        self._by_word: dict[str, list[int]] = {}
        self._asked: list[int] = []
        for number, rule in enumerate(self._rules):
            for word in rule.triggers:
                self._by_word.setdefault(word, []).append(number)
            if not rule.triggers or rule.paths is not None or rule.when is not None:
                self._asked.append(number)

    def of(self, facts: FileFacts, model: ProjectModel, withheld: set[str]) -> list[Rule]:
        """The rules that may have something to say in a file, in order. One that fails has nothing to say.

        The codes of those that cannot tell before the start is evaluated go to ``withheld``.
        """
        woken: set[int] = set()
        for word in facts.words:
            woken.update(self._by_word.get(word, ()))
        for number in self._asked:
            if number not in woken and self._concerns(self._rules[number], facts, model, withheld):
                woken.add(number)
        return [self._rules[number] for number in sorted(woken)]

    def _concerns(self, rule: Rule, facts: FileFacts, model: ProjectModel, withheld: set[str]) -> bool:
        try:
            return rule.concerns(facts, model)
        except NotYet:
            withheld.add(rule.code)
        except Exception:
            log.exception("%s failed on %s", rule.code, facts.path)
        return False
