"""Django's settings. All that differs from one installation to another comes from the environment.

The variables are read and checked in `forge.serving.configuration.environment`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from forge.serving.configuration.environment import has_passkeys, read_environment, secret_key
from forge.serving.configuration.secret_environment import hide_secrets
from forge.serving.configuration.services import caches, channel_layers

BASE_DIR = Path(__file__).resolve().parent.parent
# The secrets are in this process's memory from here on, and nowhere else.
_VARIABLES = hide_secrets(os.environ)
ENVIRONMENT = read_environment(_VARIABLES, BASE_DIR)
DATA_DIR = ENVIRONMENT.data
PUBLIC_URL = ENVIRONMENT.public_url
PUBLIC_URL_IS_LOOPBACK = ENVIRONMENT.public_is_loopback
UPLOAD_LIMIT = ENVIRONMENT.upload_limit
EVERYONE_CREATES_ORGANISATIONS = ENVIRONMENT.organisations_by == "everyone"
REQUIRED_ISOLATION = ENVIRONMENT.required_isolation
BACKUP_DAYS = ENVIRONMENT.backup_days
ADVISORY_LIST = ENVIRONMENT.advisory_list
DEVICE_POLL_SECONDS = ENVIRONMENT.device_poll_seconds
DEVICE_MQTT_URL = ENVIRONMENT.device_mqtt_url
DEVICE_MQTT_CREDENTIALS = ENVIRONMENT.device_mqtt_credentials
DEVICE_LONG_POLLS = ENVIRONMENT.device_long_polls
TELEMETRY_DAYS = ENVIRONMENT.telemetry_days
AUDIT_DAYS = ENVIRONMENT.audit_days
AUDIT_COPIES = ENVIRONMENT.audit_copies
AUDIT_WEBHOOK_SECRET = ENVIRONMENT.audit_webhook_secret
BLOB_SENDER = ENVIRONMENT.blob_sender
GIT_ORIGINS = ENVIRONMENT.git_origins
MIRROR_REGISTRIES = ENVIRONMENT.mirror_registries
PUBLISHES_TEMPLATES = ENVIRONMENT.publishes_templates
SIGNING_SECRET_FILE = ENVIRONMENT.signing_secret
SECRET_VARIABLES = {name: value for name, value in _VARIABLES.items() if name not in os.environ}
"""The variables that only the signer, a process of its own, gets beside the environment."""
WEBHOOKS_ANYWHERE = ENVIRONMENT.webhooks_to == "anywhere"

SECRET_KEY = secret_key(DATA_DIR, _VARIABLES)
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "channels",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.idp.oidc",
    *ENVIRONMENT.sign_on.installed_apps(),
    "forge.core",
    "forge.accounts",
    "forge.projects",
    "forge.collab",
    "forge.compute",
    "forge.jobs",
    "forge.datasets",
    "forge.builds",
    "forge.learning",
    "forge.registry",
    "forge.reviews",
    "forge.repositories",
    "forge.fleet",
    "forge.deployments",
    "forge.telemetry",
    "forge.rollouts",
    "forge.exposure",
    "forge.player",
    "forge.webhooks",
    "forge.notices",
    "forge.activity",
    "forge.agents",
    "forge.web",
    "forge.serving",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "forge.registry.distribution.protocol.middleware.RegistryAddresses",
    "forge.fleet.serving.middleware.DeviceAddresses",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "forge.accounts.sign_in.middleware.session_use",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "forge.core.http.middleware.page_policies",
    "forge.core.http.middleware.DomainErrorPages",
]

ROOT_URLCONF = "forge.urls"
ASGI_APPLICATION = "forge.asgi.application"
APPEND_SLASH = False

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "forge.web.context.page",
            ],
            "builtins": ["forge.web.templatetags.look", "forge.web.templatetags.frame"],
        },
    }
]

# Everything that is written is on the disk before it is answered: synchronous FULL costs 0.3 ms a commit and also
# survives a power cut. IMMEDIATE takes the write lock when a transaction starts, so no transaction fails half way.
# The log is carried over by a thread of the server (forge.core.processes.checkpoints); 80 MB of it is for when there is
# none.
_SQLITE: dict[str, Any] = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": DATA_DIR / "forge.sqlite3",
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000; "
            "PRAGMA wal_autocheckpoint=20000;"
        ),
    },
}
DATABASES: dict[str, dict[str, Any]] = {"default": ENVIRONMENT.database.settings() if ENVIRONMENT.database else _SQLITE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = caches(ENVIRONMENT.redis)
CHANNEL_LAYERS = channel_layers(ENVIRONMENT.redis)


def _storage(folder: str) -> dict[str, Any]:
    if ENVIRONMENT.store:
        return ENVIRONMENT.store.settings(folder)
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / folder}}


STORAGES = {
    "default": _storage("blobs"),
    "blobs": _storage("blobs"),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static"
WHEEL_DIR = BASE_DIR / "dist"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
# A body that is larger is written into a file before a view sees it.
FILE_UPLOAD_MAX_MEMORY_SIZE = 65_536
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "forge.accounts.sign_in.passwords.EndSessionsAndTokens"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "forge.accounts.sign_in.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Addresses are confirmed by our own pages (forge.accounts.people.actions.addresses); until then a person may work.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = ENVIRONMENT.public.scheme
# Beside those of allauth: asking for a short code, by address, and trying codes, by person
# (forge.accounts.tokens.actions.device). Passwords are counted in `forge.accounts.sign_in.attempts`; "login_failed" is
# left for codes of the second factor, and counted by person alone: who comes so far knows the password.
ACCOUNT_RATE_LIMITS = {
    "start_device": "10/m/ip",
    "try_device_code": "10/m/user",
    "login_failed": "5/5m/key",
    "reset_password": "100/10m/ip,5/10m/key",
    "confirm_address": "5/10m/user",
}
PASSWORD_RESET_TIMEOUT = 3600
# Seconds for which nobody asks again who it is that changes how they sign in.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300

MFA_ADAPTER = "forge.accounts.sign_in.second_factor.SecondFactorAdapter"
# A browser gives passkeys to pages of a name, over HTTPS or on this machine, and to no page at a bare address.
PASSKEYS = has_passkeys(ENVIRONMENT.public)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", *(["webauthn"] if PASSKEYS else [])]
MFA_PASSKEY_LOGIN_ENABLED = PASSKEYS
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENVIRONMENT.secure
# Without a mail server nobody could confirm an address, and everybody should have a second factor.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# The code before and the one after are taken too: a code may end while it is typed, and clocks differ.
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "forge.accounts.sign_in.code_forms.CodeForm",
    "reauthenticate": "forge.accounts.sign_in.code_forms.CodeAgainForm",
    "add_webauthn": "forge.accounts.sign_in.passkey_forms.NewPasskeyForm",
    "edit_webauthn": "forge.accounts.sign_in.passkey_forms.PasskeyNameForm",
}
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}

IDP_OIDC_ADAPTER = "forge.agents.sign_in.adapter.ProgramsAdapter"
# A program that registers may do nothing yet: a person admits it to projects.
IDP_OIDC_DCR_ENABLED = True
IDP_OIDC_DCR_REQUIRES_INITIAL_ACCESS_TOKEN = False
IDP_OIDC_RATE_LIMITS = {"client_registration": "20/h/ip"}
IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = 90 * 24 * 3600

SOCIALACCOUNT_ADAPTER = "forge.accounts.sign_in.sign_on.SignOnAdapter"
SOCIALACCOUNT_PROVIDERS = ENVIRONMENT.sign_on.provider_settings()
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
# A link: browsers apply the policy's form-action to all addresses that a form is led on to, and a service leads on to
# more than its own. Nothing is tied to an open session by it (forge.accounts.sign_in.sign_on).
SOCIALACCOUNT_LOGIN_ON_GET = True
SIGN_ON = ENVIRONMENT.sign_on.services
SIGN_ON_DOMAINS = ENVIRONMENT.sign_on.domains

EMAIL_IS_SENT = ENVIRONMENT.mail_server is not None
EMAIL_BACKEND = (
    "forge.accounts.mail.background.BackgroundSmtp"
    if EMAIL_IS_SENT
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = ENVIRONMENT.mail_from
REPORT_ADDRESS = ENVIRONMENT.report_address
if ENVIRONMENT.mail_server:
    EMAIL_HOST, EMAIL_PORT = ENVIRONMENT.mail_server.host, ENVIRONMENT.mail_server.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = ENVIRONMENT.mail_server.user, ENVIRONMENT.mail_server.password
    EMAIL_USE_SSL, EMAIL_USE_TLS = ENVIRONMENT.mail_server.use_ssl, ENVIRONMENT.mail_server.use_starttls

SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.secure
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "forge.web.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Only answers to requests over HTTPS carry it; sub-domains are not ours to speak for.
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if ENVIRONMENT.secure else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# `'self'` covers sockets in browsers of today; the public address is named for those that read it more narrowly.
_SOCKETS = PUBLIC_URL.replace("http", "ws", 1)
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF, _SOCKETS],
        "frame-src": [SELF],
        "worker-src": [SELF],
        "media-src": [SELF, "blob:"],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY = (
    "camera=(self), microphone=(self), accelerometer=(self), gyroscope=(self), geolocation=(), payment=(), usb=()"
)

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "forge.accounts.sign_in.authentication.BearerAuthentication",
        "forge.accounts.sign_in.authentication.SessionWithCsrf",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["forge.accounts.sign_in.authentication.TokenScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["forge.core.api.json_body.JsonBody"],
    "DEFAULT_PAGINATION_CLASS": "forge.core.api.pages.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "forge.core.api.schema.ForgeSchema",
    "DEFAULT_THROTTLE_CLASSES": ["forge.core.api.throttles.PersonThrottle"],
    "DEFAULT_THROTTLE_RATES": {"person": "1200/min", "visitor": "240/min"},
    "EXCEPTION_HANDLER": "forge.core.api.problems.problem_response",
    # A visitor's address is the connection's; `serve` makes it the one that a trusted proxy tells.
    "NUM_PROXIES": 0,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    # Answers are JSON: `?format=` is an unknown parameter like any other.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Hammer Forge",
    "DESCRIPTION": "Projects, builds, reviews and tags over HTTP.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # Answers name their choices themselves; what comes in has them where they stand.
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enum_id_removal",
        "forge.core.events.schema.add_events",
    ],
}

CELERY_BROKER_URL = ENVIRONMENT.broker
WORKER_CAPABILITIES = ENVIRONMENT.capabilities
WORKER_NAME = ENVIRONMENT.worker_name
CELERY_TASK_IGNORE_RESULT = True
# Who writes into the queue is to run no code here: nothing but JSON is read from it.
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = CELERY_RESULT_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A task is a wake-up, and what there is to do stands in the database: one that is lost with its worker is made up for
# by the sweep. A worker takes no wake-up that another could answer sooner.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# The default of a second is what an idle queue in memory would let every build wait. Each look costs an idle server.
CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.05} if ENVIRONMENT.broker.startswith("memory:") else {}
EMBEDDED_WORKER = ENVIRONMENT.broker.startswith("memory:")

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"belonging": {"()": "forge.core.observability.logs.RequestContextFilter"}},
    "formatters": {
        "text": {
            "()": "forge.core.observability.logs.TextFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        },
        "json": {"()": "forge.core.observability.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if ENVIRONMENT.json_logs else "text",
            "filters": ["belonging"],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "forge": {"level": "INFO"},
        "django.server": {"level": "WARNING"},
        # One line a missing page says nothing that an access log does not.
        "django.request": {"level": "ERROR"},
    },
}
