"""``try``: which exceptions are known to be raised, which may be, and which handlers run."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp.branches import leave, mark_dead, run_branch, run_scoped
from flask_ls.project.interp.frames import EXEC, Frame
from flask_ls.project.interp.paths import Fork, Path, Step
from flask_ls.project.interp.values import ClassV, External, Unknown
from flask_ls.project.interp.world import Diff, Outcome, Raised

if TYPE_CHECKING:
    from flask_ls.project.interp.branches import Run
    from flask_ls.project.interp.machine import Machine


@dataclass(slots=True, eq=False)
class Attempt:
    """A ``try`` that is executing."""

    names: list[set[str]]  # per handler
    fork: Fork
    frame: Frame | None  # None: the function called next
    fatal: frozenset[int] = frozenset()  # handlers that end in an exception or the end of the program
    raised: set[str] = field(default_factory=set)  # exceptions that may have been raised
    opaque: bool = False  # code that cannot be read was called

    def catches(self, name: str, bases: tuple[str, ...] = ()) -> bool:
        """Whether a handler would catch the exception."""
        return self.handler(name, bases) is not None

    def is_fatal(self, name: str) -> bool:
        """Whether the handler of the exception lets the program end."""
        return self.handler(name) in self.fatal

    def names_it(self, name: str) -> bool:
        """Whether a handler names the exception or a direct relative, not just any exception."""
        wanted = {name, *ancestors(name)} - {"Exception", "BaseException", "object"}
        return any(names & wanted for names in self.names)

    def handler(self, name: str, bases: tuple[str, ...] = ()) -> int | None:
        """The index of the handler that would catch the exception."""
        family = {name, *bases} | ancestors(name)
        for base in bases:
            family |= ancestors(base)
        for index, names in enumerate(self.names):
            if "?" in names or "BaseException" in names or names & family:
                return index
        return None


def ancestors(name: str) -> set[str]:
    """The names of the base classes of a built-in exception; an unknown one is taken for an ``Exception``."""
    cls = getattr(builtins, name, None)
    if isinstance(cls, type) and issubclass(cls, BaseException):
        return {c.__name__ for c in cls.__mro__}
    return {"Exception"}


def _is_fatal(last: ast.stmt) -> bool:
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
        return ast.unparse(last.value.func) in ("sys.exit", "exit", "quit", "os._exit", "os.abort")
    return isinstance(last, ast.Raise)


def _try(m: Machine, node: Any, frame: Frame) -> Outcome | None:
    if not node.finalbody:
        return _guarded(m, node, frame)
    try:
        outcome = _guarded(m, node, frame)
    except Raised:
        final = m.run(node.finalbody, frame)
        if final is not None:
            return final
        raise
    return m.run(node.finalbody, frame) or outcome


def _guarded(m: Machine, node: Any, frame: Frame) -> Outcome | None:
    if not node.handlers:
        return m.run(node.body, frame)
    place = m.place()
    attempt = Attempt(
        [_caught(m, h, frame) for h in node.handlers],
        m.fork(place, "whether this raises an exception is only known at run time", len(node.handlers) + 1, 0),
        frame,
        frozenset(i for i, h in enumerate(node.handlers) if _is_fatal(h.body[-1])),
    )
    extra, before = m.extra, m.path
    token = m.open_branch()
    m.tries.append(attempt)
    outcome: Outcome | None = None
    error: Raised | None = None
    try:
        outcome = run_scoped(m, frame, "arm", lambda: m.run(node.body, frame))
    except Raised as raised:
        error = raised
    except BaseException:
        leave(m, token)
        raise
    finally:
        m.tries.pop()
        m.extra = extra
    if error is not None:
        m.path = before
        leave(m, token)
        index = attempt.handler(error.name, error.bases)
        if index is None:
            raise error
        return _handle(m, node.handlers[index], error, frame)
    after = m.path
    diff = m.close_branch(token)
    possible = sorted({i for n in attempt.raised if (i := attempt.handler(n)) is not None})
    soft = [] if possible or not attempt.opaque else list(range(len(node.handlers)))
    if not possible and not soft:
        m.merge([((), diff)])
        return outcome or (m.run(node.orelse, frame) if node.orelse else None)

    def body() -> Outcome | None:
        m.merge([((), diff)])
        return outcome if outcome is not None else m.run(node.orelse, frame)

    m.path = before
    if soft:
        result = _soft(m, node, frame, attempt.fork, body)
        m.path = after if result is None and len(after) > len(m.path) else m.path
        return result
    arms: list[tuple[Any, Run]] = [((Step(attempt.fork, 0),), body)]
    for index in possible:
        handler = node.handlers[index]
        arms.append(((Step(attempt.fork, index + 1),), partial(_handle, m, handler, None, frame)))
    for index in range(len(node.handlers)):
        if index not in possible:
            attempt.fork.dead.add(index + 1)
    return run_branch(m, frame, arms)


def _soft(m: Machine, node: Any, frame: Frame, fork: Fork, body: Run) -> Outcome | None:
    """Code that cannot be read may raise anything; taken not to, unless a handler leads on as the body does."""
    outcome = body()
    if outcome is not None:
        return outcome
    quiet: list[tuple[Path, Diff]] = []
    for index, handler in enumerate(node.handlers):
        path: Path = (Step(fork, index + 1),)
        if _leads_away(handler):
            mark_dead(path)
            continue
        arm = m.run_arm(path, partial(run_scoped, m, frame, "arm", partial(_handle, m, handler, None, frame)))
        if arm.raised is None:
            quiet.append((path, arm.diff))
        else:
            mark_dead(path)
    m.merge([((Step(fork, 0),), {}), *quiet])
    return None


def _leads_away(handler: ast.ExceptHandler) -> bool:
    ends = (ast.Return, ast.Raise, ast.Break, ast.Continue)
    return any(isinstance(n, ends) for s in handler.body for n in ast.walk(s))


def _handle(m: Machine, handler: ast.ExceptHandler, error: Raised | None, frame: Frame) -> Outcome | None:
    if handler.name:
        value = error.value if error is not None and error.value is not None else Unknown("it is an exception")
        m.write(frame.names, handler.name, value)
    return m.run(handler.body, frame)


def _caught(m: Machine, handler: ast.ExceptHandler, frame: Frame) -> set[str]:
    if handler.type is None:
        return {"BaseException"}
    nodes = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names: set[str] = set()
    for node in nodes:
        value = m.settle(m.eval(node, frame))
        if isinstance(value, ClassV):
            names.add(value.name)
        elif isinstance(value, External):
            names.add(value.path.rpartition(".")[2])
        else:
            names.add("?")
    return names


EXEC[ast.Try] = _try
if hasattr(ast, "TryStar"):
    EXEC[ast.TryStar] = _try
