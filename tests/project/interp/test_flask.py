"""Flask's own ways to register, against Flask, and what is said where something is not known."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from against import real, rows, table

from flask_ls.project.interp.discover import Hints, flask_app_of

PROGRAMS = {
    "options": """
        from flask import Flask
        app = Flask(__name__, static_url_path="/s", subdomain_matching=True)
        @app.route("/a", methods=["get", "POST"], defaults={"x": 1}, strict_slashes=False,
                   provide_automatic_options=False)
        @app.route("/a/<x>", endpoint="other", subdomain="www")
        def a(x): ...
        @app.endpoint("late")
        def late(): ...
        app.add_url_rule("/late", endpoint="late")
        @app.get("/g")
        def g(): ...
        """,
    "nested": """
        from flask import Blueprint, Flask
        app = Flask(__name__)
        outer = Blueprint("outer", __name__, url_prefix="/outer/", subdomain="x")
        middle = Blueprint("middle", __name__)
        inner = Blueprint("inner", __name__, url_prefix="inner", static_folder="files")
        @inner.route("")
        def empty(): ...
        @inner.route("/")
        def slash(): ...
        @middle.route("/m")
        def m(): ...
        middle.register_blueprint(inner, name="renamed")
        middle.register_blueprint(inner, url_prefix="/again")
        outer.register_blueprint(middle, url_prefix="mid")
        app.register_blueprint(outer)
        app.register_blueprint(outer, name="twice", url_prefix="/")
        """,
    "views": """
        from flask import Flask
        from flask.views import MethodView, View
        app = Flask(__name__)
        def plain(f):
            def wrapper(*a, **k): ...
            return wrapper
        class Base(MethodView):
            init_every_request = False
            decorators = [plain]
            def get(self): ...
        class Child(Base):
            def post(self): ...
        class Fixed(Child):
            methods = ["PUT"]
        class Simple(View):
            methods = {"DELETE"}
            provide_automatic_options = False
        for cls in (Base, Child, Fixed, Simple):
            app.add_url_rule(f"/{cls.__name__.lower()}", view_func=cls.as_view(cls.__name__))
        """,
    "werkzeug": """
        from flask import Flask
        from werkzeug.routing import EndpointPrefix, Rule, Submount, BaseConverter
        app = Flask(__name__, static_folder=None)
        class Hex(BaseConverter): ...
        app.url_map.converters["hex"] = Hex
        app.url_map.add(Rule("/r", endpoint="r", methods=["POST"]))
        inner = EndpointPrefix("p.", [Rule("/two", endpoint="two")])
        app.url_map.add(Submount("/sub/", [Rule("/one", endpoint="one"), inner]))
        @app.route("/<hex:code>")
        def code(code): ...
        """,
    "subclasses": """
        from flask import Blueprint, Flask
        from flask.blueprints import BlueprintSetupState
        class App(Flask):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
                self.add_url_rule("/health", "health", lambda: "")
            def add_url_rule(self, rule, endpoint=None, view_func=None, **options):
                return super().add_url_rule("/app" + rule, endpoint, view_func, **options)
        class State(BlueprintSetupState):
            def add_url_rule(self, rule, endpoint=None, view_func=None, **options):
                super().add_url_rule(rule + "!", endpoint, view_func, **options)
        class Custom(Blueprint):
            def make_setup_state(self, app, options, first_registration=False):
                return State(self, app, options, first_registration)
            def route(self, rule, **options):
                options.setdefault("methods", ["PATCH"])
                return super().route(rule, **options)
        bp = Custom("c", __name__)
        @bp.route("/x")
        def x(): ...
        bp.record(lambda state: state.app.add_url_rule("/recorded", "rec", x))
        app = App(__name__)
        app.register_blueprint(bp, url_prefix="/p")
        """,
    "current_app": """
        from flask import Flask, current_app
        app = Flask(__name__)
        with app.app_context():
            @current_app.route("/in-context")
            def inside(): ...
        """,
}


PROGRAMS["metaclasses"] = """
    from flask import Flask
    app = Flask(__name__)
    class Registering(type):
        classes = []
        def __init__(cls, name, bases, names):
            super().__init__(name, bases, names)
            Registering.classes.append(name)
    class Singleton(Registering):
        made = {}
        def __call__(cls, *args, **kwargs):
            if cls not in cls.made:
                cls.made[cls] = super().__call__(*args, **kwargs)
            return cls.made[cls]
    class Part(metaclass=Singleton):
        def __init__(self):
            app.add_url_rule(f"/{type(self).__name__.lower()}", type(self).__name__, lambda: "")
    class Abstract(Part):
        def __init__(self):
            raise NotImplementedError
    class First(Part): ...
    First(), First()
    for name in Registering.classes:
        app.add_url_rule(f"/class/{name}", name + "-class", lambda: "")
    """
PROGRAMS["copies"] = """
    import copy
    from flask import Blueprint, Flask
    app = Flask(__name__)
    bp = Blueprint("b", __name__, url_prefix="/b")
    @bp.get("/x")
    def x(): ...
    mine = copy.deepcopy(bp)
    mine.add_url_rule("/y", "y", x)
    app.register_blueprint(mine)
    """
PROGRAMS["slices"] = """
    from flask import Flask
    app = Flask(__name__)
    names = ["a", "b", "c", "d", "e", "f"]
    del names[0]
    del names[-1:]
    names[1:3] = ["x", "y", "z"]
    copied = []
    copied[:] = names
    by_name = {n: n.upper() for n in copied}
    del by_name["b"]
    class Grid:
        def __getitem__(self, key): ...
    Grid()[1:2, ::3]
    for name in by_name:
        app.add_url_rule(f"/{name}", name, lambda: "")
    """


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_table_is_the_url_map(name: str, tmp_path: Path) -> None:
    files = {f"flask_{name}.py": PROGRAMS[name]}
    found = table(files)
    assert rows(found.routes) == real(files, tmp_path, f"flask_{name}")
    assert found.apps[0].exact


def test_modules_run_in_the_order_of_imports() -> None:
    found = table(
        {
            "shop/__init__.py": "from flask import Flask\napp = Flask(__name__)\nfrom shop import views, extra",
            "shop/views.py": """
                from typing import TYPE_CHECKING
                from shop import app
                if TYPE_CHECKING:
                    from shop import never
                @app.route("/")
                def index(): ...
                """,
            "shop/extra/__init__.py": "from .. import app\nfrom .more import *",
            "shop/extra/more.py": "from . import app\n__all__ = ['x']\n@app.get('/x')\ndef x(): ...",
            "shop/never.py": "from shop import app\n@app.get('/never')\ndef never(): ...",
        }
    )
    assert {r.rule for r in found.routes if not r.is_static} == {"/", "/x"}
    assert [a.name for a in found.apps] == ["shop.app"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("app.add_url_rule(open('f').read(), 'x', view)", "the rule is not known"),
        ("app.route('/x', methods=open('f').read())(view)", "the methods are not known"),
        ("import importlib; importlib.import_module(input())", "a module is imported by a name"),
        ("import unheard_of; unheard_of.setup(app)", "outside the workspace and may add routes"),
        ("app.register_blueprint(unheard())", "blueprint that is registered is not known"),
        ("import flask_monitoringdashboard; flask_monitoringdashboard.bind(app)", "adds routes of its own"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(line: str, reason: str) -> None:
    found = table({"app.py": f"from flask import Flask\napp = Flask(__name__)\ndef view(): ...\n{line}\n"})
    app = found.apps[0]
    assert not app.complete
    assert any(reason in spot.reason and spot.site.path == "/ws/app.py" for spot in app.blind_spots), app.blind_spots


def test_harmless_extensions_leave_the_table_exact() -> None:
    found = table(
        {
            "app.py": """
                from flask import Flask
                from flask_login import LoginManager, login_required
                from flask_sqlalchemy import SQLAlchemy
                db = SQLAlchemy()
                app = Flask(__name__)
                db.init_app(app)
                LoginManager(app)
                @app.route("/")
                @login_required
                def index(): ...
                """
        }
    )
    assert found.apps[0].exact
    assert [r.endpoint for r in found.routes if not r.is_static] == ["index"]


def test_an_environment_variable_makes_a_route_conditional() -> None:
    found = table(
        {
            "app.py": """
                import os
                from flask import Flask
                app = Flask(__name__)
                prefix = os.environ.get("PREFIX", "/api")
                @app.route(prefix + "/x")
                def x(): ...
                if os.environ.get("DEBUG_ROUTES"):
                    @app.route("/debug")
                    def debug(): ...
                """
        }
    )
    by_rule = {r.rule: r for r in found.routes}
    assert by_rule["/api/x"].conditional
    assert by_rule["/api/x"].by_default
    assert by_rule["/debug"].conditional
    assert not by_rule["/debug"].by_default
    assert not found.apps[0].complete
    assert not found.apps[0].exact


def test_both_arms_together_are_unconditional() -> None:
    found = table(
        {
            "app.py": """
                import sys
                from flask import Blueprint, Flask
                bp = Blueprint("b", __name__)
                @bp.route("/x")
                def x(): ...
                def create_app():
                    app = Flask(__name__, static_folder=None)
                    if sys.argv:
                        app.register_blueprint(bp)
                    else:
                        app.register_blueprint(bp)
                    return app
                """
        }
    )
    assert [(r.rule, r.conditional) for r in found.routes] == [("/x", False)]
    assert found.apps[0].name == "app.create_app"
    assert found.duplicate_names == ()


def test_duplicates_and_late_routes_are_recorded() -> None:
    found = table(
        {
            "app.py": """
                from flask import Blueprint, Flask
                app = Flask(__name__)
                bp = Blueprint("b", __name__, url_prefix="/b")
                app.register_blueprint(bp, url_prefix="/c")
                @bp.route("/late")
                def late(): ...
                app.register_blueprint(bp)
                @app.route("/1")
                def same(): ...
                @app.route("/2")
                def same(): ...
                app.add_url_rule("/3", view_func=same)
                """
        }
    )
    assert [d.name for d in found.duplicate_endpoints] == ["same"]
    assert [d.name for d in found.duplicate_names] == ["b"]
    blueprint = next(b for b in found.blueprints if b.name == "b")
    assert blueprint.variable == "app.bp"
    assert (blueprint.registrations[0].url_prefix, blueprint.registrations[0].given_prefix) == ("/c", "/c")
    assert len(blueprint.registrations[0].after) == 1


def test_tests_are_left_out_and_hints_choose_the_main_app() -> None:
    files = {
        "one.py": "from flask import Flask\napp = Flask(__name__)\n@app.route('/a')\ndef a(): ...",
        "two.py": "from flask import Flask\napp = Flask(__name__)",
        "tests/test_x.py": "from flask import Flask\napp = Flask(__name__)",
    }
    assert {a.name for a in table(files).apps} == {"one.app", "two.app"}
    assert table(files).main == "one.app"
    assert table(files, hints=Hints(flask_app="two:app")).main == "two.app"
    assert flask_app_of("export FLASK_APP='shop:create_app()'\n") == "shop:create_app()"


def test_older_flask_registers_one_name_twice() -> None:
    text = """
        from flask import Blueprint, Flask
        app = Flask(__name__, static_folder=None)
        bp = Blueprint("b", __name__)
        @bp.route("/x")
        def x(): ...
        app.register_blueprint(bp)
        app.register_blueprint(bp, url_prefix="/y")
        """
    assert {r.rule for r in table({"app.py": text}, version=(1, 1)).routes} == {"/x", "/y/x"}
    assert {r.rule for r in table({"app.py": text}).routes} == {"/x"}


@pytest.mark.parametrize(
    "text",
    [
        "def f(): f()\nf()\nwhile True: pass",
        "x = [0]\nfor i in x: x.append(i)",
        "a = 'x' * 10**9\nb = 10**10**10\nc = '{:>999999999}'.format(1)",
        "class A(A): pass\nclass B:\n    def __getattr__(self, n): return getattr(self, n)\nB().x",
        "f = lambda: f()\nf()\ndel f\nf",
        "def g():\n    yield from g()\nlist(g())",
        "import sys\nsys.exit()",
        "this is not python",
        "x = [1]\ndel x[open('n'):], x[9]\nx[::2] = open('n')\nx[1:2, 3] = {}",
        "x = " + "(" * 150 + ")" * 150,
    ],
)
def test_evaluation_ends_and_never_raises(text: str) -> None:
    found = table(
        {"app.py": f"from flask import Flask\napp = Flask(__name__)\n@app.route('/a')\ndef a(): ...\n{text}\n"}
    )
    assert found is not None


def test_a_package_is_executed_before_its_modules_however_they_are_reached() -> None:
    bound_first = "from flask import Blueprint\nbp = Blueprint('users', __name__)\nfrom . import views"
    found = table(
        {
            "shop/__init__.py": """
                from flask import Flask
                app = Flask(__name__)
                from .parts.site import views
                from .parts.admin import admin
                app.register_blueprint(admin)
                """,
            "shop/parts/site/views.py": "from ..admin.users.forms import Form",
            "shop/parts/admin/__init__.py": """
                from flask import Blueprint
                admin = Blueprint("admin", __name__)
                from .users import bp
                admin.register_blueprint(bp)
                """,
            "shop/parts/admin/users/__init__.py": bound_first,
            "shop/parts/admin/users/views.py": "from . import bp\n@bp.get('/users')\ndef users(): ...",
            "shop/parts/admin/users/forms.py": "class Form: ...",
        }
    )
    assert [r.endpoint for r in found.routes if not r.is_static] == ["admin.users.users"]
    assert found.apps[0].exact, found.apps[0].blind_spots


def test_a_name_that_a_circle_has_not_bound_yet_where_that_is_caught() -> None:
    found = table(
        {
            "shop.py": "from flask import Flask\napp = Flask(__name__)\nimport views\nlimiter = app.extensions",
            "views.py": """
                from shop import app
                try:
                    from shop import limiter
                except ImportError:
                    limiter = None
                if limiter is None:
                    @app.get("/free")
                    def free(): ...
                else:
                    @app.get("/limited")
                    def limited(): ...
                """,
        },
        hints=Hints(flask_app="shop:app"),
    )
    assert [r.rule for r in found.routes if not r.is_static and not r.conditional] == ["/free"]


def test_a_context_that_a_factory_pushes() -> None:
    found = table(
        {
            "app.py": """
                from flask import Flask, current_app
                def create_app():
                    app = Flask(__name__)
                    app.app_context().push()
                    setup()
                    return app
                def setup():
                    @current_app.get("/x")
                    def x(): ...
                """
        }
    )
    assert [r.rule for r in found.routes if not r.is_static] == ["/x"]
    assert found.apps[0].exact, found.apps[0].blind_spots


@pytest.mark.parametrize("end", ["raise RuntimeError from None", "exit(1)", "version = None"])
def test_a_module_that_building_the_program_makes(end: str) -> None:
    found = table(
        {
            "shop/__init__.py": f"""
                from flask import Flask
                try:
                    from shop._version import version
                except ImportError:
                    {end}
                app = Flask(__name__)
                @app.get("/x")
                def x(): ...
                """
        }
    )
    assert [r.rule for r in found.routes if not r.is_static] == ["/x"]
    assert found.apps[0].exact, found.apps[0].blind_spots


def test_a_signal_does_not_add_routes_to_its_sender() -> None:
    found = table(
        {
            "app.py": """
                from flask import Blueprint, Flask
                from flask_dance.consumer import oauth_authorized
                app = Flask(__name__)
                bp = Blueprint("b", __name__)
                @oauth_authorized.connect_via(bp)
                def logged_in(sender, token): ...
                app.register_blueprint(bp)
                """
        }
    )
    assert found.apps[0].exact, found.apps[0].blind_spots


def test_an_optional_package_tested_together_with_something_unknown() -> None:
    found = table(
        {
            "app.py": """
                from flask import Flask
                try:
                    from flask_limiter import Limiter
                    from flask_limiter.util import get_remote_address
                except ImportError:
                    Limiter = None
                    get_remote_address = None
                app = Flask(__name__)
                if Limiter and get_remote_address:
                    limiter = Limiter()
                    limiter.init_app(app)
                """
        },
        installed=None,
    )
    assert found.apps[0].exact, found.apps[0].blind_spots


def test_an_object_that_may_be_none_where_that_is_caught() -> None:
    found = table(
        {
            "app.py": """
                from flask import Flask
                try:
                    from flask_wtf.csrf import CSRFProtect
                    csrf = CSRFProtect()
                except ImportError:
                    csrf = None
                app = Flask(__name__)
                try:
                    @csrf.exempt
                    @app.route("/hook")
                    def hook(): ...
                except AttributeError:
                    pass
                """
        },
        installed=None,
    )
    assert [(r.rule, r.by_default) for r in found.routes if not r.is_static] == [("/hook", True)]


def test_each_part_of_a_rule_has_its_own_place() -> None:
    text = dedent(
        """
        from flask import Blueprint, Flask
        app = Flask(__name__)
        one = Blueprint("one", __name__, url_prefix="/one/")
        two = Blueprint("two", __name__, url_prefix="/two")
        three = Blueprint("three", __name__)
        @three.get("/y")
        def y(): ...
        one.register_blueprint(two)
        two.register_blueprint(three, url_prefix="/three")
        app.register_blueprint(one, url_prefix="/given")
        """
    )
    (route,) = (r for r in table({"app.py": text}).routes if not r.is_static)
    assert route.rule == "/given/two/three/y"
    lines = [(part.text, text.count("\n", 0, part.site.span.start)) for part in route.parts]
    assert lines == [("/given", 10), ("/two", 4), ("/three", 9), ("/y", 6)]


def test_a_decorator_that_counts_the_parameters_of_a_function() -> None:
    found = table(
        {
            "app.py": """
                import functools
                from flask import Flask
                app = Flask(__name__)
                def checked(handler):
                    if handler.__code__.co_argcount > 2:
                        def outer(*given):
                            def decorate(view):
                                @functools.wraps(view)
                                def wrapper(*args): ...
                                return wrapper
                            return decorate
                        return outer
                    def decorate(view):
                        @functools.wraps(view)
                        def wrapper(*args): ...
                        return wrapper
                    return decorate
                @checked
                def few(a, b): ...
                @checked
                def many(a, b, c): ...
                @app.get("/few")
                @few
                def one(): ...
                @app.get("/many")
                @many("x")
                def two(): ...
                """
        }
    )
    assert {(r.rule, r.endpoint) for r in found.routes if not r.is_static} == {("/few", "one"), ("/many", "two")}
    assert found.apps[0].exact


def test_a_cached_function_gives_the_same_app_again() -> None:
    found = table(
        {
            "app.py": """
                import functools
                from flask import Flask
                @functools.lru_cache(maxsize=None)
                def create(name="shop"):
                    return Flask(name)
                create().add_url_rule("/a", "a", lambda: "")
                app = create()
                app.add_url_rule("/b", "b", lambda: "")
                create("other").add_url_rule("/c", "c", lambda: "")
                """
        }
    )
    assert [(a.name, a.exact) for a in found.apps] == [("app.app", True), ("app.create", True)]
    assert {(r.rule, r.app) for r in found.routes if not r.is_static} == {
        ("/a", "app.app"),
        ("/b", "app.app"),
        ("/c", "app.create"),
    }


def test_what_the_maker_of_a_factory_may_be_given_is_not_known() -> None:
    found = table(
        {
            "app.py": """
                from flask import Flask
                class Factory:
                    def __init__(self, **options):
                        self.options = options
                    def __call__(self):
                        app = Flask(__name__, **self.options)
                        app.add_url_rule("/a", "a", lambda: "")
                        return app
                """
        }
    )
    assert not found.apps[0].exact
    assert {r.rule for r in found.routes} == {"/a"}


def test_rules_that_a_class_of_the_project_makes_are_not_known() -> None:
    found = table(
        {
            "app.py": """
                from flask import Flask
                from werkzeug.routing import Rule
                class Prefixed(Rule):
                    def __init__(self, string, *args, **kwargs):
                        super().__init__("/v1" + string, *args, **kwargs)
                class Shop(Flask):
                    url_rule_class = Prefixed
                app = Shop(__name__, static_folder=None)
                @app.get("/orders")
                def orders(): ...
                """
        }
    )
    assert found.routes == ()
    assert not found.apps[0].exact
