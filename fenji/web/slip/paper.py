"""One page to print: 转出单 above, 回转单 below once there is a reply, QR code to the status."""

from uuid import UUID

import segno
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from fenji.apps.common import clock
from fenji.apps.referrals import queries
from fenji.apps.referrals.models import CarePlan
from fenji.apps.referrals.slip import FIELDS
from fenji.web.roles import PersonRequest, requires_login


@require_GET
@requires_login
def slip(request: PersonRequest, referral_id: UUID) -> HttpResponse:
    """The slip of one referral, for who may see it. The reading is audited."""
    at = clock.now()
    referral, _parties = queries.access_referral(request.user, referral_id, at=at)
    words = {
        "referral": referral,
        "at": at,
        "fields": [(one.label, referral.slip[one.name]) for one in FIELDS if referral.slip.get(one.name)],
        "reply": referral.replies.filter(is_final=True).select_related("by").last(),
        "plan": CarePlan.objects.filter(referral=referral).first(),
        "qr": qr_code(settings.PUBLIC_URL + reverse("status_of", args=[referral.number])),
    }
    return render(request, "slip/paper.html", words)


def qr_code(text: str) -> str:
    """An SVG of the code, drawn here from our own address: nothing in it comes from a person."""
    code = segno.make(text, error="m").svg_inline(scale=3, border=2, svgclass=None, lineclass=None, omitsize=False)
    return mark_safe(code)  # noqa: S308
