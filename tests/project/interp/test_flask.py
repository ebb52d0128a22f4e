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
