"""FLK501 and FLK502: every way in which debug mode is switched on, and what keeps the debugger away."""

from __future__ import annotations

import pytest
from checking import findings, fixed, marked

HEAD = """
import os
from flask import Flask
from flask_socketio import SocketIO
from werkzeug.debug import DebuggedApplication
from werkzeug.serving import run_simple
app = Flask(__name__)
socketio = SocketIO(app)
"""
MAIN = "if __name__ == '__main__':\n    "


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        ("app.run(debug=True)", "debug=True"),
        ("app.run(debug=1)", "debug=1"),
        ("app.run('127.0.0.1', 5001, True)", "True"),
        ("app.run(debug=os.environ.get('D', True))", "debug=os.environ.get('D', True)"),
        ("app.run(debug=bool(os.getenv('D', 'yes')))", "debug=bool(os.getenv('D', 'yes'))"),
        ("app.run(**{'debug': True})", "True"),
        ("options = dict(debug=True)\napp.run(**options)", "True"),
        ("DEBUG = True\napp.run(debug=DEBUG)", "debug=DEBUG"),
        ("app.run(debug=not False)", "debug=not False"),
        ("socketio.run(app, debug=True)", "debug=True"),
        ("run_simple('localhost', 5000, app, use_debugger=True)", "use_debugger=True"),
        ("run_simple('localhost', 5000, app, True, True)", "True"),
        ("app.wsgi_app = DebuggedApplication(app.wsgi_app, evalex=True)", "evalex=True"),
        ("app.wsgi_app = DebuggedApplication(app.wsgi_app, True)", "True"),
        ("app.debug = True", "True"),
        ("app.config['DEBUG'] = 1", "1"),
        ("app.config.update(DEBUG=True, X=1)", "True"),
        ("app.config.from_mapping({'DEBUG': True})", "True"),
        ("setattr(app, 'debug', True)", "True"),
        ("class Config:\n    DEBUG = True\napp.config.from_object(Config)", "True"),
        ("class ProductionConfig:\n    DEBUG = True\napp.config.from_object(ProductionConfig)", "True"),
        ("class P:\n    DEBUG = os.environ.get('D', True)\napp.config.from_object(P)", "os.environ.get('D', True)"),
        ("def create_app():\n    app = Flask('x')\n    app.debug = True\n    return app", "True"),
        ("app.debug = True\napp.run()", "True"),
        ("app.debug = True\napp.run()\napp.debug = False", "True"),
        ("app.config['DEBUG'] = True\napp.run(debug=app.config['DEBUG'])", "True"),
        ("serve = app.run\nserve(debug=True)", "debug=True"),
        ("app.run(debug=True)\napp = None", "debug=True"),
        ("def flask_test():\n    app = Flask('x')\n    app.debug = True", "True"),
        ("app.debug = True\napp.run(debug=None)", "True"),
        ("import sys\nif len(sys.argv) > 1:\n    app.run(debug=True)", "debug=True"),
    ],
)
def test_flk501_speaks(line: str, mark: str) -> None:
    assert marked("FLK501", f"{HEAD}{line}\n") == [mark]


@pytest.mark.parametrize(
    "line",
    [
        "app.run()",
        "app.run(debug=False)",
        "app.debug = True\napp.debug = False\napp.run()",
        "if False:\n    app.run(debug=True)",
        "if app.debug:\n    app.wsgi_app = DebuggedApplication(app.wsgi_app, evalex=True)",
        "app = 1\napp.run(debug=True)",
        "app.run(debug=None)",
        "app.run(debug=os.environ.get('D') == '1')",
        "app.run(debug=os.environ.get('D', False))",
        "app.run(debug=bool(int(os.environ.get('D', 0))))",
        "app.run(debug=bool(int(os.environ.get('D', '0'))))",
        "app.run(debug=app.config['DEBUG'])",
        "app.run(debug=True if os.environ.get('S') == 'x' else False)",
        "debug = False\nif os.environ.get('S'):\n    debug = True\napp.run(debug=debug)",
        "app.run(debug=True, use_evalex=False)",
        "app.run(debug=True, use_debugger=False)",
        "run_simple('localhost', 5000, app, use_reloader=True)",
        "run_simple('localhost', 5000, app, use_debugger=True, use_evalex=False)",
        "app.wsgi_app = DebuggedApplication(app.wsgi_app)",
        "app.wsgi_app = DebuggedApplication(app.wsgi_app, evalex=False)",
        "app.debug = False",
        "app.debug = True\napp.debug = os.environ.get('D') == '1'",
        "app.debug = True\napp.run(debug=False)",
        "app.config.update(DEBUG=True, TESTING=True)",
        "class DevelopmentConfig:\n    DEBUG = True\napp.config.from_object(DevelopmentConfig)",
        "class TestConfig:\n    DEBUG = True\napp.config.from_object(TestConfig)",
        "class Base:\n    DEBUG = True\nclass Prod(Base):\n    DEBUG = False\napp.config.from_object(Prod)",
        "class Unrelated:\n    DEBUG = True",
        "class Base:\n    DEBUG = True\nclass Prod(Base):\n    DEBUG = False\nclass UnitTests(Base):\n    pass\n"
        "app.config.from_object(Prod if os.environ.get('P') else UnitTests)",
        "if os.environ.get('STAGE') == 'development':\n    app.run(debug=True)",
        "if os.getenv('DEPLOYMENT') in ('dev', 'stg'):\n    app.config['DEBUG'] = True",
        "def run_dev():\n    app.run(debug=True)",
        "import subprocess\nsubprocess.run(debug=True)",
        "unknown.run(debug=True)",
        "DEBUG = True",
    ],
)
def test_flk501_is_silent(line: str) -> None:
    assert findings("FLK501", f"{HEAD}{line}\n") == []


def test_flk501_leaves_modules_for_development_alone() -> None:
    text = "from flask import Flask\nFlask('x').run(debug=True)\n"
    assert findings("FLK501", "", {"run_dev.py": text, "shop/debug.py": text}) == []
    assert len(findings("FLK501", "", {"bad_debug.py": text, "run.py": text})) == 2


def test_flk501_leaves_tests_alone() -> None:
    assert findings("FLK501", "", {"tests/conftest.py": f"{HEAD}app.debug = True\n"}) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("app.run(debug=True)", "app.run()"),
        ("app.run('localhost', 5001, True)", "app.run('localhost', 5001)"),
        ("app.run('localhost', 5001, True, False)", "app.run('localhost', 5001, False, False)"),
        ("app.run(\n    debug=True,  # comfort\n    port=1,  # mine\n)", "app.run(\n    port=1,  # mine\n)"),
        ("app.run(**{'debug': True})", "app.run(**{'debug': False})"),
        ("app.debug = True  # comfort\nx = 1", "x = 1"),
        ("app.config.update(DEBUG=True, X=1)", "app.config.update(X=1)"),
        ("app.config.update({'DEBUG': True, 'X': 1})", "app.config.update({'X': 1})"),
        ("app.config.from_mapping(DEBUG=True)\nx = 1", "x = 1"),
        (
            "class C:\n    DEBUG = True\napp.config.from_object(C)",
            "class C:\n    DEBUG = False\napp.config.from_object(C)",
        ),
        ("app.wsgi_app = DebuggedApplication(app, evalex=True)", "app.wsgi_app = DebuggedApplication(app)"),
    ],
)
def test_flk501_fix(before: str, after: str) -> None:
    (finding,) = findings("FLK501", f"{HEAD}{before}\n")
    assert finding.fixes[0].safe
    assert fixed(f"{HEAD}{before}\n", finding.fixes[0]) == f"{HEAD}{after}\n"


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        ("app.run(host='0.0.0.0', debug=True)", "host='0.0.0.0'"),
        ("app.run('0.0.0.0', 80, True)", "'0.0.0.0'"),
        ("app.run(host='::', debug=True)", "host='::'"),
        ("app.run(host='192.168.1.4', debug=1)", "host='192.168.1.4'"),
        ("app.run(host='example.com', debug=True)", "host='example.com'"),
        ("HOST = '0.0.0.0'\napp.run(HOST, debug=True)", "HOST"),
        ("app.run(host=os.environ.get('H', '0.0.0.0'), debug=True)", "host=os.environ.get('H', '0.0.0.0')"),
        ("app.debug = True\napp.run(host='0.0.0.0')", "host='0.0.0.0'"),
        ("app.config['DEBUG'] = True\napp.run(host='0.0.0.0')", "host='0.0.0.0'"),
        ("class C:\n    DEBUG = True\napp.config.from_object(C)\napp.run('0.0.0.0')", "'0.0.0.0'"),
        ("app.run(**dict(host='0.0.0.0', debug=True))", "'0.0.0.0'"),
        ("socketio.run(app, host='0.0.0.0', debug=True)", "host='0.0.0.0'"),
        ("run_simple('0.0.0.0', 5000, app, use_debugger=True)", "'0.0.0.0'"),
    ],
)
def test_flk502_speaks(line: str, mark: str) -> None:
    assert marked("FLK502", f"{HEAD}{line}\n") == [mark]


@pytest.mark.parametrize(
    "line",
    [
        "app.run(debug=True)",
        "app.run(host='127.0.0.1', debug=True)",
        "app.run(host='127.0.1.1', debug=True)",
        "app.run(host='localhost', debug=True)",
        "app.run(host='::1', debug=True)",
        "app.run(host='', debug=True)",
        "app.run(host='devbox', debug=True)",
        "app.run(host='shop.test', debug=True)",
        "app.run(host='0.0.0.0')",
        "app.run(host='0.0.0.0', debug=False)",
        "app.run(host='0.0.0.0', debug=True, use_evalex=False)",
        "app.debug = True\napp.run(host='0.0.0.0', debug=False)",
        "app.run(host=os.environ['H'], debug=True)",
        "other = Flask('y')\nother.debug = True\napp.run(host='0.0.0.0')",
        "if app.config['DEVELOPMENT']:\n    app.run(host='0.0.0.0', debug=True)",
    ],
)
def test_flk502_is_silent(line: str) -> None:
    assert findings("FLK502", f"{HEAD}{line}\n") == []


@pytest.mark.parametrize(
    ("path", "settings", "count"),
    [
        ("settings.py", "DEBUG = True\n", 1),
        ("settings.py", "DEBUG = False\n", 0),
        ("settings.py", "import os\nDEBUG = os.environ.get('D') == '1'\n", 0),
        ("settings.py", "import os\nif os.environ.get('D'):\n    DEBUG = True\n", 0),
        ("settings.py", "DEBUG = True\ntry:\n    from local import *\nexcept ImportError:\n    pass\n", 0),
        ("settings.py", "class Config:\n    DEBUG = True\n", 0),
        ("dev_settings.py", "DEBUG = True\n", 0),
    ],
)
def test_flk501_debug_of_a_settings_module(path: str, settings: str, count: int) -> None:
    module = path.removesuffix(".py")
    run = f"app = Flask(__name__)\nif __name__ == '__main__':\n    app.run(debug={module}.DEBUG)\n"
    text = f"from flask import Flask\nimport {module}\n{run}"
    found = [f for f in findings("FLK501", text, {path: settings}) if f.path.endswith("app.py")]
    assert len(found) == count


def test_flk502_host_of_a_settings_module() -> None:
    text = "from flask import Flask\nimport settings\napp = Flask(__name__)\napp.run(settings.HOST, debug=True)\n"
    assert len(findings("FLK502", text, {"settings.py": "HOST = '0.0.0.0'\n"})) == 1
    assert findings("FLK502", text, {"settings.py": "HOST = 'localhost'\n"}) == []
    assert findings("FLK502", text, {"settings.py": "import os\nHOST = os.environ['HOST']\n"}) == []


@pytest.mark.parametrize(
    ("function", "call", "codes"),
    [
        ("def serve(debug=True): app.run(debug=debug)", "serve()", ["FLK501"]),
        ("def serve(debug=False): app.run(debug=debug)", "serve()", []),
        ("def serve(debug=False): app.run(debug=debug)", "serve(True)", ["FLK501"]),
        ("def serve(debug=True): app.run(debug=debug)", "serve(debug='-d' in sys.argv)", []),
        ("def serve(debug=True): app.run(debug=debug)", "", []),
        ("def serve(host, *, debug): app.run(host, 80, debug)", "serve('0.0.0.0', debug=True)", ["FLK501", "FLK502"]),
        ("def serve(host='0.0.0.0'): app.run(host, debug=True)", "serve()", ["FLK501", "FLK502"]),
        ("def serve(host='0.0.0.0'): app.run(host, debug=True)", "serve('127.0.0.1')", ["FLK501"]),
        ("def serve(**o): app.run(**o)", "serve(debug=True)", []),
        ("def serve(debug): app.run(debug=debug)", "serve(False); serve(True)", ["FLK501"]),
        ("", "partial(app.run, '0.0.0.0', debug=True)()", ["FLK501", "FLK502"]),
        ("", "partial(app.run, debug=False)()", []),
        ("", "Thread(target=app.run, kwargs={'debug': True}).start()", ["FLK501"]),
        ("", "Thread(target=app.run, args=('0.0.0.0', 80, True)).start()", ["FLK501", "FLK502"]),
        ("", "Thread(target=print, kwargs={'debug': True}).start()", []),
    ],
)
def test_servers_that_functions_start(function: str, call: str, codes: list[str]) -> None:
    imports = "import sys\nfrom functools import partial\nfrom threading import Thread\nfrom flask import Flask\n"
    text = f"{imports}app = Flask(__name__)\n{function}\nif __name__ == '__main__':\n    {call or 'pass'}\n"
    assert [code for code in ("FLK501", "FLK502") for _ in findings(code, text)] == codes


@pytest.mark.parametrize(
    ("serve", "files", "count"),
    [
        ("from waitress import serve\nserve(app)", {}, 0),
        ("from gevent.pywsgi import WSGIServer\nWSGIServer(('', 80), app).serve_forever()", {}, 0),
        ("from waitress import serve\nserve(app) if app.name else app.run()", {}, 1),
        ("", {}, 1),
        ("", {"Procfile": "web: gunicorn app:app\n"}, 0),
        ("", {"Procfile": "web: gunicorn app:app\n", "run.py": "from app import app\napp.run()\n"}, 1),
        ("", {"Procfile": "release: gunicorn app:app\n"}, 1),
    ],
)
def test_flk501_other_servers_start_no_debugger(serve: str, files: dict[str, str], count: int) -> None:
    text = f"from flask import Flask\napp = Flask(__name__)\napp.debug = True\n{serve}\n"
    assert len(findings("FLK501", text, files)) == count
