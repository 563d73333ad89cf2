"""A small city for tests: one township, two county hospitals, one city hospital, a person for every role."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from fenji.apps.accounts.models import User
from fenji.apps.booking.models import Place, Pool, Session
from fenji.apps.common import rulebooks
from fenji.apps.registry.models import Consortium, ConsortiumMember, Department, Institution, Membership, Region, Team
from fenji.apps.residents.models import CareRelationKind, Resident, ResidentAccount
from fenji.apps.residents.relations import open_relation
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Basis, Grade, Kind, Level, Tier
from fenji.rulebook.loader import load_rulebook

CARDIOLOGY, EMERGENCY = "03.04", "20"


@dataclass
class World:
    """What a test reaches for by name."""

    at: datetime
    region: Region
    township: Institution
    county: Institution
    county_tcm: Institution
    city: Institution
    commission: Institution
    people: dict[str, User] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    resident: Resident | None = None
    team: Team | None = None

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def form(self, **changes: Any) -> dict[str, Any]:
        """A referral form as a township doctor fills it in."""
        return {
            "direction": "up", "urgency": "routine", "diagnosis_code": "I10", "diagnosis_name": "高血压",
            "specialty": CARDIOLOGY, "institution": self.county.code, "consent_by": "self",
            "choice_code": "resident_wish",  # read only where another institution is preferred
            "slip": {"history": "血压控制不佳三个月，两次随访均高于 160/100。", "medicines": "氨氯地平 5 mg 每日一次"},
            "measures": {"systolic": 168}, **changes,
        }  # fmt: skip


def make_world(at: datetime) -> World:
    rulebooks.store(load_rulebook("yangjiang"), at=at)
    city_region = Region.objects.create(code="441700", name="阳江市", basis=Basis.STATED)
    region = Region.objects.create(
        code="441721", name="阳西县", parent=city_region, basis=Basis.STATED, longitude=111.6, latitude=21.75
    )
    world = World(
        at,
        region,
        township=_house("yx-zhilong", "织篢镇中心卫生院", Kind.TOWNSHIP, Tier.TOWNSHIP, Level.PRIMARY, region),
        county=_house("yx-renmin", "阳西县人民医院", Kind.GENERAL, Tier.COUNTY, Level.SECONDARY, region),
        county_tcm=_house("yx-zhongyi", "阳西县中医院", Kind.TCM, Tier.COUNTY, Level.SECONDARY, region),
        city=_house("yj-renmin", "阳江市人民医院", Kind.GENERAL, Tier.CITY, Level.TERTIARY, city_region),
        commission=_house("yx-weiji", "阳西县卫生计生局", Kind.COMMISSION, Tier.COUNTY, Level.NONE, region),
    )
    houses = (world.township, world.county, world.county_tcm, world.city, world.commission)
    Institution.objects.bulk_create(houses)  # a statement a table: a thousand tests begin here
    _departments(world)
    _people(world)
    _consortium(world)
    world.resident = make_resident(at, name="陈小明")
    world.team = Team.objects.create(institution=world.township, code="t1", name="织篢一队")
    world.team.members.set(Membership.objects.filter(user__in=[world.doctor, world.nurse]))
    open_relation(
        world.resident.pk, institution_id=world.township.pk, kind=CareRelationKind.CONTRACT, cause_kind="contract",
        cause_id="1", at=at - timedelta(days=30),
    )  # fmt: skip
    ResidentAccount.objects.create(user=world.patient, resident=world.resident, from_at=at - timedelta(days=1))
    return world


def institution(code: str, name: str, kind: Kind, tier: Tier, level: Level, region: Region) -> Institution:
    made = _house(code, name, kind, tier, level, region)
    made.save()
    return made


def _house(code: str, name: str, kind: Kind, tier: Tier, level: Level, region: Region) -> Institution:
    return Institution(
        code=code, name=name, short_name=name, name_pinyin=code, kind=kind, tier=tier, level=level, grade=Grade.A,
        region=region, longitude=111.6, latitude=21.75, basis=Basis.STATED, clause="Y 二(三)1",
    )  # fmt: skip


def make_resident(at: datetime, name: str = "陈小明", **fields: Any) -> Resident:
    return Resident.objects.create(
        name=name, name_pinyin="chen xiao ming", name_initials="cxm", sex=1, birth_date=date(1958, 5, 1),
        id_kind="mainland", card_number=uuid4().hex[:20], created_at=at, **fields,
    )  # fmt: skip


def make_places(
    department: Department,
    at: datetime,
    *,
    count: int = 3,
    days_ahead: int = 2,
    minutes: int = 15,
    pool: str = Pool.REFERRAL,
) -> list[Place]:
    """A morning clinic `days_ahead` from `at`, with `count` numbered places."""
    day = timezone.localtime(at).date() + timedelta(days=days_ahead)
    starts = timezone.make_aware(datetime.combine(day, time(8)))
    session = Session.objects.create(
        institution=department.institution, department=department, line="specialist", starts_at=starts,
        ends_at=starts + timedelta(minutes=minutes * count),
    )  # fmt: skip
    return [
        Place.objects.create(
            session=session, institution=department.institution, department=department, number=number + 1, pool=pool,
            starts_at=starts + timedelta(minutes=minutes * number),
            ends_at=starts + timedelta(minutes=minutes * (number + 1)),
        )
        for number in range(count)
    ]  # fmt: skip


def person(username: str, institution: Institution, role: Role, department: Department | None = None) -> User:
    user = User.objects.create_user(username, "correct-horse-7", name=username)
    Membership.objects.create(
        user=user, institution=institution, role=role, department=department, valid_from=date(2016, 1, 1)
    )
    return user


def _departments(world: World) -> None:
    for house in (world.county, world.county_tcm, world.city):
        for code, name, specialty, extra in (
            ("office", "转诊办公室", "", {"is_office": True, "duty_phone": "0662-0000120"}),
            ("cardio", "心血管内科", CARDIOLOGY, {}),
            ("emergency", "急诊科", EMERGENCY, {"is_emergency": True}),
        ):
            made = Department(institution=house, code=code, name=name, specialty=specialty, **extra)
            world.departments[f"{house.code}.{code}"] = made
    office = Department(institution=world.township, code="office", name="转诊办公室", is_office=True)
    Department.objects.bulk_create([*world.departments.values(), office])


def _people(world: World) -> None:
    cardio = world.departments["yx-renmin.cardio"]
    rows: list[tuple[str, Institution, Role, Department | None]] = [
        ("doctor", world.township, Role.FAMILY_DOCTOR, None),
        ("nurse", world.township, Role.NURSE, None),
        ("head", world.township, Role.PRIMARY_HEAD, None),
        ("office", world.county, Role.REFERRAL_OFFICE, None),
        ("physician", world.county, Role.PHYSICIAN, cardio),
        ("tcm_office", world.county_tcm, Role.REFERRAL_OFFICE, None),
        ("city_office", world.city, Role.REFERRAL_OFFICE, None),
        ("city_physician", world.city, Role.PHYSICIAN, world.departments["yj-renmin.cardio"]),
        ("officer", world.commission, Role.COMMISSION, None),
    ]
    world.people = {name: User(username=name, name=name) for name, *_ in rows}
    world.people["patient"] = User(username="patient", name="陈小明")
    for user in world.people.values():
        user.set_password("correct-horse-7")
    User.objects.bulk_create(world.people.values())
    Membership.objects.bulk_create(
        Membership(
            user=world.people[name], institution=house, role=role, department=department, valid_from=date(2016, 1, 1)
        )
        for name, house, role, department in rows
    )


def _consortium(world: World) -> None:
    union = Consortium.objects.create(
        code="yx", name="阳西县医联体", kind="county_township", lead=world.county, basis=Basis.ASSUMED
    )
    ConsortiumMember.objects.bulk_create(
        ConsortiumMember(consortium=union, institution=house, basis=Basis.ASSUMED)
        for house in (world.county, world.township)
    )


def resident_id(world: World) -> UUID:
    assert world.resident is not None
    return world.resident.pk
