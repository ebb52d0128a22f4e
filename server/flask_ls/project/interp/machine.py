"""The interpreter: frames, limits and the dispatch from syntax to meaning.

``Machine`` only ties the parts together; each part is a module of functions that take the machine first.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from flask_ls.project.catalog import STAR_EXPORTS
from flask_ls.project.interp import attributes, branches, calls, conditions, external, imports, iteration, models, setup
from flask_ls.project.interp.effort import Effort
from flask_ls.project.interp.frames import EVAL, EXEC, Frame, Place, place_of
from flask_ls.project.interp.values import (
    MISSING,
    Args,
    ClassV,
    DictV,
    External,
    Function,
    Instance,
    ListV,
    ModuleV,
    Namespace,
    Native,
    Unknown,
    Value,
)
from flask_ls.project.interp.world import Limit, Outcome, Raised, World

if TYPE_CHECKING:
    from flask_ls.project.checkpoint import Checkpoint
    from flask_ls.project.interp.entry_points import EntryPoint
    from flask_ls.project.interp.paths import Fork
    from flask_ls.project.interp.records import Recorder
    from flask_ls.project.modules import Module, ModuleIndex

MAX_STEPS = 6_000_000
_CORE = frozenset({"flask", "werkzeug", "flask_ls_primitives"})


class Sources(Protocol):
    """What the interpreter asks of the workspace."""

    index: ModuleIndex
    entry_points: tuple[EntryPoint, ...] | None
    """What ``entry_points.declared`` found, once it was asked for."""

    def tree(self, module: Module) -> ast.Module | None:
        """The tree of a module; bodies of functions may be left out, see ``body``. None: unreadable."""

    def broken_line(self, module: Module) -> int | None:
        """The line where the module's text is not Python, so that its tree may lack parts of it; None: it is Python."""

    def body(self, module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
        """The statements of a function of that tree."""

    def docstring(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
        """The docstring of a function of such a tree."""

    def text(self, module: Module) -> str:
        """The text of a module."""

    def data(self, path: str) -> str | None:
        """The text of a file of the workspace that the program opens; None when it cannot be known."""

    def listing(self, folder: str) -> list[str] | None:
        """The names in a folder of the workspace; None when it is none."""

    def is_installed(self, package: str) -> bool | None:
        """Whether a top-level package outside the workspace can be imported; None: not known."""

    def may_be_used(self, distribution: str) -> bool:
        """Whether a distribution is installed or named by a requirement file."""

    def version(self, distribution: str) -> str | None:
        """The version of a distribution, where it is installed or pinned."""


class Machine(World):
    """One evaluation."""

    def __init__(
        self,
        sources: Sources,
        recorder: Recorder,
        flask_version: tuple[int, int],
        checkpoint: Checkpoint | None = None,
    ) -> None:
        super().__init__()
        self.checkpoint = checkpoint
        self.sources = sources
        self.recorder = recorder
        self.flask_version = flask_version
        self.modules: dict[str, ModuleV] = {}  # by path of the file
        self.models: dict[str, ModuleV] = {}  # modelled packages by import name
        self.frame: Frame | None = None
        self.depth = 0
        self.steps = 0
        self.max_steps = MAX_STEPS
        self.rounds = 0
        self.exceeded = False
        self.model_steps = 0  # of the steps, those in models of libraries
        self.tries: list[Any] = []
        self.creating: list[ClassV] = []
        self.active: dict[Any, tuple[int, int]] = {}  # function node -> depth, length of the path at first
        self.efforts: dict[Any, Effort] = {}  # by function node
        self.entered: set[tuple[str, str]] = set()
        self.app_contexts: list[Value] = []
        self.environment = Namespace()  # environment variables that the program sets
        self.variables: dict[str, Fork] = {}  # whether one is set from outside, by name
        self.current_app: Value = External("flask.current_app")
        # Where the rule that is being added was written, when that is not what executes now.
        self.script = ""  # the path of the module that evaluation started with
        self.script_fork: Fork | None = None  # whether that is run as a script
        self.places: tuple[Place, ...] | None = None
        self.url_parts: tuple[tuple[str, Place | None], ...] = ()
        self.prefix_parts: tuple[tuple[str, Place | None], ...] = ()  # of the registrations that are replayed
        self.prefix_is_given = False  # the prefix of the nested registration is an argument of it
        self.blueprint_name: str | None = None
        self.builtins: dict[str, Value] = {}
        self.constructors: dict[str, Callable[[Machine, Args], Value]] = {}
        self.classes: dict[str, ClassV] = {}
        self.externals: dict[str, Callable[[Machine], Value]] = {}
        self.fresh_externals: dict[str, Callable[[Machine], Value]] = {}  # never the same twice
        self._external_cache: dict[str, Value] = {}
        self._generators: dict[Any, bool] = {}
        setup.install(self)

    # Running

    def eval(self, node: ast.AST, frame: Frame) -> Value:
        """The value of an expression."""
        self.steps += 1
        if self.steps > self.max_steps:
            self.exceeded = True
            raise Limit
        return EVAL[type(node)](self, node, frame)

    def run(self, body: list[ast.stmt], frame: Frame) -> Outcome | None:
        """Execute statements in order."""
        for statement in body:
            self.steps += 1
            if self.checkpoint is not None:
                self.checkpoint()
            execute = EXEC.get(type(statement))
            if execute is None:
                continue
            try:
                outcome = execute(self, statement, frame)
            except Raised as error:
                if not branches.is_left_out(self, statement, frame, error):
                    raise
                continue
            if outcome is not None:
                return outcome
        return None

    def place(self) -> Place | None:
        """The innermost place in the workspace that is executing."""
        frame = self.frame
        while frame is not None:
            if not frame.module.is_model and frame.node is not None:
                return place_of(frame.module, frame.node)
            frame = frame.caller
        return None

    def stack(self) -> tuple[Place, ...]:
        """All places in the workspace that are executing, innermost first."""
        places: list[Place] = []
        frame = self.frame
        while frame is not None:
            if not frame.module.is_model and frame.node is not None:
                places.append(place_of(frame.module, frame.node))
            frame = frame.caller
        return tuple(places)

    def blind(self, reason: str, *, target: Value = None, place: Place | None = None) -> None:
        """Record that something could not be read. ``target``: the app or blueprint it concerns; None: all."""
        self.recorder.blind(self, reason, target, place or self.place())

    def assume(self, fork: Fork) -> None:
        """Note that only the default arm of a fork is followed."""
        self.recorder.assume(self, fork)

    def stack_of(self) -> tuple[Place, ...]:
        """Where the rule that is being added was written, innermost first."""
        return self.stack() if self.places is None else self.places

    def functions(self) -> tuple[str, ...]:
        """The dotted names of the workspace functions that are executing, outermost first."""
        names: list[str] = []
        frame = self.frame
        while frame is not None:
            if frame.function is not None and not frame.module.is_model and not frame.is_class:
                names.append(frame.function.dotted)
            frame = frame.caller
        return tuple(reversed(names))

    def is_active(self, func: Function, times: int = 1) -> bool:
        """Whether a function is executing, at least so many times."""
        return func.node in self.active and self.active[func.node][0] >= times

    def in_model(self) -> bool:
        """Whether the code of an extension's model is executing."""
        return self.frame is not None and self.frame.module.is_model

    def catching(self, name: str) -> bool:
        """Whether a ``try`` around would catch the exception of this name."""
        return any(attempt.catches(name) for attempt in self.tries)

    def expects(self, name: str) -> bool:
        """Whether the function that executes has a ``try`` around this very place that names the exception.

        Only then is an absent attribute or key taken for the exception it raises: elsewhere it more likely is
        something this interpreter does not know.
        """
        return any((a.frame is None or a.frame is self.frame) and a.names_it(name) for a in self.tries)

    def may_raise(self, name: str) -> None:
        """An operation may raise the exception of this name."""
        branches.note_possible(self, name)

    def is_generator(self, node: ast.AST, body: list[ast.stmt]) -> bool:
        """Whether a function is a generator."""
        known = self._generators.get(node)
        if known is None:
            known = self._generators[node] = calls.is_generator(body)
        return known

    # Names outside the workspace

    def external(self, path: str) -> Value:
        """What a dotted name of a modelled package stands for; MISSING when it is not modelled."""
        value = self._external_cache.get(path)
        if value is None:
            if path in self.fresh_externals:
                return self.fresh_externals[path](self)
            make = self.externals.get(path)
            if make is not None:
                value = make(self)
            elif path.partition(".")[0] in models.names():
                value = models.attribute(self, path)
            else:
                value = MISSING
            self._external_cache[path] = value
        return value

    def is_modelled(self, package: str) -> bool:
        """Whether a package is modelled, so that a folder of that name in the workspace does not count."""
        return package in _CORE or package in models.names()

    def flask_class(self, path: str) -> ClassV:
        """A class of Flask or Werkzeug."""
        return self.classes[path]

    def star_exports(self, module: str) -> dict[str, Value]:
        """What ``from module import *`` binds for an external module."""
        return {name: attributes.get(self, External(module), name) for name in STAR_EXPORTS.get(module, ())}

    def run_model(self, module: ModuleV, tree: ast.Module) -> None:
        """Execute the model of an extension."""
        module.names["__name__"] = module.module.import_name
        frame = Frame(module, module.names)
        outer = (self.path, self.extra, self.mark, self.dry, self.frame, self.tries)
        self.path, self.extra, self.mark, self.dry, self.tries = (), (), 0, 0, []
        frame.caller = self.frame
        self.frame = frame
        try:
            branches.run_scoped(self, frame, "return", lambda: self.run(tree.body, frame))
        finally:
            self.path, self.extra, self.mark, self.dry, self.frame, self.tries = outer
        module.state = "done"

    # The parts

    def call(self, func: Value, args: Args) -> Value:
        """Call a value."""
        return calls.call(self, func, args)

    def call_method(self, owner: Value, name: str, args: Args) -> Value:
        """Call an attribute of a value."""
        return calls.call(self, attributes.get(self, owner, name), args)

    def get(self, owner: Value, name: str, *default: Value) -> Value:
        """An attribute of a value; with ``default``, that when it is surely absent."""
        return attributes.get(self, owner, name, *default)

    def decorate(self, decorator: Value, value: Value) -> Value:
        """What applying a decorator gives."""
        return external.decorate(self, decorator, value)

    def set(self, owner: Value, name: str, value: Value) -> None:
        """Set an attribute of a value."""
        attributes.set_(self, owner, name, value)

    def truth(self, value: Value) -> bool | None:
        """Whether a value is true; None when not known."""
        return conditions.truth(self, value)

    def iterate(self, value: Value) -> tuple[list[Value], Unknown | None]:
        """The elements of an iterable (some may be ``Maybe``), and why there may be unknown ones."""
        return iteration.iterate(self, value)

    def import_module(self, name: str, importer: ModuleV | None = None) -> Value:
        """The module of an absolute name, executed if it is of the workspace."""
        return imports.import_name(self, name, importer)

    # Making

    def new_list(self, items: list[Value], rest: Unknown | None = None) -> Value:
        """A fresh list."""
        return ListV(items, self.serial, rest)

    def new_dict(self, items: dict[Any, Value] | None = None, rest: Unknown | None = None) -> Any:
        """A fresh dict."""
        made = DictV(self.serial, rest)
        if items:
            made.items.update(items)
        return made

    def new_instance(self, cls: ClassV) -> Instance:
        """A fresh instance; ``__init__`` is not run."""
        native = next((base.native() for base in cls.mro if base.native is not None), None)
        instance = Instance(cls, self.serial, native)
        instance.open = cls.open
        instance.site = self.place()
        return instance

    def native(self, name: str, run: Callable[[Machine, Args], Value]) -> Native:
        """A function implemented here."""
        return Native(name, run, self.serial)
