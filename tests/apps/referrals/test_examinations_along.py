"""A referral with examinations: clinic, examinations and bed or theatre with the sending, or nothing at all."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from fenji.apps.booking import actions as booking
from fenji.apps.booking import examinations
from fenji.apps.booking.errors import ExaminationTaken
from fenji.apps.booking.models import Booking, ExamItem, ExamOrder, Place, Session
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Invalid
from fenji.apps.notices.models import Notice
from fenji.apps.referrals import actions
from fenji.apps.referrals.exam_wishes import KEY, examinations_of
from fenji.apps.referrals.given import Given
from fenji.apps.referrals.models import Referral
from fenji.apps.stays.models import Stay
from tests.factories.examinations import make_examination
from tests.factories.theatres import PROCEDURE, form_for_surgery, make_theatres
from tests.factories.world import World, make_places, resident_id

pytestmark = pytest.mark.django_db


def sent(world: World, *items: ExamItem, **changes: Any) -> Referral:
    form = {**world.form(**changes), KEY: [one.pk for one in items]}
    return actions.refer(resident_id(world), form, by=world.doctor, institution_id=world.township.pk)


def drafted(world: World, *items: ExamItem) -> Referral:
    form = {**world.form(), KEY: [one.pk for one in items]}
    return actions.draft(resident_id(world), form, by=world.doctor, institution_id=world.township.pk)


def move(referral: Referral, action: str, world: World, **given: Any) -> Referral:
    by = world.office if action in {"refuse", "accept"} else world.doctor
    version = Referral.objects.get(pk=referral.pk).version
    return actions.perform(referral.pk, action, Given(**given), by=by, version=version)


def taken() -> int:
    return Place.objects.filter(taken_by__isnull=False).count()


def test_clinic_and_examinations_are_taken_with_the_sending(world: World, clock: Frozen) -> None:
    place = make_places(world.departments["yx-renmin.cardio"], clock.at)[0]
    items = [make_examination(world, clock.at), make_examination(world, clock.at, "心脏彩超", days_ahead=3)]
    referral = sent(world, *items, place=place.pk)
    orders = ExamOrder.objects.order_by("item_id")
    assert [(one.item, one.referral_id, one.ordered_by) for one in orders] == [
        (item, referral.pk, world.doctor) for item in items
    ]
    assert {one.question for one in orders} == {referral.slip["history"]}
    assert (referral.state, referral.booking and referral.booking.place, taken()) == ("sent", place, 3)
    assert Notice.objects.filter(kind="examination.booked", channel="desk").count() == 2


def test_without_a_time_for_one_nothing_is_written_and_it_is_named(world: World, clock: Frozen) -> None:
    make_theatres(world, clock.at)
    place = make_places(world.departments["yx-renmin.surgery"], clock.at)[0]
    free, full = make_examination(world, clock.at), make_examination(world, clock.at, "冠脉 CT", times=0)
    wishes = {"place": place.pk, "day_surgery": {"procedure": PROCEDURE, "starts_at": ""}}
    with pytest.raises(ExaminationTaken, match="冠脉 CT"):
        sent(world, free, full, **form_for_surgery(world, **wishes))
    assert (Referral.objects.count(), ExamOrder.objects.count(), taken()) == (0, 0, 0)
    assert not Stay.objects.exists() and not Booking.objects.exists() and not Notice.objects.exists()


def test_nobody_is_to_be_in_two_rooms_at_once(world: World, clock: Frozen) -> None:
    items = [make_examination(world, clock.at), make_examination(world, clock.at, "心脏彩超", times=3)]
    first = Place.objects.filter(exam_item=items[0]).earliest("starts_at")
    visit = make_places(world.departments["yx-renmin.cardio"], clock.at)[0]
    Session.objects.filter(pk=visit.session_id).update(starts_at=first.starts_at, ends_at=first.ends_at)
    Place.objects.filter(pk=visit.pk).update(starts_at=first.starts_at, ends_at=first.ends_at)
    sent(world, *items, place=visit.pk)
    spans = sorted(Place.objects.filter(taken_by__isnull=False).values_list("starts_at", "ends_at"))
    assert len(spans) == 3
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))


def test_a_draft_takes_nothing_and_its_sending_takes_what_was_last_wished_for(world: World, clock: Frozen) -> None:
    first, other = make_examination(world, clock.at), make_examination(world, clock.at, "心脏彩超")
    referral = drafted(world, first)
    assert (taken(), examinations_of(referral)) == (0, (first.pk,))
    move(referral, "edit", world, form=world.form())  # not a word of it
    move(referral, "edit", world, form={**world.form(), KEY: [other.pk]})
    move(referral, "send", world)
    assert ExamOrder.objects.get().item == other
    assert taken() == 1


def test_a_draft_sent_back_keeps_what_it_has_and_gives_back_the_rest(world: World, clock: Frozen) -> None:
    first, other = make_examination(world, clock.at), make_examination(world, clock.at, "心脏彩超")
    referral = sent(world, first, other)
    Referral.objects.filter(pk=referral.pk).update(state="draft", sent_at=None)  # as sent back by who signs
    kept = ExamOrder.objects.get(item=first)
    move(referral, "edit", world, form={**world.form(), KEY: [first.pk]})
    move(referral, "send", world)
    assert ExamOrder.objects.get(cancelled_at=None) == kept
    assert taken() == 1
    Referral.objects.filter(pk=referral.pk).update(state="draft", sent_at=None)
    move(referral, "edit", world, form=world.form(institution=world.city.code))
    assert (taken(), ExamOrder.objects.filter(cancelled_at=None).count()) == (0, 0)
    assert examinations_of(referral) == ()


@pytest.mark.parametrize(
    ("action", "given"),
    [
        ("withdraw", {"reason": "resident_declined"}),
        ("refuse", {"reason": "out_of_scope"}),
    ],
)
def test_what_lies_ahead_is_given_back_when_the_referral_ends(
    world: World, clock: Frozen, action: str, given: dict[str, str]
) -> None:
    referral = sent(world, make_examination(world, clock.at))
    move(referral, action, world, **given)
    order = ExamOrder.objects.get()
    assert (order.cancelled_at, taken()) == (clock.at, 0)
    told = Notice.objects.get(kind="examination.cancelled", channel="desk")
    assert told.resident_id == order.resident_id and "请不要前往" in told.text


def test_what_was_examined_stays_with_its_result(world: World, clock: Frozen) -> None:
    referral = sent(
        world, make_examination(world, clock.at), make_examination(world, clock.at, "心脏彩超", days_ahead=4)
    )
    done, _ahead = ExamOrder.objects.order_by("item_id")
    clock.advance(timedelta(days=1, minutes=5))
    booking.mark_arrived(done.bookings.get().pk, by=world.office, at=clock.at)
    move(referral, "withdraw", world, reason="resident_declined")
    assert list(ExamOrder.objects.filter(cancelled_at=None)) == [done]
    result = examinations.Result("未见异常")
    assert examinations.report(done.pk, result, by=world.physician, at=clock.at).reported_at == clock.at


def test_an_accepted_referral_keeps_its_examinations(world: World, clock: Frozen) -> None:
    place = make_places(world.departments["yx-renmin.cardio"], clock.at)[0]
    referral = sent(world, make_examination(world, clock.at), place=place.pk)
    assert move(referral, "accept", world).state == "scheduled"
    assert ExamOrder.objects.get().cancelled_at is None and taken() == 2


def test_only_what_the_receiver_offers_is_booked_and_never_with_an_emergency(world: World, clock: Frozen) -> None:
    elsewhere = make_examination(world, clock.at, house="yx-zhongyi")
    here = make_examination(world, clock.at)
    for wanted, changes in ((elsewhere, {}), (here, {"urgency": "emergency"})):
        with pytest.raises(Invalid) as refused:
            sent(world, wanted, **changes)
        assert set(refused.value.fields) == {KEY}
    ExamItem.objects.filter(pk=here.pk).update(valid_until=clock.at.date())
    with pytest.raises(Invalid):
        sent(world, here)
    assert (Referral.objects.count(), taken()) == (0, 0)


@pytest.mark.parametrize("wish", ["1", [1, 2, 3, 4], ["1"], [True], {"1": 1}])
def test_a_wish_that_cannot_be_read_is_named(world: World, wish: Any) -> None:
    with pytest.raises(Invalid) as refused:
        actions.draft(
            resident_id(world), {**world.form(), KEY: wish}, by=world.doctor, institution_id=world.township.pk
        )
    assert set(refused.value.fields) == {KEY}
