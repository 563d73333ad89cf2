"""Where to, on the forms of moves: institutions first, a reason of who passes over the best, places if booked."""

import pytest

from fenji.apps.common.clock import Frozen
from fenji.kernel.referral import State
from tests.factories import journey
from tests.factories.world import World, make_places, make_world, resident_id
from tests.web.entrance import client_of, text_of

PART = {"HX-Request": "true", "HX-Target": "where"}


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    return make_world(clock.at)


@pytest.mark.parametrize(
    ("state", "person", "action"), [(State.REFUSED, "doctor", "reroute"), (State.IN_CARE, "physician", "return_down")]
)
def test_institutions_stand_first_and_no_reason_is_asked_of_who_takes_the_best(
    world: World, clock: Frozen, state: State, person: str, action: str
):
    referral = journey.reach(world, state)
    page = text_of(client_of(world, person), f"/referrals/{referral.pk}/{action}/")
    assert 'name="institution"' in page and 'name="reason"' not in page
    assert page.index('name="institution"') < page.index("<textarea" if action == "return_down" else "buttons")


def test_the_reason_is_asked_below_and_what_was_chosen_stays_chosen(world: World, clock: Frozen):
    refused = journey.reach(world, State.REFUSED)
    desk, path = client_of(world, "doctor"), f"/referrals/{refused.pk}/reroute/"
    city = world.city.code
    part = desk.get(path, {"institution": city}, headers=PART).content.decode()
    assert "<html" not in part and part.index('name="institution"') < part.index('name="reason"')
    form = {"institution": city, "version": str(refused.version), "idempotency_key": "r1"}
    answer = desk.post(path, form)
    shown = answer.content.decode()
    assert answer.status_code == 422 and 'name="reason"' in shown and f'value="{city}" required checked' in shown
    assert desk.post(path, {**form, "reason": "resident_wish", "idempotency_key": "r2"}).status_code == 302
    refused.refresh_from_db()
    assert (refused.state, refused.receiver.code, refused.choice_code) == ("sent", city, "resident_wish")


def test_places_and_waits_are_named_only_where_one_is_booked(world: World, clock: Frozen):
    make_places(world.departments["yx-renmin.cardio"], clock.at)
    desk, path = client_of(world, "doctor"), f"/refer/{resident_id(world)}/"
    booked, emergency = (
        desk.post(path, {"diagnosis": "I10 高血压", "urgency": urgency}).content.decode()
        for urgency in ("routine", "emergency")
    )
    assert "最近号源" in booked and "近期等待" in booked
    assert "proposal-name" in emergency and "最近号源" not in emergency and "近期等待" not in emergency
    down = journey.reach(world, State.IN_CARE)
    assert "最近号源" not in text_of(client_of(world, "physician"), f"/referrals/{down.pk}/return_down/")
