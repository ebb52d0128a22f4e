"""Facts of one file from its tree."""

from __future__ import annotations

import ast
import hashlib

from flask_ls.project.config.extract import config_facts
from flask_ls.project.extract.calls import extract_bodies
from flask_ls.project.extract.config import CONFIG_SOURCES, CONFIG_VALUES, config_sources, config_values, containers
from flask_ls.project.extract.handing import BINDING, bound_extensions, passed
from flask_ls.project.extract.hooks import HOOK_WORDS, commits_in_hooks
from flask_ls.project.extract.import_time import import_time
from flask_ls.project.extract.links import LINK_WORDS, links
from flask_ls.project.extract.local_refs import local_ref
from flask_ls.project.extract.refs import annotation_ref, dotted_name, is_none, is_type_checking, ref
from flask_ls.project.extract.sending import SENDING, sent_bodies
from flask_ls.project.facts import (
    ClassFacts,
    Export,
    FileFacts,
    FunctionFacts,
    ImportFact,
    ParameterFact,
    Ref,
)
from flask_ls.project.index import FUNCTIONS, FileIndex, FunctionNode
from flask_ls.project.modules import resolve_relative
from flask_ls.project.scopes import Binding
from flask_ls.project.sessions import session_writers
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span

# Part of the cache key: raise it when the meaning or shape of facts changes.
EXTRACTOR_VERSION = 31


def extract(
    source: SourceFile,
    path: str,
    module: str,
    *,
    is_package: bool = False,
    vocabulary: frozenset[str] = frozenset(),
    index: FileIndex | None = None,
) -> FileFacts:
    """The facts of a file. ``vocabulary`` are the words to look for (see ``FileFacts.words``)."""
    index = index or FileIndex(source.tree, module, is_package=is_package)
    extracted = extract_bodies(index)
    # What a file does not name, it need not be searched for.
    words = _words(index)
    return FileFacts(
        path=path,
        module=module,
        is_package=is_package,
        digest=text_digest(source.text),
        words=frozenset(words & vocabulary),
        exports={
            name: tuple(_export(source, binding) for binding in bindings)
            for name, bindings in index.root.bindings.items()
            if name != "*"
        },
        stars=tuple(b.module for b in index.root.bindings.get("*", ())),
        dunder_all=_dunder_all(index),
        imports=tuple(_imports(source, index)),
        functions=_functions(source, index),
        classes=_classes(source, index),
        stores=_stores(index, words),
        config_sources=config_sources(index) if words & CONFIG_SOURCES or {"config", "update"} <= words else (),
        containers=containers(index),
        config_values=config_values(index) if words & CONFIG_VALUES else (),
        config=config_facts(source, index, words),
        session_writers=session_writers(index) if "session" in source.text else frozenset(),
        links=links(index) if words & LINK_WORDS else frozenset(),
        import_time=import_time(source, index),
        bound_extensions=bound_extensions(index) if words & BINDING else frozenset(),
        passed=passed(index),
        commits_in_hooks=commits_in_hooks(index) if words & HOOK_WORDS else False,
        bodies=extracted.bodies,
        mentioned=extracted.mentioned,
        sent=sent_bodies(source, path, index) if words & SENDING else (),
        is_broken=source.is_broken,
    )


def text_digest(text: str) -> str:
    """A digest of a file's text, equal for equal texts."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _words(index: FileIndex) -> set[str]:
    """What a file names: identifiers, parts of imported modules, short strings."""
    words = {n.id for n in index.nodes(ast.Name)}
    words.update(n.attr for n in index.nodes(ast.Attribute))
    words.update(k.arg for k in index.nodes(ast.keyword) if k.arg)
    words.update(f.name for f in index.functions())
    words.update(v for c in index.nodes(ast.Constant) if (v := c.value).__class__ is str and len(v) < 48)
    for node in index.nodes(ast.ImportFrom):
        words.update(a.name for a in node.names)
        words.update((node.module or "").split("."))
    for statement in index.nodes(ast.Import):
        for alias in statement.names:
            words.update(alias.name.split("."))
    return words


def _stores(index: FileIndex, words: set[str]) -> frozenset[str]:
    found = {
        dotted
        for node in index.nodes(ast.Attribute)
        if node.ctx.__class__ is ast.Store and (dotted := dotted_name(node)) is not None
    }
    for call in index.nodes(ast.Call) if "setattr" in words else ():
        if isinstance(call.func, ast.Name) and call.func.id == "setattr" and len(call.args) == 3:
            owner, attribute = dotted_name(call.args[0]), call.args[1]
            if owner and isinstance(attribute, ast.Constant) and isinstance(attribute.value, str):
                found.add(f"{owner}.{attribute.value}")
    return frozenset(found)


def _export(source: SourceFile, binding: Binding) -> Export:
    span = source.span(binding.node)
    match binding.kind:
        case "import":
            return Export("alias", binding.module, span)
        case "from":
            target = f"{binding.module}:{binding.attribute}" if binding.module else binding.attribute
            return Export("alias", target, span)
        case "def":
            return Export("def", binding.name, span)
        case "class":
            return Export("class", binding.name, span)
        case "assign" if binding.value is not None:
            value = ref(binding.value)
            if value is not None:
                return Export("value" if value.called else "name", value.dotted, span)
            return Export("other", "", span, is_none=is_none(binding.value))
        case _:
            return Export("other", "", span)


def _dunder_all(index: FileIndex) -> tuple[str, ...] | None:
    names: list[str] = []
    bindings = index.root.bindings.get("__all__")
    if not bindings:
        return None
    for binding in bindings:
        value = binding.value if binding.value is not None else getattr(binding.node, "value", None)
        if not isinstance(value, (ast.List, ast.Tuple)):
            return None
        for element in value.elts:
            if not (isinstance(element, ast.Constant) and isinstance(element.value, str)):
                return None
            names.append(element.value)
    return tuple(names)


def _imports(source: SourceFile, index: FileIndex) -> list[ImportFact]:
    found: list[ImportFact] = []
    statements: list[ast.Import | ast.ImportFrom] = [*index.nodes(ast.Import), *index.nodes(ast.ImportFrom)]
    for node in sorted(statements, key=lambda n: (n.lineno, n.col_offset)):
        level = "module"
        guarded = False
        for ancestor in index.ancestors(node):
            if isinstance(ancestor, (*FUNCTIONS, ast.Lambda)):
                level = "function"
            elif isinstance(ancestor, ast.If) and is_type_checking(ancestor.test):
                level = "typing"
                break
            elif isinstance(ancestor, (ast.If, ast.Try)):
                guarded = True
        span = source.span(node)
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.append(
                    ImportFact(alias.name, (), span, level, guarded)  # type: ignore[arg-type]
                )
        else:
            module = resolve_relative(index.module, index.is_package, node.level, node.module)
            names = tuple((a.name, a.asname or a.name) for a in node.names)
            found.append(ImportFact(module, names, span, level, guarded))  # type: ignore[arg-type]
    return found


def _functions(source: SourceFile, index: FileIndex) -> dict[str, FunctionFacts]:
    returns = _by_function(index, ast.Return)
    yields = _by_function(index, ast.Yield, ast.YieldFrom)
    return {
        index.qualname(f): _function(source, index, f, returns.get(f, []), is_generator=f in yields)
        for f in index.functions()
    }


def _function(
    source: SourceFile, index: FileIndex, node: FunctionNode, statements: list[ast.AST], *, is_generator: bool
) -> FunctionFacts:
    returns, opaque = _returned(index, node, statements)
    return FunctionFacts(
        qualname=index.qualname(node),
        span=source.span(node),
        name_span=name_span(source, node),
        decorators=tuple(r for d in node.decorator_list if (r := ref(d)) is not None),
        parameters=tuple(_parameters(node.args)),
        returns=returns,
        opaque_return=opaque,
        is_async=isinstance(node, ast.AsyncFunctionDef),
        is_generator=is_generator,
        annotation=annotation_ref(node.returns),
    )


def _parameters(arguments: ast.arguments) -> list[ParameterFact]:
    positional = [*arguments.posonlyargs, *arguments.args]
    without_default = len(positional) - len(arguments.defaults)
    found = [ParameterFact(a.arg, _annotation(a), i >= without_default) for i, a in enumerate(positional)]
    if arguments.vararg:
        found.append(ParameterFact(arguments.vararg.arg, kind="varargs"))
    found += [
        ParameterFact(a.arg, _annotation(a), default is not None, "keyword")
        for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    if arguments.kwarg:
        found.append(ParameterFact(arguments.kwarg.arg, kind="varkw"))
    return found


def _annotation(argument: ast.arg) -> Ref | None:
    return annotation_ref(argument.annotation)


def _by_function(index: FileIndex, *kinds: type[ast.AST]) -> dict[ast.AST | None, list[ast.AST]]:
    found: dict[ast.AST | None, list[ast.AST]] = {}
    for kind in kinds:
        for node in index.nodes(kind):
            found.setdefault(index.function_of(node), []).append(node)
    return found


def _returned(index: FileIndex, node: FunctionNode, statements: list[ast.AST]) -> tuple[tuple[Ref, ...], bool]:
    refs: list[Ref] = []
    opaque = False
    scope = index.scope_made_by(node)
    for statement in statements:
        value = getattr(statement, "value", None)
        seen = 0
        # `return app` after `app = Flask(...)`: the caller wants to know of `Flask(...)`.
        while isinstance(value, ast.Name) and value.id in scope.bindings and seen < 5:
            bindings = scope.bindings[value.id]
            if len(bindings) != 1 or bindings[0].value is None or bindings[0].is_with:
                break
            value = bindings[0].value
            seen += 1
        found = ref(value) if value is not None else None
        is_call = found is not None and found.called and found.dotted.partition(".")[0] in scope.bindings
        if value is not None and is_call:
            found = local_ref(index, value)
        if found is None or found.dotted.partition(".")[0] in scope.bindings:
            opaque = opaque or value is not None
        else:
            refs.append(found)
    return tuple(dict.fromkeys(refs)), opaque


def _classes(source: SourceFile, index: FileIndex) -> dict[str, ClassFacts]:
    stores = _self_stores(index)
    return {index.qualname(c): _class(source, index, c, stores) for c in index.nodes(ast.ClassDef)}


def _class(
    source: SourceFile, index: FileIndex, node: ast.ClassDef, stores: dict[ast.AST, list[tuple[str, str, ast.expr]]]
) -> ClassFacts:
    bases = [local_ref(index, b) for b in node.bases]
    scope = index.scope_made_by(node)
    attributes: dict[str, Ref | None] = {}
    for name, bindings in scope.bindings.items():
        if bindings[0].kind not in ("def", "class"):
            value = bindings[0].value if len(bindings) == 1 else None
            attributes[name] = ref(value) if value is not None else None
    methods = [f for f in node.body if isinstance(f, FUNCTIONS)]
    for method in methods:
        _self_attributes(method, stores, attributes)
    return ClassFacts(
        qualname=index.qualname(node),
        span=source.span(node),
        name_span=name_span(source, node),
        bases=tuple(b for b in bases if b is not None),
        opaque_bases=any(b is None for b in bases),
        decorators=tuple(r for d in node.decorator_list if (r := ref(d)) is not None),
        attributes=attributes,
        methods=tuple(m.name for m in methods),
    )


def _self_stores(index: FileIndex) -> dict[ast.AST, list[tuple[str, str, ast.expr]]]:
    """Function -> the assignments ``name.attribute = value`` anywhere inside it, in source order."""
    found: dict[ast.AST, list[tuple[str, str, ast.expr]]] = {}
    statements: list[ast.Assign | ast.AnnAssign] = [*index.nodes(ast.Assign), *index.nodes(ast.AnnAssign)]
    for node in statements:
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and node.value is not None:
                for ancestor in index.ancestors(node):
                    if isinstance(ancestor, FUNCTIONS):
                        found.setdefault(ancestor, []).append((target.value.id, target.attr, node.value))
    return found


def _self_attributes(
    method: FunctionNode,
    stores: dict[ast.AST, list[tuple[str, str, ast.expr]]],
    attributes: dict[str, Ref | None],
) -> None:
    positional = [*method.args.posonlyargs, *method.args.args]
    this = positional[0].arg if positional else None
    annotated = {a.arg: r for a in (*positional, *method.args.kwonlyargs) if (r := annotation_ref(a.annotation))}
    for owner, attribute, stored in stores.get(method, ()):
        if owner != this:
            continue
        value = ref(stored)
        if isinstance(stored, ast.Name) and stored.id in annotated:
            # An instance of the annotated class, which is written like a call of it.
            value = Ref(annotated[stored.id].dotted, called=True)
        if attribute in attributes and attributes[attribute] != value:
            attributes[attribute] = attributes[attribute] if is_none(stored) else None
        else:
            attributes[attribute] = value


def name_span(source: SourceFile, node: FunctionNode | ast.ClassDef) -> Span:
    """The span of the name in ``def name`` or ``class name``."""
    start = source.span(node).start
    found = source.text.find(node.name, source.text.find(_keyword(node), start) + len(_keyword(node)))
    # The identifier may be spelled in another Unicode normal form than ast reports (PEP 3131).
    return Span(found, found + len(node.name)) if found >= 0 else Span(start, start)


def _keyword(node: ast.AST) -> str:
    return "class" if isinstance(node, ast.ClassDef) else "def"
