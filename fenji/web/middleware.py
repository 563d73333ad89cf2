"""Headers of every page: what it varies by, and that a logged-in page is never kept by the browser."""

from collections.abc import Callable
from dataclasses import asdict
from functools import cached_property

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

Handler = Callable[[HttpRequest], HttpResponse]


class PageHeaders:
    """After logout "back" must show nothing: whoever carries a session gets `Cache-Control: no-store`.

    Decided by the cookie, not by the account, so that a page without a login costs no query.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response["Cache-Control"] = "no-store"
        return response


class ContentPolicy(CSPMiddleware):
    """The content security policy: of a page as it asks for, of the API's answers always the same, made once."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith("application/json"):
            return super().process_response(request, response)
        response[HEADER] = self._of_data
        return response

    @cached_property
    def _of_data(self) -> str:
        return str(build_policy(**asdict(self.get_policy_parts(HttpRequest(), HttpResponse()))))
