"""Frames and places, and the tables from syntax to meaning."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from flask_ls.project.interp.values import ClassV, Function, ModuleV, Namespace, Value
from flask_ls.project.interp.world import Outcome

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


class Place(NamedTuple):
    """Where in a file, as ``ast`` counts: 1-based lines, columns in UTF-8 bytes."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(slots=True)
class Block:
    """The body of a ``for`` over a generator, or of a ``with`` that a generator manages: it runs at each ``yield``.

    ``call`` makes the generator in the frame of the statement; ``run`` takes what is yielded. ``steps``: how many of
    the steps since the call were the body's.
    """

    call: ast.AST
    run: Callable[[Value], None]
    steps: int = 0


class Frame:
    """One executing module body, class body or function."""

    __slots__ = (
        "block",
        "caller",
        "entry_path",
        "function",
        "global_names",
        "is_class",
        "module",
        "names",
        "node",
        "nonlocal_names",
        "offered",
        "owner",
        "parent",
        "pending",
        "qualname",
        "self",
        "yields",
    )

    def __init__(
        self,
        module: ModuleV,
        names: Namespace,
        parent: Frame | None = None,
        function: Function | None = None,
        *,
        is_class: bool = False,
        qualname: str = "",
    ) -> None:
        self.module = module
        self.names = names
        self.parent = parent
        self.function = function
        self.is_class = is_class
        self.qualname = qualname
        self.node: ast.AST | None = None
        self.caller: Frame | None = None
        self.global_names: frozenset[str] = frozenset()
        self.nonlocal_names: frozenset[str] = frozenset()
        self.pending: list[Any] = []
        self.yields: Any = None
        self.block: Block | None = None  # what waits for what this generator yields
        self.offered: Block | None = None  # what waits for the generator that this frame calls
        self.owner: ClassV | None = None
        self.self: Value = None
        self.entry_path: Any = ()


Eval = Callable[["Machine", Any, Frame], Value]
Exec = Callable[["Machine", Any, Frame], "Outcome | None"]
EVAL: dict[type[ast.AST], Eval] = {}
EXEC: dict[type[ast.AST], Exec] = {}


def place_of(module: ModuleV, node: Any) -> Place:
    """The place of a node."""
    line = getattr(node, "lineno", 1)
    column = getattr(node, "col_offset", 0)
    return Place(
        module.module.path,
        line,
        column,
        getattr(node, "end_lineno", None) or line,
        getattr(node, "end_col_offset", None) or column,
    )
