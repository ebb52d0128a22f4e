"""What a deployment command starts: WSGI targets and the development server."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask_ls.project.deploy import DeploymentFile, Invocation, Variable, Word, invocations
from flask_ls.project.facts import FileFacts
from flask_ls.project.model import ProjectModel
from flask_ls.syntax.span import Span

# Options without a value (gunicorn documentation, "Settings"); every other option takes one.
_GUNICORN_FLAGS = frozenset(
    """--reload --preload --daemon -D --check-config --print-config --capture-output --enable-stdio-inheritance
    --no-sendfile --proxy-protocol --spew --version -v --help -h --log-syslog --suppress-ragged-eofs -R
    --do-handshake-on-connect --reuse-port --initgroups --strip-header-spaces --disable-redirect-access-to-syslog
    --permit-obsolete-folding --permit-unconventional-http-method --permit-unconventional-http-version
    --casefold-http-method --no-control-socket""".split()
)
_TARGET = re.compile(r"(?P<module>[A-Za-z_][\w.]*)(?::(?P<attribute>[A-Za-z_][\w.]*)(?P<call>\(.*\))?)?")
_FLASK_APP = re.compile(r"(?P<module>[\w./]+?)(?::(?P<attribute>[A-Za-z_]\w*)(?P<call>\(.*\))?)?")


@dataclass(frozen=True, slots=True)
class Target:
    """``module:attribute`` of a WSGI server, or what ``FLASK_APP`` names.

    ``attribute_span`` is None when the default name is meant, ``module_span`` when escapes lie between text and file.
    ``is_call`` says that the attribute is called, as it is written; ``calls`` that an option of the server says so.
    ``is_file``: the module is written as a path, and the attribute elsewhere. ``folder``: the server goes there first.
    """

    module: str
    attribute: str
    span: Span
    module_span: Span | None
    attribute_span: Span | None
    server: str
    is_call: bool
    calls: bool = False
    is_file: bool = False
    folder: str = ""


def targets(document: DeploymentFile) -> Iterator[Target]:
    """The WSGI targets that the file's commands and server settings name."""
    for command in document.commands:
        for invocation in invocations(command):
            if invocation.program == "gunicorn":
                yield from _gunicorn(invocation)
            elif invocation.program == "waitress-serve":
                yield from _waitress(invocation)
            elif invocation.program == "uwsgi":
                yield from _uwsgi(invocation)
    settings = {s.name: s for s in document.settings}
    callable_setting = settings.get("callable")
    called = callable_setting.value if callable_setting is not None else None
    moved = any(name in settings for name in ("chdir", "chdir2", "pythonpath", "pp", "python-path"))
    for name in ("wsgi-file", "file"):
        if not moved and name in settings and (word := _word(settings[name])) is not None:
            yield from _uwsgi_file(word, _word(callable_setting) if callable_setting is not None else None)
    for setting in document.settings:
        if setting.name in ("wsgi_app", "module") and (word := _word(setting)) is not None:
            default = "application" if setting.name == "wsgi_app" else called or "application"
            target = _target(word, default, "gunicorn" if setting.name == "wsgi_app" else "uwsgi")
            if target is not None and not moved:
                yield target


def flask_apps(document: DeploymentFile) -> Iterator[Target]:
    """What ``FLASK_APP`` and ``flask --app`` name; the attribute is empty where Flask looks for the app itself."""
    for variable in document.variables:
        if variable.name == "FLASK_APP" and (word := _word(variable)) is not None:
            yield from _flask_app(word)
    for command in document.commands:
        for invocation in invocations(command):
            if invocation.program != "flask":
                continue
            for option, word in zip(invocation.arguments, invocation.arguments[1:], strict=False):
                if option.text in ("--app", "-A"):
                    yield from _flask_app(word)


def _word(variable: Variable) -> Word | None:
    """The value of a variable or setting without its quotes."""
    if not variable.value or variable.value_span is None or variable.expands:
        return None
    start, end = variable.value_span
    quotes = (end - start - len(variable.value)) // 2
    return Word(variable.value, variable.value_span, Span(start + quotes, end - quotes))


def _flask_app(word: Word) -> Iterator[Target]:
    match = _FLASK_APP.fullmatch(word.text)
    if match is None or word.expands or word.inner is None:
        return
    start = word.inner.start
    module = Span(start + match.start("module"), start + match.end("module"))
    attribute = Span(start + match.start("attribute"), start + match.end("attribute")) if match["attribute"] else None
    name = match["module"].removeprefix("./").removesuffix(".py").replace("/", ".")
    yield Target(name, match["attribute"] or "", word.span, module, attribute, "flask", match["call"] is not None)


def _gunicorn(invocation: Invocation) -> Iterator[Target]:
    words = list(invocation.arguments)
    number = 0
    folder = ""
    named: Word | None = None
    while number < len(words):
        text = words[number].text
        joined = "=" in text or (not text.startswith("--") and len(text) > 2)
        if text.startswith("--pythonpath"):
            return  # the module is looked up elsewhere
        if text.startswith("--chdir"):
            given = words[number if joined else min(number + 1, len(words) - 1)]
            if given.expands:
                return
            folder = given.text.removeprefix("--chdir=")
        if not text.startswith("-"):
            named = named or words[number]
            number += 1
        else:
            number += 1 if joined or text in _GUNICORN_FLAGS else 2
    target = _target(named, "application", "gunicorn") if named is not None else None
    if target is not None:
        yield replace(target, folder=folder)


def _waitress(invocation: Invocation) -> Iterator[Target]:
    positional = [w for w in invocation.arguments if not w.text.startswith("-")]
    target = _target(positional[-1], "", "waitress-serve") if positional else None
    if target is not None:
        yield replace(target, calls="--call" in invocation.texts)


def _uwsgi(invocation: Invocation) -> Iterator[Target]:
    options = {o.text: w for o, w in zip(invocation.arguments, invocation.arguments[1:], strict=False)}
    if any(name in options for name in ("--chdir", "--chdir2", "--pythonpath", "--pp", "--python-path")):
        return
    called = options.get("--callable")
    for name in ("-w", "--module", "--wsgi"):
        target = _target(options[name], called.text if called else "application", "uwsgi") if name in options else None
        if target is not None:
            yield target
    for name in ("--wsgi-file", "--file"):
        if name in options:
            yield from _uwsgi_file(options[name], called)


def _uwsgi_file(word: Word, called: Word | None) -> Iterator[Target]:
    """The application in a file that uWSGI loads by its path (uWSGI documentation, "Options": ``wsgi-file``)."""
    path = word.text.removeprefix("./")
    if not re.fullmatch(r"[A-Za-z_][\w/]*\.py", path) or word.expands:
        return
    if called is not None and (called.expands or "(" in called.text):
        return
    module = path.removesuffix(".py").replace("/", ".")
    attribute = called.text if called is not None else "application"
    span = called.span if called is not None else word.span
    attribute_span = called.inner if called is not None else None
    yield Target(module, attribute, span, word.inner, attribute_span, "uwsgi", is_call=False, is_file=True)


def _target(word: Word, default: str, server: str) -> Target | None:
    match = _TARGET.fullmatch(word.text)
    if match is None or word.expands or (match["attribute"] is None and not default):
        return None
    inner = word.inner
    span = module = None
    if inner is not None:
        module = Span(inner.start + match.start("module"), inner.start + match.end("module"))
    if inner is not None and match["attribute"] is not None:
        span = Span(inner.start + match.start("attribute"), inner.start + match.end("attribute"))
    # uWSGI calls what is written with brackets, in `callable` too.
    name, bracket, _ = (match["attribute"] or default).partition("(")
    return Target(match["module"], name, word.span, module, span, server, match["call"] is not None or bool(bracket))


def module_of(target: Target, document: DeploymentFile, model: ProjectModel) -> tuple[FileFacts | None, bool]:
    """The project module a target names, and whether "there is none" would be certain.

    A name that no file of the workspace could have, next to the project's own code, is a mistake; a dotted name of
    another package may be an installed one. Where the server goes to another folder first, only a module there counts.
    """
    wanted = target.module.replace(".", "/")
    folder = posixpath.normpath(target.folder).strip("/") if target.folder else "."
    if folder != ".":
        # An absolute folder is one of the machine that serves: what it is called last is its name here, too.
        folder = posixpath.basename(folder) if target.folder.startswith("/") else folder
        there = [f for p, f in model.files.items() if _ends_with(p, f"{folder}/{wanted}")]
        return (there[0] if len(there) == 1 else None), False
    found = [facts for path, facts in model.files.items() if _ends_with(path, wanted)]
    if len(found) == 1:
        return found[0], True
    if found:
        folder = posixpath.dirname(document.path.replace("\\", "/"))
        near = [
            f for f in found if f.path.replace("\\", "/").startswith((f"{folder}/{wanted}.py", f"{folder}/{wanted}/"))
        ]
        return (near[0] if len(near) == 1 else None), False
    top = target.module.partition(".")[0]
    tops = {m.partition(".")[0] for m in model.modules}
    return None, "." not in target.module or top in tops


def _ends_with(path: str, module: str) -> bool:
    """Whether the file is that of a module, which is written as a path without suffix."""
    return path.replace("\\", "/").endswith((f"/{module}.py", f"/{module}/__init__.py"))
