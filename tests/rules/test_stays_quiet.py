"""Where a finding would be right to the letter and help nobody, each beside a case that is to be told."""

from __future__ import annotations

import pytest

from flask_ls.features.check import check_texts
from flask_ls.rules.registry import by_code

APP = "from flask import Flask\napp = Flask(__name__)\n"
WEAK = f"{APP}app.secret_key = 'dev'\n"
STORE = f"{APP}items = []\n@app.post('/')\ndef add():\n    items.append(1)\n    return ''\n"
LIBRARY = "def helper():\n    return 1\n"


def told(code: str, files: dict[str, str]) -> int:
    """How many findings of a rule a project has."""
    return len(check_texts({f"/project/{p}": t for p, t in files.items()}, [by_code()[code]], "/project"))


@pytest.mark.parametrize(
    ("code", "text"), [("FLK402", WEAK), ("FLK809", STORE), ("FLK501", f"{APP}app.run(debug=True)\n")]
)
@pytest.mark.parametrize(
    ("path", "other", "count"),
    [
        ("examples/shop/app.py", "lib/core.py", 0),
        ("mocks/server.py", "lib/core.py", 0),
        ("scripts/mail_example.py", "lib/core.py", 0),
        ("scripts/exemplary.py", "lib/core.py", 1),
        ("shop/app.py", "lib/core.py", 1),
        ("examples/shop/app.py", "examples/blog/models.py", 1),
        ("examples/shop/app.py", "tests/test_shop.py", 1),
    ],
)
def test_examples_beside_a_library(code: str, text: str, path: str, other: str, count: int) -> None:
    assert told(code, {path: text, other: LIBRARY}) == count


@pytest.mark.parametrize(
    ("files", "count"),
    [
        ({}, 1),
        ({"Procfile": "web: gunicorn -w 1 app:app\n"}, 0),
        ({"Procfile": "web: gunicorn --workers=1 --threads 8 app:app\n"}, 0),
        ({"Procfile": "web: gunicorn app:app\n"}, 1),
        ({"Procfile": "web: gunicorn -c gunicorn.conf.py app:app\n", "gunicorn.conf.py": "workers = 1\n"}, 0),
        ({"Procfile": "web: gunicorn -w 3 app:app\n", "gunicorn.conf.py": "workers = 1\n"}, 1),
        ({"gunicorn.conf.py": "workers = 4\n"}, 1),
        (
            {
                "Procfile": "web: gunicorn -w 1 app:app\n",
                "Dockerfile": 'FROM x\nCMD ["gunicorn", "-w", "4", "app:app"]\n',
            },
            1,
        ),
        ({"serve.py": "from waitress import serve\nfrom app import app\nserve(app)\n"}, 0),
        ({"io.py": "from flask_socketio import SocketIO\nio = SocketIO()\n"}, 0),
        ({"io.py": "from flask_socketio import SocketIO\nio = SocketIO(message_queue='redis://')\n"}, 1),
    ],
)
def test_flk809_program_of_one_process(files: dict[str, str], count: int) -> None:
    assert told("FLK809", {"app.py": STORE, **files}) == count


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ("price_cache[request.path] = request.args['x']", 0),
        ("price_cache.clear()", 1),
        ("prices[request.path] = request.args['x']", 1),
        ("if app.config['CELERY_ALWAYS_EAGER']:\n        prices[request.path] = request.args['x']", 0),
        ("if app.config['SHOWS_PRICES']:\n        prices[request.path] = request.args['x']", 1),
    ],
)
def test_flk809_caches_and_tests(lines: str, count: int) -> None:
    made = "from flask import request\nprice_cache = {}\nprices = {}\n"
    view = f"@app.get('/')\ndef index():\n    {lines}\n    return ''\n"
    assert told("FLK809", {"app.py": APP + made + view}) == count


@pytest.mark.parametrize(
    ("path", "text", "count"),
    [
        (".env", "SHOP_KEY=abc\n", 0),
        (".env.example", "SHOP_KEY=abc\n", 0),
        (".env.test", "SHOP_KEY=abc\n", 1),
        (".env", "OTHER_KEY=abc\n", 1),
        ("docker-compose.yml", "services:\n  web:\n    environment:\n      - SHOP_KEY=${SHOP_KEY}\n", 1),
    ],
)
def test_flk404_files_that_give_the_variable(path: str, text: str, count: int) -> None:
    app = f"import os\n{APP}app.secret_key = os.getenv('SHOP_KEY')\n"
    assert told("FLK404", {"app.py": app, path: text}) == count


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ("if __name__ == '__main__':\n    app.secret_key = os.urandom(24)\n    app.run()\n", 0),
        ("app.secret_key = os.urandom(24)\nif __name__ == '__main__':\n    app.run()\n", 1),
        ("if __name__ == '__main__':\n    app.secret_key = os.urandom(24)\n    serve(app)\n", 1),
        ("revision, down_revision = '2', '1'\napp.secret_key = os.urandom(24)\n", 0),
    ],
)
def test_flk405_where_nobody_is_served(lines: str, count: int) -> None:
    assert told("FLK405", {"app.py": f"import os\nfrom shop import serve\n{APP}{lines}"}) == count


@pytest.mark.parametrize(
    ("test", "count"),
    [
        ("if not app.debug and app.secret_key == 'replace me':\n    raise RuntimeError\n", 0),
        ("if not app.debug and app.secret_key == 'another':\n    raise RuntimeError\n", 1),
    ],
)
def test_flk402_another_file_refuses_the_key(test: str, count: int) -> None:
    app = (
        "from flask import Flask\nfrom settings import Config\napp = Flask(__name__)\napp.config.from_object(Config)\n"
    )
    files = {"settings.py": "class Config:\n    SECRET_KEY = 'replace me'\n", "app.py": app + test}
    assert told("FLK402", files) == count


@pytest.mark.parametrize(
    ("given", "count"), [("/api/users", 0), ("/api", 1), ("/api/users/", 0), ("/users-api", 1), ("/", 0)]
)
def test_flk607_prefix_that_has_the_own_one_in_it(given: str, count: int) -> None:
    made = "from flask import Blueprint, Flask\nbp = Blueprint('users', __name__, url_prefix='/users')\n"
    view = "@bp.get('/list')\ndef index():\n    return ''\napp = Flask(__name__)\n"
    assert told("FLK607", {"app.py": f"{made}{view}app.register_blueprint(bp, url_prefix='{given}')\n"}) == count


FACTORY = "from flask import Flask\ndef create_app():\n    return Flask(__name__)\n"


@pytest.mark.parametrize(
    ("files", "count"),
    [
        ({}, 0),
        ({"tests/test_shop.py": "from shop import create_app\ndef test_it():\n    create_app()\n"}, 1),
        ({"Procfile": "web: gunicorn 'shop:create_app()'\n"}, 1),
    ],
)
def test_flk306_factory_that_one_file_uses(files: dict[str, str], count: int) -> None:
    server = "from flask import Blueprint\nfrom shop import create_app\nbp = Blueprint('x', __name__)\n"
    server += "app = create_app()\napp.register_blueprint(bp)\n"
    assert told("FLK306", {"shop.py": FACTORY, "server.py": server, **files}) == count


@pytest.mark.parametrize(("body", "count"), [("with app.app_context():\n        return 1", 0), ("return 1", 1)])
def test_flk305_app_of_a_worker(body: str, count: int) -> None:
    worker = f"from flask_mail import Mail\n{APP}mail = Mail(app)\ndef run():\n    {body}\n"
    files = {"shop/__init__.py": FACTORY, "shop/worker.py": worker, "shop/tasks.py": "from shop.worker import mail\n"}
    assert told("FLK305", files) == count


@pytest.mark.parametrize(
    ("handler", "count"),
    [
        ("", 0),
        ("@app.errorhandler(404)\ndef failed(e):\n    return 'sorry'\n", 0),
        ("@app.errorhandler(500)\ndef failed(e):\n    return 'sorry'\n", 1),
        ("app.register_error_handler(werkzeug.exceptions.InternalServerError, failed)\n", 1),
    ],
)
def test_flk804_needs_a_page_that_is_hidden(handler: str, count: int) -> None:
    assert told("FLK804", {"app.py": f"{APP}app.config['PROPAGATE_EXCEPTIONS'] = True\n{handler}"}) == count


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ("csrf_token", 0),
        ("token", 0),
        ("escape(token)", 0),
        ("escape(token) if token else None", 0),
        ("load(token).token", 1),
        ("found", 1),
    ],
)
def test_flk412_token_of_the_url(value: str, count: int) -> None:
    head = "from flask import Flask, session\nfrom markupsafe import escape\nfrom shop import load, found\n"
    view = f"@app.get('/<token>')\ndef enter(token):\n    session['token'] = {value}\n    return ''\n"
    assert told("FLK412", {"app.py": f"{head}app = Flask(__name__)\n{view}"}) == count


@pytest.mark.parametrize(("key", "count"), [("SWAGGER_UI_DOC_EXPANSION", 0), ("RESTX_MASK_SWAGGER", 1)])
def test_flk409_attributes_that_templates_read(key: str, count: int) -> None:
    assert told("FLK409", {"app.py": f"{APP}app.config.{key} = 'list'\n"}) == count


@pytest.mark.parametrize(
    ("run", "files", "count"),
    [
        ("app.run(debug=True)", {"Procfile": "web: gunicorn app:app\n"}, 0),
        ("app.run(host='127.0.0.1', debug=True)", {"Procfile": "web: gunicorn app:app\n"}, 0),
        ("app.run(host='0.0.0.0', debug=True)", {"Procfile": "web: gunicorn app:app\n"}, 1),
        ("app.run(debug=True)", {"Procfile": "web: python app.py\n"}, 1),
        ("app.run(debug=True)", {"Procfile": "web: gunicorn app:app\nold: python app.py\n"}, 1),
        ("app.run(debug=True)", {}, 1),
    ],
)
def test_flk501_script_that_developers_start(run: str, files: dict[str, str], count: int) -> None:
    assert told("FLK501", {"app.py": f"{APP}if __name__ == '__main__':\n    {run}\n", **files}) == count
    assert told("FLK501", {"app.py": f"{APP}{run}\n", **files}) == count
    assert told("FLK501", {"app.py": f"{APP}def main():\n    {run}\n", **files}) == 1


@pytest.mark.parametrize(
    ("tests", "count"),
    [
        ({}, 1),
        ({"tests/test_shop.py": "def test_it(client):\n    client.get('/')\n"}, 0),
        ({"tests/test_shop.py": "def test_it(app):\n    app.test_cli_runner().invoke(args=['seed'])\n"}, 1),
    ],
)
def test_flk702_command_that_only_flask_runs(tests: dict[str, str], count: int) -> None:
    app = "import click\nfrom flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n"
    app += "@click.command()\ndef seed():\n    db.session.commit()\n"
    app += "app = Flask(__name__)\ndb.init_app(app)\napp.cli.add_command(seed)\n"
    assert told("FLK702", {"app.py": app, **tests}) == count


@pytest.mark.parametrize(
    ("template", "count"),
    [
        ("<a href='/?edit=1'>Edit</a>", 0),
        ("<a href=\"{{ url_for('show', id=item(1), edit=True) }}\">Edit</a>", 0),
        ("<form><input type='checkbox' name='edit'></form>", 0),
        ("<form><button name='edit' value='yes'>Edit</button></form>", 0),
        ("<a href='/?edit=1'>Edit</a> <a href='/?edit=0'>Leave</a>", 1),
        ("<a href=\"{{ url_for('show', edit=editing) }}\">Edit</a>", 1),
        ("<a href='/?edit=1'>Edit</a> <form method='post'><input name='edit'></form>", 0),
        ("<a href='/?edit=1'>Edit</a> <form><input name='edit'></form>", 1),
        ("<form><select name='edit'><option>true</option></select></form>", 1),
        ("<a href='/?show=1'>Show</a>", 1),
    ],
)
def test_flk906_parameter_that_links_switch_on(template: str, count: int) -> None:
    view = "from flask import request\n@app.get('/')\ndef show():\n    return str(bool(request.args.get('edit')))\n"
    assert told("FLK906", {"app.py": APP + view, "templates/show.html": template}) == count
    defaults = view.replace("'edit')", "'edit', True)")
    assert told("FLK906", {"app.py": APP + defaults, "templates/show.html": template}) == 1


@pytest.mark.parametrize(("link", "count"), [("url_for('show', edit=True)", 0), ("url_for('show', edit=False)", 1)])
def test_flk906_parameter_that_the_file_switches_on(link: str, count: int) -> None:
    view = "from flask import redirect, request, url_for\n@app.get('/')\ndef show():\n"
    view += (
        f"    return str(bool(request.args.get('edit')))\n@app.post('/')\ndef save():\n    return redirect({link})\n"
    )
    assert told("FLK906", {"app.py": APP + view}) == count


def test_flk906_header_that_is_asked_for() -> None:
    view = (
        "from flask import request\n@app.get('/')\ndef show():\n    return str(request.{}.get('X-Full', False, bool))\n"
    )
    assert told("FLK906", {"app.py": APP + view.format("headers")}) == 0
    assert told("FLK906", {"app.py": APP + view.format("args")}) == 1


@pytest.mark.parametrize(("path", "count"), [("tests/test_robots.py", 0), ("shop/start.py", 1)])
def test_flk503_in_tests(path: str, count: int) -> None:
    assert told("FLK503", {"app.py": APP, path: "import os\nos.environ['FLASK_ENV'] = 'staging'\n"}) == count


@pytest.mark.parametrize(("module", "count"), [("devserver", 0), ("server", 1)])
def test_flk501_module_of_a_development_server(module: str, count: int) -> None:
    serve = "from werkzeug.serving import run_simple\nrun_simple('localhost', 5000, None, use_debugger=True)\n"
    assert told("FLK501", {f"{module}.py": serve}) == count


@pytest.mark.parametrize(
    ("choice", "count"),
    [
        ("size if size is None else int(size)", 0),
        ("int(size) if size is not None else size", 0),
        ("size if size else int(size)", 1),
    ],
)
def test_flk905_choice_that_is_none_there(choice: str, count: int) -> None:
    view = "from flask import request\n@app.get('/')\ndef show():\n    size = request.args.get('size')\n    try:\n"
    view += f"        size = {choice}\n    except (TypeError, ValueError):\n        return 'no', 400\n"
    view += "    if size is not None and size < 0:\n        return 'no', 400\n    return ''\n"
    assert told("FLK905", {"app.py": APP + view}) == count


@pytest.mark.parametrize(("caught", "count"), [("ValueError", 0), ("Exception", 0), ("KeyError", 1)])
def test_flk905_a_base_class_calls_the_method_and_answers(caught: str, count: int) -> None:
    base = "from flask.views import MethodView\nclass Base(MethodView):\n    def post(self):\n        try:\n"
    base += f"            return self.read()\n        except {caught}:\n            return 'no', 400\n"
    view = "from flask import request\nfrom base import Base\nclass Runs(Base):\n    def read(self):\n"
    view += "        return str(int(request.form['n']))\napp.add_url_rule('/', view_func=Runs.as_view('runs'))\n"
    assert told("FLK905", {"app.py": APP + view, "base.py": base}) == count


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ("if not app.secret_key:\n    app.secret_key = os.urandom(24)\n", "information"),
        (
            "class C:\n    SECRET_KEY = os.getenv('K')\n    if not SECRET_KEY:\n        SECRET_KEY = os.urandom(24)\n"
            "app.config.from_object(C)\n",
            "information",
        ),
        ("if os.name == 'nt':\n    app.secret_key = os.urandom(24)\n", "warning"),
    ],
)
def test_flk405_key_for_want_of_one(lines: str, count: str) -> None:
    found = check_texts({"/project/app.py": f"import os\n{APP}{lines}"}, [by_code()["FLK405"]], "/project")
    assert [f.severity.value for f in found] == [count]


COMPOSE = "services:\n  db:\n    ports:\n      - 5432:5432\n  web:\n    command: flask run -h 0.0.0.0 --debug\n{}"


@pytest.mark.parametrize(
    ("ports", "count"),
    [
        ("", 1),
        ("    ports:\n      - '5000:5000'\n", 1),
        ("    ports:\n      - '127.0.0.1:5000:5000'\n", 0),
        ("    ports:\n      # for debugging\n      - 127.0.0.1:5000:5000\n      - 5001:5001\n", 1),
        ("    ports:\n      - 127.0.0.1:5000:5000\n    volumes:\n      - .:/code\n", 0),
    ],
)
def test_flk502_ports_of_this_machine_alone(ports: str, count: int) -> None:
    assert told("FLK502", {"app.py": APP, "docker-compose.yml": COMPOSE.format(ports)}) == count


CONFIGS = """class Base:
    SECRET_KEY = "secret"
class Dev(Base):
    DEBUG = True
class Prod(Base):
    {}
configs = {{"dev": "settings.Dev", "prod": "settings.Prod"}}
"""


@pytest.mark.parametrize(
    ("production", "more", "count"),
    [
        ("SECRET_KEY = os.environ['KEY']", "", 0),
        ("DEBUG = False", "", 1),
        ("SECRET_KEY = os.environ['KEY']", "class Other(Base):\n    pass\n", 1),
        ("SECRET_KEY = os.environ['KEY']", "configs['default'] = Base\n", 1),
    ],
)
def test_flk402_base_that_only_development_takes_the_key_of(production: str, more: str, count: int) -> None:
    app = f"from settings import configs\n{APP}import os\napp.config.from_object(configs[os.environ['MODE']])\n"
    settings = f"import os\n{CONFIGS.format(production)}{more}"
    assert told("FLK402", {"settings.py": settings, "app.py": app}) == count


def test_flk402_in_tests_of_a_vendored_library() -> None:
    assert told("FLK402", {"lib/web/testsuite/config.py": WEAK}) == 0


def test_flk906_of_any_of_several_keys() -> None:
    view = "from flask import request\n@app.post('/')\ndef show():\n"
    view += "    return str(all(bool(request.form[k]) for k in ('a', 'b')))\n"
    assert told("FLK906", {"app.py": APP + view}) == 0
    assert told("FLK906", {"app.py": APP + view.replace("[k]", "['k']")}) == 1


@pytest.mark.parametrize(("answer", "count"), [("page(400)", 0), ("page(status=409)", 0), ("page(1)", 1)])
def test_flk701_answer_with_the_status_of_an_error(answer: str, count: int) -> None:
    app = f"{APP}from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy(app)\nfrom pages import page\n"
    app += "@app.post('/')\ndef save():\n    db.session.add(page.Row())\n    if page.is_odd():\n"
    app += f"        return {answer}\n    db.session.commit()\n    return page(2)\n"
    assert told("FLK701", {"app.py": app}) == count


@pytest.mark.parametrize(
    ("setting", "count"),
    [
        ("module = app\ncallable = create_app()", 0),
        ("module = app\ncallable = make_app()", 1),
        ("module = app:app()", 1),
    ],
)
def test_flk806_uwsgi_calls_what_has_brackets(setting: str, count: int) -> None:
    assert told("FLK806", {"app.py": FACTORY, "uwsgi.ini": f"[uwsgi]\n{setting}\n"}) == count


@pytest.mark.parametrize(
    ("start", "decorator", "count"),
    [
        ("from flask_jwt_oidc import JwtManager\njwt = JwtManager()\n", "@jwt.requires_auth", 0),
        ("from somewhere_else import needs_token\n", "@needs_token('x')", 0),
        ("from flask_login import login_required\n", "@login_required", 1),
        ("def own(f):\n    return f\n", "@own", 1),
    ],
)
def test_flk102_decorators_of_unknown_packages_may_set_it(start: str, decorator: str, count: int) -> None:
    view = f"from flask import g\n{start}@app.get('/')\n{decorator}\ndef show():\n    return g.token\n"
    assert told("FLK102", {"app.py": APP + view}) == count


@pytest.mark.parametrize(("package", "count"), [("coaster", 0), ("toaster", 1)])
def test_flk503_a_library_reads_the_variable(package: str, count: int) -> None:
    files = {"app.py": f"import {package}\n{APP}", ".env": "FLASK_ENV=development\n"}
    assert told("FLK503", files) == count


@pytest.mark.parametrize(("name", "count"), [("runtests.sh", 0), ("run-latest.sh", 1), ("runlatest.sh", 1)])
def test_flk801_scripts_for_tests(name: str, count: int) -> None:
    assert told("FLK801", {"app.py": APP, name: "flask run -h 0.0.0.0\n"}) == count


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ("    if debug is None:\n        debug = app.debug\n        if debug is None:\n            debug = True\n", 0),
        ("    debug = True\n", 1),
    ],
)
def test_flk501_parameter_that_decides(lines: str, count: int) -> None:
    assert told("FLK501", {"app.py": f"{APP}def start(debug):\n{lines}    app.run(debug=debug)\n"}) == count


@pytest.mark.parametrize(
    ("files", "count"),
    [
        ({"run.py": "from demo.app import app\n"}, 1),
        ({"lib/core.py": LIBRARY, "Procfile": "web: gunicorn demo.app:app\n"}, 1),
        ({"lib/core.py": LIBRARY, ".flaskenv": "FLASK_APP=demo/app.py\n"}, 1),
        ({"lib/core.py": LIBRARY, "Procfile": "web: gunicorn lib:app\n"}, 0),
    ],
)
def test_a_program_that_is_called_a_demo(files: dict[str, str], count: int) -> None:
    assert told("FLK402", {"demo/__init__.py": "", "demo/app.py": WEAK, **files}) == count
