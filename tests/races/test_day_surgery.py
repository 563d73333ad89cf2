"""Two hands on a day surgery: the recovery place that follows it and who takes that time; two who call the patient."""

import threading
import time
from datetime import date
from typing import Any

import pytest

from fenji.apps.notices.models import Notice
from fenji.apps.registry.models import Department
from fenji.apps.residents.models import Resident
from fenji.apps.stays import actions, claim, queries, surgery, surgery_calls, theatres
from fenji.apps.stays.errors import ResourceTaken
from fenji.apps.stays.models import Resource, Stay, Surgery, SurgeryCall
from fenji.apps.stays.policies import Footing, Span
from fenji.kernel.day_surgery import CHECKLIST, SIGNS
from fenji.kernel.roles import Role
from fenji.kernel.stays import ResourceKind
from tests.apps.booking import clinic
from tests.apps.stays import ward
from tests.apps.stays.ward import HOUR, NOW, WOMAN
from tests.races.test_stays import is_caught, overlaps
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True)
LOOKS = 5  # seconds


@pytest.fixture
def where(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Department:
    monkeypatch.setattr(claim, "PATIENCE", 60)
    return ward.department()


def booked(where: Department) -> Surgery:
    """At NOW, in a theatre and a recovery place of its own."""
    for kind in (ResourceKind.THEATRE, ResourceKind.RECOVERY):
        free = Resource.objects.filter(kind=kind).count()
        ward.beds(where, 1, handed=False, kind=kind, prefix=f"{kind.value[0]}{free}", used_from=date(2020, 1, 1))
    who = Resident.objects.get(pk=clinic.resident())
    given: dict[str, Any] = {"by": clinic.keeper(where, Role.PHYSICIAN), "at": NOW}
    one = surgery.request(who, where, "白内障超声乳化", **given)
    one = surgery.assess(one.pk, dict.fromkeys(CHECKLIST, True), "", version=one.version, **given)
    return surgery.book(one.pk, NOW, version=one.version, **given)


def race_for_the_gap(where: Department) -> None:
    """The surgery ends half an hour early while another wants the recovery place for that half hour."""
    one = booked(where)
    place, over = theatres.rooms_of(one)[1], NOW + HOUR
    gap = Span(over, place.from_at)
    outcomes = together([
        lambda: surgery.operate(one.pk, by=one.made_by, at=over, version=one.version),
        lambda: actions.reserve(
            place.resource_id, gap, person=WOMAN, footing=Footing.HOUSE, by=None, at=NOW, resident_id=clinic.resident()
        ),
    ])  # fmt: skip
    assert isinstance(outcomes[0], Surgery), outcomes
    is_kept = theatres.is_kept_as_planned(outcomes[0])
    assert isinstance(outcomes[1], Stay if is_kept else ResourceTaken), outcomes
    now_at = queries.stay_called(place.pk)
    assert now_at.from_at == (place.from_at if is_kept else over)
    assert overlaps() == 0


@pytest.mark.parametrize("rounds", [3, pytest.param(30, marks=pytest.mark.prove)])
def test_the_recovery_place_follows_or_is_kept_and_nobody_lies_on_anothers_time(where: Department, rounds: int) -> None:
    for _ in range(rounds):
        race_for_the_gap(where)


def test_that_race_notices_a_span_that_follows_without_a_lock(
    where: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked_before(resource_id: int, span: Span, **given: Any) -> list[Stay]:
        until = time.monotonic() + LOOKS
        while not claim.in_the_way(resource_id, span, **given) and time.monotonic() < until:
            time.sleep(0.01)  # until the other has written
        return []

    monkeypatch.setattr(surgery, "lock_these", lambda ids: {})
    monkeypatch.setattr(actions, "_locked", lambda stay_id, by, at: queries.stay_called(stay_id))
    monkeypatch.setattr(actions, "in_the_way", looked_before)
    assert is_caught(lambda: race_for_the_gap(where), rounds=3)


def race_of_two_callers(where: Department) -> None:
    """One notes that all is well, the other that it is not: the first counts, and only then somebody is told."""
    one = booked(where)
    given: dict[str, Any] = {"by": one.made_by, "at": NOW}
    one = surgery.operate(one.pk, version=one.version, **given)
    one = surgery.discharge(one.pk, dict.fromkeys(SIGNS, 2), version=one.version, **given)
    call = one.calls.order_by("due_at")[0]
    outcomes = together([
        lambda: surgery_calls.note(call.pk, reached=True, is_well=True, note="好", **given),
        lambda: surgery_calls.note(call.pk, reached=True, is_well=False, note="不好", **given),
    ])  # fmt: skip
    assert all(isinstance(outcome, SurgeryCall) for outcome in outcomes), outcomes
    call.refresh_from_db()
    told = Notice.objects.filter(kind="surgery.unwell", cause_id=str(one.pk)).count()
    assert {(outcome.is_well, outcome.note) for outcome in outcomes} == {(call.is_well, call.note)}
    assert (told > 0) is (call.is_well is False)


@pytest.mark.parametrize("rounds", [3, pytest.param(30, marks=pytest.mark.prove)])
def test_of_two_callers_the_first_counts(where: Department, rounds: int) -> None:
    for _ in range(rounds):
        race_of_two_callers(where)


def test_that_race_notices_a_call_that_is_not_locked(where: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2)

    def read(call_id: int) -> SurgeryCall:
        found = SurgeryCall.objects.get(pk=call_id)
        both.wait(LOOKS)  # both have looked before one writes
        return found

    monkeypatch.setattr(surgery_calls, "_locked", read)
    assert is_caught(lambda: race_of_two_callers(where), rounds=1)
