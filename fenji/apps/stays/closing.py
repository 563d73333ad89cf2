"""An institution closes: patients in its beds, promised beds, booked theatres, day surgeries keep it open."""

from collections.abc import Iterator
from datetime import date, datetime, time

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import audit
from fenji.apps.registry.closing import Hanging
from fenji.apps.registry.models import Institution
from fenji.apps.stays import queries
from fenji.apps.stays.models import HandOver, Resource, Stay
from fenji.apps.stays.rules import day_of
from fenji.apps.stays.surgery import surgeries_at
from fenji.kernel.stays import PLANNED, ResourceKind
from fenji.kernel.working_time import CHINA

NAMED = 20


def hanging(institution: Institution, on: date, at: datetime) -> Iterator[Hanging]:
    """What keeps the institution from closing on a day.

    Announced ahead only what is promised beyond that day: who lies there or is on the way has time to leave. Everything
    that stands there is locked first, so that nobody reserves between the look and the end.
    """
    list(_standing(institution, on).values_list("pk", flat=True))
    planned = Stay.objects.filter(
        institution=institution, state__in=[state.value for state in PLANNED], until_at__gt=max(at, _start_of(on))
    ).exclude(pk__in=queries.lapsed_holds(at=at))
    yield from _stays(_("已预留的床位"), planned.filter(kind=ResourceKind.BED))
    yield from _stays(_("已预约的手术间、复苏位或设备"), planned.exclude(kind=ResourceKind.BED))
    if on > day_of(at):
        return
    yield from _stays(_("在床病人"), queries.inpatients_at(institution.pk))
    if count := surgeries_at(institution.pk).count():
        yield Hanging(_("未办完的日间手术"), count)


def settle(institution: Institution, on: date, by: User | None, at: datetime) -> None:
    """From that day on nothing of the house is in use, and the platform has none of its beds."""
    beds = list(_standing(institution, on))
    if not beds:
        return
    for bed in beds:
        bed.used_until = max(on, bed.used_from)
    Resource.objects.bulk_update(beds, ["used_until"])
    ends = max(at, _start_of(on))
    handed = HandOver.objects.filter(Q(until_at=None) | Q(until_at__gt=ends), resource__in=beds)
    handed.filter(from_at__lt=ends).update(until_at=ends)
    handed.filter(from_at__gte=ends).delete()
    audit.record("beds.close", institution, by=by, at=at, institution_id=institution.pk, details={"beds": len(beds)})


def _standing(institution: Institution, on: date) -> QuerySet[Resource]:
    """What is in use there beyond that day, locked."""
    in_use = Q(used_until=None) | Q(used_until__gt=on)
    found = Resource.objects.select_for_update(of=("self",), no_key=True)
    return found.filter(in_use, institution=institution).order_by("pk")


def _stays(what: str, found: QuerySet[Stay]) -> Iterator[Hanging]:
    if count := found.count():
        first = found.select_related("resource__ward").order_by("from_at", "pk")[:NAMED]
        yield Hanging(what, count, tuple(f"{one.resource.ward.name} {one.resource.name}" for one in first))


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
