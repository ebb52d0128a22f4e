"""One file's text -> `FileFacts`: a pure function, safe to run in another process and to cache."""

from flask_ls.project.extract.file import EXTRACTOR_VERSION, extract

__all__ = ["EXTRACTOR_VERSION", "extract"]
