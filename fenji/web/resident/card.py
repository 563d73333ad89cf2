"""The health card: name, number and a QR code that holds the card's number and nothing else; the doctor's team."""

import io
import re

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fenji.apps.accounts import actions
from fenji.apps.contracts import queries as contracts
from fenji.web.resident.person import ResidentRequest, for_resident
from fenji.web.roles import PersonRequest, requires_login


@for_resident
def card(request: ResidentRequest) -> HttpResponse:
    resident = request.resident
    shown = {
        "resident": resident,
        "at": request.at,
        "qr": qr_svg(resident.card_number),
        "grouped": " ".join(re.findall(".{1,4}", resident.card_number)),
        "contract": contracts.contract_on(resident.pk, timezone.localdate(request.at)),
        "is_self": request.is_self,
    }
    return render(request, "resident/card.html", shown)


@require_POST
@requires_login
def print_size(request: PersonRequest) -> HttpResponse:
    """Large print on or off."""
    user = request.user
    actions.change_own_profile(phone=user.phone, email=user.email, large_print=not user.large_print, by=user)
    messages.success(request, _("已恢复普通字号。") if user.large_print else _("已换成大字。"))
    return redirect("my_card")


def qr_svg(text: str) -> SafeString:
    """A QR code as SVG without styles or scripts, black on white, with a quiet zone."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=False, nl=False, omitsize=True, dark="#000", light="#fff", svgclass="qr"
    )
    return mark_safe(drawn.getvalue().decode())  # noqa: S308  (drawn here, from digits)
