"""Settings of the tests: Fenji's own, made quick. The database's address is filled in by `tests/conftest.py`."""

import os

os.environ.setdefault("FENJI_SECRET_KEY", "tests-only")
os.environ.setdefault("FENJI_SEALING_KEYS", "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=")
os.environ.setdefault("FENJI_LOOKUP_KEY", "bG9va3VwLW9ubHktbG9va3VwLW9ubHktbG9va3VwLW8=")
os.environ.setdefault("FENJI_REQUIRE_SECOND_FACTOR", "0")  # the tests of login switch it on

from fenji.config.settings import *
from fenji.config.settings import DATABASES, MIDDLEWARE

DATABASES["default"]["CONN_MAX_AGE"] = 0  # threads of the live server come and go
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MIDDLEWARE = [line for line in MIDDLEWARE if "whitenoise" not in line]  # the live server finds static files itself
