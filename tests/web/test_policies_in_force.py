"""One referral through the pages, up and down again, under each pack's policy in force on the same network."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from fenji.apps.common import rulebooks
from fenji.apps.notices.models import Notice
from fenji.apps.payments.actions import claims
from fenji.apps.referrals.models import Referral
from fenji.apps.residents.models import Resident
from fenji.kernel.payment.codes import ReferralState
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Kind, Level, Tier
from fenji.rulebook.loader import load_rulebook
from fenji.rulebook.packs import available_policies
from tests.apps.payments.conftest import make_stay
from tests.factories.world import World, institution, make_world, person, resident_id
from tests.web.entrance import client_of, text

pytestmark = pytest.mark.django_db
PACKS = [pack.code for pack in available_policies()]
SHEET = {
    "urgency": "routine", "diagnosis": "I10 高血压", "institution": "yx-renmin", "consent_by": "self",
    "choice_code": "", "history": "血压控制不佳三个月。", "step": "send",
}  # fmt: skip
PLAN = {
    "diagnosis_name": "高血压 2 级", "treatment": "换药后平稳", "plan_treatment": "继续两联", "medicines": "",
    "first_due": "", "first_what": "测血压", "guidance_days": "30",
}  # fmt: skip
SIGNED_BY_THE_HEAD, FREE_TO_CHOOSE = {"qinghai"}, {"shanghai"}
STEPWISE = "qinghai"
TELLS_THE_INSURER = {"yangjiang": "本市转诊告知医保经办"}


@pytest.fixture(params=PACKS)
def pack(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world(db: None, clock: Any, settings: Any, pack: str) -> World:
    settings.FENJI_REQUIRE_SECOND_FACTOR, settings.POLICY = False, pack
    world = make_world(clock.at)
    rulebooks.store(load_rulebook(pack), at=clock.at)
    agency = institution("yx-yibao", "阳西县医保局", Kind.INSURER, Tier.COUNTY, Level.NONE, world.region)
    world.people["insurer"] = person("insurer", agency, Role.INSURER)
    Resident.objects.update(scheme="resident", birth_date="1990-05-01")
    return world


def press(client: Client, referral: Referral, action: str, **fields: str) -> Referral:
    """Make a move that the referral's page offers."""
    page, path = text(client.get(f"/referrals/{referral.pk}/")), f"/referrals/{referral.pk}/{action}/"
    assert path in page, f"{action} is not offered"
    referral.refresh_from_db()
    answer = client.post(path, {"version": str(referral.version), **fields})
    assert answer.status_code == 302, text(answer)
    referral.refresh_from_db()
    return referral


def test_a_referral_goes_up_and_comes_down_under_the_policy(world: World, pack: str, clock: Any) -> None:
    doctor, head, office = (client_of(world, who) for who in ("doctor", "head", "office"))
    proposed = text(doctor.post(f"/refer/{resident_id(world)}/", SHEET | {"step": "propose"}))
    assert ("提交签批" in proposed, "发出转诊" in proposed) == (
        pack in SIGNED_BY_THE_HEAD,
        pack not in SIGNED_BY_THE_HEAD,
    )
    assert doctor.post(f"/refer/{resident_id(world)}/", SHEET).status_code == 302
    up = Referral.objects.get()
    if pack in SIGNED_BY_THE_HEAD:
        assert up.state == "awaiting_approval" and "陈小明" not in text(office.get("/office/"))
        assert f"/referrals/{up.pk}/approve/" not in text(doctor.get(f"/referrals/{up.pk}/"))
        assert "陈小明" in text(head.get("/family-doctor/"))
        press(head, up, "approve")
    assert up.state == "sent"
    physician = client_of(world, "physician")
    press(office, up, "accept")
    press(office, up, "arrive")
    press(physician, up, "start_care")
    due = (clock.at + timedelta(days=14)).date().isoformat()
    press(physician, up, "return_down", **PLAN | {"first_due": due, "institution": world.township.code})
    down = Referral.objects.get(parent=up)
    for action in ("accept", "arrive", "take_on"):
        press(doctor, down, action)
    assert down.state == "completed"
    _look_at_the_insurers_desk(world, pack, up)
    _settle_as_referred(world, pack, clock, up)


def _look_at_the_insurers_desk(world: World, pack: str, up: Referral) -> None:
    desk = text(client_of(world, "insurer").get("/insurer/"))
    assert TELLS_THE_INSURER.get(pack, "本市转诊不经医保经办") in desk
    told = Notice.objects.filter(kind="referral.insurer", text__contains=up.number)
    assert told.count() == (1 if pack in TELLS_THE_INSURER else 0)


def _settle_as_referred(world: World, pack: str, clock: Any, up: Referral) -> None:
    """The bill rests on the referral; where the hospital may be chosen freely it needs none."""
    clock.advance(timedelta(days=3))
    stay = make_stay(world, clock.at, days_ago=0, admitted_at=up.arrived_at, code="1")
    claim = claims.settle(stay, by=world.insurer)
    if pack in FREE_TO_CHOOSE:
        assert claim.referral_state == ReferralState.FIRST_CONTACT
    else:
        assert (claim.referral_state, claim.rests_on) == (ReferralState.REFERRED, str(up.pk))
    assert "基本支付比例" in text(client_of(world, "patient").get(f"/bills/{claim.pk}/"))


def test_past_a_level_only_with_a_reason_and_where_it_is_forbidden_not_at_all(world: World, pack: str) -> None:
    doctor, to_city = client_of(world, "doctor"), {**SHEET, "institution": world.city.code}
    asked = doctor.post(f"/refer/{resident_id(world)}/", to_city)
    assert not Referral.objects.exists()
    if pack == STEPWISE:  # the city hospital is not on offer: that is said, and no other one taken in its place
        assert asked.status_code == 422 and f"“{world.city.name}”按现在" in text(asked)
        return
    chosen = doctor.post(f"/refer/{resident_id(world)}/", {**to_city, "choice_code": "capability"})
    assert chosen.status_code == 302 and Referral.objects.get().receiver == world.city


def test_the_policy_page_is_that_packs(world: World, pack: str) -> None:
    assert rulebooks.current().name in text(client_of(world, "officer").get("/policy/"))
