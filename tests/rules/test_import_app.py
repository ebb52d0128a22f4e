"""FLK302: imports of an app that only a factory has, judged by the import itself."""

from __future__ import annotations

import pytest
from checking import findings, fixed, marked
from flask_runner import FlaskRunner

FACTORY = "from flask import Flask\ndef create_app():\n    app = Flask(__name__)\n    site = app\n    return app\n"
PACKAGE = {
    "plain": FACTORY,
    "annotated": "from flask import Flask\ndef make() -> Flask:\n    app = Flask('x')\n    return app\n",
    "subclass": "from flask import Flask\nclass S(Flask): pass\ndef create_app():\n    app = S('x')\n    return app\n",
    "main": FACTORY + "if __name__ == '__main__':\n    app = create_app()\n    app.run()\n",
}


@pytest.mark.parametrize("package", PACKAGE.values(), ids=PACKAGE)
@pytest.mark.parametrize(
    ("line", "mark"),
    [
        ("from pkg import app", "app"),
        ("from pkg import app as application", "app as application"),
        ("from pkg import create_app, app", "app"),
        ("def f():\n    from pkg import app\nf()", "app"),
    ],
)
def test_speaks(package: str, line: str, mark: str, flask: FlaskRunner) -> None:
    if "make()" in package:
        line = line.replace("create_app", "make")
    files = {"app.py": line, "pkg/__init__.py": package}
    assert any(f.startswith("ImportError") for f in flask.failures(files, ""))
    assert marked("FLK302", line, {"pkg/__init__.py": package}) == [mark]


@pytest.mark.parametrize(
    ("line", "package"),
    [
        ("from pkg import app", FACTORY + "app = create_app()\n"),
        ("from pkg import app", FACTORY + "def __getattr__(name): return create_app()\n"),
        ("from pkg import app", FACTORY + "globals()['app'] = create_app()\n"),
        ("from pkg import app", FACTORY + "try:\n    app = create_app()\nexcept OSError:\n    app = None\n"),
        ("from pkg import app", FACTORY + "import sys\nsetattr(sys.modules[__name__], 'app', create_app())\n"),
        ("import pkg\npkg.app = pkg.create_app()\nfrom pkg import app", FACTORY),
        ("from pkg import app", "app = 1\n"),
        ("from pkg import app", "from os.path import *\n" + FACTORY.replace("def ", "from json import *\ndef ")),
        ("from pkg import create_app", FACTORY),
        ("try:\n    from pkg import app\nexcept ImportError:\n    app = None", FACTORY),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pkg import app", FACTORY),
        ("from flask import app", FACTORY),
    ],
)
def test_is_silent(line: str, package: str) -> None:
    assert findings("FLK302", line, {"pkg/__init__.py": package}) == []


def test_a_submodule_is_no_mistake() -> None:
    assert findings("FLK302", "from pkg import app\n", {"pkg/__init__.py": FACTORY, "pkg/app.py": "X = 1\n"}) == []


def test_relative_imports_and_factories_of_other_modules() -> None:
    init = "from .factory import create_app\n"
    found = findings(
        "FLK302", "", {"pkg/__init__.py": init, "pkg/factory.py": FACTORY, "pkg/views.py": "from . import app\n"}
    )
    assert [f.path for f in found] == ["/project/pkg/views.py"]
    found = findings(
        "FLK302", "", {"pkg/__init__.py": "", "pkg/factory.py": FACTORY, "pkg/views.py": "from .factory import site\n"}
    )
    assert [f.path for f in found] == ["/project/pkg/views.py"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from pkg import app\ndef f():\n    return app.name, app.config\n",
            "from flask import current_app\ndef f():\n    return current_app.name, current_app.config\n",
        ),
        (
            "from flask import request\nfrom pkg import app as a\ndef f():\n    return a.name\n",
            "from flask import current_app, request\ndef f():\n    return current_app.name\n",
        ),
        (
            "from flask import request\ndef f():\n    from pkg import app\n    return app.name\n",
            "from flask import current_app, request\ndef f():\n    return current_app.name\n",
        ),
        ("import os\nfrom pkg import app\n", "import os\n"),
    ],
)
def test_fix(before: str, after: str) -> None:
    (finding,) = findings("FLK302", before, {"pkg/__init__.py": FACTORY})
    assert finding.fixes[0].safe
    assert fixed(before, finding.fixes[0]) == after


@pytest.mark.parametrize(
    "use",
    ["print(app)", "@app.route('/')\ndef f(): ...", "def f(x=app): ...", "def f(): app.run()", "def f(): app.x = 1"],
)
def test_no_fix(use: str) -> None:
    (finding,) = findings("FLK302", f"from pkg import app\n{use}\n", {"pkg/__init__.py": FACTORY})
    assert finding.fixes == ()
