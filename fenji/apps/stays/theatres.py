"""Theatre and recovery place of a day surgery: which times are open for both, and what is booked."""

from datetime import datetime, time, timedelta

from django.db.models import QuerySet

from fenji.apps.stays import queries, rules
from fenji.apps.stays.models import Stay, Surgery
from fenji.apps.stays.policies import Footing, Person, Span
from fenji.kernel.stays import ResourceKind, StayState
from fenji.kernel.working_time import CHINA

LOOKS_AHEAD = 7  # days
STARTS = tuple(time(hour, minute) for hour in range(8, 12) for minute in (0, 30))  # so that one may leave by evening
ROOMS = (ResourceKind.THEATRE, ResourceKind.RECOVERY)


def spans(starts_at: datetime, at: datetime) -> tuple[Span, Span]:
    """How long theatre and, from its end, recovery place are taken, by the rulebook."""
    in_theatre = Span(starts_at, starts_at + rules.theatre_lasts(at))
    return in_theatre, Span(in_theatre.until_at, in_theatre.until_at + rules.recovery_lasts(at))


def open_times(surgery: Surgery, *, at: datetime, count: int = 5) -> list[datetime]:
    """The next times, from tomorrow on, at which a theatre and then a recovery place of the house are free."""
    first = rules.day_of(at) + timedelta(days=1)
    starts = (
        datetime.combine(first + timedelta(days=ahead), hour, CHINA) for ahead in range(LOOKS_AHEAD) for hour in STARTS
    )
    found: list[datetime] = []
    for starts_at in starts:
        if len(found) == count:
            break
        if all(_is_open(surgery, span, kind, at) for span, kind in zip(spans(starts_at, at), ROOMS, strict=True)):
            found.append(starts_at)
    return found


def booked_for(surgery: Surgery) -> QuerySet[Stay]:
    """All that was ever taken by the pair that stands now."""
    return Stay.objects.filter(bundle_id=surgery.bundle_id) if surgery.bundle_id else Stay.objects.none()


def rooms_of(surgery: Surgery) -> list[Stay]:
    """The theatre and the recovery place booked, in order of time."""
    standing = booked_for(surgery).exclude(state=StayState.CANCELLED)
    return list(standing.select_related("resource").order_by("from_at"))


def _is_open(surgery: Surgery, span: Span, kind: ResourceKind, at: datetime) -> bool:
    person, house = Person(surgery.resident.sex), [surgery.institution_id]
    return bool(queries.free_resources(span, person, Footing.HOUSE, at=at, kind=kind, institution_ids=house))
