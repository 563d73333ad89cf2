"""Where is my referral? For who has the slip in hand: number and birth date, no account, no names, no diagnosis.

Guessing is slow: after five wrong birth dates for one number it stays closed for a quarter of an hour.
"""

from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fenji.apps.common import audit, clock
from fenji.apps.common.models import AuditEvent
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.numbers import tidy_number

WRONG_AT_MOST, CLOSED_FOR = 5, timedelta(minutes=15)
FAILED = "referral.status_refused"


@require_http_methods(["GET", "POST"])
def status(request: HttpRequest, number: str = "") -> HttpResponse:
    """Ask by number and birth date; the same answer for a wrong number and a wrong date."""
    at = clock.now()
    typed = request.POST.get("number", number)
    words = {"at": at, "number": typed, "fault": "", "referral": None}
    if request.method == "POST":
        found = (
            Referral.objects.select_related("resident", "receiver", "department", "sender")
            .filter(number=tidy_number(typed))
            .first()
        )
        if found and _is_closed(found, at):
            words["fault"] = _("尝试次数过多，请 15 分钟后再试，或致电您的家庭医生。")
        elif (
            found
            and found.resident.birth_date
            and found.resident.birth_date == _date(request.POST.get("birth_date", ""))
        ):
            audit.record("referral.status", found, by=None, at=at, resident_id=found.resident_id, relation="slip")
            words["referral"] = found
        else:
            words["fault"] = _("转诊号或出生日期不对，请对照转诊单再输入。")
            if found:
                audit.record(FAILED, found, by=None, at=at, resident_id=found.resident_id, relation="slip")
    return render(request, "slip/status.html", words, status=422 if words["fault"] else 200)


def _is_closed(referral: Referral, at: datetime) -> bool:
    wrong = AuditEvent.objects.filter(resident_id=referral.resident_id, verb=FAILED, subject_id=str(referral.pk))
    return wrong.filter(at__gt=at - CLOSED_FOR).count() >= WRONG_AT_MOST


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
