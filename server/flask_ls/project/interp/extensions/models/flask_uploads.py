"""Flask-Uploads and Flask-Reuploaded: a rule for uploaded files whose set has no URL of its own.

The former adds it always, the latter when the configuration asks for it.
"""

from flask import Blueprint
from flask_ls_primitives import used

uploads_mod = Blueprint("_uploads", __name__, url_prefix="/_uploads")


@uploads_mod.route("/<setname>/<path:filename>")
def uploaded_file(setname, filename): ...


class UploadSet:
    def __init__(self, name="files", extensions=(), default_dest=None):
        self.name = name
        self.default_dest = default_dest

    def url(self, filename): ...

    def path(self, filename, folder=None): ...

    def file_allowed(self, storage, basename): ...

    def save(self, storage, folder=None, name=None): ...


def _has_url(app, upload_set):
    prefix = "UPLOADED_" + upload_set.name.upper() + "_"
    if app.config.get(prefix + "URL") is not None:
        return True
    own = app.config.get(prefix + "DEST") is not None or upload_set.default_dest
    return not own and bool(app.config.get("UPLOADS_DEFAULT_URL"))


def configure_uploads(app, upload_sets):
    if isinstance(upload_sets, UploadSet):
        upload_sets = (upload_sets,)
    serves = app.config.get("UPLOADS_AUTOSERVE", False) if used("flask-reuploaded") else True
    if serves and "_uploads" not in app.blueprints and not all(_has_url(app, s) for s in upload_sets):
        app.register_blueprint(uploads_mod)


def patch_request_class(app, size=67108864): ...


TEXT = ("txt",)
DOCUMENTS = ("rtf", "odf", "ods", "gnumeric", "abw", "doc", "docx", "xls", "xlsx")
IMAGES = ("jpg", "jpe", "jpeg", "png", "gif", "svg", "bmp")
AUDIO = ("wav", "mp3", "aac", "ogg", "oga", "flac")
DATA = ("csv", "ini", "json", "plist", "xml", "yaml", "yml")
SCRIPTS = ("js", "php", "pl", "py", "rb", "sh")
ARCHIVES = ("gz", "bz2", "zip", "tar", "tgz", "txz", "7z")
EXECUTABLES = ("so", "exe", "dll")
DEFAULTS = TEXT + DOCUMENTS + IMAGES + DATA
ALL = DEFAULTS


class UploadNotAllowed(Exception): ...
