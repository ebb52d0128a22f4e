"""Flask-Classful and Flask-Classy: the methods of a view class become rules when the class is registered."""

import functools
import inspect

from flask_ls_primitives import dash_case, parameters_of, rule_arguments, single_slashes


def route(rule, **options):
    def decorator(f):
        if not hasattr(f, "_rule_cache") or f._rule_cache is None:
            f._rule_cache = {f.__name__: [(rule, options)]}
        elif f.__name__ not in f._rule_cache:
            f._rule_cache[f.__name__] = [(rule, options)]
        else:
            f._rule_cache[f.__name__].append((rule, options))
        return f

    return decorator


def method(name, **options):
    def decorator(f):
        if not hasattr(f, "http_methods"):
            f.http_methods = []
        f.http_methods.append(name)
        return f

    return decorator


class FlaskView:
    decorators = []
    representations = {}
    route_base = None
    route_prefix = None
    trailing_slash = True
    base_args = []
    excluded_methods = []
    method_dashified = False
    special_methods = {
        "get": ["GET"],
        "put": ["PUT"],
        "patch": ["PATCH"],
        "post": ["POST"],
        "delete": ["DELETE"],
        "index": ["GET"],
    }

    @classmethod
    def register(
        cls,
        app,
        route_base=None,
        subdomain=None,
        route_prefix=None,
        trailing_slash=None,
        method_dashified=None,
        base_class=None,
        init_argument=None,
        **rule_options,
    ):
        # Only what is given is set and put back: a class that was registered hides what others inherit from its bases.
        original = {}
        if route_base:
            original["route_base"] = cls.route_base
            cls.route_base = route_base
        if route_prefix:
            original["route_prefix"] = cls.route_prefix
            cls.route_prefix = route_prefix
        if not subdomain:
            subdomain = getattr(app, "subdomain", None) or getattr(cls, "subdomain", None)
        if trailing_slash is not None:
            original["trailing_slash"] = cls.trailing_slash
            cls.trailing_slash = trailing_slash
        if method_dashified is not None:
            original["method_dashified"] = cls.method_dashified
            cls.method_dashified = method_dashified
        inherited = dir(base_class or FlaskView)
        for name, value in inspect.getmembers(cls, predicate=inspect.isfunction):
            if name in inherited or name.startswith(("_", "before_", "after_")):
                continue
            if name in cls.excluded_methods:
                continue
            cls._register_member(app, name, value, subdomain, init_argument, rule_options)
        for name, value in original.items():
            setattr(cls, name, value)

    @classmethod
    def _register_member(cls, app, name, value, subdomain, init_argument, rule_options):
        proxy = cls.make_proxy_method(name, value, init_argument)
        route_name = cls.build_route_name(name)
        cache = getattr(value, "_rule_cache", None)
        if cache and name in cache:
            for index, (rule, options) in enumerate(cache[name]):
                options = dict(options, **rule_options)
                sub = options.pop("subdomain", None)
                endpoint = options.pop("endpoint", None)
                if not endpoint:
                    endpoint = route_name if len(cache[name]) == 1 else f"{route_name}_{index}"
                app.add_url_rule(cls.build_rule(rule), endpoint, proxy, subdomain=subdomain or sub, **options)
        elif name in cls.special_methods:
            rule = cls._slashed(cls.build_rule("/", value), root="/")
            methods = cls.special_methods[name]
            app.add_url_rule(rule, route_name, proxy, methods=methods, subdomain=subdomain, **rule_options)
        else:
            methods = getattr(value, "http_methods", None) or getattr(cls, "default_methods", ["GET"])
            if cls.method_dashified is True:
                name = name.replace("_", "-")
            text = f"/{name}/" if cls.trailing_slash else f"/{name}"
            rule = cls.build_rule(text, value)
            if cls.trailing_slash is True and not rule.endswith("/"):
                rule = rule + "/"
            app.add_url_rule(rule, route_name, proxy, subdomain=subdomain, methods=methods, **rule_options)

    @classmethod
    def _slashed(cls, rule, root):
        if not cls.trailing_slash and rule != root:
            return rule.rstrip("/")
        if cls.trailing_slash is True and not rule.endswith("/"):
            return rule + "/"
        return rule

    @classmethod
    def make_proxy_method(cls, name, value, init_argument):
        view = value
        for decorator in reversed(cls.decorators):
            view = decorator(view)

        @functools.wraps(view)
        def proxy(**values): ...

        return proxy

    @classmethod
    def build_rule(cls, rule, method=None):
        parts = []
        if cls.route_prefix:
            parts.append(cls.route_prefix)
        base = cls.get_route_base()
        if base:
            parts.append(base)
        if rule:
            parts.append(rule)
        if method and getattr(cls, "inspect_args", True):
            for name, converter in parameters_of(method):
                if name != "self" and name not in cls.base_args and name not in cls._base_arguments():
                    parts.append(f"<{converter}:{name}>" if converter else f"<{name}>")
        return single_slashes("/" + "/".join(parts))

    @classmethod
    def _base_arguments(cls):
        return rule_arguments(cls.route_base) if cls.route_base is not None else []

    @classmethod
    def get_route_base(cls):
        base = cls.route_base if cls.route_base is not None else cls.default_route_base()
        return base.strip("/")

    @classmethod
    def default_route_base(cls):
        name = cls.__name__
        return dash_case(name[:-4] if name.endswith("View") else name)

    @classmethod
    def build_route_name(cls, method_name):
        return f"{cls.__name__}:{method_name}"
