"""Clinics, places and bookings over the API: kept by their own institution, booked for whom one cares for."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote

from fenji.apps.booking.models import Booking, Place, Pool, Schedule
from fenji.apps.common.clock import Frozen
from tests.api.conftest import Api
from tests.api.test_referrals import sent
from tests.factories.world import World, make_places, resident_id


def clinic(world: World, **changes: object) -> dict[str, object]:
    return {
        "department_id": world.departments["yx-renmin.cardio"].pk, "weekday": 0, "starts": "08:00", "ends": "12:00",
        "place_minutes": 15, "valid_from": "2026-03-05", "source_code": "A1", **changes,
    }  # fmt: skip


def test_a_hospital_sets_and_ends_its_own_clinics(county: Api, township: Api, world: World):
    made = county.post("schedules", clinic(world))
    assert (made.status, made.body["starts"]) == (201, "08:00:00")
    assert Schedule.objects.get().source_system == "yx-renmin"
    assert county.post("schedules", clinic(world)).body["id"] == made.body["id"]  # the same again
    assert township.post("schedules", clinic(world)).status == 404
    assert county.post("schedules", clinic(world, ends="07:00")).body["code"] == "schedule_refused"
    assert county.post("schedules", clinic(world, starts="8:00")).status == 422
    assert county.post("schedules", clinic(world, physician_id=world.doctor.pk)).status == 422
    assert township.post(f"schedules/{made.body['id']}/end", {"on": "2026-04-01"}).status == 404
    assert county.post(f"schedules/{made.body['id']}/end", {"on": "2026-04-01"}).status == 200
    assert Schedule.objects.get().valid_until is not None


def test_a_closed_clinic_moves_whom_it_can(county: Api, township: Api, world: World, clock: Frozen):
    department = world.departments["yx-renmin.cardio"]
    first, later = make_places(department, clock.at, count=1), make_places(department, clock.at, count=1, days_ahead=5)
    sent(township, world, place=first[0].pk)
    assert township.post(f"sessions/{first[0].session_id}/close", {"reason": "医生外出"}).status == 404
    closed = county.post(f"sessions/{first[0].session_id}/close", {"reason": "医生外出"})
    assert (closed.status, closed.body["moved"], closed.body["cancelled"]) == (200, 1, 0)
    assert Booking.objects.get(state="held").place_id == later[0].pk
    reopened = county.post(f"sessions/{first[0].session_id}/reopen")
    assert (reopened.status, reopened.body["closed_at"]) == (200, None)


def test_free_places_and_the_clinics_of_a_day(county: Api, person: Callable[[str], Api], world: World, clock: Frozen):
    department = world.departments["yx-renmin.cardio"]
    make_places(department, clock.at, count=2)
    make_places(department, clock.at, count=1, days_ahead=3, pool=Pool.PUBLIC)
    span = f"from_at={quote(clock.at.isoformat())}&until_at={quote((clock.at + timedelta(days=9)).isoformat())}"
    path = f"departments/{department.pk}/places?{span}"
    assert len(county.get(path).body["items"]) == 3
    assert [one["pool"] for one in person("patient").get(path).body["items"]] == ["public"]
    day = (clock.at + timedelta(days=2)).date().isoformat()
    [session] = county.get(f"departments/{department.pk}/sessions", on=day).body["items"]
    assert (session["places_free"], session["places_booked"]) == (2, 0)
    assert county.get("departments/999999/sessions", on=day).status == 404


def test_a_resident_books_moves_and_cancels_a_public_place(
    person: Callable[[str], Api], township: Api, county: Api, world: World, clock: Frozen
):
    places = make_places(world.departments["yx-renmin.cardio"], clock.at, pool=Pool.PUBLIC)
    patient, whom = person("patient"), str(resident_id(world))
    held = patient.post("bookings", {"resident_id": whom, "place_id": places[0].pk, "mode": "hold"})
    assert (held.status, held.body["state"]) == (201, "held")
    booking = held.body["id"]
    assert patient.post(f"bookings/{booking}/confirm").body["state"] == "booked"
    moved = patient.post(f"bookings/{booking}/move", {"place_id": places[1].pk, "reason": "上班"})
    assert (moved.status, moved.body["place_id"]) == (200, places[1].pk)
    new = moved.body["id"]
    assert patient.post(f"bookings/{new}/arrive").status == 403  # the hospital says who is here
    clock.move_to(places[1].starts_at)
    assert county.post(f"bookings/{new}/arrive").body["state"] == "arrived"
    mine = township.get(f"residents/{whom}/bookings").body["items"]
    assert {one["state"] for one in mine} == {"arrived", "cancelled"}


def test_a_hold_is_extended_once(person: Callable[[str], Api], world: World, clock: Frozen):
    (place, *_) = make_places(world.departments["yx-renmin.cardio"], clock.at, pool=Pool.PUBLIC)
    patient = person("patient")
    held = patient.post("bookings", {"resident_id": str(resident_id(world)), "place_id": place.pk, "mode": "hold"}).body
    clock.advance(timedelta(minutes=5))
    longer = patient.post(f"bookings/{held['id']}/extend")
    assert longer.status == 200
    assert datetime.fromisoformat(longer.body["held_until"]) > datetime.fromisoformat(held["held_until"])
    again = patient.post(f"bookings/{held['id']}/extend")
    assert (again.status, again.body["code"]) == (409, "hold_extended")
    assert person("city_office").post(f"bookings/{held['id']}/extend").status == 404


def test_nobody_books_for_a_stranger_or_past_a_referral(
    township: Api, county: Api, program: Callable[..., Api], world: World, clock: Frozen
):
    public = make_places(world.departments["yx-renmin.cardio"], clock.at, pool=Pool.PUBLIC)
    body = {"resident_id": str(resident_id(world)), "place_id": public[0].pk}
    assert county.post("bookings", body).status == 404
    made = township.post("bookings", body).body["id"]
    assert program(world.city).post(f"bookings/{made}/cancel", {"reason": "误约"}).status == 404
    assert township.post(f"bookings/{made}/cancel", {"reason": "误约"}).body["state"] == "cancelled"
    reserved = make_places(world.departments["yx-renmin.cardio"], clock.at, days_ahead=20)
    assert township.post("bookings", {**body, "place_id": reserved[0].pk}).body["code"] == "place_reserved"
    sent(township, world, place=reserved[0].pk)
    serving = Booking.objects.get(referral_id__isnull=False)
    refused = township.post(f"bookings/{serving.pk}/cancel", {"reason": "不去了"})
    assert (refused.status, refused.body["code"]) == (409, "serves_referral")


def test_only_the_institution_sees_who_is_expected(county: Api, township: Api, world: World, clock: Frozen):
    place = make_places(world.departments["yx-renmin.cardio"], clock.at, pool=Pool.PUBLIC)[0]
    township.post("bookings", {"resident_id": str(resident_id(world)), "place_id": place.pk})
    day = place.starts_at.astimezone().date().isoformat()
    path = f"departments/{place.department_id}/bookings"
    assert [one["place_id"] for one in county.get(path, on=day).body["items"]] == [place.pk]
    assert township.get(path, on=day).status == 404
    assert Place.objects.get(pk=place.pk).taken_by is not None
