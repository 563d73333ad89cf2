"""The house a doctor chose is offered no more: it is named, nothing is chosen in its place, nothing typed is lost."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from fenji.apps.referrals.models import Referral
from fenji.apps.registry.models import Institution
from tests.factories.theatres import make_theatres
from tests.factories.world import World, make_world, resident_id
from tests.web.entrance import client_of, text_of

pytestmark = pytest.mark.django_db
FILLED = {
    "urgency": "routine", "diagnosis": "K40.9 腹股沟疝", "institution": "yj-renmin", "consent_by": "self",
    "choice_code": "resident_wish", "history": "右腹股沟可复性包块一年。", "wishes": "希望周末",
}  # fmt: skip
NAMED = "“阳江市人民医院”按现在填写的诊断、缓急和病情已不能选"
CHOSEN = re.compile(r'type="radio" name="institution" value="([^"]+)" checked')


@pytest.fixture
def world(db: None, clock, settings) -> World:
    settings.FENJI_REQUIRE_SECOND_FACTOR = False
    made = make_world(clock.at)
    make_theatres(made, clock.at)  # the county's hospital alone has surgeons
    return made


def sheet(doctor: Client, world: World, status: int = 200, **changes: Any) -> str:
    answer = doctor.post(f"/refer/{resident_id(world)}/", {**FILLED, **changes})
    assert answer.status_code == status, answer.content.decode()[:1500]
    return answer.content.decode()


def test_the_house_is_named_and_nothing_is_chosen_in_its_place(world: World) -> None:
    doctor = client_of(world, "doctor")
    assert CHOSEN.findall(sheet(doctor, world, diagnosis="I10 高血压")) == ["yj-renmin"]
    page = sheet(doctor, world)
    assert NAMED in page and CHOSEN.findall(page) == []
    assert 'name="institution" value="yx-renmin"' in page
    assert FILLED["history"] in page and "发出转诊" not in page
    for name in ("institution", "consent_by", "choice_code"):
        assert f'type="hidden" name="{name}" value="{FILLED[name]}"' in page
    assert CHOSEN.findall(sheet(doctor, world, institution=["yj-renmin", "yx-renmin"])) == ["yx-renmin"]


@pytest.mark.parametrize("proposed", ["", "yj-renmin"])
def test_nothing_is_sent_until_a_house_is_chosen_again(world: World, proposed: str) -> None:
    doctor = client_of(world, "doctor")
    assert NAMED in sheet(doctor, world, 422, step="send", proposed=proposed)
    assert not Referral.objects.exists()
    sheet(doctor, world, 302, step="send", institution=["yj-renmin", "yx-renmin"])
    assert Referral.objects.get().receiver == world.county


def test_what_was_only_put_forward_gives_way_while_the_doctor_still_writes(world: World) -> None:
    doctor = client_of(world, "doctor")
    page = sheet(doctor, world, proposed="yj-renmin")
    assert NAMED not in page and CHOSEN.findall(page) == ["yx-renmin"]
    assert 'name="proposed" value="yx-renmin"' in page
    assert 'name="proposed" value=""' in sheet(doctor, world, institution="yx-renmin")  # chosen by the doctor


def test_a_draft_keeps_the_house_and_asks_again_when_it_is_opened(world: World) -> None:
    doctor = client_of(world, "doctor")
    sheet(doctor, world, 302, step="draft")
    draft = Referral.objects.get()
    assert (draft.receiver, draft.wishes) == (world.city, "希望周末")
    assert NAMED in text_of(doctor, f"/referrals/{draft.pk}/")
    page = text_of(doctor, f"/refer/drafts/{draft.pk}/")
    assert NAMED in page and CHOSEN.findall(page) == []


@pytest.mark.parametrize(
    ("code", "words"),
    [("yj-renmin", "“阳江市人民医院”已停用"), ("yx-zhilong", "织篢镇中心卫生院”按现在"), ("?", "机构不存在")],
)
def test_a_house_closed_ones_own_or_unknown_is_said_to_be_so(world: World, code: str, words: str) -> None:
    Institution.objects.filter(code="yj-renmin").update(valid_until=date(2026, 1, 1))
    doctor = client_of(world, "doctor")
    assert words in sheet(doctor, world, institution=code)
    sheet(doctor, world, 302, step="draft", institution=code)
    assert Referral.objects.get().receiver is None
