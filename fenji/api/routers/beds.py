"""Beds: what a hospital's system tells, what it hands over, what is free, and reserving one for a referral."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router

from fenji.api.callers import Caller, caller_of
from fenji.api.shapes import beds as shapes
from fenji.api.shapes.common import MOVE, WRITE, Done, Moment, RowId, answers
from fenji.api.writing import REPEATABLE, once, version_of
from fenji.apps.booking.policies import KEEPERS
from fenji.apps.common.errors import DomainError, Invalid, NotFound
from fenji.apps.referrals.actions.admissions import give_bed
from fenji.apps.registry.models import Institution
from fenji.apps.residents.models import Resident
from fenji.apps.residents.relations import relation_for
from fenji.apps.stays import board, handing_over, movements, queries, reconciliation, theatres, wards
from fenji.apps.stays.models import Resource, Ward
from fenji.apps.stays.movements import MovementForm
from fenji.apps.stays.policies import Footing, Person, Span, Wanted
from fenji.kernel.stays import Event, ResourceKind

router = Router(tags=["beds"])


@router.post(
    "/beds/movements", response=answers(200, shapes.MovementsShown, WRITE), openapi_extra=REPEATABLE,
    summary="Tell what happened in the wards",
)  # fmt: skip
def tell(request: HttpRequest, given: shapes.MovementsIn) -> HttpResponse:
    """入出转: in any order, each as often as you like; every message id has one effect.

    What cannot be yet (the bed's last patient has not been discharged) waits, and is tried with every further message.
    """
    caller = caller_of(request)
    house = _house(caller)

    def perform() -> shapes.MovementsShown:
        told, refused = [], []
        for one in given.items:
            try:
                form = _form(one, caller)
                made = movements.record(form, institution_id=house, by=caller.user, at=caller.at)
                told.append(shapes.movement_shown(made))
            except DomainError as error:
                fields = error.fields if isinstance(error, Invalid) else {}
                refused.append(
                    shapes.Refusal(
                        message_id=one.message_id, code=error.code, message=str(error.message), fields=fields
                    )
                )  # fmt: skip
        return shapes.MovementsShown(items=told, refused=refused)

    return once(request, given, perform)


@router.post(
    "/beds/heartbeat", response=answers(200, Done, WRITE), openapi_extra=REPEATABLE, summary="Nothing has happened"
)  # fmt: skip
def heartbeat(request: HttpRequest) -> HttpResponse:
    """The system is there and has nothing to tell: beds may still be promised."""
    caller = caller_of(request)

    def perform() -> Done:
        movements.hear_from(_house(caller), by_messages=True, by=caller.user, at=caller.at)
        return Done()

    return once(request, None, perform)


@router.post(
    "/beds/census", response=answers(200, shapes.CensusShown, WRITE), openapi_extra=REPEATABLE,
    summary="Who lies where: the daily comparison",
)  # fmt: skip
def census(request: HttpRequest, given: shapes.CensusIn) -> HttpResponse:
    """Every difference is listed and stays listed until somebody says what was wrong; no bed is changed by it."""
    caller = caller_of(request)
    house = _house(caller)

    def perform() -> shapes.CensusShown:
        made = reconciliation.compare(
            given.beds, institution_id=house, taken_at=given.taken_at, by=caller.user, at=caller.at
        )
        found = reconciliation.open_differences(house)
        return shapes.CensusShown(beds=made.beds, differences=[shapes.difference_shown(one) for one in found])

    return once(request, given, perform)


@router.post(
    "/beds", response=answers(200, shapes.BedShown, WRITE), openapi_extra=REPEATABLE, summary="Enter or change a bed"
)  # fmt: skip
def put_bed(request: HttpRequest, given: shapes.BedIn) -> HttpResponse:
    caller = caller_of(request)

    def perform() -> shapes.BedShown:
        form = wards.ResourceForm(
            department_id=given.department_id, ward_code=given.ward, ward_name=given.ward_name, code=given.code,
            name=given.name, kind=ResourceKind(given.kind), ward_sex=given.ward_sex, sex=given.sex,
            is_isolation=given.is_isolation,
        )  # fmt: skip
        return shapes.bed_shown(wards.put_resource(form, by=caller.user, at=caller.at)[0])

    return once(request, given, perform)


@router.post(
    "/beds/hand-over", response=answers(200, Done, WRITE), openapi_extra=REPEATABLE,
    summary="Hand beds over to the platform",
)  # fmt: skip
def hand_over(request: HttpRequest, given: shapes.HandOverIn) -> HttpResponse:
    """From then on referrals alone reserve them. Handing the same over again changes nothing."""
    caller = caller_of(request)

    def perform() -> Done:
        ids = _beds(given.beds, _house(caller))
        count = handing_over.hand_over(
            ids, from_at=given.from_at, until_at=given.until_at, by=caller.user, at=caller.at
        )
        return Done(count=count)

    return once(request, given, perform)


@router.post(
    "/beds/take-back", response=answers(200, Done, WRITE), openapi_extra=REPEATABLE, summary="Have beds back"
)  # fmt: skip
def take_back(request: HttpRequest, given: shapes.TakeBackIn) -> HttpResponse:
    caller = caller_of(request)

    def perform() -> Done:
        ids = _beds(given.beds, _house(caller))
        return Done(count=handing_over.take_back(ids, from_at=given.from_at, by=caller.user, at=caller.at))

    return once(request, given, perform)


@router.get(
    "/institutions/{code}/day-surgery-times", response=answers(200, shapes.SurgeryTimesShown),
    summary="Times of day surgery open to who refers",
)  # fmt: skip
def surgery_times(
    request: HttpRequest, code: str, sex: Annotated[int, Query(ge=0, le=2)] = 0
) -> shapes.SurgeryTimesShown:
    """When a theatre and then a recovery place that the house handed over are free; ask with `POST /referrals`."""
    caller = caller_of(request)
    house = Institution.objects.filter(code=code).first() if caller.posts and "\x00" not in code else None
    if house is None:
        raise NotFound
    return shapes.SurgeryTimesShown(times=theatres.times_from_below(house.pk, Person(sex), at=caller.at))


@router.get("/institutions/{code}/wards", response=answers(200, shapes.WardsShown), summary="Wards at this moment")
def house_wards(request: HttpRequest, code: str) -> shapes.WardsShown:
    """Numbers of beds; none are free while the house is silent."""
    caller = caller_of(request)
    house = Institution.objects.filter(code=code).first() if caller.posts and "\x00" not in code else None
    if house is None:
        raise NotFound
    found = board.wards_now(queries.wards_of(house.pk), at=caller.at)
    return shapes.WardsShown(items=[shapes.ward_shown(one) for one in found])


@router.get("/wards/{ward_id}/free-beds", response=answers(200, shapes.BedsShown), summary="Free beds over a span")
def free_beds(
    request: HttpRequest, ward_id: RowId, from_at: Annotated[Moment, Query()], until_at: Annotated[Moment, Query()],
    sex: Annotated[int, Query(ge=0, le=2)] = 0, needs_isolation: Annotated[bool, Query()] = False,
) -> shapes.BedsShown:  # fmt: skip
    """Beds a referral's patient of this sex could be given over [from_at, until_at)."""
    caller = caller_of(request)
    ward = Ward.objects.filter(pk=ward_id).first() if caller.posts else None
    if ward is None:
        raise NotFound
    if until_at <= from_at:
        raise Invalid(fields={"until_at": _("结束须晚于开始。")})
    if queries.is_stale(ward.institution_id, at=caller.at):
        return shapes.BedsShown(items=[])
    found = queries.free_resources(
        Span(from_at, until_at), Person(sex, needs_isolation), Footing.PLATFORM, at=caller.at, ward_ids=[ward.pk]
    )
    return shapes.BedsShown(items=[shapes.bed_shown(one) for one in found])


@router.post(
    "/beds/reserve", response=answers(200, shapes.StayShown, MOVE), openapi_extra=REPEATABLE,
    summary="Give a referral's patient a bed",
)  # fmt: skip
def reserve(request: HttpRequest, given: shapes.ReserveIn) -> HttpResponse:
    """The bed named, or any fitting one of the ward; a bed it has is exchanged.

    A referral that is not answered yet is accepted with it, on the version in If-Match: both happen or neither.
    """
    caller = caller_of(request)
    version = version_of(request) if request.headers.get("If-Match") else None
    if (given.bed_id is None) == (given.ward_id is None):
        raise Invalid(fields={"bed_id": _("请指定床位或病区之一。")})

    def perform() -> shapes.StayShown:
        span = Span(given.from_at, given.until_at)
        wanted: Wanted | int = given.bed_id or Wanted(span, ward_ids=(given.ward_id or 0,))
        _referral, stay = give_bed(
            given.referral_id, wanted, span, by=caller.user, version=version, needs_isolation=given.needs_isolation
        )
        return shapes.stay_shown(stay)

    return once(request, given, perform)


def _house(caller: Caller) -> int:
    """The institution whose wards the caller speaks for."""
    house = caller.institution_id()
    caller.check_works_at(house, KEEPERS)
    return house


def _beds(codes: list[str], house: int) -> list[int]:
    found = Resource.objects.filter(institution_id=house, kind=ResourceKind.BED, code__in=codes)
    ids = dict(found.values_list("code", "pk"))
    if unknown := sorted(set(codes) - set(ids)):
        raise Invalid(fields={"beds": _("本院没有这些床：%(codes)s") % {"codes": "、".join(unknown[:20])}})
    return list(ids.values())


def _form(one: shapes.MovementIn, caller: Caller) -> MovementForm:
    said = one.model_dump(exclude={"card_number", "event", "resident_id"})
    return MovementForm(event=Event(one.event), resident_id=_resident(one, caller), **said)


def _resident(one: shapes.MovementIn, caller: Caller) -> UUID | None:
    """Whoever showed the card; by id alone only who is known to the house already."""
    if one.card_number:
        found = Resident.objects.filter(card_number=one.card_number).first()
        if found is None:
            raise Invalid(fields={"card_number": _("没有这张健康卡。")})
        return (found.merged_into or found).pk
    if one.resident_id is not None and relation_for(caller.user, one.resident_id, caller.at) is None:
        raise NotFound
    return one.resident_id
