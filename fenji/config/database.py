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
        "ENGINE": "fenji.config.lasting_postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "fenji",
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or options.pop("port", "") or ""),
        "CONN_MAX_AGE": None,  # a thread of the server keeps its connection,
        "CONN_HEALTH_CHECKS": True,  # and looks at the beginning of a request whether it still stands
        "OPTIONS": {
            "server_side_binding": True,  # only so are statements the same text each time, and can be prepared
            "prepare_threshold": PREPARED_AFTER or None,
            **options,
        },
    }
