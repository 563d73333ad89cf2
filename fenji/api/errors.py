"""Every refusal in one shape: `{code, message, remedy, fields}`, with the status of the error that was raised."""

from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from fenji.api.shape_words import words_of
from fenji.api.shapes.booking import place_shown
from fenji.api.shapes.common import Error
from fenji.apps.booking.errors import SlotTaken
from fenji.apps.common.errors import DomainError, Invalid

log = structlog.get_logger("fenji.api")
CODES = {
    400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    413: "too_large", 415: "unsupported_media_type", 429: "too_many_requests", 500: "broken", 503: "unavailable",
}  # fmt: skip


class TooManyCalls(DomainError):
    """More calls a minute than the API takes from one account; `wait_seconds` until the next may come."""

    status = 429
    code = "too_many_requests"

    def __init__(self, wait_seconds: int) -> None:
        self.wait_seconds = wait_seconds
        super().__init__(_("调用过于频繁。"), remedy=_("请在 %(n)d 秒后再试。") % {"n": wait_seconds})


def body_of(status: int, message: str | Promise, *, code: str = "", remedy: str | Promise = "", **more: Any) -> Error:
    return Error(code=code or CODES.get(status, "refused"), message=str(message), remedy=str(remedy), **more)


def answer_errors(api: NinjaAPI) -> None:
    """Register the handlers: nothing a caller sends ends in a traceback."""

    def show(request: HttpRequest, status: int, error: Error) -> HttpResponse:
        return api.create_response(request, error.model_dump(mode="json"), status=status)

    @api.exception_handler(DomainError)
    def _domain(request: HttpRequest, error: DomainError) -> HttpResponse:
        more: dict[str, Any] = {"fields": error.fields} if isinstance(error, Invalid) else {}
        if isinstance(error, SlotTaken):
            more["alternatives"] = [place_shown(place) for place in error.alternatives]
        shown = body_of(error.status, error.message, code=error.code, remedy=error.remedy, **more)
        response = show(request, error.status, shown)
        if isinstance(error, TooManyCalls):
            response["Retry-After"] = str(error.wait_seconds)
        return response

    @api.exception_handler(ValidationError)
    def _shape(request: HttpRequest, error: ValidationError) -> HttpResponse:
        fields = {_place(one["loc"]): words_of(one) for one in error.errors}
        remedy = _("请对照接口说明改正列出的字段。")
        return show(request, 422, body_of(422, Invalid.message, code="invalid", remedy=remedy, fields=fields))

    @api.exception_handler(AuthenticationError)
    def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        remedy = _("请在 Authorization 中带上有效的令牌（Bearer），或先登录。")
        response = show(request, 401, body_of(401, _("未登录，或令牌无效、已过期。"), remedy=remedy))
        response["WWW-Authenticate"] = "Bearer"
        return response

    @api.exception_handler(HttpError)
    def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
        if isinstance(error.__cause__ or error.__context__, RequestDataTooBig):
            return show(request, 413, body_of(413, _("请求内容过大。")))
        return show(request, error.status_code, body_of(error.status_code, words_for(error.status_code)))

    @api.exception_handler(Http404)
    def _absent(request: HttpRequest, error: Http404) -> HttpResponse:
        return show(request, 404, body_of(404, words_for(404)))

    @api.exception_handler(DataError)
    def _unstorable(request: HttpRequest, error: DataError) -> HttpResponse:
        """The last net: a value that passed every check and the database does not take."""
        log.warning("value refused by the database", kind=type(error.__cause__).__name__)
        return show(request, 422, body_of(422, Invalid.message, code="invalid"))

    @api.exception_handler(OperationalError)
    def _away(request: HttpRequest, error: OperationalError) -> HttpResponse:
        log.error("database unavailable", kind=type(error.__cause__).__name__)
        response = show(request, 503, body_of(503, words_for(503), remedy=_("请稍候再试。")))
        response["Retry-After"] = "5"
        return response


def words_for(status: int) -> str:
    """A sentence for an error that no app raised."""
    known = {
        400: _("请求无法读懂：应为 UTF-8 编码的 JSON，不含空字符。"),
        403: _("您的岗位不能做这一步，或缺少 CSRF 令牌。"),
        404: _("没有找到。"),
        405: _("这个地址不支持该方法。"),
        413: _("请求内容过大。"),
        503: _("系统暂时无法处理。"),
    }
    return known.get(status, _("请求有误。"))


def _place(location: tuple[str | int, ...]) -> str:
    """Where in the request: without the source and the name of the parameter that a body is read into; rows from 1."""
    parts = [str(part + 1 if isinstance(part, int) else part) for part in location[1:] if part != "given"]
    return ".".join(parts) or "body"
