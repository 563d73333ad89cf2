"""With time passing every referral reaches a person: rung by rung, at last the county commission, again and again."""

from datetime import timedelta

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.notices.models import Notice
from fenji.apps.referrals import actions
from fenji.apps.referrals.models import Referral
from fenji.apps.registry.models import Membership
from fenji.kernel.referral import STATES, State, Urgency
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Kind, Level, Tier
from tests.factories import journey
from tests.factories.world import World, institution, make_places, person

WAITING = [state for state in (State.DRAFT, *journey.WAYS) if state is not State.SCHEDULED]


def sweep_at_next_rung(referral: Referral, clock: Frozen) -> list[Notice]:
    """Move to the next rung, sweep, and return who was told now."""
    referral.refresh_from_db()
    clock.move_to(referral.escalate_at)
    known = set(Notice.objects.values_list("pk", flat=True))
    assert actions.escalate_overdue(at=clock.at) >= 1
    told = Notice.objects.filter(kind="referral.overdue", cause_id=str(referral.pk)).exclude(pk__in=known)
    return list(told)


@pytest.mark.parametrize("state", WAITING)
def test_whoever_waits_in_whatever_state_the_ladder_ends_at_the_commission(world: World, clock: Frozen, state: State):
    referral = journey.reach(world, state)
    for _rung in STATES[state].escalate:
        told = sweep_at_next_rung(referral, clock)
        assert told, "nobody was told"
        assert all(notice.user_id or notice.institution_id for notice in told)
    assert {notice.institution_id for notice in told} == {world.commission.pk}
    assert State(Referral.objects.get(pk=referral.pk).state) is state  # telling moves nothing


def test_the_last_rung_is_told_again_and_again(world: World, clock: Frozen):
    referral = journey.reach(world, State.SENT)
    for _ in range(6):
        assert sweep_at_next_rung(referral, clock)


@pytest.mark.parametrize("state", [state for state in WAITING if state is not State.DRAFT])
def test_nobody_is_told_before_the_deadline(world: World, clock: Frozen, state: State):
    referral = journey.reach(world, state)
    clock.move_to(referral.escalate_at - timedelta(seconds=1))
    actions.escalate_overdue(at=clock.at)
    assert not Notice.objects.filter(kind="referral.overdue", cause_id=str(referral.pk)).exists()


def test_a_member_of_the_team_at_a_village_station_is_not_told_of_what_only_the_township_may_open(
    world: World, clock: Frozen
):
    station = institution("yx-cun", "织篢一村卫生站", Kind.VILLAGE_STATION, Tier.VILLAGE, Level.NONE, world.region)
    village = person("village", station, Role.VILLAGE_DOCTOR)
    world.team.members.add(Membership.objects.get(user=village))
    told = sweep_at_next_rung(journey.reach(world, State.REFUSED), clock)
    assert world.doctor.pk in {notice.user_id for notice in told}
    assert village.pk not in {notice.user_id for notice in told}


def test_moving_on_begins_a_new_ladder(world: World, clock: Frozen):
    referral = journey.reach(world, State.SENT)
    sweep_at_next_rung(referral, clock)
    journey.step(world, referral, "ask")
    referral.refresh_from_db()
    assert (referral.escalation, referral.escalate_at) == (0, referral.due_at)
    assert referral.due_at > clock.at


def test_urgent_ones_are_due_sooner(world: World, clock: Frozen):
    due = {
        urgency: journey.reach(world, State.SENT, urgency=urgency.value).due_at
        for urgency in (Urgency.ROUTINE, Urgency.URGENT, Urgency.EMERGENCY)
    }
    assert due[Urgency.EMERGENCY] < due[Urgency.URGENT] < due[Urgency.ROUTINE]


def test_at_night_the_duty_phone_is_on_the_call_list(world: World, clock: Frozen):
    referral = journey.reach(world, State.SENT)
    sweep_at_next_rung(referral, clock)
    told = sweep_at_next_rung(referral, clock)
    assert any(notice.channel == Notice.Channel.CALL and notice.address_sealed for notice in told)


def test_a_missed_appointment_goes_back_to_the_sender(world: World, clock: Frozen):
    referral = journey.reach(world, State.SCHEDULED)
    clock.move_to(referral.escalate_at)
    actions.escalate_overdue(at=clock.at)
    referral.refresh_from_db()
    assert State(referral.state) is State.NO_SHOW
    assert Notice.objects.filter(user=world.doctor, kind="referral.mark_no_show").exists()


def test_a_hold_lasts_until_the_receiver_must_have_answered(world: World, clock: Frozen):
    place = make_places(world.departments["yx-renmin.cardio"], clock.at, days_ahead=20)[0]
    referral = actions.refer(
        world.resident.pk, world.form(place=place.pk), by=world.doctor, institution_id=world.township.pk
    )
    assert referral.booking.held_until > referral.due_at
