"""Once a day the hospital's list and ours are compared: every difference is listed, none is written upon the beds."""

import pytest

from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.registry.models import Department
from fenji.apps.stays import reconciliation
from fenji.apps.stays.models import Census, Difference
from fenji.kernel.stays import Event
from tests.apps.booking import clinic
from tests.apps.stays import ward
from tests.apps.stays.ward import DAY, HOUR, NOW, later, lying, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Department:
    made = ward.department()
    ward.beds(made, 4)
    return made


def compare(where: Department, lying: dict[str, str], at: object = NOW) -> set[tuple[str, str]]:
    reconciliation.compare(lying, institution_id=where.institution_id, taken_at=at, by=None, at=at)  # type: ignore[arg-type]
    return {(one.kind, one.bed_code) for one in reconciliation.open_differences(where.institution_id)}


def test_every_kind_of_difference_is_listed(where: Department) -> None:
    house = where.institution_id
    tell(house, "1", Event.ADMIT, later(hours=-5), "A", "b1")
    tell(house, "2", Event.ADMIT, later(hours=-5), "B", "b2")
    tell(house, "3", Event.ADMIT, later(hours=-5), "C", "b3")
    tell(house, "4", Event.ADMIT, later(hours=-1), "D", "b3")  # waits
    before = lying(house)
    assert compare(where, {"b1": "A", "b2": "X", "b4": "Y", "zz": "Z"}) == {
        ("other", "b2"), ("only_here", "b3"), ("only_there", "b4"), ("unknown_bed", "zz"), ("waiting", "b3"),
    }  # fmt: skip
    assert lying(house) == before


def test_the_list_is_held_against_the_moment_it_was_taken(where: Department) -> None:
    house = where.institution_id
    tell(house, "1", Event.ADMIT, later(hours=-5), "A", "b1")
    tell(house, "2", Event.DISCHARGE, later(hours=-1), "A")
    reconciliation.compare({"b1": "A"}, institution_id=house, taken_at=NOW - 2 * HOUR, by=None, at=NOW)
    assert not Difference.objects.exists()  # then the patient was there
    assert compare(where, {"b1": "A"}) == {("only_there", "b1")}


def test_a_later_list_of_the_day_replaces_what_is_open_and_keeps_what_was_settled(where: Department) -> None:
    assert compare(where, {"b1": "A", "b2": "B"}) == {("only_there", "b1"), ("only_there", "b2")}
    office, stranger = clinic.keeper(where), clinic.keeper(ward.department())
    first = Difference.objects.get(bed_code="b1")
    with pytest.raises(Invalid):
        reconciliation.settle(first.pk, " ", by=office, at=NOW)
    with pytest.raises(NotFound):
        reconciliation.settle(first.pk, "已核对", by=stranger, at=NOW)
    reconciliation.settle(first.pk, "已出院，补发消息", by=office, at=NOW)
    assert compare(where, {"b2": "B"}, NOW + HOUR) == {("only_there", "b2")}
    assert Difference.objects.count() == 2
    assert Census.objects.count() == 1


def test_a_patient_in_two_houses_is_a_difference(where: Department) -> None:
    other, who = ward.department(), clinic.resident()
    ward.beds(other, 1)
    for number, house in enumerate((where.institution_id, other.institution_id)):
        tell(house, "1", Event.ADMIT, later(hours=-number), "A", "b1", resident_id=who)
    assert compare(where, {"b1": "A"}) == {("two_houses", "b1")}


def test_a_house_whose_list_does_not_come_is_listed_once(where: Department) -> None:
    compare(where, {})
    on = (NOW + DAY).date()
    assert reconciliation.note_missing(on=on, at=NOW + DAY) == 1
    assert reconciliation.note_missing(on=on, at=NOW + DAY) == 0
    assert Difference.objects.get().kind == "no_census"


def test_a_list_of_another_week_is_refused(where: Department) -> None:
    with pytest.raises(Invalid):
        reconciliation.compare({}, institution_id=where.institution_id, taken_at=NOW - 3 * DAY, by=None, at=NOW)
    with pytest.raises(Invalid):
        reconciliation.compare({}, institution_id=where.institution_id, taken_at=NOW + HOUR, by=None, at=NOW)
