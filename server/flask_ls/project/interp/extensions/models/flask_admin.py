"""Flask-Admin: one blueprint for each view, with a rule for each exposed method."""

from flask import Blueprint
from flask_ls_primitives import members_with


def expose(url="/", methods=("GET",)):
    def wrap(f):
        if not hasattr(f, "_urls"):
            f._urls = []
        f._urls.append((url, methods))
        return f

    return wrap


def expose_plugview(url="/"):
    def wrap(v):
        return expose(url, v.methods)(v.as_view(v.__name__))

    return wrap


class BaseView:
    def __init__(
        self,
        name=None,
        category=None,
        endpoint=None,
        url=None,
        static_folder=None,
        static_url_path=None,
        menu_class_name=None,
        menu_icon_type=None,
        menu_icon_value=None,
    ):
        self.name = name
        self.category = category
        self.endpoint = self._get_endpoint(endpoint)
        self.url = url
        self.static_folder = static_folder
        self.static_url_path = static_url_path
        self.admin = None
        self.blueprint = None

    def _get_endpoint(self, endpoint):
        return endpoint or self.__class__.__name__.lower()

    def _get_view_url(self, admin, url):
        if url is None:
            if admin.url != "/":
                return f"{admin.url}/{self.endpoint}"
            return "/" if self is admin.index_view else f"/{self.endpoint}"
        if not url.startswith("/"):
            return f"{admin.url}/{url}"
        return url

    def create_blueprint(self, admin):
        self.admin = admin
        if not self.static_url_path:
            self.static_url_path = admin.static_url_path
        self.url = self._get_view_url(admin, self.url)
        if self.url == "/":
            self.url = None
            if not self.static_url_path:
                self.static_folder = "static"
                self.static_url_path = "/static/admin"
        self.blueprint = Blueprint(
            self.endpoint,
            __name__,
            url_prefix=self.url,
            subdomain=admin.subdomain,
            static_folder=self.static_folder,
            static_url_path=self.static_url_path,
        )
        for name, method, urls in members_with(self, "_urls"):
            for url, methods in urls:
                self.blueprint.add_url_rule(url, name, method, methods=methods)
        return self.blueprint

    def render(self, template, **kwargs): ...

    def is_accessible(self):
        return True


class AdminIndexView(BaseView):
    def __init__(self, name=None, category=None, endpoint=None, url=None, template="admin/index.html", **options):
        super().__init__(name or "Home", category, endpoint or "admin", "/admin" if url is None else url, "static")

    @expose()
    def index(self): ...


class BaseModelView(BaseView):
    def __init__(self, model, name=None, category=None, endpoint=None, url=None, static_folder=None, **options):
        self.model = model
        super().__init__(name, category, endpoint, url, static_folder)

    def _get_endpoint(self, endpoint):
        return endpoint or self.model.__name__.lower()

    @expose("/")
    def index_view(self): ...

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self): ...

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self): ...

    @expose("/details/")
    def details_view(self): ...

    @expose("/delete/", methods=("POST",))
    def delete_view(self): ...

    @expose("/action/", methods=("POST",))
    def action_view(self): ...

    @expose("/export/<export_type>/")
    def export(self, export_type): ...

    @expose("/ajax/lookup/")
    def ajax_lookup(self): ...

    @expose("/ajax/update/", methods=("POST",))
    def ajax_update(self): ...


class ModelView(BaseModelView):
    """The view of the database backends, which take a session after the model."""

    def __init__(
        self, model, session=None, name=None, category=None, endpoint=None, url=None, static_folder=None, **options
    ):
        if isinstance(session, str):
            # Backends without sessions: the name comes second.
            session, name = None, session
        super().__init__(model, name, category, endpoint, url, static_folder)


class BaseFileAdmin(BaseView):
    def __init__(self, base_url=None, name=None, category=None, endpoint=None, url=None, **options):
        super().__init__(name, category, endpoint, url)

    @expose("/old_index")
    @expose("/old_b/<path:path>")
    def index(self, path=None): ...

    @expose("/")
    @expose("/b/<path:path>")
    def index_view(self, path=None): ...

    @expose("/upload/", methods=("GET", "POST"))
    @expose("/upload/<path:path>", methods=("GET", "POST"))
    def upload(self, path=None): ...

    @expose("/download/<path:path>")
    def download(self, path=None): ...

    @expose("/mkdir/", methods=("GET", "POST"))
    @expose("/mkdir/<path:path>", methods=("GET", "POST"))
    def mkdir(self, path=None): ...

    @expose("/delete/", methods=("POST",))
    def delete(self): ...

    @expose("/rename/", methods=("GET", "POST"))
    def rename(self): ...

    @expose("/edit/", methods=("GET", "POST"))
    def edit(self): ...

    @expose("/action/", methods=("POST",))
    def action_view(self): ...


class FileAdmin(BaseFileAdmin):
    def __init__(self, base_path, *args, **kwargs):
        super().__init__(*args, **kwargs)


class RedisCli(BaseView):
    def __init__(self, redis, name=None, category=None, endpoint=None, url=None):
        super().__init__(name, category, endpoint, url)

    @expose("/")
    def console_view(self): ...

    @expose("/run/", methods=("POST",))
    def execute_view(self): ...


class Admin:
    def __init__(
        self,
        app=None,
        name=None,
        url=None,
        subdomain=None,
        index_view=None,
        translations_path=None,
        endpoint=None,
        static_url_path=None,
        **options,
    ):
        self.app = app
        self.name = name
        self._views = []
        self.subdomain = subdomain
        self.static_url_path = static_url_path
        self._set_admin_index_view(index_view, endpoint, url)

    def _set_admin_index_view(self, index_view=None, endpoint=None, url=None):
        self.index_view = index_view or AdminIndexView(endpoint=endpoint, url=url)
        self.endpoint = endpoint or self.index_view.endpoint
        self.url = url or self.index_view.url
        if self._views:
            self._views[0] = self.index_view
        else:
            self.add_view(self.index_view)

    def add_view(self, view):
        self._views.append(view)
        if self.app is not None:
            self.app.register_blueprint(view.create_blueprint(self))

    def add_views(self, *args):
        for view in args:
            self.add_view(view)

    def init_app(self, app, index_view=None, endpoint=None, url=None):
        self.app = app
        if index_view is not None:
            self._set_admin_index_view(index_view, endpoint, url)
        for view in self._views:
            app.register_blueprint(view.create_blueprint(self))

    def add_link(self, link): ...

    def add_links(self, *links): ...

    def add_category(self, name, *args, **options): ...

    def add_sub_category(self, name, parent_name): ...

    def add_menu_item(self, menu_item, target_category=None): ...
