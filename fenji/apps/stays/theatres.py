"""Theatre and recovery place of a day surgery: which times are open for both, and what is booked."""

from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet

from fenji.apps.stays import queries, rules
from fenji.apps.stays.errors import EndsTooLate
from fenji.apps.stays.models import HandOver, Stay, Surgery
from fenji.apps.stays.policies import Footing, Person, Span
from fenji.kernel.stays import ResourceKind, StayState
from fenji.kernel.working_time import CHINA

LOOKS_AHEAD = 7  # days
STARTS = tuple(time(hour, minute) for hour in range(8, 18) for minute in (0, 30))  # of these what ends in time
ROOMS = (ResourceKind.THEATRE, ResourceKind.RECOVERY)


def spans(starts_at: datetime, at: datetime) -> tuple[Span, Span]:
    """How long theatre and, from its end, recovery place are taken, by the rulebook."""
    in_theatre = Span(starts_at, starts_at + rules.theatre_lasts(at))
    return in_theatre, Span(in_theatre.until_at, in_theatre.until_at + rules.recovery_lasts(at))


def check_ends_in_time(starts_at: datetime, at: datetime) -> None:
    """Whoever asks: recovery ends on the day of the surgery before closing. Raises EndsTooLate."""
    ends_at, closes_at = spans(starts_at, at)[1].until_at, rules.surgery_closes(rules.day_of(starts_at), at)
    if ends_at > closes_at:
        raise EndsTooLate(ends_at, closes_at)


def open_times(surgery: Surgery, *, at: datetime, count: int = 5) -> list[datetime]:
    """The next times, from tomorrow on, at which a theatre and then a recovery place of the house are free."""
    first = rules.day_of(at) + timedelta(days=1)
    return _open(surgery.institution_id, Person(surgery.resident.sex), Footing.HOUSE, first, at, count)


def times_from_below(institution_id: int, person: Person, *, at: datetime, count: int = 5) -> list[datetime]:
    """The same of what the house handed over to the platform, beginning after the time it has to assess the patient."""
    if not is_open_from_below(institution_id, at=at):
        return []
    return _open(institution_id, person, Footing.PLATFORM, first_day_from_below(at), at, count)


def first_day_from_below(at: datetime) -> date:
    """The first day of surgery that leaves the hospital its time to assess, before a theatre goes back unused."""
    earliest = at + rules.step_takes("assess", at) + rules.assessed_before(at)
    day = rules.day_of(earliest)
    return day if earliest <= datetime.combine(day, STARTS[0], CHINA) else day + timedelta(days=1)


def is_open_from_below(institution_id: int, *, at: datetime) -> bool:
    """Whether the house has handed over a theatre and a recovery place, and was heard from lately."""
    handed = HandOver.objects.filter(Q(until_at=None) | Q(until_at__gt=at), resource__institution_id=institution_id)
    kinds = set(handed.filter(resource__kind__in=ROOMS).values_list("resource__kind", flat=True).distinct())
    return len(kinds) == len(ROOMS) and not queries.is_stale(institution_id, at=at)


def booked_for(surgery: Surgery) -> QuerySet[Stay]:
    """All that was ever taken by the pair that stands now."""
    return Stay.objects.filter(bundle_id=surgery.bundle_id) if surgery.bundle_id else Stay.objects.none()


def rooms_of(surgery: Surgery) -> list[Stay]:
    """The theatre and the recovery place booked, in order of time."""
    standing = booked_for(surgery).exclude(state=StayState.CANCELLED)
    return list(standing.select_related("resource").order_by("from_at"))


def rooms_stand(surgery: Surgery, *, at: datetime) -> bool:
    """Whether theatre and recovery place are reserved and still to come."""
    ahead = booked_for(surgery).filter(state=StayState.RESERVED, from_at__gt=at)
    return ahead.count() == len(ROOMS)


def is_kept_as_planned(surgery: Surgery) -> bool:
    """Whether who was operated lies in a recovery place that could not follow the surgery: another has that time."""
    place = booked_for(surgery).filter(kind=ResourceKind.RECOVERY, state=StayState.RESERVED)
    return surgery.operated_at is not None and place.exclude(from_at=surgery.operated_at).exists()


def _open(house: int, person: Person, footing: Footing, first: date, at: datetime, count: int) -> list[datetime]:
    starts = (
        datetime.combine(first + timedelta(days=ahead), hour, CHINA) for ahead in range(LOOKS_AHEAD) for hour in STARTS
    )
    found: list[datetime] = []
    for starts_at in starts:
        if len(found) == count:
            break
        if not _ends_in_time(starts_at, at):
            continue
        rooms = zip(spans(starts_at, at), ROOMS, strict=True)
        if all(
            queries.free_resources(span, person, footing, at=at, kind=kind, institution_ids=[house])
            for span, kind in rooms
        ):
            found.append(starts_at)
    return found


def _ends_in_time(starts_at: datetime, at: datetime) -> bool:
    try:
        check_ends_in_time(starts_at, at)
    except EndsTooLate:
        return False
    return True
