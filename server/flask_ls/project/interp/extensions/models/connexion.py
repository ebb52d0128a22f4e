"""connexion 2: a Flask app with a route for each operation of its specifications."""

import os.path
import re

import flask
import yaml
from flask_ls_primitives import installed, major_version, named_object, unreadable, used

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
CONVERTERS = {"integer": "int", "number": "float", "path": "path"}


class Resolver:
    def __init__(self, function_resolver=named_object):
        self.function_resolver = function_resolver

    def operation_id(self, operation, path, method, controller):
        name = operation.get("operationId")
        return name if controller is None else f"{controller}.{name}"


class RelativeResolver(Resolver):
    def __init__(self, root_path, function_resolver=named_object):
        super().__init__(function_resolver)
        self.root_path = root_path if isinstance(root_path, str) else root_path.__name__

    def operation_id(self, operation, path, method, controller):
        return f"{self.root_path if controller is None else controller}.{operation.get('operationId')}"


class RestyResolver(Resolver):
    def __init__(self, default_module_name, collection_endpoint_name="search"):
        super().__init__()
        self.default_module_name = default_module_name
        self.collection_endpoint_name = collection_endpoint_name

    def operation_id(self, operation, path, method, controller):
        if operation.get("operationId"):
            return super().operation_id(operation, path, method, controller)
        parts = [part for part in path.split("/") if part]
        resource = ".".join(part for part in parts if part[0] != "{" or part[-1] != "}").replace("-", "_")
        name = self.default_module_name
        if controller:
            name = controller
        elif resource:
            name = f"{name}.{resource}"
        of_many = method == "get" and resource and not (parts[-1][0] == "{" and parts[-1][-1] == "}")
        return f"{name}.{self.collection_endpoint_name if of_many else method}"


class FlaskApp:
    def __init__(self, import_name, server="flask", extra_files=None, **options):
        server_args = options.get("server_args")
        self.app = flask.Flask(import_name, **({} if server_args is None else server_args))
        self.specification_dir = os.path.join(self.app.root_path, options.get("specification_dir", ""))
        self.arguments = options.get("arguments")
        self.resolver = options.get("resolver")
        self.auth_all_paths = options.get("auth_all_paths", False)
        self.options = options.get("options") or {}

    def add_api(self, specification, base_path=None, arguments=None, auth_all_paths=None, **more):
        version = major_version("connexion")
        if version is None:
            unreadable(self.app, "connexion adds its routes only when it starts from version 3 on")
        elif version > 2:
            unreadable(self.app, "connexion adds a route for each operation of a specification when it starts")
            return
        specification = self.load(specification, arguments)
        if specification is None:
            unreadable(self.app, "connexion adds a route for each operation of a specification that cannot be read")
            return
        resolver = more.get("resolver") or self.resolver
        if resolver is None or not isinstance(resolver, Resolver):
            resolver = Resolver(resolver) if callable(resolver) else Resolver()
        options = {**self.options, **(more.get("options") or {})}
        base_path = base_path_of(specification).rstrip("/") if base_path is None else base_path
        blueprint = flask.Blueprint(base_path.replace(".", "_"), "connexion.apis.flask_api", url_prefix=base_path)
        self.add_documentation(blueprint, specification, options)
        for path, item in (specification.get("paths") or {}).items():
            item = resolved(specification, item)
            if item is None:
                unreadable(self.app, "a path of a specification is in another file")
                continue
            for method, operation in item.items():
                if method in METHODS:
                    self.add_operation(blueprint, specification, path, item, method, operation, resolver)
        if self.auth_all_paths if auth_all_paths is None else auth_all_paths:
            blueprint.add_url_rule("/<path:invalid_path>", f"{blueprint.name}_not_found", not_found)
        self.app.register_blueprint(blueprint)

    def load(self, specification, arguments):
        if isinstance(specification, dict):
            return specification
        with open(os.path.join(self.specification_dir, specification)) as file:
            text = file.read()
        # The text is a template; what its values become is not followed.
        if not isinstance(text, str) or "{{" in text or "{%" in text:
            return None
        loaded = yaml.safe_load(text)
        return loaded if isinstance(loaded, dict) else None

    def add_documentation(self, blueprint, specification, options):
        is_new = str(specification.get("openapi", specification.get("swagger"))) >= "3"
        if options.get("serve_spec", options.get("swagger_json", True)):
            path = options.get("openapi_spec_path", "/openapi.json" if is_new else "/swagger.json")
            blueprint.add_url_rule(path, f"{blueprint.name}_openapi_json", get_json_spec)
            if path.endswith("json"):
                blueprint.add_url_rule(path[:-4] + "yaml", f"{blueprint.name}_openapi_yaml", get_yaml_spec)
        if options.get("swagger_ui", True) and (options.get("swagger_path") or has_page()):
            folder = options.get("swagger_url", "/ui").strip("/")
            if options.get("swagger_ui_config") is not None:
                name = f"{blueprint.name}_swagger_ui_config"
                blueprint.add_url_rule(f"/{folder}/swagger-ui-config.json", name, console_ui_config)
            name = f"{blueprint.name}_swagger_ui_static"
            blueprint.add_url_rule(f"/{folder}/<path:filename>", name, console_ui_static_files)
            blueprint.add_url_rule(f"/{folder}/", f"{blueprint.name}_swagger_ui_index", console_ui_home)

    def add_operation(self, blueprint, specification, path, item, method, operation, resolver):
        controller = operation.get("x-swagger-router-controller", operation.get("x-openapi-router-controller"))
        name = resolver.operation_id(operation, path, method, controller)
        types = {}
        for parameter in [*operation.get("parameters", []), *item.get("parameters", [])]:
            parameter = resolved(specification, parameter)
            if parameter is None:
                unreadable(self.app, "a parameter of a specification is in another file")
            elif parameter.get("in") == "path":
                schema = resolved(specification, parameter.get("schema", parameter)) or {}
                is_path = schema.get("type") == "string" and schema.get("format") == "path"
                types[parameter["name"]] = "path" if is_path else schema.get("type")

        def convert(match):
            converter = CONVERTERS.get(types.get(match.group(1)))
            name = match.group(1).replace("-", "_")
            return f"<{converter}:{name}>" if converter else f"<{name}>"

        rule = re.sub(r"\{([^}]*)\}", convert, path)
        view = resolver.function_resolver(name)
        blueprint.add_url_rule(rule, name.replace(".", "_"), view, methods=[method])

    def add_url_rule(self, rule, endpoint=None, view_func=None, **options):
        self.app.add_url_rule(rule, endpoint, view_func, **options)

    def route(self, rule, **options):
        return self.app.route(rule, **options)

    def add_error_handler(self, error_code, function): ...

    def run(self, *args, **options): ...


App = FlaskApp


def base_path_of(specification):
    if "openapi" not in specification:
        return specification.get("basePath", "")
    servers = specification.get("servers", [])
    if not servers:
        return ""
    url = servers[0]["url"]
    for name, variable in servers[0].get("variables", {}).items():
        url = url.replace("{" + name + "}", variable["default"])
    return re.split("[?#]", re.sub("^([A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*", "", url))[0]


def resolved(specification, item):
    """What a part of a specification refers to; None where that is in another file."""
    reference = item.get("$ref")
    if reference is None:
        return item
    if not reference.startswith("#/"):
        return None
    for part in reference[2:].split("/"):
        specification = specification[part.replace("~1", "/").replace("~0", "~")]
    return resolved(specification, specification)


def has_page():
    return used("swagger-ui-bundle") or installed("swagger_ui_bundle")


def get_json_spec(): ...


def get_yaml_spec(): ...


def console_ui_config(): ...


def console_ui_static_files(filename): ...


def console_ui_home(): ...


def not_found(invalid_path): ...
