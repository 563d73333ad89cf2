"""Registering residents: with papers, as newborns, unknown, visitors; corrected, completed, imported."""

from datetime import date

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Forbidden, Invalid, NotFound
from fenji.apps.common.models import AuditEvent
from fenji.apps.residents import actions, identity, relations
from fenji.apps.residents.errors import AlreadyRegistered, Deceased, IdentityKnown, NoReadingPost
from fenji.apps.residents.models import CareRelation, IdKind, Resident, ResidentAccount
from fenji.kernel.roles import Office
from tests.apps.residents.conftest import id_number, registered, told
from tests.factories.world import World

BORN_TODAY = date(2026, 3, 4)
ANOTHER = id_number(serial=115)


def faults(**changes: object) -> dict[str, str]:
    from fenji.apps.residents.particulars import check

    with pytest.raises(Invalid) as caught:
        check(told(**changes), on=BORN_TODAY)
    return caught.value.fields


def test_the_card_tells_sex_and_birth(world: World) -> None:
    resident = registered(world)
    assert (resident.sex, resident.birth_date, resident.is_verified) == (1, date(1968, 3, 5), True)
    assert (resident.name_pinyin, resident.name_initials) == ("li da shan", "lds")


def test_numbers_are_kept_sealed_to_their_row_and_open_again(world: World) -> None:
    resident = Resident.objects.get(pk=registered(world).pk)
    assert identity.id_number(resident) == id_number()
    assert identity.phone_number(resident) == "13800001234"
    other = Resident(pk=world.resident.pk, id_sealed=resident.id_sealed)  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="does not belong here"):
        identity.id_number(other)


def test_who_registers_may_see_the_resident_for_a_day(world: World, clock: Frozen) -> None:
    resident = registered(world)
    relation = relations.relation_for(world.nurse, resident.pk, clock.at)
    assert relation is not None
    assert relation.kind == "visit"
    assert relation.until_at is not None
    clock.move_to(relation.until_at)
    assert relations.relation_for(world.nurse, resident.pk, clock.at) is None


def test_every_fault_is_told_at_once_and_by_field(world: World) -> None:
    found = faults(
        id_number="44172119680305113A", name="李4", phone="12", town_code="no", address="x" * 121, scheme="?"
    )
    assert set(found) == {"id_number", "name", "phone", "town_code", "address", "scheme"}


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"id_kind": "library card"}, "id_kind", "证件类型"),
        ({"id_number": ""}, "id_number", "请填写"),
        ({"name": " "}, "name", "请填写姓名"),
        ({"name": "李" * 61}, "name", "最多 60"),
        ({"sex": 2}, "sex", "不符"),
        ({"birth_date": date(1968, 3, 6)}, "birth_date", "不符"),
        ({"phone": "abc"}, "phone", "11 位手机号"),
        ({"address": "手机 13800001234"}, "address", "手机号"),
        ({"id_kind": "passport", "id_number": "E12345678"}, "birth_date", "请填写"),
        ({"id_kind": "passport", "id_number": "E12345678"}, "sex", "请选择"),
        ({"id_kind": "birth", "id_number": "O440123456", "birth_date": date(2026, 3, 5)}, "birth_date", "今天之后"),
        ({"id_kind": "unknown"}, "id_number", "不填证件号码"),
        ({"id_kind": "mother", "id_number": ""}, "mother_id", "母亲"),
    ],
)  # fmt: skip
def test_a_fault_says_what_is_wrong(world: World, changes: dict[str, object], field: str, words: str) -> None:
    assert words in faults(**changes)[field]


def test_a_newborn_is_known_by_its_mother(world: World) -> None:
    mother = registered(world, name="王小兰", id_number=id_number(date(1998, 2, 2), 224))
    child = registered(
        world, id_kind="mother", id_number="", name="", sex=2, birth_date=BORN_TODAY, mother_id=mother.pk
    )
    assert (child.name, child.mother_id, child.id_hash, child.is_verified) == ("王小兰之女", mother.pk, None, False)
    with pytest.raises(Invalid) as caught:
        registered(
            world, by="office", id_kind="mother", id_number="", sex=1, birth_date=BORN_TODAY, mother_id=mother.pk
        )
    assert "mother_id" in caught.value.fields  # another hospital's patient is no mother one may name
    assert (
        "满一岁"
        in faults(id_kind="mother", id_number="", sex=1, birth_date=date(2024, 3, 4), mother_id=mother.pk)["birth_date"]
    )


def test_an_unknown_patient_is_named_by_time_and_place(world: World) -> None:
    resident = registered(world, by="office", id_kind="unknown", name="", id_number="", phone="")
    assert resident.name == "无名氏 0304-1000 阳西县人民医院"
    assert (resident.sex, resident.birth_date) == (0, None)


def test_a_visitor_comes_with_a_passport_or_permit(world: World) -> None:
    visitor = registered(
        world, id_kind="passport", id_number="e12345678", name="John Smith", sex=1, birth_date=date(1980, 1, 1)
    )
    assert (visitor.id_kind, visitor.name_initials) == (IdKind.PASSPORT, "js")
    permit = registered(world, name="何家俊", id_number=id_number(region="810000"))
    assert permit.id_kind == IdKind.HMT  # typed as a mainland number, recognised by its first six digits


def test_a_second_registration_is_told_who_it_is(world: World) -> None:
    first = registered(world)
    with pytest.raises(AlreadyRegistered) as caught:
        registered(world, by="office", name="李大三")
    assert caught.value.resident_id == first.pk


def test_only_posts_that_meet_patients_register(world: World) -> None:
    for who in ("officer", "patient"):
        with pytest.raises(NoReadingPost):
            registered(world, by=who)


def test_an_identity_is_completed_later_and_the_placeholder_goes(world: World) -> None:
    unknown = registered(world, id_kind="unknown", name="", id_number="", phone="")
    done = actions.complete_identity(unknown.pk, told(phone=""), by=world.nurse)
    assert (done.pk, done.name, done.id_kind, done.is_verified) == (unknown.pk, "李大山", IdKind.MAINLAND, True)
    event = AuditEvent.objects.get(verb="resident.complete_identity")
    assert event.details["changes"]["name"] == [unknown.name, "李大山"]
    assert event.details["changes"]["id_number"] == "changed"
    with pytest.raises(IdentityKnown):
        actions.complete_identity(unknown.pk, told(), by=world.nurse)


def test_a_completed_identity_that_is_anothers_says_whose(world: World) -> None:
    known = registered(world)
    unknown = registered(world, id_kind="unknown", name="", id_number="", phone="")
    with pytest.raises(AlreadyRegistered) as caught:
        actions.complete_identity(unknown.pk, told(), by=world.nurse)
    assert caught.value.resident_id == known.pk
    unknown.refresh_from_db()
    assert unknown.id_hash is None


def test_a_correction_keeps_what_was_and_never_the_numbers(world: World) -> None:
    resident = registered(world)
    actions.correct(
        resident.pk, told(name="李大珊", id_number="", phone="13900005678"), reason="户口本上的名字", by=world.nurse
    )
    resident.refresh_from_db()
    assert (resident.name, resident.name_pinyin) == ("李大珊", "li da shan")
    assert identity.id_number(resident) == id_number()
    assert identity.phone_number(resident) == "13900005678"
    assert bytes(resident.tail_hash or b"") == identity.tail_hash("李大珊", id_number()[-4:])
    event = AuditEvent.objects.get(verb="resident.correct")
    assert event.details == {"changes": {"name": ["李大山", "李大珊"], "phone": "changed"}}
    assert event.reason == "户口本上的名字"


def test_a_correction_needs_a_reason_that_explains(world: World) -> None:
    resident = registered(world)
    for reason in ("错", "号码应为 13900005678", "x" * 201):
        with pytest.raises(Invalid) as caught:
            actions.correct(resident.pk, told(), reason=reason, by=world.nurse)
        assert set(caught.value.fields) == {"reason"}


def test_a_stranger_is_not_found_and_nobody_edits_the_own_row(world: World, clock: Frozen) -> None:
    resident = registered(world)
    with pytest.raises(NotFound):
        actions.correct(resident.pk, told(name="李三"), reason="更正登记的姓名", by=world.office)
    ResidentAccount.objects.create(user=world.nurse, resident=resident, relation="child", from_at=clock.at)
    with pytest.raises(Forbidden, match="同事"):
        actions.correct(resident.pk, told(name="李三"), reason="更正登记的姓名", by=world.nurse)


def test_a_death_is_noted_once(world: World) -> None:
    resident = registered(world)
    assert actions.mark_deceased(resident.pk, reason="家属携死亡证明告知", by=world.doctor).is_deceased
    with pytest.raises(Deceased):
        actions.mark_deceased(resident.pk, reason="家属携死亡证明告知", by=world.doctor)


def test_showing_a_number_is_a_reading_of_its_own(world: World) -> None:
    resident = registered(world)
    assert actions.reveal(resident.pk, what="id", by=world.nurse) == id_number()
    assert actions.reveal(resident.pk, what="phone", by=world.nurse) == "13800001234"
    readings = AuditEvent.objects.filter(verb="resident.read", resident_id=resident.pk).order_by("id")
    assert [event.details["purpose"] for event in readings] == ["identity", "contact"]
    with pytest.raises(NotFound):
        actions.reveal(resident.pk, what="id", by=world.office)
    with pytest.raises(NotFound):
        actions.reveal(resident.pk, what="everything", by=world.nurse)


def test_a_second_import_updates_the_same_row(world: World) -> None:
    first, is_new = actions.import_row(told(), system="his", code="7", by=None)
    again, is_new_again = actions.import_row(
        told(name="李大珊", id_number="", phone=""), system="his", code="7", by=None
    )
    assert (is_new, is_new_again, again.pk) == (True, False, first.pk)
    again.refresh_from_db()
    assert (again.name, identity.phone_number(again), again.is_verified) == ("李大珊", "13800001234", False)
    assert not CareRelation.objects.filter(resident=first).exists()


def test_an_import_adopts_who_was_registered_by_hand_and_refuses_anothers_row(world: World) -> None:
    known = registered(world)
    adopted, is_new = actions.import_row(told(), system="his", code="7", by=None)
    assert (adopted.pk, is_new) == (known.pk, False)
    with pytest.raises(AlreadyRegistered):
        actions.import_row(told(), system="lis", code="1", by=None)
    with pytest.raises(Invalid):
        actions.import_row(told(id_number=ANOTHER), system="his", code="", by=None)


def test_only_the_system_administrator_imports(world: World) -> None:
    with pytest.raises(Forbidden):
        actions.import_row(told(), system="his", code="7", by=world.doctor)
    world.officer.office = Office.SYSTEM
    assert actions.import_row(told(), system="his", code="7", by=world.officer)[1]
