"""pluggy: calling a hook calls every registered implementation with the arguments it asks for."""

from flask_ls_primitives import accepted_arguments, unreadable


class HookspecMarker:
    def __init__(self, project_name):
        self.project_name = project_name

    def __call__(self, function=None, **options):
        return function if function is not None else (lambda func: func)


class HookimplMarker:
    def __init__(self, project_name):
        self.project_name = project_name

    def __call__(self, function=None, hookwrapper=False, optionalhook=False, tryfirst=False, trylast=False,
                 specname=None, wrapper=False):
        def mark(func):
            setattr(func, self.project_name + "_impl", {"tryfirst": tryfirst, "trylast": trylast, "name": specname})
            return func

        return mark(function) if function is not None else mark


class HookCaller:
    def __init__(self, manager, name):
        self._manager = manager
        self._name = name

    def __call__(self, **kwargs):
        results = []
        if self._manager._installed_plugins:
            unreadable(kwargs, "installed plugins may add routes of their own")
        for function in self._manager._implementations(self._name):
            results.append(function(**accepted_arguments(function, kwargs)))
        return results

    def call_historic(self, result_callback=None, kwargs=None):
        return self(**(kwargs or {}))


class HookRelay:
    def __init__(self, manager):
        self._manager = manager

    def __getattr__(self, name):
        return HookCaller(self._manager, name)


class PluginManager:
    def __init__(self, project_name, implprefix=None):
        self.project_name = project_name
        self._plugins = []
        self._names = []
        self._installed_plugins = False
        self.hook = HookRelay(self)

    def register(self, plugin, name=None):
        if plugin not in self._plugins:
            self._plugins.append(plugin)
            self._names.append(name)
        return name

    def unregister(self, plugin=None, name=None):
        if plugin in self._plugins:
            self._plugins.remove(plugin)
        return plugin

    def _implementations(self, name):
        found = []
        # The plugin registered last is called first.
        for plugin in reversed(self._plugins):
            for attribute in dir(plugin):
                function = getattr(plugin, attribute, None)
                mark = getattr(function, self.project_name + "_impl", None)
                if mark and (mark["name"] or attribute) == name:
                    if mark["tryfirst"]:
                        found.insert(0, function)
                    else:
                        found.append(function)
        return found

    def add_hookspecs(self, module_or_class): ...

    def load_setuptools_entrypoints(self, group, name=None):
        self._installed_plugins = True
        return 0

    def set_blocked(self, name): ...

    def check_pending(self): ...

    def get_plugins(self):
        return set(self._plugins)

    def list_name_plugin(self):
        return list(zip(self._names, self._plugins))

    def list_plugin_distinfo(self):
        return []

    def get_name(self, plugin): ...

    def get_plugin(self, name): ...

    def has_plugin(self, name):
        return name in self._names

    def is_registered(self, plugin):
        return plugin in self._plugins

    def is_blocked(self, name):
        return False
