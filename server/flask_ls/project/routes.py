"""The route table: what `app.url_map` will hold, read without running anything.

Pure data. `project.interp` builds it; rules, hovers and `flask-ls routes` read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flask_ls.project.site import Site


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """Something that could not be read, so that "missing" and "unknown" cannot be proven.

    ``reason`` is one plain English clause for the user ("the prefix is computed at run time").
    """

    site: Site
    reason: str


@dataclass(frozen=True, slots=True)
class Condition:
    """What decides at run time whether a route is there.

    ``site`` is what is tested, usually an expression. ``reason`` is one plain English clause that says why the outcome
    is not known ("the environment variable BETA is only known at run time").
    """

    site: Site
    reason: str


@dataclass(frozen=True, slots=True)
class UrlPart:
    """One piece of a rule and where it was written: a prefix of a registration, of a blueprint, the rule itself."""

    text: str
    site: Site


@dataclass(frozen=True, slots=True)
class Route:
    """One rule of one app, as ``app.url_map`` has it.

    ``methods`` leaves out the HEAD and OPTIONS that Flask adds by itself. ``view`` is the place of the view's
    ``def`` or ``class`` name, ``function`` its dotted project name (``shop.views.index``) when known. ``site`` is
    the decorator or call that registered it. ``conditions`` are those on which it depends whether it is there.
    ``by_default`` is False when it takes something out of the ordinary to be there: an environment variable that is
    set, a configuration file that overrides, debug mode.
    """

    app: str
    rule: str
    endpoint: str
    methods: frozenset[str]
    site: Site
    view: Site | None = None
    function: str | None = None
    blueprint: str | None = None
    parts: tuple[UrlPart, ...] = ()
    conditions: tuple[Condition, ...] = ()
    by_default: bool = True
    defaults: tuple[str, ...] = ()
    subdomain: str | None = None
    host: str | None = None
    strict_slashes: bool | None = None
    provide_automatic_options: bool | None = None
    is_static: bool = False
    by_extension: bool = False

    @property
    def conditional(self) -> bool:
        """Whether only one arm of an unknown condition registers it."""
        return bool(self.conditions)


@dataclass(frozen=True, slots=True)
class Registration:
    """One ``register_blueprint`` of a blueprint on an app or on another blueprint.

    ``name`` is the full registered name (``admin.users``), ``url_prefix`` the effective whole prefix (None when there
    is none, or when ``is_prefix_known`` is False), ``given_prefix`` the ``url_prefix`` argument of this call (None when
    absent), ``conditions`` those on which it depends whether it happens. ``after`` lists the sites of routes or hooks
    added to the blueprint after this registration took place.
    """

    app: str
    name: str
    site: Site
    url_prefix: str | None
    given_prefix: str | None
    parent: str | None = None
    conditions: tuple[Condition, ...] = ()
    after: tuple[Site, ...] = ()
    is_prefix_known: bool = True

    @property
    def conditional(self) -> bool:
        """Whether it only happens under a condition."""
        return bool(self.conditions)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A blueprint object: one execution of ``Blueprint(...)`` or of a subclass.

    ``variable`` is the dotted project name it is bound to (``shop.users.bp``) when it is bound to one; ``name`` and
    ``url_prefix`` are the constructor's, None when unknown (the prefix also when not given; ``site`` tells where).
    ``template_folder`` is an absolute path, None when there is none or it is not known.
    """

    id: str
    name: str | None
    url_prefix: str | None
    site: Site
    variable: str | None = None
    registrations: tuple[Registration, ...] = ()
    template_folder: str | None = None
    has_routes: bool = False
    escapes: bool = False  # handed to code that cannot be read: it may be registered there


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A registration that Flask refuses: the same endpoint or blueprint name again, with both places."""

    app: str
    name: str
    first: Site
    second: Site
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class App:
    """One Flask application of the workspace: a module-level object or what one factory builds.

    ``name`` is the dotted project name of the variable or of the factory (``shop.create_app``); it is unique. The
    table is ``complete`` when nothing that could add a route to it was left unread: each route it can have is listed.
    It is ``exact`` when moreover no route is conditional: the table is the ``url_map``. ``converters`` are the names
    of converters added to ``url_map.converters``. ``template_folder`` is an absolute path, None when not known.
    """

    name: str
    site: Site
    complete: bool = True
    exact: bool = True
    blind_spots: tuple[BlindSpot, ...] = ()
    factory: str | None = None
    variables: tuple[str, ...] = ()
    static_url_path: str | None = None
    template_folder: str | None = None
    converters: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RouteTable:
    """Every app of the workspace with its routes and blueprints. ``main`` is the name of "the" app, if there is one."""

    apps: tuple[App, ...] = ()
    routes: tuple[Route, ...] = ()
    blueprints: tuple[Blueprint, ...] = ()
    duplicate_endpoints: tuple[Duplicate, ...] = ()
    duplicate_names: tuple[Duplicate, ...] = ()
    main: str | None = None
    complete: bool = field(default=True)
