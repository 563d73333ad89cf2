"""Who may see a resident: by place of work and relation, by one's own account, in an emergency; nobody else."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from fenji.apps.accounts.models import User
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.common.models import AuditEvent
from fenji.apps.notices.models import Notice
from fenji.apps.registry.models import Membership, Team
from fenji.apps.residents import proofs, relations, search
from fenji.apps.residents.errors import NoReadingPost, ProofExpired
from fenji.apps.residents.models import CareRelation, CareRelationKind, ResidentAccount
from fenji.apps.residents.policies import Purpose
from fenji.kernel.roles import Office, Role
from fenji.kernel.tiers import Kind, Level, Tier
from tests.apps.residents.conftest import id_number, registered
from tests.factories.world import World, institution, person, resident_id


def sees(world: World, who: str, at: object = None) -> str:
    relation = relations.relation_for(getattr(world, who), resident_id(world), at or world.at)  # type: ignore[arg-type]
    return relation.kind if relation else ""


def test_a_place_of_work_sees_its_contracted_residents_and_nobody_else_does(world: World) -> None:
    assert [sees(world, who) for who in ("doctor", "nurse", "head")] == ["contract"] * 3
    assert [sees(world, who) for who in ("office", "physician", "city_office", "officer")] == [""] * 4


def village_doctor(world: World) -> User:
    """The only doctor of a village station, who belongs to the township's team."""
    station = institution("v01", "岗美村卫生站", Kind.VILLAGE_STATION, Tier.VILLAGE, Level.NONE, world.region)
    doctor = person("village", station, Role.VILLAGE_DOCTOR)
    Team.objects.get(institution=world.township).members.add(Membership.objects.get(user=doctor))
    return doctor


def test_a_village_doctor_sees_who_signed_with_the_townships_team_and_nobody_else_of_the_township(world: World) -> None:
    doctor = village_doctor(world)
    world.people["village"] = doctor
    signed = resident_id(world)
    assert sees(world, "village") == "contract"
    assert [one.pk for one in search.search(doctor, "", world.at).own] == [signed]
    visitor = registered(world)  # there for a visit only
    assert relations.relation_for(world.doctor, visitor.pk, world.at) is not None
    assert relations.relation_for(doctor, visitor.pk, world.at) is None
    Team.objects.get(institution=world.township).members.clear()
    assert sees(world, "village") == "" and not search.search(doctor, "", world.at).own


def test_absent_and_forbidden_answer_the_same(world: World) -> None:
    answers = []
    for who in (resident_id(world), uuid4()):
        with pytest.raises(NotFound) as caught:
            relations.access_resident(world.physician, who, at=world.at, purpose=Purpose.CARE)
        answers.append(
            (type(caught.value), caught.value.status, caught.value.code, str(caught.value), str(caught.value.remedy))
        )
    assert answers[0] == answers[1]
    assert not AuditEvent.objects.filter(verb="resident.read").exists()


def test_a_reading_is_recorded_with_the_relation_it_rested_on(world: World) -> None:
    relations.access_resident(world.doctor, resident_id(world), at=world.at, purpose=Purpose.CARE)
    event = AuditEvent.objects.get(verb="resident.read")
    assert (event.actor_id, event.institution_id, event.relation) == (world.doctor.pk, world.township.pk, "contract")
    assert (event.resident_id, event.details["purpose"], event.details["cause"]) == (
        resident_id(world),
        "care",
        "contract:1",
    )


def test_a_post_that_ended_and_an_account_switched_off_see_nothing(world: World) -> None:
    Membership.objects.filter(user=world.nurse).update(valid_until=date(2026, 3, 4))
    User.objects.filter(pk=world.doctor.pk).update(is_active=False)
    world.doctor.is_active = False
    assert (sees(world, "nurse"), sees(world, "doctor"), sees(world, "head")) == ("", "", "contract")


def test_a_relation_of_a_department_is_for_the_department_and_the_office(world: World) -> None:
    cardio = world.departments["yx-renmin.cardio"]
    world.people["emergency"] = person("e", world.county, Role.PHYSICIAN, world.departments["yx-renmin.emergency"])
    relations.open_relation(
        resident_id(world), institution_id=world.county.pk, department_id=cardio.pk, at=world.at,
        kind=CareRelationKind.REFERRAL_RECEIVED, cause_kind="referral", cause_id="r1",
    )  # fmt: skip
    assert [sees(world, who) for who in ("physician", "office", "emergency")] == ["referral_received"] * 2 + [""]
    listed = [
        [r.pk for r in search.search(getattr(world, who), "", world.at).own] for who in ("physician", "emergency")
    ]
    assert listed == [[resident_id(world)], []]


def test_one_cause_opens_one_relation_and_closes_it(world: World, clock: Frozen) -> None:
    def opened(**changes: object) -> CareRelation:
        return relations.open_relation(
            resident_id(world), institution_id=world.county.pk, kind=CareRelationKind.REFERRAL_RECEIVED,
            cause_kind="referral", cause_id="r1", at=clock.at, **changes,  # type: ignore[arg-type]
        )  # fmt: skip

    first = opened()
    assert opened(until=clock.at + timedelta(days=1)).pk == first.pk
    assert opened().until_at is None
    assert relations.close_relations(cause_kind="referral", cause_id="r1", at=clock.at, keep_days=30) == 1
    assert sees(world, "office", clock.at + timedelta(days=29)) == "referral_received"
    assert sees(world, "office", clock.at + timedelta(days=30)) == ""
    assert (
        relations.close_relations(cause_kind="referral", cause_id="r1", at=clock.at + timedelta(days=9), keep_days=90)
        == 0
    )
    assert relations.close_relations(cause_kind="referral", cause_id="r1", at=clock.at) == 1
    assert sees(world, "office") == ""
    assert opened().pk != first.pk  # a relation that ended is history, not reopened


def test_a_relation_holds_from_its_beginning_until_before_its_end(world: World, clock: Frozen) -> None:
    relations.open_relation(
        resident_id(world), institution_id=world.county.pk, kind=CareRelationKind.CONTRACT, cause_kind="contract",
        cause_id="2", at=clock.at + timedelta(hours=1), until=clock.at + timedelta(hours=2),
    )  # fmt: skip
    seen = [sees(world, "office", clock.at + timedelta(minutes=m)) for m in (59, 60, 119, 120)]
    assert seen == ["", "contract", "contract", ""]


def test_ones_own_account_and_the_familys(world: World, clock: Frozen) -> None:
    assert sees(world, "patient") == "self"
    son = User.objects.create_user("son", "correct-horse-7", name="陈小")
    ResidentAccount.objects.create(user=son, resident=world.resident, relation="parent", from_at=clock.at)
    world.people["son"] = son
    assert sees(world, "son") == "proxy"
    ResidentAccount.objects.filter(user=son).update(until_at=clock.at)
    assert sees(world, "son") == ""


def test_the_closest_footing_is_written_down(world: World) -> None:
    registered_here = relations.open_visit(world.resident, institution_id=world.township.pk, at=world.at)  # type: ignore[arg-type]
    assert registered_here.kind == "visit"
    assert sees(world, "doctor") == "contract"


def test_a_visit_is_opened_by_what_the_patient_shows(world: World, clock: Frozen) -> None:
    resident = registered(world)
    (found,) = search.identify(world.office, id_number(), clock.at)
    visit = relations.start_visit(found.proof, by=world.office)
    assert (visit.institution_id, visit.until_at) == (world.county.pk, clock.at + timedelta(hours=24))
    assert relations.access_resident(world.physician, resident.pk, at=clock.at, purpose=Purpose.CARE) == resident
    assert AuditEvent.objects.get(verb="resident.visit").institution_id == world.county.pk


def test_a_proof_is_personal_and_short_lived(world: World, clock: Frozen) -> None:
    proof = proofs.make(resident_id(world), world.office, clock.at)
    for wrong, who in ((proof, world.physician), (proof[:-2] + "xx", world.office), ("", world.office)):
        with pytest.raises(ProofExpired):
            relations.start_visit(wrong, by=who)
    clock.advance(timedelta(minutes=16))
    with pytest.raises(ProofExpired):
        relations.start_visit(proof, by=world.office)


def test_a_visit_needs_a_post_at_the_place(world: World, clock: Frozen) -> None:
    for who, place in ((world.officer, None), (world.office, world.township.pk)):
        with pytest.raises(NoReadingPost):
            relations.start_visit(proofs.make(resident_id(world), who, clock.at), by=who, institution_id=place)


def test_emergency_reading_is_personal_lasts_three_hours_and_is_told(world: World, clock: Frozen) -> None:
    auditor = User.objects.create_user("auditor", "correct-horse-7", name="审计员", office=Office.AUDIT)
    relation = relations.emergency_access(world.physician, resident_id(world), "昏迷送入抢救室，需查过敏史")
    assert (sees(world, "physician"), sees(world, "office")) == ("emergency", "")
    relations.access_resident(world.physician, resident_id(world), at=clock.at, purpose=Purpose.CARE)
    reading = AuditEvent.objects.get(verb="resident.read")
    assert (reading.relation, reading.reason) == ("emergency", "昏迷送入抢救室，需查过敏史")
    opening = AuditEvent.objects.get(verb="resident.emergency_access")
    assert opening.details["for_audit_office"] is True
    told = Notice.objects.filter(kind="resident.emergency_access")
    assert auditor.pk in {notice.user_id for notice in told}
    assert resident_id(world) in {notice.resident_id for notice in told}
    assert relation.until_at is not None
    assert sees(world, "physician", relation.until_at) == ""


def test_emergency_reading_is_for_clinicians_with_a_reason(world: World) -> None:
    for who in ("office", "officer", "patient"):
        with pytest.raises(NoReadingPost):
            relations.emergency_access(getattr(world, who), resident_id(world), "昏迷送入抢救室，需查过敏史")
    with pytest.raises(Invalid):
        relations.emergency_access(world.physician, resident_id(world), "急")
    assert not CareRelation.objects.filter(kind="emergency").exists()


def test_an_administrator_sees_no_patients_whatever_post_is_registered(world: World) -> None:
    User.objects.filter(pk=world.doctor.pk).update(office=Office.SYSTEM)
    world.doctor.refresh_from_db()
    assert sees(world, "doctor") == ""
    assert search.search(world.doctor, "", world.at).own == []
