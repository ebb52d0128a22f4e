"""Error pages."""

from flask import Blueprint

bp = Blueprint("errors", __name__)


@bp.errorhandler(404)
def not_found(error):
    return "Nothing is sold here.", 404
