"""A small clinic for the tests of booking: an institution, its departments, sessions with places, people."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

from fenji.apps.accounts.models import User
from fenji.apps.booking.models import Block, ExamItem, Place, Session
from fenji.apps.booking.schedules import pool_of
from fenji.apps.registry.models import Department, Institution, Membership, Region
from fenji.apps.residents.models import CareRelation, Resident
from fenji.kernel import slots
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Basis, Grade, Kind, Level, Tier

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)  # Wednesday, ten o'clock in Yangjiang
TOMORROW = datetime(2026, 3, 5, 0, 0, tzinfo=UTC)  # eight in the morning there
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_number = count(1)


def department(name: str = "心血管内科", *, institution: Institution | None = None) -> Department:
    institution = institution or hospital()
    return Department.objects.create(
        institution=institution, code=f"D{next(_number)}", name=name, specialty="0301", location="门诊楼二层"
    )


def hospital() -> Institution:
    region, _ = Region.objects.get_or_create(code="441702", defaults={"name": "江城区", "basis": Basis.STATED})
    code = f"H{next(_number)}"
    return Institution.objects.create(
        code=code, name="阳江市人民医院", short_name="市人民医院", name_pinyin="yang jiang", kind=Kind.GENERAL,
        tier=Tier.CITY, level=Level.TERTIARY, grade=Grade.A, region=region, basis=Basis.STATED,
    )  # fmt: skip


def doctor(name: str = "陈医生") -> User:
    return User.objects.create_user(f"user{next(_number)}", name=name)


def keeper(of: Department | Institution, role: Role = Role.REFERRAL_OFFICE) -> User:
    """Somebody who keeps an institution's clinics, or has another post there."""
    user = doctor("黄协调")
    house = of.institution if isinstance(of, Department) else of
    Membership.objects.create(user=user, institution=house, role=role, valid_from=date(2020, 1, 1))
    return user


def resident(name: str = "梁居民") -> UUID:
    number = next(_number)
    return Resident.objects.create(
        name=name, name_pinyin="liang ju min", name_initials="ljm", sex=2, birth_date=date(1960, 5, 1),
        id_kind="unknown", card_number=f"T{number:06d}{uuid4().hex[:8]}", created_at=NOW,
    ).pk  # fmt: skip


def exam_item(of: Department, name: str = "腹部彩超") -> ExamItem:
    return ExamItem.objects.create(
        institution_id=of.institution_id, department=of, code=f"US{next(_number)}", name=name,
        preparation="检查前空腹 8 小时。", equipment="彩超", minutes=10,
    )  # fmt: skip


def session(
    where: Department, starts_at: datetime = TOMORROW, *, places: int = 4, reserve_permille: int = 0,
    line: str = "specialist", physician: User | None = None, item: ExamItem | None = None, block: Block | None = None,
    source_code: str = "",
) -> Session:  # fmt: skip
    """A session of ten-minute places; a share of them reserved. With an item the times of an examination."""
    ends_at = starts_at + timedelta(minutes=10 * places)
    made = Session.objects.create(
        institution_id=where.institution_id, department=where, physician=physician,
        line="examination" if item else line, exam_item=item, starts_at=starts_at, ends_at=ends_at, block=block,
        source_system=where.institution.code if source_code else "", source_code=source_code,
    )  # fmt: skip
    Place.objects.bulk_create(
        Place(
            session=made, institution_id=where.institution_id, department=where, exam_item=item, number=slot.number,
            pool=pool_of(made.line, is_reserved=slot.is_reserved), starts_at=slot.starts_at, ends_at=slot.ends_at,
        )
        for slot in slots.slots(starts_at, ends_at, place_minutes=10, reserve_permille=reserve_permille)
    )  # fmt: skip
    return made


def places(of: Session) -> list[Place]:
    return list(of.places.order_by("number"))


def in_care(who: UUID, of: Institution, role: Role = Role.FAMILY_DOCTOR) -> User:
    """Somebody of an institution who has the resident in care."""
    user = keeper(of, role)
    CareRelation.objects.get_or_create(
        resident_id=who, institution=of, kind="contract", cause_kind="contract", cause_id="1", from_at=NOW - 9 * DAY
    )
    return user


def township(name: str = "合山镇卫生院") -> Institution:
    """A primary institution."""
    house = hospital()
    house.name, house.short_name, house.kind, house.tier, house.level = name, name, Kind.TOWNSHIP, 2, Level.PRIMARY
    house.save()
    return house
