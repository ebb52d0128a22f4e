"""FLK701, FLK704, FLK705, FLK706, FLK708 and FLK709: spellings beyond those of the examples."""

from __future__ import annotations

import pytest
from checking import findings, marked

HEAD = """
import datetime
from flask import Flask, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import delete, text
app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db = SQLAlchemy(app)
class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)
"""
VIEW = "@app.post('/')\ndef index():\n    "


@pytest.mark.parametrize(
    ("write", "mark"),
    [
        ("User.query.filter_by(id=1).delete()", None),
        ("User.query.filter(User.id == 1).update({'name': 'a'})", None),
        ("db.session.query(User).delete()", None),
        ("db.session.execute(db.insert(User).values(name='a'))", None),
        ("db.session.execute(delete(User).where(User.id == 1))", None),
        ("db.session.execute(text('UPDATE user SET name = 1'))", None),
        ("user = db.get_or_404(User, 1)\n    user.name = 'a'", "user.name = 'a'"),
        ("user = User.query.first_or_404()\n    setattr(user, 'name', 'a')", "setattr(user, 'name', 'a')"),
        ("for user in User.query:\n        user.name = 'a'", "user.name = 'a'"),
        ("with db.session.begin_nested():\n        db.session.add(User())", "db.session.add(User())"),
    ],
)
def test_flk701_writes(write: str, mark: str | None) -> None:
    assert marked("FLK701", f"{HEAD}{VIEW}{write}\n    return ''\n") == [mark or write]
    assert marked("FLK701", f"{HEAD}{VIEW}{write}\n    db.session.commit()\n    return ''\n") == []


@pytest.mark.parametrize(
    "read",
    [
        "db.session.execute(db.select(User)).all()",
        "db.session.execute(text('SELECT 1')).all()",
        "values = {}\n    values.update({'a': 1})",
        "user = db.get_or_404(User, 1)\n    user.shown = True",
    ],
)
def test_flk701_reads(read: str) -> None:
    assert findings("FLK701", f"{HEAD}{VIEW}{read}\n    return ''\n") == []


@pytest.mark.parametrize("sql", ["'SELECT %s' % 1", "'SELECT {}'.format(1)", "'SELECT ' + request.args['x']"])
def test_flk705_strings_that_are_put_together(sql: str) -> None:
    assert marked("FLK705", f"{HEAD}{VIEW}return str(db.session.execute({sql}).scalar())\n") == [sql]


def test_flk706_helper() -> None:
    helper = "def now():\n    return datetime.datetime.now()\n"
    model = "class Post(db.Model):\n    at = db.Column(db.DateTime, default=now{})\n"
    assert marked("FLK706", f"{HEAD}{helper}{model.format('()')}") == ["now()"]
    assert marked("FLK706", f"{HEAD}{helper}{model.format('')}") == []


def test_flk708_binds() -> None:
    text = f"{HEAD}app.config['SQLALCHEMY_BINDS'] = {{'a': 'postgres://h/a', 'b': {{'url': 'postgres://h/b'}}}}\n"
    assert marked("FLK708", text) == ["'postgres://h/a'", "'postgres://h/b'"]


@pytest.mark.parametrize(
    "repair",
    [
        "if url.startswith('postgres://'):\n    url = url.replace('postgres://', 'postgresql://', 1)",
        "url = re.sub('^postgres:', 'postgresql:', url)",
    ],
)
def test_flk708_leaves_a_scheme_alone_that_is_replaced(repair: str) -> None:
    read = "import os, re\nurl = os.environ.get('DATABASE_URL', 'postgres://h/a')\n"
    write = "app.config['SQLALCHEMY_DATABASE_URI'] = url\n"
    assert len(findings("FLK708", f"{HEAD}{read}{write}")) == 1
    assert findings("FLK708", f"{HEAD}{read}{repair}\n{write}") == []


@pytest.mark.parametrize(("imported", "count"), [("import flask_sqlalchemy", 1), ("import psycopg2", 0)])
def test_flk708_environment_of_a_project_with_sqlalchemy(imported: str, count: int) -> None:
    text = f"import os\n{imported}\nurl = os.environ['DATABASE_URL']\n"
    assert len(findings("FLK708", text, {".env": "DATABASE_URL=postgres://h/a\n"})) == count


@pytest.mark.parametrize("query", ["User.query", "db.session.query(User)", "User.query.options()"])
def test_flk709(query: str) -> None:
    assert marked("FLK709", f"{HEAD}{VIEW}return str({query}.get(1))\n") == [f"{query}.get"]


def test_flk709_is_silent_about_queries_of_ones_own() -> None:
    own = "class Query(db.Query):\n    def get(self, key): ...\nclass Bill(User):\n    query_class = Query\n"
    assert findings("FLK709", f"{HEAD}{own}{VIEW}return str(Bill.query.get(1))\n") == []


@pytest.mark.parametrize(
    ("test", "count"), [("request.args", 1), ("request.form.get('a')", 1), ("changed", 0), ("user.id", 0)]
)
def test_flk701_commit_for_some_requests_only(test: str, count: int) -> None:
    body = f"user = User()\n    db.session.add(user)\n    if {test}:\n        db.session.commit()\n    return ''\n"
    assert len(findings("FLK701", f"{HEAD}changed = True\n{VIEW}{body}")) == count


@pytest.mark.parametrize(
    ("attempt", "count"),
    [
        ("db.session.commit()", 1),
        ("with app.app_context():\n                db.session.add(User())\n                db.session.commit()", 0),
    ],
)
def test_flk704_context_of_the_session_inside_the_try(attempt: str, count: int) -> None:
    loop = f"for _ in range(3):\n        try:\n            {attempt}\n        except Exception:\n            pass\n"
    assert len(findings("FLK704", f"{HEAD}def fill():\n    {loop}        db.session.add(User())\n")) == count


@pytest.mark.parametrize(
    ("category", "count"), [(", 'error'", 0), (", category='danger'", 0), (", 'success'", 1), ("", 1)]
)
def test_flk701_an_exit_that_flashes_an_error_gives_the_change_up(category: str, count: int) -> None:
    body = (
        "user = db.session.get(User, 1)\n    user.name = 'a'\n    if not request.form['b'].isdigit():\n"
        f"        flash('x'{category})\n        return ''\n    db.session.commit()\n    return ''\n"
    )
    assert len(findings("FLK701", f"from flask import flash\n{HEAD}{VIEW}{body}")) == count


@pytest.mark.parametrize(
    ("exit_", "count"),
    [
        ("problem = check()\n    if problem:\n        return problem", 0),
        ("if (problem := check()):\n        return problem", 0),
        ("problem = check()\n    if problem is not None:\n        return problem", 0),
        ("problem = check()\n    if problem:\n        return ''", 1),
        ("if check():\n        return {'error': 'x'}", 0),
        ("if check():\n        return jsonify({'ok': False, 'errors': []})", 0),
        ("if check():\n        return {'ok': True}", 1),
    ],
)
def test_flk701_an_exit_that_hands_on_what_a_check_found_gives_the_change_up(exit_: str, count: int) -> None:
    body = f"user = db.session.get(User, 1)\n    user.name = 'a'\n    {exit_}\n    db.session.commit()\n    return ''\n"
    assert len(findings("FLK701", f"from checks import check\n{HEAD}{VIEW}{body}")) == count


MODELS = """
from flask_sqlalchemy import SQLAlchemy
db = SQLAlchemy()
class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    def save(self):
        db.session.add(self)
"""
SERVICES = "from models import User, db\ndef add(name):\n    user = User()\n    db.session.add(user)\n    return user\n"


def _app(view: str, more: str = "") -> str:
    head = "from flask import Flask\nimport services\nfrom models import User, db\napp = Flask(__name__)\n"
    return f"{head}{more}@app.post('/')\ndef index():\n    {view}\n    return ''\n"


@pytest.mark.parametrize(
    ("app", "services", "count"),
    [
        (_app("services.add('a')"), SERVICES, 1),
        (_app("services.add('a')\n    db.session.commit()"), SERVICES, 0),
        (_app("services.add('a')"), SERVICES + "    db.session.commit()\n", 1),
        (_app("services.add('a')"), SERVICES.replace("    return", "    db.session.commit()\n    return"), 0),
        (_app("services.add('a')\n    services.done()"), f"{SERVICES}def done():\n    db.session.commit()\n", 0),
        (_app("with services.work():\n        services.add('a')"), f"{SERVICES}from work import work\n", 0),
        (_app("unit.save(services.add('a'))", "from somewhere import unit\n"), SERVICES, 0),
        (_app("return ''"), SERVICES, 0),
        (_app("User().save()"), SERVICES, 1),
        (_app("User().save()\n    services.done()"), f"{SERVICES}def done():\n    db.session.commit()\n", 0),
        (_app("db.session.add(User())\n    services.log()"), f"{SERVICES}def log():\n    print('done')\n", 1),
        (_app("db.session.add(User())\n    services.log()"), f"{SERVICES}def log():\n    db.session.commit()\n", 0),
    ],
)
def test_flk701_through_other_files(app: str, services: str, count: int) -> None:
    work = "from contextlib import contextmanager\nfrom models import db\n@contextmanager\ndef work():\n    yield\n"
    files = {"models.py": MODELS, "services.py": services, "work.py": f"{work}    db.session.commit()\n"}
    assert len(findings("FLK701", app, files)) == count


def test_flk701_leaves_objects_alone_that_are_taken_out_of_the_session() -> None:
    body = "user = db.get_or_404(User, 1)\n    user.name = 'a'\n    db.session.expunge(user)\n    return user.name\n"
    assert findings("FLK701", f"{HEAD}{VIEW}{body}") == []


@pytest.mark.parametrize(
    ("handler", "count"),
    [("print(e)", 1), ("if 'duplicate column' not in str(e):\n            raise", 0)],
)
def test_flk704_a_handler_that_raises_other_errors(handler: str, count: int) -> None:
    attempt = "try:\n        db.session.add(User())\n        db.session.commit()\n"
    text = (
        f"{HEAD}def fill():\n    {attempt}    except Exception as e:\n        {handler}\n    db.session.add(User())\n"
    )
    assert len(findings("FLK704", text)) == count


@pytest.mark.parametrize(
    ("exit_", "commit", "count"),
    [
        ("return False, 'gone'", "db.session.commit()", 0),
        ("return None", "db.session.commit()", 0),
        ("return True, ''", "db.session.commit()", 1),
        ("return False, 'gone'", "pass", 1),
    ],
)
def test_flk701_a_helper_that_gives_up(exit_: str, commit: str, count: int) -> None:
    services = (
        "from models import User, db\ndef add(name):\n    db.session.add(User())\n"
        f"    if not name:\n        {exit_}\n    {commit}\n    return True, ''\n"
    )
    found = findings("FLK701", _app("services.add('a')"), {"models.py": MODELS, "services.py": services})
    assert len(found) == count


@pytest.mark.parametrize(
    ("helper", "after", "count"),
    [
        ("db.session.add(u)\n    db.session.commit()", "return str(User.query.count())", 1),
        ("db.session.add(u)\n    db.session.commit()", "return ''", 0),
        ("db.session.add(u)", "return str(User.query.count())", 0),
        ("try: db.session.commit()\n    finally: db.session.rollback()", "return str(User.query.count())", 0),
    ],
)
def test_flk704_commit_of_a_function_of_the_file(helper: str, after: str, count: int) -> None:
    save = f"def save(u):\n    {helper}\n"
    attempt = f"try:\n        save(User())\n    except Exception:\n        pass\n    {after}\n"
    assert len(findings("FLK704", f"{HEAD}{save}{VIEW}{attempt}")) == count
    loop = (
        "def fill():\n    for _ in range(3):\n        try:\n            save(User())\n        except Exception: pass\n"
    )
    assert len(findings("FLK704", f"{HEAD}{save}{loop}")) == ("commit" in helper and "try" not in helper)


@pytest.mark.parametrize(
    ("helper", "count"),
    [
        ("return db.session.get(User, i)", 1),
        ("user = db.get_or_404(User, i)\n    return user", 1),
        ("return User.query.all()", 1),
        ("return db.session.get(User, i).id", 0),
        ("if i: return {}\n    return db.session.get(User, i)", 0),
    ],
)
def test_flk908_row_that_a_function_of_the_file_returns(helper: str, count: int) -> None:
    load = f"from flask import jsonify\ndef load(i):\n    {helper}\n"
    assert len(findings("FLK908", f"{HEAD}{load}{VIEW}return jsonify(load(1))\n")) == count


@pytest.mark.parametrize("load", ["models.User.query.get(1)", "db.session.get(models.User, 1)"])
def test_flk701_loading_an_object_of_another_module_commits_nothing(load: str) -> None:
    view = "\n@app.post('/')\ndef add():\n    db.session.add(models.User())\n"
    text = (
        f"import models\n{HEAD}{view}    if {load}:\n        return 'there'\n    db.session.commit()\n    return ''\n"
    )
    assert len(findings("FLK701", text, {"models.py": MODELS})) == 1


@pytest.mark.parametrize(
    ("default", "title"),
    [
        ("dt.datetime.utcnow()", "Pass the function itself"),
        ("dt.datetime.utcnow().date()", "Call it for each row"),
        ("dt.datetime.now(dt.timezone.utc)", "Call it for each row"),
        ("str(uuid.uuid4())", "Call it for each row"),
        ("uuid.uuid4().hex.upper()", "Call it for each row"),
    ],
)
def test_flk706_passes_only_the_function_that_is_called_itself(default: str, title: str) -> None:
    column = f"class Order(db.Model):\n    at = db.Column(db.String, default={default})\n"
    (finding,) = findings("FLK706", f"import uuid\nimport datetime as dt\n{HEAD}{column}")
    assert [fix.title for fix in finding.fixes] == [title]
