"""What is known of packages outside the workspace: which add no routes to an app they are given. Data only."""

from __future__ import annotations

import sys

# Import names of packages whose code adds no rule to the URL map of an app or blueprint it receives.
HARMLESS = frozenset(
    """
    flask werkzeug jinja2 markupsafe itsdangerous click blinker asgiref gevent eventlet greenlet uvicorn
    gunicorn waitress hypercorn cheroot tornado uwsgi meinheld bjoern paste a2wsgi whitenoise flask_sqlalchemy
    flask_migrate flask_login flask_wtf flask_mail flask_mailman flask_cors flask_caching flask_cache
    flask_session flask_babel flask_babelex flask_bcrypt flask_limiter flask_talisman flask_compress
    flask_moment flask_marshmallow flask_jwt_extended flask_jwt flask_httpauth flask_principal flask_script
    flask_mongoengine flask_pymongo flask_redis flask_socketio flask_sockets flask_seasurf flask_shell
    flask_fixtures flask_sslify flask_htmlmin flask_minify flask_assets flask_wtf_polyglot flask_testing
    flask_executor flask_celeryext flask_celery flask_rq flask_rq2 flask_pagedown flask_gravatar flask_nav
    flask_menu flask_breadcrumbs flask_paginate flask_oauthlib flask_openid flask_whooshee flask_elasticsearch
    flask_msearch flask_allows flask_plugins flask_alembic flask_zodb flask_mysqldb flask_mysql flask_mongo
    flask_mongokit flask_influxdb flask_ldap3_login flask_ldap flask_simpleldap flask_kerberos
    flask_static_digest flask_static_compress flask_webpack flask_hashing flask_argon2 flask_csp flask_csrf
    flask_kvsession flask_sessionstore flask_log_request_id flask_logging_helpers flask_environments flask_env
    flask_dotenv flask_konch flask_failsafe flask_tryton flask_orator flask_paranoid flask_allows2 funcy tomlkit
    flask_pydantic flask_expects_json flask_inputs flask_parameter_validation flask_jsonpify flask_json
    flask_jsonschema flask_accept flask_negotiate flask_cachecontrol flask_cache_buster flask_gzip flask_rfc7807
    flask_problem flask_request_id flask_request_id_header flask_reverse_proxy_fix flask_bouncer
    flask_permissions flask_rbac flask_authorize flask_login_multi flask_gcp flask_googlemaps
    flask_googlestorage flask_s3 flask_boto3 flask_filealchemy flask_qrcode flask_weasyprint flask_excel
    flask_table flask_datepicker flask_markdown flask_misaka flask_flatpages flask_frozen flask_turbolinks
    flask_mobility flask_wtforms flask_navigation flask_analytics flask_seeder flask_factory flask_humanize
    flask_localize flask_states flask_pluginengine flask_webpackext wtforms_json flaskext depot
    prometheus_client sentry_sdk raven bugsnag rollbar newrelic elasticapm ddtrace opentelemetry scout_apm
    statsd logmatic loguru structlog json_log_formatter pythonjsonlogger celery kombu rq redis apscheduler huey
    dramatiq sqlalchemy alembic mongoengine pymongo peewee psycopg2 psycopg MySQLdb pymysql sqlite3
    elasticsearch elasticsearch_dsl boto3 botocore requests httpx urllib3 aiohttp attr attrs pydantic
    marshmallow webargs wtforms apispec cachelib cachetools dogpile yaml toml tomli dotenv environs decouple
    dynaconf six future typing_extensions mypy_extensions wrapt decorator deprecated simplejson ujson orjson
    msgpack lxml bs4 numpy pandas PIL dateutil pytz arrow pendulum babel passlib bcrypt argon2 cryptography jwt
    jose authlib oauthlib requests_oauthlib stripe twilio sendgrid slack_sdk google googleapiclient azure docker
    kubernetes paramiko fabric psutil tqdm rich colorama termcolor tabulate prettytable humanize inflection
    slugify unidecode bleach markdown mistune pygments docutils pytest hypothesis faker factory mock freezegun
    responses coverage nose setuptools pkg_resources packaging importlib_metadata importlib_resources zope ldap
    ldap3 geoip2 maxminddb qrcode pyotp onetimepass zxcvbn rapidfuzz jsonschema referencing xmltodict openpyxl
    xlrd xlwt xlsxwriter reportlab weasyprint feedgen feedparser sqlalchemy_utils sqlalchemy_continuum
    sqlalchemy_searchable sqlalchemy_mixins flask_sqlalchemy_caching marshmallow_sqlalchemy cssmin jsmin
    webassets speaklater limits watchdog alchemical sqlalchemy_helpers flask_github dependency_injector dishka
    injector flask_injector
    """.split()
)

# Import names of packages known to add rules of their own to an app they are given.
ADDS_ROUTES = frozenset(
    """
    flask_profiler flask_monitoringdashboard flask_user flask_uploads flask_reuploaded flask_themes2
    flask_themes flask_images flask_sse flask_healthz py_healthcheck flask_prometheus_metrics flask_apscheduler
    graphql_server connexion dash eve flask_peewee spectree flask_jsonrpc flask_restless flask_potion
    flask_multipass flask_saml2 flask_pyoidc flask_oidc flask_vite
    flask_tus rq_dashboard flask_silk sqladmin flask_simplelogin flask_blogging flask_autodoc flask_selfdoc
    flask_statics flask_wtf_recaptcha safrs rq_scheduler_dashboard flask_redisboard flask_sijax flask_share
    flask_font_awesome flask_debug turbo_flask flask_turbo flask_ask flask_assistant flask_webhook flask_cas
    flask_shibboleth flask_discord
    """.split()
)

# Import names of packages that set configuration keys of the app they are given.
SETS_CONFIGURATION = frozenset(
    "dynaconf flask_env flask_environments flask_dotenv flask_konch flask_appconfig flask_talisman flask_config "
    "flask_security flask_user flask_appbuilder connexion dash eve".split()
)

# Functions and methods that give back the object they are given.
RETURNS_ARGUMENT = frozenset({"exempt", "limit", "shared_limit", "register", "cast", "add"})


def is_harmless(package: str) -> bool:
    """Whether code of a package adds no routes to an app it is given."""
    return package in HARMLESS or package in sys.stdlib_module_names
