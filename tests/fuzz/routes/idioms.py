"""Ways in which applications register routes: each gives the lines of a few statements that add routes to a target."""

# The lines of generated programs are easier to read whole.
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from registration_programs import Program

Idiom = Callable[["Program", str], list[str]]
IDIOMS: list[Idiom] = []


def idiom(make: Idiom) -> Idiom:
    IDIOMS.append(make)
    return make


@idiom
def object_that_registers(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        f"class Section{name}:",
        f'    prefix = "/{name}"',
        "    def __init__(self, given, pages):",
        "        self._given = given",
        "        self.pages = pages",
        "    @property",
        "    def given(self):",
        "        return self._given",
        "    def rule(self, page):",
        '        return "%s/%s" % (self.prefix, page)',
        "    def install(self):",
        "        for page in self.pages:",
        f'            self.given.add_url_rule(self.rule(page), f"{name}-{{page}}", getattr(self, page, self.page))',
        "        return self",
        "    def page(self):",
        '        return ""',
        f"class Inner{name}(Section{name}):",
        f'    prefix = Section{name}.prefix + "/inner"',
        f'Section{name}({target}, ["a", "b"]).install()',
        f'Inner{name}({target}, pages=("c",)).install()',
    ]


@idiom
def decorator_object(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        f"class expose_{name}:",
        "    def __init__(self, rule, **options):",
        "        self.rule, self.options = rule, options",
        "    def __call__(self, view):",
        f"        {target}.route(self.rule, endpoint=view.__name__, **self.options)(view)",
        "        return view",
        f'@expose_{name}("/{name}", methods={p.methods()!r})',
        f"def view_{name}():",
        '    return ""',
    ]


@idiom
def table_in_class_attributes(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        f"class Table{name}:",
        f'    ROUTES = [("/{name}/one", "one_{name}"), ("/{name}/two", "two_{name}")]',
        '    EXTRA = {"methods": ["POST"]}',
        "    @classmethod",
        "    def install(cls, given):",
        "        for rule, endpoint in cls.ROUTES:",
        "            given.add_url_rule(rule, endpoint=endpoint, view_func=cls.view, **cls.EXTRA)",
        "    @staticmethod",
        "    def view(**values):",
        '        return ""',
        f"Table{name}.install({target})",
    ]


@idiom
def enumeration(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        "import enum",
        f"class Kind{name}(enum.Enum):",
        '    SMALL = "small"',
        '    LARGE = "large"',
        f"for kind in Kind{name}:",
        f'    {target}.add_url_rule(f"/{name}/{{kind.value}}", f"{name}_{{kind.name.lower()}}", helpers.named(kind.name))',
    ]


@idiom
def map_filter_sorted(p: Program, target: str) -> list[str]:
    names = sorted(p.name() for _ in range(3))
    return [
        f'for word in sorted(filter(lambda w: not w.startswith("x"), map(str.lower, {names!r})), reverse=True):',
        f'    {target}.add_url_rule("/" + word, word, helpers.named(word))',
    ]


@idiom
def forwarding(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        f"def forward_{name}(*args, **kwargs):",
        '    kwargs.setdefault("methods", ["GET"])',
        f"    return {target}.add_url_rule(*args, **kwargs)",
        f'forward_{name}("/{name}/<pk>", view_func=helpers.named("{name}"))',
        f'forward_{name}(*("/{name}", "{name}_all"), **dict(view_func=helpers.named("all"), methods={p.methods()!r}))',
    ]


@idiom
def view_classes_in_a_dict(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        f'views_{name} = {{"pages": helpers.Pages, "more": helpers.MorePages, "plain": helpers.Plain}}',
        f"for word, cls in views_{name}.items():",
        f'    {target}.add_url_rule(f"/{name}/{{word}}", view_func=cls.as_view(f"{name}_{{word}}"))',
    ]


@idiom
def own_view_class(p: Program, target: str) -> list[str]:
    name = p.name()
    base = p.random.choice(("helpers.Pages", "helpers.MorePages"))
    methods = p.random.choice(("", '    methods = ["PATCH"]\n    def patch(self): return ""'))
    return [
        f"class View{name}({base}):",
        "    decorators = [helpers.wrapped]",
        *methods.split("\n"),
        "    def delete(self, pk=None):",
        '        return ""',
        f"    def {p.random.choice(('put', 'helper'))}(self):",
        '        return ""',
        f'view = View{name}.as_view("{name}")',
        f'{target}.add_url_rule("/{name}/", view_func=view, defaults={{"pk": None}}, methods=["GET"])',
        f'{target}.add_url_rule("/{name}/<int:pk>", view_func=view)',
    ]


@idiom
def match_statement(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        'for kind in ("list", "show", "other"):',
        "    match kind:",
        '        case "list":',
        f'            {target}.add_url_rule("/{name}", "{name}_list", helpers.named("l"))',
        '        case "show" | "detail":',
        f'            {target}.add_url_rule("/{name}/<pk>", "{name}_show", helpers.named("s"))',
        "        case _:",
        "            pass",
    ]


@idiom
def context_manager(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        f"class Under{name}:",
        "    def __init__(self, given, prefix):",
        "        self.given, self.prefix = given, prefix",
        "    def __enter__(self):",
        "        return self",
        "    def __exit__(self, *args):",
        "        return False",
        "    def add(self, rule, endpoint):",
        "        self.given.add_url_rule(self.prefix + rule, endpoint, helpers.named(endpoint))",
        f'with Under{name}({target}, "/{name}") as under:',
        f'    under.add("/x", "{name}_x")',
        f'    under.add("", "{name}_root")',
    ]


@idiom
def generator_as_context_manager(p: Program, target: str) -> list[str]:
    name = p.name()
    inner = p.random.choice(("finally", "else"))
    return [
        "import contextlib, flask",
        "@contextlib.contextmanager",
        f"def group_{name}(parent, part):",
        '    bp = flask.Blueprint(part, __name__, url_prefix="/" + part)',
        "    try:",
        "        yield bp",
        *(["    except KeyError:", "        pass"] if inner == "else" else []),
        f"    {inner}:",
        "        parent.register_blueprint(bp)",
        f"def fill_{name}():",
        f'    with group_{name}({target}, "{name}") as outer, group_{name}(outer, "in") as inner:',
        f'        outer.add_url_rule("/a", "a", helpers.named("{name}_a"))',
        f'        inner.add_url_rule("/b", "b", helpers.named("{name}_b"))',
        "        return outer.name",
        f'{target}.add_url_rule("/done/" + fill_{name}(), "{name}_done", helpers.named("{name}_done"))',
    ]


@idiom
def generator_with_effects(p: Program, target: str) -> list[str]:
    name = p.name()
    source = p.random.choice((f"parts_{name}()", f"both_{name}()"))
    return [
        "import flask",
        f"def parts_{name}():",
        '    for part in ("a", "b"):',
        f'        made = flask.Blueprint(f"{name}_{{part}}", __name__)',
        "        try:",
        "            yield made",
        "        except KeyError:",
        "            pass",
        f'        {target}.register_blueprint(made, url_prefix=f"/{name}/{{part}}")',
        f"def both_{name}():",
        f"    yield from parts_{name}()",
        f"for bp_{name} in {source}:",
        f'    if bp_{name}.name.endswith("b"):',
        f'        bp_{name}.add_url_rule("/last", "last", helpers.named("{name}_last"))',
        "        continue",
        f'    bp_{name}.add_url_rule("/first", "first", helpers.named("{name}_first"))',
    ]


@idiom
def in_place_operators(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        f"class Rules{name}:",
        "    def __init__(self):",
        "        self.known = []",
        "    def __iadd__(self, other):",
        "        self.known.append(other)",
        "        return self",
        "    def __iter__(self):",
        "        return iter(self.known)",
        f"rules_{name} = Rules{name}()",
        f'rules_{name} += "/{name}/plus"',
        f"for rule in rules_{name}:",
        f'    {target}.add_url_rule(rule, "{name}_plus", helpers.named("{name}_plus"))',
        "try:",
        '    int("no number")',
        "except ValueError:",
        f'    {target}.add_url_rule("/{name}/value", "{name}_value", helpers.named("{name}_value"))',
    ]


@idiom
def typed_tuples_and_json(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        "import json, typing",
        f"class Spec{name}(typing.NamedTuple):",
        "    rule: str",
        '    methods: tuple = ("GET",)',
        f'for number, (rule, methods) in enumerate([Spec{name}("/{name}/1"), Spec{name}("/{name}/2", ("PUT",))]):',
        f'    {target}.add_url_rule(rule, f"{name}{{number}}", helpers.named("t"), methods=methods)',
        f"""for row in json.loads('[{{"rule": "/{name}/json", "endpoint": "{name}_json", "methods": ["POST"]}}]'):""",
        f'    {target}.add_url_rule(view_func=helpers.named("j"), **row)',
    ]


@idiom
def generator_of_rows(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        f"def rows_{name}(count):",
        "    number = 0",
        "    while True:",
        "        number += 1",
        "        if number > count:",
        "            return",
        f'        yield f"/{name}/{{number}}", f"{name}_{{number}}"',
        f"for rule, endpoint in rows_{name}(3):",
        f"    {target}.add_url_rule(rule, endpoint, helpers.named(endpoint))",
    ]


@idiom
def counter_in_closure(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        f"def counting_{name}():",
        "    count = 0",
        "    def add(rule):",
        "        nonlocal count",
        "        count += 1",
        f'        {target}.add_url_rule(rule, f"{name}_{{count}}", helpers.named("c"))',
        "    return add",
        f"add_{name} = counting_{name}()",
        f'add_{name}("/{name}/a")',
        f'add_{name}("/{name}/b")',
    ]


@idiom
def subclasses_that_register(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        f"class Base{name}:",
        "    known = []",
        "    def __init_subclass__(cls, rule=None, **kwargs):",
        "        super().__init_subclass__(**kwargs)",
        "        cls.rule = rule",
        f"        Base{name}.known.append(cls)",
        f'class One{name}(Base{name}, rule="/{name}/one"): pass',
        f'class Two{name}(Base{name}, rule="/{name}/two"): pass',
        f"for cls in Base{name}.known:",
        f"    {target}.add_url_rule(cls.rule, cls.__name__, helpers.named(cls.__name__))",
    ]


@idiom
def endpoint_decorator(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        f'{target}.add_url_rule("/{name}/<path:rest>", endpoint="{name}", strict_slashes=False)',
        f'@{target}.endpoint("{name}")',
        f"def any_{name}(rest):",
        '    return ""',
    ]


@idiom
def asynchronous(p: Program, target: str) -> list[str]:
    return [
        f'@{target}.route("{p.rule()}", methods={p.methods()!r})',
        f"async def {p.name()}(**values):",
        '    return ""',
    ]


@idiom
def names_of_module(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        f'def page_{name}_a(): return ""',
        f'def page_{name}_b(): return ""',
        "space = {**globals(), **locals()}",
        f'for key in sorted(k for k in space if k.startswith("page_{name}_")):',
        f'    {target}.add_url_rule("/" + key.replace("_", "/"), view_func=space[key])',
    ]


@idiom
def product_and_chain(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        "import itertools",
        'for left, right in itertools.chain(itertools.product("ab", ("x", "y")), [("c", "z")]):',
        f'    {target}.add_url_rule(f"/{name}/{{left}}-{{right}}", "_".join(("{name}", left, right)), helpers.named(left))',
    ]


@idiom
def cached_factory(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        "@functools.lru_cache(maxsize=None)",
        f"def view_of_{name}(word):",
        "    return helpers.named(word)",
        f'for word in ("{name}p", "{name}q"):',
        f"    {target}.add_url_rule('/' + word, view_func=view_of_{name}(word))",
    ]


@idiom
def callable_view(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        f"class Callable{name}:",
        "    def __call__(self, **values):",
        '        return ""',
        f'    __name__ = "{name}"',
        f'{target}.add_url_rule("/{name}", view_func=Callable{name}())',
    ]


@idiom
def walrus_and_slices(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        f'words = "{name}-a {name}-b {name}-c".split()',
        "if (first := words[0]) and len(words[1:]) == 2:",
        f'    {target}.add_url_rule("/" + first, first, helpers.named(first))',
        f'    {target}.add_url_rule("/" + words[-1][::-1], "last_{name}", helpers.named("last"))',
    ]


@idiom
def own_exception(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        f"class Stop{name}(Exception): pass",
        f"def risky_{name}(number):",
        "    if number > 1:",
        f"        raise Stop{name}(number)",
        f'    {target}.add_url_rule(f"/{name}/{{number}}", f"{name}_{{number}}", helpers.named("r"))',
        "for number in range(4):",
        "    try:",
        f"        risky_{name}(number)",
        f"    except Stop{name} as error:",
        f'        {target}.add_url_rule("/{name}/stopped", "{name}_stopped", helpers.named("s"))',
        "        break",
    ]


@idiom
def settings_object(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        "import types",
        f'settings = types.SimpleNamespace(enabled={p.random.choice(("True", "False"))}, pages=["{name}x"], **{{"debug": False}})',
        "if settings.enabled and not settings.debug:",
        f'    settings.pages += ["{name}y"]',
        "for page in settings.pages:",
        f'    {target}.add_url_rule("/" + page, page, helpers.named(page))',
    ]


@idiom
def overriding_blueprint(p: Program, target: str) -> list[str]:
    name, child = p.name(), p.name()
    return [
        f"class Own{name}(Blueprint):",
        "    def route(self, rule, **options):",
        '        return super().route("/own" + rule, **options)',
        "    def register(self, app, options):",
        f'        options["url_prefix"] = (options.get("url_prefix") or "") + "/{name}"',
        "        super().register(app, options)",
        f'own = Own{name}("{child}", __name__)',
        '@own.route("/x")',
        f"def own_{name}():",
        '    return ""',
        f"{target}.register_blueprint(own)",
    ]


@idiom
def methods_of_object(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        f"class Handlers{name}:",
        '    def list(self): return ""',
        '    def show(self, pk): return ""',
        f"handlers = Handlers{name}()",
        'for verb, rule in {"list": "", "show": "/<pk>"}.items():',
        f'    {target}.add_url_rule("/{name}" + rule, f"{name}.{{verb}}".replace(".", "_"), getattr(handlers, verb))',
    ]


@idiom
def rows_in_json_file(p: Program, target: str) -> list[str]:
    name = p.name()
    p.files[f"{name}.json"] = f'{{"rows": [{{"rule": "/{name}/a", "endpoint": "a_{name}"}}, {{"rule": "/{name}/b"}}]}}'
    return [
        "import json, os",
        "from pathlib import Path",
        f'with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "{name}.json"), encoding="utf-8") as file:',
        f"    read_{name} = json.load(file)",
        f'assert read_{name} == json.loads(Path(__file__).with_name("{name}.json").read_text())',
        f'for number, row in enumerate(read_{name}["rows"]):',
        f'    {target}.add_url_rule(row["rule"], row.get("endpoint", f"{name}-{{number}}"), lambda: "")',
    ]


@idiom
def rows_in_sections(p: Program, target: str) -> list[str]:
    name = p.name()
    p.files[f"{name}.ini"] = (
        f"[DEFAULT]\nmethod = PUT\n[{name}/x]\non = yes\n[{name}/y]\non = no\n[{name}/z]\nMethod: POST\n"
    )
    return [
        "import configparser",
        "from pathlib import Path",
        f"parser_{name} = configparser.ConfigParser()",
        f'parser_{name}.read(Path(__file__).parent / "{name}.ini")',
        f"for section in parser_{name}.sections():",
        f'    if parser_{name}.getboolean(section, "on", fallback=True):',
        f'        {target}.add_url_rule("/" + section, section.replace("/", "-"), lambda: "", methods=[parser_{name}[section]["method"]])',
    ]


@idiom
def rows_in_csv_file(p: Program, target: str) -> list[str]:
    name = p.name()
    p.files[f"{name}.csv"] = f'rule,endpoint\n"/{name}/a,b",one-{name}\n/{name}/c,two-{name}\n'
    return [
        "import csv, pathlib",
        f'with pathlib.Path(__file__).parent.joinpath("{name}.csv").open(newline="") as file:',
        "    for row in csv.DictReader(file):",
        f'        {target}.add_url_rule(row["rule"], row["endpoint"], lambda: "")',
    ]


@idiom
def module_loaded_by_its_file(p: Program, target: str) -> list[str]:
    name = p.name()
    for number in range(2):
        p.files[f"plugin_{name}_{number}.py"] = (
            f'RULE = "/{name}/{number}"\ndef install(given):\n    given.add_url_rule(RULE, RULE[1:].replace("/", "-"), lambda: "")\n'
        )
    return [
        "import importlib.util",
        "from pathlib import Path",
        f'for path in sorted(Path(__file__).parent.glob("plugin_{name}_*.py")):',
        "    spec = importlib.util.spec_from_file_location(path.stem, path)",
        "    plugin = importlib.util.module_from_spec(spec)",
        "    spec.loader.exec_module(plugin)",
        f"    plugin.install({target})",
    ]


@idiom
def metaclass_that_keeps_classes(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        f"class Meta{name}(type):",
        "    def __new__(mcs, given, bases, attrs):",
        "        cls = type.__new__(mcs, given, bases, attrs)",
        '        if attrs.get("rule"):',
        '            cls.kept[attrs["rule"]] = cls',
        "        return cls",
        f"class Kept{name}(metaclass=Meta{name}):",
        "    kept = {}",
        "    rule = None",
        f"class One{name}(Kept{name}):",
        f'    rule = "/{name}/one"',
        f"class Two{name}(One{name}):",
        f'    rule = "/{name}/two"',
        f"for rule, cls in Kept{name}.kept.items():",
        f'    {target}.add_url_rule(rule, cls.__name__, lambda: "")',
    ]


@idiom
def rows_of_named_tuples(p: Program, target: str) -> list[str]:
    name = p.name()
    return [
        "from collections import namedtuple",
        f'Row{name} = namedtuple("Row{name}", "rule endpoint methods", defaults=(["GET"],))',
        f'first_{name} = Row{name}("/{name}/a", "a-{name}")',
        f'for row in (first_{name}, first_{name}._replace(rule="/{name}/b", endpoint="b-{name}", methods=["PUT"])):',
        f'    {target}.add_url_rule(view_func=lambda: "", **row._asdict())',
    ]
