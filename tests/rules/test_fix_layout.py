"""What fixes write stands where a person would have put it."""

from __future__ import annotations

import textwrap

import pytest
from checking import findings, fixed


def first_fix(code: str, text: str) -> str:
    text = textwrap.dedent(text).lstrip("\n")
    (finding,) = findings(code, text)
    return fixed(text, finding.fixes[0])


def expected(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n")


HEAD = """
from flask import Flask, jsonify

app = Flask(__name__)
render = jsonify


@app.get("/")
def index():
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "    return jsonify(\n        {\n            'a': [\n                1\n            ]\n        }\n    )\n",
            "    return {\n        'a': [\n            1\n        ]\n    }\n",
        ),
        ("    return jsonify({\n        'a': 1,\n    })\n", "    return {\n        'a': 1,\n    }\n"),
        (
            "    return jsonify(\n        {'a': '''\n        b''', 'c': 1}\n    )\n",
            "    return {'a': '''\n        b''', 'c': 1}\n",
        ),
    ],
)
def test_a_dict_is_indented_like_the_call_it_takes_the_place_of(before: str, after: str) -> None:
    assert first_fix("FLK909", HEAD + before) == expected(HEAD + after)


def test_a_setting_takes_the_place_of_pass() -> None:
    text = """
    from flask import Flask, session


    class Config:
        SECRET_KEY = "x"


    class ProductionConfig(Config):
        pass  # as it is


    app = Flask(__name__)
    app.config.from_object(ProductionConfig)


    @app.get("/")
    def index():
        session["user"] = 1
        return "x"
    """
    assert first_fix("FLK406", text) == expected(text).replace("pass", "SESSION_COOKIE_SECURE = True")


@pytest.mark.parametrize(
    ("body", "after"),
    [
        (
            "    DEBUG = False\n\n    def init(self):\n        pass\n",
            "    DEBUG = False\n    SESSION_COOKIE_SECURE = True\n\n    def init(self):\n        pass\n",
        ),
        (
            "    @staticmethod\n    def init():\n        pass\n",
            "    SESSION_COOKIE_SECURE = True\n\n    @staticmethod\n    def init():\n        pass\n",
        ),
        ('    """Docs."""\n', '    """Docs."""\n    SESSION_COOKIE_SECURE = True\n'),
    ],
)
def test_a_setting_stands_above_the_methods(body: str, after: str) -> None:
    head = "from flask import Flask, session\n\n\nclass ProductionConfig:\n"
    tail = "\n\napp = Flask(__name__)\napp.config.from_object(ProductionConfig)\n"
    tail += 'app.secret_key = "x"\n\n\n@app.get("/")\ndef index():\n    session["a"] = 1\n    return "x"\n'
    assert first_fix("FLK406", head + body + tail) == head + after + tail


def test_a_name_that_is_asked_for_in_place_gets_no_default() -> None:
    text = """
    from flask import Flask, request

    app = Flask(__name__)


    @app.get("/<int:page>")
    def index(page):
        if given := request.args.get("page"):
            page = int(given)
        return str(page)
    """
    after = expected(text).replace('get("page")', 'get("page", type=int)').replace("int(given)", "given")
    assert first_fix("FLK905", text) == after


@pytest.mark.parametrize("call", ["db.session.execute('select ?', (1,))", "db.session.execute(\"select '{'a':1}'\")"])
def test_no_fix_is_offered_that_text_would_refuse(call: str) -> None:
    text = f"""
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)


@app.get("/")
def index():
    return {call}
"""
    (finding,) = findings("FLK705", text)
    assert not finding.fixes


@pytest.mark.parametrize(
    ("config", "is_safe"),
    [
        ("Config", True),
        ("StagingConfig", True),
        ("Config if production else TestConfig", False),
        ("ProductionConfig if production else StagingConfig", False),
    ],
)
def test_a_class_among_others_does_not_fail_for_all_of_them(config: str, is_safe: bool) -> None:
    text = f"""
import os

from flask import Flask


class Config:
    SECRET_KEY = os.getenv("SHOP_KEY")


class ProductionConfig(Config):
    SECRET_KEY = "not asked about"


class StagingConfig(Config):
    pass


class TestConfig(Config):
    SECRET_KEY = "x"


def create_app(production):
    app = Flask(__name__)
    app.config.from_object({config})
    return app
"""
    (finding,) = findings("FLK404", text)
    assert finding.fixes[0].safe is is_safe


def test_an_extension_is_bound_below_those_it_may_build_on() -> None:
    text = """
    from flask import Flask
    from flask_migrate import Migrate
    from flask_sqlalchemy import SQLAlchemy

    db = SQLAlchemy()
    migrate = Migrate()


    def create_app():
        app = Flask(__name__)
        app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
        db.init_app(app)
        return app
    """
    bound = "    db.init_app(app)\n    migrate.init_app(app, db)\n"
    assert first_fix("FLK303", text) == expected(text).replace("    db.init_app(app)\n", bound)


def test_all_reads_of_a_body_accept_that_it_is_empty() -> None:
    text = """
    from flask import Flask, request

    app = Flask(__name__)


    @app.post("/")
    def index():
        name = request.json["name"]
        return [name, request.json.get("owner"), request.json.get("age"), request.json["name"]]
    """
    after = expected(text).replace('request.json["name"]', '(request.json or {}).get("name")')
    assert first_fix("FLK907", text) == after.replace("request.json.get", "(request.json or {}).get")


@pytest.mark.parametrize(
    "key", ['app.config["SECRET_KEY"] or os.urandom(24)', 'getattr(settings, "SECRET_KEY", os.urandom(24))']
)
def test_a_key_from_elsewhere_is_still_asked_first(key: str) -> None:
    text = f"""
    import os

    import settings
    from flask import Flask

    app = Flask(__name__)
    app.config.from_pyfile("settings.py")
    app.config["SECRET_KEY"] = {key}
    """
    after = expected(text).replace("os.urandom(24)", 'os.environ["SECRET_KEY"]')
    assert first_fix("FLK405", text) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("not bool(request.args.get('a'))", "request.args.get('a', '').lower() not in {'1', 'true', 'yes'}"),
        ("bool(request.args.get('a')) and x", "(request.args.get('a', '').lower() in {'1', 'true', 'yes'}) and x"),
    ],
)
def test_words_are_compared_as_one_would_write_it(before: str, after: str) -> None:
    head = "from flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.get('/')\ndef index(x=1):\n"
    assert first_fix("FLK906", f"{head}    return str({before})\n") == f"{head}    return str({after})\n"


def test_a_generator_that_is_the_only_argument_becomes_a_list() -> None:
    text = """
    from flask import Flask, jsonify

    app = Flask(__name__)


    @app.get("/")
    def index():
        return jsonify(n for n in range(3))
    """
    after = expected(text).replace("jsonify(n for n in range(3))", "jsonify(list(n for n in range(3)))")
    assert first_fix("FLK908", text) == after


SHOP = {
    "shop.py": """
from flask import Flask, g

app = Flask(__name__)


@app.get("/")
def index():
    g.user = "ann"
    return "x"
"""
}
SHARING = """
from flask_babel import get_locale
from shop import app


def test_index():
    with app.app_context():
        assert app.test_client().get("/").status_code == 200
        {0}
"""


def test_requests_stay_with_what_reads_their_context() -> None:
    (finding,) = findings("FLK106", SHARING.format("assert str(get_locale()) == 'de'"), SHOP)
    assert not finding.fixes
    (finding,) = findings("FLK106", SHARING.format("pass"), SHOP)
    assert finding.fixes


def test_an_application_that_only_gave_the_context_is_not_imported_any_more() -> None:
    before = """\
import shop
from shop import app

client = shop.app.test_client()


def test_index():
    with app.app_context():
        assert client.get("/").status_code == 200
"""
    after = before.replace("from shop import app\n", "").replace("    with app.app_context():\n", "")
    (finding,) = findings("FLK106", before, SHOP)
    assert fixed(before, finding.fixes[0]) == after.replace("        assert", "    assert")


def test_requests_in_two_contexts_have_no_way_out_of_one_block() -> None:
    nested = """
from shop import app


def test_index():
    with app.app_context():
        with app.test_request_context():
            assert app.test_client().get("/").status_code == 200
"""
    (finding,) = findings("FLK106", nested, SHOP)
    assert not finding.fixes


def test_imports_of_flask_go_from_a_package_but_not_the_names_of_its_own() -> None:
    text = "from flask import Flask, jsonify\n\nfrom shop.views import jsonify_all\n\napp = Flask(__name__)\n\n\n"
    text += "@app.get('/')\ndef index():\n    return jsonify({'a': 1})\n"
    files = {"shop/__init__.py": text, "shop/views.py": "def jsonify_all():\n    return 1\n"}
    (finding,) = findings("FLK909", "", files)
    after = text.replace(", jsonify\n", "\n").replace("jsonify({'a': 1})", "{'a': 1}")
    assert fixed(text, finding.fixes[0], "shop/__init__.py") == after
    files["shop/admin.py"] = "from shop import jsonify\n"
    (finding,) = findings("FLK909", "", files)
    kept = text.replace("jsonify({'a': 1})", "{'a': 1}")
    assert fixed(text, finding.fixes[0], "shop/__init__.py") == kept
