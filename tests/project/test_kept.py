"""What stays known while a file is edited: which edits leave the start of the program alone, and where things stand."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_ls.features.workspace import Workspace
from flask_ls.project.model import project
from flask_ls.project.recursion import deep_recursion, limit_may_be_raised
from flask_ls.project.relocate import Paths, move_between, relocated
from flask_ls.project.routes import Route, UrlPart
from flask_ls.project.site import Site
from flask_ls.project.start_code import Around, same_start
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span

APP = """from flask import Flask

app = Flask(__name__)


def register(target):
    target.add_url_rule("/more", view_func=more)


def more():
    return "more"


@app.get("/")
def index():
    return "index"


register(app)
"""
ENTERED = frozenset({"register"})


class Alone(Around):
    """A project that has little to do with the file."""

    def __init__(self, mentioned: str = "", taken: str = "") -> None:
        self._mentioned, self._taken = mentioned, taken

    def is_mentioned(self, name: str) -> bool:
        return name == self._mentioned

    def is_taken(self, name: str) -> bool:
        return name == self._taken

    def is_outside(self, module: str) -> bool:
        return module.partition(".")[0] in ("flask", "os", "datetime")


def is_same(after: str, before: str = APP) -> bool:
    return same_start(SourceFile(before), SourceFile(after), ENTERED)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('return "index"', 'return "the index"'),
        ('return "index"', "for x in range(3):\n        print(x)\n    return render()"),
        ('return "more"', 'return "more'),
        ('"/more"', '"/more'),
        ("from flask import Flask", "# a comment\n\nfrom flask import Flask"),
        ("register(app)\n", "register(app)\n\n\n"),
        ("register(app)\n", "register(app)\nde"),
        ("    target.add", "    tar\n    target.add"),
        ("register(app)\n", "register(app)\nindex.method_that_is_being"),
    ],
)
def test_an_edit_that_leaves_the_start_alone(old: str, new: str) -> None:
    assert is_same(APP.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"/more"', '"/most"'),
        ('@app.get("/")', '@app.get("/home")'),
        ("def index():", "def home():"),
        ("def index():", "def index(page):"),
        ("register(app)", "if app:\n    register(app)"),
        ("import Flask", "import Flask, g"),
        ('return "index"', "return Flask(__name__)"),
        ('return "index"', "return shop.Shop()"),
        ("def more():", "async def more():"),
    ],
)
def test_an_edit_that_may_change_the_start(old: str, new: str) -> None:
    assert not is_same(APP.replace(old, new))


def test_the_body_of_a_function_inside_one_that_ran_is_idle() -> None:
    before = "def register(app):\n    @app.get('/')\n    def index():\n        return 1\n"
    assert is_same(before.replace("return 1", "return 2"), before)
    assert not is_same(before.replace("'/'", "'/x'"), before)


def test_a_function_that_nobody_names_may_come_and_go() -> None:
    new = SourceFile(APP + "\n\ndef helper():\n    return 1\n")
    decorated = SourceFile(APP + "\n\n@app.get('/x')\ndef helper():\n    return 1\n")
    maker = SourceFile(APP + "\n\ndef helper():\n    return Flask(__name__)\n")
    assert same_start(SourceFile(APP), new, ENTERED, Alone())
    assert not same_start(SourceFile(APP), new, ENTERED, Alone(mentioned="helper"))
    assert not same_start(SourceFile(APP), new, ENTERED | {"helper"}, Alone())
    for text in (decorated, maker):
        assert not same_start(SourceFile(APP), text, ENTERED, Alone())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import Flask", "import Flask, g"),
        ("import Flask", "import Flask, request as asked"),
        ("import Flask", "import Flask, render"),
        ("import Flask\n", "import Flask\nimport os\n"),
        ("import Flask\n", "import Flask\nimport os.path as p, datetime\n"),
        ("import Flask\n", "import Flask\nfrom os.path import (\n    join,\n    split,\n)\n"),
    ],
)
def test_an_import_from_outside_that_nothing_uses_may_come_and_go(old: str, new: str) -> None:
    app = APP.replace('return "index"', "return render()")
    one, other = SourceFile(app), SourceFile(app.replace(old, new))
    assert same_start(one, other, ENTERED, Alone())
    assert same_start(other, one, ENTERED, Alone())
    assert not same_start(one, other, ENTERED)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import Flask", "import Flask, Blueprint"),
        ("import Flask\n", "import Flask\nfrom shop import views\n"),
        ("import Flask\n", "import Flask\nfrom . import views\n"),
        ("import Flask\n", "import Flask\nimport os, shop\n"),
        ("import Flask\n", "import Flask\nfrom os import taken\n"),
        ("import Flask\n", "import Flask\nfrom os import *\n"),
        ("import Flask\n", "import Flask\nfrom os import path as target\n"),
        ("import Flask\n", "import Flask\nfrom os import path as index\n"),
        ("import Flask\n", "import Flask\nfrom os import path as application\n"),
        ("import Flask\n", "import Flask\nfrom os import path as __all__\n"),
        ("import Flask\n", "import Flask\ntry:\n    import os\nexcept ImportError:\n    app = 1\n"),
    ],
)
def test_an_import_that_something_may_use_counts(old: str, new: str) -> None:
    one, other = SourceFile(APP), SourceFile(APP.replace(old, new))
    assert not same_start(one, other, ENTERED, Alone(taken="taken"))
    assert not same_start(other, one, ENTERED, Alone(taken="taken"))


def test_what_other_files_take_from_a_file_counts(workspace: Workspace) -> None:
    helpers = Path(workspace.folders[0], "helpers.py")
    helpers.write_text("")
    Path(workspace.folders[0], "app.py").write_text(f"from helpers import jsonify\n{APP}\napp.get('/json')(jsonify)\n")
    workspace.load()

    def endpoints() -> set[str]:
        return {r.endpoint for r in workspace.snapshot().model.routes.routes if r.endpoint}

    before = endpoints()
    workspace.set_text(str(helpers), "from flask import jsonify\n")
    assert "jsonify" in endpoints() - before
    workspace.set_text(str(helpers), "from flask import jsonify, url_for\n")
    assert "jsonify" in endpoints()


@pytest.fixture
def usual_recursion_limit() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.usefixtures("usual_recursion_limit")
def test_deep_code_counts_as_changed() -> None:
    deep = "y = " + "a." * 600 + "b\n"
    assert not SourceFile(deep).is_broken
    assert not is_same("# more\n" + deep, deep)


def test_the_recursion_limit_is_as_before_when_nobody_needs_it_high() -> None:
    before = sys.getrecursionlimit()
    first, second = deep_recursion(), deep_recursion()
    first.__enter__()
    second.__enter__()
    with limit_may_be_raised():
        sys.setrecursionlimit(before + 10)
    first.__exit__(None, None, None)
    assert sys.getrecursionlimit() > before + 10
    second.__exit__(None, None, None)
    assert sys.getrecursionlimit() == before + 10
    sys.setrecursionlimit(before)


def test_places_move_edit_by_edit() -> None:
    first = "a\nb\nc\nd\n"
    move = move_between(first, "0\n" + first).then("0\n" + first, "0\n" + first + "e\n")
    assert [move(Span(n, n + 1)) for n in (0, 2, 4, 6)] == [Span(n + 2, n + 3) for n in (0, 2, 4, 6)]
    # At once: lines that are still there are found again.
    assert move_between(first, "0\na\nx\nb\nc\nyd\n")(Span(4, 5)) == Span(8, 9)


def common(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))


@given(st.text("ab\n", max_size=12), st.text("ab\n", max_size=12))
def test_what_lies_outside_of_an_edit_is_found_again(before: str, after: str) -> None:
    move = move_between(before, after)
    start_of_edit = common(before, after)
    rest = min(len(before), len(after)) - start_of_edit
    same_end = min(common(before[::-1], after[::-1]), rest)
    for start in range(len(before) + 1):
        for end in range(start + 1, len(before) + 1):
            span = move(Span(start, end))
            assert 0 <= span.start <= span.end <= len(after)
            if end <= start_of_edit or start >= len(before) - same_end:
                assert after[slice(*span)] == before[start:end]


def test_places_in_data_are_moved_and_the_rest_is_the_same_object() -> None:
    move = move_between("abc def", "abc -- def")
    here, elsewhere = Site("/a.py", Span(4, 7)), Site("/b.py", Span(4, 7))
    parts = (UrlPart("/", here), UrlPart("x", elsewhere))
    route = Route("app", "/", "index", frozenset({"GET"}), elsewhere, view=here, parts=parts)
    moved = relocated((route, parts[1:]), {"/a.py": move}, Paths())
    assert moved[0].view == Site("/a.py", Span(7, 10))
    assert moved[0].site is elsewhere
    assert moved[0].parts[1] is parts[1]
    assert moved[1] == parts[1:]
    assert relocated(route, {"/c.py": move}, Paths()) is route
    assert relocated({"/a.py": (here,)}, {"/a.py": move}, Paths()) == {"/a.py": (Site("/a.py", Span(7, 10)),)}


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "app.py").write_text(APP)
    workspace = Workspace([str(folder)])
    workspace.load()
    return workspace


def views(workspace: Workspace) -> dict[str, str]:
    """Rule -> the text at the place of its view."""
    snapshot = workspace.snapshot()
    found = {}
    for route in snapshot.model.routes.routes:
        if not route.is_static and route.view is not None:
            source = snapshot.source(route.view.path)
            assert source is not None
            found[route.rule] = source.text[slice(*route.view.span)]
    return found


def test_routes_are_evaluated_again_only_when_they_may_change(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{workspace.folders[0]}/app.py"
    evaluations: list[int] = []
    original = project.ProjectModel._evaluate
    monkeypatch.setattr(project.ProjectModel, "_evaluate", lambda self: (evaluations.append(1), original(self))[1])
    before = views(workspace)
    assert set(before) == {"/", "/more"}
    assert len(evaluations) == 1
    for text in ("# above\n" + APP, APP.replace('"index"', '"the whole index"'), APP.replace('"more"', '"'), APP):
        workspace.set_text(path, text)
        assert views(workspace) == before
    assert len(evaluations) == 1
    workspace.set_text(path, APP.replace("/more", "/most"))
    assert set(views(workspace)) == {"/", "/most"}
    assert len(evaluations) == 2


def test_routes_are_evaluated_again_when_a_file_they_were_read_from_changes(workspace: Workspace) -> None:
    path = f"{workspace.folders[0]}/app.py"
    data = Path(workspace.folders[0]) / "rule.json"
    data.write_text('"/from-json"')
    text = f"import json, os\n{APP}"
    text += "app.add_url_rule(json.load(open(os.path.join(os.path.dirname(__file__), 'rule.json'))), 'j', index)\n"
    workspace.set_text(path, text)
    assert set(views(workspace)) == {"/", "/more", "/from-json"}
    data.write_text('"/now/from-json"')
    workspace.set_text(path, "# an edit\n" + text)
    assert set(views(workspace)) == {"/", "/more", "/now/from-json"}


def test_a_table_that_was_read_from_broken_code_is_not_kept(workspace: Workspace) -> None:
    path = f"{workspace.folders[0]}/app.py"
    workspace.set_text(path, APP.replace('return "index"', "return ("))
    assert workspace.snapshot().model.routes is not None
    workspace.set_text(path, APP)
    assert set(views(workspace)) == {"/", "/more"}


def test_import_failures_move_along(tmp_path: Path, workspace: Workspace) -> None:
    folder = Path(workspace.folders[0])
    (folder / "one.py").write_text("import flask\nfrom two import b\na = 1\n")
    (folder / "two.py").write_text("from one import a\nb = 1\n")
    (folder / "wsgi.py").write_text("import one\n")
    workspace.load()
    path = str(folder / "two.py")

    def failing() -> list[str]:
        snapshot = workspace.snapshot()
        source = snapshot.source(path)
        assert source is not None
        failures = snapshot.model.import_failures.get(path, ())
        return [source.text[slice(*f.site.span)] for f in failures]

    before = failing()
    assert before
    workspace.set_text(path, "# a line\n# and another\nfrom one import a\nb = 1\n")
    assert failing() == before
    workspace.set_text(path, "b = 1\n")
    assert failing() == []
