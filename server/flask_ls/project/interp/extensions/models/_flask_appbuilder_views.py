"""Flask-AppBuilder: the decorators and base classes of views and APIs, one blueprint for each."""

from flask import Blueprint
from flask_ls_primitives import members_with


def expose(url="/", methods=("GET",)):
    def wrap(f):
        if not hasattr(f, "_urls"):
            f._urls = []
        f._urls.append((url, methods))
        return f

    return wrap


def expose_api(name="", url="", methods=("GET",), description=""):
    return expose(url or f"/api/{name}", methods)


def keep(*args, **kwargs):
    return lambda f: f


def has_access(f):
    return f


has_access_api = safe = merge_response_func = has_access
protect = permission_name = rison = limit = action = renders = before_request = keep


class _Routed:
    """What views and APIs share: a blueprint with a rule for each exposed method."""

    appbuilder = None
    blueprint = None
    endpoint = None
    route_base = None
    exclude_route_methods = set()
    include_route_methods = None
    default_view = "list"

    def __init__(self): ...

    def _make_blueprint(self, static_folder=None):
        if static_folder:
            self.blueprint = Blueprint(self.endpoint, __name__, url_prefix=self.route_base, static_folder=static_folder)
        else:
            self.blueprint = Blueprint(self.endpoint, __name__, url_prefix=self.route_base)
        self._register_urls()
        return self.blueprint

    def _register_urls(self):
        for name, method, urls in members_with(self, "_urls"):
            if self.include_route_methods is not None and name not in self.include_route_methods:
                continue
            if name in self.exclude_route_methods:
                continue
            for url, methods in urls:
                self.blueprint.add_url_rule(url, name, method, methods=methods)

    def get_uninit_inner_views(self):
        return []

    def get_init_inner_views(self):
        return []


class BaseView(_Routed):
    def create_blueprint(self, appbuilder, endpoint=None, static_folder=None):
        self.appbuilder = appbuilder
        self.endpoint = endpoint or self.__class__.__name__
        if self.route_base is None:
            self.route_base = "/" + self.__class__.__name__.lower()
        return self._make_blueprint(static_folder)

    def render_template(self, template, **kwargs): ...


class BaseApi(_Routed):
    version = "v1"
    resource_name = None

    def create_blueprint(self, appbuilder, endpoint=None, static_folder=None):
        self.appbuilder = appbuilder
        self.endpoint = endpoint or self.__class__.__name__
        self.resource_name = self.resource_name or self.__class__.__name__.lower()
        if self.route_base is None:
            self.route_base = f"/api/{self.version}/{self.resource_name.lower()}"
        return self._make_blueprint()

    def response(self, code, **kwargs): ...


class BaseModelApi(BaseApi): ...


class ModelRestApi(BaseModelApi):
    @expose("/_info", methods=["GET"])
    def info(self, **kwargs): ...

    @expose("/<int:pk>", methods=["GET"])
    def get(self, pk, **kwargs): ...

    @expose("/", methods=["GET"])
    def get_list(self, **kwargs): ...

    @expose("/", methods=["POST"])
    def post(self): ...

    @expose("/<pk>", methods=["PUT"])
    def put(self, pk): ...

    @expose("/<pk>", methods=["DELETE"])
    def delete(self, pk): ...


class IndexView(BaseView):
    route_base = ""
    default_view = "index"

    @expose("/")
    def index(self): ...


class UtilView(BaseView):
    route_base = ""
    default_view = "back"

    @expose("/back")
    def back(self): ...


class LocaleView(BaseView):
    route_base = "/lang"

    @expose("/<string:locale>")
    def index(self, locale): ...


class BaseFormView(BaseView): ...


class SimpleFormView(BaseFormView):
    @expose("/form", methods=["GET"])
    def this_form_get(self): ...

    @expose("/form", methods=["POST"])
    def this_form_post(self): ...


class PublicFormView(BaseFormView):
    @expose("/form", methods=["GET"])
    def this_form_get(self): ...

    @expose("/form", methods=["POST"])
    def this_form_post(self): ...


class BaseModelView(BaseView): ...


class BaseCRUDView(BaseModelView): ...


class ModelView(BaseCRUDView):
    @expose("/list/")
    def list(self): ...

    @expose("/show/<pk>", methods=["GET"])
    def show(self, pk): ...

    @expose("/add", methods=["GET", "POST"])
    def add(self): ...

    @expose("/edit/<pk>", methods=["GET", "POST"])
    def edit(self, pk): ...

    @expose("/delete/<pk>", methods=["GET", "POST"])
    def delete(self, pk): ...

    @expose("/download/<string:filename>")
    def download(self, filename): ...

    @expose("/action/<string:name>/<pk>", methods=["GET", "POST"])
    def action(self, name, pk): ...

    @expose("/action_post", methods=["POST"])
    def action_post(self): ...


class RestCRUDView(BaseCRUDView): ...


class MasterDetailView(BaseCRUDView):
    @expose("/list/")
    @expose("/list/<pk>")
    def list(self, pk=None): ...


class MultipleView(BaseView):
    @expose("/list/")
    def list(self): ...


class CompactCRUDMixin(BaseCRUDView):
    @expose("/list/", methods=["GET", "POST"])
    def list(self): ...

    @expose("/add/", methods=["GET", "POST"])
    def add(self): ...

    @expose("/edit/<pk>", methods=["GET", "POST"])
    def edit(self, pk): ...

    @expose("/delete/<pk>", methods=["GET", "POST"])
    def delete(self, pk): ...


class BaseChartView(BaseModelView): ...


class GroupByChartView(BaseChartView):
    @expose("/chart/<group_by>")
    @expose("/chart/")
    def chart(self, group_by=0): ...


class DirectByChartView(GroupByChartView): ...


class ChartView(GroupByChartView): ...


class DirectChartView(GroupByChartView): ...


class TimeChartView(BaseChartView):
    @expose("/chart/<group_by>/<period>")
    @expose("/chart/")
    def chart(self, group_by="", period=""): ...


# Security
