"""What a hospital tells of its wards: late, shuffled and repeated messages end in the same stays."""

import random
from datetime import timedelta

import pytest
from django.db import IntegrityError

from fenji.apps.common.errors import Invalid
from fenji.apps.registry.models import Department
from fenji.apps.stays import errors, movements
from fenji.apps.stays.models import Difference, Movement, Stay
from fenji.apps.stays.policies import Span
from fenji.kernel.roles import Role
from fenji.kernel.stays import Event
from tests.apps.booking import clinic
from tests.apps.stays import ward
from tests.apps.stays.ward import DAY, HOUR, NOW, later, lying, picture, tell

pytestmark = pytest.mark.django_db
ADMIT, TRANSFER, DISCHARGE, EXPECT = Event.ADMIT, Event.TRANSFER, Event.DISCHARGE, Event.EXPECT
CLEAN, BLOCK, UNBLOCK, CANCEL = Event.CLEAN, Event.BLOCK, Event.UNBLOCK, Event.CANCEL


@pytest.fixture
def where() -> Department:
    made = ward.department()
    ward.beds(made, 4)
    return made


@pytest.fixture
def house(where: Department) -> int:
    return where.institution_id


def test_a_patient_comes_moves_and_goes_and_the_beds_are_cleaned(house: int) -> None:
    tell(house, "1", ADMIT, later(hours=-30), "A", "b1", diagnosis_code="I10", sex=2)
    tell(house, "2", TRANSFER, later(hours=-20), "A", "b2")
    assert lying(house) == {"b2": "A"}
    tell(house, "3", DISCHARGE, later(hours=-0.5), "A")
    assert lying(house) == {}
    first, second = Stay.objects.filter(episode="A", state="left").order_by("from_at")
    assert (first.until_at, second.from_at, second.until_at) == (later(hours=-20), later(hours=-20), later(hours=-0.5))
    assert second.admitted_at == first.from_at
    cleaning = Stay.objects.get(state="cleaning")  # the first bed has long been clean
    assert (cleaning.resource.code, cleaning.until_at) == ("b2", later(hours=0.5))
    tell(house, "4", CLEAN, later(hours=-0.25), bed="b2")
    assert not Stay.objects.filter(state="cleaning").exists()


def test_an_admission_lasts_as_expected_else_as_suggested_for_the_disease(house: int) -> None:
    tell(house, "1", ADMIT, NOW, "A", "b1", diagnosis_code="I63.9")
    assert Stay.objects.get(episode="A").until_at == later(days=10)
    tell(house, "2", EXPECT, NOW, "A", until_at=later(days=4))
    stay = Stay.objects.get(episode="A")
    assert (stay.until_at, stay.expected_at) == (later(days=4), later(days=4))


def test_who_should_have_left_and_is_still_there_keeps_the_bed(house: int) -> None:
    tell(house, "1", ADMIT, later(days=-3), "A", "b1", until_at=later(days=-1))
    stay = Stay.objects.get(episode="A")
    assert stay.until_at > NOW
    Stay.objects.filter(pk=stay.pk).update(until_at=NOW - HOUR)  # no job ran
    with pytest.raises(errors.ResourceTaken):
        ward.reserve(stay.resource)


def test_the_same_message_again_has_one_effect_and_another_under_its_id_none(house: int) -> None:
    first = tell(house, "1", ADMIT, NOW, "A", "b1")
    again = tell(house, "1", ADMIT, NOW, "A", "b1")
    assert (first.is_new, again.is_new, again.movement.pk) == (True, False, first.movement.pk)
    with pytest.raises(errors.MovementChanged):
        tell(house, "1", ADMIT, NOW, "A", "b2")
    assert lying(house) == {"b1": "A"}
    assert Movement.objects.count() == 1


def test_an_admission_waits_until_the_discharge_before_it_is_told(house: int) -> None:
    tell(house, "1", ADMIT, later(days=-2), "A", "b1")
    late = tell(house, "3", ADMIT, later(hours=-1), "B", "b1")
    assert late.movement.waits_for == "occupied"
    assert lying(house) == {"b1": "A"}
    tell(house, "2", DISCHARGE, later(hours=-2), "A")
    assert lying(house) == {"b1": "B"}
    assert not Movement.objects.exclude(waits_for="").exists()


def test_two_patients_swap_beds(house: int) -> None:
    tell(house, "1", ADMIT, later(days=-2), "A", "b1")
    tell(house, "2", ADMIT, later(days=-2), "B", "b2")
    tell(house, "3", TRANSFER, later(hours=-1), "A", "b2")
    tell(house, "4", TRANSFER, later(hours=-1), "B", "b1")
    assert lying(house) == {"b1": "B", "b2": "A"}
    assert not Movement.objects.exclude(waits_for="").exists()


def test_what_was_told_wrongly_is_taken_back(house: int) -> None:
    tell(house, "1", ADMIT, later(hours=-3), "A", "b1")
    tell(house, "2", DISCHARGE, later(hours=-1), "A")
    tell(house, "3", CANCEL, later(hours=-0.5), cancels="2")
    assert lying(house) == {"b1": "A"}
    tell(house, "4", CANCEL, later(hours=-0.4), cancels="1")
    assert lying(house) == {}
    assert set(Stay.objects.values_list("state", flat=True)) == {"cancelled"}


STORY = [
    ("1", ADMIT, -50, "A", "b1", {}), ("2", TRANSFER, -40, "A", "b2", {}), ("3", DISCHARGE, -30, "A", "", {}),
    ("4", ADMIT, -29.5, "B", "b2", {}), ("5", EXPECT, -20, "B", "", {"until_at": later(days=3)}),
    ("6", ADMIT, -28, "C", "b1", {}), ("7", TRANSFER, -10, "C", "b3", {}), ("8", TRANSFER, -10, "B", "b1", {}),
    ("9", DISCHARGE, -0.5, "C", "", {}), ("10", CLEAN, -0.1, "", "b3", {}),
    ("11", BLOCK, -5, "", "b4", {"until_at": later(days=2)}), ("12", BLOCK, -2, "", "b2", {}),
    ("13", UNBLOCK, -1, "", "b2", {}), ("14", ADMIT, -3, "D", "b4", {}), ("15", DISCHARGE, -2, "D", "", {}),
    ("16", DISCHARGE, -1.5, "D", "", {}), ("17", CANCEL, -1, "", "", {"cancels": "15"}),
]  # fmt: skip


def play(numbers: list[int]) -> list[tuple[str, str, str, str, str]]:
    where = ward.department()
    ward.beds(where, 4)
    for number in numbers:
        name, event, hours, episode, bed, more = STORY[number]
        tell(where.institution_id, name, event, later(hours=hours), episode, bed, **more)
    waiting = Movement.objects.filter(institution_id=where.institution_id, waits_for__in=["occupied", "no_admission"])
    assert not waiting.exists(), list(waiting.values_list("message_id", "waits_for"))
    return picture(where.institution_id)


@pytest.mark.parametrize("rounds", [5, pytest.param(400, marks=pytest.mark.prove)])
def test_the_order_of_arrival_and_repetition_change_nothing(rounds: int) -> None:
    straight, dice = play(list(range(len(STORY)))), random.Random(20260304)
    assert {row[:3] for row in straight if row[1] == "occupied"} == {("b1", "occupied", "B")}
    for _ in range(rounds):
        order = [*range(len(STORY)), *dice.sample(range(len(STORY)), 5)]
        dice.shuffle(order)
        assert play(order) == straight, order


def test_a_shuffle_is_noticed_where_messages_simply_take_effect_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: where nobody puts the messages in their order, the same messages end differently."""
    from fenji.kernel import stays as kernel

    straight, dice = play(list(range(len(STORY)))), random.Random(1)
    monkeypatch.setattr(kernel, "_in_force", lambda messages: list(messages))
    with pytest.raises((AssertionError, IntegrityError)):
        for _ in range(12):
            order = list(range(len(STORY)))
            dice.shuffle(order)
            assert play(order) == straight


def test_a_promised_bed_that_is_taken_all_the_same_is_another_one_of_the_ward(where: Department) -> None:
    house, who = where.institution_id, clinic.resident()
    bed = ward.beds(where, 4)[0]
    stay = ward.reserve(bed, Span(NOW + HOUR, NOW + 3 * DAY), who)
    tell(house, "1", ADMIT, NOW, "X", "b1")
    stay.refresh_from_db()
    assert stay.state == "cancelled"
    moved = Stay.objects.get(replaces=stay)
    assert (moved.state, moved.resource.ward_id) == ("reserved", bed.ward_id)
    assert moved.resource_id != bed.pk
    assert not Difference.objects.exists()


def test_where_the_ward_is_full_the_house_is_told_and_the_difference_listed(where: Department) -> None:
    house = where.institution_id
    beds = ward.beds(where, 4)
    for bed in beds:
        ward.reserve(bed, Span(NOW + HOUR, NOW + 3 * DAY), clinic.resident())
    tell(house, "1", ADMIT, NOW, "X", "b1")
    difference = Difference.objects.get()
    assert (difference.kind, difference.bed_code) == ("displaced", "b1")


def test_an_admission_fulfils_the_promise_wherever_the_patient_was_put(where: Department) -> None:
    who, house = clinic.resident(), where.institution_id
    stay = ward.reserve(ward.beds(where, 4)[0], Span(NOW + HOUR, NOW + 3 * DAY), who)
    tell(house, "1", ADMIT, NOW, "A", "b3", resident_id=who)
    stay.refresh_from_db()
    assert (stay.state, stay.resource.code, stay.episode) == ("occupied", "b3", "A")
    ward.reserve(ward.beds(where, 4)[0])  # the promised bed is free again


def test_the_same_patient_is_not_in_two_beds_of_a_house(where: Department) -> None:
    who, house = clinic.resident(), where.institution_id
    tell(house, "1", ADMIT, later(days=-1), "A", "b1", resident_id=who)
    assert tell(house, "2", ADMIT, NOW, "B", "b2", resident_id=who).movement.waits_for == "elsewhere"
    tell(house, "3", DISCHARGE, later(hours=-1), "A")
    assert lying(house) == {"b2": "B"}


def test_by_hand_nothing_waits(where: Department) -> None:
    nurse, house = clinic.keeper(where, Role.NURSE), where.institution_id
    hand = {"institution_id": house, "by": nurse, "at": NOW}
    admitted = movements.by_hand(ADMIT, bed="b1", **hand)
    assert admitted.episode.startswith("H")
    with pytest.raises(errors.BedOccupied):
        movements.by_hand(ADMIT, bed="b1", **hand)
    with pytest.raises(errors.StayEnded):
        movements.by_hand(DISCHARGE, episode="NOBODY", **hand)
    with pytest.raises(Invalid):
        movements.by_hand(ADMIT, bed="b9", **hand)
    assert Movement.objects.count() == 1
    movements.by_hand(DISCHARGE, episode=admitted.episode, **(hand | {"at": later(hours=1)}))
    assert lying(house) == {}


@pytest.mark.parametrize(
    ("event", "at", "more"),
    [
        (ADMIT, NOW + HOUR, {"episode": "A", "bed": "b1"}),  # has not happened
        (ADMIT, NOW - timedelta(days=400), {"episode": "A", "bed": "b1"}),
        (ADMIT, NOW, {"episode": "A", "bed": "b77"}),
        (ADMIT, NOW, {"episode": "A"}),
        (ADMIT, NOW, {"bed": "b1"}),
        (EXPECT, NOW, {"episode": "A"}),
        (BLOCK, NOW, {"bed": "b1", "until_at": NOW - HOUR}),
        (CANCEL, NOW, {}),
        (BLOCK, NOW, {"bed": "b1", "reason": "请致电 13800000000"}),
    ],
)
def test_what_cannot_be_meant_is_refused_and_leaves_nothing(house: int, event: Event, at: object, more: dict) -> None:
    with pytest.raises(Invalid):
        tell(house, "1", event, at, **more)  # type: ignore[arg-type]
    assert not Movement.objects.exists()
    assert not Stay.objects.exists()
