"""Beside the official system: bills settled by both, with each difference and its likeliest reason."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from fenji.apps.common import clock
from fenji.apps.payments import queries
from fenji.apps.payments.actions.shadow import REASONS, differences
from fenji.kernel.roles import Role
from fenji.web.payments.words import SETTINGS, STATES
from fenji.web.roles import PostRequest, requires_role

A_PAGE = 20
AMOUNTS = {
    "total_cents": _("总费用"),
    "deductible_cents": _("起付线"),
    "fund_cents": _("统筹支付"),
    "catastrophic_cents": _("大病保险"),
    "assistance_cents": _("医疗救助"),
    "care_cents": _("长期护理"),
    "self_cents": _("个人支付"),
}


@require_GET
@requires_role(Role.INSURER)
def compared(request: PostRequest) -> HttpResponse:
    """The latest comparisons; the resident is not named here, the bill itself says more and records the reading."""
    page = Paginator(queries.shadow_claims(), A_PAGE).get_page(request.GET.get("page"))
    rows = [
        (
            one, SETTINGS[one.setting], STATES[one.referral_state],
            [(AMOUNTS[gap.name], gap, REASONS[gap.reason]) for gap in differences(one)],
        )
        for one in page
    ]  # fmt: skip
    return render(request, "payments/compared.html", {"page": page, "rows": rows, "at": clock.now()})
