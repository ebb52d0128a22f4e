"""FLK801, FLK803, FLK806, FLK807 and FLK809: how deployment files and views are written."""

from __future__ import annotations

import pytest
from checking import findings, marked

APP = "from flask import Flask, request, send_file\nfrom pathlib import Path\nimport os\napp = Flask(__name__)\n"
RUN = f"{APP}def main():\n    app.run()\nif __name__ == '__main__':\n    main()\n"


@pytest.mark.parametrize("command", ["python app.py", "python -m app", "python /srv/shop/app.py", "python3 ./app.py"])
def test_flk801_finds_the_script_that_is_started(command: str) -> None:
    assert len(findings("FLK801", RUN, {"Procfile": f"web: {command}\n"})) == 1
    assert findings("FLK801", APP, {"Procfile": f"web: {command}\n"}) == []


@pytest.mark.parametrize(
    ("script", "count"),
    [
        ("case $1 in\n  api)\n    HERE\n    ;;\nesac\n", 1),
        ("case $1 in\n  api-local)\n    HERE\n    ;;\nesac\n", 0),
        ('case "$1" in\nlocal|debug) cd /srv; HERE;;\nesac\n', 0),
        ("case $1 in dev|api) HERE;; esac\n", 1),
        ("case $1 in dev) true;; api) HERE;; esac\n", 1),
        ("case $1 in dev) true;; esac\nHERE\n", 1),
        ("case $1 in (dev) HERE;; esac\n", 0),
        ("case $ENV in prod) gunicorn app:app;; *) HERE;; esac\n", 0),
        ("case $1 in worker) celery;; *) HERE;; esac\n", 1),
        ('if [ "$ENV" = development ]; then\n  HERE\nfi\n', 0),
        ('if [ "$ENV" = development ]; then\n  true\nelse\n  HERE\nfi\n', 1),
        ('if [ "$ENV" = development ]; then\n  true\nfi\nHERE\n', 1),
        ('if [ "$ENV" = production ]; then\n  gunicorn app:app\nelse\n  HERE\nfi\n', 0),
        ('if [[ "$ENV" != "production" ]]; then\n  HERE\nfi\n', 0),
        ('if ! [ "$ENV" = development ]; then\n  HERE\nfi\n', 1),
        ('if [ "$ENV" = dev ] || [ "$ENV" = test ]; then HERE; fi\n', 0),
        ('if [ "$ENV" = dev ] || [ -f app.py ]; then HERE; fi\n', 1),
        ('if [ -f app.py ] && [ "$ENV" = dev ]; then HERE; fi\n', 0),
        ('if [ -n "$DEBUG" ]; then HERE; fi\n', 0),
        ('if [ "$DEBUG" = 0 ]; then HERE; fi\n', 1),
        ('if [ "$A" = b ]; then true; elif [ "$ENV" = dev ]; then HERE; fi\n', 0),
        ('if [ "$ENV" = dev ]; then\n  if [ "$A" ]; then HERE; fi\nfi\n', 0),
        ('[ "$ENV" = dev ] && HERE\n', 0),
        ('[ "$ENV" = dev ] && true\nHERE\n', 1),
        ('[ "$ENV" = production ] || HERE\n', 0),
        ("if [ -f /var/local/x ]; then HERE; fi\n", 1),
    ],
)
def test_flk801_branch_of_a_script_that_only_development_takes(script: str, count: int) -> None:
    text = script.replace("HERE", "exec flask run --host 0.0.0.0")
    assert len(findings("FLK801", APP, {"entrypoint.sh": text})) == count


def test_flk803_follows_names() -> None:
    text = f"{APP}THREADED = False\nif __name__ == '__main__':\n    app.run(threaded=THREADED)\n"
    assert marked("FLK803", text) == ["threaded=THREADED"]


@pytest.mark.parametrize(("target", "count"), [("app:create_app", 1), ("'app:create_app()'", 0), ("app:app", 0)])
def test_flk806_factory_without_call(target: str, count: int) -> None:
    text = f"{APP}def create_app():\n    return Flask('x')\n"
    assert len(findings("FLK806", text, {"Procfile": f"web: gunicorn {target}\n"})) == count


@pytest.mark.parametrize(
    "statement",
    ["globals()['site'] = app", "exec('site = app')", "import sys\nsetattr(sys.modules[__name__], 'site', app)"],
)
def test_flk806_name_that_is_bound_by_its_text(statement: str) -> None:
    procfile = {"Procfile": "web: gunicorn app:site\n"}
    assert len(findings("FLK806", APP, procfile)) == 1
    assert findings("FLK806", f"{APP}{statement}\n", procfile) == []


@pytest.mark.parametrize(
    ("path", "mark"),
    [
        ("send_file(os.path.join('files', request.args['n']))", "request.args['n']"),
        ("n = request.args['n']\n    return send_file('files/' + n)", "'files/' + n"),
        ("p = os.path.join('files', request.args['n'])\n    return send_file(p)", "p"),
        ("Path('files', request.args['n']).read_bytes()", "request.args['n']"),
        ("open(Path('files') / request.args['n']).read()", "request.args['n']"),
        ("open(os.path.join('files', chosen())).read()", "os.path.join('files', chosen())"),
        ("n = in_folder(request.args['n'])\n    return send_file(n)", "n"),
        ("n = request.args.get('n')\n    if not n:\n        return ''\n    return send_file('f/' + n)", "'f/' + n"),
        ("n = request.args.get('n')\n    if not n:\n        n = 'a'\n    return send_file('f/' + n)", "'f/' + n"),
        ("n = request.args['n']\n    if n == '':\n        return ''\n    return open('f/' + n).read()", "'f/' + n"),
    ],
)
def test_flk807_marks_what_is_opened(path: str, mark: str) -> None:
    statement = path if "\n" in path else f"return {path}"
    helpers = "def chosen():\n    return request.args['n']\n"
    helpers += "def in_folder(x):\n    p = os.path.join('files', x)\n    return p\n"
    assert marked("FLK807", f"{APP}{helpers}@app.get('/')\ndef index():\n    {statement}\n") == [mark]


@pytest.mark.parametrize("cleaned", ["replace('/', '_')", "replace('..', '')", "split('/')[-1]"])
def test_flk807_is_silent_about_cleaned_names(cleaned: str) -> None:
    view = f"@app.get('/')\ndef index():\n    return send_file('files/' + request.args['n'].{cleaned})\n"
    assert findings("FLK807", APP + view) == []


@pytest.mark.parametrize("test", ["if n not in known():", "if not is_known(n):", "if '..' in n:"])
def test_flk807_is_silent_about_tested_names(test: str) -> None:
    lines = f"n = request.args['n']\n    {test}\n        return ''\n    p = os.path.join('files', n)\n"
    view = f"@app.get('/')\ndef index():\n    {lines}    return send_file(p)\n"
    assert findings("FLK807", APP + view) == []


def test_flk807_is_silent_about_the_last_part_of_a_path() -> None:
    view = "@app.get('/')\ndef index():\n    return send_file(Path('f') / Path(request.args['n']).name)\n"
    assert findings("FLK807", APP + view) == []


def test_flk807_is_silent_about_names_that_are_replaced() -> None:
    lines = "n = request.args['n']\n    if n not in known():\n        n = 'a'\n    return send_file('f/' + n)\n"
    assert findings("FLK807", f"{APP}@app.get('/')\ndef index():\n    {lines}") == []


@pytest.mark.parametrize(("path", "count"), [("n", 1), ("str(n)", 1), ("n + '.pdf'", 0), ("os.path.join('f', n)", 0)])
def test_flk807_plain_variable_that_is_the_whole_path(path: str, count: int) -> None:
    view = f"@app.get('/<n>')\ndef index(n):\n    return send_file({path})\n"
    assert len(findings("FLK807", APP + view)) == count


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ("f.save('up/' + f.filename)", 1),
        ("if f and allowed(f.filename):\n        f.save(os.path.join('up', f.filename))", 1),
        ("if f and is_safe(f.filename):\n        f.save(os.path.join('up', f.filename))", 0),
        ("name = secure_filename(f.filename)\n    f.save(os.path.join('up', name))", 0),
        ("f.save('up/photo.jpg')", 0),
        ("f = Document()\n    f.save('up/' + f.filename)", 0),
    ],
)
def test_flk807_uploads(lines: str, count: int) -> None:
    imports = "from werkzeug.utils import secure_filename\nfrom checks import is_safe\nclass Document: filename = 'x'\n"
    allowed = "def allowed(name):\n    return '.' in name and name.rsplit('.', 1)[1] in ('png', 'jpg')\n"
    view = f"@app.post('/')\ndef index():\n    f = request.files['f']\n    {lines}\n    return ''\n"
    assert len(findings("FLK807", APP + imports + allowed + view)) == count


def test_flk809_hooks_of_a_file_without_routes() -> None:
    hook = "n = 0\n@app.before_request\ndef count():\n    global n\n    n = n + 1\n"
    assert marked("FLK809", APP + hook) == ["n = n + 1"]


def test_flk809_tells_once_for_each_view_and_name() -> None:
    change = "    pets[i]['name'] = 'a'\n    pets[i]['age'] = 1\n    owners.append(i)\n    return ''\n"
    views = f"@app.post('/<int:i>')\ndef one(i):\n{change}@app.put('/<int:i>')\ndef two(i):\n{change}"
    told = ["pets[i]['name'] = 'a'", "owners.append(i)"]
    assert marked("FLK809", f"{APP}pets = {{}}\nowners = []\n{views}") == told * 2


def test_flk807_variable_of_a_class_based_view() -> None:
    view = "class V(MethodView):\n    def get(self, n):\n        return send_file('f/' + n)\n"
    view = f"from flask.views import MethodView\n{view}"
    rule = "app.add_url_rule('/<{}n>', view_func=V.as_view('v'))\n"
    assert marked("FLK807", APP + view + rule.format("path:")) == ["n"]
    assert marked("FLK807", APP + view + rule.format("")) == []


@pytest.mark.parametrize(
    ("made", "body", "count"),
    [
        ("users = {'a': []}", "users['a'].append(1)", 1),
        ("n = 0", "global n\n    n = n + 1", 1),
        ("user = None", "global user\n    user = request.form['u']", 1),
        ("model = None", "global model\n    if model is None:\n        model = Path('x')", 0),
        ("model = None", "global model\n    model = model or Path('x')", 0),
        ("model = None", "global model\n    model = Path('x')", 0),
        ("model = None", "global model\n    model = Path(request.args['x'])", 1),
        ("last = 0", "global last\n    value = 1\n    last = value", 1),
        ("users = {'a': []}", "users = {}\n    users['a'] = 1", 0),
    ],
)
def test_flk809(made: str, body: str, count: int) -> None:
    text = f"{APP}{made}\n@app.post('/')\ndef index():\n    {body}\n    return 'x'\n"
    assert len(findings("FLK809", text)) == count


@pytest.mark.parametrize(
    ("handler", "count"),
    [("lambda e: ('oops', 500)", 1), ("lambda e: ('oops', e.code)", 1), ("lambda e: answer(e)", 0)],
)
def test_flk805_lambda(handler: str, count: int) -> None:
    assert len(findings("FLK805", f"{APP}app.register_error_handler(Exception, {handler})\n")) == count


@pytest.mark.parametrize(("decorator", "count"), [("", 1), ("@logged\n", 0)])
def test_flk805_does_not_know_what_other_decorators_do(decorator: str, count: int) -> None:
    handler = "def failed(error):\n    return 'oops', 500\n"
    text = f"{APP}from tools import logged\n@app.errorhandler(Exception)\n{decorator}{handler}"
    assert len(findings("FLK805", text)) == count


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("Procfile", 1),
        ("deploy/Procfile", 1),
        ("dev/vm/Procfile", 0),
        ("devices/Procfile", 1),
        (".devcontainer/Procfile", 0),
        ("Procfile.windows", 0),
        ("Procfile.heroku", 1),
    ],
)
def test_flk801_leaves_folders_for_development_alone(path: str, count: int) -> None:
    assert len(findings("FLK801", APP, {path: "web: flask run\n"})) == count


def test_flk801_leaves_scripts_for_tests_alone() -> None:
    script = {"test_model/test_model.py": RUN, "Procfile": "web: python test_model/test_model.py\n"}
    assert findings("FLK801", APP, script) == []


@pytest.mark.parametrize(("build", "count"), [("{context: ., target: dev}", 0), ("{context: ., target: prod}", 1)])
def test_flk801_leaves_services_built_for_development_alone(build: str, count: int) -> None:
    compose = f"services:\n  web:\n    build: {build}\n    command: flask run\n"
    assert len(findings("FLK801", APP, {"docker-compose.yml": compose})) == count


@pytest.mark.parametrize(("rule", "count"), [("/static/<path:p>", 1), ("/static/uploads/<path:p>", 0)])
def test_flk808_leaves_other_folders_below_static_alone(rule: str, count: int) -> None:
    view = f"@app.get('{rule}')\ndef send(p):\n    return send_from_directory(app.config['UPLOADS'], p)\n"
    assert len(findings("FLK808", f"from flask import send_from_directory\n{APP}{view}")) == count


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("if app.debug:\n        return send_file('files/' + name)\n    return ''", 0),
        ("if not app.debug:\n        return send_file('files/' + name)\n    return ''", 1),
        ("folder = 'files/' + name\n    return send_from_directory(folder, name)", 0),
        ("folder = 'files/' + name\n    return send_from_directory(folder, 'a.png')", 1),
        ("return send_file(f'files/copy_{name}')", 0),
        ("return send_file(f'files/{name}')", 1),
        ("return send_file('files/' + 'copy_' + name)", 0),
        ("return send_file('files' + '/' + name)", 1),
    ],
)
def test_flk807_where_the_value_leads_nowhere_else(body: str, count: int) -> None:
    view = f"from flask import send_from_directory\n@app.get('/<path:name>')\ndef index(name):\n    {body}\n"
    assert len(findings("FLK807", APP + view)) == count


@pytest.mark.parametrize(
    ("path", "text", "count"),
    [
        ("Makefile", "run:\n\tflask --debug run --host 0.0.0.0\n", 1),
        (".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n      - run: flask --debug run --host 0.0.0.0\n", 0),
        ("devel/site.service", "[Service]\nExecStart=flask --debug run --host 0.0.0.0\n", 0),
        ("site.service", "[Service]\nExecStart=flask --debug run --host 0.0.0.0\n", 1),
    ],
)
def test_flk502_leaves_jobs_and_folders_for_development_alone(path: str, text: str, count: int) -> None:
    assert len(findings("FLK502", APP, {path: text})) == count


STATE = """
users = {}
seen = []
hits = 0
name = None
class Store:
    items = []
    def __init__(self):
        self.own = []
"""


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("state.users['a'] = 1", 1),
        ("seen.append(1)", 1),
        ("state.hits += 1", 1),
        ("state.name = request.args['n']", 1),
        ("state.Store.items.append(1)", 1),
        ("state.Store().own.append(1)", 0),
        ("state.name = Path('x')", 0),
        ("state.unknown.append(1)", 0),
    ],
)
def test_flk809_state_of_another_file(line: str, count: int) -> None:
    text = f"{APP}import state\nfrom state import seen\n@app.post('/')\ndef index():\n    {line}\n    return 'x'\n"
    assert len(findings("FLK809", text, {"state.py": STATE})) == count


@pytest.mark.parametrize(
    ("start", "count"), [("", 1), ("keep('a')\n", 0), ("def other(): return keep\n", 0), ("app.keep = keep\n", 0)]
)
def test_flk809_in_a_function_that_only_views_call(start: str, count: int) -> None:
    helper = "users = {}\ndef keep(name):\n    users[name] = 1\n"
    view = "@app.post('/')\ndef index():\n    keep(request.form['n'])\n    return 'x'\n"
    assert len(findings("FLK809", f"{APP}{helper}{view}{start}")) == count


def test_flk809_remembers_what_was_computed() -> None:
    helper = "found = {}\ndef find(name):\n    if name not in found:\n        found[name] = 1\n    return found[name]\n"
    view = "@app.post('/')\ndef index():\n    return str(find(request.form['n']))\n"
    assert findings("FLK809", f"{APP}{helper}{view}") == []


def test_flk809_attributes_of_a_view_class() -> None:
    view = "from flask.views import MethodView\nclass V(MethodView):\n    items = []\n    def post(self):\n        {}\n"
    rule = "app.add_url_rule('/', view_func=V.as_view('v'))\n"
    assert len(findings("FLK809", APP + view.format("self.items.append(1)") + rule)) == 1
    assert findings("FLK809", APP + view.format("self.items = [1]; self.items.append(1)") + rule) == []


@pytest.mark.parametrize(
    ("base", "count"),
    [
        ("Path(__file__).parent", 1),
        ("Path(__file__).resolve().parents[1] / 'files'", 1),
        ("Path.cwd()", 1),
        ("Folder().parent", 0),
    ],
)
def test_flk807_methods_of_paths(base: str, count: int) -> None:
    head = f"{APP}class Folder:\n    parent = None\nBASE = {base}\n"
    view = "@app.get('/')\ndef index():\n    return (BASE / request.args['n']).read_text()\n"
    assert len(findings("FLK807", head + view)) == count
