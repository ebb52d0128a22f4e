"""Flask-AppBuilder: the views and APIs of users and roles, and the security manager that adds them."""

from _flask_appbuilder_views import (
    BaseApi,
    BaseView,
    DirectByChartView,
    ModelRestApi,
    ModelView,
    SimpleFormView,
    expose,
)
from flask_ls_primitives import unreadable


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
