"""FLK301 and FLK305: what importing a module uses, and what other modules cannot import from it."""

from __future__ import annotations

import pytest
from checking import findings
from flask_runner import FlaskRunner

APP = "from flask import Flask\nimport models\napp = Flask(__name__)\nclass User: pass\n"
HEAD = "from __future__ import annotations\nimport app\nclass Row:\n"


@pytest.mark.parametrize(
    ("line", "fails"),
    [
        ("owner = app.User", True),
        ("owner: type = app.User", True),
        ("owner: app.User", False),
        ("owner: app.User = None", False),
    ],
)
def test_uses_before_they_are_bound(line: str, fails: bool, flask: FlaskRunner) -> None:
    files = {"models.py": f"{HEAD}    {line}\n"}
    assert bool(flask.failures({"app.py": APP, **files}, "")) == fails
    assert bool(findings("FLK301", APP, files)) == fails


@pytest.mark.parametrize(("line", "count"), [("from app import login", 1), ("from app import make", 0)])
def test_flk305_extension_of_the_factory_that_another_module_imports(line: str, count: int) -> None:
    factory = "def make():\n    app = Flask('x')\n    login = LoginManager(app)\n    return app\n"
    text = f"from flask import Flask\nfrom flask_login import LoginManager\n{factory}"
    assert len(findings("FLK305", text, {"views.py": f"{line}\n"})) == count


@pytest.mark.parametrize(("entry", "count"), [("plugin/__init__.py", 0), ("run.py", 1)])
def test_flk301_package_that_another_program_loads(entry: str, count: int) -> None:
    app = "from flask import Flask\nfrom shop.orders import Order\nfrom shop.users import User\napp = Flask(__name__)\n"
    files = {
        "shop/__init__.py": "",
        "shop/users.py": "from shop.orders import Order\nclass User: ...\n",
        "shop/orders.py": "class Order: ...\nfrom shop.users import User\n",
        "plugin/forms.py": "",
        entry: "import plugin.forms\nfrom shop.users import User\n",
    }
    assert len(findings("FLK301", app, files)) == count


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("for name in names:\n        getattr(ext, name).init_app(app)", 0),
        ("for each in loaded():\n        each.init_app(app)", 0),
        ("for each in (ext.login, ext.csrf):\n        each.init_app(app)", 1),
        ("EXTENSIONS['mail'].init_app(app)", 0),
    ],
)
def test_flk303_where_what_is_bound_is_chosen_elsewhere(code: str, count: int) -> None:
    files = {"ext.py": "from flask_mail import Mail\nmail = Mail()\ndef send(x):\n    mail.send(x)\n"}
    factory = (
        f"from flask import Flask\nimport ext\ndef create_app():\n    app = Flask('x')\n    {code}\n    return app\n"
    )
    assert len(findings("FLK303", factory, files)) == count


@pytest.mark.parametrize(
    ("init", "count"),
    [
        ("", 1),
        ("from app.views import *\n", 1),
        ("globals()['web'] = 1\n", 0),
        ("def __getattr__(name): ...\n", 0),
        ("from elsewhere import *\n", 0),
    ],
)
def test_flk307_a_package_that_hides_a_file_and_lacks_its_name(init: str, count: int) -> None:
    package = {"app/__init__.py": init, "app/views.py": "x = 1\n", "wsgi.py": "from app import web\n"}
    assert len(findings("FLK307", "from flask import Flask\nweb = Flask(__name__)\n", package)) == count


def test_a_module_with_an_app_is_where_a_server_starts() -> None:
    files = {"web.py": "import tasks\nfrom flask import Flask\nshop = Flask(__name__)\n"}
    early = {**files, "tasks.py": "from web import shop\n"}
    assert len(findings("FLK301", "", early)) == 1
    assert findings("FLK301", "", {**early, "run.py": "import tasks\nfrom web import shop\n"}) == []
    late = {**files, "tasks.py": "def work():\n    from web import shop\n"}
    assert findings("FLK301", "", late) == []


def test_modules_of_a_folder_without_init() -> None:
    package = {
        "shop/__init__.py": "from flask import Flask\nfrom shop.api import orders\napp = Flask(__name__)\n",
        "shop/api/orders.py": "from shop import app\n",
    }
    assert [f.path for f in findings("FLK301", "", package)] == ["/project/shop/api/orders.py"]
    in_order = "from flask import Flask\napp = Flask(__name__)\nfrom shop.api import orders\n"
    assert findings("FLK301", "", {**package, "shop/__init__.py": in_order}) == []


@pytest.mark.parametrize(("use", "count"), [("", 0), ("mail.send(x)", 1)])
def test_flk303_mail_that_nothing_uses(use: str, count: int) -> None:
    text = f"from flask import Flask\nfrom flask_mail import Mail\napp = Flask('x')\nmail = Mail()\n{use}\n"
    assert len(findings("FLK303", text)) == count


@pytest.mark.parametrize(
    ("made", "count"),
    [
        ("from flask_socketio import SocketIO\next = SocketIO(cors_allowed_origins='*')", 1),
        ("from flask_socketio import SocketIO\next = SocketIO(message_queue='redis://')", 0),
        ("from flask_pymongo import PyMongo\next = PyMongo()", 1),
        ("from flask_redis import FlaskRedis\next = FlaskRedis()", 1),
        ("from flask_limiter import Limiter\next = Limiter(key_func=str)", 1),
        ("from flask_bcrypt import Bcrypt\next = Bcrypt()", 0),
    ],
)
def test_extensions_that_need_an_app(made: str, count: int) -> None:
    text = f"from flask import Flask\n{made}\napp = Flask('x')\n"
    assert len(findings("FLK303", text)) == count
    assert findings("FLK303", f"{text}ext.init_app(app)\n") == []


@pytest.mark.parametrize(("head", "count"), [("if True:", 1), ("if 0:", 0), ("try:", 1), ("if flag:", 0)])
def test_flk301_in_blocks_that_always_run(head: str, count: int) -> None:
    tail = "finally:\n    pass\n" if head == "try:" else ""
    app = f"{head}\n    from flask import Flask\n    import models\n    app = Flask(__name__)\n{tail}"
    assert len(findings("FLK301", app, {"models.py": "from app import app\n"})) == count


@pytest.mark.parametrize(("head", "count"), [("if True:", 1), ("try:", 1), ("if __name__ == '__main__':", 0)])
def test_extensions_made_in_blocks_of_the_module(head: str, count: int) -> None:
    tail = "finally:\n    pass\n" if head == "try:" else ""
    imports = "from flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\n"
    factory = "def create_app():\n    return Flask(__name__)\n"
    bound = f"{head}\n    app = Flask(__name__)\n    db = SQLAlchemy(app)\n{tail}"
    assert len(findings("FLK305", imports + factory + bound)) == count
    unbound = f"{head}\n    db = SQLAlchemy()\n    def rows(): return db.session\n{tail}"
    assert len(findings("FLK303", imports + factory + unbound)) == 1
