"""Settings, all read from the environment; `docs/reference/settings.md` lists the variables.

A demonstration needs none of them: `fenji run` sets the database address and the keys itself.
"""

import os
import secrets
from pathlib import Path

from csp.constants import NONE, SELF

from fenji.config.access import *  # noqa: F403  (login, sessions, second factor, lock-out)
from fenji.config.database import database_settings
from fenji.config.home import home_path
from fenji.config.logging import LOGGING as LOGGING

PACKAGE = Path(__file__).resolve().parent.parent


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


DEBUG = _flag("FENJI_DEBUG")
DEMONSTRATION = _flag("FENJI_DEMONSTRATION")
CITY = os.environ.get("FENJI_CITY", "yangjiang")
POLICY = os.environ.get("FENJI_POLICY") or CITY  # whose rules hold in this city's network
FENJI_API_CALLS_PER_MINUTE = int(os.environ.get("FENJI_API_CALLS_PER_MINUTE", "600"))  # of one account
DEMONSTRATION_RESIDENTS = int(os.environ.get("FENJI_DEMONSTRATION_RESIDENTS", "26000"))
SECRET_KEY = os.environ.get("FENJI_SECRET_KEY") or secrets.token_urlsafe(48)
# Seal ID and phone numbers; each 32 bytes in base64, newest first, separated by commas. Kept outside the database.
SEALING_KEYS = os.environ.get("FENJI_SEALING_KEYS", "")
LOOKUP_KEY = os.environ.get("FENJI_LOOKUP_KEY", "")  # 32 bytes in base64: finds a sealed value by its hash
# Ways out of the house for notices; where one is not set up, somebody is put on the call list.
SMS_URL = os.environ.get("FENJI_SMS_URL", "")
SMS_KEY = os.environ.get("FENJI_SMS_KEY", "")
WECOM_URL = os.environ.get("FENJI_WECOM_URL", "")
WECOM_CORP_ID = os.environ.get("FENJI_WECOM_CORP_ID", "")
WECOM_AGENT_ID = os.environ.get("FENJI_WECOM_AGENT_ID", "")
WECOM_SECRET = os.environ.get("FENJI_WECOM_SECRET", "")
ALLOWED_HOSTS = os.environ.get("FENJI_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
PUBLIC_URL = os.environ.get("FENJI_PUBLIC_URL", "http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

DATABASES = {"default": database_settings(os.environ.get("FENJI_DATABASE_URL", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_htmx",
    "django_cotton",
    "template_partials",
    "heroicons",
    "ninja",
    "procrastinate.contrib.django",
    "django_prometheus",
    "fenji.apps.common",
    "fenji.apps.accounts",
    "fenji.apps.notices",
    "fenji.apps.registry",
    "fenji.apps.residents",
    "fenji.apps.contracts",
    "fenji.apps.booking",
    "fenji.apps.stays",
    "fenji.apps.referrals",
    "fenji.apps.payments",
    "fenji.apps.indicators",
    "fenji.exchange",
    "fenji.web",
]

MIDDLEWARE = [
    "fenji.web.request_id.RequestId",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "fenji.web.middleware.PageHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "fenji.web.middleware.ContentPolicy",
    "fenji.api.middleware.JsonAnswers",
    "django_htmx.middleware.HtmxMiddleware",
    "fenji.web.errors.DomainErrors",
    "fenji.web.session.SessionRules",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "fenji.config.urls"
WSGI_APPLICATION = "fenji.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": True,  # cotton and template-partials wrap the loaders themselves
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    },
]

AUTH_USER_MODEL = "accounts.User"
DEFAULT_EXCEPTION_REPORTER_FILTER = "fenji.config.logging.ErrorReportFilter"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("FENJI_STATIC_ROOT") or home_path() / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # papers are rows; nothing is kept as a file
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600
STATICFILES_DIRS = [PACKAGE / "web" / "static"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
# Behind a proxy that speaks TLS, gunicorn learns the scheme from X-Forwarded-Proto of addresses it trusts.
HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SILENCED_SYSTEM_CHECKS = ["security.W008"]  # the proxy sends http to https
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
