"""How the project is started and with which environment: deployment files read with positions.

``read_deployment(path, text)`` is a pure function; nothing is run and no variable of this process is looked at.
"""

from flask_ls.project.deploy.commands import Invocation, invocations
from flask_ls.project.deploy.document import Command, DeploymentFile, Kind, Variable, Word
from flask_ls.project.deploy.kinds import deployment_kind, is_deployment_path
from flask_ls.project.deploy.read import read_deployment

__all__ = [
    "Command",
    "DeploymentFile",
    "Invocation",
    "Kind",
    "Variable",
    "Word",
    "deployment_kind",
    "invocations",
    "is_deployment_path",
    "read_deployment",
]
