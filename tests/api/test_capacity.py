"""Over the API: blocks of hospitals, examinations, the waiting list, the board; bad input changes nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fenji.apps.booking.models import Booking, ExamOrder, Place, Pool, Session
from fenji.apps.booking.schedules import make_places as make_all
from fenji.apps.common import rulebooks
from fenji.apps.common.clock import Frozen
from tests.api.conftest import Api
from tests.factories.world import World, make_places, resident_id

DAY = timedelta(days=1)


def session_of(world: World, clock: Frozen, code: str = "S1", **more: Any) -> dict[str, Any]:
    starts = clock.at + 2 * DAY
    return {
        "source_code": code, "department_id": world.departments["yx-renmin.cardio"].pk,
        "starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=1)).isoformat(), "place_minutes": 15,
        **more,
    }  # fmt: skip


def test_a_hospital_hands_over_stops_lists_and_takes_back(
    program: Callable[..., Api], township: Api, world: World, clock: Frozen
):
    county, whom = program(world.county), str(resident_id(world))
    block = {"source_code": "B1", "sessions": [session_of(world, clock)]}
    assert county.post("institutions/yx-renmin/blocks", block).body["sessions"] == 1
    assert county.post("institutions/yx-renmin/blocks", block).status == 201
    place = Place.objects.order_by("number")[0]
    made = township.post("bookings", {"resident_id": whom, "place_id": place.pk})
    assert made.status == 201
    day = place.starts_at.astimezone().date().isoformat()
    listed = [
        {"session_code": "S1", "number": number, "is_booked": False, "starts_at": None} for number in (1, 2, 3, 4)
    ]
    found = county.post("institutions/yx-renmin/own-lists", {"day": day, "places": listed})
    assert [(one["kind"], one["number"]) for one in found.body["differences"]] == [("booked_here", 1)]
    back = county.post("institutions/yx-renmin/blocks/B1/hand-back", {})
    assert (back.body["places"], [one["booking_id"] for one in back.body["kept"]]) == (3, [made.body["id"]])
    stop = {"session_code": "S1", "reason": "医生外出", "said_at": clock.at.isoformat()}
    assert county.post("institutions/yx-renmin/stops", stop).body == {"bookings": 1, "moved": 0, "cancelled": 1}
    older = {**stop, "said_at": (clock.at - DAY).isoformat()}
    assert county.post("institutions/yx-renmin/stops", older).body["code"] == "too_late"


def test_a_hospital_speaks_for_itself_alone(program: Callable[..., Api], township: Api, world: World, clock: Frozen):
    block = {"source_code": "B1", "sessions": [session_of(world, clock)]}
    for caller in (township, program(world.city)):
        assert caller.post("institutions/yx-renmin/blocks", block).status == 404
        assert caller.post("institutions/yx-renmin/alive").status == 404
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"place_minutes": 0}, {"place_minutes": -15}, {"reserve_permille": -1}, {"reserve_permille": 1001},
        {"starts_at": "2020-01-01T08:00:00+08:00"}, {"ends_at": "2020-01-01T08:00:00+08:00"},
        {"starts_at": "soon"}, {"line": "examination"}, {"department_id": 99999}, {"capacity": 5},
    ],
)  # fmt: skip
def test_a_block_that_cannot_be_is_refused_and_changes_nothing(
    program: Callable[..., Api], world: World, clock: Frozen, wrong: dict[str, Any]
):
    block = {"source_code": "B1", "sessions": [session_of(world, clock), session_of(world, clock, "S2", **wrong)]}
    refused = program(world.county).post("institutions/yx-renmin/blocks", block)
    assert refused.status == 422
    assert refused.body["fields"]
    assert not Session.objects.exists()


def test_a_township_doctor_orders_an_examination_and_reads_what_was_found(
    person: Callable[[str], Api], program: Callable[..., Api], world: World, clock: Frozen
):
    county, doctor, whom = program(world.county), person("doctor"), str(resident_id(world))
    department = world.departments["yx-renmin.cardio"].pk
    offer = {"department_id": department, "code": "US1", "name": "心脏彩超", "preparation": "检查前休息十分钟。"}
    item = county.post("examinations", offer).body["id"]
    block = {"source_code": "B1", "sessions": [session_of(world, clock, line="examination", exam_item_id=item)]}
    assert county.post("institutions/yx-renmin/blocks", block).status == 201
    span = {"from_at": clock.at.isoformat(), "until_at": (clock.at + 9 * DAY).isoformat()}
    times = doctor.get(f"examinations/{item}/times", **span).body["items"]
    assert len(times) == 4
    asked = {"resident_id": whom, "item_id": item, "question": "活动后气促", "place_id": times[2]["id"]}
    order = doctor.post("examination-orders", asked)
    assert (order.status, order.body["booking"]["place_id"]) == (201, times[2]["id"])
    path = f"examination-orders/{order.body['id']}/result"
    assert doctor.get(path).status == 404
    assert county.post(path, {"conclusion": "左室舒张功能减退"}).status == 200
    assert doctor.post(path, {"conclusion": "正常"}).status in {403, 404}
    assert doctor.get(path).body["conclusion"] == "左室舒张功能减退"
    assert program(world.city).get(path).status == 404
    assert ExamOrder.objects.get().read_by == world.doctor


def test_a_resident_waits_is_offered_and_accepts(
    person: Callable[[str], Api], county: Api, township: Api, world: World, clock: Frozen
):
    place = make_places(world.departments["yx-renmin.cardio"], clock.at, count=1, pool=Pool.PUBLIC)[0]
    patient, whom = person("patient"), str(resident_id(world))
    until = (clock.at + 9 * DAY).isoformat()
    entry = patient.post(
        "waiting-entries", {"resident_id": whom, "department_id": place.department_id, "until_at": until}
    )
    assert (entry.status, entry.body["state"]) == (201, "offered")
    offer = entry.body["offers"][0]["id"]
    assert county.get(f"departments/{place.department_id}/waiting-list").body["items"][0]["id"] == entry.body["id"]
    assert township.get(f"departments/{place.department_id}/waiting-list").status == 404
    assert patient.post(f"offers/{offer}/accept").body["state"] == "booked"
    assert patient.post(f"offers/{offer}/decline").body["code"] == "offer_over"
    assert Booking.objects.get().state == "booked"


def test_the_board_counts_and_a_silent_hospital_shows_nothing_free(
    program: Callable[..., Api], world: World, clock: Frozen
):
    county = program(world.county)
    county.post("institutions/yx-renmin/blocks", {"source_code": "B1", "sessions": [session_of(world, clock)]})
    on = (clock.at + 2 * DAY).astimezone().date().isoformat()

    def free() -> tuple[bool, int]:
        (row,) = county.get("institutions/yx-renmin/capacity", on=on, days=1).body["items"]
        return row["freshness"]["certain"], sum(cell["free"] for cell in row["cells"])

    assert free() == (True, 4)
    clock.advance(timedelta(hours=27))
    assert free() == (False, 0)
    county.post("institutions/yx-renmin/alive")
    assert free() == (True, 4)


@pytest.mark.parametrize("place", ["past", "closed", "absent"])
def test_a_place_that_cannot_be_booked_gets_a_clear_answer(township: Api, world: World, clock: Frozen, place: str):
    made = make_places(world.departments["yx-renmin.cardio"], clock.at, pool=Pool.PUBLIC)[0]
    if place == "past":
        clock.move_to(made.starts_at)
    elif place == "closed":
        Place.objects.update(is_open=False)
    else:
        made.pk += 1000
    refused = township.post("bookings", {"resident_id": str(resident_id(world)), "place_id": made.pk})
    assert (refused.status, refused.body["code"]) == {
        "past": (422, "place_past"), "closed": (409, "clinic_closed"), "absent": (404, "not_found"),
    }[place]  # fmt: skip
    assert not Booking.objects.exists()


def test_a_weekly_pattern_of_examination_times_names_its_item(county: Api, world: World, clock: Frozen):
    department = world.departments["yx-renmin.cardio"].pk
    item = county.post("examinations", {"department_id": department, "code": "US1", "name": "心脏彩超"}).body["id"]
    weekly = {
        "department_id": department, "weekday": 4, "starts": "14:30", "ends": "16:30", "place_minutes": 20,
        "valid_from": "2026-03-02", "line": "examination",
    }  # fmt: skip
    assert "exam_item_id" in county.post("schedules", weekly).body["fields"]
    assert "exam_item_id" in county.post("schedules", {**weekly, "exam_item_id": item, "line": "expert"}).body["fields"]
    assert county.post("schedules", {**weekly, "exam_item_id": item}).body["exam_item_id"] == item
    make_all(at=clock.at, rulebook=rulebooks.current())
    made = Place.objects.filter(exam_item_id=item)
    assert made.filter(session__starts_at__date="2026-03-06").count() == 6
