"""Who could go down is found each morning, put to ward and community, and never lost."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from fenji.apps.common.errors import Invalid
from fenji.apps.notices.models import Notice
from fenji.apps.registry.models import Department
from fenji.apps.residents.models import Resident
from fenji.apps.stays import errors, going_down, readings
from fenji.apps.stays.models import Proposal, Stay
from fenji.kernel.conditions import Answer
from fenji.kernel.roles import Role
from fenji.kernel.stays import Event
from fenji.kernel.tiers import Tier
from tests.apps.booking import clinic
from tests.apps.stays import ward
from tests.apps.stays.ward import DAY, NOW, later, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Department:
    made = ward.department()
    ward.beds(made, 4)
    return made


def lie(where: Department, days: float, code: str = "I10", bed: str = "b1", **more: Any) -> Stay:
    """Somebody who has been lying there for so many days."""
    who: UUID = clinic.resident()
    tell(
        where.institution_id, f"m{bed}", Event.ADMIT, later(days=-days), f"E{bed}", bed, resident_id=who,
        diagnosis_code=code, until_at=later(days=5), **more,
    )  # fmt: skip
    return Stay.objects.get(state="occupied", resource__code=bed, institution_id=where.institution_id)


@pytest.mark.parametrize(
    ("code", "days", "found"),
    [
        ("I10", 7.9, False),  # the eighth day
        ("I10", 8.1, True),  # the ninth, past the eight suggested
        ("I63.9", 9.5, False),
        ("I63.9", 10.1, True),
        ("Z99", 40, False),  # nothing is suggested
        ("", 40, False),
    ],
)
def test_past_the_suggested_stay_is_from_the_day_after(where: Department, code: str, days: float, found: bool) -> None:
    stay = lie(where, days, code)
    assert readings.grounds_of(stay, at=NOW).is_long is found


def test_the_days_suggested_for_a_child_are_its_own(where: Department) -> None:
    stay = lie(where, 7.5, "J18")
    assert readings.grounds_of(stay, at=NOW).suggested_days == 10  # born 1960
    Resident.objects.filter(pk=stay.resident_id).update(birth_date=NOW.date() - timedelta(days=3650))
    stay = Stay.objects.get(pk=stay.pk)
    assert readings.grounds_of(stay, at=NOW).suggested_days == 6


def stable(stay: Stay, where: Department, *, but: str = "") -> Stay:
    """The ward answers everything the criteria ask for, so that they are met; one of them not."""
    told = {measure.code: measure.code != but for measure in readings.asked_of(stay, at=NOW)}
    return readings.observe(stay.pk, told, by=clinic.keeper(where, Role.NURSE), at=NOW)


def test_who_meets_a_criterion_for_going_down_is_stable_whatever_the_days(where: Department) -> None:
    stay = stable(lie(where, 1), where)
    grounds = readings.grounds_of(stay, at=NOW)
    assert grounds.met is not None
    assert grounds.met.criterion.code == "hypertension.down_to_township"
    assert (grounds.is_long, stay.measured_at) == (False, NOW)


def test_what_speaks_against_going_down_is_named_and_may_be_taken_back(where: Department) -> None:
    stay = stable(lie(where, 1), where, but="condition_stable")
    first = next(one for one in readings.grounds_of(stay, at=NOW).findings if one.criterion.to.tier == Tier.TOWNSHIP)
    assert (first.answer, [ground.measure.code for ground in first.used]) == (Answer.UNMET, ["condition_stable"])
    nurse = clinic.keeper(where, Role.NURSE)
    stay = readings.observe(stay.pk, {"condition_stable": None}, by=nurse, at=NOW)
    first = next(one for one in readings.grounds_of(stay, at=NOW).findings if one.criterion.to.tier == Tier.TOWNSHIP)
    assert (first.answer, [one.code for one in first.missing]) == (Answer.UNKNOWN, ["condition_stable"])


@pytest.mark.parametrize("wrong", [{"no_such_reading": 1}, {"systolic": 900}, {"systolic": True}, {"bp_at_goal": "x"}])
def test_a_reading_that_cannot_be_is_refused_by_name_and_nothing_is_written(where: Department, wrong: Any) -> None:
    stay = lie(where, 1)
    with pytest.raises(Invalid) as refused:
        readings.observe(stay.pk, {"bp_at_goal": True} | wrong, by=clinic.keeper(where, Role.NURSE), at=NOW)
    assert set(refused.value.fields) == set(wrong)
    stay.refresh_from_db()
    assert stay.measures == {}


def test_readings_go_along_into_the_next_bed(where: Department) -> None:
    stay = stable(lie(where, 1), where)
    tell(where.institution_id, "moved", Event.TRANSFER, NOW, stay.episode, "b2")
    moved = Stay.objects.get(state="occupied", episode=stay.episode)
    assert (moved.resource.code, moved.measures, moved.measured_at) == ("b2", stay.measures, NOW)


def test_the_ward_need_not_wait_for_the_morning_and_everybody_hears_why(where: Department) -> None:
    stay, nurse = lie(where, 1), clinic.keeper(where, Role.NURSE)
    with pytest.raises(errors.NothingSpeaksForIt):
        going_down.propose_now(stay.pk, by=nurse, at=NOW)
    stable(stay, where)
    proposal = going_down.propose_now(stay.pk, by=nurse, at=NOW)
    assert (proposal.is_stable, proposal.criterion) == (True, "hypertension.down_to_township")
    assert "达到下转标准“可下转乡镇" in Notice.objects.get(kind="proposal.made", department_id=where.pk).text
    assert going_down.propose_now(stay.pk, by=nurse, at=NOW) == proposal  # pressed twice
    going_down.decline(proposal.pk, "not_stable", "", by=clinic.keeper(where, Role.PHYSICIAN), at=NOW)
    with pytest.raises(errors.NothingSpeaksForIt):
        going_down.propose_now(stay.pk, by=nurse, at=NOW)


def test_each_is_proposed_once_and_the_ward_and_the_community_are_told(where: Department) -> None:
    lie(where, 9)
    assert going_down.propose(at=NOW) == 1
    assert going_down.propose(at=NOW) == 0  # the job may run twice
    proposal = Proposal.objects.get()
    assert (proposal.days, proposal.suggested_days, proposal.due_at) == (9, 8, NOW + DAY)
    assert Notice.objects.filter(kind="proposal.made", department_id=where.pk).exists()


def test_what_is_open_says_each_morning_what_is_known_then(where: Department) -> None:
    stay = lie(where, 9)
    going_down.propose(at=NOW)
    stable(stay, where)
    assert going_down.propose(at=NOW + DAY) == 0
    proposal = Proposal.objects.get()
    assert (proposal.days, proposal.is_stable, proposal.made_at, proposal.due_at) == (10, True, NOW, NOW + DAY)
    assert Notice.objects.filter(kind="proposal.made", department_id=where.pk).count() == 1


def test_a_community_with_room_is_proposed(where: Department) -> None:
    from datetime import date

    from fenji.apps.contracts.models import Contract
    from fenji.apps.registry.models import Team
    from fenji.kernel.tiers import Kind

    stay = lie(where, 9)
    home = ward.department()
    home.institution.kind = Kind.TOWNSHIP
    home.institution.save()
    team = Team.objects.create(institution=home.institution, code="t1", name="一队")
    Contract.objects.create(
        resident_id=stay.resident_id, team=team, valid_from=date(2026, 1, 1), valid_until=date(2027, 1, 1),
        signed_at=NOW,
    )  # fmt: skip
    ward.beds(home, 3)
    going_down.propose(at=NOW)
    proposal = Proposal.objects.get()
    assert (proposal.community_id, proposal.free_beds) == (home.institution_id, 3)
    assert list(going_down.coming_to(home.institution_id)) == [proposal]
    assert Notice.objects.filter(kind="proposal.made", institution_id=home.institution_id).exists()


def test_who_is_declined_is_asked_again_and_a_reason_is_needed(where: Department) -> None:
    lie(where, 9)
    going_down.propose(at=NOW)
    proposal, doctor = Proposal.objects.get(), clinic.keeper(where, Role.PHYSICIAN)
    with pytest.raises(Invalid):
        going_down.decline(proposal.pk, "because", "", by=doctor, at=NOW)
    with pytest.raises(Invalid):
        going_down.decline(proposal.pk, "not_stable", "家属电话 13800000000", by=doctor, at=NOW)
    going_down.decline(proposal.pk, "not_stable", "", by=doctor, at=NOW)
    with pytest.raises(errors.Unanswerable):
        going_down.decline(proposal.pk, "not_stable", "", by=doctor, at=NOW)
    assert going_down.propose(at=NOW + DAY) == 0
    assert going_down.propose(at=NOW + 2 * DAY) == 1


def test_nobody_answers_and_the_office_is_told_once(where: Department) -> None:
    lie(where, 9)
    going_down.propose(at=NOW)
    assert going_down.tell_late(at=NOW + DAY - timedelta(minutes=1)) == 0
    assert going_down.tell_late(at=NOW + DAY) == 1
    assert going_down.tell_late(at=NOW + DAY) == 0
    assert Notice.objects.filter(kind="proposal.late").exists()
    assert Proposal.objects.get().state == "open"  # late is not over


def test_who_has_left_need_not_be_answered_for(where: Department) -> None:
    stay = lie(where, 9)
    going_down.propose(at=NOW)
    tell(where.institution_id, "out", Event.DISCHARGE, NOW, stay.episode)
    going_down.propose(at=NOW + timedelta(hours=1))
    assert Proposal.objects.get().state == "over"
