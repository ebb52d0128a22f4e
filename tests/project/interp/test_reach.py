"""Which files the evaluation starts with, and what it says of code that nothing it read runs."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pytest
from against import table

from flask_ls.project.interp import build, effort
from flask_ls.project.routes import RouteTable


def own(found: RouteTable) -> set[str]:
    return {r.rule for r in found.routes if not r.is_static}


CORE = {
    "shop/__init__.py": "",
    "shop/core.py": "from flask import Flask\napp = Flask(__name__)\n@app.get('/core')\ndef core(): ...",
}


def test_the_module_that_adds_routes_to_an_app_of_another_is_started() -> None:
    found = table(
        {
            **CORE,
            "shop/views.py": "from shop.core import app\n@app.get('/views')\ndef views(): ...",
            "shop/wsgi.py": "from shop.core import app as application\nimport shop.views",
        }
    )
    assert own(found) == {"/core", "/views"}
    assert found.apps[0].exact


REGISTER = """
    from shop.core import app
    def register(url):
        def wrap(view):
            return app.route("/api" + url)(view)
        return wrap
    """


def test_a_decorator_of_a_module_that_nothing_has_run_is_reached_through_what_uses_it() -> None:
    found = table(
        {
            **CORE,
            "shop/register.py": REGISTER,
            "shop/views.py": "from shop.register import register\n@register('/views')\ndef views(): ...",
            "shop/wsgi.py": "from shop.core import app as application\nfrom shop import views\nviews",
        }
    )
    assert own(found) == {"/core", "/api/views"}
    assert found.apps[0].exact


def test_a_decorator_that_nothing_imports_is_no_blind_spot() -> None:
    found = table({**CORE, "shop/register.py": REGISTER})
    assert own(found) == {"/core"}
    assert found.apps[0].exact


def test_the_app_may_have_another_name_there() -> None:
    found = table(
        {
            **CORE,
            "web.py": """
                from flask import Blueprint
                from shop.core import app as application
                bp = Blueprint("bp", __name__)
                bp.add_url_rule("/bp", "x", lambda: "")
                application.register_blueprint(bp)
                """,
        }
    )
    assert own(found) == {"/core", "/bp"}
    assert found.apps[0].exact


def test_the_module_that_hands_an_app_of_another_to_a_function_is_started() -> None:
    found = table(
        {
            **CORE,
            "shop/setup.py": "def init(app, prefix=''):\n    app.add_url_rule(prefix + '/added', 'added', init)",
            "wsgi.py": "from shop.core import app as application\nfrom shop.setup import init\ninit(application)",
        }
    )
    assert own(found) == {"/core", "/added"}
    assert found.apps[0].exact


def test_handing_an_app_to_a_library_starts_nothing() -> None:
    found = table({**CORE, "manage.py": "from shop.core import app\nfrom flask_script import Manager\nManager(app)"})
    assert own(found) == {"/core"}
    assert found.apps[0].exact


def test_a_function_that_adds_routes_to_a_global_app_is_reached_through_its_caller() -> None:
    found = table(
        {
            "shop/__init__.py": "def main():\n    from shop.core import setup\n    setup()",
            "shop/core.py": """
                from flask import Flask
                app = Flask(__name__)
                def setup():
                    @app.get("/late")
                    def late(): ...
                """,
        }
    )
    assert own(found) == {"/late"}
    assert found.apps[0].complete


def test_what_nothing_runs_is_a_blind_spot() -> None:
    found = table(
        {
            **CORE,
            "shop/extra.py": "from shop.core import app\n@app.get('/extra')\ndef extra(): ...",
            "shop/setup.py": "from shop.core import app\ndef more():\n    app.add_url_rule('/more', 'more', print)",
            "shop/wsgi.py": "from shop.core import app\nimport shop.setup\n@app.get('/wsgi')\ndef wsgi(): ...",
        }
    )
    assert own(found) == {"/core", "/wsgi"}
    assert [(s.site.path, s.reason) for s in found.apps[0].blind_spots] == [
        (
            "/ws/shop/extra.py",
            "this module adds routes to it when it is imported, which nothing that was read does",
        ),
        ("/ws/shop/setup.py", "more() adds routes to it when it is called, which nothing that was read does"),
    ]


def test_reading_the_configuration_of_an_app_adds_no_routes() -> None:
    found = table(
        {
            **CORE,
            "shop/worker.py": """
                from shop.core import app
                rate = app.config.get("RATE", 5)
                def run():
                    return app.config.get("RATE")
                """,
        }
    )
    assert found.apps[0].exact


def test_a_factory_is_called_the_way_the_project_calls_it() -> None:
    found = table(
        {
            "shop/__init__.py": """
                from shop import factory
                from shop.views import bp
                def create_app(config=None):
                    return factory.create_app(blueprints=[bp])
                """,
            "shop/views.py": "from flask import Blueprint\nbp = Blueprint('v', __name__)\n@bp.get('/v')\ndef v(): ...",
            "shop/factory.py": """
                from flask import Flask
                def create_app(blueprints=()):
                    app = Flask(__name__)
                    for blueprint in blueprints:
                        app.register_blueprint(blueprint)
                    return app
                """,
        }
    )
    assert own(found) == {"/v"}
    assert [a.name for a in found.apps] == ["shop.create_app"]


def test_a_start_that_raises_is_not_complete() -> None:
    failing = table(
        {"app.py": "from flask import Flask\napp = Flask(__name__)\nimport broken", "broken.py": "raise RuntimeError"}
    )
    assert not failing.apps[0].complete
    script = table(
        {
            "run.py": """
                from flask import Flask
                def make():
                    app = Flask(__name__)
                    raise RuntimeError("no")
                if __name__ == "__main__":
                    make()
                """
        }
    )
    assert [s.reason for s in script.apps[0].blind_spots] == ["starting it raises RuntimeError"]


def test_what_raises_after_an_early_return_leaves_the_early_return() -> None:
    found = table(
        {
            "app.py": """
                import os
                from flask import Flask

                def where():
                    for path in ("/etc/a", "/etc/b"):
                        if os.path.exists(path):
                            return path
                    raise RuntimeError("no configuration")

                def number():
                    if os.getpid() > 1:
                        return 1
                    raise RuntimeError

                app = Flask(__name__)
                where()
                @app.get("/" + str(number()))
                def index(): ...
                """
        }
    )
    assert own(found) == {"/1"}
    assert found.apps[0].exact


def test_a_script_that_exits_when_it_is_done_keeps_its_blind_spots() -> None:
    found = table(
        {
            "run.py": """
                import sys
                import unheard_of
                from flask import Flask
                def main():
                    app = Flask(__name__)
                    app.add_url_rule("/x", "x", print)
                    unheard_of.setup(app)
                    return 0
                if __name__ == "__main__":
                    sys.exit(main())
                """
        }
    )
    assert own(found) == {"/x"}
    assert not found.apps[0].complete


def test_modules_that_a_program_finds_by_their_names_are_listed_as_possible() -> None:
    plugins = {
        f"shop/plugins/{name}/api.py": f"from shop.core import app\n@app.get('/{name}')\ndef {name}(): ..."
        for name in ("one", "two", "three")
    }
    found = table({**CORE, **plugins})
    assert own(found) == {"/core", "/one", "/two", "/three"}
    assert not found.apps[0].complete
    assert {r.rule for r in found.routes if r.conditional} == {"/one", "/two", "/three"}


def test_an_abstract_method_does_not_end_the_program() -> None:
    found = table(
        {
            "app.py": """
                from flask import Flask
                class Backend:
                    def setup(self, app):
                        raise NotImplementedError
                def create_app():
                    app = Flask(__name__)
                    Backend().setup(app)
                    app.add_url_rule("/x", "x", print)
                    return app
                """
        }
    )
    assert own(found) == {"/x"}
    assert [s.reason for s in found.apps[0].blind_spots] == ["what overrides Backend.setup() is not known"]


def test_an_app_is_named_after_the_factory_that_flask_looks_for() -> None:
    found = table(
        {
            "app.py": """
                from flask import Flask
                def create_celery():
                    return create_app()
                def create_app():
                    return Flask(__name__)
                name = create_celery().import_name
                """
        }
    )
    assert [a.name for a in found.apps] == ["app.create_app"]


def test_methods_add_routes_to_the_app_that_their_object_keeps() -> None:
    found = table(
        {
            "shop/wrapper.py": """
                from flask import Flask

                class Wrapper:
                    def __init__(self, config=None):
                        self.app = Flask(__name__)

                    def go(self):
                        self.views()

                    def views(self):
                        @self.app.get("/")
                        def index(): ...

                    def more(self, name):
                        self.app.add_url_rule(f"/{name}", name, print)
                """,
        },
    )
    assert own(found) == {"/"}
    (app,) = found.apps
    assert [b.reason for b in app.blind_spots] == [
        "Wrapper.more() adds routes to it when it is called, which nothing that was read does"
    ]


def test_an_endless_loop_makes_one_app() -> None:
    found = table(
        {
            "worker.py": """
                import time
                from flask import Flask

                def light_app():
                    return Flask(__name__)

                if __name__ == "__main__":
                    while True:
                        with light_app().app_context():
                            time.sleep(1)
                """,
        },
    )
    assert [a.factory for a in found.apps] == ["worker.light_app"]


def test_what_takes_long_and_adds_no_route_is_left_out_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "MAX_WORK", 2_000)
    found = table(
        {
            "shop.py": """
                import json
                from flask import Flask

                SETTINGS = {}

                def merge(target, source):
                    for i in range(300):
                        target[i] = source.get(i)

                for name in ("a", "b", "c"):
                    merge(SETTINGS, json.load(open(name)))
                app = Flask(__name__)

                @app.get("/")
                def index(): ...

                if 7 in SETTINGS:
                    @app.get("/seven")
                    def seven(): ...
                """,
        },
    )
    assert "/" in own(found)
    (app,) = found.apps
    assert "merge() takes too long to be followed" in [b.reason for b in app.blind_spots]


def test_looking_through_a_long_list_counts_as_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "MAX_WORK", 20_000)
    found = table(
        {
            "shop.py": """
                from flask import Flask

                NUMBERS = [(number, number) for number in range(400)]

                def collect(seen):
                    for number in range(100):
                        if (number, -1) not in NUMBERS:
                            seen.append(number)

                for turn in range(3):
                    collect([])
                    collect(NUMBERS)
                app = Flask(__name__)
                """,
        },
    )
    (app,) = found.apps
    assert "collect() takes too long to be followed" in [b.reason for b in app.blind_spots]


def test_what_follows_a_statement_that_seems_to_raise_is_read_nevertheless() -> None:
    found = table(
        {
            "shop/app.py": """
                from flask import Flask
                from shop.pages import bp

                def check(options):
                    if options["strict"]:
                        raise ValueError("strict")

                def create_app():
                    app = Flask(__name__)
                    app.register_blueprint(bp)
                    check({"strict": True})
                    app.add_url_rule("/late", "late", print)
                    return app
                """,
            "shop/pages.py": """
                from flask import Blueprint
                bp = Blueprint("pages", __name__)

                def fail():
                    raise RuntimeError

                LIMIT = fail()

                @bp.get("/page")
                def page(): ...
                """,
        }
    )
    assert own(found) == {"/page", "/late"}
    (app,) = found.apps
    assert {(b.site.path, b.reason) for b in app.blind_spots} == {
        ("/ws/shop/app.py", "starting it raises ValueError"),
        ("/ws/shop/pages.py", "importing shop.pages raises RuntimeError"),
    }


def test_a_module_that_says_itself_what_it_lacks_raises_nothing() -> None:
    found = table(
        {
            "shop/__init__.py": "",
            "shop/old.py": """
                from shop.gone import moved

                def __getattr__(name):
                    return moved(name)
                """,
            "shop/gone.py": """
                def moved(name):
                    if name == "title":
                        return "/title"
                    raise AttributeError(name)
                """,
            "shop/app.py": """
                from flask import Flask
                from shop import old
                app = Flask(__name__)
                app.add_url_rule(old.title, "title", print)
                app.add_url_rule(getattr(old, "rest", "/rest"), "rest", print)
                """,
        }
    )
    assert own(found) == {"/title", "/rest"}
    assert found.apps[0].exact


def test_a_module_beside_its_importer_is_found_as_python_2_does() -> None:
    files = {
        "shop/__init__.py": "from flask import Flask\napp = Flask(__name__)\nimport views",
        "shop/views.py": "from shop import app\n@app.route('/x')\ndef x(): ...\nprint(x.func_name)",
    }
    assert own(table(files, installed=None)) == {"/x"}


def test_a_program_that_is_started_inside_a_package_imports_from_there() -> None:
    files = {
        "site/__init__.py": "",
        "site/main.py": "import server\napp = server.app",
        "site/server.py": "from flask import Flask\napp = Flask(__name__)\nfrom handlers.parts import pages",
        "site/handlers/__init__.py": "",
        "site/handlers/base.py": "RULE = '/x'",
        "site/handlers/parts/__init__.py": "",
        "site/handlers/parts/pages.py": """
            from handlers import base
            from server import app
            @app.route(base.RULE)
            def x(): ...
            """,
    }
    found = table(files, installed=None)
    assert own(found) == {"/x"}
    assert found.apps[0].complete


def test_the_name_of_a_function_that_wraps_another_under_python_2() -> None:
    text = """
        import functools
        from flask import Flask
        app = Flask(__name__)
        def guarded(f):
            @functools.wraps(f)
            def inner(*args): ...
            return inner
        @guarded
        def home(): ...
        app.add_url_rule("/home", home.func_name, home)
        """
    (route,) = [r for r in table({"app.py": text}, installed=None).routes if r.rule == "/home"]
    assert route.endpoint == "home"


@pytest.mark.parametrize(
    ("imported", "name"),
    [
        ("from flask import Flask as Web", "Web"),
        ("from flask import Flask as Web, request  # used below", "Web"),
        ("from flask import (\n    Flask as Web,\n)", "Web"),
        ("import flask as f\nWeb = f.Flask", "Web"),
        ("import flask as f", "f.Flask"),
        ("from flask.app import Flask as Web; import os", "Web"),
        ("from names import Web", "Web"),
        ("from names import Web as Other", "Other"),
    ],
)
def test_an_application_class_under_another_name(imported: str, name: str) -> None:
    app = f"{imported}\napp = {name}(__name__)\n@app.get('/home')\ndef home(): ...\n"
    names = "from flask import Flask\nWeb = Flask\n"
    assert own(table({"app.py": app, "names.py": names})) == {"/home"}


def test_an_application_class_that_is_the_default_of_a_parameter() -> None:
    files = {
        "web.py": "from flask import Flask\nclass App(Flask): ...\nclass Other: ...",
        "run.py": """
            import web

            def configure(prefix="/api", kind=web.App):
                app = kind(__name__)
                app.add_url_rule(f"{prefix}/x", "x", print)
                return app

            def unrelated(kind=web.App):
                return kind
            """,
    }
    found = table(files)
    assert own(found) == {"/api/x"}
    assert [a.complete for a in found.apps] == [True]


def test_an_application_class_outside_the_workspace() -> None:
    program = """
        from company.web import CustomFlask, OtherFlask
        app = CustomFlask(import_name=__name__)
        OtherFlask(app)

        @app.route("/x")
        def x(): ...
        """
    found = table({"web.py": program}, installed=None)
    assert own(found) == {"/x"}
    assert "company.web.CustomFlask is outside the workspace and may add routes" in {
        s.reason for a in found.apps for s in a.blind_spots
    }


def test_a_start_that_is_too_large_leaves_other_views_of_its_app_incomplete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build._Evaluator.world, "__defaults__", (1_000,))
    files = {
        "shop/__init__.py": "",
        "shop/factory.py": """
            from flask import Flask
            def create_app():
                return Flask(__name__)
            """,
        "shop/wsgi.py": """
            from shop.factory import create_app
            for number in range(1000):
                str(number + 1)
            app = create_app()
            app.add_url_rule("/x", "x", print)
            """,
    }
    found = table(files)
    assert not any(a.complete for a in found.apps)
