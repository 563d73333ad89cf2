"""Who could go down is found each morning, put to ward and community, and never lost."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from fenji.apps.common.errors import Invalid
from fenji.apps.notices.models import Notice
from fenji.apps.registry.models import Department
from fenji.apps.residents.models import Resident
from fenji.apps.stays import errors, going_down
from fenji.apps.stays.models import Proposal, Stay
from fenji.kernel.stays import Event
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
    grounds = going_down.grounds_for(stay, at=NOW)
    assert (grounds is not None and grounds.is_long) is found


def test_the_days_suggested_for_a_child_are_its_own(where: Department) -> None:
    stay = lie(where, 7.5, "J18")
    assert going_down.grounds_for(stay, at=NOW) is None  # born 1960: ten days
    Resident.objects.filter(pk=stay.resident_id).update(birth_date=NOW.date() - timedelta(days=3650))
    stay = Stay.objects.get(pk=stay.pk)
    grounds = going_down.grounds_for(stay, at=NOW)
    assert grounds is not None
    assert grounds.suggested_days == 6


def test_who_meets_a_criterion_for_going_down_is_stable_whatever_the_days(where: Department) -> None:
    from fenji.apps.common import rulebooks
    from fenji.kernel.conditions import comparisons_of
    from fenji.kernel.referral import Direction

    stay = lie(where, 1, "I10")
    catalogue = rulebooks.current().catalogue(NOW.date())
    row = next(one for one in catalogue.criteria if one.direction is Direction.DOWN and one.concerns("I10", {}))
    readings: dict[str, Any] = {test.measure: test.bound for test in comparisons_of(row.when)}
    stay = going_down.observe(stay.pk, readings, by=clinic.doctor(), at=NOW)
    grounds = going_down.grounds_for(stay, at=NOW)
    assert grounds is not None
    assert grounds.is_stable
    assert not grounds.is_long
    with pytest.raises(Invalid):
        going_down.observe(stay.pk, {"no_such_reading": 1}, by=clinic.doctor(), at=NOW)


def test_each_is_proposed_once_and_the_ward_and_the_community_are_told(where: Department) -> None:
    lie(where, 9)
    assert going_down.propose(at=NOW) == 1
    assert going_down.propose(at=NOW) == 0  # the job may run twice
    proposal = Proposal.objects.get()
    assert (proposal.days, proposal.suggested_days, proposal.due_at) == (9, 8, NOW + DAY)
    assert Notice.objects.filter(kind="proposal.made", department_id=where.pk).exists()


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
    proposal, doctor = Proposal.objects.get(), clinic.doctor()
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
