"""Arguments of a call as text: where each stands with its comma and comments."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import NamedTuple

from flask_ls.syntax.edit import TextEdit
from flask_ls.syntax.lexer import tokens
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span

Argument = ast.expr | ast.keyword


class Slot(NamedTuple):
    """One argument with the parentheses around it; ``comma`` is the offset after its comma, -1 without one."""

    node: Argument
    span: Span
    comma: int


class Arguments:
    """The parenthesised arguments of one call."""

    def __init__(self, source: SourceFile, call: ast.Call) -> None:
        self._text = source.text
        nodes: list[Argument] = [*call.args, *call.keywords]
        nodes.sort(key=lambda n: (n.lineno, n.col_offset))
        self.open, self.close, commas, comments = self._scan(source, call)
        self._comments = comments
        bounds = [self.open, *commas]
        self.slots: list[Slot] = []
        for number, node in enumerate(nodes):
            start, end = source.span(node)
            if start < self.open:  # a lone generator expression: the call's parentheses are its own
                start, end = self.open, self.close
            comma = commas[number] if number < len(commas) else -1
            before = bounds[number] if number < len(bounds) else start
            after = comma - 1 if comma >= 0 else self.close
            self.slots.append(Slot(node, self._with_parentheses(before, start, end, after), comma))

    def find(self, argument: Argument | str) -> int:
        """The number of an argument or of the keyword of this name; -1 when the call has no such argument."""
        for number, slot in enumerate(self.slots):
            if slot.node is argument or (isinstance(argument, ast.keyword) and slot.node is argument.value):
                return number
            if isinstance(argument, str) and isinstance(slot.node, ast.keyword) and slot.node.arg == argument:
                return number
        return -1

    def without(self, numbers: Collection[int]) -> list[Span]:
        """What to delete so that these arguments go, each with its comma, its line and the comment on that line."""
        if len(numbers) == len(self.slots):
            if not any(c.start > self.open for c in self._comments):
                return [Span(self.open, self.close)]
            last = self.slots[-1]
            return [Span(self.slots[0].span.start, max(last.comma, last.span.end))]
        gone: list[Span] = []
        kept_before = -1
        for number in range(len(self.slots)):
            if number not in numbers:
                kept_before = number
                continue
            gone.append(self._own_line(number) or self._inline(number, kept_before, numbers))
        return gone

    def _own_line(self, number: int) -> Span | None:
        text, slot = self._text, self.slots[number]
        line = _line_start(text, slot.span.start)
        rest = _blank_end(text, slot.comma if slot.comma >= 0 else slot.span.end)
        rest = next((c.end for c in self._comments if c.start == rest), rest)
        newline = _newline_at(text, rest)
        alone = line > self.open and not text[line : slot.span.start].strip() and newline
        return Span(line, rest + newline) if alone else None

    def _inline(self, number: int, kept_before: int, numbers: Collection[int]) -> Span:
        slot = self.slots[number]
        after = slot.comma if slot.comma >= 0 else slot.span.end
        if all(n in numbers for n in range(number, len(self.slots))):
            # The end of the list: the comma before goes, a comma after stays.
            before = self.slots[kept_before].span.end
            commented = any(before <= c.start < slot.span.start for c in self._comments)
            return slot.span if commented else Span(before, slot.span.end)
        following = self.slots[number + 1].span.start
        if any(after <= c.start < following for c in self._comments):
            return Span(slot.span.start, after)
        if number and _has_newline(self._text[after:following]) and self.slots[number - 1].comma >= 0:
            return Span(self.slots[number - 1].comma, after)
        return Span(slot.span.start, following)

    def adding(self, argument: str, *, nth: int = 0) -> list[TextEdit]:
        """Edits that add a keyword argument at the end; ``nth`` counts what was added to this call before."""
        text = self._text
        if not self.slots:
            return [TextEdit(Span(self.open, self.open), f", {argument}" if nth else argument)]
        last = self.slots[-1]
        line = _line_start(text, last.span.start)
        own_line = not text[line : last.span.start].strip() and line > self.open
        indent = text[line : last.span.start] if own_line else ""
        newline = _newline_before(text, line) if own_line else ""
        if last.comma >= 0:
            return [
                TextEdit(Span(last.comma, last.comma), f"{newline}{indent}{argument}," if own_line else f" {argument},")
            ]
        if isinstance(last.node, ast.GeneratorExp) and last.span == (self.open, self.close) and not nth:
            return [
                TextEdit(Span(self.open, self.open), "("),
                TextEdit(Span(self.close, self.close), f"), {argument}"),
            ]
        glue = f",{newline}{indent}" if own_line else ", "
        return [TextEdit(Span(last.span.end, last.span.end), f"{glue}{argument}")]

    def _scan(self, source: SourceFile, call: ast.Call) -> tuple[int, int, list[int], list[Span]]:
        """Offset after ``(``, offset of ``)``, offsets after the commas between arguments, comments."""
        text, end = source.text, source.span(call).end
        begin = source.span(call.func).end
        depth, opened = 0, -1
        commas: list[int] = []
        comments: list[Span] = []
        position = begin
        for token in tokens(text, begin):
            if token.start >= end:
                break
            if depth == 1:
                commas.extend(i + 1 for i in range(position, token.start) if text[i] == ",")
            position = token.end
            first = text[token.start]
            if first == "#":
                comments.append(Span(token.start, token.end))
            elif first in "([{":
                depth += 1
                if depth == 1 and opened < 0:
                    opened = token.end
            elif first in ")]}":
                # A parenthesis around the callee closes before the arguments open: `(f)(x)`.
                depth = max(depth - 1, 0)
        return opened, end - 1, commas, comments

    def _with_parentheses(self, low: int, start: int, end: int, high: int) -> Span:
        text = self._text
        while True:
            left, right = start - 1, end
            while left >= low and text[left] in " \t":
                left -= 1
            while right < high and text[right] in " \t":
                right += 1
            if left < low or right >= high or text[left] != "(" or text[right] != ")":
                return Span(start, end)
            start, end = left, right + 1


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def _has_newline(text: str) -> bool:
    return "\n" in text or "\r" in text


def _blank_end(text: str, offset: int) -> int:
    while offset < len(text) and text[offset] in " \t":
        offset += 1
    return offset


def _newline_at(text: str, offset: int) -> int:
    if text.startswith("\r\n", offset):
        return 2
    return int(text[offset : offset + 1] in ("\n", "\r") and offset < len(text))


def _newline_before(text: str, line_start: int) -> str:
    if text[:line_start].endswith("\r\n"):
        return "\r\n"
    return text[line_start - 1 : line_start]
