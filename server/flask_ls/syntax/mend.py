"""Makes a broken logical line parse while it still says what its author typed."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from flask_ls.syntax.lexer import closed_tokens
from flask_ls.syntax.statement import PLACEHOLDER, Change, error_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask_ls.syntax.lexer import Token

_DANGLING_DOT = re.compile(r"(?<=[\w)\]}\"'])\.(?=\s*(?:[^\w\s.]|\Z))")
_VALUELESS = re.compile(r"(?<![=!<>:])=(?=\s*(?:[,)\]}]|\Z))")
_WHITE_SPACE = " \t\f\r\n"
_WORD = re.compile(r"\w+")
_CLOSING = {"(": ")", "[": "]", "{": "}"}

_MAX_ROUNDS = 8
_MAX_GUIDED_LENGTH = 10_000


def mend(code: str, keyword: str, *, needs_body: bool = False) -> list[Change] | None:
    """Changes after which ``code`` parses, few enough that the line still says what its author typed.

    Brackets and quotes are closed, a dot without a name goes, and a placeholder goes where something is missing.

    :param needs_body: ``code`` is a header without a body; its colon may be missing.
    :returns: None if that does not help.
    """
    if code.endswith("\\"):
        kept = code[:-1].rstrip(" \t\f")
        is_valid = error_in(kept, keyword, needs_body=needs_body) is None
        changes = [] if is_valid else mend(kept, keyword, needs_body=needs_body)
        return None if changes is None else [*changes, Change(len(code) - 1, len(code), " ")]
    has_colon = needs_body and code.endswith(":")
    draft = _Draft(code[:-1] if has_colon else code)

    def error(candidate: _Draft) -> int | None:
        text = candidate.text() + (":" if needs_body else "")
        found = error_in(text, keyword, needs_body=needs_body)
        return None if found is None else candidate.index_of(found[0])

    def finish(candidate: _Draft) -> list[Change]:
        changes = list(candidate.changes())
        if needs_body and not has_colon:
            changes.append(Change(len(code), len(code), ":"))
        return changes

    draft.balance()
    first = error(draft)
    if first is None:
        return finish(draft)
    draft.end_what_dangles()
    if error(draft) is None:
        return finish(draft)
    if len(code) > _MAX_GUIDED_LENGTH:
        return None
    for candidate in (draft, _Draft(draft.code, first)):
        if candidate is not draft:
            candidate.balance()
            candidate.end_what_dangles()
        if _follow_errors(candidate, error):
            return finish(candidate)
    return None


def _follow_errors(draft: _Draft, error: Callable[[_Draft], int | None]) -> bool:
    """Change ``draft`` at each error the parser finds, as long as the next one lies further on."""
    index = error(draft)
    for _ in range(_MAX_ROUNDS):
        if index is None:
            return True
        attempts: list[tuple[int, _Draft]] = []
        for change in draft.alternatives(index):
            after = error(change)
            if after is None:
                draft.become(change)
                return True
            attempts.append((after, change))
        furthest = max(attempts, key=lambda attempt: attempt[0], default=None)
        if furthest is None or furthest[0] <= index:
            return False
        index, chosen = furthest
        draft.become(chosen)
    return False


class _Draft:
    """A logical line with changes, none of which touches a line end. Every character keeps its own cell."""

    def __init__(self, code: str, length: int | None = None) -> None:
        """A draft of ``code``, of which only the first ``length`` characters are kept."""
        self.code = code
        self._cells = list(code)
        self._before = [""] * (len(code) + 1)
        self._tail = ""
        self._length = len(code[:length].rstrip(_WHITE_SPACE))
        self._blank(self._length, len(code))
        self._tokens = closed_tokens(code[: self._length])

    def text(self) -> str:
        pairs = zip(self._before, self._cells, strict=False)
        return "".join(before + cell for before, cell in pairs) + self._before[-1] + self._tail

    def index_of(self, offset: int) -> int:
        """The index into ``code`` of the character that is or follows the one at ``offset`` of :meth:`text`."""
        pairs = zip(self._before, self._cells, strict=False)
        ends = list(accumulate(len(before) + len(cell) for before, cell in pairs))
        return min(bisect_right(ends, offset), self._length)

    def changes(self) -> Iterator[Change]:
        for index, (before, cell) in enumerate(zip(self._before, self._cells, strict=False)):
            if before:
                yield Change(index, index, before)
            if cell != self.code[index]:
                yield Change(index, index + 1, cell)
        last = self._before[-1] + self._tail
        if last:
            yield Change(len(self.code), len(self.code), last)

    def balance(self) -> None:
        """Close what is open: quotes and brackets."""
        opened: list[str] = []
        for token in self._tokens:
            character = self.code[token.start]
            if character in _CLOSING:
                opened.append(_CLOSING[character])
            elif character in ")]}":
                if character not in opened:
                    self._cells[token.start] = " "
                    continue
                while opened[-1] != character:
                    self._before[token.start] += opened.pop()
                opened.pop()
            elif character in "\"'" and not token.is_complete:
                quote = character * 3 if self.code.startswith(character * 3, token.start) else character
                self._cells[token.end - 1] += quote
        self._tail = "".join(reversed(opened))
        # Where a blanked character comes first, a form feed would make what follows the indentation.
        for index in (index for index, character in enumerate(self._cells) if character == "\f"):
            if not self._in_token(index):
                self._cells[index] = " "

    def end_what_dangles(self) -> None:
        """Drop a dot no name follows, and give a value to a keyword that has none."""
        for match in _DANGLING_DOT.finditer(self.code, 0, self._length):
            if not self._in_token(match.start()):
                self._cells[match.start()] = " "
        for match in _VALUELESS.finditer(self.code, 0, self._length):
            if not self._in_token(match.start()):
                self._before[match.end()] = PLACEHOLDER + self._before[match.end()]

    def alternatives(self, index: int) -> Iterator[_Draft]:
        """The changes that may help against an error at ``index``."""
        if self.code[index : index + 1] in (":", "="):  # the parser misses a value, and points at what asks for one
            yield from self._with_placeholder(index + 1)
        yield from self._with_placeholder(index)
        yield from self._without_token(index)

    def _with_placeholder(self, index: int) -> Iterator[_Draft]:
        """With a placeholder before the character at ``index``, if that cannot become part of another word."""
        if self._before[index] or _WORD.match(self.code, index, self._length):
            return
        changed = self._copy()
        space = " " if index and _WORD.match(self.code, index - 1) else ""
        changed._before[index] = space + PLACEHOLDER
        yield changed

    def _without_token(self, index: int) -> Iterator[_Draft]:
        """With the word, string or single character at ``index`` blanked; at the end, with the last one."""
        end = len(self.code[:index].rstrip(_WHITE_SPACE)) if index >= self._length else index + 1
        if end == 0:
            return
        changed = self._copy()
        token = self._token_at(end - 1)
        start = end - 1
        if token is not None:
            start, end, _ = token
        elif word := _WORD.match(self.code, start, self._length):
            while start and _WORD.match(self.code, start - 1):
                start -= 1
            end = word.end()
        changed._blank(start, end)
        yield changed

    def become(self, other: _Draft) -> None:
        self._cells, self._before, self._tail = other._cells, other._before, other._tail

    def _copy(self) -> _Draft:
        copied = _Draft.__new__(_Draft)
        copied.__dict__.update(self.__dict__)
        copied._cells = self._cells.copy()
        copied._before = self._before.copy()
        return copied

    def _blank(self, start: int, end: int) -> None:
        for index in range(start, end):
            if self.code[index] not in "\r\n":
                self._cells[index] = " "
                self._before[index] = ""

    def _token_at(self, index: int) -> Token | None:
        for token in self._tokens:
            if token.start <= index < token.end and self.code[token.start] in "\"'#":
                return token
        return None

    def _in_token(self, index: int) -> bool:
        return self._token_at(index) is not None
