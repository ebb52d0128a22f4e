"""What a name is, however it was imported."""

from __future__ import annotations

import ast

import pytest

from flask_ls.project.extract import extract
from flask_ls.project.index import FileIndex
from flask_ls.project.inference import Inference
from flask_ls.project.model import ProjectModel
from flask_ls.project.modules import ModuleIndex
from flask_ls.syntax.source import SourceFile


def inference(files: dict[str, str], path: str = "app.py") -> Inference:
    texts = {f"/w/{p}": text for p, text in files.items()}
    modules = ModuleIndex(texts, ["/w"])
    facts = []
    for p, text in texts.items():
        module = modules.by_path(p)
        assert module is not None
        facts.append(extract(SourceFile(text), p, module.name, is_package=module.is_package))
    module = modules.by_path(f"/w/{path}")
    assert module is not None
    source = SourceFile(files[path])
    index = FileIndex(source.tree, module.name, is_package=module.is_package)
    return Inference(index, ProjectModel(facts, modules))


def marked(infer: Inference, name: str = "MARK") -> ast.expr:
    """The first argument of ``MARK(...)``."""
    for call in infer.index.nodes(ast.Call):
        if isinstance(call.func, ast.Name) and call.func.id == name:
            return call.args[0]
    raise AssertionError(f"no {name}(...) in the example")


def path_of(key: str) -> str:
    """``pkg__a`` -> ``pkg/a.py``, ``pkg__`` -> ``pkg/__init__.py``."""
    folder, slash, name = key.replace("__", "/").rpartition("/")
    return f"{folder}{slash}{name or '__init__'}.py"


def name_of(code: str, **others: str) -> str | None:
    infer = inference({"app.py": code, **{path_of(p): t for p, t in others.items()}})
    return infer.qualified(marked(infer))


def class_of(code: str, **others: str) -> str | None:
    infer = inference({"app.py": code, **{path_of(p): t for p, t in others.items()}})
    return infer.class_of(marked(infer))


@pytest.mark.parametrize(
    "code",
    [
        "from flask import current_app\nMARK(current_app)",
        "from flask import current_app as app\nMARK(app)",
        "import flask\nMARK(flask.current_app)",
        "import flask as f\nMARK(f.current_app)",
        "from flask.globals import current_app\nMARK(current_app)",
        "import flask.globals\nMARK(flask.globals.current_app)",
        "from flask import *\nMARK(current_app)",
        "from flask import current_app\nca = current_app\nMARK(ca)",
        "from flask import current_app\ndef f():\n    ca = current_app\n    MARK(ca)",
        "def f():\n    from flask import current_app\n    MARK(current_app)",
        "try:\n    from flask import current_app\nexcept ImportError:\n    current_app = None\nMARK(current_app)",
        "import sys\nif sys.version_info > (3, 11):\n    from flask import current_app\n"
        "else:\n    from flask.globals import current_app\nMARK(current_app)",
        "import flask\ncurrent = flask.current_app\ndef f(x=1):\n    return [MARK(current) for _ in x]",
    ],
)
def test_current_app_is_found_however_it_is_imported(code: str) -> None:
    assert name_of(code) == "flask.current_app"


@pytest.mark.parametrize(
    "code",
    [
        "from flask import current_app\ndef f(current_app):\n    MARK(current_app)",
        "from flask import current_app\ndef f():\n    current_app = object()\n    MARK(current_app)",
        "from flask import current_app\nfor current_app in []:\n    MARK(current_app)",
        "from other import *\nMARK(current_app)",
        "MARK(current_app)",
        "from flask import current_app\ncurrent_app = make()\nMARK(current_app)",
        "from flask import current_app\nclass A:\n    current_app = 1\n    MARK(current_app)",
        "from flask import request\ntry:\n    pass\nexcept E as request:\n    MARK(request)",
        "from flask import g\n[MARK(g) for g in ()]",
        "x = x\nMARK(x.y.z)",
    ],
)
def test_another_thing_of_the_same_name_is_not_the_proxy(code: str) -> None:
    assert not (name_of(code) or "").startswith("flask.")


@pytest.mark.parametrize(
    ("code", "others"),
    [
        ("from compat import ca\nMARK(ca)", {"compat": "from flask import current_app as ca"}),
        ("from compat import *\nMARK(current_app)", {"compat": "from flask import *"}),
        ("from compat import *\nMARK(ca)", {"compat": "from flask import current_app as ca\n__all__ = ['ca']"}),
        ("import compat\nMARK(compat.f.current_app)", {"compat": "import flask as f"}),
        (
            "from pkg import ca\nMARK(ca)",
            {
                "pkg__": "from .a import ca",
                "pkg__a": "from .b.c import *",
                "pkg__b__": "",
                "pkg__b__c": "from flask import current_app\nca = current_app",
            },
        ),
        ("from pkg.a import ca\nMARK(ca)", {"pkg__": "", "pkg__a": "from flask import current_app as ca"}),
        ("import pkg.a\nMARK(pkg.a.ca)", {"pkg__": "", "pkg__a": "from flask import current_app as ca"}),
        ("import pkg.a as pa\nMARK(pa.ca)", {"pkg__": "", "pkg__a": "from flask import current_app as ca"}),
        # The package binds `a` to something else; `from pkg.a import` still means the module.
        (
            "from pkg.a import ca\nMARK(ca)",
            {"pkg__": "from .a import x as a", "pkg__a": "from flask import current_app as ca\nx = 1"},
        ),
    ],
)
def test_reexports_are_followed(code: str, others: dict[str, str]) -> None:
    assert name_of(code, **others) == "flask.current_app"


def test_names_left_out_of_all_are_not_star_imported() -> None:
    assert (
        name_of("from compat import *\nMARK(g)", compat="from flask import g, request\n__all__ = ['request']") is None
    )
    assert name_of("from compat import *\nMARK(_g)", compat="from flask import g as _g") is None


def test_import_cycles_end() -> None:
    assert name_of("from b import x\nMARK(x)", b="from c import x", c="from b import x") is not None
    assert name_of("from b import *\nMARK(x)", b="from c import *", c="from b import *") is None


def test_project_names_are_absolute() -> None:
    assert (
        name_of("from pkg import db\nMARK(db)", pkg__="from .models import db", pkg__models="db = SQLAlchemy()")
        == "pkg.models.db"
    )
    assert name_of("def f():\n    pass\nMARK(f)") == "app.f"
    assert name_of("class A:\n    def m(self):\n        pass\nMARK(A.m)") == "app.A.m"


@pytest.mark.parametrize(
    "code",
    [
        "from flask import Flask\napp = Flask(__name__)\nMARK(app)",
        "import flask\nMARK(flask.Flask('x'))",
        "from flask import Flask\ndef make():\n    app = Flask('x')\n    return app\nMARK(make())",
        "from flask import Flask\ndef make() -> Flask:\n    return unknown()\nMARK(make())",
        "from flask import Flask\ndef f(app: Flask):\n    MARK(app)",
        "from flask import Flask\ndef f(app: 'Flask | None' = None):\n    MARK(app)",
        "import flask\nfrom typing import Optional\ndef f(app: Optional[flask.Flask]):\n    MARK(app)",
        "from flask import Flask\nclass A:\n    def __init__(self):\n        self.app = Flask('x')\n"
        "    def m(self):\n        MARK(self.app)",
        "from flask import Flask\nclass A:\n    def __init__(self):\n        self.app = Flask('x')\n"
        "a = A()\nMARK(a.app)",
        "from flask import current_app\nMARK(current_app)",
        "from flask import Flask\napp: Flask\nMARK(app)",
        "from flask import Flask\nif (app := Flask('x')):\n    MARK(app)",
        "from flask import Flask\nasync def make():\n    return Flask('x')\nasync def f():\n    MARK(await make())",
    ],
)
def test_instances_of_flask(code: str) -> None:
    assert class_of(code) == "flask.Flask"


def test_subclasses_are_instances_too() -> None:
    infer = inference(
        {
            "app.py": "from base import Base\nclass Mine(Base):\n    pass\napp = Mine()\nMARK(app)",
            "base.py": "import flask\nclass Base(flask.Flask):\n    pass",
        }
    )
    assert infer.classes_of(marked(infer)) == ["app.Mine", "base.Base", "flask.Flask"]


def test_objects_of_other_modules() -> None:
    others = {"pkg__": "", "pkg__ext": "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()"}
    assert class_of("from pkg.ext import db\nMARK(db)", **others) == "flask_sqlalchemy.SQLAlchemy"
    assert class_of("from pkg import ext\nMARK(ext.db.session)", **others) == "sqlalchemy.orm.scoped_session"


def test_same_module_name_in_two_roots() -> None:
    files = {
        "a/app.py": "from flask import Flask\nfrom views import x\nMARK(x)", "a/views.py": "from flask import g as x",
        "b/app.py": "from views import x\nMARK(x)", "b/views.py": "from flask import request as x",
        "a/wsgi.py": "", "b/wsgi.py": "",
    }  # fmt: skip
    for path, wanted in (("a/app.py", "flask.g"), ("b/app.py", "flask.request")):
        infer = inference(files, path)
        assert infer.qualified(marked(infer)) == wanted


def test_modules_of_namespace_packages_are_found_by_place() -> None:
    files = {
        "a/app.py": "from pkg import views\nMARK(views.x)", "a/pkg/views.py": "from flask import g as x",
        "b/app.py": "from pkg import views\nMARK(views.x)", "b/pkg/views.py": "from flask import request as x",
        "b/pkg/__init__.py": "", "a/wsgi.py": "", "b/wsgi.py": "",
    }  # fmt: skip
    for path, wanted in (("a/app.py", "flask.g"), ("b/app.py", "flask.request")):
        infer = inference(files, path)
        assert infer.qualified(marked(infer)) == wanted


def test_a_name_that_several_other_roots_have_is_not_known() -> None:
    files = {
        "a/views.py": "from flask import g as x", "b/views.py": "from flask import request as x",
        "c/app.py": "from views import x\nMARK(x)", "a/wsgi.py": "", "b/wsgi.py": "", "c/wsgi.py": "",
    }  # fmt: skip
    infer = inference(files, "c/app.py")
    assert infer.qualified(marked(infer)) not in ("flask.g", "flask.request")


def test_default_values_see_the_scope_around_the_function() -> None:
    infer = inference({"app.py": "from flask import g\ndef f(g=MARK(g)):\n    pass"})
    assert infer.qualified(marked(infer)) == "flask.g"
    infer = inference({"app.py": "from flask import g\nx = [g for g in MARK(g)]"})
    assert infer.qualified(marked(infer)) == "flask.g"


def test_models_inherit_from_the_class_of_the_extension_object() -> None:
    infer = inference(
        {
            "app.py": "from ext import db\nclass Base(db.Model):\n    pass\n"
            "class User(Base):\n    pass\nu = User()\nMARK(u)",
            "ext.py": "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()",
        }
    )
    assert infer.classes_of(marked(infer)) == ["app.User", "app.Base", "flask_sqlalchemy.SQLAlchemy.Model"]


@pytest.mark.parametrize(
    ("code", "member"),
    [
        ("from flask import Flask\napp = Flask('x')\nMARK(app.run)", "flask.Flask.run"),
        ("from flask import Flask\nclass A(Flask):\n    def run(self):\n        pass\nMARK(A('x').run)", "app.A.run"),
        ("from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\nMARK(db.session.add)",
         "sqlalchemy.orm.scoped_session.add"),
        ("from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\ndef f():\n    with db.engine.connect() as c:\n"
         "        MARK(c.execute)", "sqlalchemy.Connection.execute"),
        ("app.run(MARK(app.run))", None),
    ],
)  # fmt: skip
def test_members_of_instances(code: str, member: str | None) -> None:
    infer = inference({"app.py": code})
    assert infer.member(marked(infer)) == member
