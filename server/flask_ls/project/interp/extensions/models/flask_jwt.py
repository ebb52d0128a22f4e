"""Flask-JWT: the page that gives out tokens."""


def _default_auth_request_handler(): ...


class JWT:
    def __init__(self, app=None, authentication_handler=None, identity_handler=None):
        self.auth_request_callback = _default_auth_request_handler
        if app is not None:
            self.init_app(app)

    def init_app(self, app):
        app.config.setdefault("JWT_AUTH_ENDPOINT", "jwt")
        app.config.setdefault("JWT_AUTH_URL_RULE", "/auth")
        rule = app.config.get("JWT_AUTH_URL_RULE", None)
        if rule:
            options = app.config.get("JWT_AUTH_URL_OPTIONS", {"methods": ["POST"]})
            options.setdefault("view_func", self.auth_request_callback)
            app.add_url_rule(rule, **options)

    def auth_request_handler(self, callback):
        self.auth_request_callback = callback
        return callback

    def authentication_handler(self, callback):
        return callback

    identity_handler = auth_response_handler = jwt_encode_handler = jwt_decode_handler = authentication_handler
    jwt_headers_handler = jwt_payload_handler = jwt_error_handler = request_handler = error_handler = (
        authentication_handler
    )


def jwt_required(realm=None):
    return lambda func: func
