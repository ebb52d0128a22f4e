"""Werkzeug: proxies stand for what their function gives."""


class LocalProxy:
    def __init__(self, local, name=None, *, unbound_message=None):
        self._local = local

    def _get_current_object(self):
        return self._local()

    def __getattr__(self, name):
        return getattr(self._local(), name)

    def __call__(self, *args, **kwargs):
        return self._local()(*args, **kwargs)
