"""``flask-ls rule``: what the rule files say, for the terminal and for other programs."""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Iterator
from typing import Any

from flask_ls.cli.errors import CommandError
from flask_ls.cli.formats import write
from flask_ls.features.documentation import page, plain
from flask_ls.rules.registry import all_rules, find
from flask_ls.rules.rule import Rule


def run(options: argparse.Namespace) -> int:
    """Print one rule or all of them; the exit status."""
    if options.all == (options.rule is not None):
        raise CommandError("rule: give either the code or name of one rule, or --all.")
    rules = list(all_rules()) if options.all else [_rule(options.rule)]
    if options.output_format == "json":
        data = [_data(rule) for rule in rules]
        text = json.dumps(data if options.all else data[0], indent=2)
        write(iter([text]), sys.stdout)
    elif options.output_format == "markdown":
        write(iter("\n---\n\n".join(map(page, rules)).rstrip("\n").split("\n")), sys.stdout)
    elif options.all:
        write(_table(rules), sys.stdout)
    else:
        write(iter(plain(page(rules[0])).rstrip("\n").split("\n")), sys.stdout)
    return 0


def _rule(written: str) -> Rule:
    rule = find(written)
    if rule is None:
        known = [*(r.code for r in all_rules()), *(r.name for r in all_rules())]
        close = difflib.get_close_matches(written.upper(), known, 1) or difflib.get_close_matches(written, known, 1)
        hint = f" Did you mean {close[0]}?" if close else " `flask-ls rule --all` lists them."
        raise CommandError(f"rule: no rule has the code or name {written!r}.{hint}")
    return rule


def _table(rules: list[Rule]) -> Iterator[str]:
    width = max((len(rule.name) for rule in rules), default=0)
    chapter = ""
    for rule in sorted(rules, key=lambda r: (r.chapter, r.code)):
        if rule.chapter != chapter:
            if chapter:
                yield ""
            chapter = rule.chapter
            yield chapter.replace("-", " ").capitalize()
        default = "" if rule.default else "  (off by default)"
        yield f"  {rule.code}  {rule.severity.value:<11}  {rule.name:<{width}}{default}".rstrip()


def _data(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "chapter": rule.chapter,
        "severity": rule.severity.value,
        "default": rule.default,
        "fixable": any(example.fixed is not None for example in rule.bad),
        "what": rule.what,
        "why": rule.why,
        "instead": rule.instead,
        "quiet": rule.quiet,
        "error_text": rule.error_text,
        "guide": list(rule.guide),
        "overlaps": list(rule.overlaps),
        "notes": [{"when": note.when, "text": note.text} for note in rule.notes],
        "url": rule.url,
    }
