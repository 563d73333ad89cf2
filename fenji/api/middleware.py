"""Around the API: bodies bounded before they are read, NUL refused in addresses, and no HTML in an answer."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control

from fenji.api.errors import body_of, words_for

Handler = Callable[[HttpRequest], HttpResponse]
PREFIX = "/api/"
MOST_JSON = 2 * 1024 * 1024
MOST_FILE = 34 * 1024 * 1024  # a spreadsheet with its envelope


class JsonAnswers:
    """Outside of what else speaks in pages: a redirect to the login or an error page becomes its JSON."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        status = _refusal(request)
        response = _said(status) if status else _as_json(self.get_response(request))
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, no_store=True)
        return response


def _refusal(request: HttpRequest) -> int:
    """A status for what is refused unread; 0 for what may go on."""
    if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        return 400
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit():
        return 400
    most = MOST_FILE if request.content_type == "multipart/form-data" else MOST_JSON
    return 413 if int(length) > most else 0


def _as_json(response: HttpResponse) -> HttpResponse:
    if response.status_code in range(300, 400) and response.status_code != 304:
        return _said(401)  # only a session that has something to do first is sent elsewhere
    is_page = response.get("Content-Type", "").startswith("text/")
    if response.status_code < 400 or not is_page:
        return response
    said = _said(response.status_code)
    if response.has_header("Allow"):
        said["Allow"] = response["Allow"]
    return said


def _said(status: int) -> HttpResponse:
    return JsonResponse(body_of(status, words_for(status)).model_dump(mode="json"), status=status)
