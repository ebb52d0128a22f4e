"""Where evaluation starts: files that make an application, factories, and the scripts that lead to them."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask_ls.project.interp.extensions import APP_CLASSES

if TYPE_CHECKING:
    from flask_ls.project.interp.sources import WorkspaceSources
    from flask_ls.project.modules import Module

_TEST_FOLDERS = frozenset({"tests", "test", "testing", "spec", "specs"})
_RANKED = ("wsgi", "app", "application", "run", "main", "server", "autoapp", "web", "index", "manage", "asgi")
# How classes of applications outside the workspace are called: ``CustomFlask``.
FOREIGN_APP = r"[A-Z]\w*Flask"
_UNLIKELY = re.compile(
    r"celery|worker|task|migration|alembic|(^|[/_])env\.|conf|docs?/|setup|fixture|seed|example|script|bench|tool"
)


@dataclass(frozen=True, slots=True)
class Hints:
    """What the user or the environment says. ``flask_app`` as in ``FLASK_APP``: ``package.module:name``."""

    flask_app: str | None = None
    include_tests: bool = False


@dataclass(slots=True)
class Factory:
    """A function that makes an app. ``qualname`` is dotted inside its module."""

    module: Module
    qualname: str


@dataclass(slots=True)
class Entry:
    """One way to start: import a module, then perhaps call a factory of it."""

    module: Module
    factory: str | None = None
    rank: int = 99
    hinted: bool = False


@dataclass(slots=True)
class Found:
    """What a look at the files of a workspace found."""

    makers: list[Module] = field(default_factory=list)  # modules with an app at module level
    factories: list[Factory] = field(default_factory=list)
    class_names: frozenset[str] = frozenset()


def is_test(path: str, root: str) -> bool:
    """Whether a file is part of a test suite, judged by its path below ``root``."""
    relative = path[len(root) :].strip("/") if path.startswith(root) else path
    *folders, name = relative.split("/")
    return name.startswith("test_") or name in ("conftest.py", "tests.py") or any(f in _TEST_FOLDERS for f in folders)


def app_words(texts: Iterable[str], classes: frozenset[str] = APP_CLASSES) -> frozenset[str]:
    """The names of classes of applications: Flask's, the extensions', and what the workspace derives from them.

    Other names for them count too: ``from flask import Flask as Web``, ``Web = flask.Flask``.
    """
    known = set(classes)
    texts = list(texts)
    while True:
        words = "|".join(sorted(known))
        pattern = re.compile(
            rf"^[ \t]*class[ \t]+(\w+)[ \t]*\([^)]*\b(?:{words})\b"
            rf"|\b(?:{words})[ \t]+as[ \t]+(\w+)(?=[ \t]*(?:[,)#;]|$))"
            rf"|^[ \t]*(\w+)[ \t]*=[ \t]*(?:\w+\.)?(?:{words})[ \t]*$"
            rf"|^[ \t]*from[ \t][^\n]*\b({FOREIGN_APP})[ \t]*(?:[,)#;]|$)",
            re.M,
        )
        found = (m for t in texts if any(w in t for w in known) for m in pattern.finditer(t))
        more = {m[m.lastindex] for m in found if m.lastindex is not None} - known
        if not more:
            return frozenset(known)
        known |= more


def survey(sources: WorkspaceSources, hints: Hints) -> Found:
    """Look at every file of the workspace, at its bytes first."""
    modules = [
        m for m in sources.index if hints.include_tests or not is_test(m.path, sources.index.workspace_of(m.path))
    ]
    texts = {m.path: sources.text(m) for m in modules}
    known = APP_CLASSES | {"App"} if sources.may_be_used("connexion") else APP_CLASSES
    words = app_words(texts.values(), known)
    names = "|".join(sorted(words))
    call = re.compile(rf"\b(?:{names})\s*\(|=\s*(?:\w+\.)?(?:{names})\s*[,)]")
    found = Found(class_names=words)
    for module in modules:
        text = texts[module.path]
        # Looking for plain words first is several times faster than the pattern.
        if not any(word in text for word in words) or call.search(text) is None:
            continue
        tree = sources.parse(text)
        if tree is None:
            continue
        at_top, inside = constructions(tree, words)
        if at_top:
            found.makers.append(module)
        found.factories.extend(Factory(module, name) for name in inside)
    return found


def is_startable(path: str, text: str) -> bool:
    """Whether a file looks like one that a server is pointed at or that is run as a script."""
    return "__main__" in text or posixpath.basename(path).removesuffix(".py") in _RANKED


def constructions(tree: ast.Module, words: frozenset[str], *, with_arguments: bool = False) -> tuple[bool, list[str]]:
    """Whether a module calls one of the words when it is imported, and the outermost functions that do.

    ``with_arguments``: only calls that give it some.
    """
    at_top = False
    inside: dict[str, None] = {}
    stack: list[tuple[ast.AST, str, str | None]] = [(n, "", None) for n in reversed(tree.body)]
    while stack:
        node, qualname, function = stack.pop()
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            if name in words:
                if function is None:
                    at_top = True
                else:
                    inside.setdefault(function)
        inner, owner = qualname, function
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            inner = f"{qualname}.{node.name}" if qualname else node.name
            if not isinstance(node, ast.ClassDef) and function is None:
                owner = inner
                if not with_arguments and _calls_a_default(node, words):
                    inside.setdefault(inner)
        stack.extend((child, inner, owner) for child in ast.iter_child_nodes(node))
    return at_top, list(inside)


def _calls_a_default(node: ast.FunctionDef | ast.AsyncFunctionDef, words: frozenset[str]) -> bool:
    """Whether a function calls a parameter that is one of the words unless something else is given."""
    spec = node.args
    positional = [*spec.posonlyargs, *spec.args]
    pairs = [*zip(reversed(positional), reversed(spec.defaults), strict=False)]
    pairs += [(a, d) for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None]
    names = {a.arg for a, d in pairs if (getattr(d, "id", None) or getattr(d, "attr", None)) in words}
    calls = (n for n in ast.walk(node) if isinstance(n, ast.Call)) if names else ()
    return any(isinstance(c.func, ast.Name) and c.func.id in names for c in calls)


def rank_of(path: str, root: str) -> int:
    """How likely a file is what a server is pointed at: low is likely."""
    relative = path[len(root) :].strip("/")
    name = posixpath.basename(relative).removesuffix(".py")
    depth = relative.count("/")
    if _UNLIKELY.search(relative.lower()):
        return 60 + depth
    if name in _RANKED:
        return _RANKED.index(name) + depth * 3
    return 20 + depth * 3


def scripts(sources: WorkspaceSources, names: frozenset[str], modules: Iterable[Module], hints: Hints) -> list[Entry]:
    """Files that use one of the names at module level or are run as a script, most likely first."""
    found: list[Entry] = []
    if not names:
        return []
    used = re.compile(rf"^(?![ \t#]).*\b(?:{'|'.join(sorted(re.escape(n) for n in names))})\b", re.M)
    makers = {m.path for m in modules}
    for module in sources.index:
        root = sources.index.workspace_of(module.path)
        if is_test(module.path, root) and not hints.include_tests:
            continue
        text = sources.text(module)
        if module.path not in makers and not any(name in text for name in names):
            continue
        is_script = "__main__" in text
        if module.path in makers or (used.search(text) and (is_script or _calls_at_top(text, names))):
            found.append(Entry(module, None, rank_of(module.path, root)))
    return sorted(found, key=lambda e: (e.rank, e.module.path))


def _calls_at_top(text: str, names: frozenset[str]) -> bool:
    pattern = rf"^(?![ \t#]|def |class |@|from |import ).*\b(?:{'|'.join(sorted(re.escape(n) for n in names))})\s*\("
    return re.search(pattern, text, re.M) is not None


def flask_app_of(text: str) -> str | None:
    """The value of ``FLASK_APP`` in the text of a ``.flaskenv`` or ``.env`` file."""
    match = re.search(r"^\s*(?:export\s+)?FLASK_APP\s*=\s*[\"']?([^\s\"'#]+)", text, re.M)
    return match.group(1) if match else None


def hinted(sources: WorkspaceSources, hints: Hints) -> Entry | None:
    """The entry that ``FLASK_APP`` or the setting names."""
    if not hints.flask_app:
        return None
    name, _, attribute = hints.flask_app.partition(":")
    dotted = name.removesuffix(".py").strip("./").replace("/", ".")
    module = sources.index.find(dotted) or sources.index.by_name(dotted)
    if module is None:
        owner = sources.index.owner(dotted)
        if owner is None:
            return None
        module, attribute = owner
    if module.is_namespace:
        return None
    factory = attribute.partition("(")[0] or None
    return Entry(module, factory, -1, hinted=True)
