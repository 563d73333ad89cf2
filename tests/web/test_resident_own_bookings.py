"""The resident's own appointments on the own pages: another time, given back; nobody else's, and no referral's."""

from typing import Any

import pytest

from fenji.apps.accounts.models import User
from fenji.apps.booking.models import Booking, BookingState, Pool
from fenji.apps.common.clock import Frozen
from fenji.apps.referrals.actions import direct
from fenji.apps.referrals.models import Referral
from fenji.apps.residents.models import ResidentAccount
from fenji.kernel.referral import State
from tests.factories import journey
from tests.factories.world import World, make_places, make_resident, make_world, resident_id
from tests.web.entrance import logged_in


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    return make_world(clock.at)


@pytest.fixture
def places(world: World, clock: Frozen) -> list[Any]:
    return make_places(world.departments["yx-renmin.cardio"], clock.at, pool=Pool.PUBLIC)


@pytest.fixture
def booked(world: World, clock: Frozen, places: list[Any]) -> Booking:
    return direct.book(resident_id(world), place_id=places[0].pk, by=world.patient, at=clock.at)


def test_the_list_offers_both_and_says_how_it_was_judged(world: World, booked: Booking):
    page = logged_in(world.patient).get("/me/appointments/").content.decode()
    assert f"/me/appointments/{booked.pk}/move/" in page and f"/me/appointments/{booked.pk}/cancel/" in page
    assert "未经基层首诊" in page


def test_another_time_is_taken(world: World, booked: Booking, places: list[Any]):
    client, path = logged_in(world.patient), f"/me/appointments/{booked.pk}/move/"
    assert f'value="{places[1].pk}"' in client.get(path).content.decode()
    assert client.post(path, {"place": str(places[1].pk), "idempotency_key": "m1"}).status_code == 302
    assert Booking.objects.get(state=BookingState.BOOKED).place_id == places[1].pk


def test_without_a_time_or_with_one_elsewhere_the_page_says_so(world: World, clock: Frozen, booked: Booking):
    other = make_places(world.departments["yx-zhongyi.cardio"], clock.at, pool=Pool.PUBLIC)[0]
    client, path = logged_in(world.patient), f"/me/appointments/{booked.pk}/move/"
    for number, place in enumerate(("", str(other.pk), "x")):
        answer = client.post(path, {"place": place, "idempotency_key": f"n{number}"})
        assert answer.status_code == 422
    assert Booking.objects.get().state == BookingState.BOOKED


def test_it_is_given_back(world: World, booked: Booking):
    client, path = logged_in(world.patient), f"/me/appointments/{booked.pk}/cancel/"
    assert client.get(path).status_code == 200
    assert client.post(path, {"idempotency_key": "c1"}).status_code == 302
    assert Booking.objects.get().state == BookingState.CANCELLED
    assert client.get(path).status_code == 404


def test_another_residents_and_a_referrals_are_not_found(world: World, clock: Frozen, booked: Booking):
    stranger = User.objects.create_user("stranger", "correct-horse-7", name="李四")
    ResidentAccount.objects.create(user=stranger, resident=make_resident(clock.at, "李四"), from_at=clock.at)
    make_places(world.departments["yx-renmin.cardio"], clock.at, days_ahead=5)
    up = _scheduled(world)
    for user, pk in ((stranger, booked.pk), (world.patient, up.booking_id), (world.doctor, booked.pk)):
        for act in ("move", "cancel"):
            assert logged_in(user).post(f"/me/appointments/{pk}/{act}/", {"idempotency_key": "x"}).status_code in {
                403,
                404,
            }
    assert set(Booking.objects.values_list("state", flat=True)) == {"booked"}


def _scheduled(world: World) -> Referral:
    up = journey.reach(world, State.SENT)
    journey.step(world, up, "accept")
    up.refresh_from_db()
    assert up.booking_id is not None
    return up


def test_over_the_api_a_resident_moves_and_cancels_and_is_refused_numbers(world: World, booked: Booking, places):
    client, path = logged_in(world.patient), f"/api/v1/bookings/{booked.pk}"

    def post(act: str, **body: Any) -> Any:
        return client.post(f"{path}/{act}", body, content_type="application/json")

    refused = post("cancel", reason="请打 13812345678")
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["reason"])
    moved = post("move", place_id=places[1].pk, reason="改时间").json()
    assert (moved["place_id"], moved["first_contact"]["code"]) == (places[1].pk, "elsewhere")
    path = f"/api/v1/bookings/{moved['id']}"
    assert post("cancel", reason="不去了").json()["state"] == "cancelled"
