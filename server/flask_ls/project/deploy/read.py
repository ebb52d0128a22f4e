"""Path and text -> `DeploymentFile`."""

from __future__ import annotations

from flask_ls.project.deploy.commands import container_variables
from flask_ls.project.deploy.dockerfile import dockerfile_contents
from flask_ls.project.deploy.document import Command, DeploymentFile, Variable
from flask_ls.project.deploy.gunicorn import gunicorn_contents
from flask_ls.project.deploy.ini_files import (
    supervisor_contents,
    systemd_contents,
    toml_contents,
    uwsgi_contents,
)
from flask_ls.project.deploy.kinds import deployment_kind, is_development_path
from flask_ls.project.deploy.settings_files import settings_contents
from flask_ls.project.deploy.text_formats import (
    dotenv_variables,
    makefile_contents,
    procfile_commands,
    shell_contents,
)

# Larger ones are generated or data; they are not read.
MAX_LENGTH = 500_000


def read_deployment(path: str, text: str) -> DeploymentFile | None:
    """What a deployment file says; None when the name is not that of one. Never raises on any text."""
    kind = deployment_kind(path)
    if kind is None:
        return None
    variables: list[Variable] = []
    commands: list[Command] = []
    settings: list[Variable] = []
    problem = ""
    if len(text) > MAX_LENGTH:
        problem = "The file is too large to be read."
    elif kind == "dotenv":
        variables = list(dotenv_variables(text))
    elif kind == "dockerfile":
        variables, commands = dockerfile_contents(text)
    elif kind in ("compose", "descriptor", "workflow"):
        # Only here: a project without such a file need not pay for the YAML library.
        from flask_ls.project.deploy.yaml_files import yaml_contents

        variables, commands, problem = yaml_contents(text, kind)
    elif kind == "procfile":
        commands = list(procfile_commands(text))
    elif kind == "systemd":
        variables, commands = systemd_contents(text)
    elif kind == "supervisor":
        variables, commands = supervisor_contents(text)
    elif kind == "uwsgi":
        variables, settings = uwsgi_contents(text)
    elif kind == "shell":
        variables, commands = shell_contents(text)
    elif kind == "makefile":
        variables, commands = makefile_contents(text)
    elif kind == "settings":
        settings = settings_contents(path, text)
    elif kind == "toml":
        variables, commands = toml_contents(text)
    else:
        variables, settings = gunicorn_contents(text)
    for command in commands:
        variables.extend(v for v in (*command.variables, *container_variables(command)) if v not in variables)
    return DeploymentFile(
        path, kind, tuple(variables), tuple(commands), tuple(settings), is_development_path(path), problem
    )
