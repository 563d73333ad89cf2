"""One number for one request: in the answer's header, in every log line and in every audit row it causes. And the
memory of one request (`common.request_memory`), which begins and ends with it.

A number sent by the client is not believed: whoever could choose it could mix their acts with another's.
"""

import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from fenji.apps.common import audit
from fenji.apps.common.request_memory import remembering

Handler = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger("fenji.web")


class RequestId:
    """First of the middleware, so that nothing happens without a number."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number, began = uuid.uuid4().hex, time.perf_counter()
        token = audit.request_id.set(number)
        try:
            with remembering(), structlog.contextvars.bound_contextvars(request_id=number):
                response = self.get_response(request)
                _write_line(request, response, time.perf_counter() - began)
        finally:
            audit.request_id.reset(token)
        response["X-Request-ID"] = number
        return response


def _write_line(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """The page's name instead of its address, which may hold what was searched for."""
    user = getattr(request, "user", None)
    log.info(
        "request",
        method=request.method,
        page=request.resolver_match.view_name if request.resolver_match else "",
        status=response.status_code,
        ms=round(seconds * 1000),
        account=user.pk if user is not None and user.is_authenticated else None,
    )
