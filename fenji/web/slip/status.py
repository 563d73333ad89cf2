"""Where is my referral? For who has the slip in hand: number and birth date, no account, no names, no diagnosis.

Guessing is slow: after five wrong birth dates for one number it stays closed for a quarter of an hour, and an address
from which too many wrong answers came (`accounts.guessing`) is answered 429 meanwhile, right or wrong.
"""

from datetime import datetime, timedelta
from math import ceil

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fenji.apps.accounts import guessing
from fenji.apps.common import audit, clock
from fenji.apps.common.models import AuditEvent
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.numbers import tidy_number
from fenji.web.days import day_named

WRONG_AT_MOST, CLOSED_FOR = 5, timedelta(minutes=15)
FAILED, QUESTION = "referral.status_refused", "referral.status"


@require_http_methods(["GET", "POST"])
def status(request: HttpRequest, number: str = "") -> HttpResponse:
    """Ask by number and birth date; the same answer for a wrong number and a wrong date."""
    at = clock.now()
    typed = request.POST.get("number", number)
    words: dict[str, object] = {"at": at, "number": typed, "fault": "", "referral": None}
    if request.method != "POST":
        return render(request, "slip/status.html", words)
    if wait := guessing.wait_of(request, QUESTION, at=at):
        return _too_many(request, words, wait)
    found = Referral.objects.select_related("resident", "receiver", "department", "sender")
    referral = found.filter(number=tidy_number(typed)).first()
    if referral and _is_closed(referral, at):
        words["fault"] = _("尝试次数过多，请 15 分钟后再试，或致电您的家庭医生。")
    elif referral and _is_right(referral, request.POST.get("birth_date", "")):
        audit.record("referral.status", referral, by=None, at=at, resident_id=referral.resident_id, relation="slip")
        words["referral"] = referral
    else:
        words["fault"] = _("转诊号或出生日期不对，请对照转诊单再输入。")
        guessing.note_wrong(request, QUESTION, at=at)
        if referral:
            audit.record(FAILED, referral, by=None, at=at, resident_id=referral.resident_id, relation="slip")
    return render(request, "slip/status.html", words, status=422 if words["fault"] else 200)


def _too_many(request: HttpRequest, words: dict[str, object], wait: timedelta) -> HttpResponse:
    minutes = ceil(wait.total_seconds() / 60)
    fault = _("从您这里输错的次数太多，请 %(n)s 分钟后再试；急着要查，请打转诊单上的电话。") % {"n": minutes}
    answer = render(request, "slip/status.html", words | {"fault": fault}, status=429)
    answer["Retry-After"] = str(minutes * 60)
    return answer


def _is_right(referral: Referral, typed: str) -> bool:
    return referral.resident.birth_date is not None and referral.resident.birth_date == day_named(typed)


def _is_closed(referral: Referral, at: datetime) -> bool:
    wrong = AuditEvent.objects.filter(resident_id=referral.resident_id, verb=FAILED, subject_id=str(referral.pk))
    return wrong.filter(at__gt=at - CLOSED_FOR).count() >= WRONG_AT_MOST
