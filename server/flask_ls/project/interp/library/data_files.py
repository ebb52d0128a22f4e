"""Files of the workspace that are opened as data: text, JSON, YAML, TOML, sections.

What such a file holds is what the program finds, if it is a file of the project and its path is known.
"""

from __future__ import annotations

import configparser
import csv
import json
import posixpath
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask_ls.project import toml
from flask_ls.project.interp import reasons
from flask_ls.project.interp.functions import make_class
from flask_ls.project.interp.library.table import FUNCTIONS, at, called_name, text_of
from flask_ls.project.interp.values import (
    SCALARS,
    Args,
    Choice,
    ClassV,
    Instance,
    ListV,
    ModuleV,
    Native,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine

_CLASS = "io.TextIOWrapper"
_TEXT = "_text"
# Plain words of YAML that PyYAML does not take for truth values or numbers.
_TEXTS_TO_PYYAML = re.compile(
    r"[yYnN]|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?[0-9][0-9_]*\.[0-9_]*[eE][0-9]+|[-+]?\.[0-9_]+[eE][0-9]+|[-+]\.[0-9]+"
)
MAX_VALUES = 100_000
_NOT_KNOWN = "the content of a file is only known at run time"


def install(m: Machine) -> None:
    """Register the class of open files."""
    m.externals[_CLASS] = _make_class


def _make_class(m: Machine) -> ClassV:
    def method(compute: Callable[[str], Any]) -> Native:
        return Native("read", lambda m_, a: _on_text(m_, _text_in(m_, a.pos[0]), lambda t: value_of(m_, compute(t))))

    names: dict[str, Value] = {
        "__enter__": Native("__enter__", lambda m_, a: a.pos[0]),
        "__exit__": Native("__exit__", lambda m_, a: None),
        "close": Native("close", lambda m_, a: None),
        "read": method(lambda text: text),
        "readlines": method(lambda text: text.splitlines(keepends=True)),
        "__iter__": method(lambda text: text.splitlines(keepends=True)),
    }
    return make_class(m, _CLASS, names=names)


def opened(m: Machine, args: Args) -> Value:
    """``open(path, ...)``: a file of the workspace whose text can be read, else a value that is not known."""
    path, mode = args.get(0, "file"), m.settle(args.get(1, "mode", "r"))
    text = content(m, path) if isinstance(mode, str) and not set(mode) & set("wax+") else Unknown(_NOT_KNOWN)
    if isinstance(text, Unknown):
        m.may_raise("FileNotFoundError")
        return text
    made = m.new_instance(m.external(_CLASS))
    made.attrs[_TEXT] = text
    return made


def content(m: Machine, path: Value) -> Value:
    """The text of the file at a path."""
    path = text_of(m, path)
    if isinstance(path, Choice):
        return m.lift(path, lambda p: content(m, p))
    text = m.sources.data(_absolute(m, path)) if isinstance(path, str) else None
    return Unknown(_NOT_KNOWN) if text is None else text


def _absolute(m: Machine, path: str) -> str:
    """A path from where the program is started: the folder of the workspace."""
    if path.startswith("/") or m.frame is None:
        return posixpath.normpath(path)
    return posixpath.normpath(f"{m.sources.index.workspace_of(m.frame.module.module.path)}/{path}")


def _text_in(m: Machine, source: Value) -> Value:
    """The text that an open file holds, or that is given itself."""
    source = m.settle(source)
    if isinstance(source, Instance):
        return source.attrs.get(_TEXT, Unknown(_NOT_KNOWN))
    return source.decode("utf-8", "replace") if isinstance(source, bytes) else source


def _on_text(m: Machine, text: Value, read: Callable[[str], Value]) -> Value:
    return m.lift(text, lambda t: read(t) if isinstance(t, str) else reasons.unknown_from(t, _NOT_KNOWN))


def value_of(m: Machine, read: Any) -> Value:
    """What was read as a value of the evaluation."""
    if isinstance(read, dict):
        return m.new_dict({key: value_of(m, item) for key, item in read.items()})
    if isinstance(read, (list, tuple)):
        return m.new_list([value_of(m, item) for item in read])
    return read if isinstance(read, SCALARS) else Unknown("a value of a file that is no plain one")


def _reader(parse: Callable[[str], Any], *allowed: str) -> Callable[[Machine, Args], Value]:
    """A function that parses a text or an open file. ``allowed``: keyword arguments that do not change the result."""

    def run(m: Machine, args: Args) -> Value:
        if not args.pos or args.starstar is not None or not set(args.kw) <= set(allowed):
            return Unknown(_NOT_KNOWN)

        def one(text: str) -> Value:
            try:
                return value_of(m, parse(text))
            except (ValueError, RecursionError):
                return Unknown("this file cannot be read")

        return _on_text(m, _text_in(m, args.pos[0]), one)

    return run


def _yaml(text: str) -> Any:
    return _yaml_documents(text)[0]


def _yaml_documents(text: str) -> list[Any]:
    # Loaded only where an application reads YAML when it starts.
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError
    from ruamel.yaml.resolver import VersionedResolver

    class Resolver(VersionedResolver):
        """As PyYAML: some words are texts that YAML 1.1 takes for values."""

        def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
            is_plain = isinstance(value, str) and implicit[0]
            if is_plain and _TEXTS_TO_PYYAML.fullmatch(value) is not None:
                return self.DEFAULT_SCALAR_TAG
            return super().resolve(kind, value, implicit)

    reader = YAML(typ="safe", pure=True)
    reader.Resolver = Resolver
    reader.version = (1, 1)
    try:
        documents = list(reader.load_all(text)) or [None]
    except YAMLError as error:
        raise ValueError(str(error)) from None
    _count(documents)
    return documents


def _count(read: Any) -> None:
    """Aliases of YAML may stand for each other again and again, which a copy of the values does not survive.

    :raises ValueError: there are more values than a file may hold.
    """
    waiting, number = [read], 0
    while waiting:
        value = waiting.pop()
        number += 1
        if number > MAX_VALUES:
            raise ValueError("too many values")
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, (list, tuple)):
            waiting += value


def ini_sections(m: Machine, args: Args) -> Value:
    """The sections of a path, an open file or a text, as a dict of dicts; None when they are not known."""
    given = args.get(0, "source")
    is_path = args.kw.get("text") is not True and not _is_open_file(m.settle(given))
    text = m.settle(content(m, given) if is_path else _text_in(m, given))
    if not isinstance(text, str):
        return None
    parser = configparser.RawConfigParser(allow_no_value=True, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    sections = {name: dict(parser.items(name)) for name in parser.sections()}
    if any("%(" in str(v) or "${" in str(v) for options in sections.values() for v in options.values()):
        return None
    return value_of(m, {"DEFAULT": dict(parser.defaults()), **sections})


def _is_open_file(value: Value) -> bool:
    return isinstance(value, Instance) and value.cls.path == _CLASS


for _name in ("safe_load", "load", "full_load", "unsafe_load"):
    FUNCTIONS[f"yaml.{_name}"] = _reader(_yaml, "Loader")
FUNCTIONS["yaml.safe_load_all"] = FUNCTIONS["yaml.load_all"] = _reader(_yaml_documents, "Loader")
from_json = _reader(json.loads, "encoding")
for _module in ("json", "simplejson", "ujson", "orjson", "flask.json"):
    FUNCTIONS[f"{_module}.load"] = FUNCTIONS[f"{_module}.loads"] = from_json
for _module in ("tomllib", "tomli", "toml", "rtoml"):
    FUNCTIONS[f"{_module}.loads"] = _reader(toml.loads)
    FUNCTIONS[f"{_module}.load"] = FUNCTIONS[f"{_module}.loads"]


@at("csv.reader", "csv.DictReader")
def _csv(m: Machine, args: Args) -> Value:
    lines, rest = m.iterate(args.get(0, "csvfile"))
    options = {k: v for k, v in args.kw.items() if k in ("delimiter", "quotechar") and isinstance(v, str)}
    known = len(args.pos) == 1 and len(options) == len(args.kw) and args.starstar is None
    if rest is not None or not known or not all(isinstance(line, str) for line in lines):
        return ListV([], m.serial, rest or Unknown("the rows of this file are only known at run time"))
    make: Any = csv.DictReader if called_name(m) == "DictReader" else csv.reader
    try:
        return value_of(m, list(make(lines, **options)))
    except (csv.Error, TypeError, ValueError) as error:
        return ListV([], m.serial, Unknown(f"the rows of this file cannot be read: {error}"))


@at("pkgutil.get_data", "importlib.resources.read_text", "importlib.resources.read_binary")
def _package_data(m: Machine, args: Args) -> Value:
    folder, name = package_folder(m, args.get(0, "package")), m.settle(args.get(1, "resource"))
    known = isinstance(folder, str) and isinstance(name, str)
    return content(m, f"{folder}/{name}" if known else Unknown(_NOT_KNOWN))


def package_folder(m: Machine, package: Value) -> str | None:
    """The folder of a package of the workspace, given by its name or as a module."""
    package = m.settle(package)
    if isinstance(package, ModuleV):
        return package.module.folder
    importer = m.frame.module.module if m.frame is not None else None
    found = m.sources.index.find(package, importer) if isinstance(package, str) else None
    return found.folder if found is not None else None


@at("toml.load")
def _toml_load(m: Machine, args: Args) -> Value:
    given = args.get(0, "f")
    by_path = isinstance(text_of(m, given), str)
    return FUNCTIONS["toml.loads"](m, Args([content(m, given) if by_path else given]))
