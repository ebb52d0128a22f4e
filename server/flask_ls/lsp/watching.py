"""Which saved files the client is asked to watch."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from lsprotocol import types

from flask_ls.lsp.settings import SECTION

if TYPE_CHECKING:
    from flask_ls.lsp.session import Session

log = logging.getLogger(__name__)

PATTERNS = (
    "**/*.py",
    "**/*.{html,htm,jinja,jinja2,j2}",
    "**/*.{toml,cfg,ini,conf,service,sh,bash,mk,env,yml,yaml}",
    "**/{.env,.env.*,.envrc,.flaskenv,.gitignore,pyvenv.cfg,Makefile,app.json,railway.json,*config*.json,*settings*.json}",
    "**/{Dockerfile,Containerfile,Procfile}*",
    "**/*.{Dockerfile,dockerfile,Procfile}",
    "**/{requirement*.txt,requirements*.in,constraints*.txt,Pipfile.lock,poetry.lock,uv.lock,pdm.lock}",
)


async def register(session: Session) -> None:
    """Ask the client for notifications of changed files and settings, where it takes such requests."""
    registrations = []
    if session.client.registers_watchers:
        watchers = [types.FileSystemWatcher(glob_pattern=pattern) for pattern in PATTERNS]
        registrations.append(
            types.Registration(
                id="flask-ls.files",
                method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                register_options=types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers),
            )
        )
    if session.client.registers_configuration:
        registrations.append(
            types.Registration(
                id="flask-ls.settings",
                method=types.WORKSPACE_DID_CHANGE_CONFIGURATION,
                register_options=types.DidChangeConfigurationRegistrationOptions(section=SECTION),
            )
        )
    if not registrations:
        return
    try:
        await session.server.client_register_capability_async(types.RegistrationParams(registrations))
    except Exception as error:
        log.warning("the client does not watch files: %s", error)
