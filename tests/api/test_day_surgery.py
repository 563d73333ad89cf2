"""Over the API: the times a hospital opened, and a referral that takes one of them; all or nothing."""

from collections.abc import Callable
from typing import Any

from fenji.apps.common.clock import Frozen
from fenji.apps.referrals.models import Referral
from fenji.apps.stays.models import Surgery
from tests.api.conftest import Api
from tests.factories.theatres import PROCEDURE, form_for_surgery, make_theatres
from tests.factories.world import World, resident_id


def test_a_referral_takes_an_open_time_and_a_second_one_is_told(
    township: Api, person: Callable[[str], Api], world: World, clock: Frozen
):
    make_theatres(world, clock.at)
    times = township.get("institutions/yx-renmin/day-surgery-times").body["times"]
    assert len(times) == 5
    asked: dict[str, Any] = {
        "resident_id": str(resident_id(world)), "form": form_for_surgery(world),
        "day_surgery": {"procedure": PROCEDURE, "starts_at": times[1]},
    }  # fmt: skip
    made = township.post("referrals", asked)
    assert (made.status, made.body["state"]) == (201, "sent")
    assert Surgery.objects.get().starts_at.isoformat()[:16] <= times[1]
    again = township.post("referrals", asked)
    assert (again.status, again.body["code"]) == (409, "resource_taken")
    assert Referral.objects.count() == 1
    wrong = township.post("referrals", {**asked, "day_surgery": {"procedure": "心脏移植"}})
    assert (wrong.status, set(wrong.body["fields"])) == (422, {"procedure"})
    assert person("patient").get("institutions/yx-renmin/day-surgery-times").status == 404


def test_a_draft_keeps_the_wish_and_its_sending_takes_the_time(township: Api, world: World, clock: Frozen):
    make_theatres(world, clock.at)
    wished = township.get("institutions/yx-renmin/day-surgery-times").body["times"][2]
    draft = township.post(
        "referrals",
        {
            "resident_id": str(resident_id(world)), "form": form_for_surgery(world), "send": False,
            "day_surgery": {"procedure": PROCEDURE, "starts_at": wished},
        },
    )  # fmt: skip
    assert (draft.status, draft.body["state"], Surgery.objects.count()) == (201, "draft", 0)
    sent = township.post(f"referrals/{draft.body['id']}/moves/send", {}, If_Match=draft.headers["ETag"])
    assert (sent.status, sent.body["state"]) == (200, "sent"), sent.body
    assert Surgery.objects.get().starts_at.isoformat()[:16] <= wished
