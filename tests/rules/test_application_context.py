"""Odd forms of the rules of chapter "Application context"."""

from __future__ import annotations

import pytest
from checking import findings

from flask_ls.rules.finding import Severity

IMPORTS = """
import asyncio, contextvars, threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from threading import Thread, Timer
import flask as f
from apscheduler.schedulers.background import BackgroundScheduler
from celery import Celery, shared_task
from flask import *
from flask import current_app as ca, copy_current_request_context
from flask_login import current_user
app = Flask(__name__)
celery = Celery("x")
pool = ThreadPoolExecutor()
scheduler = BackgroundScheduler()
def work(*args, **more): print(args, more)
@shared_task
def task(a): ...
class Worker(Thread):
    def __init__(self, app, size):
        super().__init__()
        self.app = app
        self.size = size.x
    def run(self):
        print(self.app, self.size)
@app.get("/")
def index():
"""


@pytest.mark.parametrize(
    "line",
    [
        "Thread(target=work, kwargs={'app': ca})",
        "Thread(target=work, kwargs=dict(app=f.current_app))",
        "Thread(None, work, None, (g,))",
        "threading.Timer(5, work, [request])",
        "Timer(5, work, args=(request,))",
        "args = (session, 1); Thread(target=work, args=args)",
        "pool.submit(work, session)",
        "pool.submit(work, app=current_app)",
        "list(pool.map(work, [current_user]))",
        "with ThreadPoolExecutor() as ex: ex.submit(work, request)",
        "asyncio.get_event_loop().run_in_executor(None, work, request)",
        "loop = asyncio.get_event_loop(); loop.run_in_executor(None, work, request)",
        "scheduler.add_job(work, 'date', args=[current_app])",
        "scheduler.add_job(work, 'interval', seconds=3, kwargs={'a': g})",
        "Thread(target=partial(work, ca))",
        "t = partial(work, x=ca); Thread(target=t)",
        "pool.submit(partial(work, request), 1)",
        "ProcessPoolExecutor().submit(work, request)",
        "task.delay(current_user)",
        "task.apply_async(args=[request])",
        "task.apply_async((request,))",
        "celery.send_task('work', args=[session])",
        "Worker(current_app, 1).start()",
        "Worker(app=current_app, size=1)",
        "a = ca; b = a; Thread(target=work, args=(b,))",
    ],
)
def test_flk105_speaks(line: str) -> None:
    assert len(findings("FLK105", f"{IMPORTS}    {line}\n")) == 1


@pytest.mark.parametrize(
    "line",
    [
        "Thread(target=work, args=(ca.name, request.args, current_user.id))",
        "Thread(target=work, args=(ca._get_current_object(),))",
        "Thread(target=work, args=(app,))",
        "Thread(target=copy_current_request_context(work), args=(request,))",
        "Thread(target=contextvars.copy_context().run, args=(work, request))",
        "c = contextvars.copy_context(); pool.submit(c.run, work, request)",
        "work(request, session)",
        "partial(work, request)()",
        "asyncio.to_thread(work, request)",
        "task(request)",
        "Worker(1, current_app)",
        "unknown.submit(work, request)",
        "def guarded(a):\n        with app.app_context(): print(a.name)\n    Thread(target=guarded, args=(ca,))",
        "def unused(a): pass\n    Thread(target=unused, args=(ca,))",
    ],
)
def test_flk105_is_silent(line: str) -> None:
    assert findings("FLK105", f"{IMPORTS}    {line}\n") == []


def test_flk105_fix_changes_the_alias() -> None:
    (finding,) = findings("FLK105", f"{IMPORTS}    a = ca\n    Thread(target=work, args=(a,))\n")
    assert [f.safe for f in finding.fixes] == [False] or finding.fixes[0].edits[0].edit.text == "._get_current_object()"


def test_a_plain_command_of_the_application_has_a_context_under_the_flask_command() -> None:
    text = """
import click
from flask import Flask, current_app
def name():
    return current_app.name
@click.command("seed")
def seed():
    name()
    current_app.name
def create_app():
    app = Flask(__name__)
    REGISTER
    return app
"""
    found = findings("FLK101", text.replace("REGISTER", "app.cli.add_command(seed)"))
    assert [(f.severity.value, text[f.span.end :].partition("\n")[0]) for f in found] == [("information", ".name")]
    assert found[0].span.start > text.index("seed()")
    found = findings("FLK101", text.replace("REGISTER", "pass"))
    assert [f.severity.value for f in found] == ["error", "error"]


def test_of_a_plain_click_command_the_first_use_is_told() -> None:
    text = (
        "import click\nfrom flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\n"
        "app = Flask('x')\napp.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite://'\ndb = SQLAlchemy(app)\n"
        "@click.command()\ndef seed():\n    db.create_all()\n    db.session.commit()\napp.cli.add_command(seed)\n"
    )
    assert [f.severity.value for f in findings("FLK702", text)] == ["information"]


def test_of_a_way_that_is_one_of_several_the_first_use_is_told() -> None:
    text = (
        "from threading import Thread\nfrom flask import Flask, current_app\napp = Flask('x')\n"
        "def work():\n    print(current_app.name)\n    return current_app.config['A']\n"
        "@app.get('/')\ndef view():\n    Thread(target=work).start()\n    return work()\n"
    )
    assert [(f.severity.value, text.count("\n", 0, f.span.start)) for f in findings("FLK104", text)] == [("warning", 4)]


SHARING = "from flask import Flask, g\nfrom flask_sqlalchemy.record_queries import get_recorded_queries\n"


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("app = Flask('a')\n    with app.app_context():\n        client.get('/')", 0),
        ("app = Flask('a')\n    client = app.test_client()\n    with app.app_context():\n        client.get('/')", 1),
        ("with app.app_context():\n        client.get('/')\n        get_recorded_queries()", 0),
        ("with app.app_context():\n        client.get('/')", 1),
    ],
)
def test_flk106_of_the_same_app_and_unwanted(body: str, count: int) -> None:
    text = f"{SHARING}app = Flask(__name__)\nclient = app.test_client()\ndef test_it():\n    {body}\n"
    assert len(findings("FLK106", text)) == count


@pytest.mark.parametrize(
    ("script", "files", "severity"),
    [
        ("User.query.count()", {}, Severity.WARNING),
        ("User.query.count()", {"main.py": "import app\n"}, Severity.ERROR),
        ("from flask import Flask\nshop = Flask(__name__)\nUser.query.count()", {}, Severity.ERROR),
    ],
    ids=["a script for flask shell", "a module", "a script with an application"],
)
def test_a_script_without_an_application_may_be_for_the_shell(
    script: str, files: dict[str, str], severity: Severity
) -> None:
    models = (
        "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n"
        "class User(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n"
    )
    (finding,) = findings("FLK702", f"from models import User\n{script}\n", {"models.py": models, **files})
    assert finding.severity is severity
