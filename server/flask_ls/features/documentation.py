"""A rule as text: the section of a hover, a whole page, and both without markup.

Everything comes from the rule's own file. Markdown is the CommonMark subset that editors show: headings, emphasis,
code, links, fenced blocks.
"""

from __future__ import annotations

import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from flask_ls.rules.examples import Bad, Good, files_of
from flask_ls.rules.rule import Note, Rule

_KEPT = re.compile(
    r"(?P<ticks>`+)(?P<code>[^`\n]|[^`\n].*?[^`\n])(?P=ticks)(?!`)"
    r"|\[(?P<text>(?:\\.|[^\]\\])*)\]\((?P<url>[^()\s]*)\)"
    r"|\\(?P<escaped>[\\`*_\[\]<>#|])"
)
_STRONG = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?![\w*])")
_FENCE = re.compile(r"^(```+)\w*$")
_HEADING = re.compile(r"^#+ ")


def summary(rule: Rule, flask: Version | None = None) -> str:
    """The rule as a hover section in Markdown: what, why, instead, the error, what holds for this Flask, the link.

    ``flask`` is the installed version; without it the notes about versions are all given, each with its range.
    """
    parts = [f"**{rule.code}** · {rule.name}", _markdown(rule.what), _markdown(rule.why)]
    if rule.instead:
        parts.append(f"**Instead:** {_markdown(rule.instead)}")
    if rule.error_text:
        parts.append(f"At run time: {code(rule.error_text)}")
    parts += [_note(note, flask) for note in rule.notes if applies(note, flask)]
    parts.append(f"[Documentation of {rule.code}]({rule.url})")
    return "\n\n".join(p for p in parts if p)


def page(rule: Rule) -> str:
    """The rule's whole page in Markdown: the texts, the notes about versions and the examples with their fixes."""
    default = "on by default" if rule.default else "off by default"
    parts = [f"# {rule.name} ({rule.code})", f"Severity: {rule.severity.value}, {default}.", _markdown(rule.what)]
    texts = {"Why": rule.why, "Instead": rule.instead, "The fix": rule.fix, "When it stays quiet": rule.quiet}
    for heading, text in texts.items():
        if text:
            parts += [f"## {heading}", _markdown(text[:1].upper() + text[1:])]
    if rule.error_text:
        parts += ["## The error", block(rule.error_text, "text")]
    if rule.notes:
        parts += ["## Flask versions", *(_note(note, None) for note in rule.notes)]
    if rule.bad:
        first, *others = rule.bad
        parts += ["## Found", *_bad(first)]
        parts += [p for example in others for p in ("Also found:", *_bad(example))]
    if rule.good:
        parts += ["## Not found", *(p for example in rule.good for p in _good(example))]
    parts += _references(rule)
    return "\n\n".join(p for p in parts if p) + "\n"


def plain(markdown: str) -> str:
    """The same text without markup, for terminals and for editors that do not show Markdown."""
    lines: list[str] = []
    fenced = False
    for line in markdown.split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
        elif fenced:
            lines.append(f"    {line}" if line else "")
        elif line == "---":
            lines.append("-" * 8)
        else:
            lines.append(_plain_line(line))
    return "\n".join(lines)


def code(text: str) -> str:
    """``text`` as inline code, whatever backticks it has."""
    text = " ".join(text.split())
    if "`" not in text:
        return f"`{text}`"
    fence = "`" * (max(len(run) for run in re.findall(r"`+", text)) + 1)
    return f"{fence} {text} {fence}"


def block(text: str, language: str = "python") -> str:
    """``text`` as a fenced block."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def escape(text: str) -> str:
    """``text`` of the user's program for use outside of code: nothing in it is markup."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", text)


def applies(note: Note, flask: Version | None) -> bool:
    """Whether a note holds for this Flask; one with a range nobody can read is always given."""
    if flask is None:
        return True
    try:
        return SpecifierSet(note.when).contains(flask, prereleases=True)
    except InvalidSpecifier:
        return True


def _note(note: Note, flask: Version | None) -> str:
    label = f"Flask {note.when}" if flask is None else f"Flask {flask}"
    return f"*{label}:* {_markdown(note.text)}"


def _markdown(text: str) -> str:
    """A rule's docstring writes code between double backticks, Markdown between single ones."""
    return re.sub(r"``([^`]+)``", r"`\1`", text)


def _bad(example: Bad) -> list[str]:
    parts = [_markdown(example.title), *_files(example.code)]
    if example.fixed is not None:
        parts += ["After the fix:", *_files(example.fixed)]
    return parts


def _good(example: Good) -> list[str]:
    return [_markdown(example.title), *_files(example.code)]


def _files(text: str) -> list[str]:
    files = files_of(text)
    if len(files) == 1:
        return [block(next(iter(files.values())))]
    parts: list[str] = []
    for path, content in files.items():
        parts += [f"`{path}`", block(content, "python" if path.endswith(".py") else "")]
    return parts


def _references(rule: Rule) -> list[str]:
    if not rule.overlaps:
        return []
    return ["## Similar rules", "\n".join(f"- {name}" for name in rule.overlaps)]


def _plain_line(line: str) -> str:
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        """Put what emphasis must not look into aside."""
        if match["code"] is not None:
            text = match["code"].strip() if match["ticks"] != "`" else match["code"]
        elif match["text"] is not None:
            text = _plain_line(match["text"])
            text += f" <{match['url']}>" if match["url"].startswith("http") else ""
        else:
            text = match["escaped"]
        kept.append(text)
        return f"\x00{len(kept) - 1}\x00"

    line = _KEPT.sub(keep, _HEADING.sub("", line))
    line = _EMPHASIS.sub(r"\1", _STRONG.sub(r"\1", line))
    return re.sub("\x00(\\d+)\x00", lambda match: kept[int(match[1])], line)
