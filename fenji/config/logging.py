"""Logs: one JSON object a line (readable text in a terminal), every one through the same filter.

ID and phone numbers are masked in every text, tracebacks included; a field named like a secret loses its value.
"""

import logging
import re
import sys
from functools import lru_cache
from typing import Any

import structlog
from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

from fenji.apps.common.masking import masked_within

SECRET = re.compile(
    r"pass(word|wd)?|token|secret|authorization|cookie|csrf|api_?key|signature|^code$|^login$", re.IGNORECASE
)
HIDDEN = "********"
NOT_LOGGED = frozenset({"request"})  # objects the web server's records carry along


def without_secrets(logger: Any, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """The processor: hides values of secret fields, masks numbers everywhere else. Runs after tracebacks are text."""
    return {key: _clean(key, value) for key, value in event.items() if key not in NOT_LOGGED}


def _clean(key: str, value: Any) -> Any:
    if _is_secret(str(key)):
        return HIDDEN
    if isinstance(value, dict):
        return {inner: _clean(str(inner), part) for inner, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(key, part) for part in value]
    if value is None or isinstance(value, (bool, int, float)):
        return masked_within(str(value)) if _is_long_number(value) else value
    return masked_within(str(value))


@lru_cache(1000)
def _is_secret(key: str) -> bool:
    return SECRET.search(key) is not None


def _is_long_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**10


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
]


def formatter() -> structlog.stdlib.ProcessorFormatter:
    """Formats records of structlog and of the standard library alike."""
    render: Any = (
        structlog.dev.ConsoleRenderer(colors=True)
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*SHARED, without_secrets],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
    )


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"fields": {"()": "fenji.config.logging.formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "fields"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"level": "ERROR"},  # a refusal stands in our own line of the request
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "axes": {"level": "ERROR"},  # the audit trail and our own lines say it without the typed name
        "procrastinate": {"level": "WARNING"},
    },
}

structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *SHARED,
        without_secrets,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)


class ErrorReportFilter(SafeExceptionReporterFilter):
    """Django's error reports, by mail or page: no form values, no variables, whatever DEBUG says."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return dict.fromkeys(request.POST, HIDDEN) if request is not None else {}

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> Any:
        return [(name, HIDDEN) for name in tb_frame.f_locals]


logging.captureWarnings(True)
