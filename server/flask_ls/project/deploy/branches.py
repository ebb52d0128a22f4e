"""Which branches of a shell script only a stage such as development takes.

``case "$1" in dev) ...``, ``if [ "$ENV" = development ]; then ...`` and ``[ "$ENV" = test ] && ...`` ("Shell Command
Language", 2.9.3 Lists and 2.9.4 Compound Commands), by the names that developers give to stages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_ls.project.config.stage import Stage, stage_of_name
from flask_ls.project.deploy.document import Word

_NAME = re.compile(r"[\w.-]+")
_VARIABLE = re.compile(r"\$\{?(\w+)")
_TRUE = frozenset({"1", "true", "yes", "on", "y"})
_FALSE = frozenset({"0", "false", "no", "off", "n", ""})
# What is left when a stage is excluded: whatever is not for production is for developers.
_OTHERWISE: dict[Stage, Stage] = {"production": "development"}


@dataclass(slots=True)
class _Block:
    """An ``if`` or ``case`` whose end has not come. ``opens``: a condition or a pattern is being read."""

    is_case: bool
    opens: bool = True
    stage: Stage = "any"
    read: list[Stage] = field(default_factory=list)
    is_choice: bool = False
    earlier: list[Stage] = field(default_factory=list)

    def begin(self) -> None:
        self.opens, self.stage, self.read, self.is_choice = True, "any", [], False

    def decide(self) -> None:
        """The body begins: of alternatives all must name the stage, of conditions that hold together one."""
        named = [s for s in self.read if s != "any"]
        every = len(named) == len(self.read) and len({_is_off(s) for s in named}) == 1
        self.stage = named[0] if named and (every or not self.is_choice) else "any"
        self.earlier.append(self.stage)
        self.opens = False

    def otherwise(self) -> None:
        """The body for all that the earlier ones are not for."""
        stages = [_OTHERWISE.get(s, "any") for s in self.earlier]
        self.stage = next((s for s in stages if s != "any"), "any")
        self.opens = False


class Branches:
    """Follows the words of a script and says for which stage the place is that they have come to."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._list: Stage = "any"

    @property
    def is_development(self) -> bool:
        """Whether only development or tests take the branch that the script is in."""
        return _is_off(self._list) or any(_is_off(b.stage) for b in self._blocks)

    def keyword(self, word: str) -> None:
        """A reserved word at the beginning of a command."""
        top = self._blocks[-1] if self._blocks and not self._blocks[-1].is_case else None
        if word == "if":
            self._blocks.append(_Block(is_case=False))
        elif top is None:
            return
        elif word == "elif":
            top.begin()
        elif word == "then":
            top.decide()
        elif word == "else":
            top.otherwise()
        elif word == "fi":
            self._blocks.pop()
        elif word == "!" and top.opens:
            # A condition turned round: nothing is known of it.
            top.read.append("any")
            top.is_choice = True

    def finished(self, words: Sequence[Word], following: str) -> None:
        """A command has ended; ``following`` is the rest of the script, from the operator that ends it."""
        texts = [w.text for w in words]
        if texts[:1] == ["case"] and texts[2:3] == ["in"]:
            self._blocks.append(_Block(is_case=True))
            words, texts = words[3:], texts[3:]
        top = self._blocks[-1] if self._blocks else None
        if top is not None and top.is_case:
            if texts[:1] == ["esac"]:
                self._blocks.pop()
            elif top.opens:
                self._pattern(top, texts, following)
                return
        elif top is not None and top.opens and texts:
            top.read.append(_stage_of_test(words))
        self._operator(words, top, following)

    def _pattern(self, block: _Block, texts: list[str], following: str) -> None:
        block.is_choice = True
        block.read += [stage_of_name(t) if _NAME.fullmatch(t) else "any" for t in texts]
        if not following.startswith(")"):
            return
        if texts == ["*"] and len(block.read) == 1:
            block.otherwise()
        else:
            block.decide()

    def _operator(self, words: Sequence[Word], top: _Block | None, following: str) -> None:
        is_condition = top is not None and not top.is_case and top.opens
        if following.startswith(";;"):
            self._list = "any"
            if top is not None and top.is_case:
                top.begin()
        elif is_condition and top is not None:
            top.is_choice |= following.startswith("||")
        elif following.startswith("&&"):
            stage = _stage_of_test(words)
            self._list = stage if stage != "any" else self._list
        elif following.startswith("||"):
            self._list = _OTHERWISE.get(_stage_of_test(words), "any")
        elif words:
            self._list = "any"


def _is_off(stage: Stage) -> bool:
    return stage in ("development", "test")


def _stage_of_test(words: Sequence[Word]) -> Stage:
    """The stage that holds where ``[ ... ]``, ``[[ ... ]]`` or ``test ...`` succeeds."""
    if not words or words[0].text not in ("[", "[[", "test"):
        return "any"
    inner = [w for w in words[1:] if w.text not in ("]", "]]")]
    if len(inner) == 1 or (len(inner) == 2 and inner[0].text in ("-n", "-z")):
        return _turned(_stage_of_variable(inner[-1]), inner[0].text != "-z")
    if len(inner) != 3 or inner[1].text not in ("=", "==", "!=", "=~"):
        return "any"
    variable = next((w for w in inner[::2] if w.expands), None)
    literal = next((w.text for w in inner[::2] if not w.expands), None)
    if variable is None or literal is None:
        return "any"
    holds = inner[1].text != "!="
    if literal.lower() in _TRUE | _FALSE:
        return _turned(_stage_of_variable(variable), holds == (literal.lower() in _TRUE))
    return _turned(stage_of_name(literal) if _NAME.fullmatch(literal) else "any", holds)


def _stage_of_variable(word: Word) -> Stage:
    match = _VARIABLE.match(word.text)
    return stage_of_name(match[1]) if match else "any"


def _turned(stage: Stage, holds: bool) -> Stage:
    return stage if holds else _OTHERWISE.get(stage, "any")
