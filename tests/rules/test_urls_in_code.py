"""FLK901 and FLK601: URLs as written against the URLs that Flask has."""

from __future__ import annotations

import pytest
from checking import findings, fixed, marked
from flask_runner import FlaskRunner

HEAD = """
import flask
from flask import Blueprint, Flask, current_app, redirect, request
from flask import redirect as go
app = Flask(__name__)
auth = Blueprint('auth', __name__, url_prefix='/auth')
@auth.route('/login')
def login(): return 'x'
@app.route('/about/')
def about(): return 'x'
@app.route('/user/<int:uid>')
def user(uid): return 'x'
@app.route('/user/<name>/posts/<int:post_id>')
def post(name, post_id): return 'x'
@app.route('/files/<path:name>')
def file(name): return 'x'
@app.route('/page/<slug>')
def page(slug): return 'x'
@app.route('/page/new')
def new_page(): return 'x'
@app.post('/only-post')
def only_post(): return 'x'
app.register_blueprint(auth)
LOGIN = '/auth/login'
@app.route('/')
def index():
    uid, name = 7, 'ann'
"""
MOUNTED = "assert client.get('/', environ_overrides={'SCRIPT_NAME': '/mnt'}).location.startswith('/mnt')"


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("redirect('/auth/login')", "redirect(url_for('auth.login'))"),
        ("flask.redirect('/about/')", "url_for('about')"),
        ("redirect('/about')", "url_for('about')"),
        ("go('/auth/login', code=303)", "url_for('auth.login')"),
        ("redirect(location='/auth/login')", "url_for('auth.login')"),
        ("current_app.redirect('/auth/login')", "url_for('auth.login')"),
        ("redirect(LOGIN)", "url_for('auth.login')"),
        ("redirect('/user/7')", "url_for('user', uid=7)"),
        ("redirect(f'/user/{uid}')", "url_for('user', uid=uid)"),
        ("redirect('/user/' + str(uid))", "url_for('user', uid=uid)"),
        ("redirect('/user/%d' % uid)", "url_for('user', uid=uid)"),
        ("redirect('/user/{}'.format(uid))", "url_for('user', uid=uid)"),
        ("redirect(f'/user/{name}/posts/{uid}')", "url_for('post', name=name, post_id=uid)"),
        ("redirect('/page/hello')", "url_for('page', slug='hello')"),
        ("redirect('/page/new')", "url_for('new_page')"),
        ("redirect('/files/a/b.txt')", "url_for('file', name='a/b.txt')"),
        ("redirect('/auth/login?next=/a#top')", "url_for('auth.login', next='/a', _anchor='top')"),
        ("redirect(request.args.get('next') or '/about/')", "url_for('about')"),
        ("redirect('/about/' if uid else '/auth/login')", "url_for('about')"),
    ],
)
def test_flk901_speaks_and_writes_url_for(expression: str, written: str, flask: FlaskRunner) -> None:
    text = f"{HEAD}    return {expression}\n"
    assert any("AssertionError" in f for f in flask.failures({"app.py": text}, MOUNTED))
    found = findings("FLK901", text)
    assert found
    result = fixed(text, found[0].fixes[0])
    assert written in result
    if len(found) == 1:
        assert flask.failures({"app.py": result}, MOUNTED) == []


@pytest.mark.parametrize(
    "expression",
    [
        "redirect('https://example.com/auth/login')",
        "redirect('//example.com/auth/login')",
        "redirect('auth/login')",
        "redirect('/nowhere')",
        "redirect('/only-post')",
        "redirect(flask.url_for('about'))",
        "redirect(request.referrer)",
        "redirect(f'/user/{uid}{name}')",
        "redirect(f'/{name}')",
        "redirect(request.script_root + '/auth/login')",
        "str('/auth/login')",
    ],
)
def test_flk901_is_silent(expression: str) -> None:
    assert findings("FLK901", f"{HEAD}    return {expression}\n") == []


def test_flk901_leaves_a_redirect_of_your_own_alone() -> None:
    text = f"{HEAD}    return redirect('/about/')\ndef redirect(path): return path\n"
    assert findings("FLK901", text) == []


BLUEPRINT = """
from flask import Blueprint, Flask
bp = Blueprint('api', __name__, url_prefix='/api')
app = Flask(__name__)
"""
RULES = "assert not any(__import__('re').search(r'^((/[^/<]+)+)\\1(/|$)', str(r)) for r in app.url_map.iter_rules())"


@pytest.mark.parametrize(
    ("program", "mark"),
    [
        ("@bp.route('/api/users')\ndef f(): ...\napp.register_blueprint(bp)", "'/api/users'"),
        ("@bp.route('/api')\ndef f(): ...\napp.register_blueprint(bp)", "'/api'"),
        ("@bp.route('/api/')\ndef f(): ...\napp.register_blueprint(bp)", "'/api/'"),
        ("@bp.get(rule='/api/users')\ndef f(): ...\napp.register_blueprint(bp)", "'/api/users'"),
        ("def f(): ...\nbp.add_url_rule('/api/x', view_func=f)\napp.register_blueprint(bp)", "'/api/x'"),
        ("@bp.route('/v2/x')\ndef f(): ...\napp.register_blueprint(bp, url_prefix='/v2')", "'/v2/x'"),
        ("PREFIX = '/v2'\n@bp.route('/v2/x')\ndef f(): ...\napp.register_blueprint(bp, url_prefix=PREFIX)", "'/v2/x'"),
        ("@bp.route('/a/b/x')\ndef f(): ...\napp.register_blueprint(bp, url_prefix='/a/b')", "'/a/b/x'"),
        (
            "def create_app():\n    app = Flask('x')\n    for b in (bp,): app.register_blueprint(b)\n    return app\n"
            "@bp.route('/api/x')\ndef f(): ...\napp = create_app()",
            "'/api/x'",
        ),
        (
            "outer = Blueprint('o', __name__, url_prefix='/o')\n@bp.route('/o/api/x')\ndef f(): ...\n"
            "outer.register_blueprint(bp)\napp.register_blueprint(outer)",
            "'/o/api/x'",
        ),
    ],
)
def test_flk601_speaks(program: str, mark: str, flask: FlaskRunner) -> None:
    text = f"{BLUEPRINT}{program}\n"
    assert any("AssertionError" in f for f in flask.failures({"app.py": text}, RULES))
    assert marked("FLK601", text) == [mark]
    fix = findings("FLK601", text)[0].fixes[0]
    assert not fix.safe
    assert flask.failures({"app.py": fixed(text, fix)}, RULES) == []


@pytest.mark.parametrize(
    "program",
    [
        "@bp.route('/users')\ndef f(): ...\napp.register_blueprint(bp)",
        "@bp.route('/apikeys')\ndef f(): ...\napp.register_blueprint(bp)",
        "@bp.route('/api/users')\ndef f(): ...\napp.register_blueprint(bp, url_prefix='')",
        "@bp.route('/api/users')\ndef f(): ...\napp.register_blueprint(bp, url_prefix='/')",
        "@bp.route('/api/users')\ndef f(): ...\napp.register_blueprint(bp, url_prefix='/v1')",
        "@bp.route('/users/api')\ndef f(): ...\napp.register_blueprint(bp)",
        "@app.route('/api/users')\ndef f(): ...\napp.register_blueprint(bp)",
    ],
)
def test_flk601_is_silent(program: str, flask: FlaskRunner) -> None:
    text = f"{BLUEPRINT}{program}\n"
    assert flask.failures({"app.py": text}, RULES) == []
    assert findings("FLK601", text) == []


def test_flk601_needs_a_registration() -> None:
    assert findings("FLK601", f"{BLUEPRINT}@bp.route('/api/x')\ndef f(): ...\n") == []


@pytest.mark.parametrize(("rule", "count"), [("/<path:path>", 0), ("/page/<path:path>", 1)])
def test_flk901_says_nothing_of_a_rule_for_everything(rule: str, count: int) -> None:
    text = (
        "from flask import Flask, redirect\napp = Flask(__name__)\n"
        f"@app.route('{rule}')\ndef spa(path):\n    return ''\n"
        "@app.route('/')\ndef index():\n    return redirect('/page/one')\n"
    )
    assert len(findings("FLK901", text)) == count
