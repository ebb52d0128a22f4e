"""Flask-Sitemap: a blueprint with the map of the site."""

from flask import Blueprint


class Sitemap:
    def __init__(self, app=None, force_domain=None, command_name=None):
        self.app = None
        if app is not None:
            self.init_app(app)

    def init_app(self, app, command_name=None):
        self.app = app
        app.config.setdefault("SITEMAP_BLUEPRINT", "flask_sitemap")
        app.config.setdefault("SITEMAP_BLUEPRINT_URL_PREFIX", "/")
        app.config.setdefault("SITEMAP_ENDPOINT_URL", "/sitemap.xml")
        app.config.setdefault("SITEMAP_ENDPOINT_PAGE_URL", "/sitemap<int:page>.xml")
        if app.config.get("SITEMAP_BLUEPRINT"):
            blueprint = Blueprint(app.config.get("SITEMAP_BLUEPRINT"), __name__)
            blueprint.add_url_rule(app.config.get("SITEMAP_ENDPOINT_URL"), "sitemap", self.sitemap)
            blueprint.add_url_rule(app.config.get("SITEMAP_ENDPOINT_PAGE_URL"), "page", self.page)
            app.register_blueprint(blueprint, url_prefix=app.config.get("SITEMAP_BLUEPRINT_URL_PREFIX"))

    def sitemap(self): ...

    def page(self, page): ...

    def register_generator(self, generator):
        return generator

    def urlset(self): ...
