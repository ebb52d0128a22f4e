"""Shell text -> simple commands and assignments, with positions.

Enough of the POSIX shell grammar ("Shell Command Language", 2.2 Quoting to 2.9 Shell Commands) to see which programs
are started with which words and variables. Control flow is looked through: every command of every branch is given, with
whether only development takes the branch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from flask_ls.project.deploy.branches import Branches
from flask_ls.project.deploy.document import Variable, Word
from flask_ls.syntax.span import Span

_KEYWORDS = frozenset({"if", "then", "else", "elif", "fi", "while", "until", "do", "done", "{", "}", "!", "time"})
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_EXPORTS = frozenset({"export", "declare", "typeset", "readonly", "local"})
_HEREDOC = re.compile(r"<<(?P<dash>-?)\s*(?P<quote>['\"]?)(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P=quote)")
_CALL = re.compile(r"\([^()\s]*\)")
_REDIRECTION = re.compile(r"\d*(?:>>|>\||<>|<&|>&|&>>?|<|>)")


@dataclass(frozen=True, slots=True)
class Text:
    """Text with the place in the file of each of its code points (one more than the text has).

    ``whole``: where all of it stands, when more cannot be said because escapes or folding lie between.
    """

    text: str
    places: Sequence[int]
    whole: Span | None = None

    @classmethod
    def at(cls, text: str, start: int) -> Text:
        """Text that stands in the file letter by letter from ``start``."""
        return cls(text, range(start, start + len(text) + 1))

    @classmethod
    def within(cls, text: str, span: Span) -> Text:
        """Text that was escaped or folded: all of it stands somewhere in ``span``."""
        return cls(text, [span.start] * (len(text) + 1), span)

    def span(self, start: int, end: int) -> Span:
        """Where a piece of the text stands in the file."""
        if self.whole is not None:
            return self.whole
        if start >= end:
            return Span(self.places[start], self.places[start])
        last = self.places[end - 1]
        # Not the place after the piece: the text may go on elsewhere (a line continuation).
        return Span(self.places[start], last + 1)

    def without(self, count: int) -> Text:
        """The text after its first ``count`` code points."""
        return Text(self.text[count:], self.places[count:], self.whole)


@dataclass(slots=True)
class Simple:
    """A simple command: assignments, then words. ``span`` covers both.

    ``is_development``: it stands in a branch that only development or tests take.
    """

    variables: list[Variable] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    span: Span = Span(0, 0)
    is_export: bool = False
    is_development: bool = False


def parse_shell(text: Text) -> Iterator[Simple]:
    """The simple commands of shell text, in order. Never raises; what it cannot read it leaves out."""
    yield from _Parser(text).commands()


class _Parser:
    def __init__(self, source: Text) -> None:
        self.source = source
        self.text = source.text
        self.position = 0
        self.heredocs: list[tuple[str, bool]] = []
        self.branches = Branches()

    def commands(self) -> Iterator[Simple]:
        current: list[tuple[Word, int, int]] = []
        while self.position < len(self.text):
            character = self.text[self.position]
            if character in " \t\r":
                self.position += 1
            elif self.text.startswith("\\\n", self.position) or self.text.startswith("\\\r\n", self.position):
                self.position = self.text.index("\n", self.position) + 1
            elif character == "#":
                end = self.text.find("\n", self.position)
                self.position = len(self.text) if end < 0 else end
            elif character in "\n;|&()":
                if character == "&" and self._redirection():
                    continue
                yield from self._finished(current)
                self.branches.finished([w for w, _, _ in current], self.text[self.position : self.position + 2])
                # The second half of an operator ends nothing more.
                self.position += 2 if self.text.startswith((";;", "&&", "||"), self.position) else 1
                current = []
                if character == "\n":
                    self._skip_heredocs()
            elif not self._redirection():
                word = self._word(is_argument=bool(current))
                if not current and word[0].text in _KEYWORDS and word[0].span.end - word[0].span.start <= 5:
                    self.branches.keyword(word[0].text)
                    continue
                current.append(word)
        yield from self._finished(current)

    def _redirection(self) -> bool:
        heredoc = _HEREDOC.match(self.text, self.position)
        if heredoc:
            self.heredocs.append((heredoc["name"], bool(heredoc["dash"])))
            self.position = heredoc.end()
            return True
        match = _REDIRECTION.match(self.text, self.position)
        if match is None:
            return False
        self.position = match.end()
        while self.position < len(self.text) and self.text[self.position] in " \t":
            self.position += 1
        if self.position < len(self.text) and self.text[self.position] not in "\n;|&()":
            self._word()
        return True

    def _skip_heredocs(self) -> None:
        for name, dash in self.heredocs:
            while self.position < len(self.text):
                end = self.text.find("\n", self.position)
                line = self.text[self.position : end if end >= 0 else len(self.text)].rstrip("\r")
                self.position = len(self.text) if end < 0 else end + 1
                if (line.lstrip("\t") if dash else line) == name:
                    break
        self.heredocs = []

    def _word(self, *, is_argument: bool = False) -> tuple[Word, int, int]:
        """A word with its start and end in ``self.text``.

        No shell accepts an argument such as ``app:create_app()`` without quotes, but systemd, supervisor and Compose
        split the words themselves and pass it on, so there the parentheses belong to the word.
        """
        text, start = self.text, self.position
        parts: list[str] = []
        plain: list[int] = []
        expands = False
        while self.position < len(text):
            here = self.position
            character = text[here]
            if character == "(" and is_argument and parts and (call := _CALL.match(text, here)):
                parts.append(call[0])
                plain.extend(range(here, call.end()))
                self.position = call.end()
                continue
            if character in " \t\r\n;|&()<>":
                break
            if character == "\\":
                if text.startswith(("\\\n", "\\\r\n"), here):
                    break
                parts.append(text[here + 1 : here + 2])
                plain.append(here + 1)
                self.position += 2
            elif character == "'":
                end = text.find("'", here + 1)
                end = len(text) if end < 0 else end
                parts.append(text[here + 1 : end])
                plain.extend(range(here + 1, end))
                self.position = end + 1
            elif character == '"':
                expands |= self._double_quoted(parts, plain)
            elif character in "$`":
                end = _expansion_end(text, here)
                expands = True
                parts.append(text[here:end])
                plain.extend(range(here, end))
                self.position = end
            else:
                parts.append(character)
                plain.append(here)
                self.position += 1
        end = min(self.position, len(text))
        # One character at least, so that the loop around always moves on.
        if end == start:
            self.position = end = start + 1
        joined = "".join(parts)
        contiguous = bool(plain) and len(plain) == len(joined) and plain[-1] - plain[0] == len(plain) - 1
        inner = self.source.span(plain[0], plain[-1] + 1) if contiguous else None
        if inner is not None and inner.end - inner.start != len(joined):
            inner = None
        return Word(joined, self.source.span(start, end), inner, expands), start, end

    def _double_quoted(self, parts: list[str], plain: list[int]) -> bool:
        text = self.text
        position = self.position + 1
        expands = False
        while position < len(text) and text[position] != '"':
            if text[position] == "\\" and position + 1 < len(text) and text[position + 1] in '"\\$`\n':
                parts.append(text[position + 1].replace("\n", ""))
                plain.extend([position + 1] * len(parts[-1]))
                position += 2
            elif text[position] in "$`":
                end = _expansion_end(text, position)
                expands = True
                parts.append(text[position:end])
                plain.extend(range(position, end))
                position = end
            else:
                parts.append(text[position])
                plain.append(position)
                position += 1
        self.position = position + 1
        return expands

    def _finished(self, words: list[tuple[Word, int, int]]) -> Iterator[Simple]:
        if not words:
            return
        command = Simple(span=self.source.span(words[0][1], words[-1][2]))
        command.is_export = words[0][0].text in _EXPORTS
        command.is_development = self.branches.is_development
        for number, (word, start, end) in enumerate(words):
            match = _ASSIGNMENT.match(self.text, start)
            if match and (command.is_export or not command.words) and match.end() <= end:
                following = words[number + 1][1] if number + 1 < len(words) else None
                command.variables.append(self._variable(match, word, start, end, following))
            elif not (command.is_export and (number == 0 or word.text.startswith("-"))):
                command.words.append(word)
        yield command

    def _variable(self, match: re.Match[str], word: Word, start: int, end: int, following: int | None) -> Variable:
        name = match[0].rstrip("=").rstrip("+")
        _, _, value = word.text.partition("=")
        return Variable(
            name=name,
            value=value,
            span=self.source.span(start, end),
            name_span=self.source.span(start, start + len(name)),
            value_span=self.source.span(match.end(), end),
            removal=self.source.span(start, following) if following is not None else None,
            expands=word.expands,
        )


def _expansion_end(text: str, start: int) -> int:
    """Past the expansion or command substitution that starts here."""
    if text[start] == "`":
        end = text.find("`", start + 1)
        return len(text) if end < 0 else end + 1
    opening = text[start + 1 : start + 2]
    closing = {"(": ")", "{": "}"}.get(opening)
    if closing is None:
        end = start + 1
        while end < len(text) and (text[end].isalnum() or text[end] == "_"):
            end += 1
        return max(end, min(start + 2, len(text)) if opening and opening in "?#@*!$-" else start + 1)
    depth = 0
    for position in range(start + 1, len(text)):
        if text[position] == opening:
            depth += 1
        elif text[position] == closing:
            depth -= 1
            if depth == 0:
                return position + 1
    return len(text)
