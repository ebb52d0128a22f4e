"""Flask-Images: the page that gives resized pictures."""


class Images:
    def __init__(self, app=None):
        if app is not None:
            self.init_app(app)

    def init_app(self, app):
        app.config.setdefault("IMAGES_URL", "/imgsizer")
        app.config.setdefault("IMAGES_NAME", "images")
        app.add_url_rule(app.config["IMAGES_URL"] + "/<path:path>", app.config["IMAGES_NAME"], self.handle_request)

    def handle_request(self, path): ...


def resized_img_src(filename, **kwargs): ...
