"""Flask-Dance: one blueprint for each provider, with the pages that start and end a login."""

import flask


class OAuth2ConsumerBlueprint(flask.Blueprint):
    def __init__(
        self,
        name,
        import_name,
        client_id=None,
        client_secret=None,
        *,
        static_folder=None,
        static_url_path=None,
        template_folder=None,
        url_prefix=None,
        subdomain=None,
        url_defaults=None,
        login_url=None,
        authorized_url=None,
        rule_kwargs=None,
        **options,
    ):
        super().__init__(
            name,
            import_name,
            static_folder=static_folder,
            static_url_path=static_url_path,
            url_prefix=url_prefix,
            subdomain=subdomain,
            url_defaults=url_defaults,
        )
        login = (login_url or "/{bp.name}").replace("{bp.name}", name)
        authorized = (authorized_url or "/{bp.name}/authorized").replace("{bp.name}", name)
        self.add_url_rule(rule=login, endpoint="login", view_func=self.login, **(rule_kwargs or {}))
        self.add_url_rule(rule=authorized, endpoint="authorized", view_func=self.authorized, **(rule_kwargs or {}))
        self.from_config = {}

    def login(self): ...

    def authorized(self): ...

    def load_config(self): ...

    def session_created(self, session):
        return session


OAuth1ConsumerBlueprint = OAuth2ConsumerBlueprint


def _maker(provider):
    def make(*args, login_url=None, authorized_url=None, rule_kwargs=None, **options):
        return OAuth2ConsumerBlueprint(
            provider, __name__, login_url=login_url, authorized_url=authorized_url, rule_kwargs=rule_kwargs
        )

    return make


make_atlassian_blueprint = _maker("atlassian")
make_authentiq_blueprint = _maker("authentiq")
make_azure_blueprint = _maker("azure")
make_dexcom_blueprint = _maker("dexcom")
make_digitalocean_blueprint = _maker("digitalocean")
make_discord_blueprint = _maker("discord")
make_dropbox_blueprint = _maker("dropbox")
make_facebook_blueprint = _maker("facebook")
make_fitbit_blueprint = _maker("fitbit")
make_github_blueprint = _maker("github")
make_gitlab_blueprint = _maker("gitlab")
make_google_blueprint = _maker("google")
make_heroku_blueprint = _maker("heroku")
make_jira_blueprint = _maker("jira")
make_linkedin_blueprint = _maker("linkedin")
make_meetup_blueprint = _maker("meetup")
make_nylas_blueprint = _maker("nylas")
make_orcid_blueprint = _maker("orcid")
make_osm_blueprint = _maker("osm")
make_reddit_blueprint = _maker("reddit")
make_salesforce_blueprint = _maker("salesforce")
make_slack_blueprint = _maker("slack")
make_spotify_blueprint = _maker("spotify")
make_strava_blueprint = _maker("strava")
make_twitch_blueprint = _maker("twitch")
make_zoho_blueprint = _maker("zoho")
