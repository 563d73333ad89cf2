"""Once a day each hospital says who lies where; every bed on which that differs from what we have is listed.

A difference stays on the list until somebody says what was wrong. What the lists say is never written upon the beds: a
wrong list would otherwise empty a ward. The hospital sends the movement that was missing.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import audit
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.common.free_text import fault_in
from fenji.apps.stays import standing
from fenji.apps.stays.models import Census, Difference, Feed, Resource, Stay
from fenji.apps.stays.movements import waiting_at, word_from
from fenji.kernel.stays import ResourceKind, StayState

Kind = Difference.Kind
MOST_BEDS = 20_000
NOTE_LENGTH = 200


@transaction.atomic
def compare(
    lying: Mapping[str, str], *, institution_id: int, taken_at: datetime, by: User | None, at: datetime
) -> Census:
    """Take in who lay where at `taken_at` (bed code to 住院号) and list every difference. Raises Invalid, NotFound.

    The day's later list replaces the earlier one and its open differences; what was settled stays settled. By system:
    the house counts as heard from.
    """
    standing.check_can_keep(by, institution_id, at=at)
    if not at - timedelta(days=2) <= taken_at <= at + timedelta(minutes=5) or len(lying) > MOST_BEDS:
        raise Invalid(fields={"taken_at": _("清单时间应在最近两天内。")})
    word_from(institution_id, by_messages=True, at=at)
    on = timezone.localdate(taken_at)
    census, _made = Census.objects.update_or_create(
        institution_id=institution_id, on=on, defaults={"taken_at": taken_at, "beds": len(lying), "at": at}
    )
    census.differences.filter(settled_at=None).delete()
    found = [*_by_bed(lying, institution_id, taken_at), *_waiting(institution_id), *_elsewhere(institution_id)]
    Difference.objects.bulk_create(
        Difference(
            census=census, institution_id=institution_id, at=at, kind=kind, bed_code=bed[:40], theirs=theirs[:80],
            ours=ours[:80], stay_id=stay,
        )
        for kind, bed, theirs, ours, stay in found
    )  # fmt: skip
    audit.record(
        "beds.census", census, by=by, at=at, institution_id=institution_id,
        details={"beds": len(lying), "differences": len(found)},
    )  # fmt: skip
    return census


@transaction.atomic
def note_missing(*, on: date, at: datetime) -> int:
    """Houses whose system sends movements and sent no list that day: a difference of its own. Returns how many."""
    silent = Feed.objects.filter(by_messages=True).exclude(institution__censuses__on=on)
    houses = list(silent.values_list("institution_id", flat=True))
    for house in houses:
        census = Census.objects.create(institution_id=house, on=on, at=at)
        Difference.objects.create(census=census, institution_id=house, kind=Kind.NO_CENSUS, at=at)
    return len(houses)


@transaction.atomic
def settle(difference_id: int, note: str, *, by: User, at: datetime) -> Difference:
    """Somebody found out what was wrong, and says it. Raises Invalid, NotFound."""
    note = note.strip()[:NOTE_LENGTH]
    if fault := fault_in(note) or ("" if note else _("请写明核对结果。")):
        raise Invalid(fields={"note": fault})
    difference = Difference.objects.select_for_update(of=("self",)).filter(pk=difference_id).first()
    if difference is None:
        raise NotFound
    standing.check_can_keep(by, difference.institution_id, at=at)
    if difference.settled_at is None:
        difference.settled_at, difference.settled_by, difference.settled_note = at, by, note
        difference.save(update_fields=["settled_at", "settled_by", "settled_note"])
        audit.record("beds.settle", difference, by=by, at=at, institution_id=difference.institution_id, reason=note)
    return difference


def open_differences(institution_id: int) -> QuerySet[Difference]:
    """What is still to be found out, oldest first."""
    found = Difference.objects.filter(institution_id=institution_id, settled_at=None)
    return found.select_related("census", "stay__resource").order_by("at", "pk")


Found = tuple[str, str, str, str, UUID | None]  # kind, bed, theirs, ours, id of our stay


def _by_bed(lying: Mapping[str, str], institution_id: int, taken_at: datetime) -> list[Found]:
    """Bed by bed, as of the moment the list was taken."""
    known = set(
        Resource.objects.filter(institution_id=institution_id, kind=ResourceKind.BED).values_list("code", flat=True)
    )
    there = Stay.objects.filter(
        institution_id=institution_id, kind=ResourceKind.BED, state__in=[StayState.OCCUPIED, StayState.LEFT],
        from_at__lte=taken_at,
    ).select_related("resource")  # fmt: skip
    ours = {one.resource.code: one for one in there if one.state == StayState.OCCUPIED or one.until_at > taken_at}
    found: list[Found] = []
    for bed in sorted({*lying, *ours}):
        mine, theirs = ours.get(bed), lying.get(bed, "")
        if bed not in known:
            found.append((Kind.UNKNOWN_BED, bed, theirs, "", None))
        elif mine is None:
            found.append((Kind.ONLY_THERE, bed, theirs, "", None))
        elif not theirs:
            found.append((Kind.ONLY_HERE, bed, "", mine.episode, mine.pk))
        elif theirs != mine.episode:
            found.append((Kind.OTHER_PATIENT, bed, theirs, mine.episode, mine.pk))
    return found


def _waiting(institution_id: int) -> list[Found]:
    return [
        (Kind.WAITING, one.bed.code if one.bed else "", one.episode, one.waits_for, None)
        for one in waiting_at(institution_id)
    ]


def _elsewhere(institution_id: int) -> list[Found]:
    """Patients who lie in another house too, as far as we were told."""
    here = Stay.objects.filter(
        institution_id=institution_id, kind=ResourceKind.BED, state=StayState.OCCUPIED, resident__isnull=False
    ).select_related("resource")
    others = dict(
        Stay.objects.filter(
            kind=ResourceKind.BED, state=StayState.OCCUPIED, resident__in=here.values("resident")
        ).exclude(institution_id=institution_id).values_list("resident_id", "institution__short_name")
    )  # fmt: skip
    return [
        (Kind.TWO_HOUSES, one.resource.code, one.episode, others[one.resident_id], one.pk)
        for one in here
        if one.resident_id in others
    ]
