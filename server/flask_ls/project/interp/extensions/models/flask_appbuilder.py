"""Flask-AppBuilder: what it exports, and the builder that adds views, its own ones too."""

from _flask_appbuilder_security import (
    AUTH_DB,
    AUTH_LDAP,
    AUTH_OAUTH,
    AUTH_OID,
    AUTH_REMOTE_USER,
    AbstractSecurityManager,
    AuthDBView,
    AuthLDAPView,
    AuthOAuthView,
    AuthOIDView,
    AuthRemoteUserView,
    AuthView,
    BaseManager,
    BaseSecurityManager,
    GroupApi,
    MenuApi,
    OpenApi,
    PermissionApi,
    PermissionModelView,
    PermissionViewMenuApi,
    PermissionViewModelView,
    RegisterUserModelView,
    ResetMyPasswordView,
    ResetPasswordView,
    RoleApi,
    RoleModelView,
    SecurityApi,
    SecurityManager,
    SwaggerView,
    UserApi,
    UserDBModelView,
    UserGroupModelView,
    UserInfoEditView,
    UserLDAPModelView,
    UserModelView,
    UserOAuthModelView,
    UserOIDModelView,
    UserRemoteUserModelView,
    UserStatsChartView,
    ViewMenuApi,
    ViewMenuModelView,
)
from _flask_appbuilder_views import (
    BaseApi,
    BaseChartView,
    BaseCRUDView,
    BaseFormView,
    BaseModelApi,
    BaseModelView,
    BaseView,
    ChartView,
    CompactCRUDMixin,
    DirectByChartView,
    DirectChartView,
    GroupByChartView,
    IndexView,
    LocaleView,
    MasterDetailView,
    ModelRestApi,
    ModelView,
    MultipleView,
    PublicFormView,
    RestCRUDView,
    SimpleFormView,
    TimeChartView,
    UtilView,
    action,
    before_request,
    expose,
    expose_api,
    has_access,
    has_access_api,
    keep,
    limit,
    merge_response_func,
    permission_name,
    protect,
    renders,
    rison,
    safe,
)
from flask import Blueprint, current_app
from flask_ls_primitives import import_name


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
