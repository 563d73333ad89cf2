"""Weekly patterns of clinics, and the places made from them some weeks ahead."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from fenji.apps.booking.models import Line, Pool, Schedule, Session
from fenji.apps.booking.policies import ZONE
from fenji.apps.booking.shares import Shares
from fenji.kernel import slots
from fenji.rulebook.calendar import is_working_day
from fenji.rulebook.rulebook import Rulebook

COLUMNS = "session_id, institution_id, department_id, exam_item_id, number, pool, starts_at, ends_at, is_open"
ONE_AT_A_TIME = 0x51075  # advisory lock: two runs would make the same sessions


@dataclass(frozen=True)
class Made:
    sessions: int
    places: int


@transaction.atomic
def make_places(
    until: date | None = None, *, at: datetime, rulebook: Rulebook, only: Collection[int] | None = None
) -> Made:
    """Make the sessions that begin after `at` and before `until` (else the rulebook's weeks ahead), with their places.

    Of every pattern, or `only` of those named. Sessions that exist are left alone, so that it may run as often as one
    likes.
    """
    today = at.astimezone(ZONE).date()
    until = until or today + timedelta(weeks=rulebook.weeks_ahead(today))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    named = {} if only is None else {"schedule_id__in": list(only)}
    ahead = Session.objects.filter(schedule__isnull=False, starts_at__gt=at, **named)
    existing = set(ahead.values_list("schedule_id", "starts_at"))
    in_force = Schedule.objects.filter(Q(valid_until=None) | Q(valid_until__gt=today), valid_from__lt=until)
    if only is not None:
        in_force = in_force.filter(pk__in=list(only))
    planned = [
        (schedule, session)
        for schedule in in_force.select_related("department").order_by("id")
        for session in _sessions(schedule, today, until)
        if session.starts_at > at and (schedule.id, session.starts_at) not in existing
    ]
    Session.objects.bulk_create([session for _, session in planned], batch_size=2000)
    return Made(len(planned), _copy_places(planned, rulebook))


def is_holiday(on: date) -> bool:
    """A weekday on which people do not work; clinics of Saturday and Sunday are held unless closed by hand."""
    return on.weekday() < 5 and not is_working_day(on)


def pattern_of(schedule: Schedule) -> slots.Pattern:
    return slots.Pattern(
        schedule.weekday, schedule.starts, schedule.ends, schedule.place_minutes,
        schedule.valid_from, schedule.valid_until,
    )  # fmt: skip


def _sessions(schedule: Schedule, from_on: date, until_on: date) -> Iterator[Session]:
    pattern, department = pattern_of(schedule), schedule.department
    for day in slots.days(pattern, from_on, until_on, is_closed=is_holiday):
        if department.valid_until and day >= department.valid_until:
            return
        starts_at, ends_at = slots.span(pattern, day)
        yield Session(
            schedule=schedule, institution_id=department.institution_id, department=department,
            physician_id=schedule.physician_id, line=schedule.line, exam_item_id=schedule.exam_item_id,
            starts_at=starts_at, ends_at=ends_at,
        )  # fmt: skip


def _copy_places(planned: list[tuple[Schedule, Session]], rulebook: Rulebook) -> int:
    shares = Shares(rulebook, [session.department_id for _, session in planned])
    return copy_places(
        (session, schedule.place_minutes, _share(schedule, session, shares)) for schedule, session in planned
    )


def copy_places(sessions: Iterable[tuple[Session, int, int]]) -> int:
    """Write the places of sessions, each with a place's minutes and the reserved share; returns how many.

    COPY, because a city has some hundred thousand places in four weeks.
    """
    count = 0
    with connection.cursor() as cursor, cursor.copy(f"COPY booking_place ({COLUMNS}) FROM STDIN") as copy:
        for session, minutes, permille in sessions:
            for slot in slots.slots(
                session.starts_at, session.ends_at, place_minutes=minutes, reserve_permille=permille
            ):
                copy.write_row((
                    session.pk, session.institution_id, session.department_id, session.exam_item_id, slot.number,
                    pool_of(session.line, is_reserved=slot.is_reserved).value, slot.starts_at, slot.ends_at, True,
                ))  # fmt: skip
                count += 1
    return count


def pool_of(line: str, *, is_reserved: bool) -> Pool:
    """For whom a place of a session of this line is kept."""
    if not is_reserved:
        return Pool.PUBLIC
    return Pool.EXPERT if line == Line.EXPERT else Pool.REFERRAL


def _share(schedule: Schedule, session: Session, shares: Shares) -> int:
    if schedule.reserve_permille is not None:
        return schedule.reserve_permille
    return shares.of(session.department_id, session.line, session.starts_at.astimezone(ZONE).date())
