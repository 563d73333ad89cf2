"""Reads a PostgreSQL address (`postgresql://user:password@host:port/name?host=/socket/dir`) into Django's settings."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def database_settings(url: str) -> dict[str, Any]:
    """Settings of Django's connection for `url`; an empty url means the local socket's default database."""
    parts = urlsplit(url or "postgresql:///fenji")
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError(f"FENJI_DATABASE_URL must begin with postgresql://, not {parts.scheme!r}://")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "fenji",
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or options.pop("port", "") or ""),
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 4, "timeout": 10}, **options},
    }
