"""Commands -> what is really started: wrappers, shells and package runners looked through."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flask_ls.project.deploy.document import Command, Variable, Word
from flask_ls.project.deploy.shell import Text, parse_shell
from flask_ls.syntax.span import Span

# Programs that start the program named after their own options; value: options that take a word of their own.
_WRAPPERS: dict[str, frozenset[str]] = {
    "exec": frozenset({"-a"}),
    "sudo": frozenset({"-u", "-g", "-C", "--user", "--group"}),
    "gosu": frozenset(),
    "su-exec": frozenset(),
    "nohup": frozenset(),
    "command": frozenset(),
    "env": frozenset({"-u", "--unset", "-C", "--chdir"}),
    "nice": frozenset({"-n"}),
    "time": frozenset(),
    "timeout": frozenset({"-s", "-k"}),
    "tini": frozenset({"-e", "-p"}),
    "dumb-init": frozenset({"--rewrite", "-r"}),
    "catchsegv": frozenset(),
    "newrelic-admin": frozenset(),
    "ddtrace-run": frozenset(),
    "opentelemetry-instrument": frozenset(),
    "chamber": frozenset(),
    "doppler": frozenset(),
    "dotenv": frozenset({"-f", "--file"}),
    "start-stop-daemon": frozenset({"--pidfile", "--chdir", "--user"}),
}
# Runners with a sub-command before the program: `poetry run flask`.
_RUNNERS: dict[str, frozenset[str]] = {
    "poetry": frozenset({"run"}),
    "pipenv": frozenset({"run"}),
    "uv": frozenset({"run"}),
    "pdm": frozenset({"run"}),
    "hatch": frozenset({"run"}),
    "rye": frozenset({"run"}),
    "conda": frozenset({"run"}),
    "micromamba": frozenset({"run"}),
    "newrelic-admin": frozenset({"run-program"}),
    "doppler": frozenset({"run"}),
    "dotenv": frozenset({"run"}),
}
_RUNNER_VALUES = frozenset(
    {"-n", "--name", "-p", "--prefix", "--project", "--directory", "--with", "--python", "--env-file"}
)
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})
_PYTHON = re.compile(r"(python|pypy)[0-9.]*(\.exe)?")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")


@dataclass(frozen=True, slots=True)
class Invocation:
    """A program that a command starts. ``program`` is the bare name; for ``python -m flask`` it is ``flask``.

    ``through_python`` says it is started as ``python -m``; ``script`` is the file of ``python script.py``.
    ``arguments`` are the words after it. ``span`` is the whole command, ``words`` what is left of it without wrappers
    (``exec``, ``poetry run``), and ``first`` the first word of that.
    """

    program: str
    arguments: tuple[Word, ...]
    span: Span
    variables: tuple[Variable, ...] = ()
    through_python: bool = False
    script: Word | None = None
    words: Span = Span(0, 0)
    first: str = ""

    @property
    def texts(self) -> list[str]:
        """The arguments' texts."""
        return [a.text for a in self.arguments]


def invocations(command: Command) -> Iterator[Invocation]:
    """The programs that a command starts, in order, with the variables that are set for each."""
    yield from _invoke(command.words, command.variables, command.span, 8)


def joined(entrypoint: Command, arguments: Command) -> Command:
    """What an entry point in exec form starts: its words, then those of the command, which are its arguments.

    A script as entry point usually ends in ``exec "$@"``, so the command stays one of its own.
    """
    last = entrypoint.words[-1].text if entrypoint.words else ""
    if not entrypoint.words or last.endswith((".sh", ".bash")) or "entrypoint" in entrypoint.words[0].text:
        return arguments
    words, _ = _unwrap(entrypoint.words, ())
    if not words or posixpath.basename(words[0].text) in _SHELLS:
        return arguments
    return Command((*entrypoint.words, *arguments.words), arguments.span, arguments.role, arguments.owner)


def container_variables(command: Command) -> Iterator[Variable]:
    """What ``docker run -e NAME=value`` sets in the container."""
    for invocation in invocations(command):
        if invocation.program not in ("docker", "podman") or not {"run", "create"} & set(invocation.texts[:2]):
            continue
        for option, word in zip(invocation.arguments, invocation.arguments[1:], strict=False):
            if option.text in ("-e", "--env") and _ASSIGNMENT.match(word.text):
                yield _assigned(word)


def _invoke(words: Sequence[Word], variables: tuple[Variable, ...], span: Span, left: int) -> Iterator[Invocation]:
    words, variables = _unwrap(words, variables)
    if not words or left <= 0:
        return
    name = posixpath.basename(words[0].text.replace("\\", "/"))
    if name in _SHELLS:
        script = _shell_script(words[1:])
        if script is not None:
            text = Text.at(script.text, script.inner.start) if script.inner else Text.within(script.text, script.span)
            for simple in parse_shell(text):
                inner = (*variables, *simple.variables)
                yield from _invoke(simple.words, inner, simple.span, left - 1)
            return
    arguments = tuple(words[1:])
    whole = Span(min(words[0].span.start, span.start), max(words[-1].span.end, span.end))
    core = Span(words[0].span.start, words[-1].span.end)
    found = _python(arguments, variables, whole) if _PYTHON.fullmatch(name) else None
    for invocation in found if found is not None else [Invocation(name, arguments, whole, variables)]:
        yield replace(invocation, words=core, first=words[0].text)


def _python(arguments: tuple[Word, ...], variables: tuple[Variable, ...], span: Span) -> Iterator[Invocation]:
    position = 0
    while position < len(arguments) and arguments[position].text.startswith("-"):
        option = arguments[position].text
        if option == "-m" and position + 1 < len(arguments):
            module = arguments[position + 1].text
            yield Invocation(module, arguments[position + 2 :], span, variables, through_python=True)
            return
        if option.startswith("-m") and len(option) > 2:
            yield Invocation(option[2:], arguments[position + 1 :], span, variables, through_python=True)
            return
        if option == "-c":
            return
        position += 2 if option in ("-W", "-X") else 1
    if position < len(arguments):
        script = arguments[position]
        yield Invocation("python", arguments[position + 1 :], span, variables, script=script)


def _shell_script(arguments: Sequence[Word]) -> Word | None:
    for position, argument in enumerate(arguments):
        if not argument.text.startswith("-"):
            return None
        if "c" in argument.text[1:] and not argument.text.startswith("--"):
            return arguments[position + 1] if position + 1 < len(arguments) else None
    return None


def _unwrap(words: Sequence[Word], variables: tuple[Variable, ...]) -> tuple[Sequence[Word], tuple[Variable, ...]]:
    for _ in range(12):
        if not words:
            break
        name = posixpath.basename(words[0].text)
        if name in _RUNNERS:
            position = _subcommand(words, _RUNNERS[name])
            if position is None:
                break
            words = _without_options(words[position + 1 :], _RUNNER_VALUES)
        elif name in _WRAPPERS:
            words = _without_options(words[1:], _WRAPPERS[name])
            if name in ("gosu", "su-exec", "timeout") and words:
                words = words[1:]
        else:
            break
        if name in ("env", "exec", "dotenv", "sudo"):
            while words and _ASSIGNMENT.match(words[0].text):
                variables = (*variables, _assigned(words[0]))
                words = words[1:]
    return words, variables


def _subcommand(words: Sequence[Word], names: frozenset[str]) -> int | None:
    for position, word in enumerate(words[1:], 1):
        if word.text in names:
            return position
        if not word.text.startswith("-") and words[position - 1].text not in _RUNNER_VALUES:
            return None
    return None


def _without_options(words: Sequence[Word], with_value: frozenset[str]) -> Sequence[Word]:
    position = 0
    while position < len(words) and words[position].text.startswith("-"):
        if words[position].text == "--":
            position += 1
            break
        position += 2 if words[position].text in with_value else 1
    return words[position:]


def _assigned(word: Word) -> Variable:
    name, _, value = word.text.partition("=")
    start = word.inner.start if word.inner else word.span.start
    end = word.inner.end if word.inner else word.span.end
    split = start + len(name)
    return Variable(name, value, word.span, Span(start, split), Span(min(split + 1, end), end), expands=word.expands)
