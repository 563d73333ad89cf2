"""What is examined for others in the region: where, how soon, how much it is used, how soon the result is back."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fenji.apps.booking.sharing import shared as shared_in_region
from fenji.apps.common import clock
from fenji.apps.referrals.rules import day_of
from fenji.kernel.roles import CLINICAL, Role
from fenji.web.roles import PostRequest, requires_role

READERS = CLINICAL | {Role.REFERRAL_OFFICE, Role.READER, Role.COMMISSION}
MOST = 200


@require_GET
@requires_role(*READERS)
def shared(request: PostRequest) -> HttpResponse:
    """Counts only, no resident; open to the desks that send, receive and supervise."""
    at, word = clock.now(), request.GET.get("q", "").strip()[:40]
    found = shared_in_region(word, day_of(at), at=at)
    shown = {"rows": found[:MOST], "count": len(found), "most": MOST, "word": word, "at": at}
    return render(request, "examinations/shared.html", shown)
