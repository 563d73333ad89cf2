"""Residents over the API: seen only in care, found by what they show, numbers never in the clear."""

import json
from collections.abc import Callable

from fenji.apps.contracts.models import Contract
from fenji.apps.residents.models import Merge, Resident
from tests.api.conftest import Api
from tests.factories.world import World, resident_id

NUMBER = "441721195805010023"


def number() -> str:
    from fenji.kernel.identity import check_digit

    return NUMBER[:17] + check_digit(NUMBER[:17])


def registered(api: Api, **changes: object) -> str:
    body = {"id_kind": "mainland", "name": "林月娥", "id_number": number(), "phone": "13800138000", **changes}
    answer = api.post("residents", body)
    assert answer.status == 201, answer.body
    return str(answer.body["id"])


def test_a_resident_is_registered_and_read_back_masked(township: Api):
    made = registered(township)
    read = township.get(f"residents/{made}").body
    assert (read["name"], read["sex"], read["birth_date"]) == ("林月娥", 2, "1958-05-01")
    assert read["id_masked"] == number()[:4] + "*" * 10 + number()[-4:]
    assert read["phone_masked"] == "138****8000"
    assert number() not in json.dumps(read)


def test_who_has_no_relation_sees_nobody(township: Api, county: Api, world: World):
    assert county.get(f"residents/{resident_id(world)}").status == 404
    assert county.get(f"residents/{resident_id(world)}/contracts").status == 404
    assert county.get(f"residents/{resident_id(world)}/bookings").status == 404
    assert township.get(f"residents/{resident_id(world)}").status == 200


def test_a_stranger_is_found_by_number_and_received_by_the_proof(township: Api, county: Api):
    made = registered(township)
    assert county.post("residents/search", {"text": "林月娥"}).body["strangers"] == []
    [stranger] = county.post("residents/search", {"text": number()}).body["strangers"]
    assert (stranger["name"], stranger["resident_id"]) == ("林*娥", made)
    visit = county.post("visits", {"proof": stranger["proof"]})
    assert (visit.status, visit.body["institution"]) == (201, "yx-renmin")
    assert county.get(f"residents/{made}").status == 200
    assert township.post("visits", {"proof": stranger["proof"]}).status == 404  # another's proof
    assert county.post("visits", {"proof": "forged"}).status == 404


def test_the_same_number_is_not_registered_twice(township: Api, county: Api):
    registered(township)
    body = {"id_kind": "mainland", "name": "林月娥", "id_number": number()}
    assert (county.post("residents", body).status, Resident.objects.filter(name="林月娥").count()) == (409, 1)


def test_every_fault_has_its_field(township: Api):
    body = {"id_kind": "mainland", "name": "", "id_number": NUMBER[:17] + "Y", "phone": "12", "town_code": "nowhere"}
    answer = township.post("residents", body)
    assert answer.status == 422
    assert set(answer.body["fields"]) == {"name", "id_number", "phone", "town_code"}


def test_a_correction_says_why_and_keeps_the_numbers(township: Api):
    made = registered(township)
    body = {"id_kind": "mainland", "name": "林月娥", "address": "织篢镇新街 3 号", "reason": "居民更正住址"}
    corrected = township.send("put", f"residents/{made}", body)
    assert (corrected.status, corrected.body["address"]) == (200, "织篢镇新街 3 号")
    assert corrected.body["phone_masked"] == "138****8000"
    assert township.send("put", f"residents/{made}", {**body, "reason": "改"}).status == 422


def test_an_unknown_patient_gets_an_identity(township: Api):
    unknown = township.post("residents", {"id_kind": "unknown", "sex": 2}).body["id"]
    body = {"id_kind": "mainland", "name": "林月娥", "id_number": number()}
    done = township.post(f"residents/{unknown}/identity", body)
    assert (done.status, done.body["is_verified"], done.body["name"]) == (200, True, "林月娥")


def test_two_rows_are_merged_and_parted_by_who_may(township: Api, person: Callable[[str], Api]):
    head = person("head")
    kept, second = registered(township), township.post("residents", {"id_kind": "unknown", "sex": 2}).body["id"]
    body = {"kept_id": kept, "merged_id": second, "reason": "同一人两次登记"}
    assert township.post("merges", body).status == 403  # a program decides no identity
    made = head.post("merges", body)
    assert made.status == 201
    assert head.get(f"residents/{second}").body["id"] == kept
    undone = head.post(f"merges/{made.body['id']}/undo", {"reason": "经核实不是同一人"})
    assert undone.status == 200
    assert Merge.objects.get().undone_at is not None


def test_contracts_are_signed_moved_and_ended_by_those_who_treat(
    township: Api, person: Callable[[str], Api], world: World
):
    assert world.team is not None
    doctor, whom = person("doctor"), str(resident_id(world))
    body = {"resident_id": whom, "team_id": world.team.pk, "valid_from": "2026-03-04", "valid_until": "2027-03-04"}
    assert township.post("contracts", body).status == 403
    signed = doctor.post("contracts", body)
    assert signed.status == 201
    assert doctor.post("contracts", body).body["code"] == "already_signed"
    assert len(township.get(f"residents/{whom}/contracts").body["items"]) == 1
    same = {**body, "valid_from": "2026-06-01", "reason": "换团队"}
    assert doctor.post("contracts/move", same).status == 422
    ended = doctor.post(f"contracts/{signed.body['id']}/end", {"on": "2026-05-01", "reason": "迁出本镇"})
    assert (ended.status, ended.body["valid_until"]) == (200, "2026-05-01")
    assert Contract.objects.get().valid_until.isoformat() == "2026-05-01"
    assert doctor.post("contracts", {**body, "team_id": 999999}).status == 404
