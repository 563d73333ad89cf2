"""Addresses of the commission's desk, and the public page."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from fenji.kernel.roles import Role
from fenji.web.commission import behind, desk, exports, institutions, overdue, published, waiting, waits
from fenji.web.navigation import Entry

COMMISSION = frozenset({Role.COMMISSION})

NAVIGATION = (
    Entry(_("转诊运行"), "commission", "presentation-chart-bar", roles=COMMISSION, also=("/commission/list/",)),
    Entry(_("超时督办"), "commission_overdue", "exclamation-triangle", roles=COMMISSION),
    Entry(_("各机构"), "commission_institutions", "building-office-2", roles=COMMISSION),
    Entry(_("候诊时间"), "commission_waiting", "clock", roles=COMMISSION),
    Entry(_("绿色通道"), "commission_green", "forward", roles=COMMISSION),
    Entry(_("对外公布"), "published", "megaphone", roles=COMMISSION),
)

urlpatterns = [
    path("commission/", desk.desk, name="commission"),
    path("commission/overdue/", overdue.overdue, name="commission_overdue"),
    path("commission/overdue/<int:notice_id>/", overdue.telephoned, name="commission_telephoned"),
    path("commission/institutions/", institutions.institutions, name="commission_institutions"),
    path("commission/waiting/", waiting.waiting, name="commission_waiting"),
    path("commission/green-channel/", waits.green, name="commission_green"),
    path("commission/list/<slug:code>/", behind.behind, name="commission_list"),
    path("commission/export/<slug:what>/", exports.export, name="commission_export"),
    path("published/", published.published, name="published"),
]
