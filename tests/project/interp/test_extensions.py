"""Each model of an extension against the extension itself."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from against import real, rows, table

PROGRAMS = {
    "restful": """
        from flask import Blueprint, Flask
        from flask_restful import Api, Resource

        app = Flask(__name__)
        api = Api(app, prefix="/api")

        class Todo(Resource):
            def get(self, pk): ...
            def delete(self, pk): ...

        class TodoList(Resource):
            def get(self): ...
            def post(self): ...

        @api.resource("/deco", "/deco/<int:pk>")
        class Deco(Resource):
            def put(self, pk=None): ...

        api.add_resource(Todo, "/todos/<int:pk>")
        api.add_resource(TodoList, "/todos", "/todo-list", endpoint="todos")

        bp = Blueprint("v2", __name__, url_prefix="/v2")
        later = Api(bp, prefix="/rest")
        later.add_resource(TodoList, "/todos")
        @bp.route("/plain")
        def plain(): ...
        app.register_blueprint(bp, url_prefix="/other")

        class Scoped(Api):
            def add_scoped(self, resource, *urls, **options):
                return self.add_resource(resource, *["/scope" + u for u in urls], **options)

        lazy = Scoped()
        lazy.add_scoped(Todo, "/x/<pk>", endpoint="lazy")
        lazy.init_app(app)
        """,
    "restful_order": """
        from flask import Blueprint, Flask
        from flask_restful import Api, Resource

        class One(Resource):
            def get(self): ...

        app = Flask(__name__)
        bp = Blueprint("b", __name__)
        api = Api(bp, prefix="/a", url_part_order="abe")
        api.add_resource(One, "/e")
        app.register_blueprint(bp, url_prefix="/b")
        """,
    "restx": """
        from flask import Blueprint, Flask
        from flask_restx import Api, Namespace, Resource

        app = Flask(__name__)
        api = Api(app, doc="/docs", prefix="/api")
        ns = api.namespace("cats", description="cats")
        other = Namespace("dogs", path="/hounds")

        @ns.route("/", "/all")
        class CatList(Resource):
            @ns.doc("list")
            def get(self): ...
            @ns.expect(None)
            def post(self): ...

        @other.route("/<int:pk>", endpoint="hound")
        class Dog(Resource):
            def get(self, pk): ...

        @other.route("/x")
        class CatList2(Resource):
            def get(self): ...

        @api.route("/hello")
        class HelloWorld(Resource):
            def get(self): ...

        api.add_namespace(other)
        api.add_namespace(Namespace("empty"), path="/nothing")
        """,
    "restx_blueprint": """
        from flask import Blueprint, Flask
        from flask_restx import Api, Namespace, Resource

        bp = Blueprint("api", __name__, url_prefix="/v1")
        api = Api(bp, doc=False, version="2")
        ns = Namespace("things")

        @ns.route("")
        class Things(Resource):
            def get(self): ...

        api.add_namespace(ns, path="/stuff")
        app = Flask(__name__)
        app.register_blueprint(bp)
        """,
    "smorest": """
        from flask import Flask
        from flask.views import MethodView
        from flask_smorest import Api, Blueprint

        app = Flask(__name__)
        app.config.update(API_TITLE="t", API_VERSION="v1", OPENAPI_VERSION="3.0.3", OPENAPI_URL_PREFIX="/docs",
                          OPENAPI_SWAGGER_UI_PATH="/swagger", OPENAPI_SWAGGER_UI_URL="https://cdn")
        api = Api(app)
        blp = Blueprint("pets", __name__, url_prefix="/pets", description="pets")

        @blp.route("/")
        class Pets(MethodView):
            @blp.response(200)
            def get(self): ...
            def post(self): ...

        @blp.route("/<int:pk>")
        class Pets2(MethodView):
            def delete(self, pk): ...

        @blp.route("/plain", methods=["POST"])
        @blp.response(201)
        def plain(): ...

        api.register_blueprint(blp)
        """,
    "openapi3": """
        from flask_openapi3 import APIBlueprint, APIView, Info, OpenAPI, Tag

        app = OpenAPI(__name__, info=Info(title="x", version="1"))
        bp = APIBlueprint("books", __name__, url_prefix="/books", abp_tags=[Tag(name="b")])

        @app.get("/hello", summary="hi")
        def hello():
            return ""

        @bp.post("/<int:pk>", doc_ui=False)
        def create():
            return ""

        @bp.route("/plain")
        def plain():
            return ""

        view = APIView(url_prefix="/view")

        @view.route("/things")
        class Things:
            @view.doc(summary="get")
            def get(self):
                return ""

            @view.doc(summary="put")
            def put(self):
                return ""

        app.register_api(bp)
        app.register_api_view(view)
        """,
    "apiflask": """
        from apiflask import APIBlueprint, APIFlask
        from flask.views import MethodView

        app = APIFlask(__name__, docs_path="/d")
        bp = APIBlueprint("pets", __name__, url_prefix="/pets")

        @app.get("/")
        @app.doc(summary="x")
        def index():
            return ""

        @bp.route("/cbv")
        class Pets(MethodView):
            def get(self):
                return ""

            def post(self):
                return ""

        app.add_url_rule("/other", view_func=Pets.as_view("other"))
        app.register_blueprint(bp)
        """,
    "classful": """
        from flask import Flask
        from flask_classful import FlaskView, method, route

        class QuotesView(FlaskView):
            def index(self):
                return ""

            def get(self, id):
                return ""

            def random(self):
                return ""

            @route("/custom/", methods=["POST"])
            def custom(self):
                return ""

            @route("/a")
            @route("/b", endpoint="bee")
            def twice(self):
                return ""

            def with_default(self, a, b=1):
                return ""

            def _hidden(self):
                return ""

        class MyThings(FlaskView):
            route_base = "/thing"
            trailing_slash = False
            excluded_methods = ["skipped"]

            def skipped(self):
                return ""

            def one(self, name: str, pk: int):
                return ""

        app = Flask(__name__)
        QuotesView.register(app)
        MyThings.register(app, route_prefix="/api")

        class Prefixed(FlaskView):
            route_prefix = "/v1"

        class Spaced(Prefixed):
            route_prefix = "/v1/<space>"
            base_args = ["space"]

        class Hosts(Prefixed):
            def index(self):
                return ""

        class SpacedHosts(Spaced, Hosts):
            def count(self, space):
                return ""

        class OwnHosts(Hosts, Spaced):
            pass

        Hosts.register(app)
        SpacedHosts.register(app)
        OwnHosts.register(app)
        """,
    "admin": """
        from flask import Flask
        from flask_admin import Admin, BaseView, expose
        from flask_admin.contrib.fileadmin import FileAdmin
        from flask_admin.model import BaseModelView

        app = Flask(__name__)
        admin = Admin(app, name="shop", url="/manage")

        class Reports(BaseView):
            @expose("/")
            def index(self):
                return ""

            @expose("/daily/<int:day>", methods=["GET", "POST"])
            @expose("/day")
            def daily(self, day=1):
                return ""

        class More(Reports):
            @expose("/extra")
            def extra(self):
                return ""

        admin.add_view(Reports(name="Reports"))
        admin.add_view(More(name="More", endpoint="more", url="elsewhere"))
        admin.add_views(FileAdmin("/tmp", "/files/", name="Files"))

        later = Admin(endpoint="second", url="/second")
        later.add_view(More(endpoint="second_more"))
        later.init_app(app)
        """,
    "appbuilder": """
        from flask import Flask
        from flask_appbuilder import AppBuilder, BaseView, IndexView, ModelRestApi, expose, has_access
        from flask_appbuilder.api import BaseApi, protect, safe
        from flask_sqlalchemy import SQLAlchemy

        class Index(IndexView):
            index_template = "x.html"

        class Hello(BaseView):
            route_base = "/hello"
            default_view = "one"

            @expose("/one/<name>")
            @has_access
            def one(self, name):
                return ""

            @expose("/two", methods=["POST"])
            def two(self):
                return ""

        class Fewer(Hello):
            route_base = "/fewer"
            exclude_route_methods = {"two"}

        class Only(Hello):
            include_route_methods = {"two"}

        class Greeting(BaseApi):
            resource_name = "greet"
            version = "v2"

            @expose("/")
            @expose("/again")
            @protect()
            @safe
            def hi(self):
                return ""

        app = Flask(__name__)
        app.config.update(SECRET_KEY="x" * 40, SQLALCHEMY_DATABASE_URI="sqlite://", FAB_ADD_SECURITY_VIEWS=False)
        db = SQLAlchemy(app)
        with app.app_context():
            appbuilder = AppBuilder(app, db.session, indexview=Index)
            appbuilder.add_view(Hello, "Hello", category="My")
            appbuilder.add_view_no_menu(Fewer())
            appbuilder.add_view_no_menu(Only, endpoint="only")
            appbuilder.add_api(Greeting)
        """,
    "bootstrap": """
        from flask import Flask
        from flask_bootstrap import Bootstrap5
        app = Flask(__name__, static_url_path="/s")
        Bootstrap5(app)
        """,
    "ckeditor": """
        from flask import Flask
        from flask_ckeditor import CKEditor
        app = Flask(__name__)
        c = CKEditor()
        c.init_app(app)
        @app.route("/up", methods=["POST"])
        @c.uploader
        def up(): ...
        """,
    "flasgger": """
        from flask import Flask
        from flasgger import Swagger, swag_from
        app = Flask(__name__)
        app.config["SWAGGER"] = {"title": "x", "uiversion": 3}
        s = Swagger(app, config={"specs_route": "/docs/"}, merge=True)
        @app.route("/x")
        @swag_from({"a": 1})
        def x(): ...
        @app.route("/y")
        @swag_from("y.yml", validation=True)
        def y(): ...
        """,
    "swagger_ui": """
        from flask import Flask
        from flask_swagger_ui import get_swaggerui_blueprint
        app = Flask(__name__)
        app.register_blueprint(get_swaggerui_blueprint("/docs", "/spec.json"))
        two = get_swaggerui_blueprint("/docs2", "/spec.json", blueprint_name="two")
        app.register_blueprint(two, url_prefix="/other")
        """,
    "prometheus": """
        from flask import Flask
        from prometheus_flask_exporter import PrometheusMetrics
        app = Flask(__name__)
        metrics = PrometheusMetrics.for_app_factory(path="/m")
        metrics.init_app(app)
        @app.route("/x")
        @metrics.counter("c", "d")
        def x(): ...
        @app.route("/y")
        @metrics.do_not_track()
        def y(): ...
        """,
    "security": """
        from flask import Flask
        from flask_security import Security, auth_required
        from flask_security.datastore import UserDatastore
        app = Flask(__name__)
        app.config.update(
            SECRET_KEY="x", SECURITY_PASSWORD_SALT="y", SECURITY_REGISTERABLE=True, SECURITY_RECOVERABLE=True,
            SECURITY_URL_PREFIX="/auth", SECURITY_RESET_URL="/forgot/",
            SECURITY_CHANGEABLE=True, SECURITY_CONFIRMABLE=True)
        class U:
            fs_uniquifier = email = None
        class R: ...
        class D(UserDatastore):
            def __init__(self): super().__init__(U, R)
        s = Security(app, D())
        @app.route("/x")
        @auth_required()
        def x(): ...
        """,
    "dance": """
        from flask import Flask
        from flask_dance.contrib.github import make_github_blueprint, github
        from flask_dance.contrib.google import make_google_blueprint
        from flask_dance.consumer import OAuth2ConsumerBlueprint
        app = Flask(__name__)
        bp = make_github_blueprint(client_id="a", client_secret="b")
        app.register_blueprint(bp, url_prefix="/login")
        app.register_blueprint(make_google_blueprint(login_url="/go", authorized_url="/{bp.name}/back"))
        app.register_blueprint(OAuth2ConsumerBlueprint("mine", __name__, url_prefix="/mine"))
        """,
    "apifairy": """
        from flask import Flask
        from apifairy import APIFairy, body, response, authenticate, other_responses, arguments
        from marshmallow import Schema
        app = Flask(__name__)
        app.config["APIFAIRY_UI_PATH"] = "/d"
        a = APIFairy()
        a.init_app(app)
        class S(Schema): ...
        @app.post("/x")
        @body(S())
        @response(S())
        @other_responses({404: "no"})
        def x(a): ...
        """,
    "sock": """
        from flask import Blueprint, Flask
        from flask_sock import Sock

        app = Flask(__name__)
        one = Sock(app)
        @one.route("/direct")
        def direct(ws): ...
        bp = Blueprint("bp", __name__, url_prefix="/bp")
        @one.route("/inner/<name>", bp=bp)
        def inner(ws, name): ...
        app.register_blueprint(bp)
        later = Sock()
        @later.route("/later")
        def waits(ws): ...
        later.init_app(app)
        """,
    "healthz": """
        from flask import Flask
        from flask_healthz import Healthz, healthz
        app = Flask(__name__)
        Healthz(app)
        app.register_blueprint(healthz, url_prefix="/again", name="again")
        """,
    "apscheduler": """
        from flask import Flask
        from flask_apscheduler import APScheduler
        app = Flask(__name__)
        app.config.update(SCHEDULER_API_ENABLED=True, SCHEDULER_API_PREFIX="/jobs")
        scheduler = APScheduler()
        scheduler.init_app(app)
        quiet = APScheduler(app=Flask("other"))
        """,
    "oidc": """
        from flask import Flask
        from flask_oidc import OpenIDConnect
        app = Flask(__name__)
        app.config["OIDC_CLIENT_SECRETS"] = {"web": {
            "client_id": "a", "client_secret": "b", "issuer": "https://example.com/",
        }}
        app.config["SECRET_KEY"] = "x"
        app.config["OIDC_CALLBACK_ROUTE"] = "/back"
        oidc = OpenIDConnect(app, prefix="/auth")
        @app.get("/private")
        @oidc.require_login
        def private(): ...
        @app.get("/token")
        @oidc.accept_token()
        def token(): ...
        """,
    "themer": """
        from flask import Flask
        from flask_themer import Themer
        app = Flask(__name__)
        themer = Themer()
        themer.init_app(app, loaders=[type("L", (), {"themes": []})()])
        @themer.current_theme_loader
        def theme(): ...
        """,
    "sse": """
        from flask import Flask
        from flask_sse import sse
        app = Flask(__name__)
        app.register_blueprint(sse, url_prefix="/stream")
        """,
    "uploads": """
        from flask import Flask
        from flask_uploads import IMAGES, UploadSet, configure_uploads
        app = Flask(__name__)
        app.config["UPLOADED_PHOTOS_DEST"] = "/tmp"
        app.config["UPLOADS_AUTOSERVE"] = True
        configure_uploads(app, UploadSet("photos", IMAGES))
        """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_model_says_what_the_extension_does(name: str, tmp_path: Path) -> None:
    files = {f"program_{name}.py": PROGRAMS[name]}
    found = table(files)
    expected = real(files, tmp_path, f"program_{name}")
    plugins = {r for r in expected if r[1].startswith("openapi.") and name == "openapi3"}
    # Views of a version, of which the table says that there may be more.
    if name == "security":
        assert not found.apps[0].complete
        plugins = {r for r in expected if r[1] in ("security.logout", "security.verify", "security.static")}
    assert rows(found.routes) - plugins == expected - plugins


@pytest.mark.parametrize(
    ("used", "rules"),
    [
        ({"bootstrap-flask"}, {"/bootstrap/static/<path:filename>"}),
        ({"flask-bootstrap"}, {"/static/bootstrap/<path:filename>"}),
        ({"bootstrap-flask", "flask-bootstrap"}, set()),
        (set(), set()),
    ],
)
def test_which_of_two_packages_flask_bootstrap_is(used: set[str], rules: set[str]) -> None:
    text = "from flask import Flask\nfrom flask_bootstrap import Bootstrap\napp = Flask(__name__)\nBootstrap(app)\n"
    found = table({"app.py": text}, used=frozenset(used))
    assert {r.rule for r in found.routes if r.endpoint != "static"} == rules
    assert found.apps[0].exact is bool(rules)


# Extensions that need other versions than the ones that are installed here: what they gave where they run.
ELSEWHERE = {
    "flask_jwt": (
        """
        from flask import Flask
        from flask_jwt import JWT, jwt_required
        app = Flask(__name__)
        app.config["JWT_AUTH_URL_RULE"] = "/api/auth"
        jwt = JWT(app, lambda u, p: None, lambda p: None)
        @app.route("/private")
        @jwt_required()
        def private(): ...
        """,
        {("/api/auth", "_default_auth_request_handler", "POST"), ("/private", "private", "GET")},
    ),
    "flask_rest_jsonapi": (
        """
        from flask import Blueprint, Flask
        from flask_rest_jsonapi import Api, ResourceDetail, ResourceList, ResourceRelationship
        app = Flask(__name__)
        bp = Blueprint("bp", __name__, url_prefix="/bp")
        class Many(ResourceList): ...
        class One(ResourceDetail):
            methods = ["GET", "PATCH"]
        class Tie(ResourceRelationship): ...
        api = Api(app)
        api.route(Many, "many", "/many", "/all")
        api.route(One, "one", "/many/<int:id>")
        later = Api(blueprint=bp)
        later.route(Tie, "tie", "/tie")
        later.init_app(app)
        """,
        {
            ("/many", "many", "GET POST"),
            ("/all", "many", "GET POST"),
            ("/many/<int:id>", "one", "GET PATCH"),
            ("/bp/tie", "bp.tie", "DELETE GET PATCH POST"),
        },
    ),
    "dash": (
        """
        from dash import Dash
        from flask import Flask
        app = Flask(__name__)
        Dash(__name__, server=app, url_base_pathname="/d/")
        """,
        {
            ("/d/assets/<path:filename>", "_d_dash_assets.static", "GET"),
            *(
                (f"/d/{name}", f"/d/{name}", "GET")
                for name in (
                    "_dash-component-suites/<string:package_name>/<path:fingerprinted_path>",
                    "_dash-layout",
                    "_dash-dependencies",
                    "_reload-hash",
                    "_favicon.ico",
                    "",
                    "<path:path>",
                )
            ),
            ("/d/_dash-update-component", "/d/_dash-update-component", "POST"),
        },
    ),
    "canonicalwebteam": (
        """
        from canonicalwebteam.flask_base.app import FlaskBase
        app = FlaskBase(__name__, "site", favicon_url="https://example.com/favicon.ico")
        """,
        {
            ("/fish", "fish_chips", "GET"),
            ("/_status/check", "status_check", "GET"),
            ("/favicon.ico", "favicon", "GET"),
        },
    ),
}


def test_data_that_fits_a_schema_is_as_it_was() -> None:
    text = """
        from flask import Flask
        from six.moves.configparser import ConfigParser
        from voluptuous import Required, Schema
        app = Flask(__name__)
        for row in Schema([{Required("rule"): str}])([{"rule": "/a"}, {"rule": "/b"}]):
            app.add_url_rule(row["rule"], row["rule"], print)
        parser = ConfigParser()
        parser.read_string("[x]\\nrule = /c")
        app.add_url_rule(parser.get("x", "rule"), "c", print)
        """
    found = table({"app.py": text})
    assert {r.rule for r in found.routes if r.endpoint != "static"} == {"/a", "/b", "/c"}
    assert found.apps[0].exact


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_model_says_what_the_extension_did_where_it_runs(name: str) -> None:
    text, expected = ELSEWHERE[name]
    usual = tuple(r for r in table({"app.py": text}).routes if r.by_default and r.endpoint != "static")
    found = {(rule, endpoint, " ".join(sorted(methods))) for rule, endpoint, methods in rows(usual)}
    assert found == expected


def test_an_extension_that_had_another_route_before_is_not_taken_for_its_successor() -> None:
    text = "from flask import Flask\nfrom flask_oidc import OpenIDConnect\napp = Flask(__name__)\nOpenIDConnect(app)\n"
    found = table({"app.py": text}, versions={"flask-oidc": "1.4.0"})
    assert {r.endpoint for r in found.routes} == {"static"}
    assert "before version 2" in found.apps[0].blind_spots[0].reason


def test_combo_jsonapi_is_its_predecessor_with_plugins() -> None:
    # As flask-combo-jsonapi 1.1.0 does, which needs an older marshmallow.
    program = """
        from flask import Blueprint, Flask
        from flask_combo_jsonapi import Api, ResourceDetail, ResourceList, ResourceRelationship
        app = Flask(__name__)
        api = Api(blueprint=Blueprint("v1", __name__, url_prefix="/v1"))
        class Users(ResourceList): ...
        class User(ResourceDetail):
            methods = ["GET", "PATCH"]
        class Link(ResourceRelationship): ...
        class More(ResourceList):
            def put(self): ...
        api.route(Users, "users", "/users", "/people", url_rule_options={"strict_slashes": False})
        api.route(User, "user", "/users/<int:id>")
        api.init_app(app)
        Api(app).route(Link, "link", "/link")
        lazy = Api(plugins=PLUGINS)
        lazy.route(More, "more", "/more")
        lazy.init_app(app)
        """
    found = table({"app.py": program.replace("PLUGINS", "[]")})
    assert {(rule, endpoint, " ".join(sorted(methods))) for rule, endpoint, methods in rows(found.routes)} == {
        ("/static/<path:filename>", "static", "GET"),
        ("/v1/users", "v1.users", "GET POST"),
        ("/v1/people", "v1.users", "GET POST"),
        ("/v1/users/<int:id>", "v1.user", "GET PATCH"),
        ("/link", "link", "DELETE GET PATCH POST"),
        ("/more", "more", "GET POST PUT"),
    }
    assert found.apps[0].complete
    found = table({"app.py": program.replace("PLUGINS", "[object()]")})
    assert "plugins of flask_combo_jsonapi" in found.apps[0].blind_spots[0].reason


CONNEXION = {
    "app.py": """
        import connexion
        from connexion.resolver import RelativeResolver, RestyResolver
        cx = connexion.FlaskApp(__name__, specification_dir="specs/", options={"swagger_ui": False})
        cx.add_api("a.yaml")
        cx.add_api("b.yaml", base_path="/b/", resolver=RestyResolver("api"), options={"serve_spec": False},
                   auth_all_paths=True)
        cx.add_api({"swagger": "2.0", "basePath": "/c.1", "paths": {"/x": {"get": {"operationId": "one"}}}},
                   resolver=RelativeResolver("api.funcs"))
        @cx.route("/own")
        def own(): ...
        """,
    "api/__init__.py": "",
    "api/funcs.py": """
        def one(**k): ...
        class K:
            @staticmethod
            def two(**k): ...
        def post(**k): ...
        """,
    "api/pets.py": """
        def search(**k): ...
        def post(**k): ...
        def get(**k): ...
        def put(**k): ...
        """,
    "specs/a.yaml": """
        openapi: 3.0.0
        servers: [{url: "https://{host}/v1.0/", variables: {host: {default: example.com}}}]
        components:
          parameters:
            Id: {name: some-id, in: path, required: true, schema: {type: integer}}
          schemas:
            Num: {type: number}
        paths:
          /one/{some-id}:
            parameters:
              - $ref: "#/components/parameters/Id"
            get: {operationId: api.funcs.one}
            put: {operationId: two, x-openapi-router-controller: api.funcs.K}
          /files/{p}/{n}:
            get:
              operationId: api.funcs.post
              parameters:
                - {name: p, in: path, required: true, schema: {type: string, format: path}}
                - {name: n, in: path, required: true, schema: {$ref: "#/components/schemas/Num"}}
                - {name: q, in: query, schema: {type: integer}}
        """,
    "specs/b.yaml": """
        swagger: "2.0"
        basePath: /ignored
        paths:
          /pets:
            get: {}
            post: {}
          /pets/{id}:
            get: {parameters: [{name: id, in: path, type: integer, required: true}]}
            put: {operationId: api.pets.put, parameters: [{name: id, in: path, type: string, required: true}]}
        """,
}


def test_connexion_adds_the_operations_of_its_specifications() -> None:
    # As connexion 2.14.2 does, which this Flask has no version of.
    found = table(CONNEXION, versions={"connexion": "2.14.2"})
    assert {(rule, endpoint, " ".join(methods)) for rule, endpoint, methods in rows(found.routes)} == {
        ("/static/<path:filename>", "static", "GET"),
        ("/own", "own", "GET"),
        ("/v1.0/openapi.json", "/v1_0./v1_0_openapi_json", "GET"),
        ("/v1.0/openapi.yaml", "/v1_0./v1_0_openapi_yaml", "GET"),
        ("/v1.0/one/<int:some_id>", "/v1_0.api_funcs_one", "GET"),
        ("/v1.0/one/<int:some_id>", "/v1_0.api_funcs_K_two", "PUT"),
        ("/v1.0/files/<path:p>/<float:n>", "/v1_0.api_funcs_post", "GET"),
        ("/b/pets", "/b/.api_pets_search", "GET"),
        ("/b/pets", "/b/.api_pets_post", "POST"),
        ("/b/pets/<int:id>", "/b/.api_pets_get", "GET"),
        ("/b/pets/<id>", "/b/.api_pets_put", "PUT"),
        ("/b/<path:invalid_path>", "/b/./b/_not_found", "GET"),
        ("/c.1/swagger.json", "/c_1./c_1_openapi_json", "GET"),
        ("/c.1/swagger.yaml", "/c_1./c_1_openapi_yaml", "GET"),
        ("/c.1/x", "/c_1.api_funcs_one", "GET"),
    }
    assert found.apps[0].complete
    view = next(r for r in found.routes if r.endpoint == "/b/.api_pets_put")
    assert view.function == "api.pets.put"


@pytest.mark.parametrize(("version", "count"), [("3.1.0", 2), (None, 15)])
def test_connexion_of_another_version_is_known_not_to_be_complete(version: str | None, count: int) -> None:
    found = table(CONNEXION, versions={"connexion": version} if version else {})
    assert not found.apps[0].complete
    assert len(found.routes) == count


@pytest.mark.parametrize(
    "text",
    [
        "import connexion\napp = connexion.FlaskApp(__name__)\napp.add_api('openapi.yaml')\n",
        "from eve import Eve\napp = Eve()\n",
    ],
)
def test_an_application_of_a_framework_over_flask_is_known_not_to_be_complete(text: str) -> None:
    found = table({"app.py": text})
    assert not found.apps[0].complete
    assert "adds" in found.apps[0].blind_spots[0].reason
