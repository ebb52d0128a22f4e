"""All facts -> what the project is."""

from flask_ls.project.model.kept import NotYet
from flask_ls.project.model.parts import union
from flask_ls.project.model.project import ProjectModel

__all__ = ["NotYet", "ProjectModel", "union"]
