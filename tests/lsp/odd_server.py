"""The server with things added that go wrong on demand. Run as a program; arguments name the additions.

``crash``: a rule that raises on files with the word ``CRASH_RULE``. ``hover``: hovers raise. ``slow``: a rule that
never comes to an end on files with the word ``SLOW_RULE``. ``scan``: reading
the workspace takes until it is cancelled. ``text``: a text with the word ``BAD_TEXT`` cannot be taken over.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from flask_ls.features.workspace import Workspace
from flask_ls.rules import registry
from flask_ls.rules.context import Context
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.rule import Rule

crash = Rule(__name__, "FLK998", Severity.ERROR, (), frozenset({"CRASH_RULE"}), ())
slow = Rule(__name__, "FLK999", Severity.ERROR, (), frozenset({"SLOW_RULE"}), ())


@crash.on_file
def raise_error(ctx: Context) -> Iterator[Finding]:
    raise RuntimeError("a rule went wrong")


@slow.on_file
def take_long(ctx: Context) -> Iterator[Finding]:
    while True:
        time.sleep(0.1)


def main() -> None:
    added = [rule for name, rule in (("crash", crash), ("slow", slow)) if name in sys.argv]
    rules = (*registry.all_rules(), *added)
    registry.all_rules = lambda: rules  # type: ignore[assignment]

    from flask_ls.lsp import server
    from flask_ls.lsp.handlers import hover
    from flask_ls.rules import selection

    selection.all_rules = registry.all_rules
    if "hover" in sys.argv:
        hover.hover = lambda *arguments: 1 / 0
    if "scan" in sys.argv:
        Workspace.load = wait_for_cancel  # type: ignore[method-assign]
    if "text" in sys.argv:
        refuse_bad_texts()
    server.main()


def refuse_bad_texts() -> None:
    take = Workspace.set_text

    def set_text(self, path: str, text: str) -> bool:
        if "BAD_TEXT" in text:
            raise RuntimeError("a text went wrong")
        return take(self, path, text)

    Workspace.set_text = set_text  # type: ignore[method-assign]


def wait_for_cancel(self, progress=None, cancelled=None) -> None:
    done = 0
    while not cancelled():
        done += 1
        progress(min(done, 99), 100)
        time.sleep(0.02)


if __name__ == "__main__":
    main()
