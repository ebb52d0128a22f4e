"""What only type inference can tell: the class of a receiver, and what must never happen meanwhile."""

from __future__ import annotations

import ast
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import flask
import pytest

from flask_ls.project import resolve as module
from flask_ls.project.extract import extract
from flask_ls.project.index import FileIndex
from flask_ls.project.inference import Inference, Resolver, asking
from flask_ls.project.model import ProjectModel
from flask_ls.project.modules import ModuleIndex
from flask_ls.project.resolve import JediResolver, NullResolver
from flask_ls.syntax.source import SourceFile

SITE_PACKAGES = str(Path(flask.__file__).parent.parent)


def receiver_class(folder: Path, files: dict[str, str], resolver: Resolver) -> str | None:
    """The class that ``route`` is a member of, in the file that mentions it."""
    sources = {}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        sources[str(path)] = SourceFile(text)
    index = ModuleIndex(sources, [str(folder)])
    facts = []
    for path, source in sources.items():
        found = index.by_path(path)
        assert found is not None
        facts.append(extract(source, path, found.name, is_package=found.is_package))
    model = ProjectModel(facts, index)
    for path, source in sources.items():
        walked = FileIndex(source.tree, index.by_path(path).name)  # type: ignore[union-attr]
        for node in walked.nodes(ast.Attribute):
            if node.attr == "route":
                infer = Inference(walked, model, asking(resolver, path, source))
                member = infer.member(node)
                assert infer.is_instance(node.value, "flask.Flask", "flask.Blueprint") is (member is not None)
                return member.removesuffix(".route") if member is not None else None
    raise AssertionError("no receiver in the files")


def jedi(*roots: str | Path, **options: object) -> JediResolver:
    return JediResolver([*map(str, roots), SITE_PACKAGES], waits=True, **options)  # type: ignore[arg-type]


FROM_A_CONTAINER = """
from flask import Blueprint
def pages(kind):
    made = [Blueprint(kind, __name__)]
    return made[0]
"""
CASES = {
    "returned by a function": {
        "make.py": FROM_A_CONTAINER,
        "use.py": "from make import pages\nbp = pages('a')\n@bp.route('/')\ndef index(): ...\n",
    },
    "a call that is a receiver": {
        "make.py": FROM_A_CONTAINER,
        "use.py": "from make import pages\npages('a').route('/')(print)\n",
    },
    "held on an attribute": {
        "use.py": (
            "from flask import Blueprint\nclass Pages:\n    def __init__(self):\n"
            "        self.size, self.bp = self.make()\n"
            "    def make(self):\n        return 1, Blueprint('a', __name__)\n"
            "    def register(self):\n        self.bp.route('/')(print)\n"
        ),
    },
    "reached through a parameter": {
        "use.py": (
            "from flask import Blueprint\ndef register(bp):\n    bp.route('/')(print)\n"
            "register(Blueprint('a', __name__))\n"
        ),
    },
}


@pytest.mark.parametrize("files", CASES.values(), ids=CASES.keys())
def test_a_blueprint(tmp_path: Path, files: dict[str, str]) -> None:
    assert receiver_class(tmp_path, files, jedi(tmp_path)) == "flask.Blueprint"


@pytest.mark.parametrize("files", CASES.values(), ids=CASES.keys())
def test_without_type_inference_it_stays_unknown(tmp_path: Path, files: dict[str, str]) -> None:
    assert receiver_class(tmp_path, files, NullResolver()) is None


SUBCLASS = (
    "from flask import Flask\nclass Site(Flask):\n    pass\ndef build():\n    return {'site': Site(__name__)}['site']\n"
)


def test_an_application_made_by_a_subclass_of_an_installed_package(tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    installed.mkdir()
    (installed / "framework.py").write_text(SUBCLASS)
    use = {"use.py": "import framework\napp = framework.build()\n@app.route('/')\ndef index(): ...\n"}
    resolver = JediResolver([str(tmp_path / "project"), str(installed), SITE_PACKAGES], waits=True)
    assert receiver_class(tmp_path / "project", use, resolver) == "flask.Flask"
    assert receiver_class(tmp_path / "project", use, NullResolver()) is None


def test_an_application_made_by_a_subclass_of_the_project(tmp_path: Path) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/site.py": SUBCLASS,
        "use.py": "from shop.site import build\nbuild().route('/')\n",
    }
    assert receiver_class(tmp_path, files, jedi(tmp_path)) == "flask.Flask"


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    x.route('/')\n",
        "import missing\nmissing.build().route('/')\n",
        "from flask import Flask\nfrom random import choice\nchoice([Flask('a'), Flask]).route('/')\n",
        "from flask import Blueprint as b\n(b if b else 3).route('/')\n",
        "x = x.y = x.route('/')\n",
    ],
)
def test_what_is_not_known_stays_unknown(tmp_path: Path, text: str) -> None:
    assert receiver_class(tmp_path, {"use.py": text}, jedi(tmp_path)) is None


def test_only_telling_attributes_are_asked_about(tmp_path: Path) -> None:
    asked: list[int] = []

    class Recording:
        def mro_of(self, path: str, source: SourceFile, offset: int) -> tuple[()]:
            asked.append(offset)
            return ()

    files = {"use.py": "def f(x):\n    x.append(1)\n    x.get(2)\n    return x.title().route\n"}
    receiver_class(tmp_path, files, Recording())
    assert len(asked) == 1


# Whatever happens


class Odd:
    """Stands for the engine behind the thread."""

    behaviour: Callable[[], object] = staticmethod(lambda: None)

    def __init__(self, search_path: object) -> None:
        pass

    def mro_of(self, question: object) -> object:
        return type(self).behaviour()


def raises(error: BaseException) -> Callable[[], object]:
    def behaviour() -> object:
        raise error

    return behaviour


@pytest.mark.parametrize("error", [RecursionError(), ValueError("?"), KeyError(1), AttributeError("x"), MemoryError()])
def test_an_engine_that_raises_gives_unknown_and_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    monkeypatch.setattr(module, "_Engine", Odd)
    monkeypatch.setattr(Odd, "behaviour", staticmethod(raises(error)))
    resolver = JediResolver([], waits=True)
    assert resolver.mro_of("/a.py", SourceFile("x"), 0) == ()
    monkeypatch.setattr(Odd, "behaviour", staticmethod(lambda: ((module.ClassName("a.B"),), set())))
    assert resolver.mro_of("/a.py", SourceFile("y"), 0) == (module.ClassName("a.B"),)


def test_an_engine_that_hangs_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(module, "_Engine", Odd)
    monkeypatch.setattr(module, "_DEADLINE_SECONDS", 0.05)
    monkeypatch.setattr(Odd, "behaviour", staticmethod(released.wait))
    resolver = JediResolver([], waits=True)
    assert resolver.mro_of("/a.py", SourceFile("x"), 0) == ()
    asked = resolver._queue.qsize()
    assert resolver.mro_of("/a.py", SourceFile("y"), 0) == ()
    assert resolver._queue.qsize() == asked
    released.set()


def test_deep_code_is_unknown(tmp_path: Path) -> None:
    chain = "x" + ".a()" * 3000
    files = {"use.py": f"from flask import Flask\nx = Flask('a')\ny = {chain}\ny.route('/')\n"}
    assert receiver_class(tmp_path, files, jedi(tmp_path)) is None


def until(condition: Callable[[], bool]) -> bool:
    for _ in range(2000):
        if condition():
            return True
        time.sleep(0.01)
    return False


def test_a_server_is_answered_later(tmp_path: Path) -> None:
    """Nothing is waited for; the answer comes with a call, and stands in while the file is being edited."""
    answered = threading.Event()
    path = tmp_path / "use.py"
    text = "from flask import Blueprint\nbp = [Blueprint('a', __name__)][0]\nbp.route('/')\n"
    path.write_text(text)
    resolver = JediResolver([SITE_PACKAGES], waits=False, on_answer=answered.set)
    source = SourceFile(text)
    offset = text.index(".route")
    assert resolver.mro_of(str(path), source, offset) == ()
    assert answered.wait(60)
    assert resolver.mro_of(str(path), source, offset)[0].dotted == "flask.blueprints.Blueprint"
    edited = SourceFile("# more\n" + text)
    assert resolver.mro_of(str(path), edited, offset + 7)[0].dotted == "flask.blueprints.Blueprint"
    assert until(lambda: not resolver._pending)
    resolver.close()


def test_an_answer_is_forgotten_when_a_file_it_was_read_from_changes(tmp_path: Path) -> None:
    make, use = tmp_path / "make.py", tmp_path / "use.py"
    make.write_text(FROM_A_CONTAINER)
    use.write_text("from make import pages\nbp = pages('a')\nbp.route('/')\n")
    digests = {str(make): "one", str(use): "u"}
    resolver = jedi(tmp_path, digest_of=digests.get)
    source = SourceFile(use.read_text())
    offset = source.text.index(".route")
    assert resolver.mro_of(str(use), source, offset)[0].dotted == "flask.blueprints.Blueprint"
    assert resolver._holds(resolver._known[str(use), module.text_digest(source.text), offset])
    digests[str(make)] = "two"
    assert not resolver._holds(resolver._known[str(use), module.text_digest(source.text), offset])


TRAP = "open({path!r}, 'w').close()\n"


def test_nothing_of_the_workspace_runs(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    project = tmp_path / "project"
    project.mkdir()
    trap = TRAP.format(path=str(ran))
    names = ("gi", "sitecustomize", "usercustomize", "numpy", "pytest", "django", "conftest", "enum", "typing", "flask")
    for name in names:
        (project / f"{name}.py").write_text(trap)
    (project / "native.so").write_bytes(b"not a library")
    (project / "native.cpython-311-x86_64-linux-gnu.so").write_bytes(b"not a library")
    (project / "traps.pth").write_text("import gi\n")
    uses = "".join(f"import {name}\n" for name in names) + "import native\nfrom gi.repository import Gtk\n"
    text = f"{uses}for x in ({', '.join(names)}, native, Gtk):\n    x.build().route('/')\nGtk.y.route('/')\n"
    (project / "use.py").write_text(text)
    code = (
        "import sys; from flask_ls.project.resolve import JediResolver; from flask_ls.syntax.source import SourceFile\n"
        "path, root = sys.argv[1:]\n"
        "resolver = JediResolver([root], waits=True)\n"
        "source = SourceFile(open(path).read())\n"
        "for offset in range(len(source.text)): resolver.mro_of(path, source, offset)\n"
        "assert not resolver._given_up\n"
    )
    subprocess.run([sys.executable, "-c", code, str(project / "use.py"), str(project)], check=True, cwd=tmp_path)
    assert not ran.exists()
