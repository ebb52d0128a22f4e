"""Projects to be edited, and what is typed into them."""

from __future__ import annotations

FACTORY = {
    "shop/__init__.py": """from flask import Flask

from shop.extensions import db


def create_app():
    app = Flask(__name__)
    app.config.from_object("shop.config.Production")
    db.init_app(app)
    from shop.views import bp
    from shop.admin import bp as admin
    app.register_blueprint(bp)
    app.register_blueprint(admin, url_prefix="/admin")
    return app
""",
    "shop/extensions.py": "from flask_sqlalchemy import SQLAlchemy\n\ndb = SQLAlchemy()\n",
    "shop/config.py": """class Base:
    SECRET_KEY = "dev"


class Production(Base):
    SESSION_COOKIE_SECURE = True
""",
    "shop/models.py": """from shop.extensions import db


class Item(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80))


def recount():
    return db.session.query(Item).count()
""",
    "shop/helpers.py": """import threading
from functools import wraps

from flask import current_app, g, request


def needs(view):
    @wraps(view)
    def checked(*args, **kwargs):
        if request.args.get("key") != current_app.config["SECRET_KEY"]:
            return "no", 403
        return view(*args, **kwargs)

    return checked


def notify(item):
    current_app.logger.info("changed %s", item)


def in_background(item):
    threading.Thread(target=notify, args=(item,)).start()


def user():
    return g.user
""",
    "shop/views.py": """from flask import Blueprint, redirect, request, session, url_for

from shop.extensions import db
from shop.helpers import in_background, needs
from shop.models import Item

bp = Blueprint("views", __name__)


@bp.route("/")
@needs
def index():
    session["cart"]["x"] = 1
    return {"items": Item.query.count()}


@bp.post("/items/<int:number>")
def change(number):
    item = db.session.get(Item, number)
    item.name = request.form["name"]
    in_background(item)
    return redirect("/")
""",
    "shop/admin.py": """from flask import Blueprint

bp = Blueprint("admin", __name__)


@bp.get("/")
def index():
    return "admin"
""",
    "wsgi.py": "from shop import create_app\n\napp = create_app()\n",
}
SCRIPT = {
    "app.py": """from flask import Flask, current_app, render_template

from tools import helper

app = Flask(__name__)
app.config["SECRET_KEY"] = "x"
LIMIT = 10


@app.route("/")
def index():
    return render_template("index.html", helper=helper())


@app.route("/other")
def other():
    return str(LIMIT)


if __name__ == "__main__":
    app.run(debug=True)
""",
    "tools.py": """from flask import current_app, session


def helper():
    return current_app.name


def work():
    session["a"] = {1, 2}


NAME = "tools"
""",
    "job.py": """from tools import helper, work


def main():
    helper()
    work()


if __name__ == "__main__":
    main()
""",
    "one.py": "import flask\nfrom two import b\n\na = 1\n",
    "two.py": "from three import c\n\nb = 1\n",
    "three.py": "c = 1\n",
}
CALLS = {
    "shop/__init__.py": """import click
from flask import Flask

from shop import jobs, mail, state


def create_app():
    app = Flask(__name__)
    state.prepare(app)
    app.add_url_rule("/", "index", mail.index)
    app.cli.add_command(seed)
    return app


@click.command()
def seed():
    mail.send("seed")
""",
    "shop/state.py": """from contextlib import contextmanager

from flask import current_app, g, request


@contextmanager
def inside(app):
    with app.app_context():
        yield app


@contextmanager
def outside(app):
    yield app


def prepare(app):
    with inside(app):
        limit()


def limit():
    return current_app.config["LIMIT"]


def user():
    return g.user if request else None


class Holder:
    def __init__(self):
        self.send = limit

    @property
    def name(self):
        return current_app.name

    def __enter__(self):
        return self

    def __exit__(self, *args):
        limit()
""",
    "shop/mail.py": """import threading

from flask import current_app, request

from shop.state import Holder, limit, user


def send(text, to=None):
    if to is None:
        return deliver(text, 3)
    return user()


def deliver(text, left):
    current_app.logger.info(text)
    if left:
        again(text, left - 1)


def again(text, left):
    deliver(text, left)


def index():
    with Holder() as holder:
        threading.Thread(target=send, args=(holder.name,)).start()
    return request.args["x"]


def walk(visit):
    visit(Holder().name)


HANDLERS = {"send": send}
STEPS = []


def step(function):
    STEPS.append(function)
    return function


def run_all(name):
    for each in STEPS:
        each()
    HANDLERS[name]("x")
    HANDLERS.get("deliver")("x", 1)


class Report:
    def __init__(self, visit=limit):
        self.visit = visit

    def render(self):
        self.visit()
        return self.title()

    def title(self):
        return "report"

    def __getattr__(self, name):
        return user()


class Daily(Report):
    def title(self):
        return limit()


reports = [Report(), Daily(user)]
""",
    "shop/jobs.py": """from functools import wraps

from flask import copy_current_request_context

from shop.mail import Daily, Report, deliver, run_all, send, step, walk


def logged(function):
    @wraps(function)
    def wrapper(*args):
        walk(send)
        return function(*args)

    return wrapper


@logged
def nightly():
    deliver("x", 1)


def weekly(app):
    with app.test_request_context():
        nightly()


def later():
    yield send("later")


@step
def monthly():
    return limit_of(Daily())


def limit_of(report):
    return report.render()


if __name__ == "__main__":
    run_all("send")
    Report().unknown
""",
    "tests/conftest.py": """import pytest

from shop import create_app


@pytest.fixture
def app():
    app = create_app()
    with app.app_context():
        yield app


@pytest.fixture
def client(app):
    with app.test_client() as client:
        yield client
""",
    "tests/test_shop.py": """from flask import g, request

from shop.jobs import nightly
from shop.state import limit


def test_limit(app):
    assert limit() == nightly()


def test_client(client):
    client.get("/")
    assert request.path == "/"


def test_alone():
    assert g.user is None
""",
    "run.py": """from shop import create_app
from shop.jobs import nightly, weekly
from shop.state import inside, outside

app = create_app()
with inside(app):
    nightly()

if __name__ == "__main__":
    weekly(app)
    nightly()
""",
}
PROJECTS = {"factory": FACTORY, "script": SCRIPT, "calls": CALLS}

STATEMENTS = (
    "from flask import current_app, g, request, session, url_for",
    "import threading",
    "from shop.helpers import notify as tell",
    "from tools import work as helper",
    "from one import a",
    "LIMIT = 20",
    "NAME = current_app.name",
    "notify(1)",
    "bp = Blueprint('other', __name__)",
    "app.config['SECRET_KEY'] = 'y'",
    "app.config.update(SESSION_COOKIE_SECURE=False)",
    "db.session.commit()",
    "@bp.route('/typed')\ndef typed():\n    return url_for('nowhere')",
    "@app.get('/typed')\ndef typed():\n    return helper()",
    "def helper():\n    return current_app.name",
    "def notify(item):\n    return request.args['x']",
    "def starts():\n    threading.Thread(target=helper).start()",
    "class Item(db.Model):\n    id = db.Column(db.Integer, primary_key=True)",
    "class Production:\n    DEBUG = True",
    "with app.app_context():\n    notify(2)",
    "for name in ('a', 'b'):\n    app.add_url_rule('/' + name, name, index)",
)
CALLING = (
    "run_all('send')",
    "HANDLERS['deliver'] = deliver",
    "HANDLERS.setdefault('user', user)",
    "STEPS.append(nightly)",
    "Daily().render()",
    "Report(user).render()",
    "self.visit = send",
    "self.title()",
    "limit_of(Report())",
    "Report().missing",
    "reports[0].render()",
    "for each in later():\n    limit()",
    "def title(self):\n    return user()",
    "class Weekly(Report):\n    def title(self):\n        return g.user",
    "@step\ndef yearly():\n    send('z')",
    "limit()",
    "send('x')",
    "send('x', to=app)",
    "deliver('x', 0)",
    "again('x', 1)",
    "nightly()",
    "weekly(app)",
    "walk(limit)",
    "walk(deliver)",
    "return send('y')",
    "return limit",
    "return current_app.name",
    "yield",
    "app = create_app()",
    "prepare(app)",
    "app.app_context().push()",
    "client.get('/')",
    "self.app = current_app",
    "Holder().send()",
    "threading.Thread(target=nightly).start()",
    "threading.Timer(1, copy_current_request_context(send)).start()",
    "with inside(app):\n    limit()",
    "with outside(app):\n    limit()",
    "with app.test_request_context():\n    user()",
    "with app.test_client() as client:\n    client.get('/')\n    request.path",
    "with Holder() as holder:\n    holder.name",
    "try:\n    limit()\nexcept RuntimeError:\n    pass",
    "if left:\n    limit()\nelse:\n    user()",
    "import shop.jobs",
    "from shop.mail import send",
    "from shop.state import outside as inside",
    "def limit():\n    return user()",
    "@logged\ndef deliver(text, left):\n    return g.user",
    "@app.route('/typed')\ndef typed():\n    return send('typed')",
)
TYPED = {"factory": STATEMENTS, "script": STATEMENTS, "calls": CALLING}
