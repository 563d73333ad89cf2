"""Beds over the API: movements in any order, blocks handed over and back, free beds, one reserved for a referral."""

from datetime import timedelta
from typing import Any

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.referrals.models import Referral
from fenji.apps.stays.models import Movement, Resource, Stay
from tests.api.conftest import Api
from tests.factories import journey
from tests.factories.world import World, resident_id

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def beds(county: Api, world: World) -> list[int]:
    """Three beds of a ward for women, handed over."""
    where = world.departments["yx-renmin.cardio"].pk
    made = [
        county.post("beds", {"department_id": where, "ward": "W1", "ward_sex": 2, "code": f"b{number}"}).body["id"]
        for number in range(1, 4)
    ]  # fmt: skip
    assert (
        county.post("beds/hand-over", {"beds": ["b1", "b2", "b3"], "from_at": world.at.isoformat()}).body["count"] == 3
    )
    county.post("beds/heartbeat")
    return made


def said(number: str, event: str, at: Any, **more: Any) -> dict[str, Any]:
    return {"message_id": number, "event": event, "happened_at": at.isoformat(), **more}


def test_movements_come_in_any_order_and_each_stands_by_itself(
    county: Api, township: Api, world: World, beds: list[int], clock: Frozen
) -> None:
    items = [
        said("3", "admit", clock.at - HOUR, episode="B", bed="b1"),
        said("2", "discharge", clock.at - 2 * HOUR, episode="A"),
        said("1", "admit", clock.at - DAY, episode="A", bed="b1"),
        said("9", "admit", clock.at, episode="C", bed="nowhere"),
    ]
    told = county.post("beds/movements", {"items": items})
    assert told.status == 200
    assert [one["message_id"] for one in told.body["refused"]] == ["9"]
    assert "bed" in told.body["refused"][0]["fields"]
    again = county.post("beds/movements", {"items": items[:3]})
    assert [one["repeated"] for one in again.body["items"]] == [True, True, True]
    assert Movement.objects.count() == 3
    assert Stay.objects.get(state="occupied").episode == "B"
    assert township.post("beds/movements", {"items": [said("x", "clean", clock.at, bed="b1")]}).body["refused"]


def test_the_patient_is_named_by_card_and_a_stranger_by_id_is_not_found(
    county: Api, world: World, beds: list[int], clock: Frozen
) -> None:
    assert world.resident is not None
    by_id = said("1", "admit", clock.at, episode="A", bed="b1", resident_id=str(resident_id(world)))
    assert county.post("beds/movements", {"items": [by_id]}).body["refused"][0]["code"] == "not_found"
    by_card = said("2", "admit", clock.at, episode="A", bed="b1", card_number=world.resident.card_number)
    assert county.post("beds/movements", {"items": [by_card]}).body["refused"] == []
    assert Stay.objects.get().resident_id == world.resident.pk
    wrong = said("3", "admit", clock.at, episode="B", bed="b2", card_number="no-such-card")
    assert county.post("beds/movements", {"items": [wrong]}).body["refused"][0]["code"] == "invalid"


def test_the_daily_list_names_every_difference(county: Api, world: World, beds: list[int], clock: Frozen) -> None:
    county.post("beds/movements", {"items": [said("1", "admit", clock.at, episode="A", bed="b1")]})
    found = county.post("beds/census", {"taken_at": clock.at.isoformat(), "beds": {"b1": "A", "b2": "B"}})
    assert [(one["kind"], one["bed"]) for one in found.body["differences"]] == [("only_there", "b2")]


def free(api: Api, ward: int, clock: Frozen, sex: int) -> list[str]:
    span = {"from_at": clock.at.isoformat(), "until_at": (clock.at + 3 * DAY).isoformat(), "sex": sex}
    return [one["code"] for one in api.get(f"wards/{ward}/free-beds", **span).body["items"]]


def test_free_beds_fit_and_none_are_promised_by_a_silent_house(
    county: Api, township: Api, world: World, beds: list[int], clock: Frozen
) -> None:
    ward = Resource.objects.get(pk=beds[0]).ward_id
    assert free(township, ward, clock, 2) == ["b1", "b2", "b3"]
    assert free(township, ward, clock, 1) == []
    now = township.get("institutions/yx-renmin/wards").body["items"][0]
    assert (now["free"], now["beds"], now["is_stale"]) == (3, 3, False)
    clock.advance(HOUR)
    assert free(township, ward, clock, 2) == []
    assert township.get("institutions/yx-renmin/wards").body["items"][0]["is_stale"] is True


def test_a_referral_is_accepted_with_its_bed_or_not_at_all(
    county: Api, township: Api, world: World, beds: list[int], clock: Frozen
) -> None:
    from fenji.kernel.referral import State

    assert world.resident is not None
    sent = journey.reach(world, State.SENT)
    span = {"from_at": (clock.at + DAY).isoformat(), "until_at": (clock.at + 4 * DAY).isoformat()}
    body = {"referral_id": str(sent.pk), "bed_id": beds[0], **span}
    assert county.post("beds/reserve", body).status == 428
    read = {"If_Match": f'"{sent.version}"'}
    refused = county.post("beds/reserve", body, **read)
    assert (refused.status, refused.body["code"]) == (422, "does_not_fit")  # a man, a ward for women
    assert Referral.objects.get(pk=sent.pk).state == State.SENT
    assert township.post("beds/reserve", body).status == 404
    world.resident.sex = 2
    world.resident.save()
    made = county.post("beds/reserve", body, Idempotency_Key="k1", **read)
    assert (made.status, made.body["state"]) == (200, "reserved")
    assert county.post("beds/reserve", body, Idempotency_Key="k1", **read).body["id"] == made.body["id"]
    assert Referral.objects.get(pk=sent.pk).state == State.ACCEPTED
    assert county.post("beds/take-back", {"beds": ["b1"], "from_at": clock.at.isoformat()}).status == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"from_at": "2020-01-01T00:00:00+08:00"}, {"until_at": "2026-03-04T09:00:00+08:00"}, {"bed_id": -1},
        {"bed_id": None}, {"ward_id": 1}, {"from_at": "tomorrow"}, {"until_at": "2027-03-04T09:00:00+08:00"},
    ],
)  # fmt: skip
def test_bad_spans_and_numbers_are_refused_and_change_nothing(
    county: Api, world: World, beds: list[int], clock: Frozen, wrong: dict[str, Any]
) -> None:
    from fenji.kernel.referral import State

    sent = journey.reach(world, State.SENT)
    span = {"from_at": (clock.at + DAY).isoformat(), "until_at": (clock.at + 4 * DAY).isoformat()}
    made = county.post("beds/reserve", {"referral_id": str(sent.pk), "bed_id": beds[0], **span, **wrong})
    assert 400 <= made.status < 500
    assert not Stay.objects.exists()
    assert Referral.objects.get(pk=sent.pk).state == State.SENT


def test_beds_are_kept_by_their_own_house(county: Api, township: Api, world: World, beds: list[int]) -> None:
    where = world.departments["yx-renmin.cardio"].pk
    assert township.post("beds", {"department_id": where, "ward": "W1", "code": "b9"}).status == 404
    assert township.post("beds/hand-over", {"beds": ["b1"], "from_at": world.at.isoformat()}).status == 422
    assert county.post("beds", {"department_id": where, "ward": "W1", "ward_sex": 3, "code": "b9"}).status == 422
