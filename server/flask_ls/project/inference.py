"""What an expression of one file is: its canonical name, and the class it is an instance of.

The cheap answers only: imports, assignments, constructors, annotations, return values, attributes. What stays open is
asked of the ``Resolver`` when one is given. Unknown is None, never a guess.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple, Protocol, TypeAlias

from flask_ls.project import catalog
from flask_ls.project.extract.refs import annotation_ref, is_none
from flask_ls.project.facts import Export, Ref
from flask_ls.project.index import FUNCTIONS, FileIndex
from flask_ls.project.model.project import ProjectModel
from flask_ls.project.scopes import Binding
from flask_ls.syntax.source import SourceFile

# Told apart from None, which is an answer.
_UNASKED = ""


class ClassName(NamedTuple):
    """A class as its own module names it. ``path`` is the file that defines it; None for builtins."""

    dotted: str
    path: str | None = None
    qualname: str = ""


Mro: TypeAlias = tuple[ClassName, ...]
"""A class and its bases, nearest first; empty: unknown."""


class Resolver(Protocol):
    """Asks a type inference engine what the index cannot answer."""

    def mro_of(self, path: str, source: SourceFile, offset: int) -> Mro:
        """The classes of the one value of an expression; empty: unknown, or not known yet.

        ``offset`` is the code-point offset of the expression's end. It ends with a name or with a closing bracket.
        """

    def close(self) -> None:
        """Answer nothing more."""


class Inference:
    """Answers for the expressions of one file, in the light of the model."""

    def __init__(self, index: FileIndex, model: ProjectModel, ask: Callable[[ast.expr], Mro] | None = None) -> None:
        """``ask`` is the last resort for the class of an expression; see ``asking``."""
        self.index = index
        self.model = model
        self._ask = ask
        self._names: dict[ast.AST, str | None] = {}
        self._classes: dict[ast.AST, str | None] = {}
        self._told: dict[ast.AST, str | None] = {}
        # By the identity of a list of bindings, which lives as long as the index.
        self._names_of_bindings: dict[int, str | None] = {}
        self._classes_of_bindings: dict[int, str | None] = {}

    # Names

    def qualified(self, node: ast.AST | None) -> str | None:
        """The canonical dotted name of a name or attribute chain; None for locals, parameters and unknown."""
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return None
        if node not in self._names:
            self._names[node] = None  # ends cycles such as `x = x`
            try:
                self._names[node] = self._qualify(node)
            except RecursionError:
                return None  # generated code; unknown rather than wrong
        return self._names[node]

    def called(self, node: ast.AST | None) -> str | None:
        """The canonical name of what a call calls."""
        return self.qualified(node.func) if isinstance(node, ast.Call) else None

    def module_level(self, name: str) -> str | None:
        """The canonical name of what a name means at this file's module level."""
        found = {self._origin(b, True) for b in self.index.root.bindings.get(name, ()) if not is_none(b.value)}
        return found.pop() if len(found) == 1 else None

    def _qualify(self, node: ast.Name | ast.Attribute) -> str | None:
        if isinstance(node, ast.Attribute):
            base = self.qualified(node.value)
            return self.model.names.canonical(f"{base}.{node.attr}") if base else None
        scope = self.index.scope(node)
        owner = scope.owner(node.id)
        if owner is None:
            star = self.model.names.in_module(self.index.module, node.id)
            if star is not None:
                return star
            if hasattr(builtins, node.id) and self._stars_are_known:
                return f"builtins.{node.id}"
            return None
        # All uses of a name share the answer: `x = x.a; x = x.b` would else be followed anew at each turn.
        bindings = owner.bindings[node.id]
        known = self._names_of_bindings.get(id(bindings), _UNASKED)
        if known is _UNASKED:
            self._names_of_bindings[id(bindings)] = None  # ends cycles such as `x = x`
            known = self._names_of_bindings[id(bindings)] = self._origin_of_all(bindings, owner.is_module)
        return known

    def _origin_of_all(self, bindings: list[Binding], at_module_level: bool) -> str | None:
        origins = {
            self._origin(binding, at_module_level)
            for binding in bindings
            if not (is_none(binding.value) and len(bindings) > 1)
        }
        return origins.pop() if len(origins) == 1 else None

    @cached_property
    def _stars_are_known(self) -> bool:
        """Whether it is known which names the star imports of the file bring."""
        names = self.model.names
        stars = [names.imported(self.index.module, b.module) for b in self.index.root.bindings.get("*", ())]
        return all(s in catalog.STAR_EXPORTS or s in self.model.modules for s in stars)

    def _origin(self, binding: Binding, at_module_level: bool) -> str | None:
        names = self.model.names
        match binding.kind:
            case "import":
                return names.canonical(names.imported(self.index.module, binding.module))
            case "from":
                if not binding.module:
                    return None
                return names.canonical(names.imported_from(self.index.module, binding.module, binding.attribute or ""))
            case "def" | "class":
                return self.index.dotted(binding.node)
            case "assign" if isinstance(binding.value, (ast.Name, ast.Attribute)):
                origin = self.qualified(binding.value)
                if origin is not None:
                    return origin
        if at_module_level and self.index.module and binding.kind in ("assign", "target"):
            return f"{self.index.module}.{binding.name}"
        return None

    # Classes

    def class_of(self, node: ast.AST | None) -> str | None:
        """The dotted class whose instance the expression is; None when unknown."""
        if node is None:
            return None
        if node not in self._classes:
            self._classes[node] = None
            try:
                self._classes[node] = self._class_of(node)
            except RecursionError:
                return None
        return self._classes[node]

    def classes_of(self, node: ast.AST | None) -> list[str]:
        """The class of the expression and all its known base classes, nearest first."""
        cls = self.class_of(node)
        return self.model.mro(cls) if cls else []

    def is_instance(self, node: ast.AST | None, *classes: str) -> bool:
        """Whether the expression is known to be an instance of one of these classes (or of a subclass)."""
        found = self.classes_of(node)
        if not found and any(c.startswith("flask.") for c in classes):
            found = self._classes_told(node)
        return any(c in classes for c in found)

    def member(self, node: ast.AST | None) -> str | None:
        """``Class.attribute`` of an attribute access on a known instance: ``flask.Flask.run`` for ``app.run``.

        The class is the nearest project class that defines the attribute, else the nearest class outside the project.
        """
        if not isinstance(node, ast.Attribute):
            return None
        for cls in self.classes_of(node.value) or self._classes_told(node.value):
            known = self.model.names.class_(cls)
            if known is None or node.attr in known[1].methods or node.attr in known[1].attributes:
                return f"{cls}.{node.attr}"
        return None

    def _class_of(self, node: ast.AST) -> str | None:
        if isinstance(node, ast.Call):
            return self._class_of_call(node)
        if isinstance(node, (ast.Name, ast.Attribute)):
            name = self.qualified(node)
            if name is not None:
                known = catalog.INSTANCES.get(name)
                if known is not None:
                    return known
                found = self.model.class_of_name(name)
                if found is not None:
                    return found
            if isinstance(node, ast.Attribute):
                return self._class_of_attribute(node)
            return self._class_of_local(node)
        if isinstance(node, ast.Await):
            return self.class_of(node.value)
        if isinstance(node, ast.NamedExpr):
            return self.class_of(node.value)
        if isinstance(node, (ast.IfExp, ast.BoolOp)):
            parts = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
            found_classes = {self.class_of(p) for p in parts if not is_none(p)}
            return found_classes.pop() if len(found_classes) == 1 else None
        return _LITERALS.get(type(node)) or _constant_class(node)

    def _class_of_call(self, node: ast.Call) -> str | None:
        name = self.qualified(node.func)
        if name is not None:
            result = self.model.class_of_result(name)
            if result is not None:
                return result
        if isinstance(node.func, ast.Attribute):
            receiver = self.class_of(node.func.value)
            if receiver is not None:
                return self.model.class_of_method_result(receiver, node.func.attr)
        return None

    def _class_of_attribute(self, node: ast.Attribute) -> str | None:
        if isinstance(node.value, ast.Name):
            cls = self._class_of_self(node.value)
            if cls is not None:
                return self.model.class_of_member(cls, node.attr)
        receiver = self.class_of(node.value)
        return self.model.class_of_member(receiver, node.attr) if receiver else None

    def _class_of_self(self, node: ast.Name) -> str | None:
        for binding in self.index.lookup(node.id, node):
            if binding.kind != "param":
                return None
            arguments = self.index.parent(binding.node)
            function = self.index.parent(arguments) if arguments is not None else None
            if not isinstance(function, FUNCTIONS):
                return None
            positional = [*function.args.posonlyargs, *function.args.args]
            owner = self.index.class_of(function)
            if owner is None or not positional or positional[0] is not binding.node:
                return None
            if any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in function.decorator_list):
                return None
            return self.index.dotted(owner)
        return None

    def _class_of_local(self, node: ast.Name) -> str | None:
        bindings = self.index.lookup(node.id, node)
        if not bindings:
            return None
        known = self._classes_of_bindings.get(id(bindings), _UNASKED)
        if known is _UNASKED:
            self._classes_of_bindings[id(bindings)] = None  # ends cycles such as `q = q.filter()`
            found = {self._class_of_binding(b, node) for b in bindings if not is_none(b.value)}
            known = self._classes_of_bindings[id(bindings)] = found.pop() if len(found) == 1 else None
        return known

    def _class_of_binding(self, binding: Binding, node: ast.Name) -> str | None:
        if binding.value is not None:
            cls = self.class_of(binding.value)
            if binding.is_with and cls is not None:
                return catalog.ENTERED.get(cls, cls)
            return cls
        if isinstance(binding.node, ast.arg):
            annotation = annotation_ref(binding.node.annotation)
            if annotation is not None:
                return self.class_named(annotation)
            own = self._class_of_self(node)
            return own or self.model.class_of_parameter(self._parameter(binding.node), binding.name)
        if isinstance(binding.node, ast.AnnAssign):
            annotation = annotation_ref(binding.node.annotation)
            return self.class_named(annotation) if annotation is not None else None
        return None

    def _classes_told(self, node: ast.AST | None) -> list[str]:
        """As ``classes_of``, by the resolver: the last resort, where the index has no answer."""
        if self._ask is None or node is None:
            return []
        if node not in self._told:
            self._told[node] = self._class_from_resolver(node, self._ask)
        cls = self._told[node]
        return self.model.mro(cls) if cls else []

    def _class_from_resolver(self, node: ast.AST, ask: Callable[[ast.expr], Mro]) -> str | None:
        """Asked about receivers only whose attribute says that they may well be an application or a blueprint."""
        receiver = self.index.parent(node)
        if (
            not isinstance(receiver, ast.Attribute)
            or receiver.attr not in catalog.TELLING_ATTRIBUTES
            or not isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript))
            or self._is_called_elsewhere(node)
        ):
            return None
        classes = [self._known_class(cls) for cls in ask(node)]
        # The nearest class that something is known of; what is between it and the object adds nothing to that.
        return next((name for name, is_known in classes if is_known), classes[0][0] if classes else None)

    def _is_called_elsewhere(self, node: ast.expr) -> bool:
        """Whether the node is a parameter of a function that its own file never mentions: its callers are not found."""
        if not isinstance(node, ast.Name):
            return False
        bindings = self.index.lookup(node.id, node)
        if len(bindings) != 1 or not isinstance(bindings[0].node, ast.arg):
            return False
        function = next((a for a in self.index.ancestors(bindings[0].node) if isinstance(a, FUNCTIONS)), None)
        if function is None:
            return True
        is_method = self.index.class_of(function) is not None
        return function.name not in (self._attributes if is_method else self._words)

    @cached_property
    def _attributes(self) -> frozenset[str]:
        return frozenset(n.attr for n in self.index.nodes(ast.Attribute))

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(n.id for n in self.index.nodes(ast.Name))

    def _known_class(self, cls: ClassName) -> tuple[str, bool]:
        module = self.model.index.by_path(cls.path) if self.model.index is not None and cls.path is not None else None
        if module is not None:
            name = f"{module.name}.{cls.qualname}"
            return name, self.model.names.class_(name) is not None
        name = catalog.public_name(cls.dotted)
        return name, name in catalog.BASES or name.partition(".")[0] == "flask"

    def class_named(self, annotation: Ref) -> str | None:
        """The class that an annotation names."""
        head, _, rest = annotation.dotted.partition(".")
        for binding in self.index.root.bindings.get(head, ()):
            origin = self._origin(binding, True)
            if origin is not None:
                return self.model.names.canonical(f"{origin}.{rest}" if rest else origin)
        return None

    def _parameter(self, argument: ast.arg) -> str:
        for ancestor in self.index.ancestors(argument):
            if isinstance(ancestor, FUNCTIONS):
                return self.index.dotted(ancestor)
        return ""


def asking(resolver: Resolver, path: str, source: SourceFile) -> Callable[[ast.expr], Mro]:
    """What ``Inference`` asks with about the expressions of one file."""

    def ask(node: ast.expr) -> Mro:
        return resolver.mro_of(path, source, source.span(node).end)

    return ask


_LITERALS: dict[type[ast.AST], str] = {
    ast.Dict: "builtins.dict",
    ast.DictComp: "builtins.dict",
    ast.List: "builtins.list",
    ast.ListComp: "builtins.list",
    ast.Set: "builtins.set",
    ast.SetComp: "builtins.set",
    ast.Tuple: "builtins.tuple",
    ast.JoinedStr: "builtins.str",
    ast.GeneratorExp: "types.GeneratorType",
    ast.Lambda: "types.FunctionType",
}


def _constant_class(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and node.value is not None:
        return f"builtins.{type(node.value).__name__}"
    return None


__all__ = ["ClassName", "Export", "Inference", "Mro", "Resolver", "asking"]
