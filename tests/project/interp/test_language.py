"""Python's own machinery on the way to routes, against Flask: iterators, patterns, enumerations, abstract classes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from against import real, rows, table

START = """
from flask import Flask
app = Flask(__name__)
def v(**k): ...
"""

PROGRAMS = {
    "iterators": """
import itertools, operator
for k, g in itertools.groupby(sorted(["ax", "ay", "bx"]), key=operator.itemgetter(0)):
    for t in g: app.add_url_rule(f"/gb/{k}/{t}", f"gb{t}", v)
for i, r in zip(itertools.count(5), ["/z1", "/z2"]): app.add_url_rule(r, f"z{i}", v)
for i, r in zip(["/y1", "/y2"], itertools.cycle("ab")): app.add_url_rule(i + r, i, v)
for r in itertools.islice(itertools.cycle(["/cy1", "/cy2"]), 2): app.add_url_rule(r, r[1:], v)
for a, b in itertools.pairwise(["p", "q", "r"]): app.add_url_rule(f"/pw/{a}{b}", f"pw{a}{b}", v)
for c in itertools.combinations("xyz", 2): app.add_url_rule("/cb/" + "".join(c), "cb" + "".join(c), v)
for t in itertools.takewhile(lambda s: s != "stop", ["t1", "t2", "stop", "t3"]): app.add_url_rule("/tw/" + t, t, v)
for t in itertools.dropwhile(lambda s: s != "stop", ["d1", "stop", "d3"]): app.add_url_rule("/dw/" + t, "d" + t, v)
for t in itertools.filterfalse(str.isdigit, ["1", "f1"]): app.add_url_rule("/ff/" + t, t, v)
for a, b in itertools.zip_longest(["zl1", "zl2"], ["x"], fillvalue="none"): app.add_url_rule(f"/{a}/{b}", a, v)
for r in itertools.accumulate(["/acc", "/b", "/c"]): app.add_url_rule(r, r.replace("/", "_"), v)
one, two = itertools.tee(["/tee"], 2)
for i, r in enumerate((*one, *two)): app.add_url_rule(f"{r}{i}", f"tee{i}", v)
app.add_url_rule("/" + operator.methodcaller("upper")("mc"), "mc", v)
""",
    "order": """
class R:
    def __init__(self, r, w): self.r, self.w = r, w
    def __lt__(self, o): return self.w < o.w
    def __repr__(self): return f"R({self.r})"
rs = [R("c", 3), R("a", 1), R("b", 2), R("z", 3)]
for i, r in enumerate(sorted(rs)): app.add_url_rule(f"/s/{r.r}/{i}", f"s{i}", v)
app.add_url_rule("/max/" + max(rs, key=lambda r: r.w).r, "max", v)
app.add_url_rule("/min/" + min(rs).r, "min", v)
app.add_url_rule("/none/" + max([], key=len, default="empty"), "none", v)
app.add_url_rule("/" + repr(rs[0]), "repr", v)
""",
    "patterns": """
from dataclasses import dataclass
@dataclass
class Spec:
    rule: str
    name: str = "spec"
def spec(x):
    match x:
        case Spec("/dc", name=n) | Spec("/dd", n): return ("/" + n, "dc" + n, ["GET"])
        case Spec(rule): return (rule, "other", ["GET"])
        case str(): return (x, x.strip("/"), ["GET"])
        case (rule, name): return (rule, name, ["POST"])
        case {"rule": rule, **rest}: return (rule, rest.get("name", "m"), rest.get("methods"))
        case [rule, name, *ms] if ms: return (rule, name, ms)
        case int(n) if n > 3: return (f"/n{n}", f"n{n}", None)
        case _: return None
for x in ["/m1", ("/m2", "m2"), {"rule": "/m3", "methods": ["PUT"]}, ["/m4", "m4", "DELETE", "PATCH"], 5, 2,
          Spec("/dc", "one"), Spec("/dd", "two"), Spec("/de"), ("x",), {"r": 1}]:
    if (s := spec(x)): app.add_url_rule(s[0], s[1], v, methods=s[2])
""",
    "members of enumerations as texts": """
from enum import Enum
class Plain(Enum):
    a = "x"
class Shown(Enum):
    a = "y"
    def __str__(self): return self.value
class Mixed(str, Enum):
    a = "z"
    def __str__(self): return self.value
for i, member in enumerate((Plain.a, Shown.a, Mixed.a)): app.add_url_rule(f"/{member}", str(member), v)
""",
    "regular expressions": """
import re
def snake(n): return re.sub("([a-z0-9])([A-Z])", r"\\1_\\2", re.sub("(.)([A-Z][a-z]+)", r"\\1_\\2", n)).lower()
class UserProfileView: ...
app.add_url_rule("/" + snake(UserProfileView.__name__), snake("UserProfileView"), v)
app.add_url_rule(re.sub(r"\\{(\\w+)\\}", r"<\\1>", "/a/{id}/b/{name}"), "sub", v)
app.add_url_rule(re.compile(r":(\\w+)", re.I).sub(lambda m: f"<{m.group(1)}>", "/x/:id"), "sub2", v)
if m := re.match(r"(?P<kind>[a-z]+)_(?P<name>\\w+)", "get_users"):
    app.add_url_rule("/" + m.group("name"), m["kind"] + m[2], v, methods=[m.groupdict()["kind"].upper()])
for w in re.findall(r"\\w+", "one two"): app.add_url_rule("/" + w, w, v)
for w in re.split(r"[,;]\\s*", "s1, s2;s3"): app.add_url_rule("/" + w, w, v)
if re.search("^get", "getter") and not re.match("x", "y") and re.fullmatch(r"\\d+", "12"):
    app.add_url_rule("/re", "re", v)
for x in re.finditer(r"(\\d)", "12"): app.add_url_rule("/fi" + x.group(), "fi" + x.group(0), v)
""",
    "data classes": """
from dataclasses import KW_ONLY, InitVar, asdict, astuple, dataclass, field, fields, replace
@dataclass
class R:
    rule: str
    name: str = "x"
    methods: list = field(default_factory=lambda: ["GET"])
    pre: InitVar[str] = "/dc"
    full: str = field(init=False)
    def __post_init__(self, pre): self.full = pre + self.rule
rs = [R("/a"), R("/b", "b", ["POST"]), R(rule="/c", name="c", pre="/q")]
for r in rs: app.add_url_rule(r.full, r.name, v, methods=r.methods)
app.add_url_rule("/asdict" + asdict(rs[0])["full"], "ad", v, methods=asdict(rs[1])["methods"])
for f in fields(R): app.add_url_rule("/fields/" + f.name, "f" + f.name, v)
@dataclass
class S:
    w: int
    _: KW_ONLY
    rule: str = "/kw"
s = replace(S(5, rule="/s"), w=6)
app.add_url_rule(s.rule, f"s{s.w}", v)
app.add_url_rule(astuple(S(1))[1], "kw", v)
if S(1) == S(1) and S(1) != S(2) and S(3) in [S(2), S(3)]: app.add_url_rule("/equal", "equal", v)
""",
    "what a class says of its objects": """
class K:
    def __eq__(self, o): return True
    def __lt__(self, o): return True
class N:
    def __ne__(self, o): return False
k = K()
if k == 5: app.add_url_rule("/1", "1", v)
if 5 == k: app.add_url_rule("/2", "2", v)
if k in [1, 2]: app.add_url_rule("/3", "3", v)
if k < 3 and 3 > k: app.add_url_rule("/4", "4", v)
if not (N() != 3): app.add_url_rule("/5", "5", v)
class Lower(str):
    def __eq__(self, o): return self.lower() == o.lower()
    __hash__ = str.__hash__
if Lower("A") == "a": app.add_url_rule("/6", "6", v)
if Lower("B") in ("x", "b"): app.add_url_rule("/7", "7", v)
class P(str):
    def __truediv__(self, o): return P(self + "/" + o)
app.add_url_rule(P("/a") / "b" / "c", "p", v)
class D(dict):
    def __missing__(self, k): return "/miss" + k
app.add_url_rule(D(a="/da")["a"], "da", v)
app.add_url_rule(D(a="/da")["q"], "dq", v)
class T(tuple):
    def __new__(cls, *a): return super().__new__(cls, a)
for r in T("/t1", "/t2"): app.add_url_rule(r, r[1:], v)
for r in {"/s1", "/s2"} - {"/s1"} | {"/s3"} ^ {"/s3"}: app.add_url_rule(r, r[1:], v)
app.add_url_rule("/" + str(ValueError("message")), "message", v)
""",
    "iterators are read once": """
import itertools
m = map(str, [1, 2])
for x in m: app.add_url_rule(f"/m{x}", f"m{x}", v)
for x in m: app.add_url_rule(f"/again{x}", f"again{x}", v)
if not list(m): app.add_url_rule("/empty", "empty", v)
it = iter(["/a", "/b", "/c"])
for r in it:
    app.add_url_rule("/x" + r, "x" + r[1:], v)
    break
for r in it: app.add_url_rule("/y" + r, "y" + r[1:], v)
def gen():
    yield "/g"
    yield "/h"
g = gen()
app.add_url_rule("/first" + next(g), "first", v)
for r in g: app.add_url_rule(r, r[1:], v)
for r in g: app.add_url_rule("/2" + r, "2" + r[1:], v)
pairs = itertools.chain(zip("ab", "cd"), enumerate("e"))
for a, b in itertools.islice(pairs, 2): app.add_url_rule(f"/{a}{b}", f"{a}{b}", v)
for a, b in pairs: app.add_url_rule(f"/left/{a}{b}", f"left{a}{b}", v)
g = (r for r in ["/n1", "/n2", "/n3"])
if "/n2" in g: app.add_url_rule("/in", "in", v)
for r in g: app.add_url_rule(r, r[1:], v)
map(lambda r: app.add_url_rule(r, r[1:], v), ["/lazy"])
(app.add_url_rule(r, r[1:], v) for r in ["/lazy2"])
lines = iter(["one", "two", "three", "four"])
for line in lines: app.add_url_rule(f"/{line}/{next(lines)}", line, v)
""",
    "lists that change while they are read": """
rules = ["/l1", "/l2", "/l3"]
for r in rules:
    app.add_url_rule(r, r[1:], v)
    if r == "/l1": rules.remove("/l2")
    if r == "/l3": rules.append("/l4")
""",
    "kept order": """
from collections import OrderedDict
od = OrderedDict(b="/o2", a="/o1")
od.move_to_end("b")
for i, (k, r) in enumerate(od.items()): app.add_url_rule(f"{r}/{i}", "od" + k, v)
for i, k in enumerate(od.keys()): app.add_url_rule(f"/keys/{k}/{i}", "key" + k, v)
app.add_url_rule("/" + next(iter(od)) + next(iter(od.keys())), "first", v)
for i, x in enumerate(sorted({"q", "p"})): app.add_url_rule(f"/{x}{i}", x, v)
""",
    "documentation": """
class A:
    '''x'''
class B(A): ...
if A.__doc__: app.add_url_rule("/1", "1", v)
if B.__doc__: app.add_url_rule("/2", "2", v)
if __doc__: app.add_url_rule("/3", "3", v)
if A().__doc__ == "x": app.add_url_rule("/4", "4", v)
""",
    "signatures": """
import inspect
CONVERTERS = {int: "int", float: "float", str: "string"}
class Api:
    def get_item(self, item_id: int, kind: str = "x", *more, key, other=None, **rest): ...
    def post_item(self, name: str): ...
api = Api()
for name, f in inspect.getmembers(api, inspect.ismethod):
    verb, _, noun = name.partition("_")
    rule = "/" + noun
    for p in inspect.signature(f).parameters.values():
        if p.default is inspect.Parameter.empty and p.kind == p.POSITIONAL_OR_KEYWORD:
            rule += f"/<{CONVERTERS.get(p.annotation, 'string')}:{p.name}>"
    app.add_url_rule(rule, name, f, methods=[verb.upper()])
for i, n in enumerate(inspect.signature(Api.get_item).parameters): app.add_url_rule(f"/{i}/{n}", n, v)
app.add_url_rule("/" + Api.get_item.__defaults__[0], "defaults", v)
""",
    "configuration": """
app.config.update(PAGE_HOME="/home", PAGE_ABOUT="/about", OTHER="/other")
for k, p in app.config.get_namespace("PAGE_").items(): app.add_url_rule(p, k, v)
for k, p in app.config.get_namespace("PAGE_", False, trim_namespace=False).items(): app.add_url_rule(p, k, v)
""",
    "classes as containers": """
class Meta(type):
    registry = {}
    def __new__(mcls, name, bases, ns, prefix="", **kw):
        cls = super().__new__(mcls, name, bases, ns)
        cls.prefix = prefix
        if bases: mcls.registry[name] = cls
        return cls
    def __init__(cls, name, bases, ns, **kw): super().__init__(name, bases, ns)
    def __iter__(cls): return iter(cls.rules)
    def __len__(cls): return len(cls.rules)
    def __getitem__(cls, i): return cls.rules[i]
class Page(metaclass=Meta):
    rules = ()
    def view(self, **k): ...
class Home(Page, prefix="/h"):
    rules = ["/", "/x"]
class About(Page, prefix="/a"):
    rules = ["/about"]
for name, cls in Meta.registry.items():
    for i, r in enumerate(cls): app.add_url_rule(cls.prefix + r, f"{name}{i}", cls().view)
app.add_url_rule(f"/len{len(Home)}{Home[1]}", "len", Home().view)
""",
    "members by kind": """
import inspect, sys, types
class Ctl:
    def do_x(self): ...
    def _hidden(self): ...
    @staticmethod
    def do_s(): ...
    @classmethod
    def do_c(cls): ...
c = Ctl()
for n, f in inspect.getmembers(c, inspect.ismethod): app.add_url_rule("/m/" + n, "m" + n, f)
for n, f in inspect.getmembers(Ctl, predicate=inspect.isfunction): app.add_url_rule("/f/" + n, "f" + n, f)
for n, k in inspect.getmembers(sys.modules[__name__], inspect.isclass):
    if k.__module__ == __name__: app.add_url_rule("/k/" + n, "k" + n, c.do_x)
""",
    "tuples with names": """
from collections import ChainMap, namedtuple
from typing import NamedTuple
P = namedtuple("P", "rule name methods", defaults=(None,))
class Q(NamedTuple):
    rule: str
    name: str = "q"
for p in [P("/a", "a"), P("/b", "b", ["POST"]), P._make(["/c", "c", None])]:
    app.add_url_rule(p.rule, p.name, v, methods=p.methods)
app.add_url_rule(*Q._make(["/q", "q"]), view_func=v)
for p in (Q("/mq"), P("/mp", "mp", ["PUT"])):
    match p:
        case Q(rule=r): app.add_url_rule(r, "mq", v)
        case (r, name, methods): app.add_url_rule(r, name, v, methods=methods)
cm = ChainMap({"a": "/cm1"}, {"a": "/no", "b": "/cm2"})
for k in sorted(cm): app.add_url_rule(cm[k], "cm" + k, v)
""",
    "abstract classes": """
from typing import Protocol, runtime_checkable
from abc import ABC
import collections.abc
@runtime_checkable
class P(Protocol):
    name: str
    def go(self): ...
class T:
    name = "x"
    def go(self): ...
class U: ...
class H(ABC):
    @classmethod
    def __subclasshook__(cls, c): return hasattr(c, "go")
class Meta(type):
    def __instancecheck__(cls, obj): return True
class M(metaclass=Meta): ...
class R(ABC): ...
R.register(U)
for i, (o, k) in enumerate([(T(), P), (U(), P), (T(), H), (U(), H), (U(), M), (U(), R), (T(), R)]):
    if isinstance(o, k): app.add_url_rule(f"/{i}", f"e{i}", v)
class L:
    def __iter__(self): return iter([])
    def __len__(self): return 0
    def __contains__(self, k): return True
    def __call__(self): ...
for n in ("Iterable", "Sized", "Container", "Callable", "Mapping", "Sequence", "Collection", "Iterator"):
    if isinstance(L(), getattr(collections.abc, n)): app.add_url_rule(f"/abc/{n}", f"abc{n}", v)
""",
    "enumerations": """
from enum import Enum, IntEnum, auto
from flask import Blueprint
class E(str, Enum):
    A = "/api/v2"
    B = "/api"
    C = A
class I(IntEnum):
    ONE = auto()
    TWO = auto()
class Page(Enum):
    HOME = ("/", "home")
    ABOUT = ("/about", "about")
    def __init__(self, rule, endpoint): self.rule, self.endpoint = rule, endpoint
bp = Blueprint("m", __name__, url_prefix=E.A + "/meta")
bp2 = Blueprint("m2", __name__, url_prefix=E.C)
@bp.route("/x")
@bp2.route("/x")
def x(): ...
app.register_blueprint(bp)
app.register_blueprint(bp2)
for i in I:
    app.add_url_rule(f"/{i}/i", f"i{i.value}", v)
    app.add_url_rule(f"/{i + 1}/more", f"more{i:d}", v)
for p in Page: app.add_url_rule(p.rule, p.endpoint, v)
app.add_url_rule("/" + str(E.B), "str", v)
app.add_url_rule("/%s" % E.A, "percent", v)
app.add_url_rule(E.B.value + "/val", "val", v)
app.add_url_rule(E("/api") + "/byval", "byval", v)
app.add_url_rule(E["B"] + "/byname", "byname", v)
app.add_url_rule("/".join(["", "j", E.B.lstrip("/")]), "join", v)
if E.B == "/api" and E.C is E.A and len(E) == 2: app.add_url_rule("/equal", "equal", v)
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_table_is_the_url_map(name: str, tmp_path: Path) -> None:
    files = {"language_app.py": START + PROGRAMS[name]}
    found = table(files)
    assert rows(found.routes) == real(files, tmp_path, "language_app")
    assert [s.reason for a in found.apps for s in a.blind_spots] == []


@pytest.mark.parametrize(
    "expression",
    [
        "max({'/a', '/b'}, key=lambda r: 1)",
        "next(iter({'/a', '/b'}))",
        "'/'.join({'/a', '/b'})",
        "(lambda i: '/' + str(list(zip(i, i))[0]))(iter('ab'))",
        "deque(['/a', '/b'], maxlen=1)[0]",
        "(lambda d: d.rotate(1) or d[0])(deque(['/a', '/b']))",
        "f'/{dict(enumerate(sorted([object(), object()])))}'",
        "re.sub('(a+)+$', '', '/' + 'a' * 50)",
        "re.sub('.*.*.*.*x', '', '/' + 'a' * 200)",
    ],
)
def test_what_is_not_decided(expression: str) -> None:
    start = f"{START}import re\nfrom collections import deque\n"
    found = table({"app.py": f"{start}app.add_url_rule({expression}, 'a', v)"})
    assert [a.complete for a in found.apps] == [False]


def test_how_an_enumeration_is_formatted_depends_on_python() -> None:
    program = """
from enum import Enum
class E(str, Enum):
    A = "/a"
app.add_url_rule(f"{E.A}", "a", v)
"""
    assert [a.complete for a in table({"app.py": START + program}).apps] == [False]


def test_an_application_object_that_is_made_when_its_module_is_imported(tmp_path: Path) -> None:
    files = {
        "object_app.py": """
            from flask import Flask, current_app
            class Base:
                def __init__(self, name="app", **config):
                    self.flask = Flask(name, **config)
                    self.setup()
                def setup(self): pass
                def __class_getitem__(cls, name): return type(name, (cls,), {"rule": "/" + name})
            class Shop(Base):
                def setup(self): self.flask.add_url_rule("/x", "x", print)
            app = Shop["shop"](static_url_path="/assets").flask
            with app.app_context():
                rule = f"{Shop['a'].rule}/{chr(ord('a') + 1)}{hex(255)}{round(2.5)}"
                current_app._get_current_object().add_url_rule(rule, "b", print)
            """
    }
    found = table(files)
    assert [a.complete for a in found.apps] == [True]
    assert rows(found.routes) == real(files, tmp_path, "object_app")


@pytest.mark.parametrize(
    "pattern",
    ["(a|a)*b", "(a?)*b", "(a+)+b", "(.*)*b", "(aa?)+b", "a?" * 40 + "a" * 40, "(a|aa)" * 30 + "b", "(?x)(a|a) *b"],
)
def test_a_pattern_that_may_search_for_ever_is_not_tried(pattern: str) -> None:
    found = table(
        {"app.py": f"import re\n{START}\nif re.search({pattern!r}, 'a' * 60):\n    app.add_url_rule('/x', 'x', v)\n"}
    )
    (route,) = [r for r in found.routes if r.rule == "/x"]
    assert route.conditions


@pytest.mark.parametrize("growing", ["x = x + x", "x += x", "x = [*x, *x]", "x = x * 2", "x.extend(x)", "x = (*x, *x)"])
def test_a_list_that_doubles_again_and_again(growing: str) -> None:
    found = table({"app.py": f"{START}\nx = [1]\nfor i in range(60):\n    {growing}\napp.add_url_rule('/x', 'x', v)\n"})
    assert "/x" in {r.rule for r in found.routes}
