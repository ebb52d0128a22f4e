"""Which ways lead to a use: calls, threads, decorators, arguments, imports."""

from __future__ import annotations

import pytest

from .checking import lacking

HEAD = """\
import contextlib, functools
from threading import Thread
from flask import Flask, copy_current_request_context, current_app, g, has_app_context, request
app = Flask(__name__)
def use():
    return current_app.name
"""
USE = "app.py:6 FLK101"
IN_THREAD = "app.py:6 FLK104"


@pytest.mark.parametrize(
    "code",
    [
        "use()",
        "functools.partial(use)()",
        "(lambda: use())()",
        "for _ in range(2):\n    use()",
        "def f(x=None):\n    if x is None:\n        use()\nf()",
        "def f(x=None):\n    if x:\n        return 1\n    use()\nf()",
        "def run(fn):\n    return fn()\nrun(use)",
        "def d(fn):\n    @functools.wraps(fn)\n    def w():\n        return fn()\n    return w\n"
        "@d\ndef f():\n    use()\nf()",
        "class A:\n    def go(self):\n        use()\nclass B(A):\n    def go(self):\n        super().go()\nB().go()",
        "try:\n    use()\nexcept Exception:\n    raise",
        "with app.app_context():\n    pass\nuse()",
        "ctx = app.app_context()\nctx.push()\nctx.pop()\nuse()",
    ],
)
def test_reaches_a_use_without_a_context(code: str) -> None:
    assert lacking(HEAD + code) == [USE]


@pytest.mark.parametrize(
    "code",
    [
        "def f(x=None):\n    if x is None:\n        use()\nf('x')",
        "def f(x=None):\n    if x is None:\n        use()\ndef h(y):\n    f(y)\nh(1)",
        "def f(x=True):\n    if not x:\n        use()\nf()",
        "if has_app_context():\n    use()",
        "def f():\n    if not has_app_context():\n        return\n    use()\nf()",
        "def ok():\n    return has_app_context()\nif ok():\n    use()",
        "def f():\n    ready = has_app_context() and app.debug\n    if ready:\n        use()\nf()",
        "try:\n    use()\nexcept RuntimeError:\n    pass",
        "with contextlib.suppress(RuntimeError):\n    use()",
        "app.app_context().push()\nuse()",
        "def push():\n    app.app_context().push()\npush()\nuse()",
        "@contextlib.contextmanager\ndef pushed():\n    with app.app_context():\n        yield\n"
        "with pushed():\n    use()",
        "class P:\n    def __enter__(self):\n        self.c = app.app_context()\n        self.c.push()\n"
        "    def __exit__(self, *a):\n        self.c.pop()\nwith P():\n    use()",
        "def d(fn):\n    def w():\n        with app.app_context():\n            return fn()\n    return w\n"
        "@d\ndef f():\n    use()\nf()",
        "from unknown import decorate\n@decorate\ndef f():\n    use()\nf()",
        "from unknown import decorate\n@decorate\ndef d(fn):\n    return fn()\n@d\ndef f():\n    use()",
        "def rows():\n    yield use()\nx = rows()",
        "async def f():\n    use()\nx = f()",
    ],
)
def test_does_not_reach_a_use_or_brings_a_context(code: str) -> None:
    assert lacking(HEAD + code) == []


@pytest.mark.parametrize(
    "code",
    [
        "Thread(target=use).start()",
        "class T(Thread):\n    def run(self):\n        use()\n@app.get('/')\ndef v():\n    T().start()",
        "def later(fn):\n    def w(*a):\n        Thread(target=fn, args=a).start()\n    return w\n"
        "@later\ndef f():\n    use()",
        "def spawn():\n    Thread(target=lambda: use()).start()",
    ],
)
def test_a_thread_starts_without_a_context(code: str) -> None:
    assert lacking(HEAD + code) == [IN_THREAD]


@pytest.mark.parametrize(
    "code",
    [
        "def spawn():\n    if has_app_context():\n        Thread(target=use).start()\nspawn()",
        "Thread(target=copy_current_request_context(use)).start()",
        "class T(Thread):\n    def run(self):\n        with app.app_context():\n            use()\nT().start()",
    ],
)
def test_a_thread_that_is_not_started_or_has_a_context(code: str) -> None:
    assert [p for p in lacking(HEAD + code) if p in (USE, IN_THREAD)] == []


def test_a_use_in_code_that_nobody_is_seen_to_call_is_left_alone() -> None:
    assert lacking(HEAD) == []


def test_modules_imported_in_a_context_and_what_they_import() -> None:
    files = {
        "main.py": """
            from flask import Flask
            def create_app():
                app = Flask(__name__)
                with app.app_context():
                    import routes
                return app
            """,
        "routes.py": "import config\nfrom flask import current_app\nNAME = current_app.name\n",
        "config.py": "from flask import current_app\nimport routes\nDEBUG = current_app.debug\n",
        "other.py": "from flask import current_app\nNAME = current_app.name\n",
        "start.py": "import other\n",
    }
    assert lacking(files) == ["other.py:2 FLK101"]


def test_of_a_module_in_a_package_that_nothing_imports_it_is_not_known_where_it_runs() -> None:
    views = "from flask import current_app\ncurrent_app.name\n"
    files = {"pkg/__init__.py": "", "pkg/views.py": views, "single.py": views, "pkg/wsgi.py": views}
    assert lacking(files) == ["pkg/wsgi.py:2 FLK101", "single.py:2 FLK101"]


@pytest.mark.parametrize("cls", ["FlaskGroup", "Mine", "X"])
def test_commands_of_click_groups_have_what_the_class_of_the_group_pushes(cls: str) -> None:
    main = f"""
        import click
        from elsewhere import X
        from flask import current_app
        from flask.cli import AppGroup, FlaskGroup
        class Mine(AppGroup): pass
        @click.group(cls={cls})
        def cli(): pass
        @cli.command()
        def show(): current_app.name
        if __name__ == "__main__": cli()
        """
    assert lacking({"main.py": main}) == []


def test_scripts_of_alembic_run_in_a_context() -> None:
    revision = "from flask import current_app\nrevision = 'a'\ndown_revision = None\nROOT = current_app.root_path\n"
    env = "from alembic import context\nfrom flask import current_app\nURL = current_app.config['URL']\n"
    assert lacking({"migrations/versions/a.py": revision, "migrations/env.py": env}) == []


@pytest.mark.parametrize(("base", "expected"), [("(base=ContextTask)", []), ("(base=PlainTask)", ["app.py:14 FLK104"])])
def test_a_task_that_is_called_runs_by_way_of_its_class(base: str, expected: list[str]) -> None:
    text = f"""\
from celery import Celery, Task
from flask import Flask, current_app
app = Flask("x")
class ContextTask(Task):
    def __call__(self, *args, **kwargs):
        with app.app_context():
            return self.run(*args, **kwargs)
class PlainTask(Task):
    pass
celery = Celery("x")
@celery.task{base}
def work():
    #
    return current_app.name
if __name__ == "__main__":
    work()
"""
    assert lacking({"app.py": text}) == expected


@pytest.mark.parametrize(("line", "expected"), [("app.app_context().push()", []), ("", ["tasks.py:6 FLK104"])])
def test_a_worker_module_that_pushes_a_context(line: str, expected: list[str]) -> None:
    tasks = """\
from celery import Celery
from flask import current_app
celery = Celery("x")
@celery.task
def work():
    return current_app.name
"""
    worker = f"from flask import Flask\nfrom tasks import celery\napp = Flask('x')\n{line}\n"
    assert lacking({"tasks.py": tasks, "worker.py": worker}) == expected


def test_a_task_class_that_is_given_its_call_later() -> None:
    text = """\
from celery import Celery, Task
from flask import Flask, current_app
class ContextTask(Task):
    abstract = True
def make_celery(app):
    celery = Celery("x")
    def call(self, *args, **kwargs):
        with app.app_context():
            return self.run(*args, **kwargs)
    ContextTask.__call__ = call
    return celery
celery = make_celery(Flask(__name__))
@celery.task(base=ContextTask)
def work():
    return current_app.name
"""
    assert lacking({"app.py": text}) == []


@pytest.mark.parametrize(
    ("celery", "expected"),
    [
        ("celery = Celery('x')", ["app.py:16 FLK104"]),
        ("celery = Celery('x', task_cls=ContextTask)", []),
        ("celery = Celery('x')\ncelery.Task = ContextTask", []),
    ],
)
def test_celery_tasks_have_what_their_class_pushes(celery: str, expected: list[str]) -> None:
    text = f"""\
from celery import Celery, Task
from flask import Flask, current_app
app = Flask(__name__)
class ContextTask(Task):
    def __call__(self, *args, **kwargs):
        with app.app_context():
            return self.run(*args, **kwargs)
{celery}
#
#
#
@celery.task
def work():
    # a comment
    #
    return current_app.name
"""
    if "\n" in celery:
        text = text.replace("#\n#\n#\n", "#\n#\n")
    assert lacking(text) == expected


def test_jobs_of_rq_unless_the_project_starts_its_own_worker() -> None:
    text = """\
from rq import Queue
from flask import current_app
def work():
    return current_app.name
Queue().enqueue(work)
"""
    assert lacking(text) == ["app.py:4 FLK104"]
    assert lacking({"app.py": text, "worker.py": "from rq import Worker\n"}) == []


def test_names_that_are_made_from_themselves_are_followed_in_finite_time() -> None:
    lines = "".join(f"x = x.a{n}\nx = x.b{n}\n" for n in range(12))
    assert lacking(f"from flask import current_app\nimport other as x\n{lines}x.run()\n") == []


@pytest.mark.parametrize(
    ("other", "lines"),
    [
        ("from flask import Flask\napp = Flask('x')\n", ["fill.py:3 FLK101"]),
        ("from apiflask import APIFlask\napp = APIFlask('x')\n", ["fill.py:3 FLK101"]),
        ("from flask import Blueprint\nbp = Blueprint('x', 'x')\n", []),
    ],
)
def test_a_script_for_the_shell_of_an_application_from_elsewhere(other: str, lines: list[str]) -> None:
    script = "from flask import current_app\nif __name__ == '__main__':\n    print(current_app.name)\n"
    assert lacking({"fill.py": script, "site.py": other}) == lines


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("with app.app_context():\n        build()", []),
        ("build()", [USE]),
        ("pass", [USE]),
    ],
)
def test_a_click_command_runs_in_the_context_in_which_it_is_called(call: str, expected: list[str]) -> None:
    code = f"import click\n@click.command()\ndef build():\n    use()\nif __name__ == '__main__':\n    {call}\n"
    assert lacking(HEAD + code) == expected


@pytest.mark.parametrize(("push", "expected"), [("app.app_context().push()", []), ("", [USE])])
def test_a_click_command_has_what_its_module_pushes(push: str, expected: list[str]) -> None:
    group = "import click\n@click.group()\ndef cli(): ...\n"
    code = f"{group}@click.command()\ndef build():\n    use()\ncli.add_command(build)\n"
    assert lacking(f"{HEAD}{push}\n{code}") == expected


@pytest.mark.parametrize(("base", "count"), [("(base=Pushing)", 0), ("", 1)])
def test_a_task_that_is_called_directly_goes_through_its_class(base: str, count: int) -> None:
    code = (
        "from celery import Celery, Task\ncelery = Celery('x')\n"
        "class Pushing(Task):\n    def __call__(self, *args, **kwargs):\n"
        "        with app.app_context():\n            return self.run(*args, **kwargs)\n"
    )
    test = (
        "from app import celery, Pushing\nfrom flask import current_app\n"
        f"def test_job():\n    @celery.task{base}\n    def job():\n        current_app.name\n    job()\n"
    )
    assert len(lacking({"app.py": HEAD + code, "test_job.py": test})) == count


def test_an_element_of_an_attribute_in_a_display() -> None:
    code = 'x = {"a": app.config["X"], "b": [app.config["Y"]]}\ndef f():\n    app.things["S"] = f\nuse()\n'
    assert lacking(HEAD + code) == [USE]


def test_a_package_that_makes_the_application_is_not_imported_inside_its_context() -> None:
    use = "from flask import current_app\nname = current_app.name\n"
    made = "from flask import Flask\napp = Flask('x')\n"
    assert lacking({"pkg/__init__.py": "", "pkg/names.py": use}) == []
    assert len(lacking({"pkg/__init__.py": made + use})) == 1
    assert lacking({"pkg/__init__.py": f"def make():\n    from flask import Flask\n    return Flask('x')\n{use}"}) == []


def test_containers_whose_elements_come_from_each_other() -> None:
    # Each of 60 elements may be each of 60, and so on: the ways are not counted, the containers are.
    ways = "one.append(two[i])\ntwo.append(one[i])\n" * 60
    code = f"import random\ni = random.random()\none, two = [], []\n{ways}one.append(use)\none[i]()\n"
    assert lacking(HEAD + code) == [USE]
