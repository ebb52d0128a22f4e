"""Whatever is edited, in whatever order: a project that was edited says what one says that is read anew."""

from __future__ import annotations

import ast
import random
from dataclasses import replace
from pathlib import Path

import pytest

from flask_ls.features.snapshot import Snapshot
from flask_ls.features.workspace import Workspace
from flask_ls.project.checkpoint import no_checkpoint
from flask_ls.project.routes import RouteTable
from flask_ls.syntax.source import SourceFile

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
PROJECTS = {"factory": FACTORY, "script": SCRIPT}

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


class Editing:
    """Makes one random edit after another; the texts parse, mostly."""

    def __init__(self, files: dict[str, str], seed: int) -> None:
        self.files = dict(files)
        self._original = files
        self._chance = random.Random(seed)

    def edit(self) -> str:
        """Change a file; its name."""
        name = self._chance.choice(sorted(self.files))
        kind = self._chance.choice((self._insert, self._insert, self._delete, self._move, self._comment, self._revert))
        text = kind(name)
        if not SourceFile(text).is_broken:
            self.files[name] = text
        return name

    def _blocks(self, text: str) -> list[tuple[list[ast.stmt], int]]:
        tree = ast.parse(text)
        found = [(tree.body, 0)]
        found += [
            (n.body, n.body[0].col_offset) for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.ClassDef))
        ]
        return found

    def _insert(self, name: str) -> str:
        lines = self.files[name].splitlines()
        block, indent = self._chance.choice(self._blocks(self.files[name]))
        at = self._chance.choice([*(_first_line(s) - 1 for s in block), block[-1].end_lineno]) if block else 0
        new = [" " * indent + line for line in self._chance.choice(STATEMENTS).splitlines()]
        return "\n".join([*lines[:at], *new, *lines[at:], ""])

    def _delete(self, name: str) -> str:
        lines = self.files[name].splitlines()
        block, _ = self._chance.choice(self._blocks(self.files[name]))
        if len(block) < 2:
            return self.files[name]
        statement = self._chance.choice(block)
        return "\n".join([*lines[: _first_line(statement) - 1], *lines[statement.end_lineno :], ""])

    def _move(self, name: str) -> str:
        body = ast.parse(self.files[name]).body
        if len(body) < 2:
            return self.files[name]
        statement = self._chance.choice(body)
        lines = self.files[name].splitlines()
        cut = lines[_first_line(statement) - 1 : statement.end_lineno]
        rest = [*lines[: _first_line(statement) - 1], *lines[statement.end_lineno :]]
        return "\n".join([*rest, *cut, ""])

    def _comment(self, name: str) -> str:
        return self._chance.choice(("# a comment\n", "\n\n", '"""A docstring."""\n')) + self.files[name]

    def _revert(self, name: str) -> str:
        return self._original[name]


def _first_line(statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(d.lineno for d in decorators)])


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def told(table: RouteTable) -> RouteTable:
    """A table without the ids of blueprints, which only tell them apart."""
    return replace(table, blueprints=tuple(replace(b, id="") for b in table.blueprints))


def everything(snapshot: Snapshot) -> dict[str, object]:
    """What is said of a project, with all places."""
    model = snapshot.model
    return {
        "findings": {path: snapshot.findings(path) for path in snapshot.paths()},
        "routes": told(model.routes),
        "configs": model.configs,
        "imports": dict(model.import_failures),
        "contexts": {
            path: [(p.code, p.use.site, p.witness, p.always) for p in model.contexts.problems(path)]
            for path in snapshot.paths()
        },
    }


@pytest.fixture(params=[(name, seed) for name in PROJECTS for seed in range(4)], ids=lambda p: f"{p[0]}-{p[1]}")
def session(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Editing]:
    name, seed = request.param
    write(tmp_path, PROJECTS[name])
    return tmp_path, Editing(PROJECTS[name], seed)


def read_anew(folder: Path, files: dict[str, str]) -> Snapshot:
    write(folder, files)
    workspace = Workspace([str(folder)], use_cache=False)
    workspace.load()
    return workspace.snapshot()


def test_edits_one_by_one_say_what_reading_anew_says(session: tuple[Path, Editing]) -> None:
    folder, editing = session
    workspace = Workspace([str(folder)], use_cache=False)
    workspace.load()
    everything(workspace.snapshot())
    for number in range(12):
        name = editing.edit()
        workspace.set_text(str(folder / name), editing.files[name])
        found = everything(workspace.snapshot())
        if number % 3 == 2:
            expected = everything(read_anew(folder, editing.files))
            for part, value in expected.items():
                assert found[part] == value, (part, name)


def test_what_is_withheld_is_found_in_the_end(session: tuple[Path, Editing]) -> None:
    folder, editing = session
    workspace = Workspace([str(folder)], use_cache=False, defers=True)
    workspace.load()
    workspace.warm_up()
    for number in range(12):
        name = editing.edit()
        path = str(folder / name)
        workspace.set_text(path, editing.files[name])
        early = workspace.snapshot().findings(path)
        if workspace.is_behind:
            assert workspace.settle(workspace.catch_up(no_checkpoint))
        late = workspace.snapshot().findings(path)
        # What was said at once was right, or had been said of the untouched code before.
        assert not [f for f in early if f not in late and f.fixes], (name, number)
        if number % 3 == 2:
            fresh = read_anew(folder, editing.files)
            assert late == fresh.findings(path), (name, number)
            assert told(workspace.snapshot().model.routes) == told(fresh.model.routes)


def test_files_that_come_and_go(tmp_path: Path) -> None:
    write(tmp_path, FACTORY)
    workspace = Workspace([str(tmp_path)], use_cache=False)
    workspace.load()
    everything(workspace.snapshot())
    api = tmp_path / "shop/api.py"
    api.write_text("from shop.views import bp\n\n\n@bp.get('/api')\ndef api():\n    return 'x'\n")
    workspace.files_changed([str(api)])
    views = FACTORY["shop/views.py"].replace("import Item", "import Item\nimport shop.api")
    workspace.set_text(str(tmp_path / "shop/views.py"), views)
    found = everything(workspace.snapshot())
    assert found == everything(read_anew(tmp_path, {**FACTORY, "shop/views.py": views}))
    api.unlink()
    workspace.files_changed([str(api)])
    found = everything(workspace.snapshot())
    assert found == everything(read_anew(tmp_path, {**FACTORY, "shop/views.py": views}))
