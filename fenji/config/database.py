"""Reads a PostgreSQL address (`postgresql://user:password@host:port/name?host=/socket/dir`) into Django's settings."""

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

PROCESSES = int(os.environ.get("FENJI_PROCESSES", "2"))  # of the server
THREADS = int(os.environ.get("FENJI_THREADS", "4"))  # requests at once in each; each needs one connection
# Times a connection sees a statement before PostgreSQL keeps its plan, which halves a page's time; 0: never.
PREPARED_AFTER = int(os.environ.get("FENJI_PREPARED_AFTER", "3"))


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
        "CONN_HEALTH_CHECKS": True,  # after the server was restarted the pool hands out no dead connection
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": THREADS, "timeout": 10},
            "server_side_binding": True,  # only so are statements the same text each time, and can be prepared
            "prepare_threshold": PREPARED_AFTER or None,
            **options,
        },
    }
