"""Errors as pages: what went wrong and what to do, in the reader's words, never a code alone.

`DomainErrors` (middleware) turns every error of the apps into its page or, for HTMX, a message at the top. What never
reaches a view (an unknown address, a stale form, our own fault) Django renders from 404.html, 403_csrf.html, 500.html.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fenji.apps.common.errors import DomainError, Invalid

Handler = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True)
class Wording:
    title: str | Promise
    remedy: str | Promise
    icon: str


# Read by the templates through the tag `error_wording`.
WORDINGS: dict[int, Wording] = {
    400: Wording(
        _("这个请求无法读懂"), _("请返回上一页重新填写；如果是点开的链接，请核对是否完整。"), "question-mark-circle"
    ),
    403: Wording(_("您的岗位不能做这一步"), _("请切换到有权限的岗位，或请有权限的同事办理。"), "lock-closed"),
    404: Wording(_("没有找到"), _("请核对编号或网址；如确需查阅某位居民，请先建立就诊关系。"), "magnifying-glass"),
    409: Wording(_("现在不能这样做"), _("请刷新页面，按最新状态继续办理。"), "arrow-path"),
    412: Wording(_("内容已被他人更新"), _("请查看最新状态，再决定如何处理；您填写的内容没有提交。"), "arrow-path"),
    422: Wording(_("填写的内容有误"), _("请返回上一页，改正后再提交。"), "pencil-square"),
    428: Wording(_("缺少版本号"), _("请刷新页面后重新提交。"), "arrow-path"),
    429: Wording(_("尝试次数过多"), _("请稍后再试；如忘记密码，请联系本单位管理员。"), "clock"),
    500: Wording(
        _("系统出了差错"),
        _("您填写的内容可能没有保存，请稍后再试；急诊病人请直接拨打接收医院值班电话。"),
        "wrench-screwdriver",
    ),
}


STALE_FORM = Wording(_("页面放得太久，已失效"), _("请返回上一页，刷新后重新提交；浏览器须允许 Cookie。"), "arrow-path")


def page(
    request: HttpRequest, status: int, *, message: str | Promise = "", remedy: str | Promise = "", next_href: str = "",
    faults: Collection[str] = (),
) -> HttpResponse:  # fmt: skip
    """The page of an error; HTMX gets a message at the top of the page it stands on instead.

    `faults`: what was wrong with each box, where the page that was posted from could not say it there.
    """
    wording = WORDINGS.get(status, WORDINGS[409])
    words = {
        "status": status,
        "title": message or wording.title,
        "remedy": remedy or wording.remedy,
        "icon": wording.icon,
        "next_href": next_href,
        "faults": faults,
    }
    if getattr(request, "htmx", False):
        response = render(request, "errors/flash.html", words, status=status)
        response["HX-Retarget"] = "#messages"
        response["HX-Reswap"] = "innerHTML show:top"
        return response
    return render(request, "errors/page.html", words, status=status)


class DomainErrors:
    """Errors of the apps become pages with their own status, message and remedy. The API has its own answers."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Http404):
            return page(request, 404)
        if isinstance(exception, PermissionDenied):
            return page(request, 403)
        if not isinstance(exception, DomainError):
            return None
        back = _page_before(request) if exception.status in (409, 412) else ""
        faults = list(exception.fields.values()) if isinstance(exception, Invalid) else []
        words = {"message": exception.message, "remedy": exception.remedy}
        return page(request, exception.status, **words, next_href=back, faults=faults)


def _page_before(request: HttpRequest) -> str:
    """The page of this site that the request came from: where the latest state is to be seen."""
    before = urlsplit(request.headers.get("Referer", ""))
    return f"{before.path}?{before.query}".rstrip("?") if before.netloc == request.get_host() else ""
