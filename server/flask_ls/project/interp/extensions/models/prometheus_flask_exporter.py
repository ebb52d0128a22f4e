"""prometheus-flask-exporter: the page with the metrics."""


def _keep(*args, **kwargs):
    return lambda func: func


class PrometheusMetrics:
    def __init__(self, app, path="/metrics", *args, metrics_endpoint=None, **options):
        self.app = app
        self.path = path
        if app is not None:
            self.init_app(app)

    @classmethod
    def for_app_factory(cls, **kwargs):
        return cls(app=None, **kwargs)

    def init_app(self, app):
        if self.path:
            self.register_endpoint(self.path, app)

    def register_endpoint(self, path, app=None):
        def prometheus_metrics(): ...

        (app or self.app).route(path)(prometheus_metrics)

    def start_http_server(self, port, host="0.0.0.0", endpoint="/metrics", ssl=None): ...

    def register_default(self, *metrics, **options): ...

    def info(self, *args, **kwargs): ...

    counter = gauge = histogram = summary = _keep

    def do_not_track(self):
        return lambda func: func

    def exclude_all_metrics(self):
        return lambda func: func


class RESTfulPrometheusMetrics(PrometheusMetrics):
    def __init__(self, app, api, *args, **options):
        super().__init__(app, *args, **options)

    @classmethod
    def for_app_factory(cls, api=None, **kwargs):
        return cls(app=None, api=api, **kwargs)

    def init_app(self, app, api=None):
        super().init_app(app)


class MultiprocessPrometheusMetrics(PrometheusMetrics):
    def __init__(self, app=None, **options):
        super().__init__(app, path=None)

    @classmethod
    def for_app_factory(cls, **kwargs):
        return cls(app=None, **kwargs)

    def start_http_server_when_ready(self, port, host="0.0.0.0"): ...


GunicornPrometheusMetrics = UWsgiPrometheusMetrics = MultiprocessPrometheusMetrics


class MultiprocessInternalPrometheusMetrics(MultiprocessPrometheusMetrics):
    def __init__(self, app=None, path="/metrics", **options):
        super().__init__(app, **options)
        if app is not None:
            self.register_endpoint(path)
        else:
            self.path = path


GunicornInternalPrometheusMetrics = MultiprocessInternalPrometheusMetrics
