"""The demonstration's beds: as many as the network says each house has, and a few wards with life in them.

Wards, patients and their sicknesses are invented; how many beds stand in which department is assumed (evenly). Patients
are put to bed by real movements, so that the ward boards of the logins have something to show.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from zlib import crc32

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from fenji.apps.accounts.models import User
from fenji.apps.common import clock
from fenji.apps.common.errors import DomainError
from fenji.apps.contracts.models import Contract
from fenji.apps.referrals.actions.admissions import give_bed
from fenji.apps.referrals.models import Referral
from fenji.apps.registry.models import Department, InstitutionAttribute, Membership
from fenji.apps.residents.models import Resident
from fenji.apps.stays import going_down, movements, readings, surgery
from fenji.apps.stays.models import HandOver, Resource, Stay, Ward
from fenji.apps.stays.movements import MovementForm
from fenji.apps.stays.policies import Span, Wanted
from fenji.apps.stays.theatres import ROOMS
from fenji.config.demonstration_accounts import CITY, COUNTY, TOWNSHIP
from fenji.kernel.criteria import MeasureKind
from fenji.kernel.day_surgery import CHECKLIST
from fenji.kernel.referral import State
from fenji.kernel.roles import Role
from fenji.kernel.stays import Event, ResourceKind, StayState
from fenji.kernel.tiers import PRIMARY_KINDS

Report = Callable[[int, int], None]
PLATFORMS_SHARE = 5  # every fifth bed is the platform's: the plan says "a share", not how much
LARGEST_WARD = 50
EPISODE = "Z"  # how the numbers of the demonstration's own inpatients begin
SETTLES_IN = timedelta(days=4)
STANDING_SINCE = date(2017, 1, 1)
NO_WARD = ("office", "emergency", "prevention", "imaging", "laboratory", "pathology", "anaesthesia")
LIVELY = ((COUNTY, "cardiology"), (CITY, "cardiology"), (TOWNSHIP, "general_practice"))
# Who lies there: diagnosis, days since the admission, days until the expected discharge (None: nobody said).
PATIENTS: tuple[tuple[str, float, float | None], ...] = (
    ("I10", 9.2, 1), ("I20.9", 3.1, 4), ("I63.9", 11.4, 2), ("I25.1", 6.2, None), ("I21.9", 1.5, 7),
    ("I50.9", 12.3, -0.2), ("I10", 2.4, 5), ("I48", 4.6, 2), ("I20.9", 8.7, 1), ("I11.9", 5.3, 0.4), ("I20.9", 0.3, 6),
    ("I25.1", 7.5, 3),
)  # fmt: skip


@transaction.atomic
def fill_wards(report: Report) -> int:
    """Enter every house's beds, put patients into the lively wards; returns how many beds there are. Once only."""
    if Resource.objects.exists():
        return 0
    at, made = clock.now(), 0
    houses = list(InstitutionAttribute.objects.filter(name="beds").select_related("institution"))
    for count, attribute in enumerate(houses, 1):
        made += _furnish(attribute, at)
        report(count, len(houses) + len(LIVELY))
    spare = people()
    for count, (house, unit) in enumerate(LIVELY, len(houses) + 1):
        _put_to_bed(house, unit, spare, at)
        report(count, len(houses) + len(LIVELY))
    _promise_beds(at)
    _plan_surgery(at)
    going_down.propose(at=at)
    return made


def _furnish(attribute: InstitutionAttribute, at: datetime) -> int:
    """A ward for each clinical department; in hospitals also theatres, recovery places and a CT."""
    house, total = attribute.institution, int(attribute.value)
    is_primary = house.kind in PRIMARY_KINDS
    units = list(
        house.departments.filter(valid_until=None).exclude(code__in=NO_WARD).exclude(specialty="").order_by("pk")
    )
    units = units[:1] if is_primary else units
    if not units or not total:
        return 0
    beds: list[Resource] = []
    for number, unit in enumerate(units, 1):
        share = total // len(units) + (number <= total % len(units))
        beds += _ward(unit, number, min(share, LARGEST_WARD) if not is_primary else share)
    if not is_primary:
        _theatres(units[0], total, at)
    Resource.objects.bulk_create(beds)
    standing = [bed for place, bed in enumerate(beds) if place % PLATFORMS_SHARE == 0]
    HandOver.objects.bulk_create(HandOver(resource=bed, from_at=at - timedelta(days=30), at=at) for bed in standing)
    movements.hear_from(house.pk, by_messages=False, by=None, at=at)
    return len(beds)


def _ward(unit: Department, number: int, count: int) -> list[Resource]:
    ward = Ward.objects.create(
        institution_id=unit.institution_id, department=unit, code=f"W{number:02}", name=f"{unit.name}病区",
        sex=2 if unit.specialty.startswith("05") else 0,  # obstetrics and gynaecology
    )  # fmt: skip
    return [
        _resource(ward, ResourceKind.BED, f"{number:02}{bed:02}", f"{bed} 床", is_isolation=bed == count and count > 20)
        for bed in range(1, count + 1)
    ]


def _theatres(unit: Department, beds: int, at: datetime) -> None:
    """The last theatre and the last recovery place are open to who refers."""
    imaging = Department.objects.filter(institution_id=unit.institution_id, code="imaging").first() or unit
    for_surgery = ((ResourceKind.THEATRE, "手术间", beds // 150 + 2), (ResourceKind.RECOVERY, "复苏位", beds // 75 + 3))
    for_pictures = ((ResourceKind.EQUIPMENT, "CT", beds // 400 + 1),)
    for department, code, name, kinds in (
        (unit, "OR", "手术室", for_surgery), (imaging, "IM", "影像检查", for_pictures),
    ):  # fmt: skip
        ward = Ward.objects.create(
            institution_id=unit.institution_id, department=department, code=code, name=name
        )  # fmt: skip
        made = Resource.objects.bulk_create(
            _resource(ward, kind, f"{kind.value}-{number}", f"{words} {number}")
            for kind, words, count in kinds
            for number in range(1, count + 1)
        )
        last = {one.kind: one for one in made if one.kind in ROOMS}
        HandOver.objects.bulk_create(HandOver(resource=one, from_at=at, at=at) for one in last.values())


def _resource(ward: Ward, kind: ResourceKind, code: str, name: str, *, is_isolation: bool = False) -> Resource:
    return Resource(
        institution_id=ward.institution_id, department_id=ward.department_id, ward=ward, kind=kind, code=code,
        name=name, is_isolation=is_isolation, used_from=STANDING_SINCE,
    )  # fmt: skip


def _put_to_bed(house: str, unit: str, spare: Iterator[Resident], at: datetime) -> None:
    """Two of three beds of the first twenty are taken; one is being cleaned, one is out of use."""
    ward = Ward.objects.filter(institution__code=house, department__code=unit).first()
    if ward is None:
        return
    beds = list(ward.resources.filter(kind=ResourceKind.BED, is_isolation=False).order_by("code")[:20])
    taken = [bed for place, bed in enumerate(beds) if place % 3 != 2]
    for number, (bed, case) in enumerate(zip(taken, PATIENTS, strict=False), 1):
        code, since, left = case
        resident = next(spare)
        came = at - timedelta(days=since)
        until = at + timedelta(days=left) if left is not None else None
        tell(
            ward,
            f"in-{number}",
            Event.ADMIT,
            came,
            f"{EPISODE}{number:04}",
            bed,
            at,
            until=until,
            resident=resident,
            code=code,
        )
    examine(ward, at)
    if len(beds) > 8:
        tell(ward, "out-in", Event.ADMIT, at - timedelta(days=6), f"{EPISODE}0900", beds[2], at)
        tell(ward, "out", Event.DISCHARGE, at - timedelta(minutes=20), f"{EPISODE}0900", None, at)
        tell(ward, "shut", Event.BLOCK, at - timedelta(days=1), "", beds[5], at, reason="呼叫铃维修")


def examine(ward: Ward, at: datetime) -> int:
    """The ward writes down of every third patient of a few days that all is settled and stable; returns how many."""
    doctor = holder(ward.institution.code, Role.PHYSICIAN, ward.department.code)
    lying = Stay.objects.filter(ward=ward, state=StayState.OCCUPIED, measured_at=None, episode__startswith=EPISODE)
    long = [stay for stay in lying.filter(admitted_at__lt=at - SETTLES_IN) if crc32(stay.episode.encode()) % 3 == 0]
    if doctor is None:
        return 0
    for stay in long:
        told = {one.code: True for one in readings.asked_of(stay, at=at) if one.kind is MeasureKind.YES_NO}
        readings.observe(stay.pk, told, by=doctor, at=at)
    return len(long)


def tell(
    ward: Ward, number: str, event: Event, happened_at: datetime, episode: str, bed: Resource | None, at: datetime, *,
    until: datetime | None = None, resident: Resident | None = None, code: str = "", reason: str = "",
) -> None:  # fmt: skip
    form = MovementForm(
        f"demo-{ward.code}-{number}", event, happened_at, f"{episode}{ward.code}" if episode else "",
        bed.code if bed else "", resident.pk if resident else None, resident.sex if resident else 0, code,
        until if until is None or until > happened_at else None, "", reason,
    )  # fmt: skip
    movements.record(form, institution_id=ward.institution_id, by=None, at=at, by_hand=True)


def _promise_beds(at: datetime) -> None:
    """Some referrals on their way to the two hospitals are promised a bed by the office."""
    for house in (COUNTY, CITY):
        office = holder(house, Role.REFERRAL_OFFICE)
        ward = Ward.objects.filter(institution__code=house, department__code="cardiology").first()
        coming = Referral.objects.filter(receiver__code=house, state__in=[State.SCHEDULED, State.IN_CARE])
        if office is None or ward is None:
            continue
        for ahead, referral in enumerate(coming.order_by("created_at")[:2], 1):
            noon = timezone.make_aware(datetime.combine(timezone.localdate(at) + timedelta(days=ahead), time(12)))
            span = Span(noon, noon + timedelta(days=6))
            try:
                with transaction.atomic():
                    give_bed(referral.pk, Wanted(span, ward_ids=(ward.pk,)), span, by=office, version=referral.version)
            except DomainError:  # e.g. the ward is full: one promise less
                continue


def _plan_surgery(at: datetime) -> None:
    """One day surgery to be assessed and one with its theatre, of the county physician's department."""
    doctor = holder(COUNTY, Role.PHYSICIAN, "cardiology")
    unit = Department.objects.filter(institution__code=COUNTY, code="cardiology").first()
    if doctor is None or unit is None:
        return
    patients = Referral.objects.filter(receiver__code=COUNTY, arrived_at__isnull=False).select_related("resident")
    for number, referral in enumerate(patients.order_by("-created_at")[:2]):
        made = surgery.request(
            referral.resident, unit, ("心律植入装置更换", "下肢静脉曲张腔内闭合")[number], by=doctor, at=at
        )
        if number:
            made = surgery.assess(made.pk, dict.fromkeys(CHECKLIST, True), "", by=doctor, at=at, version=made.version)
            morning = datetime.combine(timezone.localdate(at) + timedelta(days=1), time(8, 30))
            surgery.book(made.pk, timezone.make_aware(morning), by=doctor, at=at, version=made.version)


def people() -> Iterator[Resident]:
    """Adults in no bed and no story, of the township first, so that a community institution is known for some."""
    adults = Resident.objects.filter(
        is_deceased=False, merged_into=None, birth_date__lt=date(1975, 1, 1), referrals=None, accounts=None
    ).exclude(pk__in=Stay.objects.filter(state=StayState.OCCUPIED, resident__isnull=False).values("resident"))
    near = Contract.objects.filter(resident=OuterRef("pk"), team__institution__code=TOWNSHIP, ended_reason="")
    return iter(adults.order_by(Exists(near).desc(), "-card_number")[:100])


def holder(house: str, role: Role, department: str = "") -> User | None:
    posts = Membership.objects.filter(institution__code=house, role=role.value, valid_until=None)
    if department:
        posts = posts.filter(department__code=department)
    post = posts.order_by("-user__is_demonstration", "user__source_code").select_related("user").first()
    return post.user if post else None
