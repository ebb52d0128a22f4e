"""Abstract values.

Known scalars are the Python objects themselves (``str``, ``int``, ``float``, ``bool``, ``None``, ``bytes``,
``Ellipsis``) and known tuples are tuples of values. Everything with identity, mutability or uncertainty has a class
here. ``born`` is the branch serial at creation (see ``World``): an object born inside a branch needs no undo there.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from flask_ls.project.interp.frames import Place
    from flask_ls.project.interp.machine import Machine
    from flask_ls.project.interp.paths import Path
    from flask_ls.project.modules import Module

# Deliberately Any, not object: scalars are plain Python objects and every use narrows by class.
Value: TypeAlias = Any
FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
SCALARS = (str, int, float, bool, type(None), bytes, type(...), complex)


class Missing:
    """No value at all: an unbound name, an absent attribute."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


class Unknown:
    """A value that cannot be read; ``reason`` is one clause for the user."""

    __slots__ = ("reason",)

    def __init__(self, reason: str = "its value is only known at run time") -> None:
        self.reason = reason

    def __repr__(self) -> str:
        return f"Unknown({self.reason!r})"


class External(Unknown):
    """A name of code outside the workspace, an object made by it, or something reached from one.

    ``path`` is dotted; ``()`` marks a call: ``flask_login.LoginManager()`` is an instance.
    """

    __slots__ = ("attrs", "born", "held", "path")

    def __init__(self, path: str, born: int = 0) -> None:
        super().__init__(f"{path} is not part of the workspace")
        self.path = path
        self.born = born
        self.attrs: Namespace | None = None
        self.held: tuple[Value, ...] = ()

    @property
    def package(self) -> str:
        """The top-level package."""
        return self.path.partition(".")[0].removesuffix("()")

    @property
    def is_instance(self) -> bool:
        """Whether this is what calling a class made, judged by the capital of its name."""
        return self.path.endswith("()") and self.path.rpartition(".")[2][:1].isupper()

    def __repr__(self) -> str:
        return f"External({self.path!r})"


class Choice:
    """One of a few values, each with the path condition under which it is the one."""

    __slots__ = ("options",)

    def __init__(self, options: tuple[tuple[Path, Value], ...]) -> None:
        self.options = options

    def __repr__(self) -> str:
        return f"Choice({[v for _, v in self.options]!r})"


class Maybe:
    """An element of a container that is there only under a path condition."""

    __slots__ = ("path", "value")

    def __init__(self, path: Path, value: Value) -> None:
        self.path = path
        self.value = value

    def __repr__(self) -> str:
        return f"Maybe({self.value!r})"


class Namespace(dict[Any, Value]):
    """Names or keys to values, with a birth mark for undo."""

    __slots__ = ("born",)

    def __init__(self, born: int = 0) -> None:
        super().__init__()
        self.born = born


class Items(Namespace):
    """The keys of a dict value, where being absent is a fact of its own."""

    __slots__ = ()


class ListV:
    """A list, or what a generator yields. ``rest`` is not None when unknown elements may follow or lie between."""

    __slots__ = ("born", "items", "kind", "made", "rest")

    def __init__(self, items: list[Value], born: int, rest: Unknown | None = None, kind: str = "list") -> None:
        self.items = items
        self.born = born
        self.made = born
        self.rest = rest
        self.kind = kind


class SetV(ListV):
    """A set, as a list in insertion order; elements are unique only when they are known scalars."""

    __slots__ = ()

    def __init__(self, items: list[Value], born: int, rest: Unknown | None = None) -> None:
        super().__init__(items, born, rest, "set")


class DictV:
    """A dict with known hashable keys. ``rest`` is not None when unknown keys may be there or override."""

    __slots__ = ("default", "items", "rest_cell")

    def __init__(self, born: int, rest: Unknown | None = None, default: Value = MISSING) -> None:
        self.items = Items(born)
        self.rest_cell = Namespace(born)
        self.default = default
        if rest is not None:
            self.rest_cell[0] = rest

    @property
    def rest(self) -> Unknown | None:
        """Why unknown keys may be there; None when all are known."""
        return self.rest_cell.get(0)


class ModuleV:
    """A module of the workspace."""

    __slots__ = ("condition", "is_model", "module", "names", "rest_cell", "state", "submodules")

    def __init__(self, module: Module, *, is_model: bool = False) -> None:
        self.module = module
        self.names = Namespace()
        self.submodules: dict[str, ModuleV] = {}
        self.state = "new"
        self.rest_cell = Namespace()
        self.condition: Any = None
        self.is_model = is_model

    @property
    def open(self) -> Unknown | None:
        """Why names may be there that were not seen; None when all are known."""
        return self.rest_cell.get(0)

    @open.setter
    def open(self, why: Unknown | None) -> None:
        self.rest_cell[0] = why

    def __repr__(self) -> str:
        return f"ModuleV({self.module.name})"


@dataclass(slots=True, eq=False)
class ClassV:
    """A class of the workspace, of a model of an extension, or built in."""

    name: str
    qualname: str
    bases: tuple[Value, ...]
    names: Namespace
    module: ModuleV | None = None
    place: Place | None = None
    path: str = ""  # dotted public name of a modelled or built-in class
    mro: tuple[ClassV, ...] = ()
    open: Unknown | None = None  # a base that cannot be read: attributes may come from there
    native: Callable[[], Any] | None = None  # makes the native state of an instance
    subclasses: list[ClassV] = field(default_factory=list)
    metaclass: Value = None
    plain_bases: frozenset[str] = frozenset()  # bases that only say how the class is used: ``abc.ABC``
    fields: tuple[Any, ...] = ()  # of a data class, in the order of its initializer
    virtual: list[ClassV] = field(default_factory=list)  # what ``ABC.register`` was given

    @property
    def dotted(self) -> str:
        """The dotted project or public name."""
        if self.path:
            return self.path
        return f"{self.module.module.name}.{self.qualname}" if self.module else self.qualname

    def lookup(self, name: str) -> Value:
        """The attribute as the MRO has it, MISSING when no readable class has it."""
        for cls in self.mro:
            value = cls.names.get(name, MISSING)
            if value is not MISSING:
                return value
        return MISSING

    def derives(self, path: str) -> bool:
        """Whether a class of this public dotted name is in the MRO."""
        return any(c.path == path for c in self.mro)

    def __repr__(self) -> str:
        return f"ClassV({self.dotted})"


class Instance:
    """An object whose class can be read."""

    __slots__ = ("attrs", "born", "cls", "native", "open", "site")

    def __init__(self, cls: ClassV, born: int, native: Any = None) -> None:
        self.cls = cls
        self.born = born
        self.attrs = Namespace(born)
        self.native = native
        self.open: Unknown | None = None
        self.site: Any = None

    def __repr__(self) -> str:
        return f"Instance({self.cls.dotted})"


class Function:
    """A function of the workspace with its closure. ``results``: what it gave before, when it is one that is cached."""

    __slots__ = ("attrs", "defaults", "frame", "kw_defaults", "module", "name", "node", "owner", "qualname", "results")

    def __init__(
        self,
        node: FunctionNode,
        name: str,
        qualname: str,
        module: ModuleV,
        frame: Any,
        defaults: list[Value],
        kw_defaults: list[Value],
        born: int,
    ) -> None:
        self.node = node
        self.name = name
        self.qualname = qualname
        self.module = module
        self.frame = frame
        self.defaults = defaults
        self.kw_defaults = kw_defaults
        self.owner: ClassV | None = None
        self.attrs = Namespace(born)
        self.results: list[tuple[Args, Value]] | None = None

    @property
    def dotted(self) -> str:
        """The dotted project name, without ``<locals>``."""
        return f"{self.module.module.name}.{self.qualname}"

    def __repr__(self) -> str:
        return f"Function({self.dotted})"


class Native:
    """A function that the interpreter implements: ``run(machine, args) -> value``."""

    __slots__ = ("attrs", "name", "needs_self", "run")

    def __init__(
        self, name: str, run: Callable[[Machine, Args], Value], born: int = 0, *, needs_self: bool = False
    ) -> None:
        self.name = name
        self.run = run
        self.needs_self = needs_self
        self.attrs = Namespace(born)

    def __repr__(self) -> str:
        return f"Native({self.name})"


class Bound:
    """A method bound to its object."""

    __slots__ = ("func", "self")

    def __init__(self, func: Value, self_: Value) -> None:
        self.func = func
        self.self = self_

    def __repr__(self) -> str:
        return f"Bound({self.func!r})"


class Partial:
    """``functools.partial``, also a method descriptor with its arguments."""

    __slots__ = ("args", "attrs", "func")

    def __init__(self, func: Value, args: Args, born: int) -> None:
        self.func = func
        self.args = args
        self.attrs = Namespace(born)


class Descriptor:
    """``property``, ``staticmethod``, ``classmethod`` or a cached property. ``kind`` is that word."""

    __slots__ = ("func", "kind", "setter")

    def __init__(self, kind: str, func: Value, setter: Value = None) -> None:
        self.kind = kind
        self.func = func
        self.setter = setter


class Super:
    """What ``super()`` gives: attributes after ``cls`` in the MRO of ``self``'s class."""

    __slots__ = ("cls", "self")

    def __init__(self, cls: ClassV, self_: Value) -> None:
        self.cls = cls
        self.self = self_


class Wrapped:
    """What a decorator that cannot be read made of a function: callable, and taken to keep its name.

    ``trusted`` says that the decorator is known to do so (``functools.wraps``).
    """

    __slots__ = ("attrs", "by", "func", "trusted")

    def __init__(self, func: Value, by: External | Unknown, trusted: bool, born: int) -> None:
        self.func = func
        self.by = by
        self.trusted = trusted
        self.attrs = Namespace(born)


@dataclass(slots=True)
class Args:
    """Evaluated arguments. ``star`` and ``starstar`` are not None when unknown further arguments may be there."""

    pos: list[Value]
    kw: dict[str, Value] = field(default_factory=dict)
    star: Unknown | None = None
    starstar: Unknown | None = None

    def all(self) -> list[Value]:
        """Every known argument."""
        return [*self.pos, *self.kw.values()]

    def get(self, index: int, name: str, default: Value = MISSING) -> Value:
        """The argument at a position or of a name."""
        if 0 <= index < len(self.pos):
            return self.pos[index]
        if name in self.kw:
            return self.kw[name]
        if index >= 0 and self.star is not None:
            return self.star
        if self.starstar is not None:
            return self.starstar
        return default

    def prepend(self, value: Value) -> Args:
        """The same with one more positional argument in front."""
        return Args([value, *self.pos], self.kw, self.star, self.starstar)
