"""The loop over JSON: two hospital systems hand a patient up and down, each step on the version that was read."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from fenji.apps.booking.models import Booking
from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent, IdempotencyKey
from fenji.apps.referrals.models import Complaint, FollowUp, Referral
from tests.api.conftest import Answered, Api
from tests.factories.world import World, make_places, resident_id

REPLY = {"diagnosis_name": "高血压 2 级", "treatment": "调整为缬沙坦联合氨氯地平，血压 132/80。"}


def sent(api: Api, world: World, **changes: Any) -> Answered:
    return api.post("referrals", {"resident_id": str(resident_id(world)), "form": world.form(**changes)})


def move(api: Api, referral: str, action: str, **given: Any) -> Answered:
    version = Referral.objects.get(pk=referral).version
    return api.post(f"referrals/{referral}/moves/{action}", given, If_Match=f'"{version}"')


def test_two_systems_carry_a_patient_up_and_down(township: Api, county: Api, world: World, clock: Frozen):
    place = make_places(world.departments["yx-renmin.cardio"], clock.at)[0]
    made = sent(township, world, place=place.pk)
    assert (made.status, made.body["state"]) == (201, "sent")
    assert made.headers["ETag"] == '"2"'
    up = made.body["id"]

    assert [one["id"] for one in county.get("referrals", box="inbox").body["items"]] == [up]
    accepted = move(county, up, "accept")
    assert (accepted.status, accepted.body["state"]) == (200, "scheduled")
    assert datetime.fromisoformat(accepted.body["appointment_at"]) == place.starts_at

    clock.move_to(place.starts_at)
    assert move(county, up, "arrive").body["state"] == "arrived"
    assert move(county, up, "start_care").body["state"] == "in_care"
    day = (clock.at + timedelta(days=14)).date().isoformat()
    plan = {"treatment": "继续两联降压", "tasks": [{"due_on": day, "what": "测血压、复查血钾"}], "guidance_days": 30}
    down = move(county, up, "return_down", reply=REPLY, plan=plan, institution=world.township.code)
    assert (down.status, down.body["state"]) == (200, "returned")

    below = str(Referral.objects.get(parent=up).pk)
    assert move(township, below, "accept").status == 200
    assert move(township, below, "arrive").status == 200
    assert move(township, below, "take_on").body["state"] == "completed"
    assert township.get(f"referrals/{up}").body["state"] == "completed"

    due = township.get("follow-ups").body["items"]
    assert [task["what"] for task in due] == ["测血压、复查血钾"]
    done = township.post(
        f"follow-ups/{due[0]['id']}/complete", {"result": "血压 128/78", "measures": {"systolic": 128}}
    )
    assert (done.status, done.body["result"]) == (200, "血压 128/78")
    assert FollowUp.objects.get(pk=due[0]["id"]).done_at == clock.at
    actions = [step["action"] for step in township.get(f"referrals/{up}/steps").body["items"]]
    assert actions == ["draft", "send", "accept", "schedule", "arrive", "start_care", "return_down", "plan_received"]


def test_elsewhere_than_proposed_the_api_asks_why(township: Api, world: World):
    refused = sent(township, world, institution=world.city.code, choice_code="")
    assert (refused.status, list(refused.body["fields"])) == (422, ["choice_code"])
    made = sent(township, world, institution=world.city.code, choice_code="capability")
    assert (made.status, made.body["choice_code"]) == (201, "capability")


def test_what_may_be_done_now_depends_on_who_asks(township: Api, county: Api, world: World):
    up = sent(township, world).body["id"]
    below, above = township.get(f"referrals/{up}/moves"), county.get(f"referrals/{up}/moves")
    assert {one["action"] for one in below.body["moves"]} == {"withdraw", "send_record"}
    offered = {one["action"]: one for one in above.body["moves"]}
    assert {"accept", "ask", "refuse", "hand_on", "assign", "arrive"} <= set(offered)
    assert offered["refuse"]["needs"] == ["reason"]
    assert "out_of_scope" in offered["refuse"]["reasons"]
    assert below.body["version"] == above.body["version"] == int(above.headers["ETag"].strip('"'))


def test_a_move_needs_the_version_that_was_read(township: Api, county: Api, world: World):
    up = sent(township, world).body["id"]
    path = f"referrals/{up}/moves/ask"
    assert county.post(path, {"note": "请补心电图"}).status == 428
    assert county.post(path, {"note": "请补心电图"}, If_Match='"1"').status == 412
    assert county.post(path, {"note": "请补心电图"}, If_Match="latest").status == 422
    assert county.post(path, {"note": "请补心电图"}, If_Match='W/"2"').status == 200


@pytest.mark.parametrize(
    ("action", "given", "status", "code"),
    [
        ("refuse", {}, 422, "fields_missing"),
        ("refuse", {"reason": "不想收"}, 422, "invalid"),
        ("start_care", {}, 409, "move_not_possible"),
        ("withdraw", {"reason": "improved"}, 403, "not_your_move"),
        ("escalate", {}, 422, "invalid"),
        ("draft", {}, 422, "invalid"),
        ("ask", {"note": "请联系 13800138000"}, 422, "invalid"),
        ("assign", {"department": 999999}, 422, "invalid"),
    ],
)
def test_moves_that_cannot_be_are_refused_in_words(
    township: Api, county: Api, world: World, action: str, given: dict[str, Any], status: int, code: str
):
    up = sent(township, world).body["id"]
    answer = county.post(f"referrals/{up}/moves/{action}", given, If_Match='"2"')
    assert (answer.status, answer.body["code"]) == (status, code)
    assert answer.body["message"]
    assert Referral.objects.get(pk=up).version == 2


def test_who_takes_no_part_meets_the_same_404_as_for_what_is_absent(
    township: Api, program: Callable[..., Api], world: World
):
    up = sent(township, world).body["id"]
    stranger = program(world.city)
    absent = "00000000-0000-4000-8000-000000000000"
    for path in ("", "/moves", "/steps", "/attachments", "/complaints"):
        seen, missing = stranger.get(f"referrals/{up}{path}"), stranger.get(f"referrals/{absent}{path}")
        assert (seen.status, seen.body) == (missing.status, missing.body)
        assert seen.status == 404
    assert stranger.post(f"referrals/{up}/moves/accept", {}, If_Match='"2"').status == 404


def test_every_reading_leaves_its_trace(county: Api, township: Api, world: World):
    up = sent(township, world).body["id"]
    before = AuditEvent.objects.filter(verb="referral.read").count()
    county.get(f"referrals/{up}")
    event = AuditEvent.objects.filter(verb="referral.read").latest("pk")
    assert AuditEvent.objects.filter(verb="referral.read").count() == before + 1
    assert (event.subject_id, event.relation) == (up, "referral:department,office")


def test_the_same_call_twice_happens_once_and_answers_the_same(township: Api, county: Api, world: World):
    body = {"resident_id": str(resident_id(world)), "form": world.form()}
    first = township.post("referrals", body, Idempotency_Key="order-1")
    again = township.post("referrals", body, Idempotency_Key="order-1")
    assert (first.status, first.body) == (again.status, again.body)
    assert first.headers["ETag"] == again.headers["ETag"]
    assert Referral.objects.count() == 1
    changed = {**body, "form": world.form(wishes="上午")}
    assert township.post("referrals", changed, Idempotency_Key="order-1").body["code"] == "key_reused"
    path = f"referrals/{first.body['id']}/moves/ask"
    asked = county.post(path, {"note": "请补心电图"}, Idempotency_Key="order-1", If_Match='"2"')  # another actor's key
    repeated = county.post(path, {"note": "请补心电图"}, Idempotency_Key="order-1", If_Match='"2"')
    assert (asked.status, asked.body) == (repeated.status, repeated.body)
    assert Referral.objects.get().version == 3


def test_a_refused_call_leaves_its_key_free(township: Api, world: World):
    body = {"resident_id": str(resident_id(world)), "form": world.form(institution="none")}
    assert township.post("referrals", body, Idempotency_Key="k").status == 422
    body["form"] = world.form()
    assert township.post("referrals", body, Idempotency_Key="k").status == 201


@pytest.mark.parametrize("key", ["ключ", "two words", "x" * 81])
def test_a_key_that_cannot_be_kept_is_refused(township: Api, world: World, key: str):
    body = {"resident_id": str(resident_id(world)), "form": world.form()}
    assert township.post("referrals", body, Idempotency_Key=key).status == 422
    assert Referral.objects.count() == 0


def test_no_number_of_a_person_stands_in_an_answer_or_a_stored_one(township: Api, world: World):
    form = world.form(slip={"history": "血压控制不佳三个月。", "contact_phone": "13800138000"})
    made = township.post("referrals", {"resident_id": str(resident_id(world)), "form": form}, Idempotency_Key="k")
    assert made.status == 201
    read = township.get(f"referrals/{made.body['id']}")
    assert "13800138000" not in json.dumps([made.body, read.body, IdempotencyKey.objects.get().answer])
    assert made.body["slip"]["contact_phone"] == "[手机号码]"


def test_a_place_taken_by_another_comes_back_with_alternatives(township: Api, world: World, clock: Frozen):
    places = make_places(world.departments["yx-renmin.cardio"], clock.at)
    assert sent(township, world, place=places[0].pk).status == 201
    other = township.post("residents", {"id_kind": "unknown", "sex": 1, "name": "无名", "birth_date": None}).body["id"]
    taken = township.post("referrals", {"resident_id": other, "form": world.form(place=places[0].pk)})
    assert (taken.status, taken.body["code"]) == (409, "slot_taken")
    assert [one["id"] for one in taken.body["alternatives"]] == [places[1].pk, places[2].pk]
    assert Booking.objects.count() == 1


def test_a_draft_is_edited_and_sent(township: Api, world: World):
    body = {"resident_id": str(resident_id(world)), "form": {"diagnosis_name": "高血压"}, "send": False}
    draft = township.post("referrals", body)
    assert (draft.status, draft.body["state"]) == (201, "draft")
    edited = move(township, draft.body["id"], "edit", form=world.form(wishes="上午"))
    assert (edited.status, edited.body["wishes"]) == (200, "上午")
    assert move(township, draft.body["id"], "send").body["state"] == "sent"


def test_a_paper_slip_is_entered_on_arrival(county: Api, world: World):
    found = county.post("residents", {"id_kind": "unknown", "sex": 1})
    body = {"resident_id": found.body["id"], "form": world.form(), "sender": world.township.code}
    entered = county.post("referrals/paper", body)
    assert (entered.status, entered.body["state"], entered.body["from_paper"]) == (201, "arrived", True)
    assert county.post("referrals/paper", {**body, "sender": "yx-renmin"}).status == 422


def test_a_complaint_is_read_and_answered(township: Api, county: Api, world: World, clock: Frozen):
    up = sent(township, world).body["id"]
    complaint = Complaint.objects.create(referral_id=up, text="等得太久", made_at=clock.at)
    assert [one["text"] for one in county.get(f"referrals/{up}/complaints").body["items"]] == ["等得太久"]
    answered = county.post(f"complaints/{complaint.pk}/answer", {"answer": "已加号，请明日上午就诊。"})
    assert (answered.status, answered.body["answer"]) == (200, "已加号，请明日上午就诊。")
    assert county.post("complaints/999999/answer", {"answer": "好"}).status == 404
