"""Small random Flask programs whose functions lead, over several files, to a use of a context."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

MODULES = ("services", "helpers", "base")
USES = (
    "current_app.name",
    "current_app.config['DEBUG']",
    "g.get('x')",
    "'x' in g",
    "request.path",
    "session.get('a')",
    "str(request.method)",
    "f'{current_app.name}'",
    "render_template_string('x')",
    "url_for('home')",
    "jsonify(a=1).status_code",
    "get_flashed_messages()",
    "bool(current_app)",
    "repr(request)",
    "current_app is None",
    "(session or 1) is None",
)
NAMES = (
    "current_app g request session render_template_string url_for jsonify get_flashed_messages has_app_context "
    "has_request_context copy_current_request_context Response"
).split()
IMPORTS = (
    "import asyncio\nimport contextlib\nimport contextvars\nimport dataclasses\nimport functools\n"
    "from concurrent.futures import ThreadPoolExecutor\nfrom threading import Thread, Timer\n\n"
    "from werkzeug.local import LocalProxy\n"
)

# Calls of the next function; `NEXT` is how it is written here, `N` a number unique in the program.
LINKS = {
    "call": ("", "return NEXT()"),
    "local alias": ("", "f = NEXT\nreturn f()"),
    "method": (
        "class KN:\n    def run(self):\n        return self.step()\n\n    def step(self):\n        return NEXT()\n",
        "return KN().run()",
    ),
    "inherited": (
        "class BN:\n    def step(self):\n        return NEXT()\n\n\nclass KN(BN):\n    def run(self):\n"
        "        return super().step()\n",
        "k = KN()\nreturn k.run()",
    ),
    "constructor": ("class KN:\n    def __init__(self):\n        self.v = NEXT()\n", "return KN().v"),
    "class method": ("class KN:\n    @classmethod\n    def make(cls):\n        return NEXT()\n", "return KN.make()"),
    "static method": ("class KN:\n    @staticmethod\n    def make():\n        return NEXT()\n", "return KN().make()"),
    "property": ("class KN:\n    @property\n    def v(self):\n        return NEXT()\n", "return KN().v"),
    "instance call": ("class KN:\n    def __call__(self):\n        return NEXT()\n", "k = KN()\nreturn k()"),
    "lambda": ("hN = lambda: NEXT()\n", "return hN()"),
    "nested": ("", "def inner():\n    return NEXT()\n\nreturn inner()"),
    "generator": ("def itN():\n    yield NEXT()\n", "return list(itN())"),
    "for loop": ("def itN():\n    yield NEXT()\n", "for x in itN():\n    pass\nreturn 1"),
    "generator expression": ("", "return list(NEXT() for _ in range(1))"),
    "list comprehension": ("", "return [NEXT() for _ in range(1)]"),
    "context manager": ("@contextlib.contextmanager\ndef cmN():\n    NEXT()\n    yield\n", "with cmN():\n    return 1"),
    "decorator": (
        "def dN(fn):\n    @functools.wraps(fn)\n    def wrapper(*args):\n        return fn(*args)\n\n"
        "    return wrapper\n\n\n@dN\ndef wN():\n    return NEXT()\n",
        "return wN()",
    ),
    "callback": ("def runN(fn):\n    return fn()\n", "return runN(NEXT)"),
    "partial": ("", "return functools.partial(NEXT)()"),
    "coroutine": ("async def coN():\n    return NEXT()\n", "return asyncio.run(coN())"),
    "copied context": ("", "return contextvars.copy_context().run(NEXT)"),
    "key function": ("", "return sorted([1], key=lambda x: NEXT())"),
    "map": ("", "return list(map(lambda x: NEXT(), [1]))"),
    "reduce": ("", "return functools.reduce(lambda a, b: NEXT(), [1, 2])"),
    "getattr": ("class KN:\n    def run(self):\n        return NEXT()\n", "return getattr(KN(), 'run')()"),
    "new": (
        "class KN:\n    def __new__(cls):\n        NEXT()\n        return super().__new__(cls)\n",
        "return KN()",
    ),
    "returned function": (
        "def mkN():\n    def inner():\n        return NEXT()\n\n    return inner\n",
        "return mkN()()",
    ),
    "context manager class": (
        "class KN:\n    def __enter__(self):\n        NEXT()\n\n    def __exit__(self, *a):\n        pass\n",
        "with KN():\n    return 1",
    ),
    "cached property": (
        "class KN:\n    @functools.cached_property\n    def v(self):\n        return NEXT()\n",
        "return KN().v",
    ),
    "next": ("def itN():\n    yield NEXT()\n", "return next(itN())"),
    "yield from": (
        "def itN():\n    yield NEXT()\n\n\ndef runN():\n    yield from itN()\n",
        "return list(runN())",
    ),
    "exit stack callback": ("", "with contextlib.ExitStack() as stack:\n    stack.callback(NEXT)\nreturn 1"),
    "object argument": ("def optN(x=None):\n    if x is not None:\n        return NEXT()\n", "return optN(app)"),
    "optional argument": ("def optN(x=None):\n    if x is None:\n        return NEXT()\n", "return optN()"),
    "table": ("tableN = {'a': NEXT, 'b': len}\n", "return tableN['a']()"),
    "other key of a table": ("tableN = {'a': NEXT, 'b': len}\n", "return tableN['b']('x')"),
    "key given to a table": (
        "tableN = {'a': NEXT, 'b': dict}\n\n\ndef runN(key):\n    return tableN[key]()\n",
        "return runN('a')",
    ),
    "other key given": (
        "tableN = {'a': NEXT, 'b': dict}\n\n\ndef runN(key):\n    return tableN[key]()\n",
        "return runN('b')",
    ),
    "loop over functions": ("", "for f in (NEXT,):\n    f()\nreturn 1"),
    "loop over a list": ("keepN = [NEXT, dict]\n", "return [f() for f in keepN]"),
    "registered": (
        "listN = []\n\n\ndef addN(fn):\n    listN.append(fn)\n    return fn\n\n\n@addN\ndef wN():\n    return NEXT()\n",
        "for f in listN:\n    f()\nreturn 1",
    ),
    "registered by name": (
        "dictN = {}\n\n\ndef addN(name):\n    def add(fn):\n        dictN[name] = fn\n        return fn\n\n"
        "    return add\n\n\n@addN('a')\ndef wN():\n    return NEXT()\n",
        "return dictN['a']()",
    ),
    "overridden": (
        "class BN:\n    def run(self):\n        return self.step()\n\n    def step(self):\n        return 1\n\n\n"
        "class KN(BN):\n    def step(self):\n        return NEXT()\n",
        "return KN().run()",
    ),
    "overridden elsewhere": (
        "class BN:\n    def run(self):\n        return self.step()\n\n    def step(self):\n        return 1\n\n\n"
        "class KN(BN):\n    def step(self):\n        return NEXT()\n",
        "return BN().run()",
    ),
    "not overridden": (
        "class BN:\n    def run(self):\n        return self.step()\n\n    def step(self):\n        return NEXT()\n\n\n"
        "class KN(BN):\n    def step(self):\n        return 1\n",
        "return KN().run()",
    ),
    "kept partial": ("keepN = functools.partial(NEXT)\n", "return keepN()"),
    "kept in an attribute": (
        "class KN:\n    def __init__(self, fn):\n        self.fn = fn\n\n    def run(self):\n"
        "        return self.fn()\n",
        "return KN(NEXT).run()",
    ),
    "class as decorator": (
        "class KN:\n    def __init__(self, fn):\n        self.fn = fn\n\n    def __call__(self):\n"
        "        return self.fn()\n\n\n"
        "@KN\ndef wN():\n    return NEXT()\n",
        "return wN()",
    ),
    "decorator with arguments": (
        "def dN(times):\n    def decorate(fn):\n        @functools.wraps(fn)\n        def wrapper():\n"
        "            return fn()\n\n"
        "        return wrapper\n\n    return decorate\n\n\n@dN(2)\ndef wN():\n    return NEXT()\n",
        "return wN()",
    ),
    "handed on twice": (
        "def runN(fn):\n    return fn()\n\n\ndef getN(fn):\n    return runN(fn)\n",
        "return getN(NEXT)",
    ),
    "keyword callback": ("def runN(*, key=None):\n    return key()\n", "return runN(key=NEXT)"),
    "getitem": ("class KN:\n    def __getitem__(self, key):\n        return NEXT()\n", "return KN()['a']"),
    "getitem of a variable": (
        "class KN:\n    def __getitem__(self, key):\n        return NEXT()\n\n\nobjectN = KN()\n",
        "return objectN['a']",
    ),
    "attribute by method": (
        "class KN:\n    def __getattr__(self, name):\n        return NEXT()\n",
        "return KN().title",
    ),
    "text of an object": (
        "class KN:\n    def __str__(self):\n        return str(NEXT())\n",
        "return f'{KN()}'",
    ),
    "representation only": (
        "class KN:\n    def __str__(self):\n        return 'x'\n\n    def __repr__(self):\n"
        "        return str(NEXT())\n",
        "return f'{KN()}'",
    ),
    "in an object": ("class KN:\n    def __contains__(self, x):\n        return bool(NEXT())\n", "return 'a' in KN()"),
    "loop over an object": ("class KN:\n    def __iter__(self):\n        yield NEXT()\n", "return list(KN())"),
    "sum of objects": ("class KN:\n    def __add__(self, other):\n        return NEXT()\n", "return KN() + 1"),
    "descriptor": (
        "class BN:\n    def __get__(self, instance, owner):\n        return NEXT()\n\n\nclass KN:\n    v = BN()\n",
        "return KN().v",
    ),
    "subclass made": (
        "class BN:\n    def __init_subclass__(cls):\n        NEXT()\n",
        "class Sub(BN):\n    pass\n\nreturn 1",
    ),
    "default of a field": (
        "@dataclasses.dataclass\nclass KN:\n    v: object = dataclasses.field(default_factory=NEXT)\n",
        "return KN().v",
    ),
    "own proxy": ("getN = LocalProxy(lambda: NEXT())\n", "return str(getN)"),
    "word given": ("def optN(kind):\n    if kind == 'a':\n        return NEXT()\n", "return optN('a')"),
    "other word given": ("def optN(kind):\n    if kind == 'a':\n        return NEXT()\n", "return optN('b')"),
    "generator handed on": (
        "def itN():\n    yield NEXT()\n\n\ndef runN(items):\n    for x in items:\n        pass\n",
        "return runN(itN())",
    ),
    "generator made only": ("def itN():\n    yield NEXT()\n", "rows = itN()\nreturn rows is None"),
    "argument given": ("def optN(x=None):\n    if x is None:\n        return NEXT()\n", "return optN('x')"),
}
# Calls that do not happen. A thread further on would have to be started by something else, which is assumed.
UNREACHED = {"other key of a table", "other key given", "overridden elsewhere", "not overridden", "representation only"}
UNREACHED |= {"generator made only", "other word given", "argument given"}
LEAVING = {
    "thread": ("", "t = Thread(target=NEXT)\nt.start()\nt.join()"),
    "thread with lambda": ("", "t = Thread(target=lambda: NEXT())\nt.start()\nt.join()"),
    "thread class": (
        "class TN(Thread):\n    def run(self):\n        NEXT()\n",
        "t = TN()\nt.start()\nt.join()",
    ),
    "timer": ("", "t = Timer(0, NEXT)\nt.start()\nt.join()"),
    "executor": ("", "with ThreadPoolExecutor() as pool:\n    pool.submit(NEXT)"),
    "thread with partial": ("", "t = Thread(target=functools.partial(NEXT))\nt.start()\nt.join()"),
    "executor map": ("", "with ThreadPoolExecutor() as pool:\n    pool.map(lambda x: NEXT(), [1])"),
    "thread by a helper": (
        "def startN(fn):\n    t = Thread(target=fn)\n    t.start()\n    t.join()\n",
        "startN(NEXT)",
    ),
    "thread by a decorator": (
        "def dN(fn):\n    @functools.wraps(fn)\n    def wrapper():\n        t = Thread(target=fn)\n        t.start()\n"
        "        t.join()\n\n    return wrapper\n\n\n@dN\ndef wN():\n    return NEXT()\n",
        "wN()",
    ),
    "function given to a thread": (
        "def runN(fn):\n    return fn()\n",
        "t = Thread(target=runN, args=(NEXT,))\nt.start()\nt.join()",
    ),
    "thread with a word": (
        "def optN(kind):\n    if kind == 'a':\n        return NEXT()\n",
        "t = Thread(target=optN, args=('a',))\nt.start()\nt.join()",
    ),
    "thread from a table": (
        "tableN = {'a': NEXT}\n",
        "t = Thread(target=tableN['a'])\nt.start()\nt.join()",
    ),
    "overridden in a thread": (
        "class TN(Thread):\n    def run(self):\n        self.work()\n\n\nclass KN(TN):\n"
        "    def work(self):\n        NEXT()\n",
        "t = KN()\nt.start()\nt.join()",
    ),
    "wrapped thread": ("", "t = Thread(target=copy_current_request_context(NEXT))\nt.start()\nt.join()"),
}
# What stands around the call in a function; `CALL` is replaced by the call's lines.
AROUND = {
    "nothing": "CALL",
    "app context": "with app.app_context():\n    CALL",
    "request context": "with app.test_request_context('/'):\n    CALL",
    "push and pop": "ctx = app.app_context()\nctx.push()\ntry:\n    CALL\nfinally:\n    ctx.pop()",
    "exit stack": "with contextlib.ExitStack() as stack:\n    stack.enter_context(app.app_context())\n    CALL",
    "helper that pushes": "with in_app():\n    CALL",
    "after a block": "with app.app_context():\n    pass\nCALL",
    "guard app": "if has_app_context():\n    CALL",
    "guard request": "if has_request_context():\n    CALL",
    "guard proxy": "if current_app:\n    CALL",
    "early return": "if not has_app_context():\n    return 0\nCALL",
    "guard or push": "if not has_app_context():\n    with app.app_context():\n        CALL\nelse:\n    CALL",
    "caught": "try:\n    CALL\nexcept RuntimeError:\n    pass",
    "raised again": "try:\n    CALL\nexcept Exception:\n    raise",
    "suppressed": "with contextlib.suppress(RuntimeError):\n    CALL",
    "guard variable": "active = has_app_context()\nif active:\n    CALL",
    "guard walrus": "if (active := has_request_context()):\n    CALL",
    "guard helper": "if in_context():\n    CALL",
    "guard match": "match has_app_context():\n    case True:\n        CALL",
    "caught by name": "errors = (RuntimeError, KeyError)\ntry:\n    CALL\nexcept errors:\n    pass",
    "other caught": "try:\n    CALL\nexcept (KeyError, ValueError):\n    pass",
    "null context": "with contextlib.nullcontext():\n    CALL",
    "two contexts": "with app.app_context(), app.test_request_context('/'):\n    CALL",
    "entered by hand": "ctx = app.app_context()\nctx.__enter__()\ntry:\n    CALL\n"
    "finally:\n    ctx.__exit__(None, None, None)",
    "some condition": "if len('x') == 1:\n    CALL",
}
# How the first function is entered: code for `main.py`, and what drives it. Not by plain click commands: who runs them
# decides whether there is a context.
ENTRIES = {
    "import": ("", "importlib.import_module('bootN')"),
    "script": ("", "runpy.run_path('bootN.py', run_name='__main__')"),
    "view": ("@app.get('/pN')\ndef vN():\n    FIRST()\n    return 'x'\n", "client.get('/pN')"),
    "method view": (
        "class VN(MethodView):\n    def get(self):\n        FIRST()\n        return 'x'\n\n\n"
        "app.add_url_rule('/pN', view_func=VN.as_view('vN'))\n",
        "client.get('/pN')",
    ),
    "hook": (
        "bpN = Blueprint('bpN', __name__)\n\n\n@bpN.before_request\ndef hN():\n    FIRST()\n\n\n"
        "@bpN.get('/pN')\ndef vN():\n    return 'x'\n\n\napp.register_blueprint(bpN)\n",
        "client.get('/pN')",
    ),
    "error handler": (
        "class EN(Exception):\n    pass\n\n\n@app.errorhandler(EN)\ndef eN(error):\n    FIRST()\n    return 'x'\n\n\n"
        "@app.get('/pN')\ndef vN():\n    raise EN\n",
        "client.get('/pN')",
    ),
    "template filter": (
        "@app.template_filter('fN')\ndef fN(value):\n    FIRST()\n    return value\n\n\n"
        "@app.get('/pN')\ndef vN():\n    return render_template_string(\"{{ 'x'|fN }}\")\n",
        "client.get('/pN')",
    ),
    "command": ("@app.cli.command('cN')\ndef cmdN():\n    FIRST()\n", "cli('cN')"),
    "command with context": (
        "@click.command('cN')\n@with_appcontext\ndef cmdN():\n    FIRST()\n\n\napp.cli.add_command(cmdN)\n",
        "cli('cN')",
    ),
    "before request": (
        "def hN():\n    if request.path == '/pN':\n        FIRST()\n\n\napp.before_request(hN)\n\n\n"
        "@app.get('/pN')\ndef vN():\n    return 'x'\n",
        "client.get('/pN')",
    ),
    "group command": (
        "@app.cli.group('gN')\ndef grN():\n    pass\n\n\n@grN.command('cN')\ndef cmdN():\n    FIRST()\n",
        "cli('gN', 'cN')",
    ),
    "generator view": (
        "@app.get('/pN')\ndef vN():\n    yield 'a'\n    FIRST()\n    yield 'b'\n",
        "client.get('/pN').get_data()",
    ),
    "template global": (
        "@app.template_global('tN')\ndef tgN():\n    FIRST()\n    return 'x'\n\n\n"
        "@app.get('/pN')\ndef vN():\n    return render_template_string('{{ tN() }}')\n",
        "client.get('/pN')",
    ),
    "stream": (
        "@app.get('/pN')\ndef vN():\n    def rows():\n        yield 'a'\n        FIRST()\n        yield 'b'\n\n"
        "    return Response(rows())\n",
        "client.get('/pN').get_data()",
    ),
    "kept stream": (
        "@app.get('/pN')\ndef vN():\n    def rows():\n        yield 'a'\n        FIRST()\n        yield 'b'\n\n"
        "    return Response(stream_with_context(rows()))\n",
        "client.get('/pN').get_data()",
    ),
}


@dataclass
class Program:
    """``files``: name -> text. ``drive``: what to run, one after the other. ``says``: how it was made."""

    files: dict[str, str]
    drive: list[str]
    says: str


@dataclass
class _Writer:
    """``starting``: the functions that lead to a new thread, as they are called."""

    random: random.Random
    bodies: dict[str, list[str]] = field(default_factory=lambda: {m: [] for m in MODULES})
    says: list[str] = field(default_factory=list)
    starting: set[str] = field(default_factory=set)
    count: int = 0

    def number(self) -> str:
        self.count += 1
        return str(self.count)

    def use(self, module: str) -> str:
        name = f"u{self.number()}"
        expression = self.random.choice(USES)
        self.says.append(expression)
        self.bodies[module].append(f"def {name}():\n    return {expression}\n")
        return name

    def link(self, module: str, called: str) -> str:
        """A function of ``module`` that calls ``called``, an expression that is right there."""
        number = self.number()
        around = self.random.choice(list(AROUND)) if self.random.random() < 0.4 else "nothing"
        kinds = LEAVING if self.random.random() < 0.2 else LINKS
        kind = self.random.choice([k for k in kinds if k not in UNREACHED or called not in self.starting])
        before, call = kinds[kind]
        self.says.append(f"{kind} in {around}" if around != "nothing" else kind)
        before, call = (_filled(t, called, number) for t in (before, call))
        if before:
            self.bodies[module].append(before)
        body = _nested(AROUND[around], call)
        self.bodies[module].append(f"def c{number}():\n{_indented(body)}\n")
        if kinds is LEAVING or called in self.starting:
            self.starting |= {f"c{number}", f"{module}.c{number}", f"c{number}_"}
        return f"c{number}"


def generate(seed: int) -> Program:
    """The program of a seed."""
    chooser = random.Random(seed)
    writer = _Writer(chooser)
    mains: list[str] = []
    boots: dict[str, str] = {}
    drive: list[str] = []
    shared: list[tuple[int, str]] = []
    for _ in range(chooser.randint(1, 3)):
        # The lowest module defines the use; callers are in the same module or one above.
        if shared and chooser.random() < 0.4:
            level, name = chooser.choice(shared)
        else:
            level = chooser.randrange(len(MODULES))
            name = writer.use(MODULES[level])
        for _ in range(chooser.randint(0, 5)):
            above = chooser.randint(0, level)
            called = (
                name if above == level else _reference(chooser, writer.bodies[MODULES[above]], MODULES[level], name)
            )
            name = writer.link(MODULES[above], called)
            level = above
            shared.append((level, name))
        number = writer.number()
        kind = chooser.choice(list(ENTRIES))
        writer.says.append(f"<- {kind}")
        text, how = ENTRIES[kind]
        if kind in ("import", "script"):
            call = f"{name}()" if kind == "import" else f"if __name__ == '__main__':\n    {name}()"
            boots[f"boot{number}.py"] = f"from {MODULES[level]} import {name}\n\n{call}\n"
        else:
            prefix: list[str] = []
            called = _reference(chooser, prefix, MODULES[level], name)
            mains += [*prefix, _filled(text, called, number).replace("FIRST", called)]
        drive.append(how.replace("N", number))
    return Program(_files(chooser, writer, mains, boots), drive, "; ".join(writer.says))


def _reference(chooser: random.Random, lines: list[str], module: str, name: str) -> str:
    style = chooser.randrange(3)
    if style == 0:
        lines.append(f"import {module}\n")
        return f"{module}.{name}"
    if style == 1:
        lines.append(f"from {module} import {name}\n")
        return name
    lines.append(f"from {module} import {name} as {name}_\n")
    return f"{name}_"


def _files(chooser: random.Random, writer: _Writer, mains: list[str], boots: dict[str, str]) -> dict[str, str]:
    core = (
        "import contextlib\n\nfrom flask import Flask, current_app\n\napp = Flask(__name__)\napp.secret_key = 'x'\n\n\n"
        "@contextlib.contextmanager\ndef in_app():\n    with app.app_context():\n        yield\n\n\n"
        "def in_context():\n    return bool(current_app)\n"
    )
    files = {
        "core.py": core,
        "compat.py": f"from flask import {', '.join(NAMES)}\n",
        "main.py": "import click\nfrom flask import Blueprint, Response, render_template_string, request\n"
        "from flask import stream_with_context\n"
        "from flask.cli import with_appcontext\nfrom flask.views import MethodView\n\nfrom core import app\n\n\n"
        "@app.get('/')\ndef home():\n    return 'x'\n\n\n" + "\n\n".join(mains),
        **boots,
    }
    for module in MODULES:
        source = chooser.choice(("flask", "compat"))
        head = f"{IMPORTS}\nfrom {source} import {', '.join(NAMES)}\n\nfrom core import app, in_app, in_context\n\n\n"
        files[f"{module}.py"] = head + "\n\n".join(writer.bodies[module])
    return files


def _filled(text: str, called: str, number: str) -> str:
    for mark in "KBTVE":
        text = text.replace(f"{mark}N", f"{mark}{number}")
    for mark in (
        "hN",
        "itN",
        "cmN",
        "dN",
        "wN",
        "runN",
        "coN",
        "optN",
        "mkN",
        "grN",
        "gN",
        "tgN",
        "tN",
        "pN",
        "vN",
        "bpN",
        "eN",
        "fN",
        "cmdN",
        "cN",
        "sN",
        "_N",
    ):
        text = text.replace(mark, mark[:-1] + number)
    return text.replace("NEXT", called)


def _nested(around: str, call: str) -> str:
    lines = []
    for line in around.split("\n"):
        if line.strip() == "CALL":
            indent = line[: len(line) - len("CALL")]
            lines += [indent + part if part else part for part in call.split("\n")]
        else:
            lines.append(line)
    return "\n".join(lines)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else line for line in text.split("\n"))
