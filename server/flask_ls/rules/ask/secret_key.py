"""Literals of this file that become ``SECRET_KEY`` outside of tests, and whether they can be guessed."""

from __future__ import annotations

import ast
import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from flask_ls.project.facts import FileFacts
from flask_ls.project.index import FUNCTIONS, FunctionNode
from flask_ls.project.model import ProjectModel
from flask_ls.rules.ask import config, stage, values
from flask_ls.rules.ask.flow import returns, tests_before
from flask_ls.rules.ask.views import function_named
from flask_ls.rules.context import Context
from flask_ls.rules.finding import Fix

# Below this a key can be found by trying (bits).
_ENOUGH = 64
# From this share of known words on a key is one.
_MOSTLY = 0.6
# Keys printed in documentation and tutorials: they are in the word lists of attackers.
_PUBLISHED = frozenset(
    {
        '_5#y2L"F4Q8z\n\\xec]/',
        '_5#y2L"F4Q8z\\n\\xec]/',
        '_5#y2L"F4Q8z\n\xec]/',
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
        "A0Zr98j/3yX R~XHH!jmN]LWX/,?RT",
        "A0Zr98j/3yXR~XHH!jmN]LWX/,?RT",
        "5791628bb0b13ce0c676dfde280ba245",
        "p9Bv<3Eid9%$i01",
    }
)
_WORDS = frozenset(
    """
    a abc admin all an and api app application auth backend bad be best blog bug change changed changeit changeme code
    config cookie cool dangerous db debug default demo dev devel develop developer development do dont ever example
    fake fallback flask foo bar baz for from generate get good guess hard hello here hidden hide i in insecure inprod
    is it jwt keep key keys later local login long made main make me mine must my myapp name needs never new no not
    now of okay on one only or our pass password passphrase phrase placeholder please private prod production project
    put python qwerty random real replace s safe sample secret secrets secretkey secure secured security server
    session sessions set shh should signing site so some somekey something special string strong stuff super
    supersecret team temp temporary test tester testing tests text that the this thing to todo token too top try two
    unsafe update use used user value very want wow web website what will with word words world x xxx xyz yes you your
    yours asdf asdfgh blogger enter guest horse battery staple correct match mysecret note notes precious share shop
    store task tasks three four five six hacker hackers nobody knows guessable hardcoded simple weak key1 lol
    env environment variable var insert override
    """.split()
)
_ROWS = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "9a",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "qwertzuiop",
)
_NEXT = {a: "".join(r[i + 1] for r in _ROWS for i in range(len(r) - 1) if r[i] == a) for a in "".join(_ROWS)}
_LEET = str.maketrans("013457@$!", "oieastasi")
_NOT_LETTERS = re.compile(r"[^a-z]+")


@dataclass(frozen=True)
class KeyLiteral:
    """A literal that may become the key. ``node`` is the literal, ``write`` the configuration write it reaches.

    The value itself is never handed out: it must not appear in any message.
    """

    node: ast.expr
    write: config.Write | None
    is_guessable: bool


def key_literals(ctx: Context) -> list[KeyLiteral]:
    """The literals, in source order, each once."""
    return ctx.once(_key_literals)


def matters(ctx: Context, write: config.Write) -> bool:
    """Whether what this write gives the key may be in force in production: no test, no later write over it."""
    is_served = not ctx.is_test and not stage.is_example(ctx) and not _is_migration(ctx)
    return is_served and not _is_harmless(ctx, write) and not config.is_overridden(ctx, write)


def other_files(model: ProjectModel) -> frozenset[str]:
    """Files that define a value which another file imports and makes the key: they need not name the key."""
    found = (model.names.split(name)[0] for name in model.config_objects.values("SECRET_KEY"))
    return frozenset(facts.path for facts in found if facts is not None)


def from_environment(ctx: Context, literal: KeyLiteral) -> Fix | None:
    """The fix: read the key from the environment, and fail at start where it is missing."""
    edit = ctx.edit()
    node, read = _whole(ctx, literal.node)
    if read is not None and read.key is None:
        return None
    key = read.key if read is not None and read.key is not None else "SECRET_KEY"
    environ = _environ(ctx, read) or f"{edit.import_module('os', at=node)}.environ"
    like = literal.node if isinstance(values.constant(ctx, literal.node), str) else None
    edit.replace(node, f"{environ}[{edit.quoted(key, like=like)}]")
    return ctx.fix(f"Read the key from the environment variable {key}", edit, safe=False)


def _environ(ctx: Context, read: values.EnvironmentRead | None) -> str | None:
    """``os.environ`` as the read writes it."""
    if read is not None and isinstance(read.node, ast.Call) and isinstance(read.node.func, ast.Attribute):
        if ctx.name(read.node.func.value) == "os.environ":
            return ctx.text(read.node.func.value)
        if ctx.name(read.node.func) == "os.getenv":
            return f"{ctx.text(read.node.func.value)}.environ"
    return None


def _whole(ctx: Context, literal: ast.expr) -> tuple[ast.expr, values.EnvironmentRead | None]:
    """The expression to replace: ``os.environ.get(k, "dev")`` and ``os.environ.get(k) or "dev"`` as a whole."""
    child, parent = literal, ctx.parent(literal)
    if isinstance(parent, ast.keyword):
        parent = ctx.parent(parent)
    read = values.environment_read(ctx, parent) if isinstance(parent, ast.expr) else None
    if read is not None and read.default is child:
        return read.node, read
    if isinstance(parent, (ast.BoolOp, ast.IfExp)):
        others = parent.values if isinstance(parent, ast.BoolOp) else [parent.body, parent.orelse]
        reads = [r for o in others if o is not child and (r := values.environment_read(ctx, o)) is not None]
        if len(reads) == 1 and len(others) == 2:
            return parent, reads[0]
    return literal, None


def _key_literals(ctx: Context) -> list[KeyLiteral]:
    found: dict[ast.expr, KeyLiteral] = {}
    if ctx.is_test or stage.is_example(ctx) or _is_migration(ctx):
        return []
    for write in config.writes_of(ctx, "SECRET_KEY", "SECRET_KEY_FALLBACKS"):
        if _is_harmless(ctx, write) or _is_overridden(ctx, write):
            continue
        for value in _leaves(ctx, write):
            key = values.constant(ctx, value)
            if isinstance(key, (str, bytes)) and key and not _is_checked(ctx, value, key):
                found.setdefault(value, KeyLiteral(value, write, is_guessable(_as_text(key))))
    for value in _exported(ctx):
        key = values.constant(ctx, value)
        if isinstance(key, (str, bytes)) and key and not _is_checked(ctx, value, key):
            found.setdefault(value, KeyLiteral(value, None, is_guessable(_as_text(key))))
    return sorted(found.values(), key=lambda k: ctx.span(k.node))


def _leaves(ctx: Context, write: config.Write) -> Iterator[ast.expr]:
    for value in _behind_calls(ctx, write.value):
        if write.key == "SECRET_KEY_FALLBACKS" and isinstance(value, (ast.List, ast.Tuple)):
            for element in value.elts:
                yield from values.possible_values(ctx, element)
        else:
            yield value


def _behind_calls(ctx: Context, node: ast.expr) -> Iterator[ast.expr]:
    """What a value may be, also what a function of this file returns for it."""
    for value in values.possible_values(ctx, node):
        function = function_named(ctx, value.func) if isinstance(value, ast.Call) else None
        if isinstance(function, FUNCTIONS) and not function.decorator_list:
            yield from _returned(ctx, function)
        else:
            yield value


def _returned(ctx: Context, function: FunctionNode) -> Iterator[ast.expr]:
    for returned in returns(ctx, function):
        if not stage.is_off_production(stage.stage_here(ctx, returned)):
            yield from values.possible_values(ctx, returned.value)


def _exported(ctx: Context) -> Iterator[ast.expr]:
    """Values of module-level names that another file makes the key, and what functions return that it calls for it."""
    for name in ctx.model.config_objects.values("SECRET_KEY"):
        facts, rest = ctx.model.names.split(name)
        if facts is not None and facts.path == ctx.path:
            head, _, attribute = rest.partition(".")
            for binding in ctx.index.root.bindings.get(head, ()):
                if isinstance(binding.node, FUNCTIONS) and not attribute and not binding.node.decorator_list:
                    yield from _returned(ctx, binding.node)
                elif binding.kind == "assign" and binding.value is not None and not attribute:
                    yield from values.possible_values(ctx, binding.value)
                elif isinstance(binding.node, ast.ClassDef):
                    value = values.class_attribute(ctx, binding.node, attribute)
                    if value is not None:
                        yield from values.possible_values(ctx, value)


def _is_harmless(ctx: Context, write: config.Write) -> bool:
    """Whether the key is one of tests or of development only."""
    if write.owner is not None:
        name = ctx.index.dotted(write.owner)
        objects = ctx.model.config_objects
        if not objects.gives(name, write.key):
            return True
        if objects.complete and objects.handed == {name}:
            return stage.stage_of_class(ctx, write.owner) == "test"
        if _is_only_inherited_off_production(ctx, write.owner, write.key):
            return True
    if any(w.key == "TESTING" and values.truth(ctx, w.value) for w in config.beside(ctx, write)):
        return True
    return not stage.reaches_production(ctx, write)


def _is_only_inherited_off_production(ctx: Context, cls: ast.ClassDef, key: str) -> bool:
    """Whether the class is a base of others only: those for production have a key of their own, the rest are not."""
    name = ctx.index.dotted(cls)
    others = [c for c in ctx.index.nodes(ast.ClassDef) if c is not cls and name in ctx.model.mro(ctx.index.dotted(c))]
    bases = {base for c in others for base in c.bases}
    if any(n.id == cls.name and n not in bases for n in ctx.index.nodes(ast.Name)):
        return False
    own = [c for c in others if key in ctx.index.scope_made_by(c).bindings]
    rest = [c for c in others if c not in own]
    if not any(stage.stage_of_class(ctx, c) == "production" for c in own):
        return False
    if not all(stage.is_off_production(stage.stage_of_class(ctx, c)) for c in rest):
        return False
    return not any(cls.name in facts.mentioned for path, facts in ctx.model.files.items() if path != ctx.path)


def _is_migration(ctx: Context) -> bool:
    """Whether the file is a step of Alembic's: it runs while the database changes, and serves nobody."""
    return "down_revision" in ctx.index.root.bindings


def _is_overridden(ctx: Context, write: config.Write) -> bool:
    """Whether the key comes from elsewhere in the end: another literal in its place helps nobody."""
    last = next(iter(reversed(list(config.overriding(ctx, write)))), None)
    return last is not None and not any(isinstance(values.constant(ctx, v), (str, bytes)) for v in _leaves(ctx, last))


def _is_checked(ctx: Context, literal: ast.expr, key: str | bytes) -> bool:
    """Whether the program compares something with this very key: it refuses to run with it, or means to."""
    for compare in ctx.index.nodes(ast.Compare):
        for side in (compare.left, *compare.comparators):
            if side is not literal and values.constant(ctx, side) == key:
                return True
    if len(key) > 2 and any(_compares(ctx, path, key) for path in ctx.model.each(_tests_key) if path != ctx.path):
        return True
    return any(
        isinstance(test, ast.Compare) and any(values.constant(ctx, c) == key for c in test.comparators)
        for test, _ in tests_before(ctx, literal)
    )


def _tests_key(facts: FileFacts) -> bool:
    return "SECRET_KEY" in facts.config.tested


def _compares(ctx: Context, path: str, key: str | bytes) -> bool:
    """Whether a file that asks about the key has the literal beside ``==`` or ``!=``."""
    source = ctx.read(path)
    written = re.escape(_as_text(key))
    compared = rf"""[=!]= *b?["']{written}["']|["']{written}["'] *[=!]="""
    return source is not None and re.search(compared, source.text) is not None


def _as_text(key: str | bytes) -> str:
    return key.decode("latin-1") if isinstance(key, bytes) else key


@cache
def is_guessable(key: str) -> bool:
    """Whether an attacker finds the key: a published one, words and digits, or too little of anything."""
    if key in _PUBLISHED or key.strip() in _PUBLISHED:
        return True
    if len(set(key)) <= 4 or _bits(key) < _ENOUGH or _is_sequence(key):
        return True
    spelled = key.lower()
    return any(_share_of_words(text) >= _MOSTLY for text in (spelled, spelled.translate(_LEET)))


def _is_sequence(key: str) -> bool:
    """``0123456789abcdef``, ``12345678901234567890``: most characters follow the one before."""
    follows = sum(b in _NEXT.get(a, "") for a, b in itertools.pairwise(key.lower()))
    return follows >= _MOSTLY * (len(key) - 1)


def _bits(key: str) -> float:
    alphabet = 0
    for pattern, size in (("[a-z]", 26), ("[A-Z]", 26), ("[0-9]", 10), ("[^a-zA-Z0-9]", 32)):
        alphabet += size if re.search(pattern, key) else 0
    return len(key) * math.log2(alphabet) if alphabet else 0.0


def _share_of_words(text: str) -> float:
    """How much of the text is made of words of the vocabulary, run together or not: 0 to 1.

    Short words count only where they stand alone: a random text has them by chance.
    """
    return sum(_letters_in_words(part) for part in _NOT_LETTERS.split(text)) / max(len(text), 1)


def _letters_in_words(part: str) -> int:
    if part in _WORDS:
        return len(part)
    best = [0] * (len(part) + 1)
    for end in range(1, len(part) + 1):
        best[end] = best[end - 1]
        for start in range(max(0, end - 14), end - 2):
            if part[start:end] in _WORDS:
                best[end] = max(best[end], best[start] + end - start)
    return best[-1]
