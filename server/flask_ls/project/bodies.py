"""What a body of code does, in order: calls, uses of names, and what surrounds them. Part of a file's facts.

A body is a module, a function, a lambda or the inside of a generator expression. Class bodies, decorators and default
values belong to the body in which they are evaluated.

A **symbol** is an expression as written, with local names replaced by what they stand for. It is a string or a tuple:

- ``a.b`` a chain whose head is a module-level or builtin name; ``@outer.inner`` a definition of this file by its id;
  ``!module:name.attr`` something imported inside a function; ``%body:name`` a parameter of that body;
  ``$Class`` / ``&Class`` / ``^Class`` the instance, the class and the ``super()`` of a method's class;
  ``*id`` a generator expression; ``'text`` a string or boolean literal; ``?`` an unknown receiver. After such a marked
  head the attributes follow a bar: ``$Class|mailer.send``.
- ``("()", function, arguments, keywords)`` a call, ``("[]", parts)`` a tuple or list given as an argument,
  ``("{}", ((key, symbol), ...))`` a display that holds functions, ``("[", container, key)`` an element of a container,
  ``(".", symbol, attribute)`` an attribute of a call's result, ``("e", symbol)`` what ``with symbol as name`` binds,
  ``("|", ...)`` one of several.

A **block** is a tuple of operations. Leaves, numbered through the whole body in this order:

- ``("c", function, arguments, keywords, how)`` a call. ``how``: ``await``, ``iter`` (its result is consumed here),
  ``with``, ``return``, ``""``.
- ``("a", symbol, mode)`` a use of a name or attribute: ``""`` read, ``x`` deleted, ``=`` assigned, then with the
  assigned value's symbol as fourth part; else an operator or builtin touches the value itself: the special method that
  it asks (``__getitem__``), ``u`` when no single one; ``[]=`` is stored into, the value fourth.
- ``("k", symbol, metaclass, parts)`` the class of this symbol is made; ``parts`` are the classes of its attributes.
- ``("R", symbol)`` returned, ``("y", symbol or None)`` yielded, ``("y", symbol, "from")`` for ``yield from``,
  ``("m", modules)`` imported: ``a.b`` or ``a.b:name``.

Structure: ``("if", guard, then, otherwise)``, ``("with", symbol or None, block)`` (the symbol ``'`` is
something that has nothing to do with contexts), ``("loop", block)``,
``("try", caught, block, handlers, otherwise, final)``, ``("x",)`` the path ends here.

A **guard** is ``("?", symbol)`` whose truth is asked, ``("p", parameter, test)`` where ``test`` is ``truth``, ``none``
(``is None``) or ``=a,b`` (is one of these words) and the parameter still has its value (else the test is ``?``; with no
parameter either, it depends on some of them, in a way that is not followed), ``("not", g)``,
``("and", ...)``, ``("or", ...)``, ``@main`` for ``__name__ == "__main__"``, or None for a condition that says nothing
about contexts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias

Symbol: TypeAlias = "str | tuple[Any, ...]"
Op: TypeAlias = "tuple[Any, ...]"
Block: TypeAlias = "tuple[Op, ...]"
BodyKind = Literal["module", "function", "lambda", "generator"]

MARKS = frozenset("@!%$&^*?")
LEAVES = frozenset({"c", "a", "k", "R", "y", "m"})
MAIN = "@main"
# In the place of an argument: any number of arguments that are not known (``*args``, ``**kwargs``).
MORE = "'*"
# In the place of an argument: a literal that is true, or false, as a condition.
TRUTHY, FALSY = "'+", "'-"
# The guard that depends on parameters in a way that is not followed.
UNDECIDED = ("p", "", "?")
# The one special method that leaves a proxy unbound.
EQUALS = "__eq__"
_LONGEST_WORD = 24


class Parameter(NamedTuple):
    """A parameter; ``annotation`` is the annotated class as written when that is a plain name.

    ``default``: None without one, ``'None``, ``'True``, ``'False`` or ``'word`` for these, ``?`` for any other.
    """

    name: str
    annotation: str | None = None
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """One body. ``id`` is ``""`` for the module, the qualified name for functions (``#2`` for its second definition).

    ``cls`` is the class that a method stands in, ``owner`` the body around this one. ``decorators`` are outermost
    first, None where one is no name or call. ``imports``: there are import statements in it;
    ``asserts``: there are assertions.
    """

    id: str
    kind: BodyKind
    block: Block
    cls: str = ""
    owner: str = ""
    parameters: tuple[Parameter, ...] = ()
    decorators: tuple[Symbol | None, ...] = ()
    is_async: bool = False
    is_generator: bool = False
    imports: bool = False
    asserts: bool = False

    @property
    def name(self) -> str:
        """The function's own name."""
        return self.id.partition("#")[0].rpartition(".")[2]

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of this name."""
        return next((p for p in self.parameters if p.name == name), None)


def literal_text(value: object) -> str | None:
    """The text of a literal that is a word, such as a mode or a key; None for any other value."""
    if not isinstance(value, str) or len(value) > _LONGEST_WORD or value in ("None", "True", "False"):
        return None
    return value if value.replace("-", "_").replace(".", "_").isidentifier() else None


def leaves(block: Block) -> Iterator[Op]:
    """The leaves of a block in the order of their numbers."""
    for op in block:
        kind = op[0]
        if kind in LEAVES:
            yield op
        elif kind == "if":
            yield from leaves(op[2])
            yield from leaves(op[3])
        elif kind == "with":
            yield from leaves(op[2])
        elif kind == "loop":
            yield from leaves(op[1])
        elif kind == "try":
            yield from leaves(op[2])
            for _, _, handler in op[3]:
                yield from leaves(handler)
            yield from leaves(op[4])
            yield from leaves(op[5])


def last_name(symbol: Symbol | None) -> str:
    """The last name of a symbol: ``send`` of ``mail.send``, of ``!mail:send`` and of a call of it."""
    while isinstance(symbol, tuple):
        if symbol[0] == ".":
            return str(symbol[2])
        if symbol[0] == "{}":
            return ""
        symbol = symbol[1]
    return _last_of(symbol) if symbol else ""


# The same few symbols are asked for again and again.
@lru_cache(maxsize=8192)
def _last_of(symbol: str) -> str:
    return symbol.rpartition("|")[2].rpartition(".")[2].rpartition(":")[2].partition("#")[0].lstrip("@!%$&^*?")


@lru_cache(maxsize=8192)
def _names_in(symbol: str) -> frozenset[str]:
    if symbol[0] in MARKS:
        head, _, rest = symbol.partition("|")
        return frozenset((_last_of(head), *rest.split(".")))
    return frozenset(symbol.split(".")) if symbol[0] != "'" else frozenset()


def collect_names(op: Op, names: set[str]) -> None:
    """The names under which an operation can be found: all parts of what it calls or reads, and what it passes on."""
    if op[0] == "m":
        return
    if op[0] == "c":
        _symbol_names(op[1], names)
        for argument in op[2]:
            _argument_names(argument, names)
        for _, argument in op[3]:
            _argument_names(argument, names)
    else:
        _symbol_names(op[1], names)
        if op[0] == "k":
            for part in (op[2], *op[3]):
                _argument_names(part, names)
        elif len(op) > 3:
            _argument_names(op[3], names)


def _symbol_names(symbol: Symbol | None, names: set[str]) -> None:
    while isinstance(symbol, tuple):
        if symbol[0] == ".":
            names.add(symbol[2])
        elif symbol[0] == "{}":
            for _, part in symbol[1]:
                _argument_names(part, names)
            return
        elif symbol[0] in ("[]", "|"):
            for part in symbol[1] if symbol[0] == "[]" else symbol[1:]:
                _symbol_names(part, names)
            return
        elif symbol[0] == "()":  # `partial(f)()` calls what it was given
            for argument in symbol[2]:
                _argument_names(argument, names)
        symbol = symbol[1]
    if symbol:
        names |= _names_in(symbol)


def _argument_names(symbol: Symbol | None, names: set[str]) -> None:
    if isinstance(symbol, tuple):
        if symbol[0] == "()":
            _symbol_names(symbol[1], names)
            for argument in symbol[2]:
                _argument_names(argument, names)
            for _, argument in symbol[3]:
                _argument_names(argument, names)
        elif symbol[0] == "[]":
            for part in symbol[1]:
                _argument_names(part, names)
        elif symbol[0] == "{}":
            _symbol_names(symbol, names)
        else:
            _symbol_names(symbol, names)
    elif symbol:
        names.add(_last_of(symbol))
