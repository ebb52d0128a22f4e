"""Configuration files that are no Python modules: which ones Flask is given, and what rules say in them."""

from __future__ import annotations

import pytest
from checking import findings, marked

HEAD = "import configparser, json, os, tomllib, yaml\nfrom flask import Flask\napp = Flask(__name__)\n"
PARSER = "parser = configparser.ConfigParser()\nparser.read('config.ini')\n"


@pytest.mark.parametrize(
    ("load", "file", "text", "mark"),
    [
        ("app.config.from_pyfile('app.cfg')", "app.cfg", "SECRET_KEY = 'dev'\n", "'dev'"),
        ("app.config.from_pyfile('app.cfg', silent=True)", "instance/app.cfg", "SECRET_KEY = b'dev'\n", "b'dev'"),
        ("app.config.from_pyfile('app.cfg')", "app.cfg", "import os\nSECRET_KEY = os.environ['K']\n", None),
        ("app.config.from_pyfile('app.cfg')", "other/app.cfg", "SECRET_KEY = 'dev'\n", None),
        ("app.config.from_pyfile('other.cfg')", "app.cfg", "SECRET_KEY = 'dev'\n", None),
        ("app.config.from_pyfile('app.cfg')", "app.cfg", "SECRET_KEY = '9f2c6b0d4e8a1573c9b8e7d6f5a4b3c2'\n", None),
        ("app.config.from_pyfile('test.cfg')", "test.cfg", "SECRET_KEY = 'dev'\n", None),
        ("app.config.from_file('config.json', load=json.load)", "config.json", '{"SECRET_KEY": "dev"}', '"dev"'),
        ("app.config.from_file('config.json', json.load)", "config.json", '{"a": {"SECRET_KEY": "dev"}}', None),
        ("app.config.from_file('config.json', json.load)", "config.json", '{"SECRET_KEY": "dev"', None),
        ("app.config.from_file('c.toml', tomllib.load, text=False)", "c.toml", "SECRET_KEY = 'dev'\n", None),
        ("app.config.from_file('config.toml', tomllib.load)", "config.toml", "SECRET_KEY = 'dev'  # x\n", "'dev'"),
        ("app.config.from_file('config.toml', tomllib.load)", "config.toml", "[a]\nSECRET_KEY = 'dev'\n", None),
        ("app.config.from_file('config.yml', yaml.safe_load)", "config.yml", "SECRET_KEY: dev\n", "dev"),
        ("app.config.from_file('config.yml', yaml.safe_load)", "config.yml", "SECRET_KEY: ${KEY}\n", None),
        ("app.config.from_file('config.yml', yaml.safe_load)", "config.yml", "a:\n  SECRET_KEY: dev\n", None),
        ("app.config.update(yaml.safe_load(open('config.yml')))", "config.yml", "SECRET_KEY: dev\n", "dev"),
        ("names = {}\nnames.update(yaml.safe_load(open('config.yml')))", "config.yml", "SECRET_KEY: dev\n", None),
        (f"{PARSER}app.secret_key = parser['a']['key']", "config.ini", "[a]\nkey = dev\n", "dev"),
        (f"{PARSER}app.config['SECRET_KEY'] = parser.get('a', 'Key')", "config.ini", "[a]\nKEY: dev\n", "dev"),
        (f"{PARSER}app.secret_key = parser['a']['key']", "config.ini", "[b]\nkey = dev\n[a]\nother = dev\n", None),
        (f"{PARSER}app.name = parser['a']['key']", "config.ini", "[a]\nkey = dev\n", None),
    ],
)
def test_flk402(load: str, file: str, text: str, mark: str | None) -> None:
    assert marked("FLK402", f"{HEAD}{load}\n", {file: text}) == ([mark] if mark is not None else [])


@pytest.mark.parametrize(
    ("code", "text", "count"),
    [
        ("FLK407", "SESSION_COOKIE_HTTPONLY = False\n", 1),
        ("FLK407", "SESSION_COOKIE_HTTPONLY = True\n", 0),
        ("FLK407", "SESSION_COOKIE_HTTPONLY = 'False'\n", 0),
        ("FLK501", "DEBUG = True\n", 1),
        ("FLK501", "DEBUG = False\n", 0),
        ("FLK501", "DEBUG = (\n", 0),
    ],
)
def test_other_keys(code: str, text: str, count: int) -> None:
    assert len(findings(code, f"{HEAD}app.config.from_pyfile('app.cfg')\n", {"app.cfg": text})) == count


def test_data_that_is_loaded_for_something_else_is_no_configuration() -> None:
    text = f"{HEAD}data = json.load(open('config.json'))\n"
    assert findings("FLK402", text, {"config.json": '{"SECRET_KEY": "dev"}'}) == []


@pytest.mark.parametrize(
    ("load", "count"),
    [
        ("app.config.from_mapping(CONFIG)", 2),
        ("app.config.update(CONFIG)", 2),
        ("settings = {}\nsettings.update(CONFIG)", 0),
        ("config = {}\nconfig.update(CONFIG)", 0),
    ],
)
def test_dicts_of_other_files(load: str, count: int) -> None:
    text = f"{HEAD}from settings import CONFIG\n{load}\n"
    files = {"settings.py": "CONFIG = {'SECRET_KEY': 'dev', 'SESSION_COOKIE_HTTPONLY': False}\n"}
    assert sum(len(findings(code, text, files)) for code in ("FLK402", "FLK407")) == count
    assert len(marked("FLK402", f"{HEAD}CONFIG = {{'SECRET_KEY': 'dev'}}\n{load}\n")) == (count > 0)
