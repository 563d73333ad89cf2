"""Settings of login, sessions, second factor and lock-out; `docs/explanation/access.md` gives the reasons.

All spans are read from the environment, so that an operator can be stricter without changing code.
"""

import os
from datetime import timedelta


def _number(name: str, default: int) -> int:
    return int(os.environ.get(name, default))


_demonstration = os.environ.get("FENJI_DEMONSTRATION", "0").lower() in {"1", "true", "yes", "on"}
_asked = os.environ.get("FENJI_REQUIRE_SECOND_FACTOR", "0" if _demonstration else "1")
FENJI_REQUIRE_SECOND_FACTOR = _asked.lower() in {"1", "true", "yes", "on"}

# Sessions: idle, and in all. Staff share computers at the counter; a resident has the phone to himself.
FENJI_IDLE = timedelta(minutes=_number("FENJI_IDLE_MINUTES", 30))
FENJI_SESSION = timedelta(hours=_number("FENJI_SESSION_HOURS", 12))  # a long shift
FENJI_RESIDENT_IDLE = timedelta(minutes=_number("FENJI_RESIDENT_IDLE_MINUTES", 24 * 60))
FENJI_RESIDENT_SESSION = timedelta(hours=_number("FENJI_RESIDENT_SESSION_HOURS", 30 * 24))
SESSION_ENGINE = "fenji.apps.accounts.sessions"
SESSION_COOKIE_AGE = int(max(FENJI_SESSION, FENJI_RESIDENT_SESSION).total_seconds())  # the server decides earlier
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# Proxies in front that append to X-Forwarded-For; 0 believes only the connection itself.
ALLAUTH_TRUSTED_PROXY_COUNT = _number("FENJI_TRUSTED_PROXIES", 0)

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "fenji.apps.accounts.backends.PasswordBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "name_pinyin", "phone", "licence")},
    },
    # Twelve for all: a resident has no second factor, and nobody is made to mix signs or to change it by the calendar.
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "fenji.web.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]  # the library's login wants them; sign-up is closed
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = True  # a lasting cookie for all: the server ends idle sessions, not the browser
ACCOUNT_RATE_LIMITS = False  # counted per process in memory; axes counts in the database
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300

MFA_ADAPTER = "fenji.web.accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "fenji.web.accounts.forms.CodeForm",
    "reauthenticate": "fenji.web.accounts.forms.CodeAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Fenji 分级"
MFA_TOTP_TOLERANCE = 1  # phones are up to half a minute off

AXES_HANDLER = "fenji.apps.accounts.lockout.Lockout"
AXES_FAILURE_LIMIT = 5  # of one account
FENJI_ADDRESS_FAILURES = _number("FENJI_ADDRESS_FAILURES", 20)  # of one address: a hospital has one gateway
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # nobody is kept out for good by trying in his name
AXES_USERNAME_CALLABLE = "fenji.apps.accounts.lockout.counted_name"
AXES_CLIENT_IP_CALLABLE = "fenji.apps.accounts.lockout.address_of"
AXES_LOCKOUT_CALLABLE = "fenji.web.accounts.locked.locked_page"
AXES_SENSITIVE_PARAMETERS = ["login", "username", "csrfmiddlewaretoken", "code"]
AXES_DISABLE_ACCESS_LOG = True  # the audit trail has it
AXES_ENABLE_ADMIN = False
