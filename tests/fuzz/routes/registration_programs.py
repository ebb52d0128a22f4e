"""Random Flask programs that register routes: a package of several files with a factory ``create_app``."""

# The lines of generated programs are easier to read whole.
# ruff: noqa: E501

from __future__ import annotations

import re
import sys
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent))

from idioms import IDIOMS

WORDS = ("users", "items", "orders", "tags", "posts", "admin", "files", "stats", "teams", "notes")
UNKNOWN = ('os.environ.get("FUZZ_UNSET")', "os.getpid() % 2", "time.time() > 0", "len(sys.argv) > 100")
KNOWN = ("True", "False", "1 + 1 == 2", "not helpers.Registry", '"GET" in ("GET", "PUT")')
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")

HELPERS = """
import functools
from flask import Blueprint, Flask
from flask.views import MethodView, View


def wrapped(f):
    @functools.wraps(f)
    def inner(*args, **kwargs):
        return f(*args, **kwargs)
    return inner


def renamed(name):
    def decorate(f):
        def inner(*args, **kwargs):
            return f(*args, **kwargs)
        inner.__name__ = name
        return inner
    return decorate


def routed(target, rule, **options):
    def decorate(f):
        target.add_url_rule(rule, view_func=f, **options)
        return f
    return decorate


def versions(target, rule, *numbers, **options):
    def decorate(f):
        for number in numbers:
            target.route(f"/v{number}{rule}", endpoint=f"{f.__name__}_v{number}", **options)(f)
        return f
    return decorate


def named(name):
    def view(**kwargs):
        return name
    view.__name__ = name
    return view


def crud(target, name, only=("list", "show"), prefix="/"):
    table = {
        "list": (prefix + name + "/", ["GET"]),
        "show": (prefix + name + "/<int:pk>", ["GET"]),
        "save": (prefix + name + "/<int:pk>", ["PUT", "PATCH"]),
    }
    for action, (rule, methods) in table.items():
        if action not in only:
            continue
        target.add_url_rule(rule, f"{name}_{action}", named(action), methods=methods)


def make_blueprint(name, prefix=None, **options):
    return Blueprint(name, __name__, url_prefix=prefix, **options)


class Prefixed(Blueprint):
    def __init__(self, *args, part="/p", **kwargs):
        self.part = part
        super().__init__(*args, **kwargs)

    def add_url_rule(self, rule, endpoint=None, view_func=None, **options):
        super().add_url_rule(self.part + rule, endpoint, view_func, **options)


class Loud(Flask):
    def register_blueprint(self, blueprint, **options):
        options.setdefault("url_prefix", "/loud/" + blueprint.name)
        super().register_blueprint(blueprint, **options)


class Pages(MethodView):
    def get(self):
        return ""


class MorePages(Pages):
    def post(self):
        return ""


class Plain(View):
    methods = ["GET", "POST"]

    def dispatch_request(self):
        return ""


class Registry:
    found = []

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        Registry.found.append(cls)
"""


class Program:
    """One program. ``files`` maps a path below the package to its text."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.count = 0
        self.files: dict[str, str] = {"helpers.py": HELPERS}
        self.blueprints: list[tuple[str, str, bool]] = []  # module, variable, is a factory function
        for number in range(self.random.randint(1, 3)):
            self._blueprint_module(f"part{number}")
        self.files["__init__.py"] = self._factory()

    def name(self) -> str:
        """A name that is used nowhere else."""
        self.count += 1
        return f"{self.random.choice(WORDS)}{self.count}"

    def rule(self) -> str:
        """A rule, sometimes with a converter."""
        tail = self.random.choice(("", "/", "/<int:pk>", "/<name>", "/<path:rest>"))
        return f"/{self.name()}{tail}"

    def methods(self) -> list[str]:
        """Some methods."""
        return self.random.sample(METHODS, self.random.randint(1, 3))

    # Statements that add routes to ``target``; indented by the caller.

    def statements(self, target: str, depth: int = 0) -> list[str]:
        """Lines that add routes to a target."""
        kinds = [
            self._decorator,
            self._verb,
            self._add,
            self._loop,
            self._table_of_tuples,
            self._helper,
            self._crud,
            self._class_view,
            self._custom_decorator,
            self._stacked,
            self._lambda,
            self._partial,
            self._getattr,
            self._comprehension,
            self._kwargs,
            self._closure,
            self._dataclass,
            self._enumerate,
            self._string_work,
        ]
        if depth < 2:
            kinds += [self._if_known, self._if_known, self._function, self._try, self._early]
            if self.random.random() < 0.3:
                kinds.append(self._if_unknown)
            kinds += [self._list_by_condition, self._value_by_condition, self._leave_loop, self._caught, self._flag]
            kinds += [self._while, self._generator, self._recursion, self._exclusive, self._chosen, self._clash]
        if self.random.random() < 0.4:
            return self.random.choice(IDIOMS)(self, target)
        return self.random.choice(kinds)(target, depth)

    def _decorator(self, target: str, depth: int) -> list[str]:
        options = self.random.choice(
            ("", f", methods={self.methods()!r}", f', endpoint="{self.name()}"', ', defaults={"page": 1}')
        )
        inner = self.random.choice(([], ["@helpers.wrapped"], [f'@helpers.renamed("{self.name()}")']))
        return [f'@{target}.route("{self.rule()}"{options})', *inner, f"def {self.name()}(**values):", '    return ""']

    def _verb(self, target: str, depth: int) -> list[str]:
        verb = self.random.choice(METHODS).lower()
        return [f'@{target}.{verb}("{self.rule()}")', f"def {self.name()}(**values):", '    return ""']

    def _add(self, target: str, depth: int) -> list[str]:
        name = self.name()
        return [
            f'{target}.add_url_rule("{self.rule()}", "{name}", helpers.named("{name}"), methods={self.methods()!r})'
        ]

    def _loop(self, target: str, depth: int) -> list[str]:
        names = [self.name() for _ in range(self.random.randint(1, 3))]
        return [
            f"for word in {names!r}:",
            f'    {target}.add_url_rule("/" + word + "/", word, helpers.named(word))',
        ]

    def _table_of_tuples(self, target: str, depth: int) -> list[str]:
        rows = [(self.rule(), self.name(), tuple(self.methods())) for _ in range(self.random.randint(1, 3))]
        return [
            f"rows = {rows!r}",
            "for rule, name, methods in rows:",
            f"    {target}.route(rule, endpoint=name, methods=list(methods))(lambda **values: name)",
        ]

    def _helper(self, target: str, depth: int) -> list[str]:
        name = self.name()
        return [f'@helpers.versions({target}, "/{name}", 1, 2)', f"def {name}():", '    return ""']

    def _crud(self, target: str, depth: int) -> list[str]:
        only = self.random.sample(("list", "show", "save"), self.random.randint(1, 3))
        extra = self.random.choice(("", ', prefix="/crud/"'))
        return [f'helpers.crud({target}, "{self.name()}", only={only!r}{extra})']

    def _class_view(self, target: str, depth: int) -> list[str]:
        name = self.name()
        base = self.random.choice(("helpers.Pages", "helpers.MorePages", "helpers.Plain", "helpers.MethodView"))
        if self.random.random() < 0.4:
            if base == "helpers.MethodView":
                base = "helpers.Pages"
            return [f'{target}.add_url_rule("{self.rule()}", view_func={base}.as_view("{name}"))']
        return [
            f"class {name.title()}({base}):",
            f"    def {self.random.choice(('get', 'put', 'delete'))}(self, **values):",
            '        return ""',
            "",
            f'{target}.add_url_rule("{self.rule()}", view_func={name.title()}.as_view("{name}"))',
        ]

    def _custom_decorator(self, target: str, depth: int) -> list[str]:
        return [
            f'@helpers.routed({target}, "{self.rule()}", methods={self.methods()!r})',
            f"def {self.name()}(**values):",
            "    return {}",
        ]

    def _stacked(self, target: str, depth: int) -> list[str]:
        return [
            f'@{target}.route("{self.rule()}")',
            f'@{target}.route("{self.rule()}")',
            f"def {self.name()}(**values):",
            '    return ""',
        ]

    def _lambda(self, target: str, depth: int) -> list[str]:
        return [f'{target}.add_url_rule("{self.rule()}", endpoint="{self.name()}", view_func=lambda **values: "")']

    def _partial(self, target: str, depth: int) -> list[str]:
        return [
            f"add = functools.partial({target}.add_url_rule, methods={self.methods()!r})",
            f'add("{self.rule()}", "{self.name()}", helpers.named("x"))',
        ]

    def _getattr(self, target: str, depth: int) -> list[str]:
        verb = self.random.choice(("get", "post", "delete"))
        return [f'getattr({target}, "{verb}")("{self.rule()}", endpoint="{self.name()}")(helpers.named("y"))']

    def _comprehension(self, target: str, depth: int) -> list[str]:
        names = [self.name() for _ in range(2)]
        return [
            f'made = {{n: f"/{{n.upper()}}" for n in {names!r} if not n.endswith("7")}}',
            "for key, rule in sorted(made.items()):",
            f"    {target}.add_url_rule(rule, key, helpers.named(key))",
        ]

    def _kwargs(self, target: str, depth: int) -> list[str]:
        return [
            f"options = dict(methods={self.methods()!r})",
            f'options["endpoint"] = "{self.name()}"',
            f'{target}.add_url_rule("{self.rule()}", view_func=helpers.named("z"), **options)',
        ]

    def _closure(self, target: str, depth: int) -> list[str]:
        name = self.name()
        return [
            f"def add_{name}(suffix, *, times=2):",
            "    def one(number):",
            f'        {target}.add_url_rule("/%s/%d" % (suffix, number), "{name}_%s" % number, helpers.named("c"))',
            "    for number in range(times):",
            "        one(number)",
            f'add_{name}("{name}", times={self.random.randint(1, 3)})',
        ]

    def _dataclass(self, target: str, depth: int) -> list[str]:
        name = self.name()
        return [
            "@dataclasses.dataclass",
            f"class Row{name}:",
            "    rule: str",
            "    endpoint: str",
            '    methods: tuple = ("GET",)',
            "",
            f'for row in [Row{name}("{self.rule()}", "{self.name()}"), Row{name}("{self.rule()}", "{self.name()}", ("PUT",))]:',
            f'    {target}.add_url_rule(row.rule, row.endpoint, helpers.named("r"), methods=row.methods)',
        ]

    def _enumerate(self, target: str, depth: int) -> list[str]:
        name = self.name()
        return [
            f'for index, (left, right) in enumerate(zip(["a", "b"], ("{name}x", "{name}y")), start=1):',
            f'    {target}.add_url_rule("/{{}}/{{}}".format(left, right), f"{{right}}_{{index}}", helpers.named(right))',
        ]

    def _string_work(self, target: str, depth: int) -> list[str]:
        name = self.name()
        return [
            f'parts = "{name}-one {name}-two".split()',
            "while parts:",
            "    part = parts.pop()",
            f'    {target}.add_url_rule("/" + "/".join(part.split("-")), part.replace("-", "_").title(), helpers.named("w"))',
        ]

    # Control flow

    def _inside(self, target: str, depth: int) -> list[str]:
        return ["    " + line if line else line for line in self.statements(target, depth + 1)]

    def _if_known(self, target: str, depth: int) -> list[str]:
        test = self.random.choice(
            ("helpers.Pages is not None", "1 + 1 == 3", '"a" in ["a", "b"]', "not []", "__name__ == '__main__'")
        )
        return [f"if {test}:", *self._inside(target, depth), "else:", *self._inside(target, depth)]

    def _if_unknown(self, target: str, depth: int) -> list[str]:
        lines = [f"if {self.random.choice(UNKNOWN)}:", *self._inside(target, depth)]
        if self.random.random() < 0.5:
            lines += ["else:", *self._inside(target, depth)]
        return lines

    def _test(self) -> str:
        """A condition, sometimes one that is only known at run time."""
        return self.random.choice(UNKNOWN if self.random.random() < 0.15 else KNOWN)

    def _list_by_condition(self, target: str, depth: int) -> list[str]:
        one, two, three = self.name(), self.name(), self.name()
        return [
            f'words = ["{one}"]',
            f"if {self._test()}:",
            f'    words.append("{two}")',
            "else:",
            f'    words.insert(0, "{three}")' if self.random.random() < 0.5 else f'    words = ["{three}"]',
            "for word in words:",
            f'    {target}.add_url_rule("/" + word, word, helpers.named(word))',
        ]

    def _value_by_condition(self, target: str, depth: int) -> list[str]:
        name = self.name()
        return [
            f'where = "/left" if {self._test()} else "/right"',
            f'{target}.add_url_rule(f"{{where}}/{name}", "{name}", helpers.named("v"), methods={self.methods()!r})',
        ]

    def _leave_loop(self, target: str, depth: int) -> list[str]:
        names = [self.name() for _ in range(3)]
        leave = self.random.choice(("break", "continue"))
        test = self.random.choice((f'word == "{names[1]}"', self._test()))
        return [
            f"for word in {names!r}:",
            f'    {target}.add_url_rule("/first/" + word, "first_" + word, helpers.named(word))',
            f"    if {test}:",
            f"        {leave}",
            f'    {target}.add_url_rule("/" + word, word, helpers.named(word))',
            "else:",
            f'    {target}.add_url_rule("/else/{names[0]}", "else_{names[0]}", helpers.named("e"))',
        ]

    def _caught(self, target: str, depth: int) -> list[str]:
        name = self.name()
        return [
            "try:",
            f'    {target}.add_url_rule("/a/{name}", "a_{name}", helpers.named("a"))',
            f"    if {self._test()}:",
            "        raise KeyError('x')",
            f'    {target}.add_url_rule("/b/{name}", "b_{name}", helpers.named("b"))',
            f"except {self.random.choice(('KeyError', 'LookupError', 'Exception'))}:",
            f'    {target}.add_url_rule("/c/{name}", "c_{name}", helpers.named("c"))',
            "finally:",
            f'    {target}.add_url_rule("/d/{name}", "d_{name}", helpers.named("d"))',
        ]

    def _flag(self, target: str, depth: int) -> list[str]:
        name = self.name()
        return [
            f"class State{name}:",
            "    on = False",
            f"if {self._test()}:",
            f"    State{name}.on = True",
            f"if State{name}.on:",
            f'    {target}.add_url_rule("/on/{name}", "on_{name}", helpers.named("on"))',
            f"if not State{name}.on:",
            f'    {target}.add_url_rule("/off/{name}", "off_{name}", helpers.named("off"))',
        ]

    def _while(self, target: str, depth: int) -> list[str]:
        name = self.name()
        return [
            "number = 0",
            f"while number < 3 and ({self._test()} or number < 2):",
            f'    {target}.add_url_rule(f"/w{{number}}/{name}", f"{name}_{{number}}", helpers.named("w"))',
            "    number += 1",
            f'{target}.add_url_rule(f"/total/{name}/{{number}}", "total_{name}", helpers.named("t"))',
        ]

    def _generator(self, target: str, depth: int) -> list[str]:
        name = self.name()
        return [
            f"def words_{name}():",
            f'    yield "{name}_1"',
            f"    if {self._test()}:",
            f'        yield "{name}_2"',
            f'    yield from ("{name}_3", "{name}_4")',
            f"for word in words_{name}():",
            f'    {target}.add_url_rule("/" + word, word, helpers.named(word))',
        ]

    def _recursion(self, target: str, depth: int) -> list[str]:
        name = self.name()
        tree = {"a": {"b": {}, "c": {"d": {}}}, "e": {}}
        return [
            f"def walk_{name}(tree, path):",
            "    for key, below in tree.items():",
            f'        {target}.add_url_rule(path + "/" + key, "{name}" + path.replace("/", "_") + key, helpers.named(key))',
            f"        walk_{name}(below, path + '/' + key)",
            f'walk_{name}({tree!r}, "/{name}")',
        ]

    def _exclusive(self, target: str, depth: int) -> list[str]:
        name = self.name()
        return [
            f"if {self._test()}:",
            f'    {target}.add_url_rule("/yes/{name}", "{name}", helpers.named("yes"))',
            "else:",
            f'    {target}.add_url_rule("/no/{name}", "{name}", helpers.named("no"))',
        ]

    def _chosen(self, target: str, depth: int) -> list[str]:
        name = self.name()
        key = self.random.choice(('"b"', 'os.environ.get("FUZZ_UNSET") or "a"', '"ab"[os.getpid() % 2]'))
        return [
            f'table = {{"a": ("/a/{name}", ["GET"]), "b": ("/b/{name}", ["POST"])}}',
            f"rule, methods = table[{key}]",
            f'{target}.add_url_rule(rule, "{name}", helpers.named("t"), methods=methods)',
        ]

    def _clash(self, target: str, depth: int) -> list[str]:
        name = self.name()
        other = name if self.random.random() < 0.1 else self.name()
        return [
            f'{target}.add_url_rule("/one/{name}", "{name}", helpers.named("one"))',
            f'{target}.add_url_rule("/two/{name}", "{other}", helpers.named("two"))',
        ]

    def _function(self, target: str, depth: int) -> list[str]:
        name = self.name()
        body = ["    " + re.sub(rf"\b{target}\b", "given", line) for line in self.statements(target, depth + 1)]
        return [f"def setup_{name}(given):", *body, f"setup_{name}({target})"]

    def _try(self, target: str, depth: int) -> list[str]:
        module = self.random.choice(("json", "no_such_module_anywhere"))
        return [
            "try:",
            f"    import {module}",
            "except ImportError:",
            *self._inside(target, depth),
            "else:",
            *self._inside(target, depth),
        ]

    def _early(self, target: str, depth: int) -> list[str]:
        name = self.name()
        test = self.random.choice(("given is None", 'os.environ.get("FUZZ_UNSET")', "True"))
        body = ["    " + re.sub(rf"\b{target}\b", "given", line) for line in self.statements(target, depth + 1)]
        return [f"def maybe_{name}(given):", f"    if {test}:", "        return None", *body, f"maybe_{name}({target})"]

    # Files

    def _blueprint_module(self, module: str) -> None:
        name = self.name()
        prefix = self.random.choice((None, None, f"/{name}", f"/{name}/"))
        lines = [
            "import dataclasses, functools, os, sys, time",
            "from . import helpers",
            "from flask import Blueprint",
            "",
        ]
        kind = self.random.random()
        statements: list[str] = []
        for _ in range(self.random.randint(1, 4)):
            statements += [*self.statements("bp"), ""]
        static = self.random.choice(
            ("", "", ', static_folder="static"', ', static_folder="files", static_url_path="/assets"')
        )
        if kind < 0.5:
            lines += [f'bp = Blueprint("{name}", __name__, url_prefix={prefix!r}{static})', "", *statements]
        elif kind < 0.65:
            lines += [f'bp = helpers.make_blueprint("{name}", {prefix!r})', "", *statements]
        elif kind < 0.8:
            lines += [f'bp = helpers.Prefixed("{name}", __name__, part="/x", url_prefix={prefix!r})', "", *statements]
        else:
            lines += ["def make():", f'    bp = Blueprint("{name}", __name__, url_prefix={prefix!r})']
            lines += ["    " + line if line else line for line in statements]
            lines += ["    return bp"]
        if self.random.random() < 0.3 and kind < 0.8:
            child = self.name()
            lines += [
                f'child = Blueprint("{child}", __name__, url_prefix={self.random.choice((None, "/child"))!r})',
                "",
            ]
            lines += [*self.statements("child"), ""]
            given = self.random.choice(("", ', url_prefix="/given"', ', name="other"'))
            lines += [f"bp.register_blueprint(child{given})"]
        if self.random.random() < 0.2 and kind < 0.8:
            recorded = self.name()
            method = self.random.choice(("record", "record_once"))
            lines += [
                f'bp.{method}(lambda state: state.add_url_rule("/{recorded}", "{recorded}", helpers.named("rec")))'
            ]
        self.blueprints.append((module, "make" if kind >= 0.8 else "bp", kind >= 0.8))
        self.files[f"{module}.py"] = "\n".join(lines) + "\n"

    def _factory(self) -> str:
        lines = [
            "import dataclasses, functools, importlib, os, pkgutil, sys, time",
            "from flask import Blueprint, Flask",
            "from . import helpers",
            "",
        ]
        lines += ["def create_app(config=None):"]
        app = self.random.choice(
            (
                "Flask(__name__)",
                "helpers.Loud(__name__)",
                'Flask(__name__, static_url_path="/files")',
                "Flask(__name__, static_folder=None)",
            )
        )
        lines += [f"    app = {app}"]
        for _ in range(self.random.randint(0, 2)):
            lines += ["    " + line if line else line for line in self.statements("app")]
        lines += self._registrations()
        lines += ["    return app"]
        return "\n".join(lines) + "\n"

    def _registrations(self) -> list[str]:
        lines: list[str] = []
        way = self.random.random()
        plain = [m for m, _, is_factory in self.blueprints if not is_factory]
        if way < 0.2 and len(plain) == len(self.blueprints):
            return [
                "    for info in pkgutil.iter_modules(__path__):",
                '        if info.name.startswith("part"):',
                '            module = importlib.import_module("." + info.name, __name__)',
                "            app.register_blueprint(module.bp)",
            ]
        for module, variable, is_factory in self.blueprints:
            lines += [f"    from .{module} import {variable}"]
            made = f"{variable}()" if is_factory else variable
            options = self.random.choice(
                ("", "", f', url_prefix="/{self.name()}"', f', name="{self.name()}"', ', url_prefix=""')
            )
            if not is_factory and self.random.random() < 0.15:
                lines += [
                    "    for version in (1, 2):",
                    f'        app.register_blueprint({made}, url_prefix=f"/r{{version}}", name=f"{module}_{{version}}")',
                ]
            elif self.random.random() < 0.15:
                lines += ['    if os.environ.get("FUZZ_UNSET"):', f"        app.register_blueprint({made}{options})"]
            else:
                lines += [f"    app.register_blueprint({made}{options})"]
        return lines
