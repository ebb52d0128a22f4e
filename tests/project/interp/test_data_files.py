"""What programs read from files of the project when they start, judged by running them."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import pytest
from against import real, rows, table

RULES = """
    for rule in rules:
        app.add_url_rule(rule["rule"], rule["name"], lambda: "", methods=rule.get("methods"))
"""
HEAD = "from flask import Flask\napp = Flask(__name__)\nrules = "
JSON = '[{"rule": "/a", "name": "a"}, {"rule": "/b", "name": "b", "methods": ["PUT"]}]'
TOML = '[[rules]]\nrule = "/a"\nname = "a"\n[[rules]]\nrule = "/b"\nname = "b"\nmethods = ["PUT"]\n'

PROGRAMS = {
    "json_open": (
        f"import json, os\n{HEAD}json.load(open(os.path.join(os.path.dirname(__file__), 'd.json')))",
        {"d.json": JSON},
    ),
    "json_with": (
        f"""import json, pathlib
with pathlib.Path(__file__).parent.joinpath("d.json").open(encoding="utf-8") as file:
    text = file.read()
{HEAD}json.loads(text)""",
        {"d.json": JSON},
    ),
    "json_path": (
        f"import json\nfrom pathlib import Path\n"
        f"{HEAD}json.loads((Path(__file__).resolve().parent / 'd.json').read_text())",
        {"d.json": JSON},
    ),
    "open_resource": (
        f"import json\n{HEAD}[]\nwith app.open_resource('d.json') as file:\n    rules = json.load(file)",
        {"d.json": JSON},
    ),
    "toml": (
        f"""from pathlib import Path
try:
    import tomllib
except ImportError:
    import tomli as tomllib
with open(Path(__file__).with_name("d.toml"), "rb") as file:
    data = tomllib.load(file)
{HEAD}data["rules"]""",
        {"d.toml": TOML},
    ),
    "lines": (
        f"""from pathlib import Path
with open(Path(__file__).parent / "rules.txt") as file:
    lines = [line.strip() for line in file if line.strip() and not line.startswith("#")]
{HEAD}[{{"rule": "/" + line, "name": line}} for line in lines]""",
        {"rules.txt": "# names\none\n\ntwo\n"},
    ),
    "from_file": (
        f"import json\n{HEAD}[]\napp.config.from_file('c.json', load=json.load)\n"
        "rules = [{'rule': app.config['PREFIX'] + '/x', 'name': 'x'}] if 'lower' not in app.config else []",
        {"c.json": '{"PREFIX": "/api", "lower": 1}'},
    ),
    "from_pyfile": (
        f"{HEAD}[]\napp.config.from_pyfile('settings.cfg')\nrules = app.config['RULES']",
        {"settings.cfg": "RULES = [{'rule': f'/{n}', 'name': n} for n in 'ab']\nlower = 1\n"},
    ),
    "docstrings": (
        f"""import inspect
def one():
    \"\"\"/one GET\"\"\"
def two():
    \"\"\"
    /two PUT
    \"\"\"
found = []
for function in (one, two):
    rule, method = inspect.getdoc(function).split()
    found.append({{"rule": rule, "name": function.__name__, "methods": [method]}})
{HEAD}found""",
        {},
    ),
    "ini": (
        f"""import configparser, os
parser = configparser.ConfigParser()
parser.read(os.path.join(os.path.dirname(os.path.abspath(__file__)), "c.ini"))
names = [(k, v) for k, v in parser.items("pages")] + [(k, parser["more"][k]) for k in parser["more"]]
if parser.getboolean("server", "admin") and "server" in parser and not parser.has_section("no"):
    names.append(("admin", parser.get("server", "path", fallback="/admin")))
{HEAD}[{{"rule": v, "name": k}} for k, v in names]""",
        {"c.ini": "[server]\nadmin = yes\n[pages]\nHome = /home\n[more]\nabout: /about\n"},
    ),
    "glob": (
        f"""from importlib import import_module
from pathlib import Path
found = []
for path in sorted(Path(__file__).parent.glob("glob_parts/*.py")):
    if path.stem != "__init__" and path.suffix == ".py":
        found.append(import_module(f"{{path.parent.name}}.{{path.stem}}").RULE)
{HEAD}found""",
        {
            "glob_parts/__init__.py": "",
            "glob_parts/one.py": "RULE = {'rule': '/one', 'name': 'one'}",
            "glob_parts/two.py": "RULE = {'rule': '/two', 'name': 'two'}",
        },
    ),
    "location": (
        f"""import importlib.util, os
def load(name):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "location_parts", name + ".py")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
{HEAD}[load("three").RULE]""",
        {"location_parts/three.py": "RULE = {'rule': '/three', 'name': 'three'}"},
    ),
    "finder": (
        f"""import os, pkgutil
found = []
folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "finder_parts")
for finder, name, is_package in pkgutil.iter_modules([folder]):
    found.append(finder.find_spec(name).loader.load_module(name).RULE)
{HEAD}found""",
        {"finder_parts/found_four.py": "RULE = {'rule': '/four', 'name': 'four'}"},
    ),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", PROGRAMS)
def test_files_of_the_project_are_read(name: str, tmp_path: Path) -> None:
    text, others = PROGRAMS[name]
    files = {f"reads_{name}.py": text + RULES.replace("\n    ", "\n"), **others}
    found = table(files)
    assert rows(found.routes) == real(files, tmp_path, f"reads_{name}")
    assert found.apps[0].exact


def test_yaml_is_read_as_pyyaml_reads_it() -> None:
    files = {
        "app.py": """
            import os, yaml
            from flask import Flask
            app = Flask(__name__)
            with open(os.path.join(os.path.dirname(__file__), "c.yml")) as file:
                config = yaml.safe_load(file)
            for name, page in config["pages"].items():
                if page["on"]:
                    app.add_url_rule(page["rule"], name, print)
            """,
        "c.yml": "x: &x {on: yes}\npages:\n  one: {rule: /one, 'on': yes}\n  two: {rule: /two, 'on': off}\n",
    }
    found = table(files)
    assert {r.rule for r in found.routes if not r.is_static} == {"/one"}
    assert found.apps[0].exact


@pytest.mark.parametrize(
    "loaded",
    [
        "open('/etc/shop.json')",
        "open(os.environ['RULES'])",
        "open(os.path.join(os.path.dirname(__file__), 'broken.json'))",
    ],
)
def test_what_a_file_holds_that_cannot_be_read_is_not_known(loaded: str) -> None:
    files = {
        "app.py": f"import json, os\n{HEAD}json.load({loaded})\nfor rule in rules: app.add_url_rule(rule, rule, print)",
        "broken.json": "[1,",
    }
    assert not table(files).apps[0].complete


def test_aliases_that_multiply_are_not_followed() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    read = "yaml.safe_load(open(os.path.join(os.path.dirname(__file__), 'bomb.yaml')))['rules']"
    files = {
        "app.py": f"import os, yaml\n{HEAD}{read}\nfor rule in rules: app.add_url_rule(rule, rule, print)",
        "bomb.yaml": "\n".join([*lines, "rules: [/a]"]),
    }
    assert not table(files).apps[0].complete


@pytest.mark.parametrize(
    "plugins",
    [
        "importlib.metadata.entry_points(group='shop.plugins')",
        "pkg_resources.iter_entry_points('shop.plugins')",
        "importlib.metadata.entry_points().select(group='shop.plugins')",
    ],
)
def test_plugins_of_other_distributions_are_a_blind_spot(plugins: str) -> None:
    text = f"import importlib.metadata, pkg_resources\n{HEAD}[]\nfor plugin in {plugins}:\n    plugin.load()(app)"
    assert not table({"app.py": text}).apps[0].complete


def test_a_module_of_a_file_that_is_not_known_is_a_blind_spot() -> None:
    files = {
        "app.py": """
            import importlib.util, os
            from flask import Flask
            app = Flask(__name__)
            spec = importlib.util.spec_from_file_location("plugin", os.environ["PLUGIN"])
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            module.register(app)
            """
    }
    assert not table(files).apps[0].complete


def test_words_that_yaml_and_pyyaml_take_for_different_values() -> None:
    files = {
        "app.py": """
            import os, yaml
            from flask import Flask
            app = Flask(__name__)
            with open(os.path.join(os.path.dirname(__file__), "names.yaml")) as file:
                for name in yaml.safe_load(file):
                    app.add_url_rule(f"/{name!r}", f"{name}", print)
            """,
        "names.yaml": "[n, Y, 1e3, 1.5e3, 1.5e+3, on, -.5, 010]",
    }
    expected = {"/'n'", "/'Y'", "/'1e3'", "/'1.5e3'", "/1500.0", "/True", "/'-.5'", "/8"}
    assert {r.rule for r in table(files).routes} - {"/static/<path:filename>"} == expected
