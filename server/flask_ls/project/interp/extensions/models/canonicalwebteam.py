"""canonicalwebteam.flask-base: an application with the pages that all sites have."""

import os

import flask


class FlaskBase(flask.Flask):
    def __init__(
        self,
        name,
        service,
        favicon_url=None,
        template_404=None,
        template_500=None,
        enable_prometheus=True,
        csp_config=None,
        *args,
        **options,
    ):
        super().__init__(name, *args, **options)
        self.service = service
        self.route("/fish")(_view("fish_chips"))
        self.route("/_status/check")(_view("status_check"))
        if os.path.isfile(os.path.normpath(os.path.join(self.root_path, "../static", "favicon.ico"))) or favicon_url:
            self.route("/favicon.ico")(_view("favicon"))
        for rule, name in (
            ("/robots.txt", "robots"),
            ("/humans.txt", "humans"),
            ("/.well-known/security.txt", "security"),
        ):
            if os.path.isfile(os.path.normpath(os.path.join(self.root_path, "..", rule.rpartition("/")[2]))):
                self.route(rule)(_view(name))


def _view(name):
    def view(): ...

    view.__name__ = name
    return view


def get_flask_env(key, default=None, error=False):
    return os.environ.get("FLASK_" + key, os.environ.get(key, default))
