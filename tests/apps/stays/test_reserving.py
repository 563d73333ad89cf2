"""Reserving a bed: who may, when not, what becomes of holds; nothing changes where it is refused."""

from datetime import timedelta
from typing import Any

import pytest

from fenji.apps.common.errors import DomainError, NotFound
from fenji.apps.stays import actions, errors, handing_over, queries, wards
from fenji.apps.stays.models import Resource, Stay
from fenji.apps.stays.policies import Footing, Person, Span, Wanted
from fenji.kernel.stays import ResourceKind
from tests.apps.booking import clinic
from tests.apps.stays import ward
from tests.apps.stays.ward import DAY, HOUR, MAN, NOW, SPAN, WOMAN

pytestmark = pytest.mark.django_db


@pytest.fixture
def bed() -> Resource:
    return ward.beds(ward.department(), 1)[0]


def test_a_reserved_bed_is_nobody_elses_over_any_part_of_the_span(bed: Resource) -> None:
    ward.reserve(bed)
    for span in (SPAN, Span(NOW + DAY, NOW + 2 * DAY), Span(NOW + 2 * DAY, NOW + 9 * DAY)):
        with pytest.raises(errors.ResourceTaken):
            ward.reserve(bed, span)
    ward.reserve(bed, Span(SPAN.until_at, SPAN.until_at + DAY))  # half-open: who leaves and who comes do not meet
    assert Stay.objects.count() == 2


def test_a_taken_bed_is_answered_with_others_of_the_ward_that_are_free() -> None:
    first, second, third = ward.beds(ward.department(), 3)
    ward.reserve(first)
    ward.reserve(second)
    with pytest.raises(errors.ResourceTaken) as refused:
        ward.reserve(first)
    assert refused.value.free == [third]
    assert refused.value.status == 409


@pytest.mark.parametrize(
    ("span", "fault"),
    [
        (Span(NOW - DAY, NOW + DAY), errors.SpanPast),
        (Span(NOW + DAY, NOW + DAY), errors.SpanPast),
        (Span(NOW + DAY, NOW), errors.SpanPast),
        (Span(NOW, NOW + 61 * DAY), errors.SpanPast),
        (Span(NOW + 400 * DAY, NOW + 401 * DAY), errors.SpanPast),
    ],
)
def test_a_span_that_cannot_be_is_refused_and_changes_nothing(
    bed: Resource, span: Span, fault: type[DomainError]
) -> None:
    with pytest.raises(fault) as refused:
        ward.reserve(bed, span)
    assert refused.value.status == 422
    assert not Stay.objects.exists()


def refused(bed: Resource, **more: Any) -> type[DomainError]:
    """The class of the refusal, after making sure that it left nothing behind."""
    before = Stay.objects.count()
    with pytest.raises(DomainError) as found:
        ward.reserve(bed, **more)
    assert 400 <= found.value.status < 500
    assert Stay.objects.count() == before
    return type(found.value)


def test_a_ward_takes_its_own_sex_and_one_for_both_takes_everybody() -> None:
    where = ward.department()
    women = ward.beds(where, 1, ward_sex=2)[0]
    assert refused(women, person=MAN) is errors.DoesNotFit
    assert refused(women, person=Person(0)) is errors.DoesNotFit  # not known: not into a ward for one sex
    ward.reserve(women)
    both = ward.beds(where, 1, kind=ResourceKind.BED, ward_code="W2", sex=0)[0]
    assert both.ward.code == "W2"
    ward.reserve(both, Span(NOW + 5 * DAY, NOW + 6 * DAY), person=MAN)


def test_isolation_beds_are_for_who_needs_them_and_nobody_else() -> None:
    where = ward.department()
    isolated = ward.beds(where, 1, is_isolation=True)[0]
    assert refused(isolated) is errors.DoesNotFit
    ward.reserve(isolated, person=Person(2, needs_isolation=True))
    assert refused(ward.beds(where, 1, ward_code="W2", is_isolation=False)[0], person=Person(2, True)) is (
        errors.DoesNotFit
    )


def test_a_closed_ward_reserves_nothing_and_says_who_was_promised_a_bed(bed: Resource) -> None:
    promised = ward.reserve(bed, Span(NOW + DAY, NOW + 2 * DAY))
    found = wards.close_ward(
        bed.ward_id, "装修", from_at=NOW + HOUR, until_at=NOW + 10 * DAY, by=None, at=NOW
    )  # fmt: skip
    assert found == [promised]
    assert refused(bed, span=Span(NOW + 3 * DAY, NOW + 4 * DAY)) is errors.WardClosed
    ward.reserve(bed, Span(NOW + 10 * DAY, NOW + 11 * DAY))  # open again
    wards.open_ward(bed.ward_id, by=None, at=NOW)
    ward.reserve(bed, Span(NOW + 3 * DAY, NOW + 4 * DAY))


def test_a_bed_out_of_use_is_not_reserved(bed: Resource) -> None:
    Resource.objects.filter(pk=bed.pk).update(used_until=(NOW + 2 * DAY).date())
    assert refused(bed) is errors.NotInUse
    ward.reserve(bed, Span(NOW, NOW + DAY))


def test_the_platform_takes_what_was_handed_over_and_the_house_what_was_not() -> None:
    where = ward.department()
    ours, theirs = ward.beds(where, 1)[0], ward.beds(where, 1, handed=False, ward_code="W2")[0]
    assert ours.pk == theirs.pk  # the same code is the same bed
    theirs = ward.beds(where, 2, handed=False, ward_code="W2")[1]
    assert refused(ours, footing=Footing.HOUSE) is errors.HandedOver
    assert refused(theirs) is errors.NotHandedOver
    ward.reserve(ours)
    ward.reserve(theirs, footing=Footing.HOUSE)


def test_beds_are_handed_back_once_nobody_is_promised_them(bed: Resource) -> None:
    stay = ward.reserve(bed, Span(NOW + DAY, NOW + 2 * DAY))
    with pytest.raises(errors.StillReserved):
        handing_over.take_back([bed.pk], from_at=NOW, by=None, at=NOW)
    handing_over.take_back([bed.pk], from_at=NOW + 2 * DAY, by=None, at=NOW)  # after the last promise
    assert refused(bed, span=Span(NOW + 2 * DAY, NOW + 3 * DAY)) is errors.NotHandedOver
    actions.cancel(stay.pk, "不来了", by=None, at=NOW)
    assert handing_over.take_back([bed.pk], from_at=NOW, by=None, at=NOW) == 1
    assert handing_over.hand_over([bed.pk], from_at=NOW, until_at=NOW + DAY, by=None, at=NOW) == 1
    assert handing_over.hand_over([bed.pk], from_at=NOW, until_at=NOW + DAY, by=None, at=NOW) == 0  # told twice
    with pytest.raises(errors.HandedOver):
        handing_over.hand_over([bed.pk], from_at=NOW + HOUR, until_at=None, by=None, at=NOW)


def test_nothing_is_promised_of_a_house_that_fell_silent(bed: Resource) -> None:
    late = NOW + timedelta(days=2)
    assert refused(bed, at=late, span=Span(late, late + DAY)) is errors.FeedStale
    ward.beds(bed.department, 1, handed=False, at=late)  # heard from again
    ward.reserve(bed, Span(late, late + DAY), at=late)


def test_a_hold_ends_by_itself_and_is_in_nobodys_way(bed: Resource) -> None:
    held = ward.hold(bed, until=NOW + HOUR)
    assert refused(bed) is errors.ResourceTaken
    after = NOW + HOUR
    with pytest.raises(errors.HoldLapsed):
        actions.confirm(held.pk, by=None, at=after)
    ward.reserve(bed, Span(after, after + DAY), at=after)  # nothing swept before
    held.refresh_from_db()
    assert held.state == "expired"


def test_a_hold_is_confirmed_once_and_cancelling_twice_is_harmless(bed: Resource) -> None:
    held = ward.hold(bed)
    for _ in range(2):
        assert actions.confirm(held.pk, by=None, at=NOW).state == "reserved"
    for _ in range(2):
        assert actions.cancel(held.pk, "不来了", by=None, at=NOW).state == "cancelled"
    with pytest.raises(errors.StayEnded):
        actions.confirm(held.pk, by=None, at=NOW)
    ward.reserve(bed)


def test_the_sweep_writes_down_what_ran_out(bed: Resource) -> None:
    held = ward.hold(bed, until=NOW + HOUR)
    assert actions.expire_holds(at=NOW) == 0
    assert actions.expire_holds(at=NOW + HOUR) == 1
    held.refresh_from_db()
    assert (held.state, held.ended_at) == ("expired", NOW + HOUR)


def test_who_does_not_come_is_not_waited_for_without_end(bed: Resource) -> None:
    stay = ward.reserve(bed, Span(NOW, NOW + 5 * DAY))
    assert actions.release_no_shows(at=NOW + DAY) == 0
    assert actions.release_no_shows(at=NOW + DAY + HOUR) == 1
    stay.refresh_from_db()
    assert stay.state == "cancelled"


def test_moving_takes_the_new_bed_or_leaves_the_old_promise(bed: Resource) -> None:
    other = ward.beds(bed.department, 2)[1]
    stay, taken = ward.reserve(bed), ward.reserve(other)
    move = {"person": WOMAN, "footing": Footing.PLATFORM, "by": None, "at": NOW, "reason": "换床"}
    with pytest.raises(errors.ResourceTaken):
        actions.move_to(stay.pk, other.pk, SPAN, **move)
    stay.refresh_from_db()
    assert stay.state == "reserved"
    actions.cancel(taken.pk, "不来了", by=None, at=NOW)
    moved = actions.move_to(stay.pk, other.pk, SPAN, **move)
    assert (moved.resource_id, moved.state, moved.replaces_id) == (other.pk, "reserved", stay.pk)
    longer = actions.move_to(moved.pk, other.pk, Span(NOW, NOW + 5 * DAY), **move)  # its own old span is no obstacle
    assert longer.until_at == NOW + 5 * DAY


def test_any_fitting_bed_of_the_wards_in_the_order_they_are_named() -> None:
    where = ward.department()
    women, both = ward.beds(where, 1, ward_sex=2)[0], ward.beds(where, 2, ward_code="W2")[1]
    any_bed = {"span": SPAN, "footing": Footing.PLATFORM, "by": None, "at": NOW}
    wanted = Wanted(SPAN, ward_ids=(women.ward_id, both.ward_id))
    first = actions.reserve(wanted, person=WOMAN, **any_bed)
    assert first.resource_id in {women.pk, both.pk}
    man = actions.reserve(Wanted(SPAN, department_ids=(where.pk,)), person=MAN, **any_bed)
    assert man.resource_id == both.pk
    with pytest.raises(errors.ResourceTaken):
        actions.reserve(wanted, person=MAN, **any_bed)


def test_free_beds_are_counted_as_they_would_be_given_away() -> None:
    where = ward.department()
    beds = ward.beds(where, 3)
    ward.reserve(beds[0])
    assert queries.free_beds([where.institution_id], SPAN, at=NOW) == {where.institution_id: 2}
    late = NOW + 2 * DAY  # nothing was heard since
    assert queries.free_beds([where.institution_id], Span(late, late + DAY), at=late) == {where.institution_id: 0}
    assert queries.free_beds([ward.department().institution_id], SPAN, at=NOW) == {}
    assert len(queries.free_resources(SPAN, WOMAN, Footing.PLATFORM, at=NOW, ward_ids=[beds[0].ward_id])) == 2
    assert queries.free_resources(SPAN, WOMAN, Footing.HOUSE, at=NOW, ward_ids=[beds[0].ward_id]) == []


def test_machines_take_everybody_and_are_free_when_done() -> None:
    scanner = ward.beds(ward.department(), 1, kind=ResourceKind.EQUIPMENT, ward_sex=2)[0]
    first = ward.reserve(scanner, Span(NOW, NOW + HOUR), person=MAN)
    assert refused(scanner, span=Span(NOW + HOUR / 2, NOW + 2 * HOUR)) is errors.ResourceTaken
    actions.finish(first.pk, by=None, at=NOW + HOUR / 2)
    ward.reserve(scanner, Span(NOW + HOUR / 2, NOW + 2 * HOUR), at=NOW + HOUR / 2)


def test_what_is_not_there_is_not_found() -> None:
    ward.department()
    with pytest.raises(NotFound):
        actions.reserve(999_999, SPAN, person=WOMAN, footing=Footing.PLATFORM, by=None, at=NOW)
    with pytest.raises(NotFound):
        actions.cancel(clinic.resident(), "没有", by=None, at=NOW)
