"""What can go wrong with a notice."""

from django.utils.translation import gettext_lazy as _

from fenji.apps.common.errors import DomainError


class DeliveryFailed(Exception):
    """One try did not succeed. `detail` holds no number, key or text; `is_final`: trying again is no use."""

    def __init__(self, detail: str, *, is_final: bool = False) -> None:
        super().__init__(detail)
        self.detail, self.is_final = detail, is_final


class AlreadyCalled(DomainError):
    """The entry of the call list was dealt with."""

    code = "already_called"
    message = _("这条电话通知已经处理。")
