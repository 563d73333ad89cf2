"""Reading stays: which beds are free, who is coming, what became of whom."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from fenji.apps.common.errors import NotFound
from fenji.apps.stays import free, rules
from fenji.apps.stays.models import Feed, Resource, Stay, Ward
from fenji.apps.stays.policies import Footing, Person, Span
from fenji.kernel.stays import LIVING, PLANNED, ResourceKind, StayState

WITH_NAMES = ("resource__ward", "institution", "resident")


def stay_called(stay_id: UUID) -> Stay:
    """The stay with its resource. Raises NotFound."""
    stay = Stay.objects.select_related("resource__ward").filter(pk=stay_id).first()
    if stay is None:
        raise NotFound
    return stay


def free_resources(
    span: Span, person: Person, footing: Footing, *, at: datetime, kind: ResourceKind = ResourceKind.BED,
    institution_ids: Iterable[int] = (), ward_ids: Iterable[int] = (), resource_ids: Iterable[int] = (),
) -> list[Resource]:  # fmt: skip
    """What is free over the span, fits the person and may be reserved on this footing; by ward and code."""
    values = free.values(span, person, footing, at=at) | {
        "kind": kind.value, "houses": list(institution_ids), "wards": list(ward_ids), "ids": list(resource_ids),
    }  # fmt: skip
    found = Resource.objects.raw(
        f"""SELECT r.* FROM {free.TABLES} WHERE r.kind = %(kind)s
        AND (r.institution_id = ANY(%(houses)s::bigint[]) OR r.ward_id = ANY(%(wards)s::bigint[])
            OR r.id = ANY(%(ids)s::bigint[]))
        AND {free.FREE} AND {free.PERSON} AND {free.FOOTING} ORDER BY w.code, length(r.code), r.code""",  # noqa: S608
        values,
    ).prefetch_related("ward")
    return list(found)


def free_beds(institution_ids: Iterable[int], span: Span, *, at: datetime) -> dict[int, int]:
    """How many beds of each institution the platform could give away over the span, whomever they fit.

    A house that has been silent for too long promises none; one without beds on the platform is missing.
    """
    wanted = set(institution_ids)
    values = free.values(span, Person(), Footing.PLATFORM, at=at) | {"houses": list(wanted)}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT r.institution_id, count(*) FILTER (WHERE {free.FREE} AND {free.HANDED}) FROM {free.TABLES}
            WHERE r.kind = 'bed' AND r.institution_id = ANY(%(houses)s::bigint[]) GROUP BY 1""",  # noqa: S608
            values,
        )
        counts: dict[int, int] = dict(cursor.fetchall())
    silent = set(counts) - _heard_from(counts, at)
    return {house: 0 if house in silent else count for house, count in counts.items()}


def stays_of_referral(referral_id: UUID) -> QuerySet[Stay]:
    """What was reserved or lain in because of a referral, latest first."""
    return Stay.objects.filter(referral_id=referral_id).select_related(*WITH_NAMES).order_by("-made_at", "-from_at")


def planned_for(referral_id: UUID, *, at: datetime) -> Stay | None:
    """The bed still promised to a referral's patient; a hold that ran out is no promise."""
    lapsed = Q(state=StayState.HELD, held_until__lte=at)
    planned = stays_of_referral(referral_id).filter(state__in=[state.value for state in PLANNED], kind=ResourceKind.BED)
    return planned.exclude(lapsed).first()


def planned_at(institution_id: int, *, at: datetime, ward_id: int | None = None) -> QuerySet[Stay]:
    """Who is expected in the house's beds, soonest first."""
    lapsed = Q(state=StayState.HELD, held_until__lte=at)
    found = Stay.objects.filter(
        institution_id=institution_id, kind=ResourceKind.BED, state__in=[state.value for state in PLANNED]
    )
    if ward_id is not None:
        found = found.filter(ward_id=ward_id)
    return found.exclude(lapsed).select_related(*WITH_NAMES).order_by("from_at", "pk")


def inpatients_at(institution_id: int) -> QuerySet[Stay]:
    """Who lies in a bed of the house now, as far as we were told."""
    lying = Stay.objects.filter(institution_id=institution_id, kind=ResourceKind.BED, state=StayState.OCCUPIED)
    return lying.select_related(*WITH_NAMES).order_by("ward__code", "resource__code")


def lapsed_holds(*, at: datetime) -> QuerySet[Stay]:
    """Holds that ran out and are still written as held."""
    return Stay.objects.filter(state=StayState.HELD, held_until__lte=at).order_by("held_until")


def living_on(resource_ids: Iterable[int], span: Span, *, at: datetime) -> QuerySet[Stay]:
    """What lies on the resources at some time of the span, lapsed holds left out, in order of time."""
    lapsed = Q(state=StayState.HELD, held_until__lte=at)
    found = Stay.objects.filter(resource_id__in=list(resource_ids), state__in=[state.value for state in LIVING])
    touching = found.filter(from_at__lt=span.until_at, until_at__gt=span.from_at)
    return touching.exclude(lapsed).select_related("resident").order_by("from_at")


def wards_of(institution_id: int) -> QuerySet[Ward]:
    return Ward.objects.filter(institution_id=institution_id).select_related("department").order_by("code")


def feed_of(institution_id: int) -> Feed | None:
    return Feed.objects.filter(institution_id=institution_id).first()


def _heard_from(institution_ids: Iterable[int], at: datetime) -> set[int]:
    feeds = Feed.objects.filter(institution_id__in=list(institution_ids))
    return {
        one.institution_id for one in feeds if not rules.is_stale(one.last_at, by_messages=one.by_messages, at=at)
    }  # fmt: skip


def is_stale(institution_id: int, *, at: datetime) -> bool:
    """Whether the house has been silent too long to promise its beds; one that never said anything has."""
    feed = feed_of(institution_id)
    return feed is None or rules.is_stale(feed.last_at, by_messages=feed.by_messages, at=at)
