"""Extensions that make routes: which package each model in ``models/`` stands for. Data only."""

# Packages that behave as another one's model says.
ALIASES = {
    "flask_restplus": "flask_restx",
    "flask_classy": "flask_classful",
    "flask_combo_jsonapi": "flask_rest_jsonapi",
    "ConfigParser": "configparser",
}

# Names of classes of applications: a file that calls one may make an application.
APP_CLASSES = frozenset({"Flask", "APIFlask", "OpenAPI", "Dash", "Eve", "FlaskApp", "FlaskBase"})
