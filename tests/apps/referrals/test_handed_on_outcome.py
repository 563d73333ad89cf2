"""A patient was handed on: whoever sent him first hears what became of him at the last house, and follows up."""

import pytest
from django.test import Client

from fenji.apps.accounts.models import User
from fenji.apps.common.clock import Frozen
from fenji.apps.notices.models import Notice
from fenji.apps.referrals import queries
from fenji.apps.referrals.models import FollowUp, Referral
from fenji.kernel.referral import State
from tests.apps.referrals.test_loop import go, plan, state
from tests.factories import journey
from tests.factories.journey import REPLY
from tests.factories.world import World


@pytest.fixture
def first(world: World) -> Referral:
    """Sent to the county, handed on to the city, accepted there."""
    up = journey.reach(world, State.HANDING_ON)
    go(last(up), "accept", world.city_office)
    up.refresh_from_db()
    assert State(up.state) is State.REFERRED_ONWARD
    return up


def last(up: Referral) -> Referral:
    return Referral.objects.get(parent=up, direction=up.direction)


def cared_for(up: Referral, world: World) -> Referral:
    onward = last(up)
    go(onward, "arrive", world.city_office)
    go(onward, "start_care", world.city_physician)
    return onward


def told(up: Referral, user: User) -> list[str]:
    found = Notice.objects.filter(kind="referral.outcome", cause_id=str(up.pk), user=user, channel="desk")
    return list(found.order_by("pk").values_list("text", flat=True))


def desk(user: User, settings: object) -> Client:
    settings.FENJI_REQUIRE_SECOND_FACTOR = False  # type: ignore[attr-defined]
    client = Client()
    client.force_login(user)
    return client


def test_the_reply_of_the_last_house_is_told_and_shown_to_the_first_doctor(first: Referral, world: World, settings):
    assert told(first, world.doctor) == []
    go(cared_for(first, world), "reply", world.city_physician, reply=REPLY)
    [words] = told(first, world.doctor)
    assert world.city.short_name in words and first.number in words and "高血压" not in words
    page = desk(world.doctor, settings).get(f"/referrals/{first.pk}/").content.decode()
    assert REPLY["treatment"] in page
    assert f"/referrals/{last(first).pk}/" not in page  # not hers to open


def test_it_stays_on_her_list_while_it_is_under_way_there(first: Referral, world: World, settings):
    doctor = desk(world.doctor, settings)
    shown = doctor.get("/family-doctor/sent/").content.decode()
    assert f"/referrals/{first.pk}/" in shown and world.city.short_name in shown
    onward = cared_for(first, world)
    go(onward, "reply", world.city_physician, reply=REPLY)
    go(onward, "acknowledge", world.office)
    assert f"/referrals/{first.pk}/" not in doctor.get("/family-doctor/sent/").content.decode()
    assert f"/referrals/{first.pk}/" in doctor.get("/family-doctor/sent/?show=all").content.decode()


def test_the_follow_up_falls_to_whoever_sent_him_first(first: Referral, world: World):
    onward = cared_for(first, world)
    go(onward, "reply", world.city_physician, reply=REPLY)
    go(onward, "acknowledge", world.office)
    assert [(one.institution_id, one.referral_id) for one in FollowUp.objects.all()] == [(world.township.pk, first.pk)]


def test_sent_down_from_there_the_first_doctor_is_told_too(first: Referral, world: World, clock: Frozen):
    onward = cared_for(first, world)
    go(onward, "return_down", world.city_physician, reply=REPLY, plan=plan(clock), institution=world.township.code)
    assert len(told(first, world.doctor)) == 1
    assert queries.first_of(Referral.objects.get(parent=onward)) is None  # the way down begins anew


@pytest.mark.parametrize("times", [1, 2])
def test_however_often_he_is_handed_on(world: World, first: Referral, times: int):
    onward = last(first)
    if times == 2:
        go(onward, "hand_on", world.city_office, institution=world.county_tcm.code, reason="resident_wish")
        go(Referral.objects.get(parent=onward), "accept", world.tcm_office)
        onward = Referral.objects.get(parent=onward)
    go(onward, "mark_no_show", world.tcm_office) if state(onward) is State.SCHEDULED else go(
        onward, "request_cancellation", world.office if times == 1 else world.city_office, reason="improved"
    )
    if state(onward) is State.CANCELLATION_REQUESTED:
        go(onward, "confirm_cancellation", world.city_office if times == 1 else world.tcm_office)
    assert queries.handed_on_to([first]) == (
        {} if state(onward) is State.CANCELLED and times == 1 else {first.pk: last(first)}
    )
    assert len(told(first, world.doctor)) == 1


def test_while_nobody_has_accepted_there_is_no_outcome(world: World):
    up = journey.reach(world, State.HANDING_ON)
    go(last(up), "withdraw", world.office, reason="improved")
    assert told(up, world.doctor) == []
    assert state(up) is State.ACCEPTED


def test_over_the_api_the_first_house_reads_the_last_ones_reply(first: Referral, world: World, settings):
    go(cared_for(first, world), "reply", world.city_physician, reply=REPLY)
    answer = desk(world.doctor, settings).get(f"/api/v1/referrals/{first.pk}/replies").json()
    assert [(one["institution"], one["treatment"]) for one in answer["items"]] == [
        (world.city.code, REPLY["treatment"])
    ]
