"""Many townships want the one theatre that is open: one gets it whole, the others have written nothing at all."""

import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from django.db.models import QuerySet

from fenji.apps.common.clock import Frozen
from fenji.apps.notices.models import Notice
from fenji.apps.referrals import actions
from fenji.apps.referrals.actions import beginning, surgery_ahead
from fenji.apps.referrals.given import Given
from fenji.apps.referrals.models import Referral
from fenji.apps.residents.models import CareRelationKind
from fenji.apps.residents.relations import open_relation
from fenji.apps.stays import claim, rules, surgery, theatres, unassessed
from fenji.apps.stays.errors import NoTheatre, NotYet
from fenji.apps.stays.models import Stay, Surgery
from fenji.apps.stays.policies import Person
from fenji.kernel.day_surgery import CHECKLIST
from tests.factories.theatres import PROCEDURE, form_for_surgery, make_theatres
from tests.factories.world import World, make_resident, make_world
from tests.races.test_places import is_caught
from tests.races.test_stays import overlaps
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True)
# In full as many rounds as there are days with an open theatre.
ROUNDS = [pytest.param(5, 1, id="few"), pytest.param(24, 5, id="full", marks=pytest.mark.prove)]


@pytest.fixture
def world(transactional_db: None, clock: Frozen, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("fenji.apps.common.locks.LOCK_TIMEOUT", "60s")
    monkeypatch.setattr(claim, "PATIENCE", 60)
    made = make_world(clock.at)
    make_theatres(made, clock.at)
    return made


def patients(world: World, count: int) -> list[Any]:
    found = [make_resident(world.at, name=f"居民{number}") for number in range(count)]
    for number, one in enumerate(found):
        open_relation(
            one.pk, institution_id=world.township.pk, kind=CareRelationKind.CONTRACT, cause_kind="contract",
            cause_id=f"c{one.pk}{number}"[:40], at=world.at,
        )  # fmt: skip
    return found


def asks(world: World, patient: Any, starts_at: Any) -> Callable[[], Any]:
    return lambda: surgery_ahead.refer_for_surgery(
        patient.pk, form_for_surgery(world), PROCEDURE, starts_at, by=world.doctor, institution_id=world.township.pk
    )


def race_for_the_theatre(world: World, clients: int, starts_at: Any) -> None:
    crowd = patients(world, clients)
    outcomes = together([asks(world, one, starts_at) for one in crowd])
    won = [one for one in outcomes if isinstance(one, tuple)]
    assert len(won) == 1, outcomes
    assert all(isinstance(one, NoTheatre) for one in outcomes if one not in won), outcomes
    assert Referral.objects.filter(resident__in=crowd).count() == 1
    assert Surgery.objects.filter(resident__in=crowd).count() == 1
    assert Stay.objects.filter(resident__in=crowd, state="reserved").count() == 2
    assert overlaps() == 0


@pytest.mark.parametrize(("clients", "rounds"), ROUNDS)
def test_one_referral_gets_the_theatre_and_the_others_are_not_written(
    world: World, clock: Frozen, clients: int, rounds: int
) -> None:
    for _ in range(rounds):
        starts_at = theatres.times_from_below(world.county.pk, Person(), at=clock.at)[0]
        race_for_the_theatre(world, clients, starts_at)


def test_that_race_notices_a_referral_that_is_sent_on_its_own(
    world: World, clock: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (surgery_ahead, beginning):
        monkeypatch.setattr(module, "patience", nullcontext)
    starts_at = theatres.times_from_below(world.county.pk, Person(), at=clock.at)[0]
    with pytest.raises(AssertionError):
        race_for_the_theatre(world, 4, starts_at)
    assert Referral.objects.count() == 4  # not for another reason


def race_of_assessment_and_withdrawal(world: World, clock: Frozen) -> None:
    """The hospital finds the patient fit while the township takes the referral back."""
    (patient,) = patients(world, 1)
    referral, made = asks(world, patient, None)()
    fit = dict.fromkeys(CHECKLIST, True)
    outcomes = together([
        lambda: surgery.assess(made.pk, fit, "", by=world.surgeon, at=clock.at, version=made.version),
        lambda: actions.perform(
            referral.pk, "withdraw", Given(reason="resident_declined"), by=world.doctor, version=referral.version
        ),
    ])  # fmt: skip
    assert isinstance(outcomes[1], Referral), outcomes
    assert isinstance(outcomes[0], Surgery) or outcomes[0].code in {"stale", NotYet.code}, outcomes
    made.refresh_from_db()
    assert made.state == "cancelled"
    assert not Stay.objects.filter(bundle_id=made.bundle_id, state="reserved").exists()


@pytest.mark.parametrize("rounds", [3, pytest.param(30, marks=pytest.mark.prove)])
def test_a_withdrawn_referral_keeps_no_theatre_whatever_the_hospital_does_meanwhile(
    world: World, clock: Frozen, rounds: int
) -> None:
    for _ in range(rounds):
        race_of_assessment_and_withdrawal(world, clock)


def race_of_assessment_and_its_end(world: World, clock: Frozen) -> None:
    """The hospital finds the patient fit in the very moment in which the rooms go back."""
    (patient,) = patients(world, 1)
    _referral, made = asks(world, patient, None)()
    at, fit = made.starts_at - rules.assessed_before(clock.at), dict.fromkeys(CHECKLIST, True)
    outcomes = together([
        lambda: surgery.assess(made.pk, fit, "", by=world.surgeon, at=at, version=made.version),
        lambda: unassessed.give_back(at=at),
    ])  # fmt: skip
    kept = Stay.objects.filter(bundle_id=made.bundle_id, state="reserved").count()
    told = Notice.objects.filter(kind="surgery.released", user=world.doctor, cause_id=str(made.referral_id)).count()
    made.refresh_from_db()
    is_fit = isinstance(outcomes[0], Surgery)
    assert is_fit or outcomes[0].code in {"stale", NotYet.code}, outcomes
    assert (made.state, kept, told, outcomes[1]) == (("booked", 2, 0, 0) if is_fit else ("cancelled", 0, 1, 1))
    if is_fit:
        surgery.cancel(made.pk, "下一轮", by=world.surgeon, at=at, version=made.version)


@pytest.mark.parametrize("rounds", [3, pytest.param(30, marks=pytest.mark.prove)])
def test_a_surgery_is_assessed_or_its_rooms_go_back_and_never_both(world: World, clock: Frozen, rounds: int) -> None:
    for _ in range(rounds):
        race_of_assessment_and_its_end(world, clock)


def test_that_race_notices_an_end_that_does_not_lock(
    world: World, clock: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(found: QuerySet[Surgery]) -> Surgery | None:
        one, until = found.select_related("resident", "institution").first(), time.monotonic() + 30
        while found.exists() and time.monotonic() < until:  # until it was assessed
            time.sleep(0.01)
        return one

    monkeypatch.setattr(unassessed, "_locked", read)
    assert is_caught(lambda: race_of_assessment_and_its_end(world, clock), rounds=1)
