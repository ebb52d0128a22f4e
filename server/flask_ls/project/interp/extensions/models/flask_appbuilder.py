"""Flask-AppBuilder: exposed methods of views and APIs, one blueprint for each, and the views it adds by itself."""

from flask import Blueprint, current_app
from flask_ls_primitives import import_name, members_with, unreadable


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


class PermissionModelView(ModelView):
    route_base = "/permissions"
    include_route_methods = {"list"}


class ViewMenuModelView(ModelView):
    route_base = "/viewmenus"
    include_route_methods = {"list"}


class PermissionViewModelView(ModelView):
    route_base = "/permissionviews"
    include_route_methods = {"list"}


class ResetMyPasswordView(SimpleFormView):
    route_base = "/resetmypassword"


class ResetPasswordView(SimpleFormView):
    route_base = "/resetpassword"


class UserInfoEditView(SimpleFormView): ...


class UserModelView(ModelView):
    route_base = "/users"

    @expose("/userinfo/")
    def userinfo(self): ...


class UserLDAPModelView(UserModelView): ...


class UserOAuthModelView(UserModelView): ...


class UserOIDModelView(UserModelView): ...


class UserRemoteUserModelView(UserModelView): ...


class UserDBModelView(UserModelView): ...


class UserStatsChartView(DirectByChartView): ...


class RoleModelView(ModelView):
    route_base = "/roles"


class UserGroupModelView(ModelView):
    route_base = "/groups"


class RegisterUserModelView(ModelView):
    route_base = "/registeruser"


class AuthView(BaseView):
    route_base = ""

    @expose("/login/", methods=["GET", "POST"])
    def login(self): ...

    @expose("/logout/")
    def logout(self): ...


class AuthDBView(AuthView):
    @expose("/login/", methods=["GET", "POST"])
    def login(self): ...


class AuthLDAPView(AuthView):
    @expose("/login/", methods=["GET", "POST"])
    def login(self): ...


class AuthRemoteUserView(AuthView):
    @expose("/login/")
    def login(self): ...


class AuthOIDView(AuthView): ...


class AuthOAuthView(AuthView):
    @expose("/login/")
    @expose("/login/<provider>")
    def login(self, provider=None): ...

    @expose("/oauth-authorized/<provider>")
    def oauth_authorized(self, provider): ...


class SecurityApi(BaseApi):
    resource_name = "security"

    @expose("/login", methods=["POST"])
    def login(self): ...

    @expose("/refresh", methods=["POST"])
    def refresh(self): ...


class OpenApi(BaseApi):
    route_base = "/api"

    @expose("/<version>/_openapi")
    def get(self, version): ...


class SwaggerView(BaseView):
    route_base = "/swagger"

    @expose("/<version>")
    def show(self, version): ...


class MenuApi(BaseApi):
    resource_name = "menu"

    @expose("/", methods=["GET"])
    def get_menu_data(self): ...


class PermissionApi(ModelRestApi):
    resource_name = "security/permissions"


class PermissionViewMenuApi(ModelRestApi):
    resource_name = "security/permissions-resources"


class RoleApi(ModelRestApi):
    resource_name = "security/roles"


class UserApi(ModelRestApi):
    resource_name = "security/users"


class ViewMenuApi(ModelRestApi):
    resource_name = "security/resources"


class GroupApi(ModelRestApi):
    resource_name = "security/groups"


AUTH_OID, AUTH_DB, AUTH_LDAP, AUTH_REMOTE_USER, AUTH_OAUTH = 0, 1, 2, 3, 4


class BaseManager:
    def __init__(self, appbuilder):
        self.appbuilder = appbuilder


class AbstractSecurityManager(BaseManager): ...


class BaseSecurityManager(AbstractSecurityManager):
    userdbmodelview = UserDBModelView
    userldapmodelview = UserLDAPModelView
    useroauthmodelview = UserOAuthModelView
    useroidmodelview = UserOIDModelView
    userremoteusermodelview = UserRemoteUserModelView
    registerusermodelview = RegisterUserModelView
    authdbview = AuthDBView
    authldapview = AuthLDAPView
    authoidview = AuthOIDView
    authoauthview = AuthOAuthView
    authremoteuserview = AuthRemoteUserView
    resetmypasswordview = ResetMyPasswordView
    resetpasswordview = ResetPasswordView
    userinfoeditview = UserInfoEditView
    security_api = SecurityApi
    rolemodelview = RoleModelView
    groupmodelview = UserGroupModelView
    permissionmodelview = PermissionModelView
    userstatschartview = UserStatsChartView
    viewmenumodelview = ViewMenuModelView
    permissionviewmodelview = PermissionViewModelView
    permission_api = PermissionApi
    role_api = RoleApi
    user_api = UserApi
    view_menu_api = ViewMenuApi
    permission_view_menu_api = PermissionViewMenuApi
    group_api = GroupApi
    auth_view = None
    user_view = None

    def register_views(self):
        config = self.appbuilder.flask_app.config
        if not config.get("FAB_ADD_SECURITY_VIEWS", True):
            return
        add = self.appbuilder.add_view_no_menu
        add(self.security_api)
        if config.get("AUTH_USER_REGISTRATION", False):
            unreadable(self.appbuilder.flask_app, "the registration views of flask_appbuilder are not known")
            add(self.registerusermodelview)
        add(self.userinfoeditview())
        auth_type = config.get("AUTH_TYPE", AUTH_DB)
        if auth_type == AUTH_DB:
            self.user_view = self.userdbmodelview
            self.auth_view = self.authdbview()
            add(self.resetpasswordview())
            add(self.resetmypasswordview())
        elif auth_type == AUTH_LDAP:
            self.user_view = self.userldapmodelview
            self.auth_view = self.authldapview()
        elif auth_type == AUTH_OAUTH:
            self.user_view = self.useroauthmodelview
            self.auth_view = self.authoauthview()
        elif auth_type == AUTH_REMOTE_USER:
            self.user_view = self.userremoteusermodelview
            self.auth_view = self.authremoteuserview()
        else:
            self.user_view = self.useroidmodelview
            self.auth_view = self.authoidview()
        add(self.auth_view)
        self.user_view = add(self.user_view)
        add(self.rolemodelview)
        add(self.groupmodelview)
        if self.userstatschartview:
            add(self.userstatschartview)
        if config.get("FAB_ADD_SECURITY_PERMISSION_VIEW", True):
            add(self.permissionmodelview)
        if config.get("FAB_ADD_SECURITY_VIEW_MENU_VIEW", True):
            add(self.viewmenumodelview)
        if config.get("FAB_ADD_SECURITY_PERMISSION_VIEWS_VIEW", True):
            add(self.permissionviewmodelview)

    def before_request(self): ...


class SecurityManager(BaseSecurityManager):
    def register_views(self):
        super().register_views()
        if self.appbuilder.flask_app.config.get("FAB_ADD_SECURITY_API", False):
            for api in (
                self.permission_api,
                self.role_api,
                self.user_api,
                self.view_menu_api,
                self.permission_view_menu_api,
                self.group_api,
            ):
                self.appbuilder.add_api(api)


class AppBuilder:
    def __init__(
        self,
        app=None,
        session=None,
        menu=None,
        indexview=None,
        base_template="appbuilder/baselayout.html",
        static_folder="static/appbuilder",
        static_url_path="/appbuilder",
        security_manager_class=None,
        update_perms=True,
    ):
        self.baseviews = []
        self.menu = menu
        self.indexview = indexview
        self.static_folder = static_folder
        self.static_url_path = static_url_path
        self.security_manager_class = security_manager_class
        self.sm = None
        self.flask_app = app
        if app is not None:
            self.init_app(app, session)

    @property
    def app(self):
        return self.flask_app

    @property
    def get_app(self):
        return self.flask_app

    def init_app(self, app, session=None):
        self.flask_app = app
        app.appbuilder = self
        app.extensions["appbuilder"] = self
        config = app.config
        self.static_folder = config.get("FAB_STATIC_FOLDER", self.static_folder)
        self.static_url_path = config.get("FAB_STATIC_URL_PATH", self.static_url_path)
        index = config.get("FAB_INDEX_VIEW", None)
        self.indexview = import_name(index) if index else (self.indexview or IndexView)
        manager = config.get("FAB_SECURITY_MANAGER_CLASS", None)
        if manager is not None:
            self.security_manager_class = import_name(manager)
        self.sm = (self.security_manager_class or SecurityManager)(self)
        app.register_blueprint(
            Blueprint(
                "appbuilder",
                __name__,
                url_prefix="/static",
                static_folder=self.static_folder,
                static_url_path=self.static_url_path,
            )
        )
        if self.indexview:
            self._indexview = self.add_view_no_menu(self.indexview)
        self.add_view_no_menu(UtilView)
        self.add_view_no_menu(LocaleView())
        self.sm.register_views()
        if config.get("FAB_ADD_OPENAPI_VIEWS", True) and config.get("FAB_API_SWAGGER_UI", False):
            self.add_api(OpenApi)
            self.add_view_no_menu(SwaggerView)
        if config.get("FAB_ADD_MENU_API", True):
            self.add_api(MenuApi)
        for addon in config.get("ADDON_MANAGERS", []):
            manager = import_name(addon)(self)
            manager.pre_process()
            manager.register_views()
            manager.post_process()

    def _check_and_init(self, baseview):
        return baseview() if isinstance(baseview, type) else baseview

    def _view_exists(self, view):
        return any(known.__class__ == view.__class__ for known in self.baseviews)

    def add_view(
        self,
        baseview,
        name="",
        href="",
        icon="",
        label="",
        category="",
        category_icon="",
        category_label="",
        menu_cond=None,
    ):
        return self.add_view_no_menu(baseview)

    def add_view_no_menu(self, baseview, endpoint=None, static_folder=None):
        baseview = self._check_and_init(baseview)
        if not self._view_exists(baseview):
            baseview.appbuilder = self
            self.baseviews.append(baseview)
            self.register_blueprint(baseview, endpoint=endpoint, static_folder=static_folder)
        return baseview

    def add_api(self, baseview):
        return self.add_view_no_menu(baseview)

    def register_blueprint(self, baseview, endpoint=None, static_folder=None):
        app = self.flask_app or current_app
        app.register_blueprint(baseview.create_blueprint(self, endpoint=endpoint, static_folder=static_folder))

    def add_link(self, name, href="", **options): ...

    def add_separator(self, category, cond=None): ...

    def security_cleanup(self): ...

    def security_converge(self, dry=False): ...

    def add_permissions(self, update_perms=False): ...

    def post_init(self): ...
