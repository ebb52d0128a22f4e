"""Flask-APScheduler: an API of the scheduler, where it is switched on."""


class APScheduler:
    def __init__(self, scheduler=None, app=None):
        self.api_enabled = False
        self.api_prefix = "/scheduler"
        self.endpoint_prefix = "scheduler."
        self.app = None
        if app is not None:
            self.init_app(app)

    def init_app(self, app):
        self.app = app
        config = app.config
        self.api_enabled = config.get("SCHEDULER_API_ENABLED", config.get("SCHEDULER_VIEWS_ENABLED", self.api_enabled))
        self.api_prefix = config.get("SCHEDULER_API_PREFIX", self.api_prefix)
        self.endpoint_prefix = config.get("SCHEDULER_ENDPOINT_PREFIX", self.endpoint_prefix)
        if self.api_enabled:
            self._load_api()

    def _load_api(self):
        for name, rule, method in (
            ("get_scheduler_info", "", "GET"),
            ("pause_scheduler", "/pause", "POST"),
            ("resume_scheduler", "/resume", "POST"),
            ("start_scheduler", "/start", "POST"),
            ("shutdown_scheduler", "/shutdown", "POST"),
            ("add_job", "/jobs", "POST"),
            ("get_job", "/jobs/<job_id>", "GET"),
            ("get_jobs", "/jobs", "GET"),
            ("delete_job", "/jobs/<job_id>", "DELETE"),
            ("update_job", "/jobs/<job_id>", "PATCH"),
            ("pause_job", "/jobs/<job_id>/pause", "POST"),
            ("resume_job", "/jobs/<job_id>/resume", "POST"),
            ("run_job", "/jobs/<job_id>/run", "POST"),
        ):
            endpoint = self.endpoint_prefix + name if self.endpoint_prefix else name
            rule = self.api_prefix + rule if self.api_prefix else rule
            self.app.add_url_rule(rule, endpoint, lambda **values: None, methods=[method])

    def task(self, *args, **kwargs):
        return lambda func: func

    def authenticate(self, func):
        return func

    def add_listener(self, callback, mask=None): ...

    def start(self, paused=False): ...

    def shutdown(self, wait=True): ...

    def add_job(self, id, func, **kwargs): ...

    def get_job(self, id, jobstore=None): ...

    def get_jobs(self, jobstore=None): ...

    def remove_job(self, id, jobstore=None): ...
