"""pluggy: calling a hook calls every registered implementation with the arguments it asks for."""

from flask_ls_primitives import accepted_arguments, members_with, unreadable


class HookspecMarker:
    def __init__(self, project_name):
        self.project_name = project_name

    def __call__(self, function=None, **options):
        return function if function is not None else (lambda func: func)


class HookimplMarker:
    def __init__(self, project_name):
        self.project_name = project_name

    def __call__(
        self,
        function=None,
        hookwrapper=False,
        optionalhook=False,
        tryfirst=False,
        trylast=False,
        specname=None,
        wrapper=False,
    ):
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
        self._name2plugin = {}
        self._plugin_distinfo = []
        self._hooks = []
        self._installed_plugins = False
        self.hook = HookRelay(self)

    def register(self, plugin, name=None):
        plugin_name = name or self.get_canonical_name(plugin)
        self._name2plugin[plugin_name] = plugin
        for attribute, function, mark in members_with(plugin, self.project_name + "_impl"):
            self._hooks.append((plugin, mark["name"] or attribute, function, mark["tryfirst"]))
        return plugin_name

    def unregister(self, plugin=None, name=None):
        if name is None:
            name = self.get_name(plugin)
        if plugin is None:
            plugin = self.get_plugin(name)
        self._name2plugin.pop(name, None)
        return plugin

    def get_canonical_name(self, plugin):
        return getattr(plugin, "__name__", None) or str(id(plugin))

    def _implementations(self, name):
        found = []
        # The plugin registered last is called first.
        for plugin, hook, function, tryfirst in reversed(self._hooks):
            if hook == name and self.is_registered(plugin):
                if tryfirst:
                    found.insert(0, function)
                else:
                    found.append(function)
        return found

    def add_hookspecs(self, module_or_class): ...

    def load_setuptools_entrypoints(self, group, name=None):
        self._installed_plugins = True
        return 0

    def set_blocked(self, name): ...

    def is_blocked(self, name):
        return False

    def check_pending(self): ...

    def get_plugins(self):
        return set(self._name2plugin.values())

    def list_name_plugin(self):
        return list(self._name2plugin.items())

    def list_plugin_distinfo(self):
        return list(self._plugin_distinfo)

    def get_name(self, plugin):
        for name, known in self._name2plugin.items():
            if known is plugin:
                return name

    def get_plugin(self, name):
        return self._name2plugin.get(name)

    def has_plugin(self, name):
        return self.get_plugin(name) is not None

    def is_registered(self, plugin):
        return plugin in self._name2plugin.values()
