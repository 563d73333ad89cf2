"""Over the API: a referral written with examinations; all or nothing, and a draft keeps the wish."""

from typing import Any

from fenji.apps.booking.models import ExamOrder, Place
from fenji.apps.common.clock import Frozen
from fenji.apps.referrals.models import Referral
from tests.api.conftest import Api
from tests.factories.examinations import make_examination
from tests.factories.world import World, resident_id


def asked(world: World, *items: int, **more: Any) -> dict[str, Any]:
    return {"resident_id": str(resident_id(world)), "form": world.form(), "examinations": list(items), **more}


def test_a_referral_takes_its_examinations_or_is_not_written(township: Api, world: World, clock: Frozen):
    item, full = make_examination(world, clock.at), make_examination(world, clock.at, "冠脉 CT", times=0)
    refused = township.post("referrals", asked(world, item.pk, full.pk))
    assert (refused.status, refused.body["code"]) == (409, "examination_taken")
    assert "冠脉 CT" in refused.body["message"]
    assert (Referral.objects.count(), Place.objects.filter(taken_by__isnull=False).count()) == (0, 0)
    made = township.post("referrals", asked(world, item.pk))
    assert (made.status, made.body["state"]) == (201, "sent"), made.body
    assert [str(one.referral_id) for one in ExamOrder.objects.all()] == [made.body["id"]]
    for wrong in (asked(world, *range(1, 5)), asked(world, 10**9)):
        answer = township.post("referrals", wrong)
        assert answer.status == 422, answer.body


def test_a_draft_keeps_the_wish_and_its_sending_books_the_time(township: Api, world: World, clock: Frozen):
    item = make_examination(world, clock.at)
    draft = township.post("referrals", asked(world, item.pk, send=False))
    assert (draft.status, draft.body["state"], ExamOrder.objects.count()) == (201, "draft", 0)
    sent = township.post(f"referrals/{draft.body['id']}/moves/send", {}, If_Match=draft.headers["ETag"])
    assert (sent.status, sent.body["state"]) == (200, "sent"), sent.body
    assert ExamOrder.objects.get().item == item
