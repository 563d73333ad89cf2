"""Questions asked of whoever comes, without a login: how often one address may answer them wrongly.

Counted in the database, so that all processes count together, with the bounds of the login (`FENJI_ADDRESS_FAILURES`
in `AXES_COOLOFF_TIME`).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest

from fenji.apps.accounts.lockout import address_of
from fenji.apps.accounts.models import WrongTry

KEPT_FOR = timedelta(days=1)


def wait_of(request: HttpRequest, what: str, *, at: datetime) -> timedelta | None:
    """How long the address must wait before it may answer again; None when it may now."""
    most = settings.FENJI_ADDRESS_FAILURES
    recent = WrongTry.objects.filter(what=what, address=_address(request), at__gt=at - settings.AXES_COOLOFF_TIME)
    times = list(recent.order_by("-at").values_list("at", flat=True)[:most])
    return times[-1] + settings.AXES_COOLOFF_TIME - at if len(times) >= most else None


def note_wrong(request: HttpRequest, what: str, *, at: datetime) -> None:
    """One more wrong answer from the address; those of the day before are forgotten."""
    WrongTry.objects.filter(at__lt=at - KEPT_FOR).delete()
    WrongTry.objects.create(what=what, address=_address(request), at=at)


def _address(request: HttpRequest) -> str:
    return address_of(request) or ""
