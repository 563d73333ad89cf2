"""Whose wards somebody at work sees: those of the own house, the own department's first."""

from datetime import date, datetime, time

from fenji.apps.common.errors import NotFound
from fenji.apps.registry.models import Membership
from fenji.apps.stays import queries
from fenji.apps.stays.models import Resource, Ward
from fenji.apps.stays.rules import day_of
from fenji.kernel.stays import ResourceKind
from fenji.kernel.working_time import CHINA
from fenji.web.presenters.names import diagnosis_name

DISCHARGES_AT = time(12)  # a day named as the end of a stay means its noon
EVENING = time(23, 59)  # and today, once noon is past, by the end of the day


def wards_for(post: Membership) -> list[Ward]:
    """The house's wards with beds, those of the post's department first."""
    found = queries.wards_of(post.institution_id).filter(resources__kind=ResourceKind.BED).distinct()
    return sorted(found, key=lambda ward: (ward.department_id != post.department_id, ward.code))


def bed_for(post: Membership, bed_id: int) -> Resource:
    """A bed of the own house. Raises NotFound."""
    found = Resource.objects.select_related("ward", "department").filter(pk=bed_id, institution_id=post.institution_id)
    bed = found.first()
    if bed is None:
        raise NotFound
    return bed


def noon_of(day: date) -> datetime:
    return datetime.combine(day, DISCHARGES_AT, CHINA)


def end_on(day: date, at: datetime) -> datetime:
    """The moment meant by a day on which somebody leaves or a block ends."""
    is_past = day == day_of(at) and noon_of(day) <= at
    return datetime.combine(day, EVENING, CHINA) if is_past else noon_of(day)


def typed_diagnosis(code: str) -> str:
    """A known diagnosis as somebody would type it into a box: code and name."""
    return f"{code} {diagnosis_name(code)}" if code else ""
