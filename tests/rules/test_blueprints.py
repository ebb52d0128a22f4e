"""FLK602, FLK605, FLK606 and FLK610: spellings beyond those of the examples."""

from __future__ import annotations

import pytest
from checking import findings, marked

ROUTE = "@bp.get('/x')\ndef x():\n    return ''\n"


@pytest.mark.parametrize(
    ("made", "registered", "marks"),
    [
        ("url_prefix='api'", "app.register_blueprint(bp)", ["'api'"]),
        ("url_prefix='api'", "app.register_blueprint(bp, url_prefix='/api')", []),
        ("url_prefix='/api'", "app.register_blueprint(bp, url_prefix='v1')", ["'v1'"]),
        (
            "url_prefix='api'",
            "p = Blueprint('p', __name__, url_prefix='/p')\np.register_blueprint(bp)\napp.register_blueprint(p)",
            [],
        ),
    ],
)
def test_flk605_prefix(made: str, registered: str, marks: list[str]) -> None:
    head = f"from flask import Blueprint, Flask\napp = Flask(__name__)\nbp = Blueprint('b', __name__, {made})\n"
    assert marked("FLK605", f"{head}{ROUTE}{registered}\n") == marks


@pytest.mark.parametrize(
    ("registered", "marks"),
    [
        ("url_prefix=None", ["'x'"]),
        ("url_prefix=open('base').read()", []),
        ("**options()", []),
    ],
)
def test_flk605_rule_under_a_prefix_that_only_a_file_knows(registered: str, marks: list[str]) -> None:
    text = (
        "from flask import Blueprint, Flask\nfrom site_settings import options\n"
        "app = Flask(__name__)\nbp = Blueprint('b', __name__)\n"
        f"@bp.get('x')\ndef x():\n    return ''\napp.register_blueprint(bp, {registered})\n"
    )
    assert marked("FLK605", text) == marks


def test_flk606_follows_names() -> None:
    assert marked("FLK606", "from flask import Blueprint\nNAME = 'api.v1'\nbp = Blueprint(NAME, __name__)\n") == [
        "NAME"
    ]


def test_flk610_is_silent_where_the_attribute_is_asked_for() -> None:
    head = "from flask import Blueprint\nbp = Blueprint('b', __name__)\n"
    assert marked("FLK610", f"{head}bp.config\n") == ["bp.config"]
    assert marked("FLK610", f"{head}if hasattr(bp, 'config'):\n    bp.config\n") == []


@pytest.mark.parametrize(
    ("app", "count"),
    [
        ("", 1),
        ("import views\n", 1),
        ("import views\napp.register_blueprint(views.bp)\n", 0),
        ("import importlib\napp.register_blueprint(importlib.import_module('views').bp)\n", 0),
    ],
)
def test_flk602_file_that_nothing_imports(app: str, count: int) -> None:
    views = f"from flask import Blueprint\nbp = Blueprint('b', __name__)\n{ROUTE}"
    text = f"from flask import Flask\napp = Flask(__name__)\n{app}"
    assert len(findings("FLK602", text, {"views.py": views})) == count


def test_flk306_tells_of_each_app_once() -> None:
    text = (
        "from flask import Blueprint, Flask\na, b = Blueprint('a', __name__), Blueprint('b', __name__)\n"
        "def create_app():\n    return Flask(__name__)\napp = create_app()\n"
        "app.register_blueprint(a)\napp.register_blueprint(b)\nother = create_app()\nother.register_blueprint(b)\n"
    )
    assert marked("FLK306", text) == ["app.register_blueprint(a)", "other.register_blueprint(b)"]


@pytest.mark.parametrize(("registers", "count"), [("environment.web.app.register_blueprint(bp)", 0), ("pass", 1)])
def test_flk602_of_a_file_that_registers_its_blueprint_where_the_program_calls_it(registers: str, count: int) -> None:
    app = "from flask import Flask\nimport views\napp = Flask(__name__)\napp.register_blueprint(views.bp)\n"
    made = f"from flask import Blueprint\nbp = Blueprint('{{}}', __name__)\n{ROUTE}"
    plugin = f"{made.format('b')}\ndef on_start(environment):\n    {registers}\n"
    assert len(findings("FLK602", app, {"views.py": made.format("v"), "plugin.py": plugin})) == count


@pytest.mark.parametrize(("given", "count"), [("/shop/", 0), ("/shop", 0), ("/store/", 1)])
def test_flk607_a_slash_at_the_end_makes_no_other_prefix(given: str, count: int) -> None:
    text = (
        "from flask import Blueprint, Flask\nbp = Blueprint('a', __name__, url_prefix='/shop')\n"
        f"app = Flask(__name__)\napp.register_blueprint(bp, url_prefix='{given}')\n"
    )
    assert len(findings("FLK607", text)) == count


FACTORY = "from flask import Flask\ndef create_app():\n    return Flask(__name__)\n"
MAIL = "from flask import Flask\nfrom flask_mail import Mail\napp = Flask(__name__)\nmail = Mail(app)\n"


@pytest.mark.parametrize(
    ("files", "count"),
    [
        ({"factory.py": FACTORY, "views.py": "from app import mail\n"}, 1),
        ({"factory.py": FACTORY}, 0),
        (
            {
                "cli.py": "from app import app\ndef create_app():\n    return app\n",
                "views.py": "from app import mail\n",
            },
            0,
        ),
    ],
    ids=["an app besides", "an app of its own", "a function that gives the one app"],
)
def test_flk305_needs_a_factory_whose_apps_miss_the_extension(files: dict[str, str], count: int) -> None:
    assert len(findings("FLK305", MAIL, files)) == count


@pytest.mark.parametrize(("count", "expected"), [(3, 1), (4, 0)])
def test_flk601_a_blueprint_whose_other_routes_do_without_the_prefix(count: int, expected: int) -> None:
    routes = "".join(f"@bp.get('/user/{n}')\ndef v{n}():\n    return ''\n" for n in range(count))
    text = (
        "from flask import Blueprint, Flask\nbp = Blueprint('a', __name__, url_prefix='/admin')\n"
        f"@bp.get('/admin/list')\ndef admins():\n    return ''\n{routes}"
        "app = Flask(__name__)\napp.register_blueprint(bp)\n"
    )
    assert len(findings("FLK601", text)) == expected


def test_flk607_a_blueprint_that_keeps_its_prefix_elsewhere() -> None:
    text = (
        "from flask import Blueprint, Flask\nbp = Blueprint('a', __name__, url_prefix='/oauth')\n"
        "app = Flask(__name__)\n"
        "app.register_blueprint(bp, url_prefix='/oauth')\n"
        "app.register_blueprint(bp, url_prefix='/oauth2', name='second')\n"
    )
    assert findings("FLK607", text) == []
    assert (
        len(findings("FLK607", text.replace("'/oauth')\napp.register_blueprint(bp, url_prefix='/oauth2'", "'/o'"))) == 1
    )


def test_flk601_the_static_folder_of_a_blueprint() -> None:
    text = (
        "from flask import Blueprint, Flask\n"
        "bp = Blueprint('help', __name__, url_prefix='/help', static_folder='s', static_url_path='/help')\n"
        "app = Flask(__name__)\napp.register_blueprint(bp)\n"
    )
    assert findings("FLK601", text) == []


BP_404 = """
from flask import Blueprint, abort
{}bp = Blueprint('b', __name__)
@bp.errorhandler(404)
def lost(e): return 'x', 404
"""


@pytest.mark.parametrize(
    ("body", "files", "count"),
    [
        ("", {}, 1),
        ("def stop(): abort(403)\n", {}, 1),
        ("def stop(): abort(404)\n", {}, 0),
        ("def stop(code): abort(code)\n", {}, 0),
        ("", {"other.py": "from flask import abort\ndef stop(): abort(404)\n"}, 1),
        ("from other import stop\n", {"other.py": "from flask import abort\ndef stop(): abort(404)\n"}, 0),
        ("from mid import x\n", {"mid.py": "import other\n", "other.py": "from flask import abort\nabort\n"}, 0),
        ("", {"more.py": "from flask import abort\nfrom app import bp\n@bp.get('/')\ndef i(): abort(404)\n"}, 0),
        ("", {"more.py": "from flask import abort\nfrom app import bp\ndef i(): abort(404)\n"}, 1),
        ("", {"main.py": "from flask import abort\n@app.before_request\ndef i(): abort(404)\n"}, 0),
    ],
)
def test_flk609_where_the_error_may_come_from(body: str, files: dict[str, str], count: int) -> None:
    app = "from flask import Flask\napp = Flask('x')\n"
    assert len(findings("FLK609", app + BP_404.format(body), files)) == count


@pytest.mark.parametrize(
    ("names", "count"),
    [
        ("NAME = 'shop.api'\n", 1),
        ("NAME = 'shop'\n", 0),
        ("NAME = 'a.b' if X else 'a'\n", 0),
        ("NAME = 'a'\nNAME = 'a.b'\n", 0),
    ],
)
def test_flk606_name_of_another_module(names: str, count: int) -> None:
    text = "from flask import Blueprint\nfrom names import NAME\nbp = Blueprint(NAME, __name__)\n"
    assert len(findings("FLK606", text, {"names.py": names})) == count
