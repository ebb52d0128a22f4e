"""Writes a synthetic Flask application of any size: packages of blueprints, models, services, forms and tests.

    python benchmarks/generate.py FOLDER [--files 1300]

The same arguments give the same files.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

_WORDS = (
    "account address basket billing catalogue category checkout comment coupon customer delivery discount document "
    "employee event expense export feedback file folder group image inventory invoice item job label lead ledger "
    "location log media member message metric note notice offer order page parcel partner payment permission plan "
    "policy price product profile project quote rating receipt record refund region report review role rule sale "
    "schedule segment setting shipment stock store survey tag task team template ticket token topic tour track user "
    "vendor visit voucher warehouse"
).split()
_FILES_PER_PACKAGE = 10


def generate(folder: Path, files: int) -> int:
    """Write about ``files`` Python files; how many it were."""
    count = 0
    for name, text in _files(files):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        count += name.endswith(".py")
    return count


def _files(files: int) -> Iterator[tuple[str, str]]:
    packages = [
        f"{_WORDS[n % len(_WORDS)]}{n // len(_WORDS) or ''}" for n in range(max((files - 5) // _FILES_PER_PACKAGE, 1))
    ]
    yield "requirements.txt", "flask==3.1.0\nflask-sqlalchemy==3.1.1\n"
    yield "wsgi.py", "from shop import create_app\n\napp = create_app()\n"
    yield "shop/__init__.py", _factory(packages)
    yield "shop/config.py", _CONFIG
    yield "shop/extensions.py", _EXTENSIONS
    yield "shop/common.py", _COMMON
    for package in packages:
        # Of its own name, so that a package is the same in a small and in a large workspace.
        for name, text in _package(package, random.Random(package), packages).items():
            yield name.format(p=package), text


def _factory(packages: list[str]) -> str:
    imports = "".join(f"    from shop.{p}.views import bp as {p}_bp\n" for p in packages)
    registrations = "".join(f'    app.register_blueprint({p}_bp, url_prefix="/{p}")\n' for p in packages)
    return (
        "from flask import Flask\n\nfrom shop.extensions import db, login\n\n\n"
        f"def create_app(config=None):\n    app = Flask(__name__)\n"
        f'    app.config.from_object(config or "shop.config.Production")\n'
        f"    db.init_app(app)\n    login.init_app(app)\n{imports}{registrations}    return app\n"
    )


_CONFIG = """import os


class Base:
    SECRET_KEY = os.environ["SECRET_KEY"]
    SQLALCHEMY_DATABASE_URI = os.environ["DATABASE_URL"]


class Production(Base):
    SESSION_COOKIE_SECURE = True


class Testing(Base):
    TESTING = True
"""
_EXTENSIONS = """from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
login = LoginManager()
"""
_COMMON = """from functools import wraps

from flask import abort, current_app, g, request


def page_of(query):
    page = request.args.get("page", 1, type=int)
    size = min(request.args.get("size", current_app.config["PAGE_SIZE"], type=int), 100)
    return query.limit(size).offset((page - 1) * size).all()


def needs(permission):
    def decorate(view):
        @wraps(view)
        def checked(*args, **kwargs):
            if permission not in g.permissions:
                abort(403)
            return view(*args, **kwargs)

        return checked

    return decorate
"""


def _package(name: str, chance: random.Random, packages: list[str]) -> dict[str, str]:
    other = chance.choice(packages)
    title = name.capitalize()
    size = chance.randint(4, 9)
    fields = chance.sample(_WORDS, size)
    return {
        "shop/{p}/__init__.py": "",
        "shop/{p}/models.py": _models(title, fields),
        "shop/{p}/forms.py": _forms(title, fields),
        "shop/{p}/views.py": _views(name, title, fields),
        "shop/{p}/api.py": _api(name, title, fields),
        "shop/{p}/services.py": _services(name, title, fields, other),
        "shop/{p}/tasks.py": _tasks(name, title),
        "shop/{p}/schemas.py": _schemas(title, fields),
        "shop/{p}/queries.py": _queries(title, fields),
        "tests/test_{p}.py": _tests(name, fields),
    }


def _models(title: str, fields: list[str]) -> str:
    columns = "".join(f"    {f} = db.Column(db.String(80), nullable=False, default='{f}')\n" for f in fields)
    methods = "".join(
        f"\n    def set_{f}(self, value):\n"
        f"        if not value:\n            raise ValueError('{f} is empty')\n"
        f"        self.{f} = value.strip()\n        return self\n"
        for f in fields
    )
    return (
        "from datetime import datetime\n\nfrom shop.extensions import db\n\n\n"
        f"class {title}(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n"
        f"    created = db.Column(db.DateTime, default=datetime.utcnow)\n{columns}{methods}"
    )


def _forms(title: str, fields: list[str]) -> str:
    lines = "".join(
        f"    {f} = StringField('{f.title()}', validators=[DataRequired(), Length(max=80)])\n" for f in fields
    )
    return (
        "from flask_wtf import FlaskForm\nfrom wtforms import StringField, SubmitField\n"
        f"from wtforms.validators import DataRequired, Length\n\n\nclass {title}Form(FlaskForm):\n{lines}"
        "    submit = SubmitField('Save')\n"
    )


def _views(name: str, title: str, fields: list[str]) -> str:
    text = (
        "from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for\n"
        "from flask_login import login_required\n\n"
        "from shop.common import needs, page_of\nfrom shop.extensions import db\n"
        f"from shop.{name}.forms import {title}Form\nfrom shop.{name}.models import {title}\n"
        f"from shop.{name}.services import {name}_service\n\nbp = Blueprint('{name}', __name__)\n\n\n"
        f"@bp.route('/')\n@login_required\ndef index():\n"
        f"    items = page_of({title}.query)\n    session['last'] = '{name}'\n"
        f"    return render_template('{name}/index.html', items=items)\n\n\n"
        f"@bp.route('/<int:item_id>')\ndef show(item_id):\n"
        f"    item = db.session.get({title}, item_id)\n    if item is None:\n        abort(404)\n"
        f"    return render_template('{name}/show.html', item=item)\n"
    )
    for field in fields:
        text += (
            f"\n\n@bp.post('/<int:item_id>/{field}')\n@needs('{name}.{field}')\ndef change_{field}(item_id):\n"
            f"    form = {title}Form()\n    if form.validate_on_submit():\n"
            f"        {name}_service.change(item_id, '{field}', request.form['{field}'])\n"
            f"        flash('Saved.')\n        return redirect(url_for('{name}.show', item_id=item_id))\n"
            f"    return render_template('{name}/{field}.html', form=form), 400\n"
        )
    return text


def _api(name: str, title: str, fields: list[str]) -> str:
    text = (
        "from flask import jsonify, request\nfrom flask.views import MethodView\n\n"
        f"from shop.{name}.models import {title}\nfrom shop.{name}.schemas import dump\n"
        f"from shop.{name}.views import bp\n\n\n"
        f"class {title}Api(MethodView):\n    def get(self):\n"
        f"        return jsonify([dump(item) for item in {title}.query.limit(50)])\n\n"
        f"    def post(self):\n        data = request.get_json()\n        item = {title}()\n"
    )
    text += "".join(f"        item.set_{f}(data['{f}'])\n" for f in fields)
    return (
        text
        + f"        return dump(item), 201\n\n\nbp.add_url_rule('/api', view_func={title}Api.as_view('{name}_api'))\n"
    )


def _services(name: str, title: str, fields: list[str], other: str) -> str:
    text = (
        "import logging\n\nfrom flask import current_app\n\nfrom shop.extensions import db\n"
        f"from shop.{name}.models import {title}\n\nlog = logging.getLogger(__name__)\n\n\n"
        f"class {title}Service:\n    def change(self, item_id, field, value):\n"
        f"        item = db.session.get({title}, item_id)\n        if item is None:\n            return None\n"
        "        setter = getattr(item, f'set_{field}')\n        setter(value)\n        db.session.commit()\n"
        "        self.tell(item, field)\n        return item\n\n"
        "    def tell(self, item, field):\n"
        f"        from shop.{other}.tasks import notify\n\n        if current_app.config.get('NOTIFY'):\n"
        "            notify(item.id, field)\n        log.info('%s of %s changed', field, item.id)\n"
    )
    for field in fields:
        text += (
            f"\n    def by_{field}(self, value, limit=20):\n        found = []\n"
            f"        for item in {title}.query.filter_by({field}=value).limit(limit):\n"
            f"            if item.{field} and item.{field}.lower() == value.lower():\n"
            "                found.append(item)\n"
            "        return sorted(found, key=lambda item: item.created)\n"
        )
    return text + f"\n\n{name}_service = {title}Service()\n"


def _tasks(name: str, title: str) -> str:
    return (
        f"import time\n\nfrom shop.extensions import db\nfrom shop.{name}.models import {title}\n\n\n"
        "def notify(item_id, field):\n    for attempt in range(3):\n        try:\n"
        "            return send(item_id, field)\n        except ConnectionError:\n            time.sleep(2**attempt)\n"
        "    return None\n\n\ndef send(item_id, field):\n"
        f"    item = db.session.get({title}, item_id)\n    return {{'id': item.id, 'field': field}}\n"
    )


def _schemas(title: str, fields: list[str]) -> str:
    pairs = "".join(f"        '{f}': item.{f},\n" for f in fields)
    checks = "".join(f"    if len(data.get('{f}') or '') > 80:\n        errors['{f}'] = 'too long'\n" for f in fields)
    return (
        f"def dump(item):\n    return {{\n        'id': item.id,\n        'type': '{title}',\n{pairs}    }}\n\n\n"
        f"def problems(data):\n    errors = {{}}\n{checks}    return errors\n"
    )


def _queries(title: str, fields: list[str]) -> str:
    text = (
        "from sqlalchemy import func, select\n\nfrom shop.extensions import db\n"
        f"from shop.{title.lower()}.models import {title}\n"
    )
    for field in fields:
        text += (
            f"\n\ndef count_by_{field}(since=None):\n"
            f"    query = select({title}.{field}, func.count({title}.id)).group_by({title}.{field})\n"
            f"    if since is not None:\n        query = query.where({title}.created >= since)\n"
            "    return {row[0]: row[1] for row in db.session.execute(query)}\n"
        )
    return text


def _tests(name: str, fields: list[str]) -> str:
    text = (
        "import pytest\n\nfrom shop import create_app\n\n\n@pytest.fixture\ndef client():\n"
        "    app = create_app('shop.config.Testing')\n    with app.test_client() as client:\n        yield client\n\n\n"
        f"def test_index(client):\n    assert client.get('/{name}/').status_code == 302\n"
    )
    for field in fields:
        text += (
            f"\n\n@pytest.mark.parametrize('value', ['', 'x' * 81])\ndef test_{field}_is_checked(client, value):\n"
            f"    response = client.post('/{name}/1/{field}', data={{'{field}': value}})\n"
            "    assert response.status_code in (400, 403)\n"
        )
    return text


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--files", type=int, default=1300)
    options = arguments.parse_args()
    print(f"{generate(options.folder, options.files)} files in {options.folder}")
