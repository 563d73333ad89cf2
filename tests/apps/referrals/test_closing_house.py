"""An institution closes only when nothing is left hanging there: referrals, booked places, follow-ups, clinics."""

from datetime import timedelta

import pytest

from fenji.apps.booking.models import Booking, Pool, Session
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Invalid
from fenji.apps.notices.models import Notice
from fenji.apps.referrals import actions
from fenji.apps.referrals.actions import direct
from fenji.apps.referrals.models import FollowUp, Referral
from fenji.apps.registry import actions as registry
from fenji.apps.registry.errors import StillInUse
from fenji.kernel.referral import State
from tests.apps.referrals.test_loop import go, refer
from tests.factories import journey
from tests.factories.world import World, make_places, resident_id


def close(world: World, clock: Frozen, *, in_days: int = 0, house: str = "county") -> None:
    on = (clock.at + timedelta(days=in_days)).date()
    registry.update_institution(getattr(world, house).pk, by=None, valid_until=on)


def refused(world: World, clock: Frozen, **changes: object) -> str:
    with pytest.raises(StillInUse) as found:
        close(world, clock, **changes)  # type: ignore[arg-type]
    world.county.refresh_from_db()
    assert world.county.valid_until is None
    return str(found.value.message)


@pytest.mark.parametrize("state", [State.SENT, State.ACCEPTED, State.IN_CARE, State.REFUSED, State.RETURNED])
def test_with_open_referrals_it_stays_open_and_they_are_named(world: World, clock: Frozen, state: State):
    up = journey.reach(world, state)
    assert up.number in refused(world, clock)


def test_what_it_sent_itself_counts_too(world: World, clock: Frozen):
    up = journey.reach(world, State.SENT)
    with pytest.raises(StillInUse) as found:
        close(world, clock, house="township")
    assert up.number in str(found.value.message)


def test_with_places_booked_it_stays_open(world: World, clock: Frozen):
    place = make_places(world.departments["yx-renmin.cardio"], clock.at, pool=Pool.PUBLIC)[0]
    direct.book(resident_id(world), place_id=place.pk, by=world.patient, at=clock.at)
    assert "已预约的号 1" in refused(world, clock)
    assert "已预约的号 1" in refused(world, clock, in_days=1)
    close(world, clock, in_days=10)  # the visit is before that


def test_with_follow_ups_to_do_it_stays_open(world: World, clock: Frozen):
    up = journey.reach(world, State.REPLIED)
    go(up, "acknowledge", world.doctor)
    assert FollowUp.objects.filter(institution=world.township, done_at=None).exists()
    with pytest.raises(StillInUse) as found:
        close(world, clock, house="township")
    assert "未完成的随访 1" in str(found.value.message)


def test_when_nothing_hangs_it_closes_with_its_clinics(world: World, clock: Frozen):
    make_places(world.departments["yx-renmin.cardio"], clock.at)
    close(world, clock)
    world.county.refresh_from_db()
    assert world.county.valid_until == clock.at.date()
    assert not Session.objects.filter(institution=world.county, closed_at=None).exists()
    assert not Booking.objects.exists()


def test_announced_ahead_nobody_is_sent_there_any_more_and_what_is_open_has_time(world: World, clock: Frozen):
    up = journey.reach(world, State.SENT)
    close(world, clock, in_days=30)
    go(up, "accept", world.office)
    with pytest.raises(Invalid) as found:
        refer(world)
    assert "institution" in found.value.fields


def test_a_draft_to_a_house_that_closed_meanwhile_is_not_sent(world: World, clock: Frozen):
    draft = journey.reach(world, State.DRAFT)
    close(world, clock)
    with pytest.raises(Invalid) as found:
        actions.perform(draft.pk, "send", by=world.doctor, version=1)
    assert "institution" in found.value.fields


def test_what_is_still_open_on_the_day_reaches_the_commission_at_once(world: World, clock: Frozen):
    up = journey.reach(world, State.SENT)
    close(world, clock, in_days=1)
    due = Referral.objects.get(pk=up.pk).escalate_at
    clock.move_to(max(due, clock.at + timedelta(days=2)))
    actions.escalate_overdue(at=clock.at)
    told = Notice.objects.filter(kind="referral.overdue", cause_id=str(up.pk))
    assert {one.institution_id for one in told} == {world.commission.pk}
