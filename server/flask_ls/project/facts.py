"""What one file says, symbolically: frozen, picklable, a pure function of the file's text.

Facts hold names as written (``Ref``) or absolute dotted names of imports; what those names *are* is the model's
answer, because it depends on other files. A fact is replaced whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from flask_ls.project.bodies import Body
from flask_ls.project.config.facts import ConfigFacts
from flask_ls.syntax.span import Span

ExportKind = Literal["alias", "name", "def", "class", "value", "other"]


class Ref(NamedTuple):
    """A name chain as written, in the namespace of its module: ``db.session``; ``called``: ``create_app(...)``.

    ``flask:Flask`` is a name that a function imported for itself.
    """

    dotted: str
    called: bool = False


class Export(NamedTuple):
    """One binding of a module-level name.

    ``alias``: an import, ``target`` is the absolute dotted name, ``module:name`` for ``from module import name``.
    ``name``: ``x = a.b``, ``target`` as written.
    ``value``: ``x = a.b(...)``, ``target`` is ``a.b``. ``def`` and ``class``: the definition of that name.
    """

    kind: ExportKind
    target: str = ""
    span: Span = Span(0, 0)
    is_none: bool = False


class ParameterFact(NamedTuple):
    """One parameter of a function; ``annotation`` is the annotated class when that is a plain name."""

    name: str
    annotation: Ref | None = None
    has_default: bool = False
    kind: Literal["positional", "keyword", "varargs", "varkw"] = "positional"


@dataclass(frozen=True, slots=True)
class FunctionFacts:
    """A function or method. ``qualname`` as in Python without ``<locals>``: ``Class.method``, ``outer.inner``.

    ``returns`` are the expressions it may return that are name chains or calls of name chains; ``opaque_return`` says
    that some other expression may be returned too.
    """

    qualname: str
    span: Span
    name_span: Span
    decorators: tuple[Ref, ...] = ()
    parameters: tuple[ParameterFact, ...] = ()
    returns: tuple[Ref, ...] = ()
    opaque_return: bool = False
    is_async: bool = False
    is_generator: bool = False
    annotation: Ref | None = None


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """A class. ``attributes`` maps what ``self.x = ...`` or the class body binds to its value when that is plain."""

    qualname: str
    span: Span
    name_span: Span
    bases: tuple[Ref, ...] = ()
    opaque_bases: bool = False
    decorators: tuple[Ref, ...] = ()
    attributes: dict[str, Ref | None] = field(default_factory=dict)
    methods: tuple[str, ...] = ()


class ImportFact(NamedTuple):
    """One import statement's source: ``module`` absolute, ``names`` imported from it (empty for ``import module``).

    ``level`` of execution: ``module`` (runs when the module is imported), ``function`` (runs when called),
    ``typing`` (under ``if TYPE_CHECKING``).
    """

    module: str
    names: tuple[tuple[str, str], ...]
    span: Span
    level: Literal["module", "function", "typing"]
    guarded: bool = False  # inside try: or a condition


class ImportEvent(NamedTuple):
    """One step of importing a module, in the order in which they happen.

    ``import``: ``import module`` binds ``bound``. ``from``: ``from module import names`` binds ``bound``. ``bind``: the
    module binds ``bound``. ``use`` and ``call``: the name chain ``module`` as written is read or called.
    ``guard``: ``try`` when an exception is handled there, ``condition`` when it may not happen.
    """

    kind: Literal["import", "from", "bind", "use", "call"]
    span: Span
    module: str = ""
    names: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()
    guard: str = ""


@dataclass(frozen=True, slots=True)
class ImportTime:
    """What importing a module does. ``functions``: the imports that its functions make when called, by qualname.

    ``main`` are the names that the block ``if __name__ == "__main__"`` reads.
    """

    events: tuple[ImportEvent, ...] = ()
    functions: dict[str, tuple[ImportEvent, ...]] = field(default_factory=dict)
    main: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ConfigSource:
    """What becomes configuration: what is handed to ``from_object``, ``from_pyfile``, ``from_file``.

    ``name``: ``text`` is a name chain as written; ``member``: any value of the dict of that name; ``string``: a dotted
    import string; ``file``: a file name; ``option``: ``file:section:name`` of an INI file, whose value is the secret
    key; ``mapping``: the name of a dict. ``unknown``: something that cannot be read.
    """

    kind: Literal["name", "member", "string", "file", "option", "mapping", "unknown"]
    text: str = ""


class SentBody(NamedTuple):
    """A body that a test sends to a URL with the test client, and does not expect to be refused."""

    url: str
    kind: Literal["json", "form"]
    span: Span


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Everything other files may want to know of one file.

    ``words`` are the words of the vocabulary that it contains. ``stores`` are the attributes it sets on names, as
    written: ``request.user`` for ``request.user = ...`` and ``setattr(request, "user", ...)``. ``containers`` are
    module-level dicts of names: name -> the values. ``session_writers`` are the functions that change the session.
    ``config_values`` are configuration keys that get an imported name, or what it returns, with that name as written.
    ``links`` are the names of endpoints and templates that it gives to ``url_for``, ``render_template`` and the like.
    ``bound_extensions`` are the receivers of ``.init_app()`` calls (``?``: one that other code chooses) and ``passed``
    the name chains handed on (arguments, elements, returned or assigned values).
    """

    path: str
    module: str
    is_package: bool
    digest: str
    words: frozenset[str] = frozenset()
    exports: dict[str, tuple[Export, ...]] = field(default_factory=dict)
    stars: tuple[str, ...] = ()
    dunder_all: tuple[str, ...] | None = None
    imports: tuple[ImportFact, ...] = ()
    functions: dict[str, FunctionFacts] = field(default_factory=dict)
    classes: dict[str, ClassFacts] = field(default_factory=dict)
    stores: frozenset[str] = frozenset()
    config_sources: tuple[ConfigSource, ...] = ()
    containers: dict[str, tuple[Ref, ...]] = field(default_factory=dict)
    config_values: tuple[tuple[str, str], ...] = ()
    config: ConfigFacts = field(default_factory=ConfigFacts)
    session_writers: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    import_time: ImportTime = field(default_factory=ImportTime)
    bound_extensions: frozenset[str] = frozenset()
    passed: frozenset[str] = frozenset()
    commits_in_hooks: bool = False
    bodies: dict[str, Body] = field(default_factory=dict)
    mentioned: tuple[str, ...] = ()
    sent: tuple[SentBody, ...] = ()
    is_broken: bool = False
