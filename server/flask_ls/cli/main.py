"""Options, sub-commands and exit codes: 0 nothing found, 1 findings, 2 the command failed, 130 interrupted."""

from __future__ import annotations

import argparse
import contextlib
import gc
import logging
import os
import sys
from collections.abc import Sequence

from flask_ls import __version__
from flask_ls.cli.errors import CommandError

OK, FOUND, FAILED, INTERRUPTED = 0, 1, 2, 130


def run(arguments: Sequence[str]) -> int:
    """Run one command; its exit status."""
    # A stream that was closed before the start is None.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    try:
        options = parser().parse_args(arguments)
    except SystemExit as leaving:  # argparse has said what was wrong
        return leaving.code if isinstance(leaving.code, int) else FAILED
    if options.command is None:
        parser().print_help()
        return FAILED
    try:
        status = _command(options)
        sys.stdout.flush()
    except CommandError as error:
        _say(f"flask-ls: {error}")
        return FAILED
    except OSError as error:
        # What is left to flush at exit has nowhere to go.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return OK  # the reader has seen enough (`| head`)
        _say(f"flask-ls: {error.filename or 'the output cannot be written'}: {error.strerror}.")
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _command(options: argparse.Namespace) -> int:
    if options.command == "server":
        from importlib import import_module

        result = import_module("flask_ls.lsp.server").main()
        return int(result or 0)
    # A command lives for a moment and makes few cycles; collecting them costs more than it frees.
    gc.disable()
    _log_to_standard_error(options)
    if options.command == "check":
        from flask_ls.cli.check import run as run_check

        return run_check(options)
    if options.command == "rule":
        from flask_ls.cli.rule import run as run_rule

        return run_rule(options)
    if options.command == "routes":
        from flask_ls.cli.routes import run as run_routes

        return run_routes(options)
    from flask_ls.cli.config import run as run_config

    return run_config(options)


def parser() -> argparse.ArgumentParser:
    """All options of all commands."""
    top = argparse.ArgumentParser(
        prog="flask-ls",
        description="Finds mistakes in Flask applications without running them, and shows their routes.",
    )
    top.add_argument("--version", action="version", version=f"flask-ls {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    _check(commands.add_parser("check", help="find mistakes", description="Find mistakes in Flask applications."))
    _routes(commands.add_parser("routes", help="show the URL rules", description="Show the URL rules of applications."))
    _rule(commands.add_parser("rule", help="explain a rule", description="Explain one rule, or list all of them."))
    _config(commands.add_parser("config", help="show the settings", description="Show the settings in force."))
    server = commands.add_parser("server", help="start the language server on standard input and output")
    server.add_argument("--stdio", action="store_true", help="the only transport, accepted for editors that ask for it")
    return top


def _check(command: argparse.ArgumentParser) -> None:
    command.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: the current folder)")
    _format(command, ("full", "concise", "json", "github"), "full")
    chosen = command.add_argument_group("which rules")
    for name, text in (
        ("--select", "codes or prefixes of the rules to run, or ALL"),
        ("--extend-select", "rules to run besides those of the settings"),
        ("--ignore", "rules not to run"),
    ):
        chosen.add_argument(name, metavar="CODE,...", type=_codes, action="extend", help=text)
    fixing = command.add_argument_group("fixing")
    fixing.add_argument("--fix", action="store_true", help="apply the safe fixes")
    fixing.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: the unsafe ones, too")
    fixing.add_argument("--diff", action="store_true", help="show what --fix would change, and change nothing")
    command.add_argument("--exit-zero", action="store_true", help="exit with 0 even if there are findings")
    command.add_argument("--statistics", action="store_true", help="count findings by rule instead of listing them")
    command.add_argument("--no-cache", action="store_true", help="neither use nor store results of earlier runs")
    command.add_argument("-q", "--quiet", action="store_true", help="findings only, no summary and no progress")
    _settings(command)


def _routes(command: argparse.ArgumentParser) -> None:
    command.add_argument("path", nargs="?", default=".", metavar="PATH", help="folder (default: the current one)")
    _format(command, ("table", "json", "tree", "markdown"), "table")
    command.add_argument("--app", metavar="NAME", help="only this application, as for `flask --app`")
    command.add_argument(
        "-s",
        "--sort",
        choices=("endpoint", "methods", "rule", "match", "domain"),
        default="endpoint",
        help="as for `flask routes` (match: the order of registration)",
    )
    command.add_argument("--no-cache", action="store_true", help="neither use nor store results of earlier runs")
    _settings(command)


def _rule(command: argparse.ArgumentParser) -> None:
    command.add_argument("rule", nargs="?", metavar="CODE", help="code or name, e.g. FLK905")
    command.add_argument("--all", action="store_true", help="all rules")
    _format(command, ("text", "json", "markdown"), "text")


def _config(command: argparse.ArgumentParser) -> None:
    command.add_argument("path", nargs="?", default=".", metavar="PATH", help="folder (default: the current one)")
    _format(command, ("text", "json"), "text")
    _settings(command)


def _settings(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("settings")
    group.add_argument("--config", metavar="FILE", help="read the settings from this TOML file")
    group.add_argument("--isolated", action="store_true", help="ignore all configuration files")
    group.add_argument("-v", "--verbose", action="store_true", help="say more when something goes wrong inside")


def _format(command: argparse.ArgumentParser, choices: tuple[str, ...], default: str) -> None:
    command.add_argument("--output-format", choices=choices, default=default, help=f"default: {default}")


def _codes(text: str) -> list[str]:
    return [code.strip().upper() for code in text.split(",") if code.strip()]


class _OneLine(logging.Formatter):
    """A problem inside this program as one line; the traceback is for those who ask for it."""

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            text = f"{text}: {type(error).__name__}: {error} (a mistake of flask-ls; -v shows more)"
        return f"flask-ls: {text}"


def _log_to_standard_error(options: argparse.Namespace) -> None:
    handler = logging.StreamHandler()
    if not getattr(options, "verbose", False):
        handler.setFormatter(_OneLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


def _say(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr)
