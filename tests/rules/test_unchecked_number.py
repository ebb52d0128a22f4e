"""FLK905 speaks exactly where Flask answers 500 for a missing, mistyped or given number."""

from __future__ import annotations

import pytest
from checking import findings, fixed
from flask_runner import FlaskRunner

HEAD = """
import contextlib
import decimal
import re
import flask
from flask import Flask, abort, request, request as r
app = Flask(__name__)
ALLOWED = ("1", "2")
@app.route('/', methods=['GET', 'POST'])
def index():
"""
DRIVE = """
for value in (None, "abc", "2", "", "2.5", "1 %"):
    client.get("/", query_string={} if value is None else {"n": value})
    client.post("/", data={} if value is None else {"n": value})
    client.get("/", headers={} if value is None else {"n": value})
    if value:
        client.set_cookie("n", value)
        client.get("/")
        client.delete_cookie("n")
"""

SPEAKS = [
    "int(request.args.get('n'))",
    "int(request.args.get('n', 1))",
    "int(request.args.get('n', '1'))",
    "int(request.args.get('n', default=1))",
    "int(request.args['n'])",
    "float(request.form['n'])",
    "float(request.form.get('n', 0))",
    "int(request.values.get('n', 0))",
    "int(request.cookies.get('n', 0))",
    "int(request.headers.get('n', 0))",
    "int(request.headers['n'])",
    "int(flask.request.args['n'])",
    "int(r.args['n'])",
    "decimal.Decimal(request.form['n'])",
    "int(request.args['n'], 16)",
    "int(request.args.get('n') or 1)",
    "int(request.args.get('n', '').strip())",
    "int(request.args.get('n') if request.args.get('n') else 1)",
    "int(request.args['n']) if 'n' in request.args else 1",
    "n = request.args.get('n'); int(n)",
    "args = request.args; int(args['n'])",
    "n = request.args.get('n', 1); n = int(n)",
    "int(n) if (n := request.args.get('n')) else 0",
    "[int(n) for n in request.args.getlist('n')]",
    "list(map(int, request.args.getlist('n')))",
    "for n in request.args.getlist('n'): int(n)",
    "[int(n) for n in request.args['n'].split(',')]",
    "list(map(int, request.args.get('n', '').split(',')))",
    "int(request.args['n'].split('.')[0])",
    "for n in request.args.get('n', '').split(): int(n)",
    "n = request.args.get('n')\n    if n is not None:\n        int(n)",
    "n = request.args.get('n')\n    if n:\n        int(n)",
    "n = request.args.get('n')\n    if not n:\n        n = '1'\n    int(n)",
    "try:\n        int(request.args.get('n'))\n    except ValueError: pass",
    "try:\n        int(request.args.get('n'))\n    except TypeError: pass",
    "try:\n        int(request.args['n'])\n    except KeyError: pass",
    "try: pass\n    except ValueError: int(request.args['n'])\n    else: int(request.args['n'])",
    "request.args.get('n', 1) - 1",
    "1 + request.args.get('n', 1)",
    "request.args.get('n', 1) / 2",
    "request.form.get('n', 0) > 5",
    "5 <= request.args.get('n', 0) <= 10",
    "request.args.get('n', 1.5) * 1.5",
    "n = request.args.get('n', 1); n - 1",
    "n = request.args.get('n', 1); n -= 1",
    "n = request.args.get('n', 10); range(n)",
    "n = request.args.get('n', 10); min(n, 100)",
    "n = request.args.get('n', 10); max(1, n)",
    "n = request.args.get('n', 0)\n    if n < len(ALLOWED): pass",
    "request.args.get('n', 1, type=str) - 1",
]
SILENT = [
    "[int(n) for n in request.args.get('n', '').split(',') if n.isdigit()]",
    "request.args.get('n', default=1, type=int)",
    "request.args.get('n', 1, int) - 1",
    "request.args.get('n', type=float)",
    "[n for n in request.args.getlist('n', type=int)]",
    "request.args.get('n', '1') + 'x'",
    "request.args.get('n', 'x') * 2",
    "request.args.get('n', '') == 1",
    "'%s' % request.args.get('n')",
    "str(request.args.get('n'))",
    "len(request.args.get('n', ''))",
    "try:\n        int(request.args.get('n'))\n    except (TypeError, ValueError): pass",
    "try:\n        int(request.args.get('n'))\n    except Exception: abort(400)",
    "try:\n        int(request.args['n'])\n    except ValueError: pass",
    "try:\n        int(request.args.get('n', 1))\n    except ValueError: pass",
    "with contextlib.suppress(TypeError, ValueError): int(request.args.get('n'))",
    "n = request.args.get('n', '')\n    if n.isdigit(): int(n)",
    "n = request.args.get('n', '')\n    if not n.isdecimal(): abort(400)\n    int(n)",
    "int(request.args['n']) if request.args.get('n') in ALLOWED else 1",
    "n = request.args.get('n', '')\n    if re.fullmatch('[0-9]+', n): int(n)",
    "n = request.args.get('n')\n    try: n = int(n)\n    except (TypeError, ValueError): n = 1\n    n - 1; int(n)",
    "n = request.args.get('n', 1)\n    n = int(n) if str(n).isdigit() else 1\n    n - 1",
    "n = request.args.get('n', 1)\n    if isinstance(n, int): n - 1",
    "try:\n        n = request.args.get('n', 1); n - 1\n    except TypeError: pass",
    "int(request.content_length or 0)",
    "def parse(request): return int(request.args['n'])",
]
BY_FLASK = [*((1, line) for line in SPEAKS), *((0, line) for line in SILENT)]


@pytest.mark.parametrize(("count", "line"), BY_FLASK)
def test_speaks_where_flask_answers_500(count: int, line: str, flask: FlaskRunner) -> None:
    text = f"{HEAD}    {line}\n    return 'ok'\n"
    failures = [
        f for f in flask.failures({"app.py": text}, DRIVE) if f.startswith(("TypeError", "ValueError", "Invalid"))
    ]
    assert bool(failures) == bool(count)
    assert min(len(findings("FLK905", text)), 1) == count


def test_json_values_have_types_of_their_own() -> None:
    assert findings("FLK905", f"{HEAD}    int(request.json['n'])\n    int(request.get_json()['n'])\n") == []


def test_an_error_handler_answers() -> None:
    handler = "@app.errorhandler(ValueError)\ndef bad(e): return 'x', 400\n"
    assert findings("FLK905", f"{HEAD}    int(request.args['n'])\n{handler}") == []


def test_only_the_first_use_of_a_reading_is_marked() -> None:
    text = f"{HEAD}    n = request.args.get('n', 1)\n    n - 1\n    n + 1\n"
    assert len(findings("FLK905", text)) == 1


@pytest.mark.parametrize(
    ("before", "after", "safe"),
    [
        ("int(request.args.get('n', 1))", "request.args.get('n', default=1, type=int)", True),
        ("int(request.args.get('n', '7'))", "request.args.get('n', default=7, type=int)", True),
        ("float(request.form.get('n', 1.5))", "request.form.get('n', default=1.5, type=float)", True),
        ("int(request.args.get('n') or 3)", "request.args.get('n', default=3, type=int)", True),
        ("int(request.args.get('n'))", "request.args.get('n', default=0, type=int)", False),
        ("int(request.args['n'])", "request.args.get('n', default=0, type=int)", False),
        ("request.args.get('n', 1) - 1", "request.args.get('n', default=1, type=int) - 1", True),
        ("request.args.get('n', 0.5) > 1", "request.args.get('n', default=0.5, type=float) > 1", True),
        ("[int(n) for n in request.args.getlist('n')]", "request.args.getlist('n', type=int)", False),
        (
            "given = request.args.getlist('n')\n    f([int(n) for n in given])",
            "given = request.args.getlist('n', type=int)\n    f(given)",
            False,
        ),
        (
            "given = request.args.getlist('n')\n    f([int(n) for n in given], given)",
            "given = request.args.getlist('n')\n    f(request.args.getlist('n', type=int), given)",
            False,
        ),
        (
            "n = request.args.get('n', 1)\n    f(int(n))",
            "n = request.args.get('n', default=1, type=int)\n    f(n)",
            True,
        ),
    ],
)
def test_fix(before: str, after: str, safe: bool) -> None:
    (finding,) = findings("FLK905", f"{HEAD}    {before}\n")
    assert fixed(f"{HEAD}    {before}\n", finding.fixes[0]) == f"{HEAD}    {after}\n"
    assert finding.fixes[0].safe is safe


def test_what_is_known_to_be_given_is_only_no_number() -> None:
    text = f"{HEAD}    n = request.args.get('n')\n    m = n if n else '1'\n    int(m)\n"
    (finding,) = findings("FLK905", text)
    assert finding.message == "int() of a query value answers 500 when it is no number."


def test_an_error_handler_or_a_decorator_of_another_module_answers() -> None:
    view = "from errors import answered\nfrom flask import Flask, request\napp = Flask(__name__)\n"
    view += "@app.get('/')\n@answered\ndef index(): return str(int(request.args['n']))\n"
    catching = "import functools\ndef answered(f):\n    @functools.wraps(f)\n    def inner(*a):\n"
    catching += "        try: return f(*a)\n        except ValueError: return 'no', 400\n    return inner\n"
    passing = catching.replace("return 'no', 400", "raise")
    handler = f"{passing}from flask import Blueprint\nbp = Blueprint('e', __name__)\n"
    handler += "@bp.app_errorhandler(ValueError)\ndef bad(e): return 'no', 400\n"
    assert findings("FLK905", view, {"errors.py": catching}) == []
    assert findings("FLK905", view, {"errors.py": handler}) == []
    assert len(findings("FLK905", view, {"errors.py": passing})) == 1


@pytest.mark.parametrize(
    ("call", "count"),
    [
        ("try:\n        return read()\n    except ValueError:\n        return ''", 0),
        ("return read()", 1),
        ("try:\n        return read()\n    except KeyError:\n        return ''", 1),
        ("try:\n        read()\n    except ValueError:\n        pass\n    return read()", 1),
    ],
)
def test_a_helper_whose_callers_catch(call: str, count: int) -> None:
    text = (
        "from flask import Flask, request\napp = Flask(__name__)\n"
        "def read():\n    return str(int(request.args.get('n', 1)))\n"
        f"@app.route('/')\ndef index():\n    {call}\n"
    )
    assert len(findings("FLK905", text)) == count
