"""One bill line by line, for the resident, the cashier, the family doctor, the insurer; the resident's own list."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fenji.apps.common import clock
from fenji.apps.payments import access, queries
from fenji.apps.payments.explaining import explained
from fenji.apps.payments.models import Claim
from fenji.apps.residents.queries import family_of_ids
from fenji.kernel.roles import Role
from fenji.web.payments.words import CLASSES, KINDS, MARKS, SETTINGS, STATES
from fenji.web.resident.person import ResidentRequest, for_resident
from fenji.web.roles import PersonRequest, requires_login

A_YEAR_OF_BILLS = 100


@require_GET
@requires_login
def show(request: PersonRequest, claim_id: UUID) -> HttpResponse:
    at = clock.now()
    claim = access.access_claim(request.user, claim_id, at=at)
    shown = {
        "at": at,
        "claim": claim,
        "setting": SETTINGS[claim.setting],
        "state": STATES[claim.referral_state],
        "mark": MARKS[claim.state],
        "steps": explained(claim),
        "lines": [(line, KINDS[line.kind], CLASSES[line.item_class]) for line in claim.lines.order_by("number")],
        "payers": _payers(claim),
        "is_mine": request.post is None,
        "is_insurer": request.post is not None and request.post.role == Role.INSURER,
        "back": _("我的账单") if request.post is None else "",
    }
    return render(request, "payments/bill.html", shown)


@require_GET
@for_resident
def mine(request: ResidentRequest) -> HttpResponse:
    found = queries.claims_of(family_of_ids(request.resident.pk))[:A_YEAR_OF_BILLS]
    bills = [(one, SETTINGS[one.setting], STATES[one.referral_state], MARKS[one.state]) for one in found]
    shown = {"resident": request.resident, "is_self": request.is_self, "at": request.at, "bills": bills}
    return render(request, "payments/mine.html", shown)


def _payers(claim: Claim) -> list[tuple[str, int]]:
    """Who paid how much of the bill; a payer who paid nothing is left out, the patient never is."""
    amounts = [
        (_("医保统筹基金"), claim.fund_cents + claim.forgiven_cents),
        (_("大病保险"), claim.catastrophic_cents),
        (_("医疗救助"), claim.assistance_cents),
        (_("长期护理保险"), claim.care_cents),
    ]
    return [
        *((name, cents) for name, cents in amounts if cents),
        (_("个人支付"), claim.self_cents - claim.forgiven_cents),
    ]
