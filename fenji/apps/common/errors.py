"""Errors a person is told: what went wrong, where, and what to do about it. Each carries its HTTP status."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """Base of all. `message` says what is wrong, `remedy` what to do, both in the reader's language."""

    status = 409
    code = "conflict"
    message: str | Promise = _("现在不能这样做。")
    remedy: str | Promise = ""

    def __init__(self, message: str | Promise | None = None, *, remedy: str | Promise | None = None) -> None:
        self.message = message if message is not None else self.message
        self.remedy = remedy if remedy is not None else self.remedy
        super().__init__(str(self.message))


class NotFound(DomainError):
    """Absent, or not yours to see: the same answer for both."""

    status = 404
    code = "not_found"
    message = _("没有找到。")
    remedy = _("请核对编号；如确需查阅，请先建立就诊关系。")


class Forbidden(DomainError):
    """The thing is known to the person, but this act is another's."""

    status = 403
    code = "forbidden"
    message = _("您的岗位不能做这一步。")


class Invalid(DomainError):
    """Bad input; `fields` maps a field's name to what is wrong with it."""

    status = 422
    code = "invalid"
    message = _("填写的内容有误。")

    def __init__(
        self,
        message: str | Promise | None = None,
        *,
        fields: Mapping[str, str | Promise] | None = None,
        remedy: str | Promise | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.fields = {name: str(text) for name, text in (fields or {}).items()}


class Stale(DomainError):
    """Someone else changed it first."""

    status = 412
    code = "stale"
    message = _("内容已被他人更新。")
    remedy = _("请刷新后查看最新状态，再决定如何处理。")


class VersionMissing(DomainError):
    """A write that does not say which version it rests on."""

    status = 428
    code = "version_missing"
    message = _("缺少版本号。")
    remedy = _("请在 If-Match 中带上读取时得到的版本号。")


class Busy(DomainError):
    """Another call holds the row and did not let go in time."""

    code = "busy"
    message = _("正在被他人处理。")
    remedy = _("请稍候几秒再试。")


class KeyReused(DomainError):
    """An idempotency key that came with another request before."""

    status = 422
    code = "key_reused"
    message = _("同一请求编号曾用于不同的内容。")
    remedy = _("请换一个新的 Idempotency-Key。")
