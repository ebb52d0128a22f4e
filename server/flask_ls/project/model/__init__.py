"""All facts -> what the project is."""

from flask_ls.project.model.project import ProjectModel

__all__ = ["ProjectModel"]
