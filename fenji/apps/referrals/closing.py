"""An institution closes: referrals, booked places, follow-ups that would be left hanging; clinics that end with it."""

from collections.abc import Iterator
from datetime import date, datetime, time

from django.db.models import Q
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.booking.models import Booking, Schedule, Session
from fenji.apps.booking.patterns import end_schedule
from fenji.apps.booking.policies import LIVING, ZONE
from fenji.apps.booking.sessions import close_session
from fenji.apps.referrals.models import FollowUp
from fenji.apps.referrals.queries import open_referrals
from fenji.apps.referrals.rules import day_of
from fenji.apps.registry.closing import Hanging
from fenji.apps.registry.models import Institution
from fenji.kernel.referral import State

NAMED = 20


def hanging(institution: Institution, on: date, at: datetime) -> Iterator[Hanging]:
    """What keeps the institution from closing on a day.

    Announced ahead only what is booked for afterwards: nobody can refer there any more, and what is open has time.
    """
    booked = Booking.objects.filter(
        place__institution=institution, state__in=LIVING, place__starts_at__gte=max(at, _start_of(on))
    ).order_by("place__starts_at")
    if count := booked.count():
        times = booked.values_list("place__starts_at", flat=True)[:NAMED]
        yield Hanging(_("已预约的号"), count, tuple(f"{time.astimezone(ZONE):%m-%d %H:%M}" for time in times))
    if on > day_of(at):
        return
    sides = Q(receiver=institution) | Q(sender=institution)
    going = open_referrals().filter(sides).exclude(state=State.DRAFT).order_by("due_at")
    if count := going.count():
        yield Hanging(_("未办完的转诊"), count, tuple(going.values_list("number", flat=True)[:NAMED]))
    due = FollowUp.objects.filter(institution=institution, done_at=None).exclude(referral__state=State.CANCELLED)
    if count := due.count():
        yield Hanging(_("未完成的随访"), count)


def settle(institution: Institution, on: date, by: User | None, at: datetime) -> None:
    """No clinic is held from then on; who slipped in meanwhile is moved or told."""
    standing = Schedule.objects.filter(department__institution=institution).exclude(valid_until__lte=on)
    for schedule_id in standing.order_by("pk").values_list("pk", flat=True):
        end_schedule(schedule_id, on, by=by, at=at)
    single = Session.objects.filter(institution=institution, closed_at=None, starts_at__gte=max(at, _start_of(on)))
    for session_id in single.order_by("starts_at").values_list("pk", flat=True):
        close_session(session_id, _("机构停用"), by=by, at=at)


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)
