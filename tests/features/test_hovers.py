"""What hovers say, in small projects."""

from __future__ import annotations

from typing import ClassVar

import pytest
from hovering import FOLDER, hover_of, unit_of

from flask_ls.features.hover import hover, on_proxy
from flask_ls.project.routes import App, BlindSpot, Blueprint, Condition, Registration, Route, RouteTable, UrlPart
from flask_ls.project.site import Site
from flask_ls.syntax.span import Span

SHOP = """
    from flask import Flask
    from shop.admin import admin

    def create_app():
        app = Flask(__name__)
        app.register_blueprint(admin, url_prefix="/admin")
        return app
    """
ADMIN = """
    from flask import Blueprint
    from shop.users import users

    admin = Blueprint("admin", __name__)
    admin.register_blueprint(users)
    """
USERS = """
    from flask import Blueprint, current_app

    users = Blueprint("users", __name__, url_prefix="/users")

    @users.route("/<int:user_id>", methods=["GET", "POST"])
    def show(user_id):
        return str(user_id)
    """


def shop(mark: str, name: str = "shop/users.py") -> dict[str, str]:
    """The project with the cursor in one of its files, at the mark in a piece of its text."""
    files = {"shop/__init__.py": SHOP, "shop/admin.py": ADMIN, "shop/users.py": USERS}
    return {**files, name: files[name].replace(mark.replace("<|>", ""), mark, 1)}


class TestRoutes:
    @pytest.mark.parametrize("mark", ["users.rou<|>te(", '"/<int:<|>user_id>"', "def sh<|>ow"])
    def test_the_effective_url(self, mark: str) -> None:
        shown = hover_of(shop(mark))
        assert shown is not None
        assert shown.startswith("**`GET POST /admin/users/<int:user_id>`** → endpoint **`admin.users.show`**")
        assert "`/<int:user_id>` (here)" in shown
        assert "`user_id`: int, 0 or more" in shown
        assert "Flask adds HEAD and OPTIONS." in shown
        assert '`url_for("admin.users.show", user_id=...)`' in shown
        assert 'inside its blueprint `url_for(".show", user_id=...)`' in shown

    def test_other_arguments_are_not_the_route(self) -> None:
        assert hover_of(shop('methods=["GET", "PO<|>ST"]')) is None

    def test_a_resource_of_a_namespace(self) -> None:
        shown = hover_of(
            """
            from flask import Flask
            from flask_restx import Api, Namespace, Resource

            users = Namespace("users")

            @users.rou<|>te("/me")
            class Me(Resource):
                def get(self): ...

            @users.route("/other")
            class Other(Resource):
                def get(self): ...

            app = Flask(__name__)
            api = Api(app, prefix="/api")
            api.add_namespace(users, "/users")
            """
        )
        assert shown is not None
        assert shown.startswith("**`GET /api/users/me`** → endpoint **`users_me`**")
        assert "/other" not in shown

    def test_a_class_based_view(self) -> None:
        shown = hover_of(
            """
            from flask import Flask
            from flask.views import MethodView

            app = Flask(__name__)

            class Pa<|>ge(MethodView):
                def get(self): ...

            app.add_url_rule("/page", view_func=Page.as_view("page"))
            """
        )
        assert shown is not None
        assert "GET /page" in shown

    @pytest.mark.parametrize(
        ("method", "routes"),
        [("def ge<|>t(self): ...", "**`GET /page`**"), ("def po<|>st(self): ...", "**`POST /page`**")],
    )
    def test_a_method_of_a_class_based_view(self, method: str, routes: str) -> None:
        shown = hover_of(
            f"""
            from flask import Flask
            from flask.views import MethodView

            app = Flask(__name__)

            class Base(MethodView):
                {method}

            class Page(Base):
                def put(self): ...

            app.add_url_rule("/page", view_func=Page.as_view("page"))
            """
        )
        assert shown is not None
        assert shown.startswith(routes)

    def test_a_method_that_a_subclass_has_of_its_own_answers_nothing(self) -> None:
        shown = hover_of(
            """
            from flask import Flask
            from flask.views import MethodView

            app = Flask(__name__)

            class Base(MethodView):
                def ge<|>t(self): ...

            class Page(Base):
                def get(self): ...

            app.add_url_rule("/page", view_func=Page.as_view("page"))
            """
        )
        assert shown is None

    def test_an_unregistered_blueprint(self) -> None:
        shown = hover_of(
            """
            from flask import Blueprint, Flask

            app = Flask(__name__)
            lost = Blueprint("lost", __name__)

            @lost.ge<|>t("/lost")
            def nowhere(): ...
            """
        )
        assert shown is not None
        assert shown.startswith("**Not reachable.** Blueprint `lost`")

    def test_a_general_python_server_says_the_rest(self) -> None:
        assert hover_of("import o<|>s\n") is None
        assert hover_of("<|>") is None
        assert hover_of("def f(:\n    x<|>\n") is None


class TestEndpointNames:
    TEXT = """
        from flask import Blueprint, Flask, url_for

        bp = Blueprint("users", __name__)


        @bp.get("/users/<int:user_id>")
        def show(user_id):
            return url_for(NAME, user_id=1)


        app = Flask(__name__)
        app.register_blueprint(bp, url_prefix="/admin")
    """

    @pytest.mark.parametrize("name", ['"users.sh<|>ow"', '".sh<|>ow"', 'endpoint="users.sh<|>ow"'])
    def test_the_route_that_is_meant(self, name: str) -> None:
        shown = hover_of(self.TEXT.replace("NAME", name))
        assert shown is not None
        assert shown.startswith("**`GET /admin/users/<int:user_id>`** → endpoint **`users.show`**")
        assert f"View: [`app.py:7`](file://{FOLDER}/app.py#L7)" in shown

    def test_an_endpoint_that_is_not_known(self) -> None:
        assert hover_of(self.TEXT.replace("NAME", '"users.no<|>thing"')) is None


class TestOwnConfigurationKeys:
    FILES: ClassVar = {
        "app.py": """
            from flask import Flask

            app = Flask(__name__)
            app.config.from_object("settings")
            app.config.from_prefixed_env()
        """,
        "settings.py": "PAGE_SIZE = 10\nMAIL_PORT = 25\n",
        "views.py": """
            from app import app

            def pages():
                return app.config["PAGE<|>_SIZE"] + app.config.get("PAGE_SIZE", 1)
        """,
    }

    def test_where_it_is_set_and_read(self) -> None:
        shown = hover_of(self.FILES)
        assert shown is not None
        assert shown.startswith("**PAGE_SIZE** · a configuration key of this project\n\nSet at:\n- [`settings.py:1`]")
        assert "May also be set where:\n- `from_prefixed_env` reads environment variables: [`app.py:5`]" in shown
        assert shown.count("`views.py:4`") == 2
        assert "10" not in shown

    def test_a_key_of_an_extension(self) -> None:
        files = {**self.FILES, "views.py": self.FILES["views.py"].replace("PAGE<|>_SIZE", "MAIL<|>_PORT")}
        shown = hover_of(files)
        assert shown is not None
        assert shown.startswith("**MAIL_PORT** · read by `flask_mail`")

    def test_another_dictionary(self) -> None:
        files = {**self.FILES, "views.py": "config = {}\nprint(config['PAGE<|>_SIZE'])\n"}
        assert hover_of(files) is None


def site(path: str, start: int, end: int) -> Site:
    return Site(f"{FOLDER}/{path}", Span(start, end))


class TestMadeByHand:
    """Tables that say what is hard to write down as a program."""

    TEXT = "@bp.route('/x')\ndef x(): ...\n"
    ROUTE = Route("app", "/a/<path:p>", "b.x", frozenset({"GET"}), site("app.py", 1, 15))

    def show(self, *routes: Route, app: App | None = None) -> str:
        table = RouteTable(apps=(app or App("app", site("app.py", 0, 0)),), routes=routes)
        shown = hover(unit_of({"app.py": self.TEXT}, "app.py", table), [], 5)
        assert shown is not None
        return shown.markdown

    def test_parts_have_their_places(self) -> None:
        parts = (UrlPart("/a", site("other.py", 0, 1)), UrlPart("/<path:p>", site("app.py", 10, 14)))
        shown = self.show(Route(**{**self.fields(), "parts": parts}))
        assert f"`/a` ([`other.py`](file://{FOLDER}/other.py)) + `/<path:p>` (here)" in shown

    def fields(self) -> dict:
        return {name: getattr(self.ROUTE, name) for name in Route.__slots__}

    def test_conditional(self) -> None:
        condition = Condition(site("app.py", 4, 9), "that is only known at run time")
        shown = self.show(Route(**{**self.fields(), "conditions": (condition,)}))
        assert "It may be absent: that depends on `route` ([`app.py:1`]" in shown
        assert "as that is only known at run time." in shown

    def test_a_condition_with_its_text_and_place(self) -> None:
        text = """
            import os
            import random
            from flask import Flask

            app = Flask(__name__)
            if os.environ.get("BETA") == "on" and random.random() > 0.5:
                @app.get("/beta<|>")
                def beta():
                    return ""
        """
        shown = hover_of(text)
        assert shown is not None
        assert 'It may be absent: that depends on `os.environ.get("BETA")` ([`app.py:6`]' in shown
        assert "as the environment variable BETA is only known at run time" in shown

    def test_what_a_secret_is_compared_with_is_not_shown(self) -> None:
        text = """
            import os
            from flask import Flask

            app = Flask(__name__)
            if os.environ["API_TOKEN"] == "hunter2":
                @app.get("/beta<|>")
                def beta():
                    return ""
        """
        shown = hover_of(text)
        assert shown is not None
        assert "API_TOKEN" in shown
        assert "hunter2" not in shown

    def test_incomplete(self) -> None:
        spot = BlindSpot(site("app.py", 0, 1), "the prefix is computed at run time")
        shown = self.show(self.ROUTE, app=App("app", site("app.py", 0, 0), complete=False, blind_spots=(spot,) * 5))
        assert "the prefix is computed at run time ([`app.py:1`]" in shown
        assert "2 more" in shown

    def test_many_registrations(self) -> None:
        shown = self.show(*(Route(**{**self.fields(), "endpoint": f"b{n}.x"}) for n in range(30)))
        assert shown.count("endpoint") == 2
        assert "- and 20 more" in shown

    def test_markup_in_the_program_is_not_markup(self) -> None:
        assert "**`GET /`x``**" not in self.show(Route(**{**self.fields(), "rule": "/`x`"}))
        assert "`` GET /`x` ``" in self.show(Route(**{**self.fields(), "rule": "/`x`"}))

    def test_host_subdomain_and_no_automatic_options(self) -> None:
        changed = {"host": "a.example", "provide_automatic_options": False, "defaults": ("p",)}
        shown = self.show(Route(**{**self.fields(), **changed}))
        assert "GET a.example/a/<path:p>" in shown
        assert "Flask adds HEAD." in shown
        assert '`url_for("b.x")`' in shown

    @pytest.mark.parametrize(("complete", "escapes"), [(False, False), (True, True)])
    def test_unknown_registration_is_not_called_missing(self, complete: bool, escapes: bool) -> None:
        text = "from flask import Blueprint\nbp = Blueprint('b', __name__)\n@bp.route('/x')\ndef x(): ...\n"
        made = text.index("Blueprint('b'")
        blueprint = Blueprint(
            "1", "b", None, site("app.py", made, text.index("\n@")), variable="app.bp", escapes=escapes
        )
        unit = unit_of({"app.py": text}, "app.py", RouteTable(blueprints=(blueprint,), complete=complete))
        for place in ("bp =", ".route"):
            shown = hover(unit, [], text.index(place) + 1)
            assert shown is not None
            assert "could not be read" in shown.markdown
            assert "ever registered" not in shown.markdown

    def test_a_prefix_that_is_not_known(self) -> None:
        text = "from flask import Blueprint\nbp = Blueprint('b', __name__)\n"
        made = text.index("Blueprint('b'")
        condition = Condition(site("app.py", made, made + 9), "that is only known at run time")
        registration = Registration(
            "app", "b", site("app.py", 0, 1), None, None, conditions=(condition,), is_prefix_known=False
        )
        blueprint = Blueprint("1", "b", None, site("app.py", made, len(text) - 1), "app.bp", (registration,))
        unit = unit_of({"app.py": text}, "app.py", RouteTable(blueprints=(blueprint,)))
        shown = hover(unit, [], text.index("bp ="))
        assert shown is not None
        assert "The URL prefix is not known. It may be absent: that depends on `Blueprint`" in shown.markdown


class TestBlueprintsAndApplications:
    @pytest.mark.parametrize("mark", ["us<|>ers =", "Blue<|>print(", '"us<|>ers"', "@us<|>ers.route"])
    def test_a_blueprint(self, mark: str) -> None:
        shown = hover_of(shop(mark))
        assert shown is not None
        assert shown.startswith("**Blueprint `users`**")
        assert "Registered as `admin.users` at [`shop/admin.py:5`]" in shown
        assert "URL prefix: `/admin/users`." in shown
        assert "- `GET POST /admin/users/<int:user_id>` → `admin.users.show`" in shown

    def test_a_registration(self) -> None:
        shown = hover_of(shop("register<|>_blueprint", "shop/__init__.py"))
        assert shown is not None
        assert shown.startswith("**Blueprint `admin`** ([`shop/admin.py:4`]")
        assert "`admin.users.show`" in shown

    @pytest.mark.parametrize("mark", ["Fla<|>sk(__name__)", "ap<|>p = Flask", "return ap<|>p"])
    def test_an_application(self, mark: str) -> None:
        shown = hover_of(shop(mark, "shop/__init__.py"))
        assert shown is not None
        assert shown.startswith("**Application `shop.create_app`** · [`shop/__init__.py:5`](file://")
        assert "2 routes, 2 blueprints, Flask 3" in shown

    @pytest.mark.parametrize("argument", ["", ", url_prefix=None"])
    def test_a_blueprint_without_a_prefix(self, argument: str) -> None:
        shown = hover_of(
            f"""
            from flask import Blueprint, Flask
            b<|>p = Blueprint("b", __name__{argument})
            app = Flask(__name__)
            app.register_blueprint(bp)
            """
        )
        assert shown is not None
        assert "No URL prefix." in shown

    def test_many_registrations_at_one_place(self) -> None:
        names = [f"b{n}" for n in range(5)]
        made = "".join(f'            {n} = Blueprint("{n}", __name__)\n' for n in names)
        shown = hover_of(
            f"""
            from flask import Blueprint, Flask
{made}
            app = Flask(__name__)
            for bp in [{", ".join(names)}]:
                app.register<|>_blueprint(bp)
            """
        )
        assert shown is not None
        assert shown.count("**Blueprint") == 2
        assert "- `b4` ([`app.py:6`]" in shown


class TestProxies:
    def here(self, line: str, around: str = "") -> str:
        shown = hover_of(
            f"""
            from flask import Flask, current_app, g, request, session
            import flask

            app = Flask(__name__)

            @app.get("/")
            def index():
                return helper()

            def helper():
                return request.path

            def nobody_calls_this():
                return request.path

            {around}
            {line}
            """.replace("request.path", "request.path")
        )
        assert shown is not None
        return shown

    def test_a_method_of_a_view_class(self) -> None:
        shown = hover_of(
            """
            from flask import Flask, request
            from flask.views import MethodView

            app = Flask(__name__)

            class Page(MethodView):
                def get(self):
                    return re<|>quest.path

                def post(self): ...

            app.add_url_rule("/page", view_func=Page.as_view("page"))
            """
        )
        assert shown is not None
        assert "Here: *active*: `GET /page` (`page`)." in shown

    def test_a_test_that_pushes_a_context(self) -> None:
        shown = hover_of(
            {
                "test_app.py": """
                import unittest
                from flask import Flask, current_app

                class BasicsTestCase(unittest.TestCase):
                    def setUp(self):
                        self.context = Flask(__name__).app_context()
                        self.context.push()

                    def test_name(self):
                        assert current_<|>app.name
                """
            }
        )
        assert shown is not None
        assert "Here: *active*: this code runs in a test for which one is pushed." in shown

    def test_what_it_stands_for(self) -> None:
        shown = self.here("print(current_<|>app.name)")
        assert shown.startswith("**current_app** → the application that handles this request or command: `Flask`")
        assert "Needs: **application context**" in shown
        assert "`RuntimeError: Working outside of application context.`" in shown

    @pytest.mark.parametrize(
        ("line", "context"),
        [
            ("x = current_<|>app.name", "application"),
            ("x = flask.current_<|>app.name", "application"),
            ("x = <|>g.user", "application"),
            ("x = req<|>uest.args", "request"),
            ("x = sess<|>ion['a']", "request"),
        ],
    )
    def test_at_import(self, line: str, context: str) -> None:
        shown = self.here(line)
        assert (
            f"Needs: **{context} context**. Here: *not active*: this code runs while the module is imported." in shown
        )

    def test_where_it_is_imported(self) -> None:
        shown = hover_of("from flask import current_<|>app\n")
        assert shown is not None
        assert "Here" not in shown

    def test_other_names_of_flask(self) -> None:
        assert hover_of("from flask import Fla<|>sk\n") is None
        assert hover_of("import fla<|>sk\nflask.request\n") is None
        assert hover_of("request = 1\nreq<|>uest\n") is None

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ("@app.get('/')\ndef view():\n    return req<|>uest.path\n", "Here: *active*: `GET /` (`view`)."),
            ("@app.before_request\ndef hook():\n    req<|>uest.path\n", "*active*: this code runs during a request."),
            ("def nobody():\n    req<|>uest.path\n", "*depends on the caller*."),
            (
                "def helper():\n    return req<|>uest.path\n\n\n@app.get('/')\ndef view():\n    return helper()\n",
                "*depends on the caller*: 1 of 1 known caller has a request.",
            ),
            ("with app.test_request_context():\n    req<|>uest.path\n", "*active*: this code pushes it."),
            ("with app.app_context():\n    current_<|>app.name\n", "*active*: this code pushes it."),
            (
                "with app.app_context():\n    req<|>uest.path\n",
                "*not active*: this code runs while the module is imported.",
            ),
            (
                "import threading\ndef job():\n    current_<|>app.name\nthreading.Thread(target=job).start()\n",
                "*not active*: this code runs in a new thread, because `job()` is started at [`app.py:9`]",
            ),
            (
                "def both():\n    return req<|>uest.path\n\n\n@app.get('/')\ndef view():\n    return both()\n\n\n"
                "@app.cli.command()\ndef run():\n    both()\n",
                "*depends on the caller*: 1 of 2 known callers has a request, not the one at [`app.py:1",
            ),
            (
                "def seed():\n    current_<|>app.name\n\n\nseed()\n",
                "this code runs while the module is imported, because `seed()` is called at [`app.py:10`]",
            ),
        ],
    )
    def test_whether_it_is_active_here(self, body: str, said: str) -> None:
        head = "from flask import Flask, current_app, request\n\napp = Flask(__name__)\n\n\n"
        shown = hover_of(head + body)
        assert shown is not None
        assert said in shown


class TestContextUses:
    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ("render_<|>template('x')\n", "`render_template()` needs an **application context**. Here: *not"),
            ("@app.get('/')\ndef view():\n    return render_<|>template('x')\n", "Here: *active*: `GET /` (`view`)."),
            (
                "with app.app_context():\n    url_<|>for('view')\n",
                "an application context and `SERVER_NAME`. Here: *not",
            ),
            ("@app.cli.command()\ndef run():\n    fla<|>sh('x')\n", "a **request context**. Here: *not active*"),
        ],
    )
    def test_whether_it_is_there(self, body: str, said: str) -> None:
        head = "from flask import Flask, flash, render_template, url_for\n\napp = Flask(__name__)\n\n\n"
        shown = hover_of(head + body)
        assert shown is not None
        assert said in shown

    def test_nothing_on_an_argument(self) -> None:
        assert hover_of("from flask import render_template\nname = 'x'\nrender_template(na<|>me)\n") is None


class TestFindings:
    TEXT = """
        from flask import Flask, request

        app = Flask(__name__)

        @app.get("/")
        def index():
            return str(in<|>t(request.args.get("page", 1)))
        """

    def test_the_rule(self) -> None:
        shown = hover_of(self.TEXT, findings=True)
        assert shown is not None
        assert shown.startswith("**FLK905** · unchecked-number-from-request")
        assert "**Instead:**" in shown
        assert "At run time: `ValueError:" in shown
        assert "(https://flask-language-server.readthedocs.io/en/latest/rules/FLK905/)" in shown

    def test_a_proxy_inside_a_finding_says_both(self) -> None:
        shown = hover_of(self.TEXT.replace("in<|>t(request", "int(req<|>uest"), findings=True)
        assert shown is not None
        assert shown.startswith("**request** → ")
        assert "\n---\n\n**FLK905**" in shown

    def test_a_provider_that_raises_loses_its_own_section(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(on_proxy, "_PROXIES", None)
        shown = hover_of(self.TEXT.replace("in<|>t(request", "int(req<|>uest"), findings=True)
        assert shown is not None
        assert shown.startswith("**FLK905**")
