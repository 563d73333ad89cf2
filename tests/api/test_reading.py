"""What is read besides people: the network, criteria, proposals, notices, the description."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from fenji.apps.booking import actions as booking
from fenji.apps.notices.models import Notice
from tests.api.conftest import Api
from tests.api.test_referrals import sent
from tests.factories.world import CARDIOLOGY, World, make_places, make_resident, resident_id


def test_institutions_by_region_and_by_any_name(township: Api):
    every = township.get("institutions").body["items"]
    county = township.get("institutions", region="441721").body["items"]
    assert len(every) == 5
    assert {one["code"] for one in every} - {one["code"] for one in county} == {"yj-renmin"}
    one = township.get("institutions/阳西县人民医院").body
    assert [unit["code"] for unit in one["departments"]] == ["office", "cardio", "emergency"]
    assert one["departments"][0]["duty_phone"] == "0662-0000120"
    assert township.get("institutions", region="999999").status == 404


def test_the_network_names_consortia_and_members(township: Api):
    network = township.get("network", county="441721").body
    assert network["consortia"][0]["members"] == ["yx-renmin", "yx-zhilong"]
    assert all(one["county"] == "441721" for one in network["institutions"])


@pytest.mark.parametrize("words", ["高血压", "gxy", "gaoxueya", "I10", "hypertension"])
def test_a_diagnosis_is_found_in_every_way_it_is_typed(township: Api, words: str):
    assert "I10" in {one["code"] for one in township.get("diagnoses", search=words).body["items"]}


def test_criteria_answer_with_their_clause(township: Api):
    codes = {one["code"] for one in township.get("measures").body["items"]}
    assert "systolic" in codes
    case = {"diagnosis_code": "I10", "measures": {"systolic": 190, "diastolic": 115}}
    found = township.post("criteria/evaluate", case).body["items"]
    assert found[0]["answer"] == "met"
    assert all(one["source"] and one["status"] in {"stated", "unverified", "assumed"} for one in found)
    wrong = township.post("criteria/evaluate", {"measures": {"systolic": 9000, "luck": 1}})
    assert (wrong.status, set(wrong.body["fields"])) == (422, {"measures.systolic", "measures.luck"})


def test_proposals_name_place_reason_and_clause(township: Api, world: World, clock: object):
    make_places(world.departments["yx-renmin.cardio"], world.at)
    question = {"resident_id": str(resident_id(world)), "specialty": CARDIOLOGY, "diagnosis_code": "I10"}
    answer = township.post("proposals", question).body
    first = answer["proposals"][0]
    assert (first["institution"], first["needs_reason"]) == ("yx-renmin", False)
    assert first["next_free_at"] is not None
    assert first["department_id"] == world.departments["yx-renmin.cardio"].pk
    assert any(reason["clause"] for reason in first["reasons"])
    assert {one["institution"] for one in answer["ruled_out"]} == set()
    assert (first["wait_days"], first["waits"]) == (None, [])


def test_a_proposal_says_how_long_each_group_of_patients_waited(township: Api, world: World):
    place = make_places(world.departments["yx-renmin.cardio"], world.at, count=1, pool="public")[0]
    asked = place.starts_at - timedelta(days=4)
    booking.book(make_resident(world.at).pk, place_id=place.pk, by=None, at=world.at, requested_at=asked)
    question = {"resident_id": str(resident_id(world)), "specialty": CARDIOLOGY, "diagnosis_code": "I10"}
    first = township.post("proposals", question).body["proposals"][0]
    assert first["wait_days"] is None  # nobody who was referred
    assert first["waits"] == [{"group": "other", "days": 4.0, "count": 1, "patient_days": 0.0, "patient_count": 0}]


def test_a_case_outside_ones_care_gets_no_proposals(county: Api, world: World):
    assert county.post("proposals", {"resident_id": str(resident_id(world))}).status == 404


def test_notices_are_read_by_who_shares_the_inbox(
    township: Api, county: Api, program: Callable[..., Api], world: World
):
    sent(township, world)
    inbox = county.get("notices").body
    assert inbox["unread"] >= 1
    ids = [one["id"] for one in inbox["items"]]
    assert program(world.city).post("notices/read", {"ids": ids}).body["count"] == 0
    assert county.post("notices/read", {"ids": ids}).body["count"] == len(ids)
    assert county.get("notices").body["unread"] == 0
    assert Notice.objects.filter(pk__in=ids, read_at=None).count() == 0
    assert county.post("notices/read", {"ids": []}).status == 422


def test_the_description_is_open_and_holds_every_operation(db: None):
    described = Client().get("/api/v1/openapi.json").json()
    assert described["info"]["title"].startswith("Fenji")
    assert len(described["paths"]) > 40
    names = [one["operationId"] for operations in described["paths"].values() for one in operations.values()]
    assert len(names) == len(set(names))


def test_the_page_of_the_api_needs_no_script_and_no_other_host(db: None):
    page = Client().get("/api/v1/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert "POST /api/v1/referrals/{referral_id}/moves/{action}" in text
    assert "If-Match" in text
    assert "style=" not in text
    assert "//cdn" not in text
