"""``workspace/executeCommand``: commands that work in every editor."""

from __future__ import annotations

import logging
import platform
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

import flask_ls
from flask_ls.features.documentation import page, plain, summary
from flask_ls.lsp.client import Client
from flask_ls.lsp.language_server import FlaskLanguageServer
from flask_ls.rules.registry import all_rules, find
from flask_ls.rules.rule import Rule

log = logging.getLogger(__name__)

EXPLAIN_RULE = "flask-ls.explainRule"
OPEN_DOCUMENTATION = "flask-ls.openDocumentation"
SHOW_STATUS = "flask-ls.showStatus"
DEBUG_INFORMATION = "flask-ls.debugInformation"


def documentation_command(client: Client, code: str, title: str) -> types.Command:
    """The command that shows a rule's documentation in this client."""
    command = EXPLAIN_RULE if client.shows_documentation else OPEN_DOCUMENTATION
    return types.Command(title=title, command=command, arguments=[code])


def explain_rule(ls: FlaskLanguageServer, *arguments: Any) -> str:
    """Answers the page of a rule (its code or name) as Markdown."""
    return page(_rule(arguments))


async def open_documentation(ls: FlaskLanguageServer, *arguments: Any) -> None:
    """Shows the page of a rule in the browser, or what it says in a message where the client opens no pages."""
    rule = _rule(arguments)
    if ls.session.client.shows_documents:
        shown = await ls.window_show_document_async(types.ShowDocumentParams(uri=rule.url, external=True))
        if shown.success:
            return
    ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, plain(summary(rule))))


async def show_status(ls: FlaskLanguageServer, *arguments: Any) -> dict[str, Any]:
    """Shows and answers what is known of the workspace: ``text``, ``detail``, ``severity``, ``busy``."""
    shown = await ls.session.status.current()
    text = "\n".join(part for part in (shown.text, shown.detail) if part)
    ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, f"Flask: {text}"))
    return {"text": shown.text, "detail": shown.detail, "severity": shown.severity, "busy": shown.busy}


async def debug_information(ls: FlaskLanguageServer, *arguments: Any) -> str:
    """Writes to the log and answers, as Markdown, what a report of a problem needs; no text of the user's program."""
    session = ls.session
    shown = await session.status.current()
    lines = [
        f"flask-ls {flask_ls.__version__}, Python {platform.python_version()} on {platform.platform()}",
        f"client: {session.client.name or 'unknown'}, positions in {session.documents.encoding}",
        f"diagnostics: {'pulled' if session.client.pulls_diagnostics else 'pushed'} {session.settings.diagnostic_mode}",
        f"trusted: {session.trusted}, rules: {len(all_rules())}, open documents: {len(list(session.documents))}",
        *(f"folder: {folder.path}" for folder in session.folders),
        shown.text,
        *shown.detail.split("\n"),
    ]
    log.info("debug information\n%s", "\n".join(lines))
    return "\n".join(f"- {line}" for line in lines if line)


COMMANDS = {
    EXPLAIN_RULE: explain_rule,
    OPEN_DOCUMENTATION: open_documentation,
    SHOW_STATUS: show_status,
    DEBUG_INFORMATION: debug_information,
}


def _rule(arguments: tuple[Any, ...]) -> Rule:
    rule = find(arguments[0]) if arguments and isinstance(arguments[0], str) else None
    if rule is None:
        raise JsonRpcInvalidParams(f"there is no rule {arguments[0] if arguments else ''!r}")
    return rule
